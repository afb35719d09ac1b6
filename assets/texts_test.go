package assets

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBothLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
	zh, en := Messages("zh"), Messages("en")
	for key, text := range zh {
		other, ok := en[key]
		if !ok {
			t.Errorf("en.json lacks %q", key)
		} else if a, b := holders(text), holders(other); !slices.Equal(a, b) {
			t.Errorf("%q: zh fills %v, en fills %v", key, a, b)
		}
	}
	for key, text := range en {
		if _, ok := zh[key]; !ok && !oneOf(en, key, text) {
			t.Errorf("zh.json lacks %q", key)
		}
	}
}

// oneOf says whether a key is the English singular of another: Chinese needs none.
func oneOf(en map[string]string, key, text string) bool {
	base, ok := strings.CutSuffix(key, ".one")
	many, has := en[base]
	return ok && has && slices.Equal(holders(text), holders(many))
}

func holders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTextFilesAreSortedOneKeyALine(t *testing.T) {
	line := regexp.MustCompile(`^  "([^"]+)": ".*",?$`)
	for _, lang := range Languages {
		data, err := Read("messages/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		var keys []string
		for _, l := range lines[1 : len(lines)-1] {
			m := line.FindStringSubmatch(l)
			if m == nil {
				t.Errorf("%s.json: not one key a line: %s", lang, l)
				continue
			}
			keys = append(keys, m[1])
		}
		for i := 1; i < len(keys); i++ {
			if keys[i-1] >= keys[i] {
				t.Errorf("%s.json: %q stands before %q", lang, keys[i-1], keys[i])
			}
		}
	}
}

func TestEveryProblemOfTheContractHasItsWords(t *testing.T) {
	codes := `bad_request signed_out bad_credentials forbidden not_your_window class_not_allowed not_found gone too_large unsupported
		wrong_state window_not_open window_occupied window_busy nothing_current too_soon too_few_calls call_limit already_waiting
		already_rated choosing_not_allowed plan_in_use service_closed invalid unknown_service unknown_window unknown_class key_reused
		rate_limited starting journal_full clock_unconfirmed internal unreachable`
	for _, code := range strings.Fields(codes) {
		wantKey(t, "problem."+code+".title")
		wantKey(t, "problem."+code+".detail")
	}
	for _, reason := range strings.Fields("before_hours lunch cutoff holiday quota no_window paused day_not_open") {
		wantKey(t, "closed."+reason)
		wantKey(t, "problem.service_closed.detail."+reason)
	}
}

func wantKey(t *testing.T, key string) {
	t.Helper()
	for _, lang := range Languages {
		if !Has(lang, key) {
			t.Errorf("%s lacks %q", lang, key)
		}
	}
}

func TestRatingLevelsAreTheExactWords(t *testing.T) {
	for level, want := range map[string]string{"5": "非常满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "非常不满意"} {
		if got := Text("zh", "rating.level."+level, nil); got != want {
			t.Errorf("level %s is %q, want %q", level, got, want)
		}
	}
}

func TestWordingKeepsTheHouseRules(t *testing.T) {
	for lang, bad := range map[string]string{"zh": "！|系统异常|您输入错误|请稍后重试|!", "en": `!|(?i)\bsystem error\b|(?i)\bplease try again later\b`} {
		rule := regexp.MustCompile(bad)
		for key, text := range Messages(lang) {
			if found := rule.FindString(text); found != "" {
				t.Errorf("%s %q says %q: %s", lang, key, found, text)
			}
		}
	}
}

func TestTextFillsAndCounts(t *testing.T) {
	cases := []struct {
		lang, key string
		params    Params
		want      string
	}{
		{"zh", "problem.too_soon.detail", Params{"seconds": 12}, "再过 12 秒可以操作。"},
		{"en", "count.ahead", Params{"n": 2}, "2 people ahead"},
		{"en", "count.ahead", Params{"n": 1}, "1 person ahead"},
		{"zh", "count.ahead", Params{"n": 1}, "前面 1 人"},
		{"fr", "state.waiting", nil, "等候"},
		{"zh", "window.goTo", Params{"other": 1}, "请到 {label} 号窗口"},
	}
	for _, c := range cases {
		if got := Text(c.lang, c.key, c.params); got != c.want {
			t.Errorf("Text(%s, %s, %v) = %q, want %q", c.lang, c.key, c.params, got, c.want)
		}
	}
}

func TestMissingKeyIsReportedAndShown(t *testing.T) {
	var seen []string
	restore := OnMissing(func(lang, key string) { seen = append(seen, lang+":"+key) })
	defer restore()
	if got := Text("en", "no.such", nil); got != "no.such" {
		t.Errorf("got %q", got)
	}
	if !slices.Equal(seen, []string{"en:no.such"}) {
		t.Errorf("reported %v", seen)
	}
	OnMissing(nil)
	if got := Text("en", "no.such", nil); got != "no.such" {
		t.Errorf("without a hook: %q", got)
	}
}

func TestMessagesIsACopy(t *testing.T) {
	Messages("zh")["state.waiting"] = "changed"
	if got := Text("zh", "state.waiting", nil); got != "等候" {
		t.Errorf("a caller changed the texts: %q", got)
	}
}

func TestParsingRefusesWhatIsNotFlat(t *testing.T) {
	for name, data := range map[string]string{
		"nested": `{"a":{"b":"c"}}`, "number": `{"a":1}`, "twice": `{"a":"b","a":"c"}`, "empty": `{"a":""}`, "array": `["a"]`,
		"capital": `{"A":"b"}`, "space": `{"a b":"c"}`, "cut": `{"a":"b"`, "more": `{"a":"b"} {}`, "nothing": ``, "null": `null`,
	} {
		if texts, err := parseTexts([]byte(data)); err == nil {
			t.Errorf("%s: read as %v", name, texts)
		}
	}
	if texts, err := parseTexts([]byte(`{"a.b":"c"}`)); err != nil || texts["a.b"] != "c" {
		t.Errorf("a good file: %v, %v", texts, err)
	}
}

func TestBrokenLanguageIsNamed(t *testing.T) {
	files := fstest.MapFS{"messages/zh.json": {Data: []byte(`{"a":"b"}`)}, "messages/en.json": {Data: []byte(`{`)}}
	if err := readTexts(files).err; err == nil || !strings.Contains(err.Error(), "messages/en.json") {
		t.Errorf("error %v does not name the file", err)
	}
	if err := readTexts(fstest.MapFS{}).err; err == nil {
		t.Error("missing files are no error")
	}
}

var (
	scriptCall   = regexp.MustCompile(`\bt2?\(\s*'([^']+)'\s*(\+?)|\btextIn\([^,()]+,\s*'([^']+)'\s*(\+?)`)
	scriptEither = regexp.MustCompile(`\bt2?\([^'()]*\?\s*'([^']+)'\s*:\s*'([^']+)'`)
	goCall       = regexp.MustCompile(`\bText\([^"()]*,\s*"([^"]+)"\s*(\+?)`)
)

func TestEveryKeyUsedInSourcesExists(t *testing.T) {
	uses := 0
	for _, file := range sources(t, "..", ".js", ".go") {
		for _, use := range usesIn(t, file) {
			uses++
			if !known(use) {
				t.Errorf("%s uses %q, which has no text", file, use)
			}
		}
	}
	if uses < 15 {
		t.Errorf("only %d uses found: the scan has gone blind", uses)
	}
}

// usesIn lists the keys a source file asks for; one that is joined from parts is given as its first part and a star.
func usesIn(t *testing.T, file string) []string {
	t.Helper()
	source := readSource(t, file)
	calls := scriptCall
	if strings.HasSuffix(file, ".go") {
		calls = goCall
	}
	var found []string
	for _, m := range calls.FindAllStringSubmatch(source, -1) {
		for i := 1; i+1 < len(m); i += 2 {
			if m[i] != "" {
				found = append(found, m[i]+strings.Replace(m[i+1], "+", "*", 1))
			}
		}
	}
	if strings.HasSuffix(file, ".js") {
		for _, m := range scriptEither.FindAllStringSubmatch(source, -1) {
			found = append(found, m[1], m[2])
		}
	}
	return found
}

func known(use string) bool {
	prefix, open := strings.CutSuffix(use, "*")
	if !open {
		return Has("zh", use)
	}
	for key := range Messages("zh") {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func TestScanSeesTheWaysKeysAreWritten(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	js := write("a.js", "t('a.b') t2( 'c', {n}) t('d.' + x) textIn(l, 'e') t(x ? 'f' : 'g') format('h') // t('i')\n")
	if got := usesIn(t, js); !slices.Equal(got, []string{"a.b", "c", "d.*", "e", "f", "g"}) {
		t.Errorf("scripts: %v", got)
	}
	source := write("a.go", "assets.Text(lang, \"a.b\", nil)\nassets.Text(\"zh\", \"x\"+y)\n")
	if got := usesIn(t, source); !slices.Contains(got, "a.b") {
		t.Errorf("go: %v", got)
	}
}

// sources lists the project's own files with one of these endings, without tests, vendored code and test data.
func sources(t *testing.T, root string, endings ...string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "testdata", "vendor"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if slices.Contains(endings, filepath.Ext(path)) && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.js") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/|(^|[\s;{}])//[^\n]*`)

// readSource is a file without its comments.
func readSource(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return comment.ReplaceAllString(string(data), "$1")
}
