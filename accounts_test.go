package main

import "testing"

// TestAccountsPage is how a real hall's staff get their passwords: the administrator gives one in the browser, the clerk signs in with it
// and changes it on the page of one's own.
func TestAccountsPage(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	office, desk := newBrowser(t), newBrowser(t)
	p := startProcess(t, t.TempDir(), "127.0.0.1:0", "--config", realConfig(t))
	p.setUp(t)
	const first, second = "given by the office", "chosen by the clerk"

	admin := openTab(t, office, "accounts", p.Base+"/supervisor#/accounts", 1440, 900)
	admin.typeInto("input:not([type=password])", "9001")
	admin.typeInto("input[type=password]", realPassword+"\r")
	admin.sees("人员与密码")
	admin.wait("listed 1001", `[...document.querySelectorAll('.terminals tbody tr')].some(r => r.textContent.includes('1001'))`)
	admin.shot("list")
	admin.js(`[...document.querySelectorAll('.terminals tbody tr')].find(r => r.textContent.includes('1001')).querySelector('button').click()`)
	admin.typeInto("input[name=password]", first)
	admin.typeInto("input[name=again]", first+"?")
	admin.typeInto("input[name=old]", realPassword+"\r")
	admin.sees("两次输入的新密码不一样")
	admin.js(`(document.querySelector('input[name=again]').value = '', '')`)
	admin.typeInto("input[name=again]", first)
	admin.shot("give")
	admin.typeInto("input[name=old]", "\r")
	admin.wait("said that 1001 can sign in", `[...document.querySelectorAll('.terminals tbody tr')].some(r => r.textContent.includes('1001') && r.textContent.includes('可以登录'))`)

	own := openTab(t, desk, "own-password", p.Base+"/supervisor#/password", 1280, 800)
	own.typeInto("input:not([type=password])", "1001")
	own.typeInto("input[type=password]", first+"\r")
	own.sees("修改自己的密码")
	own.typeInto("input[name=password]", second)
	own.typeInto("input[name=again]", second)
	own.shot("form")
	own.typeInto("input[name=old]", first+"\r")
	own.wait("was signed out", `document.querySelector('input[name=staff]')`)
	client{base: p.Base}.must(t, "POST", "/api/v1/session", map[string]string{"staff": "1001", "password": second})
	if r, err := (client{base: p.Base}).do("POST", "/api/v1/session", "", map[string]string{"staff": "1001", "password": first}); err != nil || r.status != 401 {
		t.Errorf("the password from before: %d, %v", r.status, err)
	}
	p.stop(t)
}
