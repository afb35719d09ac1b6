package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

func planOf(t testing.TB, file string) *hall.Plan {
	t.Helper()
	c, _, err := Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &c.Plan
}

func TestExportedPlanLoadsAgainToTheSameHash(t *testing.T) {
	for _, file := range []string{"config.yaml", filepath.Join("testdata", "config", "small.yaml")} {
		p := planOf(t, file)
		text, err := ExportPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlan(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s exported:\n%s\n%v", file, text, err)
		}
		if PlanHash(again) != PlanHash(p) {
			t.Errorf("%s: another hash after export; differs:\n%s", file, strings.Join(DiffPlans(p, again), "\n"))
		}
		twice, err := ExportPlan(again)
		if err != nil || !bytes.Equal(text, twice) {
			t.Errorf("%s: exported twice is another text (%v)", file, err)
		}
	}
}

// Texts that YAML would read as something else, or that need quoting, stay what they are.
func TestExportKeepsAwkwardTexts(t *testing.T) {
	for _, awkward := range []string{"true", "no", "~", "null", "12345", "1e3", "0x1F", "2026-10-01", "04:00", "a: b", "#1", "- x", "[a]", "{a}", "&a", "*a", "!x",
		"'", `"`, `\`, " x ", "x\ny", "x\n", "\tx", "《法》", "<<", "=", "%x", "@x", "`x", "|", ">", "\u2028", "\u0085", "😀", "<a&b>"} {
		p := planOf(t, filepath.Join("testdata", "config", "small.yaml"))
		p.Hall.Hotline, p.Services[0].Guide.Law, p.Services[0].Name.Zh = awkward, []string{awkward, "b"}, awkward
		text, err := ExportPlan(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlan(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%q: %v", awkward, err)
			continue
		}
		if again.Hall.Hotline != awkward || again.Services[0].Guide.Law[0] != awkward || again.Services[0].Name.Zh != awkward {
			t.Errorf("%q came back as %q, %q, %q", awkward, again.Hall.Hotline, again.Services[0].Guide.Law[0], again.Services[0].Name.Zh)
		}
	}
}

func TestReadPlanTellsFaults(t *testing.T) {
	_, err := ReadPlan(strings.NewReader("plan: {hall: {id: X}}"))
	var faults Faults
	if !errors.As(err, &faults) || faults[0].Source != "plan" || faults[0].Line != 1 {
		t.Errorf("the error is %v", err)
	}
	broken := errors.New("the wire broke")
	if _, err := ReadPlan(brokenReader{broken}); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

func TestPlanHashIsOfWhatThePlanSays(t *testing.T) {
	p := planOf(t, filepath.Join("testdata", "config", "small.yaml"))
	hash := PlanHash(p)
	if len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		t.Errorf("%q is not a hex SHA-256", hash)
	}
	same := *p
	same.Notices, same.Services[0].Quotas = []hall.Notice{}, []hall.Quota{}
	same.Rules.MaxCalls = 0
	if PlanHash(&same) != hash {
		t.Error("an empty list or an unsaid default makes another hash")
	}
	if same.Rules.MaxCalls != 0 {
		t.Error("hashing changed the plan")
	}
	p.Services[0].UsualMinutes = 8
	if PlanHash(p) == hash {
		t.Error("another handling time has the same hash")
	}
}

// Any single change of any field is another hash and at least one line of difference.
func TestEveryFieldIsHashedAndCompared(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	before := shippedPlan(t)
	hash := PlanHash(before)
	for range 100 {
		p := copied(t, before)
		at := change(r, reflect.ValueOf(p).Elem(), "")
		if at == "" {
			continue
		}
		if PlanHash(p) == hash {
			t.Fatalf("seed %d: %s is not hashed", seed, at)
		}
		if len(DiffPlans(before, p)) == 0 {
			t.Fatalf("seed %d: %s is not compared", seed, at)
		}
	}
}

func copied(t *testing.T, p *hall.Plan) *hall.Plan {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	fresh := new(hall.Plan)
	if err := json.Unmarshal(text, fresh); err != nil {
		t.Fatal(err)
	}
	return fresh
}

// change alters one random field and tells which; "" when it came to an empty list.
func change(r *rand.Rand, v reflect.Value, at string) string {
	switch v.Kind() {
	case reflect.Struct:
		m := members(v.Type())[r.IntN(len(members(v.Type())))]
		return change(r, v.Field(m.index), at+"."+m.name)
	case reflect.Slice:
		if v.Len() == 0 {
			return ""
		}
		return change(r, v.Index(r.IntN(v.Len())), at+"[]")
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1000)
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.5)
	}
	return at
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "config", "*.yaml"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _, err := load("fuzz", text, nil)
		if err != nil {
			return
		}
		out, err := ExportPlan(&c.Plan)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlan(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if PlanHash(again) != PlanHash(&c.Plan) {
			t.Fatalf("another hash:\n%s", strings.Join(DiffPlans(&c.Plan, again), "\n"))
		}
	})
}
