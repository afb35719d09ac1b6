// Package phone knows the page behind a ticket's QR code: written whole by the server, so that it works on any phone without
// script, and kept fresh by a script where there is one. It must never know anybody else's ticket nor change anything.
package phone

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
)

//go:embed phone.js phone.css
var files embed.FS

//go:embed *.html
var texts embed.FS

// Page writes the page.
type Page struct{ template *template.Template }

// New prepares the page.
func New() *Page {
	funcs := template.FuncMap{"icon": icon, "face": face}
	return &Page{template.Must(template.New("phone.html").Funcs(funcs).ParseFS(texts, "*.html"))}
}

// Files are the styles and the script of the page.
func (p *Page) Files() fs.FS { return files }

// Write makes the whole page of a view.
func (p *Page) Write(v View) ([]byte, error) {
	var out bytes.Buffer
	err := p.template.Execute(&out, v)
	return out.Bytes(), err
}
