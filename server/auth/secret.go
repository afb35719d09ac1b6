package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// digest is the SHA-256 of a secret: all that is ever stored or looked up. Looking up by digest takes a time that says nothing about
// the secret, because whoever guesses cannot steer the digest. Plain SHA-256 is enough: every secret here is random, none is chosen by a person.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// String is the digest in hex, its key on the disk.
func (d digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the digest as hex.
func (d digest) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText reads hex of exactly 32 bytes.
func (d *digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) || hex.EncodeToString(b) != string(text) {
		return fmt.Errorf("%q is not a digest", text)
	}
	copy(d[:], b)
	return nil
}

const tokenBytes = 32

var tokenEncoding = base64.RawURLEncoding.Strict()

// newToken makes a secret of 256 bits in 43 characters that need no quoting in a cookie, header or address.
func newToken() string {
	return tokenEncoding.EncodeToString(random(tokenBytes))
}

// parseToken returns the digest of a well-formed token. Anything else is refused before it is hashed.
func parseToken(token string) (digest, bool) {
	if len(token) != tokenEncoding.EncodedLen(tokenBytes) || strings.ContainsAny(token, "\r\n") {
		return digest{}, false
	}
	if _, err := tokenEncoding.DecodeString(token); err != nil {
		return digest{}, false
	}
	return digestOf(token), true
}

// codeLetters is Crockford's base 32 in lower case: no i, l, o, u, so that a code read from a console can be typed at a kiosk.
const (
	codeLetters = "0123456789abcdefghjkmnpqrstvwxyz"
	codeLength  = 16
	codeGroup   = 4
)

// newCode makes a one-time code of 80 bits, such as k7qm-x2vh-9tdw-4rnp.
func newCode() string {
	var b strings.Builder
	for i, r := range random(codeLength) {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeLetters[r%32])
	}
	return b.String()
}

// parseCode returns the digest of a code as a person may have typed it: either case, with or without hyphens and spaces, O for 0, I or L for 1.
func parseCode(typed string) (digest, bool) {
	if len(typed) > 4*codeLength {
		return digest{}, false
	}
	plain := strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(typed))
	if len(plain) != codeLength || strings.Trim(plain, codeLetters) != "" {
		return digest{}, false
	}
	return digestOf(plain), true
}

// newID makes a public name for a session: unguessable so that it names one only, but no secret.
func newID() string { return hex.EncodeToString(random(10)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: the program is ended instead
	return b
}
