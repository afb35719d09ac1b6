package server

import (
	"os"
	"path/filepath"
	"testing"

	"jiaohao/server/hall"
)

// Whatever the file of persons' keys holds: it is refused, or every key in it is a real one of a real day.
func FuzzPersonsFile(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"2026-11-23":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	f.Add([]byte(`{"2026-11-23":"AA=="}`))
	path := filepath.Join(f.TempDir(), "persons.json")
	f.Fuzz(func(t *testing.T, stored []byte) {
		if err := os.WriteFile(path, stored, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPersons(path, func() hall.Date { return 20261123 })
		if err != nil {
			return
		}
		a, secret, err := p.Ref("idcard", "110101194001010018")
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := p.Ref("idcard", "110101194001010026")
		if err != nil || a == b || len(secret.Digest) != 32 {
			t.Fatalf("two persons are %q and %q, digest %x, %v", a, b, secret.Digest, err)
		}
	})
}
