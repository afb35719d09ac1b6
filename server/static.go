package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"jiaohao/server/door"
)

// static serves files with a validator of their content. They are asked for again each time and hardly ever sent again;
// only names that carry their hash are kept for ever.
func (s *Server) static(files fs.FS) http.Handler {
	var tags sync.Map
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		file, err := openStatic(files, name)
		if err != nil {
			s.notFound(w, r)
			return
		}
		defer file.Close()
		tag, err := tagOf(&tags, name, file)
		if err != nil {
			s.log.Error("a file cannot be read", "file", name, "error", err)
			WriteProblem(w, door.NewProblem(r.Context(), "internal", nil))
			return
		}
		w.Header().Set("Content-Type", s.files.MIME(name))
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", s.caching(name))
		http.ServeContent(w, r, "", time.Time{}, file) // knows lists of validators, and parts, which players of sound ask for
	})
}

type staticFile interface {
	fs.File
	io.Seeker
}

// openStatic opens a file that may be served: no folder, and nothing that is only for those who build the pages.
func openStatic(files fs.FS, name string) (staticFile, error) {
	if strings.HasSuffix(name, ".test.js") || strings.HasSuffix(name, ".d.ts") {
		return nil, fs.ErrNotExist
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	file, seeks := f.(staticFile)
	if err != nil || info.IsDir() || !seeks {
		return nil, errors.Join(fs.ErrNotExist, err, f.Close())
	}
	return file, nil
}

// tagOf gives a file's validator. The files are built in, so it is worked out once.
func tagOf(tags *sync.Map, name string, file io.ReadSeeker) (string, error) {
	if tag, known := tags.Load(name); known {
		return tag.(string), nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	tag, _ := tags.LoadOrStore(name, `"`+hex.EncodeToString(sum.Sum(nil)[:8])+`"`)
	return tag.(string), nil
}

func (s *Server) caching(name string) string {
	if s.files.Immutable(name) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
