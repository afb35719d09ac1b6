package counter

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/live"
)

var rewrite = flag.Bool("rewrite", false, "write the golden frames again")

// crowd lets people of all classes come, a minute apart.
func (st *story) crowd() {
	for _, class := range []string{"", "elderly", "", "military", "", "elderly", "", "", ""} {
		st.take("join", class)
		st.wait(150)
	}
	st.take("pension", "elderly")
	st.wait(240)
}

// frames are the views that the page's own tests read too.
var frames = map[string]func(st *story){
	"closed": func(st *story) {},
	"empty": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.wait(80)
	},
	"free": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.crowd()
	},
	"called": func(st *story) {
		frames0(st)
		st.wait(4)
	},
	"serving": func(st *story) {
		frames0(st)
		st.must(chen, "windows/8/start", "")
		st.wait(6*60 + 42)
	},
	"claimed": func(st *story) {
		st.take("join", "military")
		st.wait(300)
		st.must(chen, "windows/8/open", "")
		st.must(chen, "windows/8/next", "")
		st.wait(3)
	},
	"pausing": func(st *story) {
		frames0(st)
		st.must(chen, "windows/8/start", "")
		st.must(chen, "windows/8/pause", `{"reason":"meal","minutes":30}`)
	},
	"paused": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.crowd()
		st.must(chen, "windows/8/pause", `{"reason":"meal","minutes":30}`)
	},
	"noted": func(st *story) {
		st.must(wang, "windows/9/open", "")
		st.take("join", "")
		st.must(wang, "windows/9/next", "")
		st.must(wang, "windows/9/start", "")
		st.must(chen, "windows/8/open", "")
		st.must(wang, "windows/9/transfer", `{"service":"pension","note":"材料已看过，只差复印件"}`)
		st.must(chen, "windows/8/next", "")
		st.wait(2)
	},
}

// frames0 is a busy window: two parked, one passed, one called.
func frames0(st *story) {
	st.must(chen, "windows/8/open", "")
	st.crowd()
	for i, reason := range []string{"去缴税", "去复印身份证"} {
		st.must(chen, "windows/8/next", "")
		st.wait(20 + i)
		st.must(chen, "windows/8/start", "")
		st.wait(200)
		st.must(chen, "windows/8/park", `{"reason":"`+reason+`"}`)
		st.wait(60)
	}
	st.must(chen, "windows/8/next", "")
	st.wait(11)
	st.must(chen, "windows/8/recall", "")
	st.wait(61)
	st.must(chen, "windows/8/next", `{"current":"pass"}`)
	st.wait(30)
	st.must(chen, "windows/8/start", "")
	st.wait(400)
	st.must(chen, "windows/8/next", `{"current":{"finish":{}}}`)
}

// frame renders the topic of window 8 as whoever may see it.
func (st *story) frame(by hall.Actor) ([]byte, error) {
	st.t.Helper()
	topic, err := st.topic(by, "8")
	if err != nil {
		st.t.Fatal(err)
	}
	_, data, _, err := topic.Render()
	return data, err
}

func (st *story) topic(by hall.Actor, window string) (live.Topic, error) {
	ctx := door.With(st.t.Context(), door.Caller{Actor: by, Lang: "zh"})
	return st.counter.Views()["counter"](ctx, url.Values{"window": {window}})
}

func TestFramesAreAsTheyWere(t *testing.T) {
	for name, play := range frames {
		t.Run(name, func(t *testing.T) {
			st := newStory(t)
			play(st)
			data, err := st.frame(zhao)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("testdata", "frames", name+".json"), data)
		})
	}
}

func compare(t *testing.T, path string, data []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, data, "", " "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("%s differs (go test -rewrite writes it again): got\n%s", path, got.String())
	}
}

func TestNoSecretLeavesTheSlice(t *testing.T) {
	person := regexp.MustCompile(`person|secret|"id":"secret`)
	for name, play := range frames {
		st := newStory(t)
		play(st)
		data, err := st.frame(zhao)
		if err != nil {
			t.Fatal(err)
		}
		said := string(data)
		for _, path := range []string{"windows/8/recall", "windows/8/finish", "windows/8/next"} {
			said += st.post(chen, path, "").text
		}
		said += st.send(chen, "", "GET", "windows/8/places", "").text
		for _, secret := range st.secrets {
			if strings.Contains(said, secret) {
				t.Errorf("%s gives %s away", name, secret)
			}
		}
		if found := person.FindString(said); found != "" {
			t.Errorf("%s speaks of %q", name, found)
		}
	}
}

