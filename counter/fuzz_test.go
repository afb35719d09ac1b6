package counter

import (
	"maps"
	"testing"

	"jiaohao/server/hall"
)

// fuzzedRoutes are the staff's routes as a hostile page could call them.
var fuzzedRoutes = []string{"windows/8/open", "windows/8/pause", "windows/8/resume", "windows/8/close", "windows/8/next", "windows/8/recall", "windows/8/start",
	"windows/8/pass", "windows/8/park", "windows/8/uncall", "windows/8/left", "windows/8/finish", "windows/8/unpark", "windows/8/transfer", "windows/8/call",
	"windows/8/leg", "windows/8/reopen", "windows/8/abandon", "windows/8/handover", "tickets/by-number/A001/reclassify", "tickets/by-number/A001/void",
	"tickets/by-number/A001/correct", "tickets/by-number/A001/return"}

// Whatever a body says, it is answered without a failure of the server, and one that is refused has changed nothing.
func FuzzCommandBody(f *testing.F) {
	for i, body := range []string{``, `{}`, `null`, `[]`, `{"current":"pass"}`, `{"current":{"finish":{"outcome":"completed","cases":2}}}`, `{"reason":"break","minutes":5}`,
		`{"items":[{"service":"join","outcome":"completed","cases":1,"caseNo":"x"}]}`, `{"ticket":"A001","reason":"r"}`, `{"service":"pension","place":"end","note":"n"}`,
		`{"outcome":"completed","cases":-1}`, `{"cases":1e400}`, `{"staff":"1009"}`, `{"class":"military","reason":"证件"}`, `{"confirm":true}`, "{\"a\":\"\xff\"}"} {
		for route := range fuzzedRoutes {
			if (route+i)%5 == 0 {
				f.Add(uint8(route), uint8(i), body)
			}
		}
	}
	stages := newStages(f)
	f.Fuzz(func(t *testing.T, route, stage uint8, body string) {
		st, by, before := stages.at(t, stage)
		a := st.post(by, fuzzedRoutes[int(route)%len(fuzzedRoutes)], body)
		if a.status >= 500 {
			t.Fatalf("%d %s", a.status, a.text)
		}
		if a.status >= 400 && stateHash(t, st) != before {
			t.Fatalf("refused with %d %s, and yet something changed", a.status, a.text)
		}
	})
}

// stages are one story at each of its stages, to come back to before each input: to tell it anew takes many times as long as an input.
type stages struct {
	*story
	reached [14]reached
}

type reached struct {
	by    hall.Actor
	state hall.State
	notes map[uint64]string
	hash  [32]byte
}

func newStages(f *testing.F) *stages {
	s := &stages{story: newStory(f)}
	founded := s.desk.State()
	for n := range s.reached {
		s.desk.w, s.desk.notes, s.secrets = hall.Resume(founded), map[uint64]string{}, nil
		by := s.stage(uint8(n))
		s.reached[n] = reached{by, s.desk.State(), s.desk.notes, stateHash(f, s.story)}
	}
	return s
}

func (s *stages) at(t *testing.T, n uint8) (*story, hall.Actor, [32]byte) {
	r := s.reached[int(n)%len(s.reached)]
	s.t, s.desk.w, s.desk.notes = t, hall.Resume(r.state), maps.Clone(r.notes)
	return s.story, r.by, r.hash
}

// stage brings window 8 to one of the states a ticket can be in there, and gives who asks.
func (st *story) stage(n uint8) hall.Actor {
	by := clerk("1008")
	if n%7 == 0 {
		return by
	}
	st.do(by, hall.Open{Window: "8"})
	st.take("join", "ordinary")
	st.take("pension", "ordinary")
	steps := []hall.Command{hall.Next{Window: "8"}, hall.Begin{Window: "8"}, hall.Park{Window: "8"}}
	for _, c := range steps[:int(n%7)%4] {
		st.do(by, c)
	}
	if n%2 == 1 {
		return boss("8001")
	}
	return by
}

func stateHash(t testing.TB, st *story) [32]byte {
	t.Helper()
	hash, err := st.desk.State().Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
