package stats

// fields are where the dimensions that belong to places stand in [placeWords]; the others are of the day and of the line.
var fields = map[string]int{"service": 0, "window": 1, "staff": 2, "department": 3, "class": 4, "date": theDate, "hour": theHour}

const theDate, theHour = -1, -2

// none is the kind of places that were not asked for.
const none = -1

// kindsOf numbers the places of a day by those of their words that were asked for, from 0, and gives how many kinds there are.
func (a *answer) kindsOf(r *tableReader) (kinds []int32, n int) {
	kinds = make([]int32, len(r.places))
	for i, p := range r.places {
		if a.q.Department != "" && r.words[p[3]] != a.q.Department || a.q.Staff != "" && r.words[p[2]] != a.q.Staff {
			kinds[i] = none
		}
	}
	n = 1
	for _, field := range a.where {
		if field >= 0 {
			n = a.refine(kinds, n, r, field)
		}
	}
	return kinds, n
}

// denseBelow is up to how many pairs of a kind and a word are numbered by a list; beyond it a map takes less memory.
const denseBelow = 1 << 16

// refine splits kinds by one more word.
func (a *answer) refine(kinds []int32, n int, r *tableReader, field int) int {
	number := a.pairing(n, len(r.words))
	next := 0
	for i, kind := range kinds {
		if kind == none {
			continue
		}
		k, isNew := number(kind, r.places[i][field], int32(next))
		if kinds[i] = k; isNew {
			next++
		}
	}
	return next
}

// pairing gives a function that knows the number of each pair of a kind and a word, which is next for a new one.
func (a *answer) pairing(kinds, words int) func(kind int32, word uint32, next int32) (number int32, isNew bool) {
	if kinds*words > denseBelow {
		known := map[uint64]int32{}
		return func(kind int32, word uint32, next int32) (int32, bool) {
			pair := uint64(kind)<<32 | uint64(word)
			if number, ok := known[pair]; ok {
				return number, false
			}
			known[pair] = next
			return next, true
		}
	}
	if len(a.pairs) < kinds*words {
		a.pairs = make([]int32, kinds*words)
	}
	known := a.pairs[:kinds*words]
	clear(known)
	return func(kind int32, word uint32, next int32) (int32, bool) {
		number := &known[int(kind)*words+int(word)]
		if *number > 0 {
			return *number - 1, false
		}
		*number = next + 1
		return next, true
	}
}
