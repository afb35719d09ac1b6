package counter

import (
	"testing"
)

var chen, wang = clerk("1008"), clerk("1009")

// TestDayAtAWindow walks one window through everything that can happen there.
func TestDayAtAWindow(t *testing.T) {
	st := newStory(t)
	if w := st.must(chen, "windows/8/open", ""); w["state"] != "open" || w["id"] != "8" {
		t.Fatalf("open answered %v", w)
	}
	first := st.take("join", "")
	st.wait(60)
	got := st.must(chen, "windows/8/next", "")
	if got["number"] != first || got["state"] != "called" || got["waitSeconds"] != 60.0 {
		t.Fatalf("next answered %v", got)
	}
	if got["why"].(map[string]any)["eligible"] != 1.0 {
		t.Errorf("why is %v", got["why"])
	}
}
