package wait

import (
	"bytes"
	"encoding/hex"
	"flag"
	"maps"
	"math"
	"os"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

func TestMeanLeansOnThePlanUntilThereAreMany(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	deed := d.service("deed")
	if mean, shape := d.f.Handling(deed); mean != 720 || shape != 0.6 {
		t.Errorf("before anything: %v s, c² %v", mean, shape)
	}
	for range 20 {
		d.visit("3", "deed", 24*time.Minute)
	}
	if mean, shape := d.f.Handling(deed); mean != 18*60 || math.Abs(shape-0.3) > 1e-9 {
		t.Errorf("after 20 of 24 minutes: %v s, c² %v; want 1080 and 0.3", mean, shape)
	}
	if mean, _ := d.f.Handling(d.service("passport")); mean != 360 {
		t.Errorf("passports learned from deeds: %v s", mean)
	}
}

func TestWhatIsTakenBackIsForgotten(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	before := d.f.total["deed"]
	k := d.visit("3", "deed", 24*time.Minute)
	if d.f.total["deed"] != (sums{1, 1440, 1440 * 1440}) {
		t.Errorf("one visit taught %+v", d.f.total["deed"])
	}
	d.do(at("3"), hall.Reopen{Window: "3", Ticket: k})
	if d.f.total["deed"] != before {
		t.Errorf("a finish taken back still teaches %+v", d.f.total["deed"])
	}
	d.later(6 * time.Minute)
	d.do(at("3"), hall.Finish{Window: "3"})
	if d.f.total["deed"] != (sums{1, 1800, 1800 * 1800}) {
		t.Errorf("finished again it teaches %+v", d.f.total["deed"])
	}
	d.do(at("3"), hall.Void{Ticket: k, Reason: "twice"})
	if _, there := d.f.total["deed"]; there {
		t.Errorf("a voided visit teaches %+v", d.f.total["deed"])
	}
}

func TestWhatTeachesNothing(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.visit("3", "deed", 6*time.Hour) // doubtful
	d.issue("deed")
	d.do(at("3"), hall.Next{Window: "3"})
	d.do(at("3"), hall.Finish{Window: "3"}) // start inferred
	d.issue("deed")
	d.serve("3")
	d.do(at("3"), hall.GoneAway{Window: "3"})
	d.issue("deed")
	d.serve("3")
	d.later(5 * time.Minute)
	d.do(hall.Actor{}, hall.Start{Version: "2"}) // an outage
	d.do(at("3"), hall.Finish{Window: "3"})
	if len(d.f.total) != 0 {
		t.Errorf("%+v", d.f.total)
	}
}

func TestOldDaysAreForgotten(t *testing.T) {
	d := newDesk(t, nil)
	for n := range Days + 3 {
		if n > 0 {
			d.later(24 * time.Hour)
			d.do(hall.Actor{}, hall.CloseDay{})
			d.do(hall.Actor{}, hall.OpenDay{})
		} else {
			d.open("3")
		}
		d.visit("3", "deed", time.Duration(n+1)*time.Minute)
	}
	want := sums{n: Days}
	for n := 3; n < Days+3; n++ {
		s := int64(n+1) * 60
		want.seconds, want.squares = want.seconds+s, want.squares+s*s
	}
	if got := d.f.total["deed"]; got != want || len(d.f.days) != Days {
		t.Errorf("%d days with %+v, want %d with %+v", len(d.f.days), got, Days, want)
	}
}

// TestEqualsNaiveRecount compares with what the state's own tickets say at the end of every walk, and the total with its
// days.
func TestEqualsNaiveRecount(t *testing.T) {
	learned := int64(0)
	for seed := range uint64(6) {
		w, f := halltest.New(seed+60), New()
		tickets, guessed := map[hall.TicketKey]hall.Ticket{}, map[hall.LegKey]bool{}
		for step, done := 0, 0; step < 4000; step++ {
			w.Step()
			for ; done < len(w.Records); done++ {
				r := w.Records[done]
				f.Apply(r.Seq, r.At, r.Header, r.Event)
				if e, ok := r.Event.(*hall.LegEnded); ok && e.Inferred {
					guessed[e.Leg] = true
				}
			}
			s := w.Working.Publish()
			if step%20 == 19 || step == 3999 {
				for _, date := range s.Dates() {
					for ticket := range s.Tickets(date) {
						tickets[ticket.Key] = ticket
					}
				}
			}
		}
		want := map[string]sums{}
		for _, ticket := range tickets {
			for i, l := range ticket.Legs {
				k := hall.LegKey{Date: ticket.Key.Date, N: ticket.Key.N, Leg: uint8(i + 1)}
				if ticket.State() == "voided" || l.End != hall.Finished || guessed[k] || l.Doubtful || l.Outage {
					continue
				}
				s := int64(math.Floor(float64(l.Times.Handling)/1000 + 0.5))
				want[l.Service] = want[l.Service].plus(sums{1, s, s * s}, +1)
			}
		}
		if !maps.Equal(f.total, want) {
			t.Errorf("seed %d: learned %+v, the tickets say %+v", seed, f.total, want)
		}
		for _, s := range want {
			learned += s.n
		}
	}
	if learned < 500 {
		t.Errorf("only %d handlings were compared", learned)
	}
}

func apply(f *Fold, records []halltest.Record) *Fold {
	for _, r := range records {
		f.Apply(r.Seq, r.At, r.Header, r.Event)
	}
	return f
}

func encode(t testing.TB, f *Fold) []byte {
	t.Helper()
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRestoredGoesOnLikeFresh cuts a walk at every record and goes on from what was stored there.
func TestRestoredGoesOnLikeFresh(t *testing.T) {
	records := halltest.Records(8, 700)
	whole, before := encode(t, apply(New(), records)), New()
	for cut := range records {
		f, err := Restore(encode(t, before))
		if err != nil {
			t.Fatalf("cut %d: %v", cut, err)
		}
		if !bytes.Equal(encode(t, apply(f, records[cut:])), whole) {
			t.Fatalf("cut %d: the restored fold ends otherwise", cut)
		}
		if !maps.Equal(f.total, apply(New(), records).total) {
			t.Fatalf("cut %d: the restored fold has other sums", cut)
		}
		apply(before, records[cut:cut+1])
	}
}

func TestApplyRefusesGaps(t *testing.T) {
	for _, seq := range []uint64{0, 2} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("event %d was taken first", seq)
				}
			}()
			New().Apply(seq, 0, hall.Header{}, &hall.ClockConfirmed{})
		}()
	}
	f := New()
	f.Apply(1, 0, hall.Header{}, &hall.ClockConfirmed{})
	if f.Seq() != 1 {
		t.Errorf("the sequence is %d", f.Seq())
	}
}

