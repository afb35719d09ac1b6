package hall

import (
	"fmt"
	"strconv"
	"testing"
)

// busyHall is the county's hall with its windows open and so many people waiting for household matters.
func busyHall(b *testing.B, waiting int) *drill {
	b.Helper()
	d := newDrill(b, readPlan(b, "county", func(p *Plan) { p.Calendar.AlwaysOpen = true }))
	for i := range 4 {
		d.must(b, person(d.w.b.plan, fmt.Sprint(1001+i)), Open{Window: fmt.Sprint(1 + i)})
	}
	for i := range waiting {
		d.now += 1000
		d.issue(b, Issue{Service: "household", Class: []string{"", "", "", "elderly", "pregnant"}[i%5], Proved: true})
	}
	d.records = nil
	return d
}

// BenchmarkIssue is what one ticket costs in the core when 45 of them share a batch, decided, applied and published once, and
// when each is alone. 500 people wait at first, and nobody is called.
func BenchmarkIssue(b *testing.B) {
	b.Run("batch", func(b *testing.B) { benchmarkIssue(b, 45) })
	b.Run("alone", func(b *testing.B) { benchmarkIssue(b, 1) })
}

func benchmarkIssue(b *testing.B, batch int) {
	const perDay = 2000
	var d *drill
	by, digest := Actor{Kind: Terminal, ID: "kiosk-1"}, make([]byte, 32)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%perDay == 0 {
			b.StopTimer()
			d = busyHall(b, 500)
			b.StartTimer()
		}
		d.now += 5
		secret := scattered(n)
		o := Order{By: by, Key: secret, Digest: digest, Do: Issue{ID: secret, Service: "household", Channel: "kiosk", Lang: "zh"}}
		events, answer, err := d.w.Decide(o, d.now)
		if err != nil {
			b.Fatal(err)
		}
		d.w.Apply(d.w.Seq()+1, d.now, HeaderOf(o, answer, 0, 1), events[0])
		if n%batch == batch-1 {
			d.w.Publish()
		}
	}
}

// scattered gives different texts in no order, as secrets and keys are.
func scattered(n int) string { return strconv.FormatUint(uint64(n+1)*0x9e3779b97f4a7c15, 36) }

// BenchmarkEncode is the bytes of a ticket's record.
func BenchmarkEncode(b *testing.B) {
	h := Header{By: Terminal, ByID: "kiosk-1", Key: scattered(1), Digest: make([]byte, 32), Leg: LegKey{Date: 20261123, N: 17, Leg: 1}}
	e := &TicketIssued{Key: h.Leg.Ticket(), ID: scattered(2), Number: Number{Prefix: "A", N: 17}, Service: "household", Class: Ordinary,
		Channel: "kiosk", Lang: "zh", Ahead: 16, Promise: &Promise{Seconds: 600, Low: 300, High: 900, Basis: "learned"}}
	b.ReportAllocs()
	var buffer []byte
	for b.Loop() {
		longer, _, err := AppendEvent(buffer[:0], h, e)
		if err != nil {
			b.Fatal(err)
		}
		buffer = longer
	}
}

// BenchmarkPick is one pick with 500 people waiting in three classes.
func BenchmarkPick(b *testing.B) {
	d := busyHall(b, 500)
	s := d.state()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := Pick(s, "1", d.now); !ok {
			b.Fatal("nobody waits")
		}
	}
}

// BenchmarkNext is a window calling one after the other with 500 people waiting.
func BenchmarkNext(b *testing.B) {
	var d *drill
	by := Actor{Kind: Clerk, ID: "1001"}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		o := Order{By: by, Do: Next{Window: "1", Finish: &Finish{}}}
		if n%400 == 0 {
			b.StopTimer()
			d = busyHall(b, 500)
			o.Do = Next{Window: "1"}
			b.StartTimer()
		}
		events, answer, err := d.w.Decide(o, d.now)
		if err != nil {
			b.Fatal(err)
		}
		for i, e := range events {
			d.w.Apply(d.w.Seq()+1, d.now, HeaderOf(o, answer, i, len(events)), e)
		}
	}
}

// BenchmarkSnapshot writes and reads the state of a day with 2000 tickets.
func BenchmarkSnapshot(b *testing.B) {
	d := busyHall(b, 2000)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.state().Encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
	image, err := d.state().Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("restore", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(image)))
		for b.Loop() {
			if _, err := Restore(image); err != nil {
				b.Fatal(err)
			}
		}
	})
}
