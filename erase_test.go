package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jiaohao/server"
	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/records"
)

// Two people with documents as the kiosk takes them.
const (
	herCard  = "330106199003074234"
	hisPhone = "13812345678"
)

// peopled is a data folder in which two people have left what is known of people.
type peopled struct {
	data     string
	her, his string // numbers
	date     string
	running  *process
}

func peopledDay(t *testing.T) *peopled {
	t.Helper()
	p := &peopled{data: t.TempDir()}
	p.running = startProcess(t, p.data, "127.0.0.1:0")
	her := p.take(t, map[string]any{"service": "household-birth", "person": map[string]string{"kind": "idcard", "value": herCard}})
	his := p.take(t, map[string]any{"service": "household-birth", "person": map[string]string{"kind": "phone", "value": hisPhone}})
	p.her, p.his, p.date = her.Number, his.Number, her.Date
	for _, one := range []struct{ id, words, phone string }{{her.ID, "她的意见", "139 9999 0000"}, {his.ID, "他的意见", "138-1234-5678"}} {
		client{base: p.running.Base}.must(t, "POST", "/api/v1/tickets/"+one.id+"/complaint", map[string]string{"text": one.words, "phone": one.phone})
	}
	boss := p.running.signedIn(t, "8001")
	boss.must(t, "POST", "/api/v1/tickets/by-number/"+p.her+"/void", map[string]string{"reason": "她的作废理由"})
	boss.must(t, "POST", "/api/v1/tickets/by-number/"+p.his+"/void", map[string]string{"reason": "他的作废理由"})
	return p
}

type takenTicket struct{ ID, Number, Date string }

func (p *peopled) take(t *testing.T, body map[string]any) (ticket takenTicket) {
	t.Helper()
	client{base: p.running.Base}.must(t, "POST", "/api/v1/tickets", body).into(t, &ticket)
	return ticket
}

