package auth

import (
	_ "embed"
	"strings"
	"unicode"
)

// commonText lists, a line each, what people take for a password: words, rows of the keyboard, phrases in pinyin. It is our own
// collection of what guessing programs try first; no list of breached passwords is on board, nor a way to ask for one.
//
//go:embed common.txt
var commonText string

var commonStems = strings.Fields(commonText)

// lookAlike turns the figures and signs that people write for letters back.
var lookAlike = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// known tells whether a password is made of nothing but what everybody would try: common words, the words of this hall, with figures,
// signs and capitals thrown in.
func known(password string, words []string) bool {
	lower := strings.ToLower(password)
	return madeOf(letters(lower), words) || madeOf(letters(lookAlike.Replace(strings.Trim(lower, "0123456789!?.-_ "))), words) || madeOf(lower, words)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// madeOf tells whether a text is one stem after another, with nothing left. Without letters it is not: figures alone are judged
// elsewhere.
func madeOf(s string, words []string) bool {
	if s == "" {
		return false
	}
	reached := make([]bool, len(s)+1)
	reached[0] = true
	for at := range s {
		if !reached[at] {
			continue
		}
		for _, list := range [2][]string{commonStems, words} {
			for _, stem := range list {
				if stem = strings.ToLower(stem); len(stem) > 2 && strings.HasPrefix(s[at:], stem) {
					reached[at+len(stem)] = true
				}
			}
		}
	}
	return reached[len(s)]
}
