package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAxe opens every page in both languages, in the states a person meets, and asks axe-core for what a person with a
// screen reader, a keyboard or weak eyes would stumble over. Nothing serious may be found.
func TestAxe(t *testing.T) {
	browser := newBrowser(t)
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, t.TempDir(), "127.0.0.1:0")
	id := someLife(t, p)
	for _, page := range []struct {
		name, path    string
		width, height int64
		press         []string
		signOn        string
	}{
		{"home", "/", 1280, 800, nil, ""},
		{"kiosk", "/kiosk", 1080, 1920, nil, ""},
		{"kiosk-service", "/kiosk", 1080, 1920, []string{"户籍", "出生登记"}, ""},
		{"kiosk-contrast", "/kiosk", 1080, 1920, []string{"高对比", "大字"}, ""},
		{"board", "/display?calm=1&sound=off", 1920, 1080, nil, ""},
		{"zone", "/display?zone=a&calm=1&sound=off", 1920, 1080, nil, ""},
		{"window", "/display?window=1&calm=1&sound=off", 1280, 400, nil, ""},
		{"plain", "/display/plain", 1920, 1080, nil, ""},
		{"phone", "/t/" + id, 390, 844, nil, ""},
		{"counter-sign-on", "/counter", 1280, 800, nil, ""},
		{"counter", "/counter", 1280, 800, nil, "1001"},
		{"supervisor", "/supervisor", 1440, 900, nil, "8001"},
		{"accounts", "/supervisor#/accounts", 1440, 900, nil, "9001"},
		{"own-password", "/supervisor#/password", 1280, 800, nil, "1001"},
		{"wall", "/supervisor?wall=1", 1920, 1080, nil, "8001"},
	} {
		for _, lang := range []string{"zh", "en"} {
			if lang == "en" && page.press != nil {
				continue
			}
			t.Run(page.name+"-"+lang, func(t *testing.T) {
				b := openTab(t, browser, "axe-"+page.name+"-"+lang, p.Base+"/healthz", page.width, page.height)
				if page.signOn != "" {
					b.js(`(document.cookie = '', fetch('/api/v1/session', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({staff: ` +
						quote(page.signOn) + `, password: 'jiaohao-demo'})}).then(r => { window.signedOn = r.status }), '')`)
					b.wait("signed on", "window.signedOn === 200")
				} else {
					b.js(`(fetch('/api/v1/session', {method: 'DELETE'}).then(r => { window.signedOff = true }), '')`)
					b.wait("signed off", "window.signedOff")
				}
				b.do(chromedp.Navigate(withLang(p.Base+page.path, lang)))
				b.wait("had words", "document.body.innerText.trim().length > 10")
				for _, key := range page.press {
					b.press(key)
				}
				b.js("new Promise(r => setTimeout(r, 700))")
				b.shot("axe")
				findings(t, b, string(script))
			})
		}
	}
	p.stop(t)
}

func withLang(url, lang string) string {
	mark := "?"
	url, place, placed := strings.Cut(url, "#")
	if placed {
		place = "#" + place
	}
	for _, c := range url {
		if c == '?' {
			mark = "&"
		}
	}
	return url + mark + "lang=" + lang + place
}

// someLife puts a few people into the hall: one being served, one called, some waiting. It gives the id of one who waits.
func someLife(t *testing.T, p *process) string {
	t.Helper()
	takeTicket(t, p)
	clerk := p.signedIn(t, "1001")
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/start", nil)
	takeTicket(t, p)
	second := p.signedIn(t, "1002")
	second.must(t, "POST", "/api/v1/windows/2/open", nil)
	second.must(t, "POST", "/api/v1/windows/2/next", nil)
	var ticket struct{ ID string }
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	takeTicket(t, p)
	return ticket.ID
}

// findings runs axe in the page and fails on whatever is serious or critical.
func findings(t *testing.T, b *tab, script string) {
	t.Helper()
	b.js("(() => {" + script + "; return '' })()")
	b.js(`(axe.run(document, {resultTypes: ['violations']}).then(r => { window.axeResult = JSON.stringify(r.violations.map(v => ({
		id: v.id, impact: v.impact, help: v.help, where: v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' ' + (n.any[0] ? n.any[0].message : '')) }))) }), '')`)
	b.wait("finished the check", "window.axeResult")
	var list []struct {
		ID, Impact, Help string
		Where            []string
	}
	if err := json.Unmarshal([]byte(b.js("window.axeResult")), &list); err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if v.ID == "meta-refresh" && strings.Contains(b.name, "plain") {
			continue // the board for engines too old for scripts has no other way to follow the hall, and nobody acts on it
		}
		if v.Impact == "serious" || v.Impact == "critical" {
			t.Errorf("%s (%s): %s\n  at %q", v.ID, v.Impact, v.Help, v.Where)
		}
	}
}
