package kiosk

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"jiaohao/assets"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// raw asks a page that the server writes itself; a body is a form.
func (h *house) raw(method, path, lang, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	mux := http.NewServeMux()
	for pattern, handler := range h.k.Handlers() {
		mux.Handle(pattern, handler)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	who := door.Caller{Actor: hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}, Lang: lang, Say: assets.ProblemText}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r.WithContext(door.With(r.Context(), who)))
	return w
}

// want fails unless the page came with that status and holds every word.
func wantPage(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	for _, word := range words {
		if !strings.Contains(w.Body.String(), word) {
			t.Errorf("the page lacks %q", word)
		}
	}
}

// noMissingWords fails the test when a page asks for a text that there is not.
func noMissingWords(t *testing.T) {
	t.Cleanup(assets.OnMissing(func(lang, key string) { t.Errorf("no text for %s in %s", key, lang) }))
}

func TestThePhonePageSaysWhereTheTicketStands(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t)
	for range 5 {
		h.take(`{"service":"sb"}`)
	}
	id, _ := h.take(`{"service":"sb","class":"disabled"}`)
	page := "/t/" + id
	step := func(kind string, zh, en string, commands ...hall.Command) {
		t.Helper()
		h.desk.staff(t, "1001", commands...)
		wantPage(t, h.raw("GET", page, "zh", ""), 200, "A006", zh, `data-kind="`+kind+`"`, "演示")
		wantPage(t, h.raw("GET", page, "en", ""), 200, "A006", en, `lang="en"`)
	}
	step("far", "还剩 3 人时提醒您", "You are told when 3")
	step("far", "残疾人", "Disability")
	finish := hall.Finish{Window: "8", Items: []hall.Item{{Service: "sb", Outcome: "completed", Cases: 1}}}
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"}, hall.Begin{Window: "8"}, finish)
	step("near", "还剩 3 人，请回到大厅", "Please come back", hall.Next{Window: "8"}, hall.Begin{Window: "8"}, finish)
	for range 3 {
		h.desk.staff(t, "1001", hall.Next{Window: "8"}, hall.Begin{Window: "8"}, finish)
	}
	step("near", "下一位就是您", "You are next")
	step("called", "请到 8 号窗口", "Please go to window 8", hall.Next{Window: "8"})
	step("serving", "正在办理", "Being served", hall.Begin{Window: "8"})
	step("parked", "暂时挂起", "On hold", hall.Park{Window: "8"})
	step("finished", "请您评价本次服务", "How was the service?", hall.Unpark{Window: "8", Ticket: keyOf(h, id)}, finish)
}

func keyOf(h *house, id string) hall.TicketKey {
	t, ok := h.desk.State().TicketByID(id)
	if !ok {
		h.t.Fatal("no ticket")
	}
	return t.Key
}

func TestAPassedTicketComesBackByForm(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"})
	h.desk.pass(time.Minute)
	h.desk.staff(t, "1001", hall.Recall{Window: "8"})
	h.desk.pass(time.Minute)
	h.desk.staff(t, "1001", hall.Pass{Window: "8"})
	w := h.raw("GET", "/t/"+id, "zh", "")
	wantPage(t, w, 200, "您已过号", "过号报到", `value="return"`)
	form := url.Values{"act": {"return"}, "key": {formKey(t, w)}}.Encode()
	for i := range 2 {
		back := h.raw("POST", "/t/"+id+"?lang=zh", "zh", form)
		if back.Code != http.StatusSeeOther || !strings.HasPrefix(back.Header().Get("Location"), "/t/"+id) {
			t.Fatalf("sent %d times: %d %s", i+1, back.Code, back.Body)
		}
	}
	wantPage(t, h.raw("GET", "/t/"+id, "zh", ""), 200, `data-kind="near"`)
}

var keyField = regexp.MustCompile(`name="key" value="([a-z0-9]+)"`)

func formKey(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	m := keyField.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no key in the form: %s", w.Body)
	}
	return m[1]
}

