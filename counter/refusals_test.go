package counter

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// scenes bring window 8 of a fresh hall into a state.
var scenes = map[string]func(st *story){
	"closed":  func(st *story) {},
	"free":    func(st *story) { st.must(chen, "windows/8/open", "") },
	"called":  func(st *story) { st.called() },
	"serving": func(st *story) { st.serving() },
	"paused": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.must(chen, "windows/8/pause", `{"reason":"meal"}`)
	},
	"full": (*story).full,
	"recalled": func(st *story) {
		st.called()
		st.wait(11)
		st.must(chen, "windows/8/recall", "")
	},
	"passed": func(st *story) {
		st.full()
		st.must(chen, "windows/8/pass", "")
	},
	"parked": func(st *story) {
		st.serving()
		st.must(chen, "windows/8/park", "")
	},
	"last": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.take("pension", "")
	},
	"waiting": func(st *story) {
		st.must(chen, "windows/8/open", "")
		st.take("join", "")
	},
	"finished": func(st *story) {
		st.serving()
		st.must(chen, "windows/8/finish", "")
	},
}

// full calls a ticket as often as the plan allows.
func (st *story) full() {
	st.called()
	for range 2 {
		st.wait(11)
		st.must(chen, "windows/8/recall", "")
	}
	st.wait(61)
}

