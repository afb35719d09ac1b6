package display

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

func displayOf(d *fakeDesk) *Display {
	return New(Deps{Desk: d, Now: d.now, Estimate: estimate, After: noTimer})
}

func TestWhichBoardIsAskedFor(t *testing.T) {
	d := displayOf(newDesk(t))
	for _, c := range []struct{ place, query, key string }{
		{"", "", "display"},
		{"", "zone=east", "display:zone:east"},
		{"", "window=8", "display:window:8"},
		{"", "zone=east&window=8", "display:window:8"},
		{"east", "", "display:zone:east"},
		{"8", "", "display:window:8"},
		{"east", "window=3", "display:window:3"},
		{"east", "zone=", "display"},
		{"the door", "", "display"},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		topic, err := d.topic(asBoard(c.place), q)
		if err != nil || topic.Key != c.key || topic.View != "display" {
			t.Errorf("a board at %q asking for %q gets %q, %v, want %q", c.place, c.query, topic.Key, err, c.key)
		}
	}
}

func TestUnknownPlacesAreNotFound(t *testing.T) {
	d := displayOf(newDesk(t))
	for _, query := range []url.Values{{"zone": {"moon"}}, {"window": {"99"}}, {"zone": {"east"}, "window": {"99"}}} {
		_, err := d.topic(asBoard(""), query)
		var p *door.Problem
		if !errors.As(err, &p) || p.Status != 404 {
			t.Errorf("%v: %v", query, err)
		}
	}
}

func TestAHallWithoutAPlanIsStarting(t *testing.T) {
	desk := &fakeDesk{t: t, work: hall.NewWorking(), at: morning}
	desk.state = desk.work.Publish()
	d := displayOf(desk)
	_, err := d.topic(asBoard(""), nil)
	var p *door.Problem
	if !errors.As(err, &p) || p.Status != 503 {
		t.Errorf("the view: %v", err)
	}
	if got := ask(t, d, "/display/page/"); got.Code != 503 || got.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("the page: %d %s", got.Code, got.Header())
	}
}

func ask(t *testing.T, d *Display, path string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, h := range d.Handlers() {
		mux.Handle(pattern, h)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(asBoard(""), "GET", path, nil))
	return w
}

var firstBlock = regexp.MustCompile(`(?s)<script type="application/json" id="first">(.*?)</script>`)

func TestThePageHasItsFirstViewInside(t *testing.T) {
	d := displayOf(aMorning(t))
	for path, want := range map[string]first{"/display/page/": {Lang: "zh"}, "/display/page/?zone=east&lang=en": {Zone: "east", Lang: "en"}, "/display/page/?window=8": {Window: "8", Lang: "zh"}} {
		w := ask(t, d, path)
		m := firstBlock.FindStringSubmatch(w.Body.String())
		if w.Code != 200 || m == nil {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		var got first
		if err := json.Unmarshal([]byte(m[1]), &got); err != nil {
			t.Fatalf("%s: %v in %s", path, err, m[1])
		}
		if got.Zone != want.Zone || got.Window != want.Window || got.Lang != want.Lang || got.At == "" || len(got.Data.Windows) == 0 {
			t.Errorf("%s: %+v", path, got)
		}
		if got.Data.Say != nil {
			t.Errorf("%s: loading a page makes the hall speak", path)
		}
		if strings.Contains(w.Body.String(), "window.css") != (want.Window != "") {
			t.Errorf("%s: wrong styles", path)
		}
	}
}

func TestAPlanCannotBreakOutOfThePage(t *testing.T) {
	p := testPlan(3)
	p.Hall.Name.Zh = `</script><script>alert(1)</script>`
	p.Notices = []hall.Notice{{ID: "x", Text: hall.Name{Zh: `<img src=x onerror=alert(1)>` + "\u2028"}}}
	d := displayOf(newDeskOf(t, p))
	for _, path := range []string{"/display/page/", "/display/plain"} {
		body := ask(t, d, path).Body.String()
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestThePagesAreWithinTheContentPolicy(t *testing.T) {
	d := displayOf(aMorning(t))
	inline := regexp.MustCompile(`\sstyle=|\son[a-z]+=|<style|javascript:|https?://`)
	for _, path := range []string{"/display/page/", "/display/page/?window=8", "/display/plain", "/display/plain?zone=east&lang=en", "/display/plain?window=8"} {
		w := ask(t, d, path)
		markup := firstBlock.ReplaceAllString(w.Body.String(), "")
		if m := inline.FindString(markup); m != "" {
			t.Errorf("%s has %q", path, m)
		}
		if w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
}

func TestTheFilesOfThePageAreServed(t *testing.T) {
	files := displayOf(newDesk(t)).Pages()["/display/page/"]
	for _, name := range []string{"main.js", "board.css", "window.css"} {
		if data, err := fs.ReadFile(files, name); err != nil || len(data) < 100 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}

func TestTheSliceHasNoOperations(t *testing.T) {
	displayOf(newDesk(t)).Register(nil) // would panic if there were one
}