// digestOf is the keyed digest under which the folder knows a document.
func (p *peopled) digestOf(t *testing.T, kind, value string) string {
	t.Helper()
	persons, err := server.OpenPersons(filepath.Join(p.data, personsName), func() hall.Date { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	return string(persons.Digest(kind, value))
}

// inFiles tells which files of the data folder hold a text.
func inFiles(t *testing.T, data, text string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(text)) {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// erase runs the command with something typed.
func (p *peopled) erase(t *testing.T, typed string, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = runWith(t.Context(), strings.NewReader(typed), append([]string{"erase"}, args...), []string{"JIAOHAO_DATA=" + p.data}, &stdout, &stderr)
	return code, stdout.String() + stderr.String()
}

// keysOf gives the random keys beside the chain that a person's private parts have.
func (p *peopled) keysOf(t *testing.T) (keys [][]byte) {
	t.Helper()
	j, err := journal.Open(p.data, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	date, _ := hall.ParseDate(p.date)
	number, _ := hall.ParseNumber(p.her)
	found, err := records.Find(t.Context(), j, 1, records.Wanted{Date: date, Number: number})
	if err != nil || len(found) != 3 {
		t.Fatalf("%d private parts of hers, %v", len(found), err)
	}
	raw, err := os.ReadFile(filepath.Join(p.data, journal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	err = j.Read(t.Context(), 1, func(r journal.Record) error {
		if r.Seq == found[0].Seq || r.Seq == found[1].Seq || r.Seq == found[2].Seq {
			at := bytes.Index(raw, r.Private)
			keys = append(keys, bytes.Clone(raw[at-32:at]))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// hers is everything that is known of her, in the form in which it could be in a file.
func (p *peopled) hers(t *testing.T) []string {
	t.Helper()
	return []string{p.digestOf(t, "idcard", herCard), "330*************34", "她的意见", "她的作废理由", "139 9999 0000"}
}

// TestErasingOnePersonAtRest: afterwards neither what was known of her nor the keys are in any file, the chain is whole, the
// state and every figure as before, and what is known of others is untouched.
func TestErasingOnePersonAtRest(t *testing.T) {
	p := peopledDay(t)
	p.running.stop(t)
	before := replayed(t, p.data)
	texts := p.hers(t)
	for _, key := range p.keysOf(t) {
		texts = append(texts, string(key))
	}
	for _, text := range texts {
		if len(inFiles(t, p.data, text)) == 0 {
			t.Fatalf("the test looks for %q, which was never there", text)
		}
	}
	code, out := p.erase(t, herCard+"\nyes\n", "--idcard", "--by", "9001")
	if code != 0 || !strings.Contains(out, p.date+": 1 tickets, 3 records") || !strings.Contains(out, "backups") {
		t.Fatalf("%d\n%s", code, out)
	}
	p.mustBeGone(t, texts)
	if after := replayed(t, p.data); after == before {
		t.Error("nothing was recorded")
	}
	if code, out := p.erase(t, herCard+"\n", "--idcard", "--by", "9001"); code != 0 || !strings.Contains(out, "nothing is kept") {
		t.Errorf("a second time: %d\n%s", code, out)
	}
}

func (p *peopled) mustBeGone(t *testing.T, texts []string) {
	t.Helper()
	for _, text := range append(texts, herCard) {
		if names := inFiles(t, p.data, text); len(names) > 0 {
			t.Errorf("%q is still in %v", text, names)
		}
	}
	for _, text := range []string{p.digestOf(t, "phone", hisPhone), "138******78", "他的意见", "他的作废理由"} {
		if len(inFiles(t, p.data, text)) == 0 {
			t.Errorf("%q of another is gone", text)
		}
	}
	code, out, errs := commandOn(t, p.data, "journal", "verify")
	if code != 0 || !strings.Contains(out, "3 erased by 1 recorded orders") {
		t.Errorf("verify: %d\n%s%s", code, out, errs)
	}
}

// replayed folds everything again and gives the hash of the state.
func replayed(t *testing.T, data string) string {
	t.Helper()
	code, out, errs := commandOn(t, data, "replay")
	if code != 0 || !strings.Contains(out, "statistics: equal") {
		t.Fatalf("replay: %d\n%s%s", code, out, errs)
	}
	line, _, _ := strings.Cut(out, "\n")
	return line
}

// TestErasingOnARunningHall works through the control socket, by the ticket, while the hall goes on.
func TestErasingOnARunningHall(t *testing.T) {
	p := peopledDay(t)
	texts := p.hers(t)
	if code, out := p.erase(t, "no\n", "--ticket", p.date+"/"+p.her, "--by", "8001"); code != 1 || !strings.Contains(out, "not confirmed") {
		t.Fatalf("%d\n%s", code, out)
	}
	for _, wrong := range []string{"1001", "0000"} {
		if code, out := p.erase(t, "", "--ticket", p.date+"/"+p.her, "--by", wrong, "--yes"); code != 1 || !strings.Contains(out, "no supervisor") {
			t.Errorf("by %s: %d\n%s", wrong, code, out)
		}
	}
	if code, out := p.erase(t, "", "--ticket", p.date+"/"+p.her, "--by", "8001", "--yes"); code != 0 {
		t.Fatalf("%d\n%s", code, out)
	}
	p.take(t, map[string]any{"service": "household-birth"})
	var list struct {
		Items []struct{ Number, Note string }
	}
	p.running.signedIn(t, "8001").must(t, "GET", "/api/v1/tickets", nil).into(t, &list)
	if len(list.Items) != 3 {
		t.Errorf("%d tickets", len(list.Items))
	}
	p.running.stop(t)
	p.mustBeGone(t, texts)
	replayed(t, p.data)
	_, out, _ := commandOn(t, p.data, "journal")
	if !strings.Contains(out, `"kind":"private.erased","by":"staff 8001"`) {
		t.Error("nobody can tell who ordered it")
	}
}

// TestErasingByTelephone finds the ticket taken with it and the complaint that left it, whose ticket was anonymous.
func TestErasingByTelephone(t *testing.T) {
	p := peopledDay(t)
	anonymous := p.take(t, map[string]any{"service": "household-birth"})
	client{base: p.running.Base}.must(t, "POST", "/api/v1/tickets/"+anonymous.ID+"/complaint", map[string]string{"text": "又一条意见", "phone": "+86 138 1234 5678"})
	code, out := p.erase(t, " 138 1234 5678\nyes\n", "--phone", "--by", "9001")
	if code != 0 || !strings.Contains(out, "2 tickets, 4 records") {
		t.Fatalf("%d\n%s", code, out)
	}
	p.running.stop(t)
	for _, text := range []string{"又一条意见", "他的意见", "1234 5678", p.digestOf(t, "phone", hisPhone)} {
		if names := inFiles(t, p.data, text); len(names) > 0 {
			t.Errorf("%q is still in %v", text, names)
		}
	}
	if len(inFiles(t, p.data, "她的意见")) == 0 {
		t.Error("what another wrote is gone")
	}
}

func TestErasingNeedsToBeMeant(t *testing.T) {
	p := &peopled{data: t.TempDir()}
	for _, row := range []struct {
		typed string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"--by", "9001"}, 2, "Usage"},
		{"", []string{"--idcard", "--phone", "--by", "9001"}, 2, "Usage"},
		{"", []string{"--idcard"}, 2, "Usage"},
		{"", []string{"--idcard", "--by", "9001", herCard}, 2, "history"},
		{"", []string{"--idcard", "--by", "9001"}, 1, "no number"},
		{"330106199003074230\n", []string{"--idcard", "--by", "9001"}, 1, "not such a number"},
		{herCard + "\n", []string{"--idcard", "--by", "9001"}, 1, "no journal"},
		{"", []string{"--ticket", "A001", "--by", "9001"}, 1, "no journal"},
	} {
		code, out := p.erase(t, row.typed, row.args...)
		if code != row.code || !strings.Contains(out, row.says) || strings.Contains(out, "3301") {
			t.Errorf("%v: %d, want %d with %q:\n%s", row.args, code, row.code, row.says, out)
		}
	}
	if names, err := os.ReadDir(p.data); err != nil || len(names) > 0 {
		t.Errorf("a journal was made: %v %v", names, err)
	}
}

// TestHandMadeErasuresAreReported: a private part that somebody has erased without an order fails the check, whole chain or not.
func TestHandMadeErasuresAreReported(t *testing.T) {
	p := peopledDay(t)
	p.running.stop(t)
	j, err := journal.Open(p.data, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var void uint64
	err = j.Read(t.Context(), 1, func(r journal.Record) error {
		if r.Kind == "leg.ended" && r.Private != nil {
			void = r.Seq
		}
		return nil
	})
	if err != nil || void == 0 {
		t.Fatal(void, err)
	}
	if err := j.ErasePrivate(void); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, errs := commandOn(t, p.data, "journal", "verify")
	if code != 1 || !strings.HasPrefix(out, "whole: ") || !strings.Contains(errs, "erased without a record") || !strings.Contains(errs, jsonNumber(void)) {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
}

func jsonNumber(n uint64) string {
	raw, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// TestARequestLeavesNothingToTry: the journal keeps a digest of each request that may be repeated. Whoever has it must not be able to try
// all the documents that the request may have named; the request itself can be repeated, also after a restart.
func TestARequestLeavesNothingToTry(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	body := map[string]any{"service": "household-birth", "person": map[string]string{"kind": "idcard", "value": herCard}}
	first, err := client{base: p.Base}.do("POST", "/api/v1/tickets", "tap-1", body)
	if err != nil || first.status != 201 {
		t.Fatal(err, first.status)
	}
	p.stop(t)
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	tried := sha256.Sum256([]byte("POST\x00/api/v1/tickets\x00" + string(raw) + "\x00"))
	if names := inFiles(t, data, string(tried[:16])); len(names) > 0 {
		t.Errorf("her document can be found by trying, from %v", names)
	}
	if names := inFiles(t, data, "tap-1"); len(names) == 0 {
		t.Error("the key of the request was not recorded: the test has gone blind")
	}
	p = startProcess(t, data, "127.0.0.1:0")
	again, err := client{base: p.Base}.do("POST", "/api/v1/tickets", "tap-1", body)
	if err != nil || again.status != 201 || !bytes.Equal(again.body, first.body) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("repeated after a restart: %v %d %s", err, again.status, again.body)
	}
	body["service"] = "household-move"
	if other, err := (client{base: p.Base}).do("POST", "/api/v1/tickets", "tap-1", body); err != nil || other.status != 422 {
		t.Errorf("another request under the key: %v %d %s", err, other.status, other.body)
	}
}
