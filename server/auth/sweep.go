package auth

import (
	"context"
	"fmt"
	"time"
)

const (
	flushEvery = time.Minute
	sweepEvery = 15 * time.Second
)

// Run sweeps until the context ends.
func (s *Store) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Sweep(); err != nil {
				s.config.Log.Error("auth: sweeping", "error", err)
			}
		}
	}
}

// Sweep ends sessions whose time is over and those of staff who left the plan, and writes, at most once a minute, when the living
// ones were last used; and it says what the journal does not know yet. Run calls it every 15 seconds.
func (s *Store) Sweep() error {
	now, left := s.config.Now(), s.leftThePlan()
	err := s.end(func(r *session) bool { return left[r.Staff] || !now.Before(r.expiresAt(s.config)) })
	if err != nil {
		return err
	}
	if err := s.catchUp(); err != nil {
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if now.Sub(s.flushed) < flushEvery {
		return nil
	}
	return s.flush(now)
}

// catchUp records what became of terminals and could not be recorded when it happened.
func (s *Store) catchUp() error {
	s.letIn.Lock()
	defer s.letIn.Unlock()
	return s.tellUnsaid()
}

func (s *Store) leftThePlan() map[string]bool {
	left := map[string]bool{}
	s.mu.Lock()
	for _, record := range s.ids {
		left[record.Staff] = false
	}
	s.mu.Unlock()
	for staff := range left {
		_, there := s.config.Staff(staff)
		left[staff] = !there
	}
	return left
}

// flush writes the last uses; the caller holds write. All go in one transaction together with the time it was written: after an outage
// the idle clocks go on from that moment, and they must all have been written by it. The time is written though nobody moved, or the
// hours since the last use would pass for an outage.
func (s *Store) flush(now time.Time) error {
	used, anybody := s.usedSinceWritten(now)
	if !anybody {
		return nil
	}
	changes := []change{s.metaChange(now)}
	for i := range used {
		changes = append(changes, used[i].change())
	}
	if err := s.commit(changes); err != nil {
		return fmt.Errorf("auth: writing last uses: %w", err)
	}
	s.flushed = now
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, copied := range used {
		if record, ok := s.sessions[copied.token]; ok {
			record.written = copied.Used
		}
	}
	return nil
}

func (s *Store) usedSinceWritten(now time.Time) (used []session, anybody bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range s.sessions {
		if record.holds > 0 {
			record.use(now)
		}
		if !record.Used.Equal(record.written) {
			used = append(used, *record)
		}
	}
	return used, len(s.sessions) > 0
}