// view plays a scene and gives what window 8 then sees.
func view(t *testing.T, scene string, change ...func(p *hall.Plan)) (*story, View) {
	t.Helper()
	st := newStory(t, change...)
	frames[scene](st)
	return st, st.counter.View(st.desk.State(), "8", st.desk.now())
}

func TestActionsFollowTheState(t *testing.T) {
	for scene, want := range map[string]string{
		"closed":  "",
		"empty":   "close pause",
		"free":    "next pause call",
		"called":  "start finish transfer uncall pause",
		"serving": "finish park transfer uncall left leg pause",
		"pausing": "finish park transfer uncall left leg resume",
		"paused":  "resume",
	} {
		_, v := view(t, scene)
		if got := strings.Join(v.Actions, " "); got != want {
			t.Errorf("%s allows %q, not %q", scene, got, want)
		}
		for _, a := range v.Actions {
			if _, refused := v.Refusals[a]; refused {
				t.Errorf("%s: %s is allowed and refused", scene, a)
			}
		}
	}
}

// TestPageAndRulesAgree presses every sunken key: the refusal must be the one that the frame had named.
func TestPageAndRulesAgree(t *testing.T) {
	bodies := map[string]string{"transfer": `{"service":"join"}`, "leg": `{"service":"join"}`, "pause": `{"reason":"break"}`}
	for scene := range frames {
		_, v := view(t, scene)
		for action, refusal := range v.Refusals {
			if action == "call" || action == "reopen" || refusal.Code == "nobody" {
				continue
			}
			st := newStory(t)
			frames[scene](st)
			if got := st.post(chen, "windows/8/"+action, bodies[action]); got.code() != refusal.Code {
				t.Errorf("%s: %s was announced as %s and met %d %s", scene, action, refusal.Code, got.status, got.text)
			}
		}
	}
}

func TestRefusalsSayWhenTheyPass(t *testing.T) {
	_, v := view(t, "called")
	recall, pass := v.Refusals["recall"], v.Refusals["pass"]
	if recall.Code != "too_soon" || recall.Params["seconds"] != 6 || !strings.Contains(string(recall.Until), "T09:") {
		t.Errorf("recall is refused as %+v", recall)
	}
	if pass.Code != "too_few_calls" || pass.Params["calls"] != 1 {
		t.Errorf("pass is refused as %+v", pass)
	}
}

func TestNobodyToCallIsNoAction(t *testing.T) {
	_, v := view(t, "empty")
	if slices.Contains(v.Actions, "next") || v.Refusals["next"].Code != "nobody" || v.Next != nil || v.Waiting != 0 {
		t.Errorf("next is offered: %v %+v", v.Actions, v.Refusals["next"])
	}
	if v.IdleSince == "" {
		t.Error("an idle window does not say since when")
	}
}

func TestLineIsThePlansToShow(t *testing.T) {
	_, shown := view(t, "free")
	_, hidden := view(t, "free", func(p *hall.Plan) { p.Rules.ShowList = false })
	if len(shown.Line) != lineLength || hidden.Line != nil {
		t.Errorf("shown %d, hidden %d", len(shown.Line), len(hidden.Line))
	}
	if shown.Line[0].Number != shown.Next.Number || shown.Line[0].ScoreSeconds != shown.Next.Why.ScoreSeconds {
		t.Errorf("the line begins with %+v, next is %+v", shown.Line[0], shown.Next)
	}
	for _, c := range shown.Line {
		if c.ScoreSeconds != c.WaitedSeconds+c.CreditSeconds+c.PreferSeconds {
			t.Errorf("%s: the parts do not make the sum: %+v", c.Number, c)
		}
	}
	if !strings.Contains(shown.Next.Why.Text.Zh, shown.Next.Number) || !strings.Contains(shown.Next.Why.Text.En, shown.Next.Number) {
		t.Errorf("the sentence is %+v", shown.Next.Why.Text)
	}
}

