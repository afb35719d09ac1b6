package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const realPassword = "correct horse battery"

// realConfig is the shipped hall as a real one: no known password, and this machine is nothing special.
func realConfig(t *testing.T) string {
	t.Helper()
	shipped, err := os.ReadFile("config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(string(shipped), "\ndemo: true", "\ndemo: false", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var printedCode = regexp.MustCompile(`set-up code: (\S+)`)

// setUp gives the first administrator a password, as the person in front of the console does.
func (p *process) setUp(t *testing.T) {
	t.Helper()
	var code []string
	for end := time.Now().Add(5 * time.Second); code == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		code = printedCode.FindStringSubmatch(p.printed())
	}
	if code == nil {
		t.Fatalf("no set-up code was printed:\n%s", p.printed())
	}
	form := strings.NewReader("code=" + code[1] + "&staff=9001&password=" + strings.ReplaceAll(realPassword, " ", "+"))
	res, err := p.staying().Post(p.Base+"/setup", "application/x-www-form-urlencoded", form)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 303 {
		t.Fatalf("the set-up was answered with %d", res.StatusCode)
	}
}

// TestPairing is the life of two terminals in a real browser at a real hall: each shows a code, the administrator types it, the numbers
// on both screens are the same, the terminal goes on to its page and its socket lives; the server is killed and the terminal needs
// nobody; it is renamed and goes on; it is revoked, its socket is closed and its page shows a code again, and
// after a restart of the server another one.
func TestPairing(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	kiosks, boards, office := newBrowser(t), newBrowser(t), newBrowser(t)
	config, data := realConfig(t), t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0", "--config", config)
	address := p.Base[len("http://"):]
	p.setUp(t)

	kiosk := openTab(t, kiosks, "pair-kiosk", p.Base+"/kiosk", 1080, 1920)
	board := openTab(t, boards, "pair-board", p.Base+"/display?sound=off&lang=en", 1920, 1080)
	admin := openTab(t, office, "pair-admin", p.Base+"/supervisor#/terminals", 1440, 900)
	admin.typeInto("input:not([type=password])", "9001")
	admin.typeInto("input[type=password]", realPassword+"\r")
	admin.sees("登记新设备")

	kiosk.hasCode()
	board.hasCode()
	for _, page := range []*tab{kiosk, board, admin} {
		page.look("code")
	}
	admin.letIn(kiosk, "取号机", "kiosk")
	kiosk.sees("取号")
	kiosk.wait("was at its page", `location.pathname === '/kiosk/page/' && document.querySelector('#first')`)
	admin.letIn(board, "大屏", "board")
	board.wait("was at its page, with what stood in its address", `location.search.includes('sound=off') && document.querySelector('#first')`)
	kiosk.connected(admin, "kiosk-1")
	board.connected(admin, "board-1")
	kiosk.shot("paired")
	english := openTab(t, office, "pair-admin-en", p.Base+"/supervisor?lang=en#/terminals", 1440, 900)
	english.sees("Enrol a device")
	board.connected(english, "board-1")
	english.look("list")

	p.kill(t)
	p = startProcess(t, data, address, "--config", config)
	kiosk.connected(admin, "kiosk-1")

	admin.press("改名 kiosk-1")
	admin.typeInto("input[name=name]", "-b")
	admin.look("rename")
	admin.js(`document.querySelector('.terminals__form .key--action').click()`)
	kiosk.connected(admin, "kiosk-1-b")

	admin.press("注销 kiosk-1-b")
	admin.look("revoke")
	admin.press("确定注销")
	kiosk.hasCode()
	kiosk.shot("revoked")
	board.connected(admin, "board-1")

	code := kiosk.hasCode()
	p.kill(t)
	kiosk.sees("暂时连不上主机")
	kiosk.look("offline")
	p = startProcess(t, data, address, "--config", config)
	kiosk.wait("showed another code after the restart", `!document.body.innerText.includes('暂时连不上') && document.querySelector('.pairing__code').textContent !== `+quote(code))
	kiosk.hasCode()
	board.connected(admin, "board-1")
	p.stop(t)
	journal := runs(t, data, "journal")
	for _, want := range []string{`"terminal.enrolled"`, `"kiosk-1"`, `"way":"screen"`, `"terminal.renamed"`, `"kiosk-1-b"`, `"terminal.revoked"`, `"9001"`} {
		if !strings.Contains(journal, want) {
			t.Errorf("the journal does not say %s", want)
		}
	}
}

// look keeps a picture and asks axe-core what a person with a screen reader, a keyboard or weak eyes would stumble over.
func (b *tab) look(name string) {
	b.t.Helper()
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	b.shot(name)
	b.js("(window.axeResult = '')")
	findings(b.t.(*testing.T), b, string(script))
}

// hasCode waits until the page of a machine without a key shows a code.
func (b *tab) hasCode() string {
	b.t.Helper()
	b.wait("showed a code", `/^[B-Z]{4}-[B-Z]{4}$/.test((document.querySelector('.pairing__code') || {textContent: ''}).textContent)`)
	return b.js(`document.querySelector('.pairing__code').textContent`)
}

// letIn is what an administrator does in front of a machine.
func (b *tab) letIn(machine *tab, use, role string) {
	b.t.Helper()
	code := machine.hasCode()
	b.wait("asked for a code", `document.querySelector('input[name=code]') && document.querySelector('input[name=code]').value === ''`)
	b.typeInto("input[name=code]", strings.ToLower(strings.ReplaceAll(code, "-", "")))
	b.js(`(() => { const s = document.querySelector('select[name=role]'); s.value = ` + quote(role) + `; s.dispatchEvent(new Event('change')); return '' })()`)
	b.wait("suggested a name", `document.querySelector('input[name=name]').value === `+quote(role+"-1"))
	b.shot("typed-" + role)
	b.press("下一步")
	b.wait("showed a number", `document.querySelector('.terminals__check')`)
	machine.wait("showed a number", `document.querySelector('.pairing__check')`)
	mine, theirs := b.js(`document.querySelector('.terminals__check').textContent`), machine.js(`document.querySelector('.pairing__check').textContent`)
	if mine != theirs || len(mine) != 4 {
		b.t.Errorf("the administrator sees %q, the machine shows %q", mine, theirs)
	}
	b.look("check-" + role)
	machine.look("check")
	b.press("确认登记")
	b.sees(role + "-1 登记好了")
}

// connected waits until the list of terminals says that this machine's socket lives.
func (b *tab) connected(admin *tab, name string) {
	b.t.Helper()
	admin.wait("said that "+name+" is connected", `[...document.querySelectorAll('.terminals tbody tr')].some(r => r.querySelector('th').textContent === `+quote(name)+
		` && /1 个连接|1 connection/.test(r.textContent))`)
}

var noRedirect = http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// runs gives what a command of the program prints about a data folder.
func runs(t *testing.T, data string, args ...string) string {
	t.Helper()
	var out, errs strings.Builder
	if code := run(t.Context(), args, []string{"JIAOHAO_DATA=" + data}, &out, &errs); code != 0 {
		t.Fatalf("%v ended with %d: %s", args, code, errs.String())
	}
	return out.String()
}
