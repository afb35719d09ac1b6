package kiosk

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"jiaohao/kiosk/slip"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

//go:embed page/*.js page/*.css
var pageFiles embed.FS

//go:embed kiosk.html
var shellText string

var shell = template.Must(template.New("kiosk").Parse(shellText))

// Pages gives the files of the kiosk's page and of the phone's, by the prefix of their address.
func (k *Kiosk) Pages() map[string]fs.FS {
	page, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	return map[string]fs.FS{"/kiosk/page/": page, "/kiosk/phone/": k.phone.Files()}
}

// Handlers gives the pages that the server writes itself.
func (k *Kiosk) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /kiosk/page/{$}": http.HandlerFunc(k.serveShell),
		"GET /t/{id}":         http.HandlerFunc(k.servePhone),
		"POST /t/{id}":        http.HandlerFunc(k.takePhoneForm),
	}
}

// first is what the kiosk's page shows before anything has come over the wire.
type first struct {
	View  *Hall               `json:"view,omitempty"`
	Codes map[string][]string `json:"codes"` // by service: the QR code of its guide, a row of hex digits each
}

func (k *Kiosk) serveShell(w http.ResponseWriter, r *http.Request) {
	f := first{Codes: map[string][]string{}}
	if s, err := k.state(r.Context()); err == nil {
		view := k.view(s)
		f.View, f.Codes = &view, guideCodes(s.Plan())
	}
	data, err := json.Marshal(f)
	if err != nil {
		k.fail(w, r, err)
		return
	}
	k.write(w, r, shell, map[string]any{"First": template.JS(data), "Lang": htmlLang(door.Lang(r.Context()))}) //nolint:gosec // our own JSON, whose < > & are escaped
}

// write sends a page, or nothing of it when it cannot be made.
func (k *Kiosk) write(w http.ResponseWriter, r *http.Request, t *template.Template, data any) {
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		k.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	if _, err := w.Write(page.Bytes()); err != nil {
		slog.DebugContext(r.Context(), "a page was not taken", "error", err)
	}
}

func (k *Kiosk) fail(w http.ResponseWriter, r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "a page cannot be made", "path", r.URL.Path, "error", err)
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

func htmlLang(lang string) string {
	if lang == "en" {
		return "en"
	}
	return "zh-CN"
}

// guideCodes makes the QR codes of the services' guides. An address too long for a code has none.
func guideCodes(p *hall.Plan) map[string][]string {
	codes := map[string][]string{}
	for _, service := range p.Services {
		if service.Guide.URL == "" {
			continue
		}
		if bits, err := slip.Modules(service.Guide.URL); err == nil {
			codes[service.ID] = hexRows(bits)
		}
	}
	return codes
}

// hexRows writes each row as hex digits, four modules each, filled up with light ones.
func hexRows(bits [][]bool) []string {
	rows := make([]string, len(bits))
	for y, line := range bits {
		var row strings.Builder
		for x := 0; x < len(line); x += 4 {
			digit := 0
			for i := range 4 {
				digit <<= 1
				if x+i < len(line) && line[x+i] {
					digit |= 1
				}
			}
			row.WriteString(strconv.FormatInt(int64(digit), 16))
		}
		rows[y] = row.String()
	}
	return rows
}
