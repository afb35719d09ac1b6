package live

import (
	"math/rand/v2"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func ms(n int) time.Time { return t0.Add(time.Duration(n) * time.Millisecond) }

func newPace() *pace {
	return &pace{coalesce: 30 * time.Millisecond, gap: 100 * time.Millisecond, repeat: 30 * time.Second, full: t0}
}

func TestPace(t *testing.T) {
	tests := []struct {
		name string
		play func(p *pace)
		due  time.Time
	}{
		{"nothing changed: only the repetition", func(*pace) {}, ms(30000)},
		{"a change waits for company", func(p *pace) { p.changed(ms(1000)) }, ms(1030)},
		{"the first of a burst sets the clock", func(p *pace) { p.changed(ms(1000)); p.changed(ms(1025)) }, ms(1030)},
		{"a change soon after a frame keeps its distance", func(p *pace) { p.sent(ms(1000)); p.changed(ms(1010)) }, ms(1100)},
		{"a change long after a frame does not", func(p *pace) { p.sent(ms(1000)); p.changed(ms(1090)) }, ms(1120)},
		{"a look without a frame keeps its distance too", func(p *pace) { p.changed(ms(900)); p.looked(ms(1000)); p.changed(ms(1010)) }, ms(1100)},
		{"after a look nothing is pending", func(p *pace) { p.changed(ms(900)); p.looked(ms(1000)) }, ms(30000)},
		{"the repetition counts from the last frame", func(p *pace) { p.sent(ms(5000)) }, ms(35000)},
		{"a look at the repetition's time counts as one", func(p *pace) { p.looked(ms(30000)) }, ms(60000)},
		{"a change close to the repetition goes with it", func(p *pace) { p.changed(ms(29990)) }, ms(30000)},
		{"ten in a row exhaust a second", func(p *pace) {
			for i := range 10 {
				p.sent(ms(1000 + i))
			}
			p.changed(ms(1010))
		}, ms(2000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPace()
			tt.play(p)
			if got := p.due(); !got.Equal(tt.due) {
				t.Errorf("due %v after the start, want %v", got.Sub(t0), tt.due.Sub(t0))
			}
		})
	}
}

// No second may see more than ten frames, whatever comes, and no change may wait for ever.
func TestPaceBoundsEverySecond(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		p := newPace()
		var sent []time.Time
		waiting := time.Time{}
		for at := 0; at < 20000; at++ {
			now := ms(at)
			urgent := rnd.IntN(30) == 0
			if urgent || rnd.IntN(10) == 0 {
				p.changed(now)
				if waiting.IsZero() {
					waiting = now
				}
			}
			if urgent && !now.Before(p.free()) || p.pending && !now.Before(p.due()) {
				p.sent(now)
				sent = append(sent, now)
				waiting = time.Time{}
			}
			if !waiting.IsZero() && now.Sub(waiting) > time.Second {
				t.Fatalf("seed %d: a change waits since %v", seed, waiting.Sub(t0))
			}
		}
		for i := burst; i < len(sent); i++ {
			if d := sent[i].Sub(sent[i-burst]); d < time.Second {
				t.Fatalf("seed %d: %d frames within %v", seed, burst+1, d)
			}
		}
		if len(sent) < 190 {
			t.Fatalf("seed %d: only %d frames in 20 s of steady change", seed, len(sent))
		}
	}
}
