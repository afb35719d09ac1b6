package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
	"jiaohao/server/records"
)

// oldHall is a hall on a real file whose clock the test sets, with days of private parts behind it.
type oldHall struct {
	*bench
	t       *testing.T
	dir     string
	clock   *Clock
	journal *journal.Bolt
	now     time.Time
}

var boss = hall.Actor{Kind: hall.Clerk, ID: "8001", Roles: []hall.Role{hall.RoleSupervisor}}

// everyDay is what each day of an old hall keeps of people: a document, a reason, a note, words of a rating and a complaint.
const partsOfADay, wordsOfADay = 3, 2

func newOldHall(t *testing.T, days int) *oldHall {
	t.Helper()
	h := &oldHall{t: t, dir: t.TempDir(), clock: NewClock(1), now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	h.start()
	for range days {
		h.work()
		h.sleepUntil(24 * time.Hour)
	}
	return h
}

func (h *oldHall) start() {
	h.t.Helper()
	j, err := journal.Open(h.dir, journal.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.journal = j
	h.clock = NewClock(1)
	h.clock.StartAt(h.now)
	h.bench = startDeskOn(h.t, j, h.clock)
	h.t.Cleanup(func() { h.Stop(); j.Close() }) // it may be closed already
}

func (h *oldHall) restart() {
	h.t.Helper()
	h.Stop()
	if err := h.journal.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

// sleepUntil closes the day and opens the next one.
func (h *oldHall) sleepUntil(later time.Duration) {
	h.t.Helper()
	h.must(h.t, boss, hall.CloseDay{Confirm: true})
	h.now = h.now.Add(later)
	h.clock.StartAt(h.now)
	h.must(h.t, hall.Actor{}, hall.OpenDay{})
}

func (h *oldHall) work() {
	h.t.Helper()
	c := issue(0)
	c.Secret = &hall.Secret{Kind: "idcard", Digest: []byte("digest of someone"), Masked: "330***************12"}
	first := h.must(h.t, kioskActor, c).Leg.Ticket()
	second := h.must(h.t, kioskActor, issue(0)).Leg.Ticket()
	h.must(h.t, clerk(1), hall.Open{Window: "1"})
	h.must(h.t, clerk(1), hall.Next{Window: "1"})
	h.must(h.t, clerk(1), hall.Begin{Window: "1"})
	h.must(h.t, clerk(1), hall.Transfer{Window: "1", Ticket: first, Service: "s2", Note: "the note of the day"})
	h.must(h.t, clerk(1), hall.Next{Window: "1"})
	h.must(h.t, clerk(1), hall.Begin{Window: "1"})
	h.must(h.t, clerk(1), hall.Finish{Window: "1"})
	done, finished := second, h.state(second).Leg().End == hall.Finished
	if !finished {
		done = first
	}
	citizen := hall.Actor{Kind: hall.Citizen}
	h.must(h.t, citizen, hall.Rate{Ticket: done, Leg: len(h.state(done).Legs), Level: 2, Text: "the words of a rating"})
	h.must(h.t, citizen, hall.Complain{Ticket: done, Text: "the words of a complaint", Phone: "13800000000"})
	h.must(h.t, boss, hall.Void{Ticket: first, Reason: "the reason of a void"})
}

func (h *oldHall) state(k hall.TicketKey) *hall.Ticket {
	t, _ := h.State().Ticket(k)
	return &t
}

// count tells how often a text is in the journal's file.
func (h *oldHall) count(text string) int {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.dir, journal.FileName))
	if err != nil {
		h.t.Fatal(err)
	}
	return bytes.Count(raw, []byte(text))
}

// check: the chain is whole, every erasure is recorded, and the records lead to the state there is.
func (h *oldHall) check() (report journal.Report, orders int) {
	h.t.Helper()
	report, err := journal.Verify(h.t.Context(), h.journal, nil)
	if err != nil || report.Break != nil {
		h.t.Fatalf("%v %v", report.Break, err)
	}
	var cover records.Cover
	if err := h.journal.Read(h.t.Context(), 1, cover.See); err != nil || len(cover.Unrecorded()) > 0 {
		h.t.Fatalf("erased without a record: %v %v", cover.Unrecorded(), err)
	}
	fresh, err := Load(h.t.Context(), noSnapshot{h.journal}, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	a, err1 := fresh.Hash()
	b, err2 := h.State().Hash()
	if err := errors.Join(err1, err2); err != nil || a != b {
		h.t.Fatalf("the records lead to another state: %v", err)
	}
	return report, cover.Orders()
}

type noSnapshot struct{ journal.Journal }

func (noSnapshot) Snapshot() (journal.Snapshot, bool, error) { return journal.Snapshot{}, false, nil }

// TestOldPrivatePartsGo: after 40 days what is older than 30 is erased and said to be; what citizens wrote stays for 180.
func TestOldPrivatePartsGo(t *testing.T) {
	h := newOldHall(t, 40)
	h.clock.StartAt(h.now.Add(-time.Hour)) // well away from the moment at which the next day would be old
	if err := h.EraseOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, orders := h.check()
	if report.Erased != 10*partsOfADay || orders != 1 || report.Private != 30*partsOfADay+40*wordsOfADay {
		t.Errorf("%d erased by %d orders, %d kept", report.Erased, orders, report.Private)
	}
	if n := h.count("330***"); n < 30 {
		t.Errorf("%d documents are left", n)
	}
	if err := h.EraseOld(t.Context()); err != nil || h.State().Erasure().Last.Count != 10*partsOfADay {
		t.Errorf("a second run: %v, %+v", err, h.State().Erasure())
	}
	h.sleepUntil(200 * 24 * time.Hour)
	if err := h.EraseOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, orders := h.check(); report.Private != 0 || orders != 3 {
		t.Errorf("%d private parts are kept, %d orders", report.Private, orders)
	}
	for _, text := range []string{"330***", "digest of someone", "the note", "the reason", "the words", "13800000000"} {
		if n := h.count(text); n != 0 {
			t.Errorf("%q is still %d times in the file", text, n)
		}
	}
}

// TestNothingIsOldWhileTheClockIsInDoubt: a clock years ahead must not erase what is a day old.
func TestNothingIsOldWhileTheClockIsInDoubt(t *testing.T) {
	h := newOldHall(t, 2)
	h.clock.StartAt(h.now.AddDate(20, 0, 0))
	h.must(t, hall.Actor{}, hall.DoubtClock{Wall: 1, Last: 2})
	if err := h.EraseOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, _ := h.check(); report.Erased != 0 {
		t.Errorf("%d erased", report.Erased)
	}
	h.must(t, boss, hall.ConfirmClock{})
	if err := h.EraseOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, _ := h.check(); report.Private != 0 {
		t.Errorf("confirmed, but %d are kept", report.Private)
	}
}

// TestAStartFinishesAnErasure: the order was recorded, then the process died. By age and of a person.
func TestAStartFinishesAnErasure(t *testing.T) {
	h := newOldHall(t, 3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for _, order := range []struct {
		by   hall.Actor
		do   hall.Command
		gone []string
	}{
		{boss, hall.ErasePerson{Seqs: seqsOf(t, h, "ticket.complained")}, []string{"the words of a complaint", "13800000000"}},
		{hall.Actor{}, hall.EraseOld{Through: h.State().Seq(), Count: 1, Days: 30}, []string{"330***", "the note"}},
	} {
		h.must(t, order.by, order.do)
		h.restart()
		if err := h.eraseAsOrdered(ctx); err != nil {
			t.Fatal(err)
		}
		h.check()
		for _, text := range order.gone {
			if h.count(text) != 0 {
				t.Errorf("%q is still there", text)
			}
		}
	}
	if h.count("the words of a rating") == 0 {
		t.Error("too much was erased")
	}
}

func seqsOf(t *testing.T, h *oldHall, kind string) (seqs []uint64) {
	t.Helper()
	err := h.journal.Read(t.Context(), 1, func(r journal.Record) error {
		if r.Kind == kind {
			seqs = append(seqs, r.Seq)
		}
		return nil
	})
	if err != nil || len(seqs) == 0 {
		t.Fatalf("no %s: %v", kind, err)
	}
	return seqs
}

// TestAnErasedNoteIsNotShown: what a page has shown before is not shown from memory.
func TestAnErasedNoteIsNotShown(t *testing.T) {
	h := newOldHall(t, 1)
	seq := seqsOf(t, h, "leg.added")[0]
	if got := h.Note(seq); got != "the note of the day" {
		t.Fatalf("%q", got)
	}
	if err := h.Erase(t.Context(), hall.Order{By: boss, Do: hall.ErasePerson{Seqs: []uint64{seq}}}, []uint64{seq}); err != nil {
		t.Fatal(err)
	}
	if got := h.Note(seq); got != "" {
		t.Errorf("%q is still shown", got)
	}
}

// TestAHandMadeErasureIsFound is the control of every check above: the same marks without an order are noticed.
func TestAHandMadeErasureIsFound(t *testing.T) {
	h := newOldHall(t, 2)
	seqs := seqsOf(t, h, "ticket.voided")
	if err := h.journal.ErasePrivate(seqs[0]); err != nil {
		t.Fatal(err)
	}
	h.must(t, boss, hall.ErasePerson{Seqs: seqsOf(t, h, "ticket.complained")})
	var cover records.Cover
	if err := h.journal.Read(t.Context(), 1, cover.See); err != nil || len(cover.Unrecorded()) != 1 || cover.Unrecorded()[0] != seqs[0] {
		t.Errorf("%v %v", cover.Unrecorded(), err)
	}
}

// TestPrivacyIsKept runs the nightly job: at once, and with it everything a start has to finish.
func TestPrivacyIsKept(t *testing.T) {
	h := newOldHall(t, 35)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { h.KeepPrivacy(ctx); close(ended) }()
	for end := time.Now().Add(10 * time.Second); h.State().Erasure().Last == nil && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	<-ended
	if report, _ := h.check(); report.Erased == 0 {
		t.Error("nothing was erased")
	}
	at := time.Date(2026, 4, 6, 19, 0, 0, 0, time.UTC) // 03:00 in the hall
	h.clock.StartAt(at)
	if got := h.untilNight().Round(time.Minute); got != 30*time.Minute {
		t.Errorf("the next run is in %v", got)
	}
	h.clock.StartAt(at.Add(31 * time.Minute))
	if got := h.untilNight().Round(time.Minute); got != 24*time.Hour-time.Minute || strings.Contains(got.String(), "-") {
		t.Errorf("the next run is in %v", got)
	}
}