// refusals is every refusal that the contract names for the staff: the scene, who asks for what, the answer.
var refusals = []struct {
	scene      string
	by         hall.Actor
	path, body string
	status     int
	code       string
	param      string
}{
	{"closed", chen, "windows/77/open", "", 422, "unknown_window", "window"},
	{"closed", mei, "windows/8/open", "", 403, "not_your_window", "window"},
	{"free", wang, "windows/8/open", "", 409, "window_occupied", "staff"},
	{"serving", chen, "windows/9/open", "", 409, "window_busy", "window"},
	{"closed", chen, "windows/8/next", "", 409, "window_not_open", "state"},
	{"paused", chen, "windows/8/next", "", 409, "window_not_open", "state"},
	{"free", wang, "windows/8/next", "", 403, "not_your_window", "window"},
	{"called", chen, "windows/8/next", "", 409, "window_busy", "window"},
	{"free", chen, "windows/8/next", `{"current":"pass"}`, 409, "nothing_current", ""},
	{"free", chen, "windows/8/next", `{"current":"finish"}`, 422, "invalid", ""},
	{"called", chen, "windows/8/next", `{"current":{}}`, 422, "invalid", ""},
	{"called", chen, "windows/8/next", `{"current":{"finish":{"x":1}}}`, 422, "invalid", ""},
	{"called", chen, "windows/8/next", `{"x":1}`, 422, "invalid", "pointer"},
	{"called", chen, "windows/8/next", `{"current":"pass"}`, 409, "too_few_calls", "calls"},
	{"free", chen, "windows/8/recall", "", 409, "nothing_current", ""},
	{"called", chen, "windows/8/recall", "", 409, "too_soon", "seconds"},
	{"full", chen, "windows/8/recall", "", 409, "call_limit", "max"},
	{"serving", chen, "windows/8/recall", "", 409, "wrong_state", "state"},
	{"called", chen, "windows/8/recall", `{"x":1}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/start", "", 409, "nothing_current", ""},
	{"serving", chen, "windows/8/start", "", 409, "wrong_state", "state"},
	{"free", chen, "windows/8/finish", "", 409, "nothing_current", ""},
	{"serving", chen, "windows/8/finish", `{"outcome":"won"}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/finish", `{"cases":51}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/finish", `{"items":[{"service":"none"}]}`, 422, "unknown_service", "service"},
	{"serving", chen, "windows/8/finish", `{"outcome":"accepted","items":[{}]}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/finish", `{"items":[` + strings.Repeat(`{},`, 20) + `{}]}`, 422, "invalid", "pointer"},
	{"called", chen, "windows/8/pass", "", 409, "too_few_calls", "calls"},
	{"recalled", chen, "windows/8/pass", "", 409, "too_soon", "seconds"},
	{"serving", chen, "windows/8/pass", "", 409, "wrong_state", "state"},
	{"called", chen, "windows/8/park", "", 409, "wrong_state", "state"},
	{"serving", chen, "windows/8/park", `{"reason":"` + strings.Repeat("长", 501) + `"}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/uncall", "", 409, "nothing_current", ""},
	{"called", chen, "windows/8/left", "", 409, "wrong_state", "state"},
	{"parked", chen, "windows/8/unpark", `{"ticket":"A999"}`, 404, "not_found", ""},
	{"parked", chen, "windows/8/unpark", `{"ticket":"nonsense"}`, 404, "not_found", ""},
	{"parked", chen, "windows/8/unpark", `{}`, 422, "invalid", "pointer"},
	{"waiting", chen, "windows/8/unpark", `{"ticket":"A001"}`, 409, "wrong_state", "state"},
	{"serving", chen, "windows/8/unpark", `{"ticket":"A001"}`, 409, "window_busy", "window"},
	{"free", chen, "windows/8/transfer", `{"service":"land"}`, 409, "nothing_current", ""},
	{"serving", chen, "windows/8/transfer", `{}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/transfer", `{"service":"land","window":"9"}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/transfer", `{"service":"none"}`, 422, "unknown_service", "service"},
	{"serving", chen, "windows/8/transfer", `{"window":"77"}`, 422, "unknown_window", "window"},
	{"serving", chen, "windows/8/transfer", `{"window":"9"}`, 409, "window_not_open", "window"},
	{"serving", chen, "windows/8/transfer", `{"window":"8"}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/transfer", `{"staff":"1009"}`, 409, "window_not_open", "staff"},
	{"serving", chen, "windows/8/transfer", `{"service":"land","place":"front"}`, 422, "invalid", "pointer"},
	{"waiting", chen, "windows/8/call", `{"ticket":"A001"}`, 422, "invalid", "pointer"},
	{"serving", chen, "windows/8/call", `{"ticket":"A001","reason":"急"}`, 409, "window_busy", "window"},
	{"finished", chen, "windows/8/call", `{"ticket":"A001","reason":"急"}`, 409, "wrong_state", "state"},
	{"passed", chen, "windows/8/call", `{"ticket":"A001"}`, 409, "call_limit", "max"},
	{"serving", chen, "windows/8/leg", `{"service":"land"}`, 403, "not_your_window", "service"},
	{"serving", chen, "windows/8/leg", `{"service":"none"}`, 422, "unknown_service", "service"},
	{"called", chen, "windows/8/leg", `{"service":"pension"}`, 409, "wrong_state", "state"},
	{"free", chen, "windows/8/release", "", 403, "forbidden", ""},
	{"closed", zhao, "windows/77/release", "", 422, "unknown_window", "window"},
	{"free", chen, "windows/8/handover", `{"staff":"1012"}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/handover", `{"staff":"nobody"}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/pause", `{"reason":"bored"}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/pause", `{"reason":"meal","minutes":481}`, 422, "invalid", "pointer"},
	{"closed", chen, "windows/8/pause", `{"reason":"meal"}`, 409, "window_not_open", "state"},
	{"closed", chen, "windows/8/resume", "", 409, "window_not_open", "state"},
	{"serving", chen, "windows/8/close", "", 409, "window_busy", "window"},
	{"last", chen, "windows/8/close", "", 409, "wrong_state", "confirm"},
	{"free", chen, "windows/8/close", `{"handTo":"9"}`, 409, "window_not_open", "window"},
	{"free", wang, "windows/8/close", "", 403, "not_your_window", "window"},
	{"finished", wang, "windows/8/reopen", `{"ticket":"A001"}`, 403, "not_your_window", "window"},
	{"waiting", chen, "windows/8/reopen", `{"ticket":"A001"}`, 409, "wrong_state", "state"},
	{"passed", wang, "windows/8/abandon", `{"ticket":"A001"}`, 403, "not_your_window", "window"},
	{"passed", chen, "windows/9/abandon", `{"ticket":"A001"}`, 403, "not_your_window", "window"},
	{"passed", chen, "windows/77/abandon", `{"ticket":"A001"}`, 422, "unknown_window", "window"},
	{"waiting", chen, "windows/8/abandon", `{"ticket":"A001"}`, 409, "wrong_state", "state"},
	{"waiting", chen, "tickets/by-number/A001/return", "", 409, "wrong_state", "state"},
	{"waiting", chen, "tickets/by-number/A002/return", "", 404, "not_found", ""},
	{"waiting", chen, "tickets/by-number/A001/reclassify", `{"class":"royal","reason":"x"}`, 422, "unknown_class", "class"},
	{"last", chen, "tickets/by-number/B001/reclassify", `{"class":"military","reason":"x"}`, 403, "class_not_allowed", "class"},
	{"waiting", chen, "tickets/by-number/A001/reclassify", `{"class":"elderly"}`, 422, "invalid", "pointer"},
	{"finished", chen, "tickets/by-number/A001/reclassify", `{"class":"elderly","reason":"x"}`, 409, "wrong_state", "state"},
	{"waiting", chen, "tickets/by-number/A001/void", `{"reason":"x"}`, 403, "forbidden", ""},
	{"waiting", chen, "tickets/by-number/A001/void", `{"reason":""}`, 422, "invalid", "pointer"},
	{"serving", chen, "tickets/by-number/A001/correct", `{"items":[{}],"reason":"x"}`, 409, "wrong_state", "state"},
	{"finished", wang, "tickets/by-number/A001/correct", `{"items":[{}],"reason":"x"}`, 403, "forbidden", ""},
	{"finished", chen, "tickets/by-number/A001/correct", `{"items":[],"reason":"x"}`, 422, "invalid", "pointer"},
	{"finished", chen, "tickets/by-number/A001/correct", `{"leg":3,"items":[{}],"reason":"x"}`, 422, "invalid", "pointer"},
	{"free", chen, "windows/8/transfer", `{"service":`, 400, "bad_request", ""},
}

func TestRefusals(t *testing.T) {
	for _, row := range refusals {
		st := newStory(t)
		scenes[row.scene](st)
		before := st.desk.State().Seq()
		got := st.post(row.by, row.path, row.body)
		params, _ := got.body["params"].(map[string]any)
		if got.status != row.status || got.code() != row.code || row.param != "" && params[row.param] == nil {
			t.Errorf("%s: %s %s %s\n got %d %s\nwant %d %s with %q", row.scene, row.by, row.path, row.body, got.status, got.text, row.status, row.code, row.param)
		}
		if st.desk.State().Seq() != before {
			t.Errorf("%s: %s %s was refused and changed something", row.scene, row.path, row.body)
		}
		if got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s is %s", row.scene, row.path, got.header.Get("Content-Type"))
		}
	}
}

func TestChoosingNeedsThePlan(t *testing.T) {
	st := newStory(t, func(p *hall.Plan) { p.Rules.Choosing = false })
	scenes["waiting"](st)
	if got := st.post(chen, "windows/8/call", `{"ticket":"A001","reason":"急"}`); got.status != 409 || got.code() != "choosing_not_allowed" {
		t.Errorf("choosing answered %d %s", got.status, got.text)
	}
}

func TestWhoMayLook(t *testing.T) {
	st := newStory(t)
	st.must(chen, "windows/8/open", "")
	look := st.counter.Views()["counter"]
	for _, row := range []struct {
		by     hall.Actor
		window string
		code   string
		key    string
	}{
		{hall.Actor{Kind: hall.Citizen}, "8", "signed_out", ""}, {hall.Actor{Kind: hall.Terminal, ID: "kiosk-1"}, "8", "signed_out", ""},
		{chen, "77", "not_found", ""}, {chen, "", "not_found", ""}, {wang, "8", "not_your_window", ""}, {chen, "9", "not_your_window", ""},
		{chen, "8", "", "counter:8:1008"}, {zhao, "8", "", "counter:8:"}, {zhao, "9", "", "counter:9:"},
	} {
		ctx := door.With(context.Background(), door.Caller{Actor: row.by, Lang: "zh"})
		topic, err := look(ctx, url.Values{"window": {row.window}})
		code := ""
		if err != nil {
			code = err.Error()
		}
		if code != row.code || topic.Key != row.key {
			t.Errorf("%s looks at %q: %q %q, not %q %q", row.by, row.window, code, topic.Key, row.code, row.key)
		}
	}
}
