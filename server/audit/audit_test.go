package audit

import (
	"strings"
	"testing"
	"time"

	"jiaohao/assets"
	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
	"jiaohao/server/records"
)

// entries are everything that happens in some random halls, orders to erase, and an empty one of each kind that never did.
func entries(t *testing.T) []records.Entry {
	t.Helper()
	var all []records.Entry
	for seed := range uint64(6) {
		for _, r := range halltest.Records(seed, 2000) {
			all = append(all, records.Entry{Seq: r.Seq, At: r.At, Header: r.Header, Event: r.Event})
		}
	}
	for _, e := range []hall.Event{&hall.PrivateErased{Reason: hall.ErasedByAge, Count: 3, Days: 30}, &hall.PrivateErased{Reason: hall.ErasedPerson, Count: 3}} {
		all = append(all, records.Entry{Event: e})
	}
	seen := map[string]bool{}
	for _, e := range all {
		seen[e.Event.Kind()] = true
	}
	for _, kind := range hall.Kinds() {
		if seen[kind] {
			continue
		}
		_, e, err := hall.Decode(kind, []byte{0xa1, 0x01, 0x00, 0xa0}) // by the hall itself, nothing said
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, records.Entry{Event: e})
	}
	return all
}

// TestEveryEventHasWords: in both languages, with every gap filled and no word missing.
func TestEveryEventHasWords(t *testing.T) {
	var lacking []string
	restore := assets.OnMissing(func(lang, key string) { lacking = append(lacking, lang+" "+key) })
	defer restore()
	told := map[string]bool{}
	for _, lang := range assets.Languages {
		teller := Teller{Plan: halltest.Plan(0), Lang: lang}
		for _, e := range entries(t) {
			line := teller.Line(e)
			told[e.Event.Kind()] = true
			if line.What == "" || line.Actor == "" || strings.ContainsAny(line.What, "{}") || strings.Contains(line.What, e.Event.Kind()) {
				t.Errorf("%s %s: %+v", lang, e.Event.Kind(), line)
			}
			if issued, ok := e.Event.(*hall.TicketIssued); ok && strings.Contains(line.What, issued.ID) {
				t.Errorf("a secret id is told: %+v", line)
			}
		}
	}
	if len(lacking) > 0 {
		t.Errorf("no words for %v", lacking)
	}
	for _, kind := range hall.Kinds() {
		if !told[kind] {
			t.Errorf("no %s was told: the test has gone blind", kind)
		}
	}
}

// TestACallIsToldAsThePagesTellIt: the sentence of the rule, word by word.
func TestACallIsToldAsThePagesTellIt(t *testing.T) {
	calls := 0
	for _, lang := range assets.Languages {
		teller := Teller{Plan: halltest.Plan(0), Lang: lang}
		for _, e := range entries(t) {
			if called, ok := e.Event.(*hall.LegCalled); ok {
				calls++
				if line := teller.Line(e); !strings.Contains(line.What, called.Why.Sentence(teller.Plan, called.Number, lang)) {
					t.Fatalf("%+v", line)
				}
			}
		}
	}
	if calls < 100 {
		t.Errorf("only %d calls", calls)
	}
}

// TestNotes: what somebody wrote is told while it is there, and of a document only its sort.
func TestNotes(t *testing.T) {
	at := hall.At(time.Date(2026, 11, 23, 1, 42, 30, 0, time.UTC))
	boss := hall.Header{By: hall.Clerk, ByID: "8001"}
	teller := Teller{Plan: halltest.Plan(0), Lang: "zh"}
	void, issued := &hall.TicketVoided{}, &hall.TicketIssued{ID: "secret-id", Number: hall.Number{Prefix: "A", N: 17}, Service: "household", Class: "ordinary", Channel: "kiosk"}
	document := hall.Secret{Kind: "idcard", Masked: "330*************34", Digest: []byte("digest")}
	for _, row := range []struct {
		e    records.Entry
		want string
	}{
		{records.Entry{Event: void, Secret: hall.Secret{Text: "重复取号"}}, "作废；写明：重复取号"},
		{records.Entry{Event: void, Gone: records.GoneErased}, "作废；写的内容已清除"},
		{records.Entry{Event: void, Gone: records.GoneSuspect}, "作废；写的内容和记录时不同"},
		{records.Entry{Event: void}, "作废"},
		{records.Entry{Event: issued, Secret: document}, "取号 A017：household，o，前面 0 人，取号机；出示了身份证"},
		{records.Entry{Event: issued, Gone: records.GoneErased}, "取号 A017：household，o，前面 0 人，取号机；证件信息已清除"},
	} {
		row.e.At, row.e.Header = at, boss
		if got := teller.Line(row.e); got.What != row.want || got.Actor != "8001 supervisor" || got.At != "2026-11-23 09:42:30" {
			t.Errorf("%+v, want %q", got, row.want)
		}
	}
	for h, want := range map[*hall.Header]string{{By: hall.Terminal, ByID: "kiosk-1"}: "设备 kiosk-1", {By: hall.Citizen}: "市民", {}: "系统", {By: hall.Clerk, ByID: "7777"}: "7777"} {
		if got := teller.Line(records.Entry{Event: void, Header: *h}).Actor; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
