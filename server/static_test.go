package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var someFiles = fstest.MapFS{
	"index.html": {Data: []byte("<!doctype html>")}, "page.js": {Data: []byte("export {}")}, "page.test.js": {Data: []byte("secret")},
	"types.d.ts": {Data: []byte("secret")}, "sounds/ding.0a1b2c.mp3": {Data: []byte("0123456789")},
}

func serveStatic(method, path string, headers ...string) *httptest.ResponseRecorder {
	s := &Server{files: Files{MIME: func(name string) string { return "type/" + name[strings.LastIndex(name, ".")+1:] },
		Immutable: func(name string) bool { return strings.HasSuffix(name, ".mp3") }}}
	r := httptest.NewRequest(method, "/page/", nil)
	r.URL.Path = "/page/" + path // not parsed: what a client may write is not always an address
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	http.StripPrefix("/page/", s.static(someFiles)).ServeHTTP(w, r)
	return w
}

// TestStaticFiles serves what is there with its type, its validator and how long it may be kept.
func TestStaticFiles(t *testing.T) {
	for path, want := range map[string]struct{ body, kind, keep string }{
		"":                       {"<!doctype html>", "type/html", "no-cache"},
		"index.html":             {"<!doctype html>", "type/html", "no-cache"},
		"page.js":                {"export {}", "type/js", "no-cache"},
		"./sounds/../page.js":    {"export {}", "type/js", "no-cache"},
		"sounds/ding.0a1b2c.mp3": {"0123456789", "type/mp3", "public, max-age=31536000, immutable"},
	} {
		w := serveStatic("GET", path)
		if w.Code != 200 || w.Body.String() != want.body || w.Header().Get("Content-Type") != want.kind || w.Header().Get("Cache-Control") != want.keep {
			t.Errorf("%q: %d %v %q", path, w.Code, w.Header(), w.Body)
		}
		if tag := w.Header().Get("ETag"); len(tag) != 18 || !strings.HasPrefix(tag, `"`) {
			t.Errorf("%q: validator %s", path, tag)
		}
	}
	if serveStatic("GET", "page.js").Header().Get("ETag") == serveStatic("GET", "index.html").Header().Get("ETag") {
		t.Error("two files have one validator")
	}
}

// TestStaticHidden finds nothing outside of the folder, no folder, and no tests.
func TestStaticHidden(t *testing.T) {
	for _, path := range []string{"page.test.js", "types.d.ts", "sounds", "sounds/", "nothing.js", "../static.go", "../../etc/passwd", "..\\static.go",
		"sounds/../../static.go", "/etc/passwd", "page.js\x00", "sounds/../page.test.js"} {
		w := serveStatic("GET", path)
		if w.Code != 404 || !strings.Contains(w.Body.String(), `"not_found"`) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%q: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestStaticAgain sends a file again only to those who do not have it.
func TestStaticAgain(t *testing.T) {
	tag := serveStatic("GET", "page.js").Header().Get("ETag")
	for value, want := range map[string]int{tag: 304, `"other", ` + tag: 304, "W/" + tag: 304, "*": 304, `"other"`: 200, strings.Trim(tag, `"`): 200} {
		w := serveStatic("GET", "page.js", "If-None-Match", value)
		if w.Code != want || (w.Body.Len() == 0) != (want == 304) || w.Header().Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d, want %d", value, w.Code, want)
		}
	}
}

// TestStaticParts sends a part to a player of sound, and to HEAD everything but the body.
func TestStaticParts(t *testing.T) {
	part := serveStatic("GET", "sounds/ding.0a1b2c.mp3", "Range", "bytes=2-4")
	if part.Code != 206 || part.Body.String() != "234" || part.Header().Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("a part: %d %v %q", part.Code, part.Header(), part.Body)
	}
	head := serveStatic("HEAD", "page.js")
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != "9" {
		t.Errorf("HEAD: %d %v %q", head.Code, head.Header(), head.Body)
	}
}
