package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestKioskIsPatient taps faster than a kiosk may: the page says that it takes a moment and gives the ticket by itself. The console
// names the kiosk.
func TestKioskIsPatient(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	browser := newBrowser(t)
	t.Setenv("JIAOHAO_LIMITS_TICKETS_PER_MINUTE", "6")
	t.Setenv("JIAOHAO_LIMITS_TICKETS_BURST", "1")
	p := startReal(t)
	kiosk := openTab(t, browser, "patient-kiosk", p.addKiosk(t, "kiosk-1"), 1080, 1920)
	kiosk.shot("enrol")
	kiosk.press("登记")
	takeAtKiosk(kiosk)
	kiosk.sees("C001")
	kiosk.press("完成")
	time.Sleep(time.Second) // after a tap the key is deaf for 0.8 s, and a test is quicker than any hand
	takeAtKiosk(kiosk)
	kiosk.sees("请稍等片刻")
	kiosk.shot("patience")
	kiosk.sees("C002")
	kiosk.shot("ticket")

	res, err := control(t.Context(), strings.TrimPrefix(p.env[0], "JIAOHAO_DATA="), http.MethodPost, "/passwords", strings.NewReader(`{"staff":"8001","password":"a long word to try"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	boss := openTab(t, browser, "patient-boss", p.Base+"/supervisor", 1280, 800)
	boss.typeInto("input:not([type=password])", "8001")
	boss.typeInto("input[type=password]", "a long word to try\r")
	boss.sees("kiosk-1 请求太多")
	boss.shot("alert")
	p.stop(t)
}

func takeAtKiosk(kiosk *tab) {
	kiosk.t.Helper()
	kiosk.press("户籍")
	kiosk.press("出生登记")
	kiosk.press("取号")
}
