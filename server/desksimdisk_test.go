package server

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"sort"

	"jiaohao/server/journal"
)

// fate is what becomes of an append.
type fate uint8

const (
	goesWell fate = iota
	noSpace
	keptUnsure // the answer is unknown, the batch is there after the restart
	lostUnsure // the answer is unknown, a torn piece of the batch is all that is there
	cutBefore  // the power goes before anything is written
	cutKept    // the power goes when all is written, before anybody is told
	cutTorn    // the power goes while the batch is being written
	fates
)

var fateNames = [fates]string{"well", "full", "unknown kept", "unknown lost", "cut before", "cut kept", "cut torn"}

// powerCut is what the process dies of: the simulation panics with it wherever the power goes.
type powerCut struct{}

// simDisk is a journal as one file of frames. A batch is one frame with its length and checksum; opening cuts off whatever
// stands behind the last whole frame, so that a batch is there whole or not at all.
type simDisk struct {
	journal.Journal // nil: erasing, copying and closing are not the desk's

	r      *rand.Rand
	file   []byte
	frames []frame
	head   journal.Head // as the running process knows it
	acked  journal.Head // of the last append that was answered with Done
	maybe  journal.Head // of a batch of which nobody knows, zero for none
	next   fate         // of the coming append
	stuck  bool         // an append ended as unknown: only opening again tells

	shot    journal.Snapshot
	shotSum uint32 // 0 = there is none
	kinds   map[string]string

	halves  bool // broken: a torn batch is there by half
	forgets bool // broken: what was acknowledged last is gone after a power cut
}

// frame is where a batch begins: its first sequence and its place in the file.
type frame struct {
	first uint64
	at    int
	prev  [32]byte
}

var errUnsure = errors.New("the simulated disk does not say")

func (d *simDisk) reset(r *rand.Rand) {
	*d = simDisk{r: r, file: d.file[:0], frames: d.frames[:0], kinds: d.kinds}
	if d.kinds == nil {
		d.kinds = map[string]string{}
	}
}

// Head implements journal.Journal.
func (d *simDisk) Head() journal.Head { return d.head }

// Append implements journal.Journal: it does what fate wants.
func (d *simDisk) Append(after uint64, batch []journal.Draft) journal.Result {
	if d.stuck || after != d.head.Seq {
		fail("order", "the desk appends after %d although the head is %d, undecided: %v", after, d.head.Seq, d.stuck)
	}
	f := d.next
	d.next = goesWell
	switch f {
	case noSpace:
		return journal.Result{Outcome: journal.Full, Head: d.head, Err: errUnsure}
	case cutBefore:
		panic(powerCut{})
	}
	start := len(d.file)
	head := d.write(batch)
	switch f {
	case lostUnsure, cutTorn:
		d.tear(start, batch)
	case keptUnsure, cutKept:
		d.maybe = head
	}
	if f == cutKept || f == cutTorn {
		panic(powerCut{})
	}
	if f != goesWell {
		d.stuck = true
		return journal.Result{Outcome: journal.Unknown, Head: d.head, Err: errUnsure}
	}
	d.frames = append(d.frames, frame{after + 1, start, d.head.Chain})
	d.head, d.acked = head, head
	return journal.Result{Outcome: journal.Done, Head: head}
}

// write puts a batch at the end of the file and gives the head that it leads to.
func (d *simDisk) write(batch []journal.Draft) journal.Head {
	start, head := len(d.file), d.head
	b := append(d.file, 0, 0, 0, 0, 0, 0, 0, 0)
	b = binary.AppendUvarint(b, head.Seq+1)
	for _, x := range batch {
		head.Seq, head.At = head.Seq+1, x.At
		head.Chain = journal.Link(head.Chain, journal.Record{Seq: head.Seq, At: x.At, Kind: x.Kind, Bytes: x.Bytes})
		b = binary.AppendVarint(b, x.At)
		b = append(b, byte(len(x.Kind)))
		b = append(b, x.Kind...)
		b = binary.AppendUvarint(b, uint64(len(x.Bytes)))
		b = append(b, x.Bytes...)
		b = append(b, head.Chain[:]...)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-8))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.ChecksumIEEE(b[start+8:]))
	d.file = b
	return head
}

// tear leaves of the last frame what a power cut may: a piece of it, or all of it with a hole.
func (d *simDisk) tear(start int, batch []journal.Draft) {
	frame := d.file[start:]
	switch {
	case d.halves && len(batch) > 1:
		d.file = d.file[:start]
		d.write(batch[:len(batch)/2])
	case d.r.IntN(3) == 0:
		from := d.r.IntN(len(frame))
		hole := frame[from : from+1+d.r.IntN(len(frame)-from)]
		for i := range hole {
			hole[i] ^= byte(1 + d.r.IntN(255))
		}
	default:
		d.file = d.file[:start+d.r.IntN(len(frame))]
	}
}

