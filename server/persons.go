package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"jiaohao/server/hall"
)

// keepPersonDays is how many days a day's key is kept. Afterwards nobody, not even with a list of all documents, can tell
// whose tickets a day's references were.
const keepPersonDays = 3

// Persons tells persons apart within a day without the state knowing who they are: a reference is a keyed digest whose key
// is random for each day, lies outside of the journal and is thrown away.
type Persons struct {
	path  string // "" = in memory only
	today func() hall.Date

	mu   sync.Mutex
	keys map[string][]byte // by date, and "digest" for the digests of the private parts
}

// OpenPersons reads the keys from a file, or starts with none. An empty path keeps them in memory.
func OpenPersons(path string, today func() hall.Date) (*Persons, error) {
	p := &Persons{path: path, today: today, keys: map[string][]byte{}}
	if path == "" {
		return p, nil
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the keys of persons: %w", err)
	}
	if err := json.Unmarshal(raw, &p.keys); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; move it away, persons with open tickets will then be new ones", path, err)
	}
	return p, nil
}

// Ref names a person for the business day, and gives the private part to record beside it. Kind is idcard or phone.
func (p *Persons) Ref(kind, value string) (ref string, secret *hall.Secret, err error) {
	day, err := p.key(p.today().String())
	if err != nil {
		return "", nil, err
	}
	digest, err := p.key("digest")
	if err != nil {
		return "", nil, err
	}
	ref = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac(day, kind, value)[:10]))
	return ref, &hall.Secret{Kind: kind, Digest: mac(digest, kind, value), Masked: mask(value)}, nil
}

func mac(key []byte, kind, value string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(kind + "\x00" + value)) // a hash never fails to write
	return h.Sum(nil)
}

// mask keeps as much of a document's number as two people beside each other need to tell theirs apart.
func mask(value string) string {
	if len(value) < 8 {
		return "****"
	}
	return value[:3] + strings.Repeat("*", len(value)-5) + value[len(value)-2:]
}

func (p *Persons) key(name string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k, ok := p.keys[name]; ok {
		return k, nil
	}
	k := make([]byte, 32)
	if _, err := rand.Read(k); err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	p.keys[name] = k
	p.forget()
	return k, p.save()
}

// forget throws the oldest days' keys away.
func (p *Persons) forget() {
	for len(p.keys) > keepPersonDays+1 {
		oldest := ""
		for name := range p.keys {
			if name != "digest" && (oldest == "" || name < oldest) {
				oldest = name
			}
		}
		delete(p.keys, oldest)
	}
}

func (p *Persons) save() error {
	if p.path == "" {
		return nil
	}
	raw, err := json.Marshal(p.keys)
	if err != nil {
		return fmt.Errorf("saving the keys of persons: %w", err)
	}
	return writeFile(p.path, raw)
}

// writeFile puts a small secret file in place so that after a crash either the old or the new one is there, whole.
func writeFile(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(raw)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
