package supervisor

import (
	"io/fs"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"jiaohao/assets"
)

func TestPagesAreMountedWithTheirFiles(t *testing.T) {
	console := newWorld(t).console
	for prefix, file := range map[string]string{"/supervisor/page/": "index.html", "/home/page/": "home.css"} {
		files, mounted := console.Pages()[prefix]
		if !mounted {
			t.Fatalf("nothing is mounted at %s", prefix)
		}
		if _, err := fs.Stat(files, file); err != nil {
			t.Error(err)
		}
	}
	out := httptest.NewRecorder()
	console.Handlers()["GET /{$}"].ServeHTTP(out, httptest.NewRequest("GET", "/", nil))
	if out.Code != 200 || !strings.Contains(out.Body.String(), `href="/supervisor"`) {
		t.Errorf("the start page answers %d", out.Code)
	}
}

var reference = regexp.MustCompile(`(?:from |import |src=|href=)['"]([^'"$?#]+\.(?:js|css))['"]`)

// A browser cuts the climb above the root of the address, so ../../../assets reaches /assets both from /supervisor/page/
// and in the source tree.
func TestEveryFileThatThePageAsksForIsThere(t *testing.T) {
	files := newWorld(t).console.Pages()["/supervisor/page/"]
	names, err := fs.Glob(files, "*")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			found++
			target := path.Join("/supervisor/page", m[1])
			if inner, shared := strings.CutPrefix(target, "/assets/"); shared {
				_, err = assets.Read(inner)
			} else {
				_, err = fs.Stat(files, path.Base(target))
			}
			if err != nil {
				t.Errorf("%s asks for %s: %v", name, m[1], err)
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d references found: the scan has gone blind", found)
	}
}

// The wall hangs on a TV of 2020.
func TestScriptsKeepToTheLanguageOfOldBoards(t *testing.T) {
	files := newWorld(t).console.Pages()["/supervisor/page/"]
	names, err := fs.Glob(files, "*.js")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	young := regexp.MustCompile(`\?\.[a-zA-Z(\[]|\?\?|\.flat\(|\.flatMap\(|fromEntries|replaceAll|catch \{|\.at\(-`)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if found := young.FindString(string(text)); found != "" {
			t.Errorf("%s uses %q", name, found)
		}
	}
}