// reopen gives the disk as the next process finds it.
func (d *simDisk) reopen() {
	if n := len(d.frames); d.forgets && n > 4 {
		d.file = d.file[:d.frames[n-1].at]
	}
	d.frames, d.head, d.stuck, d.next = d.frames[:0], journal.Head{}, false, goesWell
	for at := 0; ; {
		payload := d.frameAt(at)
		if payload == nil {
			d.file = d.file[:at]
			return
		}
		first, n := binary.Uvarint(payload)
		d.frames = append(d.frames, frame{first, at, d.head.Chain})
		for rest := payload[n:]; len(rest) > 0; {
			var r journal.Record
			r, rest = d.record(rest)
			d.head = journal.Head{Seq: d.head.Seq + 1, At: r.At, Chain: r.Chain}
		}
		at += 8 + len(payload)
	}
}

// frameAt gives what a whole frame holds, nil when there is none.
func (d *simDisk) frameAt(at int) []byte {
	b := d.file[at:]
	if len(b) < 8 {
		return nil
	}
	n := binary.LittleEndian.Uint32(b)
	if n == 0 || int(n) > len(b)-8 || crc32.ChecksumIEEE(b[8:8+n]) != binary.LittleEndian.Uint32(b[4:]) {
		return nil
	}
	return b[8 : 8+n]
}

// record takes one record off a frame, without its sequence.
func (d *simDisk) record(b []byte) (journal.Record, []byte) {
	var r journal.Record
	at, n := binary.Varint(b)
	r.At, b = at, b[n:]
	kind := b[1 : 1+b[0]]
	b = b[1+b[0]:]
	known, ok := d.kinds[string(kind)]
	if !ok {
		known = string(kind)
		d.kinds[known] = known
	}
	size, n := binary.Uvarint(b)
	r.Kind, r.Bytes, b = known, b[n:n+int(size)], b[n+int(size):]
	copy(r.Chain[:], b)
	return r, b[32:]
}

// Read implements journal.Journal. Like the real ones it does not trust what it reads but checks the chain.
func (d *simDisk) Read(_ context.Context, from uint64, each func(journal.Record) error) error {
	i := max(0, sort.Search(len(d.frames), func(i int) bool { return d.frames[i].first > from })-1)
	for _, f := range d.frames[min(i, len(d.frames)):] {
		payload := d.frameAt(f.at)
		seq, n := binary.Uvarint(payload)
		prev := f.prev
		for rest := payload[n:]; len(rest) > 0; seq++ {
			var r journal.Record
			r, rest = d.record(rest)
			if r.Seq = seq; journal.Link(prev, r) != r.Chain {
				return &journal.Break{Seq: seq, What: journal.Altered}
			}
			if prev = r.Chain; seq < from {
				continue
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// Snapshot implements journal.Journal.
func (d *simDisk) Snapshot() (journal.Snapshot, bool, error) {
	if d.shotSum == 0 {
		return journal.Snapshot{}, false, nil
	}
	if crc32.ChecksumIEEE(d.shot.State) != d.shotSum || d.shot.Seq > d.head.Seq || d.shot.Chain != d.chainAt(d.shot.Seq) {
		return journal.Snapshot{}, false, errUnsure
	}
	return d.shot, true, nil
}

func (d *simDisk) chainAt(seq uint64) (chain [32]byte) {
	if seq == d.head.Seq {
		return d.head.Chain
	}
	// An error means the same as another chain: the snapshot does not fit.
	_ = d.Read(context.Background(), seq, func(r journal.Record) error { chain = r.Chain; return errEnough })
	return chain
}

// SaveSnapshot implements journal.Journal.
func (d *simDisk) SaveSnapshot(s journal.Snapshot) error {
	s.State = append(d.shot.State[:0], s.State...)
	d.shot, d.shotSum = s, crc32.ChecksumIEEE(s.State)
	return nil
}

// spoil does to the snapshot what a torn write, another version of the program or a bad sector would have done.
func (d *simDisk) spoil() {
	n := len(d.shot.State)
	switch d.r.IntN(4) {
	case 0:
		d.shotSum = 0
	case 1:
		d.shot.Format++
	case 2:
		if n > 0 {
			d.shot.State[d.r.IntN(n)] ^= 1 << d.r.IntN(8)
		}
	case 3:
		d.shot.State = d.shot.State[:n/2]
		d.shotSum = crc32.ChecksumIEEE(d.shot.State)
	}
}
