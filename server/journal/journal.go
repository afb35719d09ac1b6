// Package journal knows records in order, the chain that binds them and how durable they are.
// It must never know what an event means.
//
// # Concurrency
//
// A journal has one appender at a time: the sequence that a batch gets is decided by the caller, so two appenders
// would only take turns at being refused. Every other method may be called by any number of goroutines, while appends
// go on. Only ErasePrivate and Close wait for a backup under way and hold up readers meanwhile. Append never waits for a
// reader.
package journal

import (
	"context"
	"errors"
	"io"
)

// Draft is a record that has no sequence yet.
type Draft struct {
	// At is the time of the record in milliseconds since 1970 UTC. The journal keeps it and never compares it.
	At int64
	// Kind names what Bytes are: 1 to MaxKind bytes, without meaning for the journal.
	Kind string
	// Bytes are covered by the chain and stay for ever. At most MaxBytes.
	Bytes []byte
	// Private is kept beside the chain and can be erased; nil or empty means that there is none. At most MaxBytes.
	Private []byte
}

// Record is a stored draft with its place in the chain.
type Record struct {
	// Seq counts records from 1 without a gap.
	Seq uint64
	// At is the draft's time in milliseconds since 1970 UTC.
	At int64
	// Kind, Bytes and Private are the draft's.
	Kind           string
	Bytes, Private []byte
	// Erased tells that there were private bytes and that they were erased.
	Erased bool
	// Suspect tells that the private bytes are not those which were appended, or are gone without having been erased.
	// Private is nil then. It stops nobody from reading on, since no state depends on private bytes.
	Suspect bool
	// Commitment is HMAC-SHA256(k, private) with a random k that is erased together with the private bytes;
	// nil if there never were any.
	Commitment []byte
	// Chain is SHA-256 over the chain of the record before and all of this record but the private bytes: see Link.
	Chain [32]byte
}

// Head is the newest record's place. The zero Head is that of an empty journal.
type Head struct {
	Seq   uint64
	At    int64
	Chain [32]byte
}

// Bounds of a draft, in bytes. A draft outside of them is refused with ErrBounds.
const (
	MaxKind  = 64
	MaxBytes = 16 << 20
)

// Errors that a Result or a method may carry; test with errors.Is.
var (
	// ErrMoved: the sequence asked for is not the one after the head.
	ErrMoved = errors.New("journal: another has written that sequence")
	// ErrBounds: a draft breaks MaxKind or MaxBytes.
	ErrBounds = errors.New("journal: the draft is outside of the bounds")
	// ErrClosed: the journal was closed.
	ErrClosed = errors.New("journal: closed")
	// ErrReadOnly: the journal was opened for reading.
	ErrReadOnly = errors.New("journal: opened for reading only")
	// ErrUndecided: an earlier append ended as Unknown; only opening anew tells what is there.
	ErrUndecided = errors.New("journal: an earlier append is undecided, open the journal again")
	// ErrNotFiled: the newest records are in the write-ahead log only, and whoever just reads cannot change that; opening to
	// write does.
	ErrNotFiled = errors.New("journal: the newest records are in the write-ahead log only")
	// ErrNoRecord: a sequence was named that the journal does not have.
	ErrNoRecord = errors.New("journal: no such record")
)

// Outcome is how an append ended.
type Outcome int

// The four outcomes.
const (
	// Done: the batch is durable.
	Done Outcome = iota
	// Refused: nothing was written, because another has written that sequence, the batch is outside of the bounds,
	// or this journal is closed or read only.
	Refused
	// Unknown: the batch may be there, whole, or not. This journal takes no further append.
	Unknown
	// Full: nothing was written, there is no space. A later append may succeed.
	Full
)

// String gives the outcome's word in lower case.
func (o Outcome) String() string {
	switch o {
	case Done:
		return "done"
	case Refused:
		return "refused"
	case Unknown:
		return "unknown"
	case Full:
		return "full"
	}
	return "undefined"
}

// Result is the answer to an append.
type Result struct {
	Outcome Outcome
	// Head is the newest record known to be durable: after Done the last of the batch.
	Head Head
	// Err explains every outcome but Done.
	Err error
}

// Snapshot is a cache of what somebody derived from the records up to and including Seq.
type Snapshot struct {
	// Format is the owner's number for the layout of State.
	Format int
	Seq    uint64
	Chain  [32]byte
	State  []byte
}

// Journal is an append-only sequence of records.
type Journal interface {
	// Head gives the newest durable record's place.
	Head() Head
	// Append writes the batch as after+1, after+2 … and returns Done when all of it is durable; no part of a batch is
	// ever there without the rest. One caller at a time. The drafts may be reused once it has returned.
	Append(after uint64, batch []Draft) Result
	// Read calls each with every record from the one numbered from (0 and 1 are both the first) to the head at the
	// time of the call, in rising order, and stops at the first error of each or ctx, which it returns. The bytes of a
	// record are valid only during the call. The chain is checked on the way: the first record that does not fit ends
	// the reading with a *Break. each may call any method of the journal.
	Read(ctx context.Context, from uint64, each func(Record) error) error
	// Snapshot gives the newest stored snapshot. With false there is none to use; the error then says why a stored
	// one could not be used (damaged, or of another journal), nil if none was ever stored. It never is a reason not to start.
	Snapshot() (Snapshot, bool, error)
	// SaveSnapshot stores a snapshot in place of the one before. Appends go on meanwhile.
	SaveSnapshot(Snapshot) error
	// ErasePrivate erases the private bytes of records, and the keys of their commitments, so that nothing derived
	// from them can be checked by guessing. The chain stays whole. Records without private bytes are left as they are.
	ErasePrivate(seqs ...uint64) error
	// Backup writes a consistent copy of the journal as one file, which Open understands under the name FileName,
	// and gives its size in bytes. Appends go on meanwhile.
	Backup(w io.Writer) (int64, error)
	// Close ends the journal; later calls give ErrClosed.
	Close() error
}
