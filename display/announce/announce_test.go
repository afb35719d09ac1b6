package announce

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

const second hall.Time = 1000

// story tells what happens in a zone, one sentence a line, and keeps what was said.
type story struct {
	t     *testing.T
	at    hall.Time
	id    uint64
	calls []Call
	queue Queue
	said  []string
}

// call is a call or, for a number called before, a recall.
func (s *story) call(number, window string) {
	s.id++
	s.calls = slices.DeleteFunc(s.calls, func(c Call) bool { return c.Number == number })
	s.calls = append(s.calls, Call{ID: s.id, Number: number, Window: window, At: s.at, Called: true})
}

func (s *story) gone(number string) {
	for i := range s.calls {
		if s.calls[i].Number == number {
			s.calls[i].Called = false
		}
	}
}

// pass lets time go by, looking whenever the queue wants to be looked at.
func (s *story) pass(d hall.Time) {
	for end := s.at + d; ; {
		s.look()
		wake := s.queue.Wake()
		if wake == 0 || wake > end {
			s.at = end
			break
		}
		s.at = wake
	}
	s.look()
}

func (s *story) look() {
	before := s.queue.Now()
	s.queue = s.queue.Advance(s.calls, s.at)
	if now := s.queue.Now(); now != nil && now != before {
		s.said = append(s.said, fmt.Sprintf("%s×%d", now.Number, now.Times))
	}
}

// does reads "A001 to 8", "A001 gone", "30s" and the like.
func (s *story) does(line string) {
	s.t.Helper()
	words := strings.Fields(line)
	switch {
	case len(words) == 3 && words[1] == "to":
		s.call(words[0], words[2])
		s.look()
	case len(words) == 2 && words[1] == "gone":
		s.gone(words[0])
		s.look()
	case len(words) == 1 && strings.HasSuffix(line, "s"):
		var n int
		if _, err := fmt.Sscanf(line, "%ds", &n); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		s.pass(hall.Time(n) * second)
	default:
		s.t.Fatalf("nobody knows what %q means", line)
	}
}

func TestTheVoice(t *testing.T) {
	for _, c := range []struct{ what, happens, said string }{
		{"nothing is said where nobody is called", "60s", ""},
		{"a call is said twice", "A001 to 8; 30s", "A001×2"},
		{"a call is said once only, however often one looks", "A001 to 8; 1s; 1s; 1s; 60s; 60s", "A001×2"},
		{"two calls are said in their order", "A001 to 8; B001 to 5; 60s", "A001×2 B001×2"},
		{"a recall is said again", "A001 to 8; 30s; A001 to 8; 30s", "A001×2 A001×2"},
		{"a recall during its own announcement is said after it", "A001 to 8; 1s; A001 to 8; 60s", "A001×2 A001×2"},
		{"a recall of a call that still waits is merged and keeps its place", "A001 to 8; B001 to 5; C001 to 1; B001 to 5; 90s", "A001×2 B001×2 C001×2"},
		{"who came before the voice did is left out", "A001 to 8; B001 to 5; B001 gone; 60s", "A001×2"},
		{"who came during the announcement does not cut it short", "A001 to 8; A001 gone; B001 to 5; 5s", "A001×2"},
		{"who came at once is not said at all", "A001 to 8; B001 to 5; B001 gone; C001 to 1; 60s", "A001×2 C001×2"},
		{"with five waiting all is said twice", "X001 to 1; A001 to 1; A002 to 2; A003 to 3; A004 to 4; 14s", "X001×2 A001×2"},
		{"with more than five waiting each is said once", "X001 to 1; A001 to 1; A002 to 2; A003 to 3; A004 to 4; A005 to 5; A006 to 6; 14s", "X001×2 A001×1"},
		{"the twice comes back when the crowd has gone", "X001 to 1; A001 to 1; A002 to 2; A003 to 3; A004 to 4; A005 to 5; A006 to 6; 29s", "X001×2 A001×1 A002×2 A003×2"},
		{"a call older than a minute is not said", "A001 to 199; A002 to 199; A003 to 199; A004 to 199; A005 to 199; A006 to 199; 200s",
			"A001×2 A002×2 A003×2 A004×2 A005×2"},
		{"a recall makes a call young again and keeps its place", "A001 to 199; A002 to 199; A003 to 199; A004 to 199; A005 to 199; A006 to 199; 50s; A006 to 199; 200s",
			"A001×2 A002×2 A003×2 A004×2 A005×2 A006×2"},
		{"called again elsewhere, only the new window is said", "X001 to 1; A001 to 8; A001 to 9; 60s", "X001×2 A001×2"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := &story{t: t, at: 1_000_000}
			for line := range strings.SplitSeq(c.happens, ";") {
				s.does(strings.TrimSpace(line))
			}
			if got := strings.Join(s.said, " "); got != c.said {
				t.Errorf("%s\nsaid %q\nwant %q", c.happens, got, c.said)
			}
		})
	}
}

