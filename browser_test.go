package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// needTool finds a program that a test cannot do without, or skips the test. Where JIAOHAO_NO_SKIP is set, as in CI, it
// fails instead: a check that silently does not happen is no check.
func needTool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("JIAOHAO_NO_SKIP") != "" {
		t.Fatalf("none of %v is installed, and JIAOHAO_NO_SKIP forbids to skip", names)
	}
	t.Skipf("this test needs one of %v, which is not installed; everything else is tested without it", names)
	return ""
}

// newBrowser starts a real browser without a screen.
func newBrowser(t testing.TB) context.Context {
	t.Helper()
	path := needTool(t, "chromium", "chromium-browser", "google-chrome", "chrome")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// tab is a page open in the browser.
type tab struct {
	t    testing.TB
	name string
	ctx  context.Context
}

func openTab(t testing.TB, browser context.Context, name, url string, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{t: t, name: name, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of its first step
		t.Fatalf("%s: no tab: %v", name, err)
	}
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(url))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", b.name, err)
	}
}

// js evaluates an expression whose value is text.
func (b *tab) js(expression string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatalf("%s: %s: %v", b.name, expression, err)
	}
	return value
}

// wait waits until the expression is true, for as long as a person would.
func (b *tab) wait(what, expression string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if b.js("!!("+expression+")") == "true" {
			return
		}
	}
	b.shot("failed")
	b.t.Fatalf("%s: never %s; it shows:\n%s", b.name, what, b.js("document.body.innerText"))
}

// sees waits until the page shows a text.
func (b *tab) sees(text string) {
	b.t.Helper()
	b.wait("showed "+text, "document.body.innerText.includes("+quote(text)+")")
}

// press clicks with the mouse on the smallest visible thing that can be pressed and has the text.
func (b *tab) press(text string) {
	b.t.Helper()
	b.pressWhere(text, `((e.innerText || e.value || '') + (e.getAttribute('aria-label') || '')).includes(`+quote(text)+`)`)
}

// pressPlate clicks on what begins with a window's plate.
func (b *tab) pressPlate(window string) {
	b.t.Helper()
	b.pressWhere("window "+window, `(e.innerText || '').trim().split('\n')[0].trim() === `+quote(window))
}

// pressWhere clicks with the mouse on the smallest visible thing that can be pressed and fits a condition on e.
func (b *tab) pressWhere(text, fits string) {
	b.t.Helper()
	find := `(() => { const hits = [...document.querySelectorAll('button,a,[role=button],[role=radio],label,input,option')].filter(e => {
		const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && (` + fits + `) });
		hits.sort((a, b) => (a.innerText || '').length - (b.innerText || '').length); return hits[0] })()`
	b.wait("offered "+text, find)
	b.js("(" + find + ").scrollIntoView({block: 'center'})")
	at := strings.Split(b.js("(() => { const r = "+find+".getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()"), ",")
	var x, y float64
	if err := json.Unmarshal([]byte("["+at[0]+"]"), &[]*float64{&x}); err != nil {
		b.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte("["+at[1]+"]"), &[]*float64{&y}); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.MouseClickXY(x, y))
}

// typeInto fills a field found by a selector, key by key.
func (b *tab) typeInto(selector, text string) {
	b.t.Helper()
	b.wait("had "+selector, "document.querySelector("+quote(selector)+")")
	b.js("document.querySelector(" + quote(selector) + ").focus()")
	b.do(chromedp.KeyEvent(text))
}

// shot keeps a picture of the page in the folder JIAOHAO_SHOTS, for a person to look at.
func (b *tab) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("JIAOHAO_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatalf("%s: %v", b.name, err)
	}
	if err := os.WriteFile(filepath.Join(folder, b.name+"-"+name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func quote(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
