package main

import (
	"testing"
)

// TestFourPages is the whole house in one story, in a real browser: a citizen takes a ticket at the kiosk's page, a clerk
// calls it at the counter's, the board shows it and the phone says so. Then the program is killed and started again, and
// all four pages are right without a reload by hand.
func TestFourPages(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := newBrowser(t)
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	address := p.Base[len("http://"):]

	kiosk := openTab(t, browser, "kiosk", p.Base+"/kiosk", 1080, 1920)
	number, id := kiosk.takesTicket()
	kiosk.press("完成") // now, as the page goes home by itself after 20 s, which the rest of the story may take

	phone := openTab(t, browser, "phone", p.Base+"/t/"+id, 390, 844)
	phone.sees(number)
	board := openTab(t, browser, "board", p.Base+"/display", 1920, 1080)
	counter := openTab(t, browser, "counter", p.Base+"/counter", 1280, 800)
	counter.typeInto("input:not([type=password])", "1001")
	counter.typeInto("input[type=password]", "jiaohao-demo\r")
	counter.shot("windows")
	counter.pressPlate("1")
	counter.wait("could call", `document.body.innerText.includes('下一位')`)
	counter.shot("open")
	counter.press("下一位")
	counter.sees(number)
	board.sees(number)
	phone.sees("1 号窗口")
	for _, page := range []*tab{kiosk, phone, board, counter} {
		page.js("window.neverReloaded = true")
		page.shot("called")
	}

	p.kill(t)
	counter.wait("said that the line is dead", `/中断|重连/.test(document.body.innerText)`)
	counter.shot("offline")
	p = startProcess(t, data, address)
	counter.wait("was connected again", `!/中断|重连/.test(document.body.innerText)`)
	counter.sees(number)
	counter.press("开始")
	phone.sees("正在办理")
	board.wait("showed the handling", `!document.body.innerText.includes('连接中断') && document.body.innerText.includes(`+quote(number)+`)`)
	second := takeTicket(t, p)
	kiosk.wait("counted who waits", `/1\s*人等候/.test(document.body.innerText)`)
	counter.press("下一位")
	counter.sees(second)
	board.sees(second)
	for _, page := range []*tab{kiosk, phone, board, counter} {
		page.shot("restarted")
		if page.js("window.neverReloaded") != "true" {
			t.Errorf("%s was reloaded", page.name)
		}
	}
	p.stop(t)
}

// takesTicket is what a citizen does at the kiosk's page.
func (b *tab) takesTicket() (number, id string) {
	b.t.Helper()
	b.press("户籍")
	b.press("出生登记")
	b.shot("service")
	b.press("取号")
	b.wait("showed a ticket", `/[A-Z]{1,2}\d{3}/.test(document.body.innerText) && /tickets\/([a-z0-9]{26})/.test(document.documentElement.innerHTML)`)
	b.shot("ticket")
	return b.js(`document.body.innerText.match(/[A-Z]{1,2}\d{3}/)[0]`), b.js(`document.documentElement.innerHTML.match(/tickets\/([a-z0-9]{26})/)[1]`)
}

func takeTicket(t *testing.T, p *process) string {
	t.Helper()
	var ticket struct{ Number string }
	client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	return ticket.Number
}