func TestACallFromBeforeIsNotSaidWhenItIsOld(t *testing.T) {
	old := []Call{{ID: 7, Number: "A001", Window: "8", At: 1000, Called: true}}
	if q := (Queue{}).Advance(old, 1000+MaxAge+1); q.Now() != nil || q.Waiting() != 0 || q.Wake() != 0 {
		t.Errorf("a queue that begins late says %+v", q.Now())
	}
	if q := (Queue{}).Advance(old, 1000+MaxAge); q.Now() == nil {
		t.Error("a call of exactly a minute is still said")
	}
}

func TestAQueueIsAValue(t *testing.T) {
	calls := []Call{{ID: 1, Number: "A001", Window: "1", At: 0, Called: true}, {ID: 2, Number: "A002", Window: "2", At: 0, Called: true}, {ID: 3, Number: "A003", Window: "3", At: 0, Called: true}}
	q := Queue{}.Advance(calls, 0)
	one := q.Advance(calls, q.Wake())
	q.Advance(append(calls, Call{ID: 4, Number: "A004", Window: "4", At: 1, Called: true}), 1)
	two := q.Advance(calls, q.Wake())
	if one.Now().Number != "A002" || two.Now().Number != "A002" || one.Waiting() != 1 || two.Waiting() != 1 {
		t.Errorf("the same step gave %+v and %+v", one, two)
	}
}

func TestAnAnnouncementLastsAsLongAsItsClips(t *testing.T) {
	q := Queue{}.Advance([]Call{{ID: 9, Number: "A017", Window: "8", At: 0, Called: true}}, 0)
	s := q.Now()
	if got := s.Until - s.From; got < 10*second || got > 16*second {
		t.Errorf("twice takes %d ms", got)
	}
	if s.Name() != "c9" {
		t.Errorf("its name is %q", s.Name())
	}
	once := Say{Call: s.Call, Times: 1}
	if once.length() < Least {
		t.Errorf("once takes %d ms, the board needs %d", once.length(), Least)
	}
}

func TestWhatIsSaid(t *testing.T) {
	for _, c := range []struct {
		number, window string
		times          int
		clips, text    string
	}{
		{"A017", "8", 1, "chime qing A 0 1 7 hao dao 8 hao-chuangkou", "请 A017 号到 8 号窗口"},
		{"A017", "8", 2, "chime qing A 0 1 7 hao dao 8 hao-chuangkou pause qing A 0 1 7 hao dao 8 hao-chuangkou", "请 A017 号到 8 号窗口"},
		{"AB1000", "12", 1, "chime qing A B 1 0 0 0 hao dao 10 2 hao-chuangkou", "请 AB1000 号到 12 号窗口"},
		{"Z001", "B2", 1, "chime qing Z 0 0 1 hao dao B 2 hao-chuangkou", "请 Z001 号到 B2 号窗口"},
	} {
		s := Say{Call: Call{Number: c.number, Window: c.window}, Times: c.times}
		if got := strings.Join(s.Clips(), " "); got != c.clips {
			t.Errorf("%s to %s: %q, want %q", c.number, c.window, got, c.clips)
		}
		if s.Text() != c.text {
			t.Errorf("%s to %s: %q", c.number, c.window, s.Text())
		}
	}
}

