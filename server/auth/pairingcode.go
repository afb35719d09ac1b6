package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// pairingLetters has no vowel, so that no word comes out, and no letter that reads as a figure or comes in a look-alike pair on a
// poor screen.
const (
	pairingLetters = "BCDFGHJKLMNPQRSTVWXZ"
	pairingLength  = 8
)

// newUserCode makes a code of 34 bits.
func newUserCode() string {
	code := make([]byte, 0, pairingLength)
	for len(code) < pairingLength {
		for _, r := range random(2 * pairingLength) {
			if r < 240 && len(code) < pairingLength { // 240 = 12 × 20: every letter is as likely as any other
				code = append(code, pairingLetters[int(r)%len(pairingLetters)])
			}
		}
	}
	return string(code)
}

// parseUserCode reads a code as a person may have typed it: either case, with or without hyphen and spaces.
func parseUserCode(typed string) (string, bool) {
	if len(typed) > 4*pairingLength {
		return "", false
	}
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(typed))
	if len(plain) != pairingLength || strings.Trim(plain, pairingLetters) != "" {
		return "", false
	}
	return plain, true
}

// checkNumber is what both screens show. It hangs on the machine's secret, its code and all that was chosen: another machine, or the
// same one let in as something else, shows another number but for one chance in ten thousand.
func checkNumber(device digest, code string, scope Scope) string {
	mac := hmac.New(sha256.New, device[:])
	for _, part := range []string{code, scope.Name, string(scope.Role), scope.Place} {
		io.WriteString(mac, part+"\x00") // a hash never fails to write
	}
	return fmt.Sprintf("%04d", binary.BigEndian.Uint64(mac.Sum(nil))%10_000)
}
