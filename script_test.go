package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// evil is a name that is a program, for a page that takes names for HTML.
const evil = `<script>pwned=1</script><img src=x onerror=pwned=1>`

// evilHall is the shipped hall in which everything that has a name is called evil.
func evilHall(t *testing.T) string {
	t.Helper()
	text := string(shippedConfig)
	for _, name := range []string{"出生登记", "Birth registration", "户籍", "Household", "王秀英", "冯国栋", "云岭县政务服务中心", "普通"} {
		for _, end := range []string{",", "}"} {
			for _, key := range []string{"zh: ", "en: ", "name: "} {
				text = strings.ReplaceAll(text, key+name+end, key+"'"+evil+name+"'"+end)
			}
		}
	}
	if n := strings.Count(text, evil); n < 8 {
		t.Fatalf("only %d names are evil", n)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// madeOfNames reports what a page has made of a name besides text: an element, or a program that ran.
const madeOfNames = `(document.querySelectorAll('img[src="x"]').length + [...document.scripts].filter(s => s.textContent === 'pwned=1').length + (window.pwned === undefined ? 0 : 1))`

// harmless waits until the page shows the name as text, and checks that it is nothing else.
func (b *tab) harmless() {
	b.t.Helper()
	b.wait("showed the name as text", `document.body.innerText.includes('<script>pwned=1') || document.body.innerText.includes('<SCRIPT>')`)
	if b.js(madeOfNames) != "0" {
		b.t.Errorf("%s: a name became part of the page", b.name)
	}
	b.shot("harmless")
}

// TestNamesAreNoPrograms: a service, a department, a member of staff, the hall and what people write are called like a script; every page
// shows it as text. Without the browser: the slip and the closing report say it in so many letters.
func TestNamesAreNoPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := newBrowser(t)
	p := startProcess(t, t.TempDir(), "127.0.0.1:0", "serve", "--config", evilHall(t))
	clerk, boss := p.signedIn(t, "1001"), p.signedIn(t, "8001")
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	var ticket takenTicket
	for range 3 {
		client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	}
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/start", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/transfer", map[string]string{"service": "household-birth", "note": evil})
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)

	open := func(name, path string, wide, high int64) *tab {
		return openTab(t, browser, "script-"+name, p.Base+path, wide, high)
	}
	open("kiosk", "/kiosk", 1080, 1920).harmless()
	open("board", "/display?calm=1&sound=off", 1920, 1080).harmless()
	open("zone", "/display?window=1&calm=1&sound=off", 1280, 800).harmless()
	open("plain", "/display/plain", 1920, 1080).harmless()
	open("phone", "/t/"+ticket.ID, 390, 844).harmless()
	counter := open("counter", "/counter", 1280, 800)
	counter.signIn("1001")
	counter.harmless()
	office := open("supervisor", "/supervisor", 1440, 900)
	office.js("fetch('/api/v1/session', {method: 'DELETE'}).then(() => { window.signedOff = true }), ''")
	office.wait("signed off", "window.signedOff")
	office.do(chromedp.Navigate(p.Base + "/supervisor"))
	office.signIn("8001")
	for _, page := range []string{"live", "tickets", "report?by=service", "report?by=staff"} {
		office.js("location.hash = '#/" + page + "', ''")
		office.harmless()
	}
	office.js("document.body.insertAdjacentHTML('beforeend', " + quote(evil) + "), ''")
	if office.js(madeOfNames) == "0" {
		t.Error("the check does not see a page that takes a name for HTML")
	}
	checkPapers(t, p, boss, ticket)
}

// signIn signs somebody in on a page that asks for it, or goes on when it does not.
func (b *tab) signIn(staff string) {
	b.t.Helper()
	b.typeInto("input:not([type=password])", staff)
	b.typeInto("input[type=password]", "jiaohao-demo\r")
	b.wait("signed in", "!document.querySelector('input[type=password]')")
}

// checkPapers reads the papers back.
func checkPapers(t *testing.T, p *process, boss client, ticket takenTicket) {
	t.Helper()
	tool := needTool(t, "pdftotext")
	boss.must(t, "POST", "/api/v1/day/close", map[string]bool{"confirm": true})
	slip := client{base: p.Base}.must(t, "GET", "/api/v1/tickets/"+ticket.ID+"/slip.pdf", nil)
	closing := boss.must(t, "GET", "/api/v1/day/"+ticket.Date+"/closing.pdf", nil)
	for name, pdf := range map[string][]byte{"slip": slip.body, "closing report": closing.body} {
		read := exec.Command(tool, "-", "-")
		read.Stdin = bytes.NewReader(pdf)
		text, err := read.Output()
		if flat := strings.Join(strings.Fields(string(text)), ""); err != nil || !strings.Contains(flat, "<script>pwned") {
			t.Errorf("the %s does not say the name: %v\n%s", name, err, text)
		}
	}
}
