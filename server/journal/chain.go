package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const keySize = 32

// entry is a record as it is stored. The key is nil when there are no private bytes or they were erased.
type entry struct {
	Record
	key []byte
}

// Link computes a record's chain value from that of the record before:
//
//	SHA-256(prev ‖ seq ‖ at ‖ len(kind) ‖ kind ‖ len(bytes) ‖ bytes ‖ commitment or nothing)
//
// seq and at are 8 bytes big-endian, lengths unsigned varints. The first record's prev is 32 zero bytes.
func Link(prev [32]byte, r Record) [32]byte {
	var scratch [512]byte
	b := append(scratch[:0], prev[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.At))
	b = binary.AppendUvarint(b, uint64(len(r.Kind)))
	b = append(b, r.Kind...)
	b = binary.AppendUvarint(b, uint64(len(r.Bytes)))
	b = append(b, r.Bytes...)
	return sha256.Sum256(append(b, r.Commitment...))
}

// commit is HMAC-SHA256(key, private).
func commit(key, private []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(private)
	return mac.Sum(nil)
}

// seal gives drafts their sequences, commitments and chain values after head.
func seal(head Head, batch []Draft) []entry {
	keys := newKeys(batch)
	sealed := make([]entry, len(batch))
	for i, d := range batch {
		head.Seq++
		e := entry{Record: Record{Seq: head.Seq, At: d.At, Kind: d.Kind, Bytes: d.Bytes}}
		if len(d.Private) > 0 {
			e.key, keys = keys[:keySize:keySize], keys[keySize:]
			e.Private = d.Private
			e.Commitment = commit(e.key, d.Private)
		}
		e.Chain = Link(head.Chain, e.Record)
		head.Chain = e.Chain
		sealed[i] = e
	}
	return sealed
}

// newKeys draws the keys of a batch in one go.
func newKeys(batch []Draft) []byte {
	n := 0
	for _, d := range batch {
		if len(d.Private) > 0 {
			n++
		}
	}
	keys := make([]byte, n*keySize)
	if n > 0 {
		// crypto/rand.Read never fails: it ends the program when the system has no randomness to give.
		_, _ = rand.Read(keys)
	}
	return keys
}

// checkBounds names the first draft that is outside of the bounds.
func checkBounds(batch []Draft) error {
	for i, d := range batch {
		switch {
		case len(d.Kind) == 0 || len(d.Kind) > MaxKind:
			return fmt.Errorf("%w: draft %d has a kind of %d bytes, 1 to %d are allowed", ErrBounds, i, len(d.Kind), MaxKind)
		case len(d.Bytes) > MaxBytes || len(d.Private) > MaxBytes:
			return fmt.Errorf("%w: draft %d has %d bytes and %d private ones, %d are allowed",
				ErrBounds, i, len(d.Bytes), len(d.Private), MaxBytes)
		}
	}
	return nil
}

// attach gives a record its private bytes as stored: key ‖ private, the erasure mark, or nil for nothing stored.
func (e *entry) attach(stored []byte) {
	switch {
	case e.Commitment == nil:
		e.Suspect = stored != nil
	case isErased(stored):
		e.Erased = true
	case len(stored) <= keySize || !hmac.Equal(commit(stored[:keySize], stored[keySize:]), e.Commitment):
		e.Suspect = true
	default:
		e.key, e.Private = stored[:keySize], stored[keySize:]
	}
}

// headOf gives the place of the last of some entries, or head if there are none.
func headOf(head Head, entries []entry) Head {
	if len(entries) == 0 {
		return head
	}
	last := entries[len(entries)-1]
	return Head{Seq: last.Seq, At: last.At, Chain: last.Chain}
}
