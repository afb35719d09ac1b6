package server

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jiaohao/server/hall"
)

const someCard = "110101195003072410"

// book is a book of persons whose day the test turns.
type book struct {
	*Persons
	path string
	day  hall.Date
}

func openBook(t *testing.T, path string, day hall.Date) *book {
	t.Helper()
	b := &book{path: path, day: day}
	p, err := OpenPersons(path, func() hall.Date { return b.day })
	if err != nil {
		t.Fatal(err)
	}
	b.Persons = p
	return b
}

func (b *book) ref(t *testing.T, kind, value string) (string, *hall.Secret) {
	t.Helper()
	ref, secret, err := b.Ref(kind, value)
	if err != nil {
		t.Fatal(err)
	}
	return ref, secret
}

// TestPersonWithinADay gives one person one reference for a business day, also after a restart, and another one on another.
func TestPersonWithinADay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "persons.json")
	b := openBook(t, path, 20261123)
	first, secret := b.ref(t, "idcard", someCard)
	again, _ := b.ref(t, "idcard", someCard)
	restarted, after := openBook(t, path, 20261123).ref(t, "idcard", someCard)
	if first != again || first != restarted || len(first) != 16 {
		t.Errorf("within a day: %s, %s, after a restart %s", first, again, restarted)
	}
	if string(secret.Digest) != string(after.Digest) || len(secret.Digest) != 32 {
		t.Error("the digest beside the chain is another after a restart")
	}
	if phone, _ := b.ref(t, "phone", someCard); phone == first {
		t.Error("a telephone is taken for an identity card")
	}
	if other, _ := b.ref(t, "idcard", "110101195003072411"); other == first {
		t.Error("two persons have one reference")
	}
	b.day = 20261124
	next, secret := b.ref(t, "idcard", someCard)
	if next == first || string(secret.Digest) != string(after.Digest) {
		t.Error("a reference outlives its day, or the digest does not")
	}
	if elsewhere, _ := openBook(t, "", 20261123).ref(t, "idcard", someCard); elsewhere == first {
		t.Error("two halls give one reference")
	}
}

// TestPersonIsNotTold keeps the document out of the reference, the mask and the file.
func TestPersonIsNotTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "persons.json")
	ref, secret := openBook(t, path, 20261123).ref(t, "idcard", someCard)
	if secret.Masked != "110*************10" || secret.Kind != "idcard" {
		t.Errorf("masked %q of %q", secret.Masked, secret.Kind)
	}
	raw, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(raw), someCard) || strings.Contains(string(raw), ref) {
		t.Errorf("the file tells of a person: %s, %v", raw, err)
	}
	if got := mask("1234567"); got != "****" {
		t.Errorf("a short number is masked as %q", got)
	}
}

// TestKeysAreForgotten throws the keys of days away, wherever the hall was meanwhile, and never that of the digests.
func TestKeysAreForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "persons.json")
	b := openBook(t, path, 20261128)
	for _, c := range []struct {
		day  hall.Date
		want string
	}{
		{20261128, "2026-11-28"}, {20261129, "2026-11-28 2026-11-29"}, {20261130, "2026-11-28 2026-11-29 2026-11-30"},
		{20261201, "2026-11-29 2026-11-30 2026-12-01"}, {20261210, "2026-12-10"},
	} {
		b.day = c.day
		b.ref(t, "idcard", someCard)
		keys := storedKeys(t, path)
		for _, day := range strings.Fields(c.want) {
			if keys[day] == nil {
				t.Errorf("on %s the key of %s is not there", c.day, day)
			}
		}
		if keys["digest"] == nil || len(keys) != len(strings.Fields(c.want))+1 {
			t.Errorf("on %s there are %d keys, want %s and that of the digests", c.day, len(keys), c.want)
		}
	}
}

func storedKeys(t *testing.T, path string) (keys map[string][]byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestKeysAreSecret looks at the mode of the file and at what a save leaves behind.
func TestKeysAreSecret(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "persons.json")
	openBook(t, path, 20261123).ref(t, "idcard", someCard)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files are left behind, %v", len(files), err)
	}
}

