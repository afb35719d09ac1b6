package display

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"jiaohao/server/hall"
)

var update = flag.Bool("update", false, "write the golden frames anew")

func estimate(hall.State, string, int, hall.Time) (hall.Promise, bool) {
	return hall.Promise{Seconds: 840, Low: 600, High: 1080, Basis: "rollforward"}, true
}

// goldenScenes are the views that Go makes and the page's tests draw.
func goldenScenes(t *testing.T) map[string]Board {
	t.Helper()
	d := aMorning(t)
	scenes := map[string]Board{}
	display := New(Deps{Desk: d, Now: d.now, Estimate: estimate, After: noTimer})
	shot := func(name string, scope Scope) { scenes[name] = display.board(d.state, scope, d.at) }
	shot("main-calling", Scope{})
	shot("zone-calling", Scope{Zone: "east"})
	shot("window-called", Scope{Window: "8"})
	shot("window-paused", Scope{Window: "11"})
	shot("window-closed", Scope{Window: "13"})
	shot("window-free", Scope{Window: "10"})
	d.pass(60)
	d.start("8")
	shot("main-settled", Scope{})
	shot("window-serving", Scope{Window: "8"})
	scenes["main-empty"] = boardOf(newDesk(t), Scope{})
	scenes["main-thirty"] = boardOf(newDeskOf(t, testPlan(30)), Scope{})
	return scenes
}

func TestGoldenFrames(t *testing.T) {
	for name, board := range goldenScenes(t) {
		got, err := json.MarshalIndent(board, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "frames", name+".json")
		if *update {
			if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(want), got) {
			t.Errorf("%s differs from what the page is tested with; look at it and run with -update:\n%s", name, got)
		}
	}
}

func TestEveryGoldenFrameIsMade(t *testing.T) {
	files, err := filepath.Glob("testdata/frames/*.json")
	if err != nil {
		t.Fatal(err)
	}
	scenes := goldenScenes(t)
	if len(files) != len(scenes) {
		t.Errorf("%d files, %d scenes", len(files), len(scenes))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&Board{}); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