func TestAFormSentTwiceCountsOnce(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	form := url.Values{"act": {"defer"}, "people": {"3"}, "key": {formKey(t, h.raw("GET", "/t/"+id+"?ask=defer", "zh", ""))}}.Encode()
	for range 2 {
		if w := h.raw("POST", "/t/"+id, "zh", form); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if ticket, _ := h.desk.State().TicketByID(id); ticket.Leg().Defers != 1 {
		t.Errorf("%d defers", ticket.Leg().Defers)
	}
}

func TestWhatAFormCannotDoIsSaidOnThePage(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	wantPage(t, h.raw("POST", "/t/"+id, "zh", "act=return"), 409, "现在不能这样操作", "A001")
	wantPage(t, h.raw("POST", "/t/"+id, "en", "act=defer&people=x"), 422, "A001")
	wantPage(t, h.raw("POST", "/t/"+id, "zh", "act=steal"), 400, "请求无法读取")
	wantPage(t, h.raw("POST", "/t/"+id, "zh", "act=complaint&text="+strings.Repeat("x", formBytes)), 400, "请求无法读取")
	wantPage(t, h.raw("GET", "/t/nosuch", "zh", ""), 404, "没有找到")
	wantPage(t, h.raw("POST", "/t/nosuch", "en", "act=cancel"), 404, "Not found")
}

func TestTheActsOfThePhone(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	page := "/t/" + id
	wantPage(t, h.raw("GET", page+"?ask=cancel", "zh", ""), 200, "确定取消排队", "继续排队")
	wantPage(t, h.raw("GET", page+"?ask=defer", "zh", ""), 200, "让几位先办", "10 位")
	wantPage(t, h.raw("GET", page+"?ask=rate&level=5", "zh", ""), 200, `data-kind="near"`) // nothing to rate yet
	h.desk.staff(t, "1001", hall.Open{Window: "8"}, hall.Next{Window: "8"})
	wantPage(t, h.raw("GET", page+"?ask=defer", "zh", ""), 200, "暂时不能延后")
	h.desk.staff(t, "1001", hall.Begin{Window: "8"}, hall.Finish{Window: "8", Items: []hall.Item{{Service: "sb", Outcome: "completed", Cases: 1}}})
	wantPage(t, h.raw("GET", page+"?ask=rate&level=2", "zh", ""), 200, "不满意", "办得慢", "改选")
	wantPage(t, h.raw("GET", page+"?ask=rate&level=9", "zh", ""), 200, "请您评价本次服务")
	wantPage(t, h.raw("GET", page+"?ask=complain", "en", ""), 200, "Complaint or suggestion")
	if w := h.raw("POST", page, "zh", "act=rating&leg=1&level=2&reasons=slow&reasons=wait&text=慢"); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	ticket, _ := h.desk.State().TicketByID(id)
	if r := ticket.Ratings; len(r) != 1 || r[0].Level != 2 || len(r[0].Reasons) != 2 {
		t.Errorf("ratings %+v", r)
	}
	wantPage(t, h.raw("GET", page+"?told=rating", "zh", ""), 200, "感谢您的评价")
	if w := h.raw("POST", page, "zh", "act=complaint&text=慢&phone=13800138000"); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestEveryEndHasItsWords(t *testing.T) {
	noMissingWords(t)
	h := newHouse(t)
	cancelled, _ := h.take(`{"service":"sb"}`)
	if w := h.raw("POST", "/t/"+cancelled, "zh", "act=cancel"); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	wantPage(t, h.raw("GET", "/t/"+cancelled, "zh", ""), 200, "已取消排队", `data-kind="ended"`)
	unserved, _ := h.take(`{"service":"sb"}`)
	h.desk.system(t, hall.CloseDay{Confirm: true})
	wantPage(t, h.raw("GET", "/t/"+unserved, "en", ""), 200, "We could not serve you today")
	for _, lang := range assets.Languages {
		for _, end := range []string{"left", "cancelled", "abandoned", "unserved", "voided"} {
			if !assets.Has(lang, "phone.ended."+end) {
				t.Errorf("%s lacks words for %s", lang, end)
			}
		}
	}
}

func TestThePhonePageIsKeptFromOthers(t *testing.T) {
	h := newHouse(t)
	id, _ := h.take(`{"service":"sb"}`)
	w := h.raw("GET", "/t/"+id, "zh", "")
	if w.Header().Get("Cache-Control") != "private, no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers %v", w.Header())
	}
	for _, word := range []string{"style=", "onclick", "<script>"} {
		if strings.Contains(w.Body.String(), word) {
			t.Errorf("the page has %q, which its policy forbids", word)
		}
	}
	if !strings.Contains(w.Body.String(), `http-equiv="refresh" content="20"`) {
		t.Error("without script the page would stand still")
	}
}
