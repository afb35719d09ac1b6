package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// format is the version of what this package writes to disk: 2 tells earlier versions of the program, which would not look
// into the write-ahead log, that there may be one. Without a log it is still 1, which differs in nothing else.
const (
	format           = 2
	formatWithoutLog = 1
)

// hasCommitment is the only bit known in a stored record's first byte.
const hasCommitment = 1

// erasedMark stands in the place of key ‖ private after an erasure; shorter than any key, so that it cannot be taken for one.
var erasedMark = []byte{0}

var (
	errRecord = errors.New("not a record")
	errHead   = errors.New("not a head")
)

func isErased(stored []byte) bool { return bytes.Equal(stored, erasedMark) }

// seqKey is a sequence as a key: 8 bytes big-endian, so that keys rise with sequences.
func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// appendRecord adds a record's stored form to b; docs/journal-format.md gives the layout.
func appendRecord(b []byte, r Record) []byte {
	var flags byte
	if r.Commitment != nil {
		flags = hasCommitment
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, r.Seq)
	b = binary.AppendVarint(b, r.At)
	b = binary.AppendUvarint(b, uint64(len(r.Kind)))
	b = append(b, r.Kind...)
	b = append(b, r.Chain[:]...)
	b = append(b, r.Commitment...)
	return append(b, r.Bytes...)
}

// decodeRecord reads what appendRecord wrote and nothing else: each record has exactly one stored form, so that no
// byte of it can change unseen. Bytes and Commitment point into b; kinds gives the kind's string.
func decodeRecord(b []byte, kinds func([]byte) string) (Record, error) {
	d := decoder{b: b}
	flags := d.take(1)
	r := Record{Seq: d.uvarint()}
	r.At = unzigzag(d.uvarint())
	n := d.uvarint()
	if n == 0 || n > MaxKind {
		d.bad = true
	}
	kind := d.take(n)
	copy(r.Chain[:], d.take(32))
	if d.bad || flags[0]&^hasCommitment != 0 {
		return Record{}, errRecord
	}
	r.Kind = kinds(kind)
	if flags[0]&hasCommitment != 0 {
		r.Commitment = d.take(32)
	}
	r.Bytes = d.b
	if d.bad {
		return Record{}, errRecord
	}
	return r, nil
}

// decoder takes parts off the front of b; after the first that is not there it is bad and gives zeros.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) take(n uint64) []byte {
	if d.bad || n > uint64(len(d.b)) {
		d.bad = true
		return nil
	}
	part := d.b[:n:n]
	d.b = d.b[n:]
	return part
}

// uvarint takes an unsigned varint in its shortest form: a longer one would be a second way to write the same record.
func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || (n > 1 && d.b[n-1] == 0) {
		d.bad = true
		return 0
	}
	d.take(uint64(n))
	return v
}

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// appendHead adds a head's stored form, 48 bytes: seq, at, chain.
func appendHead(b []byte, h Head) []byte {
	b = binary.BigEndian.AppendUint64(b, h.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(h.At))
	return append(b, h.Chain[:]...)
}

func decodeHead(b []byte) (Head, error) {
	if len(b) != 48 {
		return Head{}, errHead
	}
	h := Head{Seq: binary.BigEndian.Uint64(b), At: int64(binary.BigEndian.Uint64(b[8:]))}
	copy(h.Chain[:], b[16:])
	return h, nil
}

// interned gives one string for equal kinds, so that reading ten million records does not make ten million strings.
func interned() func([]byte) string {
	known := make(map[string]string)
	return func(b []byte) string {
		if s, ok := known[string(b)]; ok {
			return s
		}
		s := string(b)
		known[s] = s
		return s
	}
}
