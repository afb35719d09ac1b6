package server

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
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
		if strings.HasSuffix(name, ".test.js") || strings.HasSuffix(name, ".d.ts") {
			s.notFound(w, r)
			return
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			s.notFound(w, r)
			return
		}
		tag, known := tags.Load(name)
		if !known {
			sum := sha256.Sum256(body)
			tag, _ = tags.LoadOrStore(name, `"`+hex.EncodeToString(sum[:8])+`"`)
		}
		w.Header().Set("Content-Type", s.files.MIME(name))
		w.Header().Set("ETag", tag.(string))
		w.Header().Set("Cache-Control", s.caching(name))
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		write(w, body)
	})
}

func (s *Server) caching(name string) string {
	if s.files.Immutable(name) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
