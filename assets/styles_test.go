package assets

import (
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The floor of boards is Chrome 64; each pattern is something that came later or that old boards repaint slowly.
var tooNew = map[string]map[string]string{
	".js": {
		`\?\.[A-Za-z_$(\[]`:                   "optional chaining, Chrome 80",
		`\?\?`:                                "nullish coalescing, Chrome 80",
		`(\|\||&&)=`:                          "logical assignment, Chrome 85",
		`\bcatch\s*\{`:                        "catch without a binding, Chrome 66",
		`\bglobalThis\b`:                      "globalThis, Chrome 71",
		`\bPromise\.(allSettled|any)\b`:       "Chrome 76 and 85",
		`\.(flat|flatMap)\(`:                  "Chrome 69",
		`\bObject\.fromEntries\(`:             "Chrome 73",
		`\.(matchAll|replaceAll)\(`:           "Chrome 73 and 85",
		`\.at\(`:                              "Chrome 92",
		`\.(replaceChildren|findLast)\(`:      "Chrome 86 and 97",
		`\.(toSorted|toReversed|toSpliced)\(`: "Chrome 110",
		`\bstructuredClone\(`:                 "Chrome 98",
		`\bqueueMicrotask\(`:                  "Chrome 71",
		`\bcrypto\.(randomUUID|subtle)\b`:     "not on a plain-http address",
		`\d_\d`:                               "numeric separators, Chrome 75",
		`\b\d+n\b`:                            "BigInt, Chrome 67",
		`(?m)^\s*(static\s+)?#\w+`:            "private fields, Chrome 74",
		`(?m)^await\s`:                        "await outside a function, Chrome 89",
	},
	".css": {
		`[;{\s](row-|column-)?gap\s*:`:               "gap, Chrome 66 in grids and 84 in flex rows: use grid-gap or margins",
		`:(is|where|has)\(`:                          "Chrome 88 and 105",
		`[\s:(,+*/-](clamp|min|max)\(`:               "Chrome 79",
		`[;{\s]inset(-[a-z]+)*\s*:`:                  "inset, Chrome 87",
		`[;{\s]aspect-ratio\s*:`:                     "Chrome 88",
		`@(container|layer|property|scope)\b`:        "Chrome 85 and later",
		`\d(dvh|svh|lvh|cqw|cqh)\b`:                  "Chrome 105 and later",
		`[;{\s](margin|padding)-(inline|block)\b`:    "Chrome 69 and 87",
		`(^|[}\s])&[\s.:>[]`:                         "nesting, Chrome 112",
		`[;{\s](backdrop-)?filter\s*:`:               "filters: slow on boards",
		`[;{\s]mix-blend-mode\s*:`:                   "blending: slow on boards",
		`(rgb|hsl)a?\([^,)]*\s[^,)]*\)`:              "colour without commas, Chrome 65",
		`:focus-visible[^,{)]*[,{]`:                  "use :focus and :not(:focus-visible), Chrome 86",
		`color-mix\(|oklch\(|lch\(|accent-color\s*:`: "Chrome 93 and later",
	},
}

func TestBoardsGetNothingNewerThanTheirFloor(t *testing.T) {
	files := append(sources(t, "js", ".js"), sources(t, "css", ".css")...)
	if pages, err := filepath.Glob("../display/page"); err == nil && len(pages) > 0 {
		files = append(files, sources(t, "../display/page", ".js", ".css")...)
	}
	if len(files) < 12 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, file := range files {
		for _, found := range newerThanFloor(readSource(t, file), filepath.Ext(file)) {
			t.Errorf("%s: %s", file, found)
		}
	}
}

func newerThanFloor(source, ending string) []string {
	var found []string
	for pattern, why := range tooNew[ending] {
		if m := regexp.MustCompile(pattern).FindString(source); m != "" {
			found = append(found, strings.TrimSpace(m)+": "+why)
		}
	}
	return found
}

func TestVendoredModuleIsWithinTheFloorAndStandsAlone(t *testing.T) {
	data, err := Read("vendor/htm/preact/standalone.module.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range newerThanFloor(string(data), ".js") {
		t.Error(found)
	}
	if m := regexp.MustCompile(`\bimport[\s{("']|\bfrom["']`).FindString(string(data)); m != "" {
		t.Errorf("it needs another module: %s", m)
	}
}

func TestScannerSeesWhatItShould(t *testing.T) {
	for ending, bad := range map[string][]string{
		".js":  {"a?.b", "a?.[0]", "a ?? b", "try {} catch {", "x.flat()", "a ||= b", "list.at(-1)", "  #secret = 1", "1_000", "globalThis.x", "await x"},
		".css": {"a{ gap: 4px }", "a{row-gap:1px}", "a:is(b){}", "a{width:min(1px,2px)}", "a{inset:0}", "a{width:clamp(1px,2px,3px)}", "a{color:rgb(0 0 0 / 5%)}", "a:focus-visible{}", "a{filter:blur(2px)}"},
	} {
		for _, source := range bad {
			if len(newerThanFloor(source, ending)) == 0 {
				t.Errorf("%s slips through", source)
			}
		}
	}
	for ending, good := range map[string][]string{
		".js":  {"a ? .5 : b", "a ? b : c", "a || b", "{ ...x }", "async () => { await x; }", "catch (e) {"},
		".css": {"a{grid-gap:4px}", "a{grid-template-columns:repeat(2,minmax(0,1fr))}", "a{box-shadow:inset 0 0 0 1px red}", "a:focus:not(:focus-visible){}", "a{color:rgba(0, 0, 0, .5)}"},
	} {
		for _, source := range good {
			if found := newerThanFloor(source, ending); len(found) > 0 {
				t.Errorf("%s is refused: %v", source, found)
			}
		}
	}
}

func TestPagesUseRolesOnly(t *testing.T) {
	colour := regexp.MustCompile(`#[0-9A-Fa-f]{3,8}\b\s*[;,)}]|--(xuan|mo|dian|xing|zhu|dan|teng)-\d|\brgba?\(`)
	for _, dir := range []string{"css", "../kiosk", "../display", "../counter", "../server/supervisor"} {
		if there, err := filepath.Glob(dir); err != nil || len(there) == 0 {
			continue
		}
		for _, file := range sources(t, dir, ".css") {
			if filepath.Base(file) == "tokens.css" {
				continue
			}
			source := strings.ReplaceAll(readSource(t, file), "rgba(6, 20, 43, .6)", "") // the veil behind a sheet has no role
			if m := colour.FindString(source); m != "" {
				t.Errorf("%s names the colour %s: use a role of tokens.css", file, m)
			}
		}
	}
}

type roles map[string]string

var (
	block       = regexp.MustCompile(`(?s)([^{}]+)\{([^{}]*)\}`)
	declaration = regexp.MustCompile(`--([a-z0-9-]+):\s*([^;]+);`)
)

func rolesOf(t *testing.T, mode string) roles {
	t.Helper()
	found := roles{}
	for _, b := range block.FindAllStringSubmatch(readSource(t, "css/tokens.css"), -1) {
		selector := strings.TrimSpace(b[1])
		if strings.HasPrefix(selector, ":root") && !strings.Contains(selector, ".on-") || selector == mode {
			for _, d := range declaration.FindAllStringSubmatch(b[2], -1) {
				found[d[1]] = d[2]
			}
		}
	}
	return found
}

func (r roles) colour(t *testing.T, role string) [3]float64 {
	t.Helper()
	value := r[role]
	for strings.HasPrefix(value, "var(--") {
		value = r[strings.TrimSuffix(strings.TrimPrefix(value, "var(--"), ")")]
	}
	hex := strings.TrimPrefix(value, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("role %s is %q", role, value)
	}
	return [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

// luminance is the relative luminance of WCAG 2.
func luminance(c [3]float64) float64 {
	var linear [3]float64
	for i, v := range c {
		if v /= 255; v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

func contrast(a, b [3]float64) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

func TestEveryModeHasItsContrast(t *testing.T) {
	text := `ink/ground ink/surface ink/sunken ink-2/ground ink-2/surface ink-2/sunken on-brand/brand on-brand-2/brand on-action/action
		on-call/call on-plate/plate on-plate-call/plate-call on-selected/selected on-cell/cell good/good-bg good/surface warn/warn-bg
		bad/bad-bg bad/surface park/park-bg seal/seal-bg ink/warn-bg ink/call-bg`
	outline := `edge/ground edge/surface focus-in/focus-out plate/ground action/surface`
	for _, mode := range []string{"light", "dark", "contrast"} {
		r := rolesOf(t, `[data-mode="`+mode+`"]`)
		wantContrast(t, r, mode, text, 7)
		wantContrast(t, r, mode, "on-bad-fill/bad-fill", 6.5)
		wantContrast(t, r, mode, outline, 3)
	}
}

func wantContrast(t *testing.T, r roles, mode, pairs string, least float64) {
	t.Helper()
	for _, pair := range strings.Fields(pairs) {
		front, back, _ := strings.Cut(pair, "/")
		if got := contrast(r.colour(t, front), r.colour(t, back)); got < least {
			t.Errorf("%s: %s is %.2f, want %.1f", mode, pair, got, least)
		}
	}
}

func TestModesSetEveryRole(t *testing.T) {
	light := declared(t, `:root, [data-mode="light"]`)
	for _, mode := range []string{`[data-mode="dark"]`, `[data-mode="auto"]`, `[data-mode="contrast"]`} {
		other := declared(t, mode)
		for role := range light {
			if _, ok := other[role]; !ok {
				t.Errorf("%s leaves out --%s", mode, role)
			}
		}
	}
	dark, auto := declared(t, `[data-mode="dark"]`), declared(t, `[data-mode="auto"]`)
	for role, value := range dark {
		if auto[role] != value {
			t.Errorf("auto at night has --%s %q, dark has %q", role, auto[role], value)
		}
	}
}

func declared(t *testing.T, selector string) roles {
	t.Helper()
	found := roles{}
	source := readSource(t, "css/tokens.css")
	at := strings.Index(source, selector+" {")
	if at < 0 {
		t.Fatalf("no block %s", selector)
	}
	body := source[at:]
	for _, d := range declaration.FindAllStringSubmatch(body[:strings.Index(body, "}")], -1) {
		found[d[1]] = d[2]
	}
	return found
}
