package supervisor

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"jiaohao/server/hall"
)

var rewrite = flag.Bool("rewrite", false, "write the golden view anew")

func TestViewIsTheGoldenOne(t *testing.T) {
	w := visits(t)
	w.issue("transfer", "b2")
	w.after(25 * time.Minute)
	got, err := json.MarshalIndent(w.view(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/live.json"
	if *rewrite {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(got, '\n'), want) {
		t.Errorf("the view has changed; run with -rewrite and look at the difference:\n%s", got)
	}
	if strings.Contains(string(got), "secret-") {
		t.Error("the view tells a ticket's secret")
	}
}

func TestViewIsPure(t *testing.T) {
	w := visits(t)
	one, err := json.Marshal(w.view())
	if err != nil {
		t.Fatal(err)
	}
	two, err := json.Marshal(w.view())
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the same state and time gave another view: %v", err)
	}
}

func TestWallNamesNobodyAndRatesNobody(t *testing.T) {
	w := visits(t)
	v := Wall(w.state, nil, nil, w.at)
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range w.state.Plan().Staff {
		if strings.Contains(string(text), member.Name) || strings.Contains(string(text), `"`+member.ID+`"`) {
			t.Errorf("the wall names %s %s", member.ID, member.Name)
		}
	}
	if v.Today.Satisfied.Of != 0 || v.Today.Rated.Of != 0 {
		t.Errorf("the wall tells ratings: %+v", v.Today)
	}
	if w.view().Today.Rated != (Share{1, 1}) {
		t.Errorf("the console tells %+v", w.view().Today.Rated)
	}
}

func TestTodayCountsEveryTicketOnce(t *testing.T) {
	d := visits(t).view().Today
	if sum := d.Waiting + d.Called + d.Serving + d.Parked + d.Passed + d.Finished + d.Left + d.Cancelled + d.Abandoned + d.Unserved + d.Voided; sum != d.Issued || d.Issued != 5 {
		t.Errorf("%d issued, %d accounted for: %+v", d.Issued, sum, d)
	}
	if d.Cases != 2 || d.Windows != (Posts{Open: 1, Closed: 3}) {
		t.Errorf("cases %d, windows %+v", d.Cases, d.Windows)
	}
}

func TestPromiseCountsWhoStillWaitsBeyondIt(t *testing.T) {
	w := newWorld(t)
	w.issue("idcard", "a")
	share := func() Share { return *w.view().Services[0].Within }
	steps := []struct {
		after time.Duration
		want  Share
	}{{0, Share{}}, {20 * time.Minute, Share{}}, {time.Second, Share{0, 1}}}
	for _, step := range steps {
		w.after(step.after)
		if got := share(); got != step.want {
			t.Errorf("%v later: %+v, want %+v", step.after, got, step.want)
		}
	}
	w.issue("idcard", "b")
	w.do(clerk, hall.Open{Window: "1"})
	w.do(clerk, hall.Next{Window: "1"})
	w.do(clerk, hall.Begin{Window: "1"})
	finish := hall.Finish{Items: []hall.Item{{Service: "idcard", Outcome: hall.Completed, Cases: 1}}}
	w.do(clerk, hall.Next{Window: "1", Finish: &finish})
	if got := share(); got != (Share{1, 2}) {
		t.Errorf("one called late, one in time: %+v", got)
	}
}

func TestPromiseLeavesOutOutagesAndUnpromisedServices(t *testing.T) {
	w := newWorld(t)
	w.issue("idcard", "a")
	w.issue("invoice", "b")
	w.after(time.Hour)
	w.do(hall.Actor{}, hall.Start{Version: "test"})
	v := w.view()
	if got := *v.Services[0].Within; got != (Share{}) {
		t.Errorf("a wait across an outage counts: %+v", got)
	}
	if v.Services[2].Within != nil {
		t.Errorf("a service without a promise keeps one: %+v", v.Services[2].Within)
	}
}

func TestFlowHasNoHoleAndNearestRankWaits(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"a", "b", "c"} {
		w.issue("idcard", id)
		w.after(time.Minute)
	}
	w.after(57 * time.Minute) // 9:30
	w.do(clerk, hall.Open{Window: "1"})
	w.do(clerk, hall.Next{Window: "1"})
	w.after(31 * time.Minute) // 10:01
	flow := w.view().Flow
	if len(flow) != 4 || flow[0].At != "2026-11-23T08:30:00.000+08:00" || flow[3].At != "2026-11-23T10:00:00.000+08:00" {
		t.Fatalf("flow %+v", flow)
	}
	issued, called := []int{}, []int{}
	for _, b := range flow {
		issued, called = append(issued, b.Issued), append(called, b.Called)
	}
	if !slices.Equal(issued, []int{3, 0, 0, 0}) || !slices.Equal(called, []int{0, 0, 1, 0}) {
		t.Errorf("issued %v, called %v", issued, called)
	}
	if flow[2].WaitP50Seconds == nil || *flow[2].WaitP50Seconds != 3600 || flow[1].WaitP50Seconds != nil {
		t.Errorf("waits %+v", flow)
	}
}

func TestRankIsTheNearest(t *testing.T) {
	waits := []hall.Time{1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000}
	for percent, want := range map[int]int{1: 1, 10: 1, 11: 2, 50: 5, 90: 9, 91: 10, 100: 10} {
		if got := *rank(waits, percent); got != want {
			t.Errorf("rank %d = %d s, want %d", percent, got, want)
		}
	}
	if got := *rank(waits[:1], 50); got != 1 {
		t.Errorf("the median of one is %d", got)
	}
}

func TestWindowsTellWhatTheyDoAndSinceWhen(t *testing.T) {
	w := newWorld(t)
	at := func() WindowView { return w.view().Windows[0] }
	check := func(status string, since string, overdue bool) {
		t.Helper()
		if v := at(); v.Status != status || !strings.Contains(string(v.Since), since) || v.Overdue != overdue {
			t.Errorf("status %s since %s overdue %v, want %s %s %v", v.Status, v.Since, v.Overdue, status, since, overdue)
		}
	}
	check("closed", "", false)
	w.do(clerk, hall.Open{Window: "1"})
	check("free", "T08:30", false)
	w.issue("idcard", "a")
	w.after(time.Minute)
	w.do(clerk, hall.Next{Window: "1"})
	check("called", "T08:31", false)
	w.after(3*time.Minute + time.Second)
	check("called", "T08:31", true)
	w.do(clerk, hall.Begin{Window: "1"})
	w.after(18 * time.Minute)
	check("serving", "T08:34", false)
	w.after(time.Second)
	check("serving", "T08:34", true)
	w.do(clerk, hall.Finish{Window: "1", Items: []hall.Item{{Service: "idcard", Outcome: hall.Completed, Cases: 1}}})
	check("free", "T08:52", false)
	w.do(clerk, hall.Suspend{Window: "1", Reason: "meeting"})
	check("paused", "T08:52", false)
}
