package assets

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFSHoldsWhatPagesAskForAndNoTests(t *testing.T) {
	for _, name := range []string{"css/base.css", "css/tokens.css", "js/i18n.js", "messages/zh.json", "fonts/OFL.txt",
		"vendor/htm/preact/standalone.module.js", "vendor/htm/LICENSE", "vendor/lucide/LICENSE", "sounds/chime.wav"} {
		if data, err := Read(name); err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	for _, name := range []string{"js/i18n.test.js", "vendor/htm/preact/standalone.module.d.ts", "tools/package.json", "assets.go"} {
		if _, err := Read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is public (%v)", name, err)
		}
	}
	for _, name := range names(t) {
		if isPrivate(name) || strings.Contains(name, "tools/") {
			t.Errorf("%s is listed", name)
		}
	}
}

func names(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryPublicFileHasATypeAndAHash(t *testing.T) {
	for _, name := range names(t) {
		if MIME(name) == "application/octet-stream" && path.Base(name) != "LICENSE" && path.Ext(name) != ".md" {
			t.Errorf("%s has no media type", name)
		}
		if h, ok := Hash(name); !ok || len(h) != 16 {
			t.Errorf("%s has the hash %q", name, h)
		}
	}
	if _, ok := Hash("no/such"); ok {
		t.Error("a file that is not there has a hash")
	}
}

func TestMIMEIsFixed(t *testing.T) {
	for name, want := range map[string]string{"a.js": "text/javascript; charset=utf-8", "A.JS": "text/javascript; charset=utf-8",
		"x/y.woff2": "font/woff2", "a.wav": "audio/wav", "a.css": "text/css; charset=utf-8", "a": "application/octet-stream"} {
		if got := MIME(name); got != want {
			t.Errorf("MIME(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestBuildFollowsContentAndNames(t *testing.T) {
	if again := Build(); len(again) != 16 || again != Build() {
		t.Fatalf("build %q", Build())
	}
	base := fstest.MapFS{"a.js": {Data: []byte("1")}, "b.js": {Data: []byte("2")}}
	build := func(files fs.FS) string {
		h, err := hashAll(files)
		if err != nil {
			t.Fatal(err)
		}
		return h.build
	}
	first := build(base)
	for what, files := range map[string]fstest.MapFS{
		"content": {"a.js": {Data: []byte("1")}, "b.js": {Data: []byte("3")}},
		"name":    {"a.js": {Data: []byte("1")}, "c.js": {Data: []byte("2")}},
		"swap":    {"a.js": {Data: []byte("2")}, "b.js": {Data: []byte("1")}},
		"less":    {"a.js": {Data: []byte("1")}},
	} {
		if build(files) == first {
			t.Errorf("the build does not see a change of %s", what)
		}
	}
	if build(fstest.MapFS{"a.js": base["a.js"], "b.js": base["b.js"]}) != first {
		t.Error("equal files, other build")
	}
}

func TestSoundsAreShortPlainWAV(t *testing.T) {
	for name, most := range map[string]int{"chime": 1600, "tick": 120, "taken": 700, "low": 450} {
		data, err := Read("sounds/" + name + ".wav")
		if err != nil {
			t.Fatal(err)
		}
		if string(data[:4]) != "RIFF" || string(data[8:16]) != "WAVEfmt " {
			t.Errorf("%s is no WAV", name)
			continue
		}
		word := func(at int) int { return int(binary.LittleEndian.Uint16(data[at:])) }
		if word(20) != 1 || word(22) != 1 || word(24) != 16000 || word(34) != 16 {
			t.Errorf("%s: format %d, channels %d, rate %d, bits %d", name, word(20), word(22), word(24), word(34))
		}
		if ms := (len(data) - 44) / 32; ms < 50 || ms > most {
			t.Errorf("%s lasts %d ms", name, ms)
		}
		loud, last := peak(data[44:])
		if loud < 3000 || loud > 30000 || last > 200 {
			t.Errorf("%s: loudest %d, ends at %d: it would be silent, clipped or click", name, loud, last)
		}
	}
}

func peak(pcm []byte) (loud, last int) {
	for i := 0; i+1 < len(pcm); i += 2 {
		last = int(int16(binary.LittleEndian.Uint16(pcm[i:])))
		last = max(last, -last)
		loud = max(loud, last)
	}
	return loud, last
}
