package kiosk

import (
	"strings"
	"testing"

	"jiaohao/server/hall"
)

func TestReadPerson(t *testing.T) {
	cases := []struct {
		kind, value, form string
		birth             hall.Date
		pointer           string
	}{
		{"idcard", "11010519491231002X", "11010519491231002X", 19491231, ""},
		{"idcard", " 11010519491231002x ", "11010519491231002X", 19491231, ""},
		{"idcard", "110105200001010016", "110105200001010016", 20000101, ""},
		{"idcard", "110105194912310029", "", 0, "/person/value"}, // another check
		{"idcard", "110105194913310025", "", 0, "/person/value"}, // no such month
		{"idcard", "1101051949123100", "", 0, "/person/value"},   // short
		{"idcard", "１１０１０５１９４９１２３１００２Ｘ", "", 0, "/person/value"}, // full width
		{"idcard", "", "", 0, "/person/value"},
		{"phone", "13800138000", "13800138000", 0, ""},
		{"phone", "+86 138-0013-8000", "13800138000", 0, ""},
		{"phone", "12800138000", "", 0, "/person/value"},
		{"phone", "1380013800", "", 0, "/person/value"},
		{"phone", "1380013800a", "", 0, "/person/value"},
		{"passport", "E12345678", "", 0, "/person/kind"},
	}
	for _, c := range cases {
		form, birth, err := readPerson(c.kind, c.value)
		if form != c.form || birth != c.birth {
			t.Errorf("%s %q: %q %v", c.kind, c.value, form, birth)
		}
		refusal, _ := err.(*hall.Refusal)
		if c.pointer == "" && err != nil || c.pointer != "" && (refusal == nil || refusal.Params["pointer"] != c.pointer) {
			t.Errorf("%s %q: %v", c.kind, c.value, err)
		}
	}
}

func TestAgeProvesOnlyTheElderly(t *testing.T) {
	plan := newDesk(t, testPlan()).State().Plan()
	cases := []struct {
		class string
		birth hall.Date
		want  bool
	}{
		{"elderly", 19661123, true}, // sixty today
		{"elderly", 19661124, false},
		{"elderly", 0, false},
		{"elderly", 20300101, false},
		{"member", 19400101, false},
		{"disabled", 19400101, false},
		{"ordinary", 19400101, false},
		{"nobody", 19400101, false},
	}
	for _, c := range cases {
		if got := proves(plan, c.class, c.birth, monday); got != c.want {
			t.Errorf("%s born %d: %v", c.class, c.birth, got)
		}
	}
}

func FuzzReadPerson(f *testing.F) {
	for _, seed := range []string{"11010519491231002X", "13800138000", "+86 138", "\xff", "𠮷", strings.Repeat("1", 18)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range []string{"idcard", "phone"} {
			form, birth, err := readPerson(kind, value)
			if err != nil {
				if strings.TrimSpace(value) != "" && strings.Contains(err.Error(), value) && len(value) > 13 {
					t.Errorf("the refusal tells the value: %v", err)
				}
				continue
			}
			again, same, err := readPerson(kind, form)
			if again != form || same != birth || err != nil {
				t.Errorf("%s %q has the form %q, which reads as %q: %v", kind, value, form, again, err)
			}
		}
	})
}
