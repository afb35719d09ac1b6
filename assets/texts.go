package assets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"sync"
	"sync/atomic"
)

// Params fill the placeholders of a text: {"n": 3} replaces {n}.
type Params = map[string]any

// Languages are the two that every text exists in, the leading one first.
var Languages = []string{"zh", "en"}

var missing atomic.Pointer[func(lang, key string)]

// OnMissing takes the reports of keys that have no text; nil drops them. It returns what puts the former hook back.
func OnMissing(report func(lang, key string)) (restore func()) {
	old := missing.Swap(&report)
	return func() { missing.Store(old) }
}

// Text is the text of a key in a language (zh or en; any other reads as zh) with its placeholders filled. When
// params["n"] is 1 and key.one exists, that is used. A missing key is reported to the hook and returned as it is.
func Text(lang, key string, params Params) string {
	texts := tables().of(lang)
	text, ok := texts[key]
	if one, has := texts[key+".one"]; has && fmt.Sprint(params["n"]) == "1" {
		text, ok = one, true
	}
	if !ok {
		report(lang, key)
		return key
	}
	return fill(text, params)
}

// Has says whether a key has a text in a language.
func Has(lang, key string) bool {
	_, ok := tables().of(lang)[key]
	return ok
}

// Messages is a copy of all texts of a language by key.
func Messages(lang string) map[string]string { return maps.Clone(tables().of(lang)) }

// Check is the error of reading the texts, nil when both languages are whole. The program asks at its start.
func Check() error { return tables().err }

func report(lang, key string) {
	if hook := missing.Load(); hook != nil && *hook != nil {
		(*hook)(lang, key)
	}
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

func fill(text string, params Params) string {
	if len(params) == 0 {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(whole string) string {
		if v, ok := params[whole[1:len(whole)-1]]; ok {
			return fmt.Sprint(v)
		}
		return whole
	})
}

type textTables struct {
	byLang map[string]map[string]string
	err    error
}

func (t textTables) of(lang string) map[string]string {
	if texts, ok := t.byLang[lang]; ok {
		return texts
	}
	return t.byLang["zh"]
}

var tables = sync.OnceValue(func() textTables { return readTexts(embedded) })

func readTexts(files fs.FS) textTables {
	t := textTables{byLang: map[string]map[string]string{}}
	for _, lang := range Languages {
		texts, err := readLanguage(files, lang)
		t.byLang[lang], t.err = texts, errors.Join(t.err, err)
	}
	return t
}

func readLanguage(files fs.FS, lang string) (map[string]string, error) {
	name := "messages/" + lang + ".json"
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	texts, err := parseTexts(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return texts, nil
}

// parseTexts reads one flat object of strings. The decoder of the standard library takes a key twice and keeps the
// last; two people adding the same key would not notice, so the tokens are read one by one.
func parseTexts(data []byte) (map[string]string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.Join(errors.New("not an object"), err)
	}
	texts := map[string]string{}
	for dec.More() {
		key, value, err := parsePair(dec)
		if err != nil {
			return nil, err
		}
		if _, twice := texts[key]; twice {
			return nil, fmt.Errorf("%q stands twice", key)
		}
		texts[key] = value
	}
	return texts, parseEnd(dec)
}

func parsePair(dec *json.Decoder) (key, value string, err error) {
	k, err := dec.Token()
	if err != nil {
		return "", "", err
	}
	v, err := dec.Token()
	if err != nil {
		return "", "", err
	}
	key, _ = k.(string)
	value, ok := v.(string)
	if !ok || value == "" || !keyForm.MatchString(key) {
		return "", "", fmt.Errorf("%q: a key is words with dots, its text a string that is not empty", key)
	}
	return key, value, nil
}

var keyForm = regexp.MustCompile(`^[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)

func parseEnd(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more after the object")
	}
	return nil
}
