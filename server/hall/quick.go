package hall

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// quick reads CBOR in the one form that [Encode] writes, without reflection. Whatever is otherwise, and much that would be
// allowed, makes it bad: then the library reads it, whose word on what is valid and what it means is the only one.
type quick struct {
	b     []byte
	bad   bool
	words map[string]string // short texts seen before, nil to keep none
}

// Major types of CBOR, RFC 8949 §3.1.
const (
	cborUint  = 0
	cborInt   = 1 // negative
	cborBytes = 2
	cborText  = 3
	cborArray = 4
	cborMap   = 5
)

func (q *quick) fail() { q.bad, q.b = true, nil }

// head reads an item's head of one major type and gives its argument, which must be in its shortest form.
func (q *quick) head(major byte) uint64 {
	if len(q.b) == 0 || q.b[0]>>5 != major {
		q.fail()
		return 0
	}
	short := q.b[0] & 31
	if short < 24 {
		q.b = q.b[1:]
		return uint64(short)
	}
	size := 1 << (short - 24)
	if short > 27 || len(q.b) <= size {
		q.fail()
		return 0
	}
	var n, least uint64
	switch rest := q.b[1:]; size {
	case 1:
		n, least = uint64(rest[0]), 24
	case 2:
		n, least = uint64(binary.BigEndian.Uint16(rest)), 1<<8
	case 4:
		n, least = uint64(binary.BigEndian.Uint32(rest)), 1<<16
	default:
		n, least = binary.BigEndian.Uint64(rest), 1<<32
	}
	if q.b = q.b[1+size:]; n < least {
		q.fail()
	}
	return n
}

// fields reads a map with small numbers for keys, in rising order; field reads the value of each.
func (q *quick) fields(field func(q *quick, key uint64)) {
	last := uint64(0)
	for n := q.head(cborMap); n > 0 && !q.bad; n-- {
		key := q.head(cborUint)
		if key <= last {
			q.fail()
			return
		}
		last = key
		field(q, key)
	}
}

// uint reads a number from 0 to most.
func (q *quick) uint(most uint64) uint64 {
	n := q.head(cborUint)
	if n > most {
		q.fail()
	}
	return n
}

func (q *quick) int() int {
	if len(q.b) > 0 && q.b[0]>>5 == cborInt {
		n := q.head(cborInt)
		if n > math.MaxInt64 {
			q.fail()
		}
		return -1 - int(n)
	}
	return int(q.uint(math.MaxInt64))
}

func (q *quick) time() Time { return Time(q.int()) }

func (q *quick) bool() bool {
	if len(q.b) == 0 || q.b[0] != 0xf4 && q.b[0] != 0xf5 {
		q.fail()
		return false
	}
	yes := q.b[0] == 0xf5
	q.b = q.b[1:]
	return yes
}

// string reads the content of a byte or text string; it is part of b.
func (q *quick) string(major byte) []byte {
	n := q.head(major)
	if n > uint64(len(q.b)) {
		q.fail()
		return nil
	}
	s := q.b[:n]
	q.b = q.b[n:]
	return s
}

func (q *quick) bytes() []byte {
	return append([]byte{}, q.string(cborBytes)...)
}

// text reads a text that is said once.
func (q *quick) text() string {
	s := q.string(cborText)
	if !utf8.Valid(s) {
		q.fail()
	}
	return string(s)
}

// Bounds of the texts that are kept to be shared.
const (
	maxWord  = 40
	maxWords = 4096
)

// word reads a text that many events say, for instance the name of a service.
func (q *quick) word() string {
	s := q.string(cborText)
	if known, ok := q.words[string(s)]; ok {
		return known
	}
	if !utf8.Valid(s) {
		q.fail()
		return ""
	}
	word := string(s)
	if q.words != nil && len(s) <= maxWord && len(q.words) < maxWords {
		q.words[word] = word
	}
	return word
}

// array reads the head of an array of exactly n items.
func (q *quick) array(n uint64) {
	if q.head(cborArray) != n {
		q.fail()
	}
}

// list reads the head of an array of any number of items, each of which takes a byte at least.
func (q *quick) list() int {
	n := q.head(cborArray)
	if n > uint64(len(q.b)) {
		q.fail()
		return 0
	}
	return int(n)
}

func (q *quick) texts() []string {
	list := make([]string, q.list())
	for i := range list {
		list[i] = q.word()
	}
	return list
}

func (q *quick) ticket() (k TicketKey) {
	q.array(2)
	k.Date, k.N = Date(q.uint(math.MaxUint32)), uint32(q.uint(math.MaxUint32))
	return k
}

func (q *quick) leg() (k LegKey) {
	q.array(3)
	k.Date, k.N, k.Leg = Date(q.uint(math.MaxUint32)), uint32(q.uint(math.MaxUint32)), uint8(q.uint(math.MaxUint8))
	return k
}

func (q *quick) number() (n Number) {
	q.array(2)
	n.Prefix, n.N = q.word(), uint32(q.uint(math.MaxUint32))
	return n
}
