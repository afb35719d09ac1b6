package home

import (
	"net/http/httptest"
	"strings"
	"testing"

	"jiaohao/assets"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

func state(t *testing.T, demo bool) hall.State {
	t.Helper()
	plan := &hall.Plan{Hall: hall.Info{ID: "h", Name: hall.Name{Zh: "云岭<县>", En: "Yunling"}, Timezone: "Asia/Shanghai", Desk: hall.Name{Zh: "台", En: "Desk"}},
		Departments: []hall.Department{{ID: "d", Name: hall.Name{Zh: "户籍", En: "Household"}}}, Zones: []hall.Zone{{ID: "z", Name: hall.Name{Zh: "东", En: "East"}}},
		Classes:  []hall.Class{{ID: hall.Ordinary, Name: hall.Name{Zh: "普通", En: "Standard"}, Proof: hall.ProofNone}},
		Services: []hall.Service{{ID: "s", Name: hall.Name{Zh: "证", En: "Card"}, Department: "d", Prefix: "A", UsualMinutes: 5}},
		Windows:  []hall.Window{{ID: "1", Label: hall.Name{Zh: "1", En: "1"}, Zone: "z", Services: []string{"s"}}},
		Staff: []hall.Staff{{ID: "9001", Name: "管", Roles: []hall.Role{hall.RoleClerk, hall.RoleAdministrator}}, {ID: "1001", Name: "周", Roles: []hall.Role{hall.RoleClerk}},
			{ID: "1002", Name: "刘", Roles: []hall.Role{hall.RoleClerk}}},
		Calendar: hall.Calendar{AlwaysOpen: true, Boundary: "04:00", HardClose: "20:00"}}
	w := hall.NewWorking()
	for _, c := range []hall.Command{hall.Found{Hall: "h", Demo: demo, Epoch: "e"}, hall.SetPlan{Plan: plan, Hash: "1", Source: hall.FromConfig}} {
		events, _, err := w.Decide(hall.Order{Do: c}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			w.Apply(w.Seq()+1, 1, hall.Header{}, e)
		}
	}
	return w.Publish()
}

func ask(t *testing.T, s hall.State, password, lang string) string {
	t.Helper()
	settings := Settings{Addresses: []string{"http://hall:8080"}, Password: password, Text: func(lang, key string) string { return assets.Text(lang, key, nil) }}
	r := httptest.NewRequest("GET", "/", nil)
	out := httptest.NewRecorder()
	Handler(settings, func() hall.State { return s }).ServeHTTP(out, r.WithContext(door.With(r.Context(), door.Caller{Lang: lang})))
	if out.Code != 200 || out.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", out.Code, out.Header())
	}
	return out.Body.String()
}

func TestPageLeadsToEveryAudienceInBothLanguages(t *testing.T) {
	for lang, words := range map[string][]string{"zh": {`lang="zh-CN"`, "取号机", "值班主任", "English"}, "en": {`lang="en"`, "Kiosk", "Supervisor", "中文"}} {
		page := ask(t, state(t, false), "", lang)
		for _, want := range append(words, `href="/kiosk"`, `href="/display"`, `href="/counter"`, `href="/supervisor"`, "http://hall:8080/kiosk") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
	}
}

func TestAccountsAreToldOnlyInADemonstration(t *testing.T) {
	const password = "jiaohao-demo"
	page := ask(t, state(t, true), password, "zh")
	for _, want := range []string{password, "1001 · 1002", "9001", "演示数据"} {
		if !strings.Contains(page, want) {
			t.Errorf("the demonstration's page lacks %q", want)
		}
	}
	for name, page := range map[string]string{"real hall": ask(t, state(t, false), password, "zh"), "no password": ask(t, state(t, true), "", "zh")} {
		if strings.Contains(page, password) || strings.Contains(page, "1001") {
			t.Errorf("%s: the page tells accounts", name)
		}
	}
}

func TestPageEscapesNamesAndHasNothingInline(t *testing.T) {
	page := ask(t, state(t, true), "x", "zh")
	if strings.Contains(page, "<县>") || !strings.Contains(page, "云岭&lt;县&gt;") {
		t.Error("the hall's name is not escaped")
	}
	for _, inline := range []string{"<script", "<style", " style=", " onclick="} {
		if strings.Contains(page, inline) {
			t.Errorf("the policy forbids %q", inline)
		}
	}
}

func TestPageStandsBeforeThereIsAPlan(t *testing.T) {
	if page := ask(t, hall.NewWorking().Publish(), "", "en"); !strings.Contains(page, `href="/kiosk"`) {
		t.Error("no links")
	}
}

func TestEveryLinkedFileIsThere(t *testing.T) {
	for _, name := range []string{"home.css", "kiosk.svg", "display.svg", "counter.svg", "supervisor.svg"} {
		if f, err := Files().Open(name); err != nil {
			t.Error(err)
		} else if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
