package kiosk

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jiaohao/kiosk/slip"
	"jiaohao/server/hall"
)

func TestTheKiosksPageBringsItsFirstView(t *testing.T) {
	h := newHouse(t)
	w := h.raw("GET", "/kiosk/page/", "zh", "")
	wantPage(t, w, 200, `/kiosk/page/kiosk.js`)
	m := regexp.MustCompile(`(?s)id="first">(.*?)</script>`).FindSubmatch(w.Body.Bytes())
	if m == nil {
		t.Fatalf("no first view: %s", w.Body)
	}
	var f first
	if err := json.Unmarshal(m[1], &f); err != nil {
		t.Fatal(err)
	}
	if len(f.View.Services) != 4 || len(f.Codes["bdc"]) < 21 {
		t.Errorf("%d services, %d rows of code", len(f.View.Services), len(f.Codes["bdc"]))
	}
	h.desk.state = hall.NewWorking().Publish()
	wantPage(t, h.raw("GET", "/kiosk/page/", "zh", ""), 200, `{"codes":{}}`)
}

func TestAPlanCannotEndTheScriptOfThePage(t *testing.T) {
	p := testPlan()
	p.Hall.Name.Zh = "</script><script>alert(1)"
	h := newHouse(t, func(d *Deps) { d.Desk = newDesk(t, p) })
	if w := h.raw("GET", "/kiosk/page/", "zh", ""); strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("a name of the plan became a script")
	}
}

func TestEveryScriptAndStyleIsThere(t *testing.T) {
	h := newHouse(t)
	for prefix, files := range h.k.Pages() {
		names, err := fs.Glob(files, "*")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s is empty: %v", prefix, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`from '\./([a-z]+\.js)'`).FindAllSubmatch(data, -1) {
				if _, err := fs.Stat(files, string(m[1])); err != nil {
					t.Errorf("%s imports %s: %v", name, m[1], err)
				}
			}
		}
	}
}

func TestHexRows(t *testing.T) {
	got := hexRows([][]bool{{true, false, true, false, true}, {false, false, false, true, false}})
	if strings.Join(got, ",") != "a8,10" {
		t.Errorf("%v", got)
	}
}

func TestTheSlipsWords(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t, func(d *Deps) { d.TerminalName = func(string) string { return "1" } })
	h.take(`{"service":"sb"}`)
	id, _ := h.take(`{"service":"sb","class":"disabled","lang":"en"}`)
	ticket, _ := h.desk.State().TicketByID(id)
	paper := h.k.paper(h.desk.State(), ticket)
	if paper.Number != "A002" || paper.Ahead.Value != "1" || paper.Wait.Value != "6" || paper.Code != "https://hall.example.cn/t/"+id {
		t.Errorf("%+v", paper)
	}
	if len(paper.Bars) != 1 || paper.Class != "To be confirmed · Disability" || paper.Foot != "Valid today · rate us by scanning · kiosk 1" {
		t.Errorf("bars %v, class %q, foot %q", paper.Bars, paper.Class, paper.Foot)
	}
	h.send("POST", "/api/v1/tickets/"+id+"/printed", "").want(t, 200)
	ticket, _ = h.desk.State().TicketByID(id)
	if again := h.k.paper(h.desk.State(), ticket); len(again.Bars) != 2 {
		t.Errorf("a second copy does not say so: %v", again.Bars)
	}
	for name, want := range map[string]string{"kiosk-12": "12", "demo": "", "": "", "3": "3"} {
		if got := machine(name); got != want {
			t.Errorf("machine %q is %q", name, got)
		}
	}
	if strings.Contains(strings.Join([]string{paper.Hall, paper.Service, paper.Class, paper.Foot}, ""), "陈") {
		t.Error("a name is on the slip")
	}
}

func TestWithoutAPublicAddressTheCodeIsForScannersOnly(t *testing.T) {
	h := newHouse(t, func(d *Deps) { d.PublicURL = "" })
	id, ticket := h.take(`{"service":"sb"}`)
	if _, has := ticket["trackURL"]; has || h.k.code(id) != "JH1:"+id {
		t.Errorf("trackURL %v, code %s", ticket["trackURL"], h.k.code(id))
	}
	raw, _ := h.desk.State().TicketByID(id)
	if paper := h.k.paper(h.desk.State(), raw); paper.Title != "请保管此码" || len(paper.Hints) != 1 {
		t.Errorf("the slip promises a page that no phone reaches: %+v", paper)
	}
}

func TestPicturesAreServedAndPrivate(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	for path, media := range map[string]string{"/slip.pdf": "application/pdf", "/slip.png": "image/png", "/qr.png": "image/png", "/qr.png?module=4": "image/png"} {
		a := h.send("GET", "/api/v1/tickets/"+id+path, "")
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != media || a.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
	h.send("GET", "/api/v1/tickets/"+id+"/qr.png?module=99", "").wantCode(t, 422, "invalid")
}

func TestTheQRPictureIsRead(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed (Debian package zbar-tools), so no code can be read back here")
	}
	h := newHouse(t)
	id, ticket := h.take(`{"service":"sb"}`)
	data := h.send("GET", "/api/v1/tickets/"+id+"/qr.png", "").body
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(zbar, "--quiet", "--raw", file).Output()
	if err != nil || strings.TrimSpace(string(out)) != ticket["trackURL"] {
		t.Errorf("read %q: %v", out, err)
	}
	if _, err := slip.Modules(""); err == nil {
		t.Error("an empty code was made")
	}
}
