package journal

import (
	"errors"
	"io"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// patience is how long something may take that must not wait for anybody.
const patience = 10 * time.Second

// stalled is a writer that takes nothing until it is released.
type stalled struct {
	begun   chan struct{}
	release chan struct{}
	once    sync.Once
}

func newStalled() *stalled {
	return &stalled{begun: make(chan struct{}), release: make(chan struct{})}
}

func (s *stalled) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.begun) })
	<-s.release
	return len(p), nil
}

// soon fails the test if f does not end in time.
func soon(t *testing.T, what string, f func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatalf("%s waits", what)
	}
}

// later runs f and gives what it returned when asked.
func later(f func() error) (wait func() error) {
	ended := make(chan error, 1)
	go func() { ended <- f() }()
	return func() error { return <-ended }
}

// A backup to a slow place, with an erasure waiting for it: appends and snapshots go on.
func TestAppendsDoNotWaitForABackup(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	add(t, b, some(30))
	w := newStalled()
	backup := later(func() error { _, err := b.Backup(w); return err })
	<-w.begun
	erase := later(func() error { return b.ErasePrivate(1) })
	soon(t, "an append", func() {
		for range 50 {
			add(t, b, some(500))
		}
	})
	soon(t, "a snapshot", func() {
		if err := b.SaveSnapshot(Snapshot{}); err != nil {
			t.Error(err)
		}
	})
	close(w.release)
	if err := errors.Join(backup(), erase()); err != nil {
		t.Fatal(err)
	}
	if report, err := Verify(ctx, b, nil); err != nil || report.Break != nil || report.Erased != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
}

// Everything that takes more than one lock at once, all at once, until the journal is closed under it.
func TestNobodyWaitsForEver(t *testing.T) {
	b := open(t, t.TempDir(), Options{LogSize: 16 << 10})
	add(t, b, some(30))
	real := b.db.Update
	n := 0
	b.instead(func(f func(*bbolt.Tx) error) error {
		if n++; n%3 == 0 {
			return diskError(syscall.ENOSPC)
		}
		return real(f)
	})
	var wg sync.WaitGroup
	for _, f := range []func() error{
		func() error { return b.Append(b.Head().Seq, some(5)).Err },
		func() error { return b.ErasePrivate(1, 4) },
		func() error { _, err := Verify(ctx, b, nil); return err },
		func() error { _, err := b.Backup(io.Discard); return err },
		func() error { _, _, err := b.Snapshot(); return err },
		func() error { return b.SaveSnapshot(Snapshot{}) },
	} {
		wg.Go(func() {
			for err := error(nil); !errors.Is(err, ErrClosed); {
				err = f()
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	soon(t, "closing", func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	soon(t, "somebody", wg.Wait)
}

// Verifying a journal that grows finds nothing wrong with it.
func TestVerifyWhileAppending(t *testing.T) {
	b := open(t, t.TempDir(), Options{})
	add(t, b, some(100))
	stop := make(chan struct{})
	appender := later(func() error {
		for {
			select {
			case <-stop:
				return nil
			default:
				if r := b.Append(b.Head().Seq, some(7)); r.Err != nil {
					return r.Err
				}
			}
		}
	})
	for range 30 {
		if report, err := Verify(ctx, b, nil); err != nil || report.Break != nil {
			t.Errorf("%+v, %v", report.Break, err)
		}
	}
	close(stop)
	if err := appender(); err != nil {
		t.Fatal(err)
	}
}
