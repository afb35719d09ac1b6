package server_test

import (
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
	"jiaohao/server/metrics"
	"jiaohao/server/metrics/metricstest"
	"jiaohao/server/servertest"
)

// readMetrics reads /metrics strictly.
func readMetrics(t *testing.T, h *servertest.Hall) map[string]metricstest.Family {
	t.Helper()
	a := h.GET(t, "", "/metrics")
	if a.Status != 200 || a.Header.Get("Content-Type") != metrics.ContentType {
		t.Fatalf("%d %v", a.Status, a.Header)
	}
	families, err := metricstest.Read(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// TestMetrics counts what passes the door, and says what the desk and the hub are doing.
func TestMetrics(t *testing.T) {
	h := startEvery(t)
	before := readMetrics(t, h)
	for range 3 {
		h.GET(t, "", "/healthz")
	}
	h.POST(t, "", "/api/v1/windows/1/next", nil)
	if _, err := h.Desk.Order(t.Context(), hall.Order{By: hall.Actor{Kind: hall.Clerk, ID: "1001"}, Do: hall.Recall{Window: "1"}}); err == nil {
		t.Fatal("a closed window calls")
	}
	after := readMetrics(t, h)
	grew := func(family, key string) float64 {
		return after["jiaohao_"+family].Values[key] - before["jiaohao_"+family].Values[key]
	}
	for _, row := range []struct {
		family, key string
		least, most float64
	}{
		{"requests_total", `class="2xx"`, 4, 4},
		{"requests_total", `class="4xx"`, 1, 1},
		{"request_seconds", "_count", 5, 5},
		{"problems_total", `code="signed_out"`, 1, 1},
		{"desk_refusals_by_code_total", `code="window_not_open"`, 1, 1},
		{"desk_refusals_total", "", 1, 1},
		{"command_seconds", "_count", 1, 1},
		{"request_seconds_total", "", 1e-6, 10},
	} {
		if got := grew(row.family, row.key); got < row.least || got > row.most {
			t.Errorf("%s %s grew by %v", row.family, row.key, got)
		}
	}
	seq := float64(h.Desk.State().Seq())
	for _, family := range []string{"journal_sequence", "desk_events_total"} {
		if got := after["jiaohao_"+family].Values[""]; got != seq {
			t.Errorf("%s is %v, the sequence is %v", family, got, seq)
		}
	}
	if appends := after["jiaohao_journal_append_seconds"].Values["_count"]; appends < 1 || appends != after["jiaohao_desk_appends_total"].Values[""] ||
		after["jiaohao_journal_batch_records"].Values["_sum"] != seq {
		t.Errorf("%v appends of %v records", appends, after["jiaohao_journal_batch_records"].Values["_sum"])
	}
	if got := as(h, "GET /metrics", nil, ""); got != 403 {
		t.Errorf("another machine reads the figures: %d", got)
	}
}

// labels are the names that may tell values apart. Each has few values, all of them words of the program.
var labels = []string{"class", "code", "view", "reason", "le"}

// TestMetricsNameNobody: no label that could hold a ticket, a person or a number.
func TestMetricsNameNobody(t *testing.T) {
	h := startEvery(t)
	h.POST(t, "", "/api/v1/tickets", map[string]any{"service": "s1"})
	for name, f := range readMetrics(t, h) {
		for key := range f.Values {
			_, pairs, _ := strings.Cut(" "+key, " ")
			for _, word := range strings.FieldsFunc(pairs, func(r rune) bool { return r == ',' || r == ' ' }) {
				if label, _, pair := strings.Cut(word, "="); pair && !slices.Contains(labels, label) {
					t.Errorf("%s has the label %s", name, label)
				}
			}
		}
	}
}
