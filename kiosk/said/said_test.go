package said

import (
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// The same cases stand in assets/js/format.test.js, so that paper and screen agree.
func TestWaitsAreSaidAsOnScreens(t *testing.T) {
	e := func(seconds, low, high int) *public.Expected {
		return &public.Expected{Seconds: seconds, LowSeconds: low, HighSeconds: high}
	}
	cases := []struct {
		name                   string
		ahead                  int
		e                      *public.Expected
		value, span, unit, txt string
	}{
		{"a point with its range", 18, e(2520, 2100, 3300), "42", "35–55", "分钟", "约 42 分钟"},
		{"nobody ahead", 0, e(60, 0, 120), "", "", "", "无需等候"},
		{"no estimate", 9, nil, "", "", "", "人数较多，暂无法估计"},
		{"an estimate of nothing", 9, e(0, 0, 0), "", "", "", "人数较多，暂无法估计"},
		{"too vague for a point", 3, e(600, 60, 1200), "", "1–20", "分钟", "1–20 分钟"},
		{"never 0 minutes", 1, e(20, 15, 25), "1", "1", "分钟", "约 1 分钟"},
		{"hours", 40, e(9000, 7200, 10800), "2.5", "2–3", "小时", "约 2.5 小时"},
		{"two hours are minutes", 40, e(7200, 6000, 8000), "120", "100–134", "分钟", "约 120 分钟"},
	}
	for _, c := range cases {
		w := WaitOf("zh", c.ahead, c.e)
		if w.Value != c.value || w.Range != c.span || w.Unit != c.unit || w.Text != c.txt {
			t.Errorf("%s: %+v", c.name, w)
		}
	}
	if w := WaitOf("en", 18, e(2520, 2100, 3300)); w.Text != "About 42 min" {
		t.Errorf("English: %+v", w)
	}
}

func TestClocksAndDates(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	at := func(hour, minute int) hall.Time { return hall.At(time.Date(2026, 11, 23, hour, minute, 0, 0, zone)) }
	for want, moment := range map[string]hall.Time{"9:05": at(9, 5), "0:00": at(0, 0), "17:30": at(17, 30), "–": 0} {
		if got := Clock(moment, zone); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := Date("zh", at(9, 0), zone); got != "11月23日 星期一" {
		t.Error(got)
	}
	if got := Date("en", at(9, 0), zone); got != "Monday, 23 November" {
		t.Error(got)
	}
	if got := Minutes(119_999); got != 1 {
		t.Error(got)
	}
}
