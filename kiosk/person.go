package kiosk

import (
	"strings"
	"time"

	"jiaohao/server/hall"
)

// Document brings the number of an identity card or a telephone (kind idcard or phone) into the one form under which it is
// recorded; ok is false for anything that is neither.
func Document(kind, value string) (form string, ok bool) {
	form, _, err := readPerson(kind, value)
	return form, err == nil
}

// readPerson checks a document and brings it into one form. birth is that of an identity card, zero for a phone. The
// refusal names the place in the request, never what was written there.
func readPerson(kind, value string) (form string, birth hall.Date, err error) {
	value = strings.TrimSpace(value)
	ok := false
	switch kind {
	case "idcard":
		form, birth, ok = readIDCard(value)
	case "phone":
		form, ok = readPhone(value)
	default:
		return "", 0, hall.Refuse(hall.Invalid, "pointer", "/person/kind")
	}
	if !ok {
		return "", 0, hall.Refuse(hall.Invalid, "pointer", "/person/value")
	}
	return form, birth, nil
}

// weights and checks are those of GB 11643-1999: the last place of a citizen's number is ISO 7064 mod 11-2 of the others.
var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const checks = "10X98765432"

// readIDCard reads an 18-place citizen's number: region, date of birth, order, check.
func readIDCard(value string) (form string, birth hall.Date, ok bool) {
	form = strings.ToUpper(value)
	if len(form) != 18 || form[0] == '0' {
		return "", 0, false
	}
	sum := 0
	for i, w := range weights {
		if form[i] < '0' || form[i] > '9' {
			return "", 0, false
		}
		sum += w * int(form[i]-'0')
	}
	if form[17] != checks[sum%11] {
		return "", 0, false
	}
	day, err := time.Parse("20060102", form[6:14])
	if err != nil || day.Year() < 1850 {
		return "", 0, false
	}
	return form, hall.DateOf(day), true
}

// readPhone reads a mobile number of the mainland, with or without +86 and the usual gaps.
func readPhone(value string) (form string, ok bool) {
	form = strings.NewReplacer(" ", "", "-", "").Replace(value)
	form = strings.TrimPrefix(form, "+86")
	if len(form) != 11 || form[0] != '1' || form[1] < '3' {
		return "", false
	}
	for _, c := range []byte(form) {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return form, true
}
