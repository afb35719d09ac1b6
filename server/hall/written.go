package hall

import "encoding/binary"

// written is an event whose bytes are made without the library: the few kinds that make up nearly all of a journal. Its bytes
// are those of the library to the last, see TestWrittenEqualsTheLibrary; whatever else is recorded is left to the library.
type written interface {
	Event
	write(w *writer)
}

// writer makes CBOR in its core deterministic form (RFC 8949 §4.2.1): heads as short as possible, the keys of a map rising.
type writer struct {
	b []byte
	n int // entries of the innermost open map
}

func (w *writer) head(major byte, n uint64) {
	major <<= 5
	switch {
	case n < 24:
		w.b = append(w.b, major|byte(n))
	case n < 1<<8:
		w.b = append(w.b, major|24, byte(n))
	case n < 1<<16:
		w.b = binary.BigEndian.AppendUint16(append(w.b, major|25), uint16(n))
	case n < 1<<32:
		w.b = binary.BigEndian.AppendUint32(append(w.b, major|26), uint32(n))
	default:
		w.b = binary.BigEndian.AppendUint64(append(w.b, major|27), n)
	}
}

// opened is a map whose number of entries is not known yet.
type opened struct{ at, outer int }

func (w *writer) open() opened {
	o := opened{len(w.b), w.n}
	w.b, w.n = append(w.b, 0), 0
	return o
}

// close says how many entries the map has got, at most 23.
func (w *writer) close(o opened) {
	w.b[o.at] = cborMap<<5 | byte(w.n)
	w.n = o.outer
}

// key begins an entry; keys are at most 23.
func (w *writer) key(k byte) {
	w.b = append(w.b, k)
	w.n++
}

func (w *writer) uint(k byte, n uint64) {
	w.key(k)
	w.head(cborUint, n)
}

func (w *writer) int(k byte, n int) {
	w.key(k)
	if n < 0 {
		w.head(cborInt, uint64(-1-n))
		return
	}
	w.head(cborUint, uint64(n))
}

func (w *writer) intIf(k byte, n int) {
	if n != 0 {
		w.int(k, n)
	}
}

func (w *writer) string(s string) {
	w.head(cborText, uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) text(k byte, s string) {
	w.key(k)
	w.string(s)
}

func (w *writer) textIf(k byte, s string) {
	if s != "" {
		w.text(k, s)
	}
}

func (w *writer) bytesIf(k byte, s []byte) {
	if len(s) > 0 {
		w.key(k)
		w.head(cborBytes, uint64(len(s)))
		w.b = append(w.b, s...)
	}
}

func (w *writer) trueIf(k byte, yes bool) {
	if yes {
		w.key(k)
		w.b = append(w.b, 0xf5)
	}
}

func (w *writer) textsIf(k byte, list []string) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.head(cborArray, uint64(len(list)))
	for _, s := range list {
		w.string(s)
	}
}

func (w *writer) ticket(k byte, t TicketKey) {
	w.key(k)
	w.head(cborArray, 2)
	w.head(cborUint, uint64(t.Date))
	w.head(cborUint, uint64(t.N))
}

func (w *writer) leg(k byte, l LegKey) {
	w.key(k)
	w.head(cborArray, 3)
	w.head(cborUint, uint64(l.Date))
	w.head(cborUint, uint64(l.N))
	w.head(cborUint, uint64(l.Leg))
}

func (w *writer) number(k byte, n Number) {
	w.key(k)
	w.head(cborArray, 2)
	w.string(n.Prefix)
	w.head(cborUint, uint64(n.N))
}
