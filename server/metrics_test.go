package server_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jiaohao/server/servertest"
)

var metricLine = regexp.MustCompile(`^(jiaohao_[a-z_]+)(\{class="[1-5]xx"\})? (\S+)$`)

// readMetrics reads the text format strictly: each family once, its help and its type before its values.
func readMetrics(t *testing.T, h *servertest.Hall) (values map[string]float64, kinds map[string]string) {
	t.Helper()
	a := h.GET(t, "", "/metrics")
	if a.Status != 200 || a.Header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" || !strings.HasSuffix(a.Body, "\n") {
		t.Fatalf("%d %v", a.Status, a.Header)
	}
	values, kinds = map[string]float64{}, map[string]string{}
	family, helped := "", ""
	for _, line := range strings.Split(strings.TrimSpace(a.Body), "\n") {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# HELP "):
			helped = words[2]
		case strings.HasPrefix(line, "# TYPE "):
			family = words[2]
			if kinds[family] != "" || family != helped || words[3] != "gauge" && words[3] != "counter" {
				t.Errorf("%q after the help of %s", line, helped)
			}
			kinds[family] = words[3]
		default:
			m := metricLine.FindStringSubmatch(line)
			if m == nil || m[1] != family || (kinds[family] == "counter") != strings.HasSuffix(family, "_total") {
				t.Fatalf("%q in the family %s (%s)", line, family, kinds[family])
			}
			value, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				t.Errorf("%q: %v", line, err)
			}
			values[m[1]+m[2]] = value
		}
	}
	return values, kinds
}

// TestMetrics counts what passes the door, and says what the desk and the hub are doing.
func TestMetrics(t *testing.T) {
	h := startEvery(t)
	before, _ := readMetrics(t, h)
	for range 3 {
		h.GET(t, "", "/healthz")
	}
	h.POST(t, "", "/api/v1/windows/1/next", nil)
	after, kinds := readMetrics(t, h)
	if got := after[`jiaohao_requests_total{class="2xx"}`] - before[`jiaohao_requests_total{class="2xx"}`]; got != 4 {
		t.Errorf("three requests and the figures before: %v answered", got)
	}
	if got := after[`jiaohao_requests_total{class="4xx"}`] - before[`jiaohao_requests_total{class="4xx"}`]; got != 1 {
		t.Errorf("%v refused", got)
	}
	if seq := after["jiaohao_journal_sequence"]; seq != float64(h.Desk.State().Seq()) || after["jiaohao_desk_events_total"] != seq || after["jiaohao_journal_full"] != 0 {
		t.Errorf("sequence %v, events %v", seq, after["jiaohao_desk_events_total"])
	}
	if after["jiaohao_request_seconds_total"] <= before["jiaohao_request_seconds_total"] || len(kinds) != 14 {
		t.Errorf("%d families, %v seconds", len(kinds), after["jiaohao_request_seconds_total"])
	}
	if got := as(h, "GET /metrics", nil, ""); got != 403 {
		t.Errorf("another machine reads the figures: %d", got)
	}
}
