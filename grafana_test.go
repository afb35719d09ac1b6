package main

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jiaohao/server"
	"jiaohao/server/metrics/metricstest"
)

const grafanaFile = "docs/grafana/jiaohao.json"

// dashboard is the part of a Grafana dashboard's schema that this one uses; nothing else may stand in the file.
type dashboard struct {
	Annotations   struct{ List []any } `json:"annotations"`
	Description   string               `json:"description"`
	Editable      bool                 `json:"editable"`
	GraphTooltip  int                  `json:"graphTooltip"`
	Panels        []panel              `json:"panels"`
	Refresh       string               `json:"refresh"`
	SchemaVersion int                  `json:"schemaVersion"`
	Tags          []string             `json:"tags"`
	Templating    struct {
		List []struct {
			Name    string         `json:"name"`
			Label   string         `json:"label"`
			Type    string         `json:"type"`
			Query   string         `json:"query"`
			Current map[string]any `json:"current"`
		} `json:"list"`
	} `json:"templating"`
	Time     map[string]string `json:"time"`
	Timezone string            `json:"timezone"`
	Title    string            `json:"title"`
	UID      string            `json:"uid"`
	Version  int               `json:"version"`
}

type panel struct {
	ID          int        `json:"id"`
	Type        string     `json:"type"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	GridPos     gridPos    `json:"gridPos"`
	Datasource  datasource `json:"datasource"`
	FieldConfig struct {
		Defaults  map[string]any `json:"defaults"`
		Overrides []any          `json:"overrides"`
	} `json:"fieldConfig"`
	Options map[string]any `json:"options"`
	Targets []struct {
		RefID        string     `json:"refId"`
		Expr         string     `json:"expr"`
		LegendFormat string     `json:"legendFormat"`
		Datasource   datasource `json:"datasource"`
	} `json:"targets"`
}

type gridPos struct{ H, W, X, Y int }

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// wholeHall is a running hall of all slices on a memory journal, of which nothing is served.
func wholeHall(t *testing.T) *running {
	t.Helper()
	c, _, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := openDemo(t.Context(), c, server.NewClock(1), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// families reads what the running hall shows.
func families(t *testing.T, h *running) map[string]metricstest.Family {
	t.Helper()
	var out bytes.Buffer
	if err := h.metrics.Write(&out); err != nil {
		t.Fatal(err)
	}
	found, err := metricstest.Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var metricName = regexp.MustCompile(`jiaohao_[a-z_]+`)

// unknownNames gives the names of a query that are no family, or no series of a histogram.
func unknownNames(expr string, families map[string]metricstest.Family) (unknown []string) {
	for _, name := range metricName.FindAllString(expr, -1) {
		base := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if cut, ok := strings.CutSuffix(name, suffix); ok && families[cut].Kind == "histogram" {
				base = cut
			}
		}
		if f, there := families[base]; !there || (f.Kind == "histogram") != (base != name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

// TestGrafana holds the dashboard to its schema and to the figures that there are.
func TestGrafana(t *testing.T) {
	read := json.NewDecoder(strings.NewReader(page(t, grafanaFile)))
	read.DisallowUnknownFields()
	var d dashboard
	if err := read.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || d.SchemaVersion < 36 || len(d.Panels) < 15 || len(d.Templating.List) != 1 || d.Templating.List[0].Type != "datasource" {
		t.Errorf("%q %q, schema %d, %d panels", d.UID, d.Title, d.SchemaVersion, len(d.Panels))
	}
	known, shown := families(t, wholeHall(t)), map[string]bool{}
	taken := map[[2]int]string{}
	var ids []int
	for _, p := range d.Panels {
		ids = append(ids, p.ID)
		p.check(t, known)
		for _, target := range p.Targets {
			for _, name := range metricName.FindAllString(target.Expr, -1) {
				shown[name] = true
			}
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					t.Fatalf("%s lies over %s", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(d.Panels) {
		t.Error("two panels have the same id")
	}
	if len(shown) < 25 {
		t.Errorf("only %d figures are shown", len(shown))
	}
}

func (p panel) check(t *testing.T, known map[string]metricstest.Family) {
	t.Helper()
	if !slices.Contains([]string{"timeseries", "stat"}, p.Type) || p.Title == "" || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.H < 3 {
		t.Errorf("panel %d: %s %q at %v", p.ID, p.Type, p.Title, p.GridPos)
	}
	for _, target := range p.Targets {
		if unknown := unknownNames(target.Expr, known); unknown != nil {
			t.Errorf("%s asks for %v, which the program does not tell", p.Title, unknown)
		}
		if target.Datasource.UID != "${source}" || target.RefID == "" || metricName.FindString(target.Expr) == "" ||
			strings.Count(target.Expr, "(") != strings.Count(target.Expr, ")") {
			t.Errorf("%s: %+v", p.Title, target)
		}
	}
}

// TestGrafanaCheckCanFail: a name that is misspelt, or a histogram asked for as if it were a number, is found.
func TestGrafanaCheckCanFail(t *testing.T) {
	known := families(t, wholeHall(t))
	for expr, want := range map[string]int{
		"jiaohao_sockets": 0, "rate(jiaohao_command_seconds_bucket[1m])": 0,
		"jiaohao_socket": 1, "jiaohao_command_seconds": 1, "jiaohao_sockets_bucket + jiaohao_up_seconds": 1,
	} {
		if got := unknownNames(expr, known); len(got) != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
}

// TestFiguresAreDocumented: what operators can watch stands in their manual.
func TestFiguresAreDocumented(t *testing.T) {
	manual := section(t, "docs/operations.md", "## 8. 监控")
	for name, f := range families(t, wholeHall(t)) {
		if !strings.Contains(manual, "`"+name+"`") {
			t.Errorf("docs/operations.md does not know %s: %s", name, f.Help)
		}
	}
}
