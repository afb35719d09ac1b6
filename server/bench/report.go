package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is everything that one run has measured.
type Report struct {
	Machine string `json:"machine"`
	Rows    []Row  `json:"rows"`
	// LeftOut says in sentences what could not be measured here, and why.
	LeftOut []string `json:"leftOut,omitempty"`
}

// Row is one figure with its yardstick.
type Row struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // of Ours and Yardstick
	Ours Spread `json:"ours"`
	// Yardstick is what Against says, measured in turns with Ours; without samples there is none.
	Yardstick Spread `json:"yardstick"`
	Against   string `json:"against,omitempty"`
	// Ratio is Ours over Yardstick, round by round; without a yardstick it is Ours.
	Ratio Spread `json:"ratio"`
	// Line is what must hold; nil for rows that only inform.
	Line *Line  `json:"line,omitempty"`
	Note string `json:"note,omitempty"`
}

// Spread is the median of some rounds and their range.
type Spread struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Rounds int     `json:"rounds"`
}

// Line is a bound on a row's ratio.
type Line struct {
	AtLeast float64 `json:"atLeast,omitempty"`
	AtMost  float64 `json:"atMost,omitempty"`
	Aim     float64 `json:"aim,omitempty"` // what would be better still
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	return Spread{Median: sorted[len(sorted)/2], Low: sorted[0], High: sorted[len(sorted)-1], Rounds: len(sorted)}
}

// samples collects a row's rounds.
type samples struct{ ours, yard, ratios []float64 }

func (s *samples) add(ours, yard float64) {
	s.ours, s.yard, s.ratios = append(s.ours, ours), append(s.yard, yard), append(s.ratios, ours/yard)
}

func (s *samples) alone(ours float64) {
	s.ours, s.ratios = append(s.ours, ours), append(s.ratios, ours)
}

// row makes the row of the samples and adds it to the report.
func (r *Report) row(name, unit, against string, s samples, line *Line, note string) {
	r.Rows = append(r.Rows, Row{Name: name, Unit: unit, Against: against, Ours: spread(s.ours), Yardstick: spread(s.yard),
		Ratio: spread(s.ratios), Line: line, Note: note})
}

func (r *Report) leave(format string, args ...any) {
	r.LeftOut = append(r.LeftOut, fmt.Sprintf(format, args...))
}

// Missed lists the rows whose best round does not reach their line. The best is taken because whatever else the machine is
// doing can only make a round worse.
func (r Report) Missed() []Row {
	return slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Line == nil || row.Line.reached(row.Ratio.best(row.Line)) })
}

func (s Spread) best(l *Line) float64 {
	if l.AtLeast > 0 {
		return s.High
	}
	return s.Low
}

func (l *Line) reached(ratio float64) bool {
	if l.AtLeast > 0 {
		return ratio >= l.AtLeast
	}
	return ratio <= l.AtMost
}

func (l *Line) String() string {
	if l == nil {
		return ""
	}
	text := "≤ " + figure(l.AtMost)
	if l.AtLeast > 0 {
		text = "≥ " + figure(l.AtLeast)
	}
	if l.Aim > 0 {
		text += " (aim " + figure(l.Aim) + ")"
	}
	return text
}

// verdict judges the median, and says so when only the best round holds.
func (row Row) verdict() string {
	switch {
	case row.Line == nil || row.Ratio.Rounds == 0:
		return ""
	case row.Line.reached(row.Ratio.Median):
		return "ok"
	case row.Line.reached(row.Ratio.best(row.Line)):
		return "ok in the best round"
	}
	return "MISSED"
}

// WriteTable prints the report for people.
func (r Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s\n\n", r.Machine)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "what\tmeasured\tyardstick\tratio, median (range)\tmust be\t")
	for _, row := range r.Rows {
		yard, ratio := "", ""
		if row.Yardstick.Rounds > 0 {
			yard = figure(row.Yardstick.Median) + " " + row.Unit + ", " + row.Against
			ratio = row.Ratio.String()
		}
		fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\t%s\t%s\n", row.Name, figure(row.Ours.Median), row.Unit, yard, ratio, row.Line, row.verdict())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, row := range r.Rows {
		if row.Note != "" {
			fmt.Fprintf(w, "\n%s: %s", row.Name, row.Note)
		}
	}
	for _, sentence := range r.LeftOut {
		fmt.Fprintf(w, "\nleft out: %s", sentence)
	}
	_, err := fmt.Fprintln(w)
	return err
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// String is the median with the range.
func (s Spread) String() string {
	if s.Rounds < 2 {
		return figure(s.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", figure(s.Median), figure(s.Low), figure(s.High))
}

// figure rounds to three digits and parts thousands.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "–"
	case a >= 1000:
		return thousands(int(math.Round(v)))
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func thousands(n int) string {
	digits := fmt.Sprint(n)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}

// machine says on what was measured.
func machine(folder string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown machine"
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s, data on %s", host, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), folder)
}
