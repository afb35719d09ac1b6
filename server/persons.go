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
	"strings"
	"sync"
	"syscall"

	"jiaohao/server/hall"
	"jiaohao/server/secret"
)

// keyBytes is the length of every key; one of another length was not made here.
const keyBytes = 32

// digestKey names the key of the digests in the private parts; all others are named by their date.
const digestKey = "digest"

// keepPersonDays is how many days a day's key is kept. Afterwards nobody, not even with a list of all documents, can tell
// whose tickets a day's references were.
const keepPersonDays = 3

// Persons tells persons apart within a day without the state knowing who they are: a reference is a keyed digest whose key
// is random for each day, lies outside of the journal and is thrown away.
type Persons struct {
	path  string // "" = in memory only
	spare []byte // for a day whose key cannot be saved, until the process ends
	today func() hall.Date

	mu   sync.Mutex
	keys map[string][]byte // by date, and digestKey; replaced, never changed
}

// OpenPersons reads the keys from a file, or starts with none. An empty path keeps them in memory.
func OpenPersons(path string, today func() hall.Date) (*Persons, error) {
	p := &Persons{path: path, today: today, keys: map[string][]byte{}, spare: make([]byte, keyBytes)}
	rand.Read(p.spare) // never fails: the program is ended instead
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
	if err := p.read(raw); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; move it away, persons with open tickets will then be new ones", path, err)
	}
	return p, nil
}

// read takes the keys from a file. A short key would still give references, only such as anybody can find out.
func (p *Persons) read(raw []byte) error {
	if err := json.Unmarshal(raw, &p.keys); err != nil {
		return err
	}
	if p.keys == nil {
		return errors.New("it holds no keys")
	}
	for name, key := range p.keys {
		if _, isDate := hall.ParseDate(name); !isDate && name != digestKey {
			return errors.New("it holds a key of no day")
		}
		if len(key) != keyBytes {
			return fmt.Errorf("the key %s has %d bytes, not %d", name, len(key), keyBytes)
		}
	}
	return nil
}

// Ref names a person for the business day, and gives the private part to record beside it. Kind is idcard or phone.
func (p *Persons) Ref(kind, value string) (ref string, secret *hall.Secret, err error) {
	day, digest, err := p.keysOf(p.today())
	if err != nil {
		return "", nil, err
	}
	ref = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac(day, kind, value)[:10]))
	return ref, &hall.Secret{Kind: kind, Digest: mac(digest, kind, value), Masked: mask(value)}, nil
}

// Digest gives the keyed digest under which the private parts of records know a document; nil when none was ever recorded.
func (p *Persons) Digest(kind, value string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys[digestKey] == nil {
		return nil
	}
	return mac(p.keys[digestKey], kind, value)
}

// sealedBytes is how many bytes of a request's digest are recorded.
const sealedBytes = 16

// Seal makes of the digest of a request what may be recorded for ever. A request holds documents, telephones and free text, and
// the few that somebody could have meant can all be tried: so the digest is keyed by the day, and when the day's key is thrown
// away nothing can be tried any more. Also are the forms that the same request would have had on the days before, and in
// versions that recorded digests as they were.
//
// Without space for the day's key there is an error, and the request must be refused: recorded under another key it would be a stranger
// when it is repeated. When the file cannot be written for another reason a key of this process stands in: only a repetition after a
// restart is not known then, and tickets go on.
func (p *Persons) Seal(digest []byte) (sealed []byte, also [][]byte, err error) {
	today := p.today()
	if today == 0 {
		return digest, nil, nil // before the first day nobody can have said anything
	}
	day, _, err := p.keysOf(today)
	if lacksSpace(err) {
		return nil, nil, err
	}
	also = [][]byte{requestMAC(p.spare, digest)}
	if err != nil {
		day = p.spare
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, key := range p.keys {
		if name != digestKey && name != today.String() {
			also = append(also, requestMAC(key, digest))
		}
	}
	return requestMAC(day, digest), append(also, digest), nil
}

// lacksSpace tells a full disk or quota; the last is what Windows calls it.
func lacksSpace(err error) bool {
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, 112} {
		if errors.Is(err, full) {
			return true
		}
	}
	return false
}

func requestMAC(key, digest []byte) []byte { return mac(key, "request", string(digest))[:sealedBytes] }

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

// keysOf gives the key of a business day and that of the digests, and makes them if need be. One that could not be saved is
// not used either: after a restart the same person would be another.
func (p *Persons) keysOf(today hall.Date) (day, digest []byte, err error) {
	if today == 0 {
		return nil, nil, errors.New("telling persons apart: there is no business day yet")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	name, before := today.String(), p.keys
	if before[name] == nil || before[digestKey] == nil {
		p.keys = kept(before, today)
		for _, missing := range []string{name, digestKey} {
			if p.keys[missing] == nil {
				p.keys[missing] = make([]byte, keyBytes)
				rand.Read(p.keys[missing]) // never fails: the program is ended instead
			}
		}
		if err := p.save(); err != nil {
			p.keys = before
			return nil, nil, err
		}
	}
	return p.keys[name], p.keys[digestKey], nil
}

// kept copies the keys but for those of days too long ago.
func kept(keys map[string][]byte, today hall.Date) map[string][]byte {
	copied, oldest := map[string][]byte{}, today.Next(1-keepPersonDays).String()
	for name, key := range keys {
		if name == digestKey || name >= oldest {
			copied[name] = key
		}
	}
	return copied
}

func (p *Persons) save() error {
	if p.path == "" {
		return nil
	}
	raw, err := json.Marshal(p.keys)
	if err != nil {
		return fmt.Errorf("saving the keys of persons: %w", err)
	}
	return secret.Write(p.path, raw)
}
