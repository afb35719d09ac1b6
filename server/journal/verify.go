package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

// Damage is what is wrong with a journal, in words.
type Damage string

// The damages that Verify tells apart.
const (
	// Altered: a record's bytes, time, kind or chain value are not those that were appended.
	Altered Damage = "bytes altered"
	// Missing: a record is not there, while later ones are.
	Missing Damage = "record missing"
	// Order: another record, or none at all, stands in a record's place.
	Order Damage = "order"
	// Private: the private bytes are not those that were appended, or are gone without having been erased.
	Private Damage = "private altered"
	// Cut: the journal does not end where its head says.
	Cut Damage = "cut off"
	// File: the file that the records lie in is damaged.
	File Damage = "file damaged"
)

// Break is the first place at which a journal is not what was appended. It is an error.
type Break struct {
	// Seq is the record at which the damage shows, 0 when it is not at a record.
	Seq    uint64
	What   Damage
	Detail string
}

// Error names the record, the damage and what was seen.
func (b *Break) Error() string {
	return fmt.Sprintf("journal: record %d: %s: %s", b.Seq, b.What, b.Detail)
}

// Report is what Verify found.
type Report struct {
	// Head is where the journal says that it ends.
	Head Head
	// Records were found whole, Private of them with private bytes, Erased with erased ones.
	Records, Private, Erased uint64
	// Break is the first damage, nil if there is none.
	Break *Break
}

// progressEvery is how many records lie between two calls of Verify's progress.
const progressEvery = 10_000

// filed is a journal that lies in a file, which can be damaged besides its records. Its Read is the one in this package and
// has checked every link: to hash each record once more would prove nothing new.
type filed interface {
	checkFile(ctx context.Context) error
	checkStrays() error
}

// Verify walks a whole journal and checks the file's layout, the chain, every commitment and the head. It calls
// progress, which may be nil, now and then with the number of records checked and that of all. Damage is in the
// report; the error tells that the walk itself did not come to its end.
func Verify(ctx context.Context, j Journal, progress func(done, total uint64)) (Report, error) {
	v := &verifier{report: Report{Head: j.Head()}, progress: progress}
	err := v.walk(ctx, j)
	if errors.As(err, &v.report.Break) {
		return v.report, nil
	}
	return v.report, err
}

// walk looks at the file before it reads records, since bbolt does not come back from pages that lead in circles.
func (v *verifier) walk(ctx context.Context, j Journal) error {
	f, inFile := j.(filed)
	v.linked = inFile
	if inFile {
		if err := f.checkFile(ctx); err != nil {
			return err
		}
	}
	if err := j.Read(ctx, 1, v.record); err != nil && !errors.Is(err, errBeyond) {
		return err
	}
	if err := v.end(); err != nil || !inFile {
		return err
	}
	return f.checkStrays()
}

// errBeyond ends a walk at the head that it began with, when records were appended since.
var errBeyond = errors.New("journal: beyond the head")

// verifier follows the records of one walk. It checks the chain by itself, whatever a journal that is not of this package
// did on the way.
type verifier struct {
	linked   bool
	report   Report
	last     Head
	progress func(done, total uint64)
}

func (v *verifier) record(r Record) error {
	switch {
	case v.last.Seq == v.report.Head.Seq:
		return errBeyond
	case r.Seq != v.last.Seq+1:
		return &Break{v.last.Seq + 1, Missing, fmt.Sprintf("record %d comes next", r.Seq)}
	case !v.linked && Link(v.last.Chain, r) != r.Chain:
		return &Break{r.Seq, Altered, "its chain value does not follow from its content"}
	case r.Suspect:
		return &Break{r.Seq, Private, "the private bytes do not match their commitment"}
	}
	v.last = Head{r.Seq, r.At, r.Chain}
	v.count(r)
	return nil
}

func (v *verifier) count(r Record) {
	v.report.Records++
	if r.Erased {
		v.report.Erased++
	}
	if r.Private != nil {
		v.report.Private++
	}
	if v.progress != nil && (r.Seq%progressEvery == 0 || r.Seq == v.report.Head.Seq) {
		v.progress(r.Seq, v.report.Head.Seq)
	}
}

// end compares the last record with the head.
func (v *verifier) end() error {
	if v.last != v.report.Head {
		return &Break{v.last.Seq, Cut, fmt.Sprintf("the head is record %d with another time or chain value", v.report.Head.Seq)}
	}
	return nil
}

// checkFile checks the header and the pages of the file.
func (b *Bolt) checkFile(ctx context.Context) error {
	err := b.pinned(func(_ *bbolt.Tx, p *pages, head Head) error {
		if p.torn > 0 {
			return &Break{head.Seq, File, "a header page is damaged, the newest commit may be missing"}
		}
		return p.checkLayout(ctx)
	})
	if errors.Is(err, errPage) {
		return &Break{0, File, err.Error()}
	}
	return b.name(err, 0)
}

// pinned runs f with a transaction of journal.db, its pages and its head. No filing comes between these three, but it goes on
// while f runs: the transaction keeps its pages from being used again.
func (b *Bolt) pinned(f func(*bbolt.Tx, *pages, Head) error) error {
	b.views.RLock()
	defer b.views.RUnlock()
	b.filing.Lock()
	release := sync.OnceFunc(b.filing.Unlock)
	defer release()
	if b.closed.Load() {
		return ErrClosed
	}
	return b.look(func(tx *bbolt.Tx) error {
		p, err := readPages(b.boltFile)
		if err != nil {
			return err
		}
		head := b.recent.look().filed
		release()
		return f(tx, p, head)
	})
}

// checkStrays looks for what belongs to no record.
func (b *Bolt) checkStrays() error {
	return b.name(b.pinned(strays), 0)
}

func strays(tx *bbolt.Tx, _ *pages, head Head) error {
	records := tx.Bucket(recordsBucket)
	if key, _ := records.Cursor().Last(); string(key) > string(seqKey(head.Seq)) {
		return &Break{head.Seq, Cut, "there are records behind the head"}
	}
	if key, _ := records.Cursor().First(); key != nil && string(key) < string(seqKey(1)) {
		return &Break{0, Order, "there is something before the first record"}
	}
	kinds := interned()
	return tx.Bucket(privateBucket).ForEach(func(key, _ []byte) error {
		if r, err := decodeRecord(records.Get(key), kinds); err != nil || r.Commitment == nil {
			return &Break{0, Private, fmt.Sprintf("private bytes under the key %x belong to no record", key)}
		}
		return nil
	})
}
