package server

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed page
var pageFiles embed.FS

var pairingShell = template.Must(template.ParseFS(pageFiles, "page/pairing.html"))

// pairingFiles are what the page of a machine without a key links.
func pairingFiles() fs.FS {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // only a malformed name is an error, and this one is a constant
	}
	return files
}

// pairingPage is what a browser gets that asks for a terminal's page without being one: at the address of that page, so that it is
// there once it is paired. Screens that are seen from afar are dark, as their own pages are.
func (s *Server) pairingPage(w http.ResponseWriter, r *http.Request) {
	lang, mode := language(r), "light"
	if strings.HasPrefix(r.URL.Path, "/display/") {
		mode = "dark"
	}
	htmlLang := map[string]string{"zh": "zh-CN", "en": "en"}[lang]
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusForbidden)
	data := map[string]string{"Lang": htmlLang, "Mode": mode, "Title": s.text(lang, "enrol.help.title"), "Text": s.text(lang, "enrol.help.text")}
	if err := pairingShell.Execute(w, data); err != nil {
		s.log.Debug("a page could not be sent", "error", err)
	}
}
