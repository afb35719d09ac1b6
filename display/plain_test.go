package display

import (
	"strings"
	"testing"
)

func wantIn(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%q is missing in\n%s", w, body)
		}
	}
}

func TestThePlainBoardShowsTheSame(t *testing.T) {
	d := aMorning(t)
	body := ask(t, displayOf(d), "/display/plain").Body.String()
	wantIn(t, body, `http-equiv="refresh" content="5"`, "云岭县政务服务中心", "11月23日 星期一", "9:41", "正在叫号", "Now calling · 第 1 次", "A017",
		"请到 8 号窗口 · 社会保险", "Please go to window 8", "on-call", "B018", "1 分钟前", "未开放", "空闲", "通知")
	if strings.Contains(body, "<script") {
		t.Error("it has a script")
	}
	if n := strings.Count(body, `class="cell `); n != 20 {
		t.Errorf("%d windows", n)
	}
	d.pass(180)
	d.start("8")
	body = ask(t, displayOf(d), "/display/plain").Body.String()
	wantIn(t, body, "最近叫号", "3 分钟前 · Last call")
	if strings.Contains(body, "on-call") {
		t.Error("it is yellow though nobody is called")
	}
}

func TestThePlainBoardSpeaksEnglish(t *testing.T) {
	body := ask(t, displayOf(aMorning(t)), "/display/plain?lang=en&zone=east").Body.String()
	wantIn(t, body, `lang="en"`, "East zone", "东区", "Please go to window 8 · Social security", "Paused", "Notice")
}

func TestThePlainBoardBeforeTheFirstCall(t *testing.T) {
	body := ask(t, displayOf(newDesk(t)), "/display/plain").Body.String()
	wantIn(t, body, "quiet__title", "请留意叫号", "Please watch for your number")
}

func TestAgesInHours(t *testing.T) {
	d := aMorning(t)
	d.pass(3 * 3600)
	wantIn(t, ask(t, displayOf(d), "/display/plain").Body.String(), "3 小时前")
}