func TestWindowsAreCounted(t *testing.T) {
	for window, want := range map[string]string{"1": "1", "10": "10", "11": "10 1", "19": "10 9", "20": "2 10", "21": "2 10 1", "99": "9 10 9", "100": "1 100",
		"105": "1 100 0 5", "110": "1 100 1 10", "111": "1 100 1 10 1", "120": "1 100 2 10", "999": "9 100 9 10 9", "1000": "1 0 0 0", "07": "0 7", "0": "0", "b-2": "B 2", "-5": "5"} {
		if got := strings.Join(counted(window), " "); got != want {
			t.Errorf("window %s reads %q, want %q", window, got, want)
		}
	}
}

// model is the voice as one would do it with pencil and paper: every tenth of a second it goes through everything that has
// ever happened and asks who is to be said.
type model struct {
	history []Call // every call, oldest first
	gone    map[uint64]hall.Time
	spoken  map[uint64]bool // calls that were said or were dropped for good
	free    hall.Time
	said    []string
}

func (m *model) latest(number string) (last Call) {
	for _, c := range m.history {
		if c.Number == number {
			last = c
		}
	}
	return last
}

// rank is the place of a number: the oldest call of it in a row of calls that were all still waiting when the next came.
func (m *model) rank(c Call) uint64 {
	best := c.ID
	for i := len(m.history) - 1; i >= 0; i-- {
		h := m.history[i]
		if h.Number != c.Number || h.ID > c.ID {
			continue
		}
		if h.ID < best && m.spoken[h.ID] {
			break
		}
		best = h.ID
	}
	return best
}

func (m *model) tick(at hall.Time) {
	type place struct {
		rank uint64
		call Call
	}
	var line []place
	for _, c := range m.history {
		if m.latest(c.Number).ID != c.ID || m.spoken[c.ID] {
			continue
		}
		if _, gone := m.gone[c.ID]; gone || at-c.At > MaxAge {
			m.drop(c)
			continue
		}
		line = append(line, place{m.rank(c), c})
	}
	if at < m.free || len(line) == 0 {
		return
	}
	slices.SortFunc(line, func(a, b place) int { return int(a.rank) - int(b.rank) })
	s := Say{Call: line[0].call, Times: 2}
	if len(line) > Crowd {
		s.Times = 1
	}
	m.drop(s.Call)
	m.free = at + s.length()
	m.said = append(m.said, fmt.Sprintf("%d:%s×%d@%d", s.ID, s.Number, s.Times, at))
}

// drop takes a call and all before it of the same number out of the line.
func (m *model) drop(c Call) {
	for _, h := range m.history {
		if h.Number == c.Number && h.ID <= c.ID {
			m.spoken[h.ID] = true
		}
	}
}

func TestTheVoiceAgreesWithPencilAndPaper(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := &model{gone: map[uint64]hall.Time{}, spoken: map[uint64]bool{}}
		s := &story{t: t, at: 5_000_000}
		var said []string
		for step := 0; step < 1000; step++ {
			s.at += 100
			switch n := r.IntN(100); {
			case n < 4 || n < 12 && step%400 < 60:
				s.call(fmt.Sprintf("A%03d", r.IntN(15)), fmt.Sprint(1+r.IntN(20)))
				m.history = append(m.history, s.calls[len(s.calls)-1])
			case n < 16 && len(s.calls) > 0:
				c := s.calls[r.IntN(len(s.calls))]
				s.gone(c.Number)
				m.gone[c.ID] = s.at
			}
			before := s.queue.Now()
			s.queue = s.queue.Advance(s.calls, s.at)
			if now := s.queue.Now(); now != nil && now != before {
				said = append(said, fmt.Sprintf("%d:%s×%d@%d", now.ID, now.Number, now.Times, s.at))
			}
			m.tick(s.at)
		}
		if !slices.Equal(said, m.said) {
			t.Fatalf("seed %d: the queue said\n%v\nthe model\n%v", seed, said, m.said)
		}
		if len(said) < 5 {
			t.Fatalf("seed %d says almost nothing: %v", seed, said)
		}
	}
}