func TestTodayIsCountedOncePerFinish(t *testing.T) {
	st, v := view(t, "serving")
	if v.Today.Finished != 1 || v.Today.MedianSeconds != 400 || v.Today.MedianOf != 1 || v.Today.Passed != 1 || v.Today.Calls != 5 {
		t.Errorf("today is %+v", v.Today)
	}
	st.must(chen, "windows/8/finish", "")
	v = st.counter.View(st.desk.State(), "8", st.desk.now())
	if v.Today.Finished != 2 || v.Today.MedianOf != 2 || v.Today.MedianSeconds != 400 {
		t.Errorf("after another finish today is %+v", v.Today)
	}
	if v.Last == nil || v.Last.Until <= v.Last.EndedAt {
		t.Errorf("the last finish cannot be taken back: %+v", v.Last)
	}
	st.wait(301)
	if v = st.counter.View(st.desk.State(), "8", st.desk.now()); v.Last != nil {
		t.Errorf("it can still be taken back after five minutes: %+v", v.Last)
	}
}

func TestNotesTravelWithTheTicket(t *testing.T) {
	_, v := view(t, "noted")
	if v.Current.Note != "材料已看过，只差复印件" {
		t.Errorf("the note is %q", v.Current.Note)
	}
	_, v = view(t, "serving")
	if v.Parked[0].Note != "去缴税" || v.Parked[1].Note != "去复印身份证" {
		t.Errorf("parked for %q and %q", v.Parked[0].Note, v.Parked[1].Note)
	}
}

func TestAlerts(t *testing.T) {
	st := newStory(t)
	st.called()
	st.do(system, hall.CloseDay{})
	kinds := func() (list []string) {
		for _, a := range st.counter.View(st.desk.State(), "8", st.desk.now()).Alerts {
			list = append(list, a.Kind)
		}
		return list
	}
	if got := kinds(); !slices.Equal(got, []string{"day_not_open"}) {
		t.Errorf("after the close: %v", got)
	}
	st.do(system, hall.DoubtClock{Wall: morning, Last: morning + 1})
	if got := kinds(); !slices.Equal(got, []string{"clock_unconfirmed", "day_not_open"}) {
		t.Errorf("with a doubtful clock: %v", got)
	}
}

func TestOutageAndEarlierDayAreTold(t *testing.T) {
	st := newStory(t)
	st.serving()
	st.wait(120)
	st.do(system, hall.Start{Version: "2"})
	st.do(system, hall.CloseDay{})
	st.wait(24 * 3600)
	st.do(system, hall.OpenDay{})
	alerts := st.counter.View(st.desk.State(), "8", st.desk.now()).Alerts
	if len(alerts) != 2 || alerts[0].Kind != "outage" || alerts[0].Since == "" || alerts[1].Kind != "earlier_day" || alerts[1].Date != "2026-11-23" {
		t.Errorf("alerts are %+v", alerts)
	}
}

func TestViewEndsWithTheSitting(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	mine, _ := st.topic(chen, "8")
	bosses, _ := st.topic(zhao, "8")
	if _, _, _, err := mine.Render(); err != nil {
		t.Fatal(err)
	}
	st.must(chen, "windows/8/handover", `{"staff":"1009"}`)
	if _, _, _, err := mine.Render(); !errors.Is(err, live.ErrGone) {
		t.Errorf("whoever handed over goes on looking: %v", err)
	}
	if _, _, _, err := bosses.Render(); err != nil {
		t.Errorf("the supervisor is cut: %v", err)
	}
}

func TestCallsAtTheWindowAreUrgent(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	topic, _ := st.topic(chen, "8")
	_, _, idle, _ := topic.Render()
	st.take("join", "")
	if _, _, joined, _ := topic.Render(); joined != idle {
		t.Error("somebody who joins is urgent")
	}
	st.must(chen, "windows/8/next", "")
	_, _, called, _ := topic.Render()
	st.must(chen, "windows/8/start", "")
	if _, _, started, _ := topic.Render(); called == idle || started == called || idle == 0 {
		t.Errorf("marks are %d %d %d", idle, called, started)
	}
}

func BenchmarkView(b *testing.B) {
	st := newStory(&testing.T{})
	st.must(chen, "windows/8/open", "")
	for range 20 {
		st.crowd()
	}
	s, at := st.desk.State(), st.desk.now()
	for b.Loop() {
		st.counter.View(s, "8", at)
	}
}
