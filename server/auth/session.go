package auth

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// sessionsOfStaff is more than anybody's windows and tabs; a further session ends the longest unused.
const sessionsOfStaff = 8

// Session is one signed-in stay of a member of staff at one browser.
type Session struct {
	ID        string // public: safe in logs and between packages, opens nothing
	Staff     Staff  // as the plan says now, not as it said at sign-in
	CreatedAt time.Time
	ExpiresAt time.Time // when it ends if it is not used again
	EndsAt    time.Time // when it ends however much it is used; the cookie's end
}

// session is a Session as it is kept; its fields are guarded by Store.mu.
type session struct {
	ID      string
	Staff   string
	Created time.Time
	Used    time.Time
	token   digest
	holds   int       // sockets that keep it from idling out
	written time.Time // Used as it is on the disk
}

func (r *session) endsAt(c Config) time.Time { return r.Created.Add(c.Absolute) }

func (r *session) expiresAt(c Config) time.Time {
	end, idle := r.endsAt(c), r.Used.Add(c.Idle)
	if r.holds > 0 || idle.After(end) {
		return end
	}
	return idle
}

// use takes note of a use, unless the clock stepped back.
func (r *session) use(now time.Time) {
	if now.After(r.Used) {
		r.Used = now
	}
}

func (r *session) public(c Config, person Staff) Session {
	return Session{ID: r.ID, Staff: person, CreatedAt: r.Created, ExpiresAt: r.expiresAt(c), EndsAt: r.endsAt(c)}
}

func (s *Store) beginSession(person Staff, credential string) (Session, string, error) {
	now, token := s.config.Now(), newToken()
	record := &session{ID: newID(), Staff: person.ID, Created: now, Used: now, written: now, token: digestOf(token)}
	answer := record.public(s.config, person)
	crowded, err := s.storeSession(record, credential)
	if err != nil {
		return Session{}, "", err
	}
	if crowded != "" {
		if err := s.end(func(r *session) bool { return r.ID == crowded }); err != nil {
			return Session{}, "", err
		}
	}
	return answer, token, nil
}

// storeSession refuses when the password was changed while it was being checked: whoever changed it wants the old one to open nothing.
func (s *Store) storeSession(record *session, credential string) (crowded string, err error) {
	s.write.Lock()
	defer s.write.Unlock()
	if s.credential(record.Staff) != credential {
		return "", ErrBadCredentials
	}
	if err := s.commit([]change{record.change()}); err != nil {
		return "", fmt.Errorf("auth: storing a session: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	crowded = s.longestUnused(record.Staff)
	s.sessions[record.token] = record
	s.ids[record.ID] = record
	return crowded, nil
}

func (s *Store) longestUnused(staff string) string {
	var theirs []*session
	for _, r := range s.ids {
		if r.Staff == staff {
			theirs = append(theirs, r)
		}
	}
	if len(theirs) < sessionsOfStaff {
		return ""
	}
	return slices.MinFunc(theirs, func(a, b *session) int {
		return cmp.Or(cmp.Compare(min(a.holds, 1), min(b.holds, 1)), a.Used.Compare(b.Used), cmp.Compare(a.ID, b.ID))
	}).ID
}

// Session returns the living session of a token and takes note that it was used. It fails with ErrSignedOut, also when the member of
// staff has left the plan. It does not wait for the disk unless the session turns out to have ended.
func (s *Store) Session(token string) (Session, error) {
	key, ok := parseToken(token)
	if !ok {
		return Session{}, ErrSignedOut
	}
	staff, known, over := s.useSession(key)
	if !known {
		return Session{}, ErrSignedOut
	}
	person, there := s.config.Staff(staff)
	if over || !there {
		return Session{}, s.endOver()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	record, ok := s.sessions[key]
	if !ok {
		return Session{}, ErrSignedOut
	}
	return record.public(s.config, person), nil
}

func (s *Store) useSession(key digest) (staff string, known, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	record, known := s.sessions[key]
	if !known {
		return "", false, false
	}
	if !now.Before(record.expiresAt(s.config)) {
		return record.Staff, true, true
	}
	record.use(now)
	return record.Staff, true, false
}

// endOver ends what is over, so that sockets are cut at once, and always says ErrSignedOut: to the visitor nothing else matters.
func (s *Store) endOver() error {
	if err := s.Sweep(); err != nil {
		s.config.Log.Error("auth: ending sessions that are over", "error", err)
	}
	return ErrSignedOut
}

// Hold keeps a session from idling out while a socket lives; release takes the hold off and may be called more than once. The session
// still ends at EndsAt, by sign-out, or when the staff leave the plan. It reports false when the session has ended: whoever serves a
// socket makes it known to its OnEnd hook first and holds then, so that no end falls between the two.
func (s *Store) Hold(sessionID string) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, ok := s.ids[sessionID]
	if !ok || !s.config.Now().Before(record.expiresAt(s.config)) {
		return func() {}, false
	}
	record.holds++
	held := true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if held {
			held = false
			record.holds--
			record.use(s.config.Now())
		}
	}, true
}

// SignOut ends the session of a token; a token of no session is signed out already. The session has ended even when the file could not
// be written, which is then the error: a restart might bring it back.
func (s *Store) SignOut(token string) error {
	key, ok := parseToken(token)
	if !ok {
		return nil
	}
	return s.end(func(r *session) bool { return r.token == key })
}

// SignOutStaff ends all sessions of a member of staff; errors as of SignOut.
func (s *Store) SignOutStaff(staff string) error {
	return s.end(func(r *session) bool { return r.Staff == staff })
}

// end ends the sessions that match: first in memory, then on the disk, then for the hooks.
func (s *Store) end(match func(*session) bool) error {
	ended, err := s.endStored(match)
	s.tellEnded(ended)
	return err
}

func (s *Store) endStored(match func(*session) bool) (ended []*session, err error) {
	s.write.Lock()
	defer s.write.Unlock()
	ended = s.matching(match)
	if len(ended) == 0 {
		return nil, nil
	}
	s.hideSessions(ended)
	if err := s.commit(removals(ended)); err != nil {
		return ended, fmt.Errorf("auth: ending sessions: %w", err)
	}
	return ended, nil
}

func (s *Store) matching(match func(*session) bool) (found []*session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range s.sessions {
		if match(record) {
			found = append(found, record)
		}
	}
	return found
}

func (s *Store) hideSessions(ended []*session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range ended {
		delete(s.sessions, record.token)
		delete(s.ids, record.ID)
	}
}

func removals(ended []*session) []change {
	changes := make([]change, len(ended))
	for i, record := range ended {
		changes[i] = remove(sessionBucket, record.token.String())
	}
	return changes
}

// tellEnded calls the hooks; the caller holds no lock.
func (s *Store) tellEnded(ended []*session) {
	s.mu.Lock()
	hooks := slices.Clone(s.onEnd)
	s.mu.Unlock()
	for _, record := range ended {
		s.config.Log.Info("auth: session ended", "staff", record.Staff, "session", record.ID)
		for _, hook := range hooks {
			hook(record.ID)
		}
	}
}
