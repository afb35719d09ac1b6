package main

import (
	"io"
	"net/http"
	"testing"
)

// TestProfilesOnTheControlSocketOnly: what shows the memory of the process is on the socket in the data folder, and nowhere
// on the network.
func TestProfilesOnTheControlSocketOnly(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/debug/pprof/cmdline", "/debug/vars"} {
		if r, err := (client{base: p.Base}).do("GET", path, "", nil); err != nil || r.status != http.StatusNotFound {
			t.Errorf("%s on the network: %d %v", path, r.status, err)
		}
	}
	res, err := control(t.Context(), data, http.MethodGet, "/debug/pprof/heap", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if heap, err := io.ReadAll(res.Body); err != nil || len(heap) < 1000 {
		t.Errorf("the heap's profile has %d bytes, %v", len(heap), err)
	}
	p.stop(t)
}
