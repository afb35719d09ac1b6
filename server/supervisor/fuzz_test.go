package supervisor

import (
	"net/url"
	"testing"
)

// fuzzedLists are what supervisors ask with a query.
var fuzzedLists = []string{"/api/v1/tickets", "/api/v1/stats", "/api/v1/staff"}

// Whatever a query says, it is answered or refused, never failed, and a list is never longer than its bound.
func FuzzQuery(f *testing.F) {
	for i, q := range []string{"", "date=2026-11-23&state=waiting&q=A0&limit=2", "cursor=3&limit=200&order=-wait", "from=2026-11-01&to=2026-11-23&by=service,hour", "by=date,,date",
		"from=0000-00-00", "limit=-1", "limit=1e9", "date=2026-02-30", "q=%00%ff", "by=" + url.QueryEscape("service,window,staff,department,class,hour,date"), "mark=unprinted&staff=1001"} {
		f.Add(uint8(i), q)
	}
	// The queries change nothing, so all of them are asked of one hall: to found another one takes many times as long.
	w := visits(f)
	before := stateHash(f, w)
	f.Fuzz(func(t *testing.T, list uint8, query string) {
		w.t, w.asked = t, nil
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		status, _, answer := w.ask(boss, "GET", fuzzedLists[int(list)%len(fuzzedLists)]+"?"+values.Encode(), "")
		if status >= 500 {
			t.Fatalf("%d %v", status, answer)
		}
		if items, _ := answer["items"].([]any); len(items) > 200 {
			t.Fatalf("%d items on a page", len(items))
		}
		if stateHash(t, w) != before {
			t.Fatal("a question has changed something")
		}
	})
}

func stateHash(t testing.TB, w *world) [32]byte {
	t.Helper()
	hash, err := w.State().Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
