package auth

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestTokensAre256BitsAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := newToken()
		b, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(b) != 32 || seen[token] {
			t.Fatalf("token %q: %d bytes, %v, seen %v", token, len(b), err, seen[token])
		}
		seen[token] = true
	}
}

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	const code = "k0qm-x21h-9tdw-4rnp"
	want, ok := parseCode(code)
	if !ok {
		t.Fatal("a code was not read")
	}
	for _, typed := range []string{"K0QM-X21H-9TDW-4RNP", "k0qmx21h9tdw4rnp", " kOqm x2Ih 9tdw 4rnp ", "koqm-x2lh-9tdw-4rnp"} {
		if got, ok := parseCode(typed); !ok || got != want {
			t.Errorf("%q was not read as %q", typed, code)
		}
	}
	foreign, accented := strings.Replace(code, "k", "u", 1), strings.Replace(code, "k", "é", 1)
	for _, wrong := range []string{"", "k0qm", code + "0", foreign, accented, strings.Repeat("-", 500) + code} {
		if _, ok := parseCode(wrong); ok {
			t.Errorf("%q was read as a code", wrong)
		}
	}
	for range 100 {
		if made := newCode(); len(made) != 19 {
			t.Fatalf("made %q", made)
		} else if _, ok := parseCode(made); !ok {
			t.Fatalf("made %q and cannot read it", made)
		}
	}
}

func TestDigestsAreReadInOneFormOnly(t *testing.T) {
	want := digestOf("x")
	var got digest
	if err := got.UnmarshalText([]byte(want.String())); err != nil || got != want {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"", "00", strings.ToUpper(want.String()), want.String() + "00", "zz" + want.String()[2:]} {
		if err := got.UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("read %q", wrong)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(newToken())
	f.Add(strings.Repeat("A", 43))
	f.Add(strings.Repeat("A", 42) + "B")
	f.Add(strings.Repeat("A", 42) + "\n")
	f.Fuzz(func(t *testing.T, token string) {
		hash, ok := parseToken(token)
		b, err := base64.RawURLEncoding.DecodeString(token)
		canonical := err == nil && len(b) == 32 && base64.RawURLEncoding.EncodeToString(b) == token
		if ok != canonical || ok && hash != digestOf(token) {
			t.Errorf("parseToken(%q) = %v, want %v", token, ok, canonical)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add(newCode())
	f.Add("OIL0-oil1 UUUU")
	f.Fuzz(func(t *testing.T, typed string) {
		hash, ok := parseCode(typed)
		if again, same := parseCode(strings.ToUpper(typed)); ok && isASCII(typed) && (!same || again != hash) {
			t.Errorf("%q reads differently in capitals", typed)
		}
	})
}

func isASCII(s string) bool { return strings.Trim(s, "\x00") == s && len([]rune(s)) == len(s) }
