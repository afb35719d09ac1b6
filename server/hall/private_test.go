package hall

import (
	"bytes"
	"testing"
	"time"
)

// secretive are events with a private part, each with every field of it that a person can be known by.
func secretive(d *drill, t testing.TB) {
	clerk, citizen := person(d.w.b.plan, "1001"), Actor{Kind: Citizen}
	d.must(t, clerk, Open{Window: "1"})
	secret := &Secret{Kind: "idcard", Digest: []byte("digest"), Masked: "3301**********1234", Name: "王*", Text: "文字", Phone: "13800000000"}
	a := d.issue(t, Issue{Service: "household", PersonRef: "p1", Secret: secret})
	b := d.issue(t, Issue{Service: "household"})
	d.later(time.Minute)
	d.must(t, clerk, Reclassify{Ticket: b, Class: "elderly", Reason: "证件已验"})
	d.must(t, clerk, Call{Window: "1", Ticket: a, Reason: "行动不便"})
	d.must(t, clerk, Begin{Window: "1"})
	d.must(t, clerk, Park{Window: "1", Reason: "复印"})
	d.must(t, clerk, Transfer{Window: "1", Ticket: a, Service: "idcard", Note: "材料已核"})
	d.must(t, clerk, Next{Window: "1"})
	d.must(t, clerk, Begin{Window: "1"})
	d.must(t, clerk, Finish{Window: "1"})
	d.must(t, clerk, Correct{Ticket: b, Items: []Item{{Outcome: Advised}}, Reason: "填错"})
	d.must(t, citizen, Rate{Ticket: b, Leg: 1, Level: 1, Text: "等太久"})
	d.must(t, citizen, Complain{Ticket: b, Text: "态度不好", Phone: "13900000000"})
	d.must(t, clerk, Void{Ticket: b, Reason: "测试"})
	d.must(t, person(d.w.b.plan, "8001"), Void{Ticket: a, Reason: "测试"})
}

// TestErasingPersons: with every private part erased the records fold to the same state, and no private word is in what
// remains.
func TestErasingPersons(t *testing.T) {
	d := newDrill(t, readPlan(t, "county", nil))
	secretive(d, t)
	kinds := map[string]bool{}
	for _, r := range d.records {
		if r.secret == nil {
			continue
		}
		kinds[r.kind] = true
		if s, err := DecodeSecret(r.secret); err != nil || s.empty() {
			t.Errorf("the private part of a %s reads as %+v, %v", r.kind, s, err)
		}
		for _, word := range []string{"digest", "3301**", "王*", "文字", "13800000000", "证件已验", "行动不便", "复印", "材料已核", "填错", "等太久", "态度不好", "13900000000", "测试"} {
			if bytes.Contains(r.chained, []byte(word)) {
				t.Errorf("the chained bytes of a %s say %q", r.kind, word)
			}
		}
	}
	for kind, make := range makers {
		if _, private := make().(private); private && !kinds[kind] {
			t.Errorf("no %s with a private part was tried", kind)
		}
	}
	w, err := fold(d.records)
	if err != nil {
		t.Fatal(err)
	}
	if hashOf(t, w.Publish()) != hashOf(t, d.state()) {
		t.Error("the state is another one without the private parts")
	}
}

// TestPrivatePartsDecideNothing gives the same commands with and without texts and finds the same state.
func TestPrivatePartsDecideNothing(t *testing.T) {
	states := map[[32]byte]bool{}
	for _, text := range []string{"", "口头说明"} {
		d := newDrill(t, readPlan(t, "county", nil))
		clerk := person(d.w.b.plan, "1001")
		d.must(t, clerk, Open{Window: "1"})
		k := d.ticket(t, "household")
		d.must(t, clerk, Next{Window: "1"})
		d.must(t, clerk, Begin{Window: "1"})
		d.must(t, clerk, Park{Window: "1", Reason: text})
		d.must(t, clerk, Transfer{Window: "1", Ticket: k, Service: "idcard", Note: text})
		states[hashOf(t, d.state())] = true
	}
	if len(states) != 1 {
		t.Error("a free text changes the state")
	}
}
