package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// A frame is one append as it stands in the write-ahead log; docs/journal-format.md gives the layout. It begins at a multiple
// of frameAlign, so that frames can be found behind one that is damaged.
const (
	frameMagic  = 0x314C574A // "JWL1"
	frameHeader = 24
	frameAlign  = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frame is an append read back from the log. items are its records, one behind the other.
type frame struct {
	first uint64
	count uint32
	items []byte
}

// last is the sequence of the frame's last record.
func (f frame) last() uint64 { return f.first + uint64(f.count) - 1 }

// appendFrame adds the frame of some entries, at least one, to b, which must be empty or end at a multiple of frameAlign.
func appendFrame(b []byte, entries []entry) []byte {
	start := len(b)
	b = append(b, make([]byte, frameHeader)...)
	for _, e := range entries {
		b = appendItem(b, func(b []byte) []byte { return appendRecord(b, e.Record) })
		b = appendItem(b, func(b []byte) []byte {
			if e.Commitment == nil {
				return b
			}
			return appendPrivate(b, e)
		})
	}
	head, items := b[start:], b[start+frameHeader:]
	le := binary.LittleEndian
	le.PutUint32(head, frameMagic)
	le.PutUint32(head[4:], uint32(len(items)))
	le.PutUint64(head[12:], entries[0].Seq)
	le.PutUint32(head[20:], uint32(len(entries)))
	le.PutUint32(head[8:], frameSum(head[:frameHeader], items))
	for len(b)%frameAlign != 0 {
		b = append(b, 0)
	}
	return b
}

// frameOf is what readFrame would give for the frame that appendFrame made of entries.
func frameOf(framed []byte, entries []entry) frame {
	return frame{first: entries[0].Seq, count: uint32(len(entries)), items: framed[frameHeader:]}
}

// itemLength is how many bytes an item's length takes: always the same, so that it can be written behind the item.
const itemLength = 4

// appendItem adds a length and what add adds.
func appendItem(b []byte, add func([]byte) []byte) []byte {
	at := len(b)
	b = add(append(b, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-itemLength))
	return b
}

// frameSum is the CRC-32C of all of a frame but its magic number, the sum itself and the padding.
func frameSum(head, items []byte) uint32 {
	sum := crc32.Checksum(head[4:8], castagnoli)
	return crc32.Update(crc32.Update(sum, castagnoli, head[12:]), castagnoli, items)
}

// readFrame reads the frame at the beginning of b and gives its size with the padding; false when there is none, or not a
// whole one. The frame points into b.
func readFrame(b []byte) (f frame, size int, ok bool) {
	le := binary.LittleEndian
	if len(b) < frameHeader || le.Uint32(b) != frameMagic {
		return frame{}, 0, false
	}
	length := uint64(le.Uint32(b[4:]))
	if length > uint64(len(b)-frameHeader) {
		return frame{}, 0, false
	}
	items := b[frameHeader : frameHeader+length]
	if le.Uint32(b[8:]) != frameSum(b[:frameHeader], items) {
		return frame{}, 0, false
	}
	f = frame{first: le.Uint64(b[12:]), count: le.Uint32(b[20:]), items: items}
	size = (frameHeader + int(length) + frameAlign - 1) &^ (frameAlign - 1)
	return f, min(size, len(b)), f.count > 0 && f.whole()
}

// whole tells whether a frame has as many items as it says, and nothing else.
func (f frame) whole() bool {
	n, rest := uint32(0), f.items
	for ; len(rest) > 0 && n < f.count; n++ {
		var ok bool
		if _, _, rest, ok = cutItems(rest); !ok {
			return false
		}
	}
	return n == f.count && len(rest) == 0
}

// cutItems takes a record's stored form and its private part, nil for none, off the front of a frame's items.
func cutItems(b []byte) (value, private, rest []byte, ok bool) {
	if value, b, ok = cutItem(b); !ok {
		return nil, nil, nil, false
	}
	if private, b, ok = cutItem(b); !ok {
		return nil, nil, nil, false
	}
	if len(private) == 0 {
		private = nil
	}
	return value, private, b, true
}

func cutItem(b []byte) (item, rest []byte, ok bool) {
	if len(b) < itemLength {
		return nil, nil, false
	}
	n, b := uint64(binary.LittleEndian.Uint32(b)), b[itemLength:]
	if n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n:n], b[n:], true
}

// each calls f with every record's sequence, stored form and private part, until f returns false. The frame must be whole.
func (f frame) each(do func(seq uint64, value, private []byte) bool) {
	rest := f.items
	for i := range uint64(f.count) {
		var value, private []byte
		value, private, rest, _ = cutItems(rest)
		if !do(f.first+i, value, private) {
			return
		}
	}
}

// findFrames gives all whole frames in b. Behind what is none it looks on at every place where one could begin.
func findFrames(b []byte) (found []frame) {
	for len(b) >= frameHeader {
		f, size, ok := readFrame(b)
		if ok {
			found = append(found, f)
		} else {
			size = min(frameAlign, len(b))
		}
		b = b[size:]
	}
	return found
}