// TestStoredForm guards the form in which it lies on disks: when it changes, format must too.
func TestStoredForm(t *testing.T) {
	d := newDesk(t, nil)
	d.open("3")
	d.visit("3", "deed", 10*time.Minute)
	d.visit("3", "passport", 4*time.Minute)
	got := hex.EncodeToString(encode(t, d.f)) + "\n"
	if *rewrite {
		if err := os.WriteFile("testdata/stored.hex", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/stored.hex")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the stored form has changed; raise format and run with -rewrite\n got %swant %s", got, want)
	}
}

func TestHashNamesWhatWasLearned(t *testing.T) {
	records := halltest.Records(3, 300)
	a, errA := apply(New(), records).Hash()
	b, errB := apply(New(), records[:299]).Hash()
	again, errC := apply(New(), records).Hash()
	if a != again || a == b || errA != nil || errB != nil || errC != nil {
		t.Errorf("%x %x %x, %v %v %v", a, again, b, errA, errB, errC)
	}
}

func TestDamagedBytesAreNotRead(t *testing.T) {
	b := encode(t, apply(New(), halltest.Records(3, 300)))
	for n := range len(b) {
		if _, err := Restore(b[:n]); err == nil {
			t.Fatalf("only %d of %d bytes were read", n, len(b))
		}
	}
	b[0]++
	if _, err := Restore(b); err == nil {
		t.Error("another format was read")
	}
}

func FuzzRestore(f *testing.F) {
	f.Add(encode(f, New()))
	f.Add(encode(f, apply(New(), halltest.Records(1, 80))))
	w := halltest.New(2)
	for range 50 {
		w.Step()
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Restore(b)
		if err != nil {
			return
		}
		encode(t, got)
		got.Apply(got.Seq()+1, 1, hall.Header{}, &hall.Started{Outage: true})
		got.Estimate(w.Working.Publish(), "deed", 3, w.Now)
	})
}
