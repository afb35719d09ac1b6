package stats

import (
	"encoding/binary"
	"errors"

	"jiaohao/server/hall"
)

// table is one day as bytes: a dictionary of words, the places made of them, and one line a fact. It never changes.
type table struct {
	date  hall.Date
	bytes []byte
}

// tableOf counts a day.
func tableOf(d *hall.PastDay) table {
	w := &tableWriter{words: map[string]int{}, places: map[place]int{}}
	lines := 0
	for i := range d.Tickets {
		for _, f := range factsOf(&d.Tickets[i]) {
			w.line(f)
			lines++
		}
	}
	bytes := binary.AppendUvarint(nil, uint64(len(w.words)))
	bytes = append(bytes, w.dictionary...)
	bytes = binary.AppendUvarint(bytes, uint64(len(w.places)))
	bytes = append(bytes, w.index...)
	bytes = binary.AppendUvarint(bytes, uint64(lines))
	bytes = append(bytes, w.lines...)
	return table{date: d.Date, bytes: append(make([]byte, 0, len(bytes)), bytes...)}
}

type tableWriter struct {
	words                    map[string]int
	places                   map[place]int
	dictionary, index, lines []byte
}

func (w *tableWriter) word(s string) uint64 {
	n, known := w.words[s]
	if !known {
		n = len(w.words)
		w.words[s] = n
		w.dictionary = append(binary.AppendUvarint(w.dictionary, uint64(len(s))), s...)
	}
	return uint64(n)
}

func (w *tableWriter) place(p place) uint64 {
	n, known := w.places[p]
	if !known {
		n = len(w.places)
		w.places[p] = n
		for _, s := range []string{p.service, p.window, p.staff, p.department, p.class} {
			w.index = binary.AppendUvarint(w.index, w.word(s))
		}
	}
	return uint64(n)
}

// line writes a fact. The stay is written as what it is longer than the other times together, which is nearly always
// nothing.
func (w *tableWriter) line(f fact) {
	b := binary.AppendUvarint(w.lines, w.place(f.place))
	b = append(b, byte(f.hour), byte(f.flags), byte(f.flags>>8))
	if f.flags&hasCases != 0 {
		b = binary.AppendUvarint(b, uint64(f.cases))
	}
	for _, t := range []struct {
		has  flags
		time hall.Time
	}{{hasWait, f.wait}, {hasWay, f.way}, {hasHandling, f.handling}, {hasStay, f.stay - f.wait - f.way - f.handling}} {
		if f.flags&t.has != 0 {
			b = binary.AppendVarint(b, int64(t.time))
		}
	}
	w.lines = b
}

var errTable = errors.New("stats: a day's table is damaged")

// tableReader walks a table. Its first fault stays in bad, and everything after it reads as zero.
type tableReader struct {
	rest   []byte
	words  []string
	places []placeWords
	lines  uint64
	bad    bool
}

// placeWords is a place as numbers of words, in the order of the fields of [place].
type placeWords [5]uint32

// open reads the dictionary and the places. Words that are in known already are not made again; others are put there.
func (t table) open(known map[string]string) *tableReader {
	r := &tableReader{rest: t.bytes}
	r.words = make([]string, 0, r.size(1))
	for range cap(r.words) {
		b := r.take(r.size(1))
		word, ok := known[string(b)]
		if !ok {
			word = string(b)
			known[word] = word
		}
		r.words = append(r.words, word)
	}
	r.places = make([]placeWords, r.size(5))
	for i := range r.places {
		for j := range r.places[i] {
			r.places[i][j] = r.word()
		}
	}
	r.lines = uint64(r.size(4))
	return r
}

// size reads a number of things that take at least so many bytes each, so that a damaged one cannot ask for much memory.
func (r *tableReader) size(least int) int {
	n := r.uvarint()
	if n > uint64(len(r.rest)/least) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *tableReader) uvarint() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 { // most numbers are small
		n := uint64(r.rest[0])
		r.rest = r.rest[1:]
		return n
	}
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// time reads a zigzag varint; the loop is that of encoding/binary, which is too long to be inlined where it is hot.
func (r *tableReader) time() hall.Time {
	var n uint64
	for i, c := range r.rest[:min(len(r.rest), 9)] {
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return hall.Time(n>>1) ^ -hall.Time(n&1)
		}
	}
	long, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return hall.Time(long)
}

func (r *tableReader) fail() { r.bad, r.rest = true, nil }

func (r *tableReader) take(n int) []byte {
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *tableReader) word() uint32 {
	n := r.uvarint()
	if n >= uint64(len(r.words)) {
		r.bad = true
		return 0
	}
	return uint32(n)
}

// line is a fact as it is stored: its place by number.
type line struct {
	figures
	place int
}

// next reads a line into l; false after the last one, or at a fault.
func (r *tableReader) next(l *line) bool {
	if r.lines == 0 || r.bad {
		return false
	}
	r.lines--
	n := r.uvarint()
	if n >= uint64(len(r.places)) || len(r.rest) < 3 || r.rest[0] > 23 {
		r.fail()
		return false
	}
	*l = line{place: int(n), figures: figures{hour: int(r.rest[0]), flags: flags(r.rest[1]) | flags(r.rest[2])<<8}}
	r.rest = r.rest[3:]
	r.values(&l.figures)
	return !r.bad
}

func (r *tableReader) values(f *figures) {
	if f.flags&hasCases != 0 {
		f.cases = int(r.uvarint())
	}
	if f.flags&hasWait != 0 {
		f.wait = r.time()
	}
	if f.flags&hasWay != 0 {
		f.way = r.time()
	}
	if f.flags&hasHandling != 0 {
		f.handling = r.time()
	}
	if f.flags&hasStay != 0 {
		f.stay = r.time() + f.wait + f.way + f.handling
	}
}

// check walks the whole table.
func (t table) check(words map[string]string) error {
	r := t.open(words)
	for l := (line{}); r.next(&l); {
	}
	if r.bad || len(r.rest) > 0 {
		return errTable
	}
	return nil
}
