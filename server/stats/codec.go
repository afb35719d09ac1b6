package stats

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"jiaohao/server/hall"
)

// format counts the forms in which figures were stored. Another form is folded again, not read.
const format = 1

var errForm = errors.New("stats: these are not figures, or of another version")

// Encode gives the figures as bytes, the same for the same records.
func (f *Fold) Encode() ([]byte, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	head, err := f.head()
	if err != nil {
		return nil, err
	}
	b := binary.AppendUvarint(nil, uint64(len(head)))
	b = append(b, head...)
	for _, t := range f.sealed {
		b = binary.AppendUvarint(b, uint64(t.date))
		b = binary.AppendUvarint(b, uint64(len(t.bytes)))
		b = append(b, t.bytes...)
	}
	return b, nil
}

// head is everything but the sealed days, whose number and names it holds.
func (f *Fold) head() ([]byte, error) {
	legs, err := f.history.Encode()
	if err != nil {
		return nil, fmt.Errorf("stats: encoding the days that can still change: %w", err)
	}
	b := binary.AppendUvarint(nil, format)
	b = binary.AppendUvarint(b, f.seq)
	b = binary.AppendUvarint(b, uint64(len(f.sealed)))
	b = append(b, f.link[:]...)
	return append(b, legs...), nil
}

// Restore gives the figures that [Fold.Encode] wrote. Any error means: fold the journal instead.
func Restore(b []byte) (*Fold, error) {
	r := &tableReader{rest: b}
	head := r.take(r.size(1))
	var sealed []table
	for len(r.rest) > 0 {
		date := hall.Date(r.uvarint())
		sealed = append(sealed, table{date: date, bytes: bytes.Clone(r.take(r.size(1)))})
	}
	if r.bad {
		return nil, errForm
	}
	return restore(head, sealed)
}

func restore(head []byte, sealed []table) (*Fold, error) {
	f, r := New(), &tableReader{rest: head}
	form := r.uvarint()
	f.seq = r.uvarint()
	days := r.uvarint()
	if r.bad || form != format || days != uint64(len(sealed)) || len(r.rest) < len(f.link) {
		return nil, errForm
	}
	link := [32]byte(r.take(len(f.link)))
	var err error
	if f.history, err = hall.RestoreHistory(r.rest); err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	words := map[string]string{}
	for _, t := range sealed {
		if n := len(f.sealed); n > 0 && f.sealed[n-1].date >= t.date {
			return nil, errForm
		}
		if err := t.check(words); err != nil {
			return nil, err
		}
		f.seal(t)
	}
	if f.link != link {
		return nil, errForm
	}
	return f, nil
}

// Hash is the SHA-256 of [Fold.Encode]: the same for the same records.
func (f *Fold) Hash() ([32]byte, error) {
	b, err := f.Encode()
	return sha256.Sum256(b), err
}
