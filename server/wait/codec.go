package wait

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"jiaohao/server/hall"
)

// format counts the forms in which what was learned was stored. Another form is folded again, not read.
const format = 1

var errForm = errors.New("wait: this is not what was learned, or of another version")

// Encode gives the fold as bytes, the same for the same records.
func (f *Fold) Encode() ([]byte, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	legs, err := f.history.Encode()
	if err != nil {
		return nil, fmt.Errorf("wait: encoding the days that can still change: %w", err)
	}
	b := binary.AppendUvarint(nil, format)
	b = binary.AppendUvarint(b, f.seq)
	b = binary.AppendUvarint(b, uint64(len(f.days)))
	for _, d := range f.days {
		b = d.append(b)
	}
	return append(b, legs...), nil
}

func (d *day) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(d.date))
	b = binary.AppendUvarint(b, uint64(len(d.taken)))
	for _, service := range slices.Sorted(maps.Keys(d.taken)) {
		s := d.taken[service]
		b = append(binary.AppendUvarint(b, uint64(len(service))), service...)
		for _, n := range []int64{s.n, s.seconds, s.squares} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b
}

// Restore gives the fold that [Fold.Encode] wrote. Any error means: fold the journal instead.
func Restore(b []byte) (*Fold, error) {
	f, r := New(), &reader{rest: b}
	if r.uvarint() != format {
		return nil, errForm
	}
	f.seq = r.uvarint()
	days := r.uvarint()
	for range min(days, Days) {
		f.restore(r)
	}
	ordered := slices.IsSortedFunc(f.days, func(a, b day) int { return int(a.date) - int(b.date) })
	if r.bad || days > Days || !ordered {
		return nil, errForm
	}
	var err error
	if f.history, err = hall.RestoreHistory(r.rest); err != nil {
		return nil, fmt.Errorf("wait: %w", err)
	}
	return f, nil
}

func (f *Fold) restore(r *reader) {
	d := day{date: hall.Date(r.uvarint()), taken: map[string]sums{}}
	for range r.uvarint() {
		service := r.text()
		s := sums{n: int64(r.uvarint()), seconds: int64(r.uvarint()), squares: int64(r.uvarint())}
		if r.bad = r.bad || s.n <= 0 || s.seconds < 0 || s.squares < 0; r.bad {
			return
		}
		d.add(f, service, s, +1)
	}
	f.days = append(f.days, d)
}

// reader reads numbers and texts. Its first fault stays in bad, and everything after it reads as zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return ""
	}
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}

// Hash is the SHA-256 of [Fold.Encode]: the same for the same records.
func (f *Fold) Hash() ([32]byte, error) {
	b, err := f.Encode()
	return sha256.Sum256(b), err
}
