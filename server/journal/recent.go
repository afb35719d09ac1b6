package journal

import (
	"sort"
	"sync"
)

// logged is one append that is durable in the write-ahead log: its frame, whose bytes never change, and where it ends.
type logged struct {
	frame
	end Head
}

// recent is what is in the write-ahead log and not yet in journal.db.
type recent struct {
	mu sync.Mutex
	// filed is the newest record in journal.db.
	filed Head
	// appends follow filed without a gap. The list only grows at its end and is cut at its front, so that a copy of the
	// slice stays what it was.
	appends []logged
	bytes   int
}

// past is what was recent at one moment.
type past struct {
	filed   Head
	appends []logged
}

// end is where the journal ended then.
func (p past) end() Head {
	if n := len(p.appends); n > 0 {
		return p.appends[n-1].end
	}
	return p.filed
}

// look gives what is recent now.
func (r *recent) look() past {
	r.mu.Lock()
	defer r.mu.Unlock()
	return past{r.filed, r.appends[:len(r.appends):len(r.appends)]}
}

// add puts an append behind the others and tells how many bytes wait for journal.db.
func (r *recent) add(l logged) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.appends = append(r.appends, l)
	r.bytes += len(l.items)
	return r.bytes
}

// file says that everything up to a head is in journal.db.
func (r *recent) file(head Head) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(r.appends) && r.appends[n].last() <= head.Seq {
		r.bytes -= len(r.appends[n].items)
		n++
	}
	r.filed, r.appends = head, r.appends[n:]
	if len(r.appends) == 0 {
		r.appends = nil // and with it the frames
	}
}

// filedSeq is the newest sequence in journal.db.
func (r *recent) filedSeq() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.filed.Seq
}

// from calls do with the records from a sequence on that were not in journal.db, until do returns false.
func (p past) from(seq uint64, do func(seq uint64, value, private []byte) bool) {
	at := sort.Search(len(p.appends), func(i int) bool { return p.appends[i].last() >= seq })
	for _, l := range p.appends[at:] {
		on := true
		l.each(func(s uint64, value, private []byte) bool {
			if s >= seq {
				on = do(s, value, private)
			}
			return on
		})
		if !on {
			return
		}
	}
}

// chainAt gives the chain value of a record that was not in journal.db.
func (p past) chainAt(seq uint64) (chain [32]byte, err error) {
	err = &Break{Seq: seq, What: Missing, Detail: "reading was to begin after it"}
	p.from(seq, func(s uint64, value, _ []byte) bool {
		var r Record
		if r, err = decodeRecord(value, interned()); err == nil && s == seq {
			chain = r.Chain
		}
		return false
	})
	return chain, err
}