// TestUnsavedKeyIsNotUsed gives no reference that a restart would contradict.
func TestUnsavedKeyIsNotUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not yet there")
	b := openBook(t, filepath.Join(dir, "persons.json"), 20261123)
	for range 2 {
		if ref, _, err := b.Ref("idcard", someCard); err == nil {
			t.Fatalf("reference %s was given without being saved", ref)
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ref, _ := b.ref(t, "idcard", someCard)
	if restarted, _ := openBook(t, b.path, b.day).ref(t, "idcard", someCard); restarted != ref {
		t.Error("the key that was saved at last is another")
	}
	b.day = 0
	if _, _, err := b.Ref("idcard", someCard); err == nil {
		t.Error("a reference was given before the first business day")
	}
}

// TestDamagedKeys names a file that this program cannot have written, rather than working with keys that anybody knows.
func TestDamagedKeys(t *testing.T) {
	key := strings.Repeat("A", 43) + "="
	for name, raw := range map[string]string{"empty": "", "cut": `{"2026-11-23":"` + key, "nothing": "null", "a list": "[]",
		"an empty key": `{"2026-11-23":""}`, "a short key": `{"digest":"AAAA"}`, "no day": `{"":"` + key + `"}`, "no key": `{"digest":7}`} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "persons.json")
			if err := os.WriteFile(path, []byte(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := OpenPersons(path, func() hall.Date { return 20261123 })
			if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), key) {
				t.Errorf("opened with %v", err)
			}
		})
	}
	if _, err := OpenPersons(t.TempDir(), func() hall.Date { return 0 }); err == nil {
		t.Error("a folder was read as keys")
	}
}

// TestRequestsCannotBeTried: what is recorded of a request is the same all day and after a restart, is known the day after, and
// with the day's key thrown away nobody who has the journal can try what the request may have said.
func TestRequestsCannotBeTried(t *testing.T) {
	path := filepath.Join(t.TempDir(), "persons.json")
	b := openBook(t, path, 20261123)
	raw := digestOf("POST", "/api/v1/tickets", `{"person":"`+someCard+`"}`)
	sealed, also := seal(t, b, raw)
	if bytes.Equal(sealed, raw) || len(sealed) != sealedBytes || !knows(also, raw) {
		t.Errorf("%x is recorded as %x, versions before as %x", raw, sealed, also)
	}
	again, _ := seal(t, openBook(t, path, 20261123), raw)
	other, _ := seal(t, b, digestOf("POST", "/api/v1/tickets", `{"person":"another"}`))
	if !bytes.Equal(again, sealed) || bytes.Equal(other, sealed) {
		t.Errorf("%x, after a restart %x, of another request %x", sealed, again, other)
	}
	b.day = 20261124
	next, also := seal(t, b, raw)
	if bytes.Equal(next, sealed) || !knows(also, sealed) {
		t.Errorf("the day after %x is not known: %x", sealed, also)
	}
	b.day = 20261127
	b.ref(t, "phone", "13800000000")
	if _, also := seal(t, b, raw); knows(also, sealed) {
		t.Error("the key of a day long ago is still there")
	}
	b.day = 0
	if first, _ := seal(t, b, raw); !bytes.Equal(first, raw) {
		t.Errorf("before the first day: %x", first)
	}
}

func knows(also [][]byte, digest []byte) bool {
	return slices.ContainsFunc(also, func(d []byte) bool { return bytes.Equal(d, digest) })
}

// TestARequestDoesNotFailForItsKey: where the day's key cannot be saved, the request is recorded under one that ends with the process.
func TestARequestDoesNotFailForItsKey(t *testing.T) {
	b := openBook(t, filepath.Join(t.TempDir(), "gone", "persons.json"), 20261123)
	raw := digestOf("x")
	one, _ := seal(t, b, raw)
	two, _ := seal(t, b, raw)
	if bytes.Equal(one, raw) || !bytes.Equal(one, two) {
		t.Errorf("%x %x", one, two)
	}
}

func seal(t *testing.T, b *book, digest []byte) (sealed []byte, also [][]byte) {
	t.Helper()
	sealed, also, err := b.Seal(digest)
	if err != nil {
		t.Fatal(err)
	}
	return sealed, also
}

// TestAStandInIsKnownLater: a request recorded under the key of this process is still the same one when the day's key has been saved.
func TestAStandInIsKnownLater(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "gone")
	b := openBook(t, filepath.Join(folder, "persons.json"), 20261123)
	raw := digestOf("x")
	before, _ := seal(t, b, raw)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	after, also := seal(t, b, raw)
	if bytes.Equal(before, after) || !knows(also, before) {
		t.Errorf("%x, then %x with %x", before, after, also)
	}
}
