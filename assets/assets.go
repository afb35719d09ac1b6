// Package assets knows the files that every page shares: styles, scripts, fonts, sounds, vendored code and the words in
// Chinese and English. It must never know a route, a page or a rule of the queue.
package assets

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:embed css/*.css js fonts sounds messages/*.json vendor
var embedded embed.FS

// FS is everything that may be served under /assets, without the tests that lie beside the scripts.
func FS() fs.FS { return public{embedded} }

// public hides what is embedded only because a folder is embedded whole.
type public struct{ fs.FS }

// Open opens a file or folder, or says fs.ErrNotExist for what is not public.
func (p public) Open(name string) (fs.File, error) {
	if isPrivate(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return p.FS.Open(name)
}

// ReadDir lists a folder without what is not public.
func (p public) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(p.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return isPrivate(e.Name()) }), err
}

func isPrivate(name string) bool {
	return strings.HasSuffix(name, ".test.js") || strings.HasSuffix(name, ".d.ts")
}

// mimeTypes is fixed, because the machine's own table differs from box to box and a wrong one stops a module script.
var mimeTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".mjs":   "text/javascript; charset=utf-8",
	".pdf":   "application/pdf",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".wav":   "audio/wav",
	".woff2": "font/woff2",
}

// MIME is the media type of a file by its name; a name it does not know is application/octet-stream.
func MIME(name string) string {
	if t, ok := mimeTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}

// Build is 16 hex digits of the hash over every public file's name and content: the same files, the same build.
func Build() string { return index().build }

// Hash is 16 hex digits of the hash of one public file's content, or false if there is no such file.
func Hash(name string) (string, bool) {
	h, ok := index().files[name]
	return h, ok
}

// Read is the content of one public file. The error is fs.ErrNotExist for a name that is not there.
func Read(name string) ([]byte, error) { return fs.ReadFile(FS(), name) }

// Immutable says whether a file's name carries the hash of its content, so that a browser may keep it for ever.
func Immutable(name string) bool {
	return strings.HasPrefix(name, "fonts/") && path.Ext(name) == ".woff2"
}

// CoreFonts are the names of the font files that every page shows text with, for a preload link.
func CoreFonts() []string {
	names, err := fs.Glob(FS(), "fonts/hall-sans-core-*.woff2")
	if err != nil {
		return nil // only a malformed pattern is an error, and this one is not; a page without preload still works
	}
	return names
}

type hashes struct {
	build string
	files map[string]string
}

var index = sync.OnceValue(func() hashes {
	h, err := hashAll(FS())
	if err != nil {
		// Reading embedded files fails only if the program itself is damaged; a build of its own then defeats every cache.
		return hashes{build: "unreadable", files: map[string]string{}}
	}
	return h
})

func hashAll(files fs.FS) (hashes, error) {
	sums := map[string]string{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		sums[name] = shortHash(data)
		return err
	})
	return hashes{build: buildOf(sums), files: sums}, err
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func buildOf(sums map[string]string) string {
	lines := make([]string, 0, len(sums))
	for name, sum := range sums {
		lines = append(lines, name+" "+sum)
	}
	sort.Strings(lines)
	return shortHash([]byte(strings.Join(lines, "\n")))
}
