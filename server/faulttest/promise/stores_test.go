//go:build linux

package promise

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"jiaohao/server"
	"jiaohao/server/auth"
	"jiaohao/server/hall"
	"jiaohao/server/hall/halltest"
	"jiaohao/server/stats"
)

const authFile, password = "auth.db", "a long enough password"

func authConfig() auth.Config {
	return auth.Config{Staff: func(id string) (auth.Staff, bool) { return auth.Staff{ID: id, Roles: []auth.Role{auth.Clerk}}, true }}
}

// authLives gives a password, then enrols terminals and lets staff in and out. What is about to end is said before, since
// until the end was answered it may hold or not.
func authLives(dir string, r *rand.Rand, say func(string, ...any)) error {
	s, err := auth.Open(filepath.Join(dir, authFile), authConfig())
	if err != nil {
		return err
	}
	say("opened")
	for n := range r.IntN(6) {
		if err := authRound(s, fmt.Sprintf("staff%d", n), fmt.Sprintf("kiosk-%d", n), say); err != nil {
			return err
		}
	}
	return s.Close()
}

func authRound(s *auth.Store, staff, name string, say func(string, ...any)) error {
	_, code, err := s.AddTerminal(name, auth.Kiosk, "", "")
	if err != nil {
		return err
	}
	key, _, err := s.Enrol(code)
	if err != nil {
		return err
	}
	say("terminal %s", key)
	if err := s.SetPassword(staff, password); err != nil {
		return err
	}
	say("password %s", staff)
	_, token, err := s.SignIn(context.Background(), staff, password, "")
	if err != nil {
		return err
	}
	say("session %s", token)
	say("ending %s", token)
	if err := s.SignOut(token); err != nil {
		return err
	}
	say("ended %s", token)
	say("ending %s", key)
	if err := s.Revoke(name, ""); err != nil {
		return err
	}
	say("ended %s", key)
	return nil
}

func authHolds(dir string, said [][]string) error {
	if _, err := os.Stat(filepath.Join(dir, authFile)); err != nil && len(said) > 0 {
		return fmt.Errorf("the file is gone: %w", err)
	}
	s, err := auth.Open(filepath.Join(dir, authFile), authConfig())
	if err != nil {
		return err
	}
	state := map[string][]string{} // of a key or token: what was said of it
	for _, words := range said[min(1, len(said)):] {
		if words[0] == "password" && !s.HasPassword(words[1]) {
			err = errors.Join(err, fmt.Errorf("the password of %s is gone", words[1]))
		}
		if words[0] != "password" {
			state[words[1]] = append(state[words[1]], words[0])
		}
	}
	for secret, steps := range state {
		_, terminal := s.Terminal(secret, "192.0.2.1")
		_, session := s.Session(secret)
		holds := terminal == nil || session == nil
		if last := steps[len(steps)-1]; last != "ending" && holds == (last == "ended") {
			err = errors.Join(err, fmt.Errorf("%v, but it holds: %v", steps, holds))
		}
	}
	return errors.Join(err, s.Close())
}

const foldsFile = "folds.db"

// history is what all folds are made of.
var history = halltest.Records(3, 400)

func foldAt(seq uint64) *stats.Fold {
	f := stats.New()
	for _, r := range history[:seq] {
		f.Apply(r.Seq, r.At, r.Header, r.Event)
	}
	return f
}

func digest(f *stats.Fold) string {
	b, err := f.Encode()
	return fmt.Sprintf("%x%v", sha256.Sum256(b), err)
}

func foldsLive(dir string, r *rand.Rand, say func(string, ...any)) error {
	if err := folder(dir); err != nil {
		return err
	}
	s, err := stats.Open(filepath.Join(dir, foldsFile))
	if err != nil {
		return err
	}
	f, n := stats.New(), r.IntN(len(history))
	for i, rec := range history[:n] {
		f.Apply(rec.Seq, rec.At, rec.Header, rec.Event)
		if i%10 != 9 {
			continue
		}
		if err := errors.Join(s.Save("wait", f.Seq(), stateOf(f.Seq())), s.SaveFold("stats", f, nil)); err != nil {
			return err
		}
		say("saved %d", f.Seq())
	}
	return s.Close()
}

// foldsHold: what is there is what was saved, and what was said to be on the disk is there.
func foldsHold(dir string, said [][]string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	s, err := stats.Open(filepath.Join(dir, foldsFile))
	if err != nil {
		return err
	}
	least := uint64(0)
	if len(said) > 0 {
		least, _ = strconv.ParseUint(said[len(said)-1][1], 10, 64)
	}
	if seq, b, ok := s.Load("wait"); ok && string(b) != string(stateOf(seq)) || ok && seq < least || !ok && least > 0 {
		err = fmt.Errorf("the waits of record %d (%v), %d were saved", seq, ok, least)
	}
	switch f, ok := s.LoadFold("stats"); {
	case !ok && least > 0:
		err = errors.Join(err, fmt.Errorf("no figures, those of record %d were saved", least))
	case ok && (f.Seq() < least || digest(f) != digest(foldAt(f.Seq()))):
		err = errors.Join(err, fmt.Errorf("the figures of record %d are others, %d were saved", f.Seq(), least))
	}
	return errors.Join(err, s.Save("wait", 1, nil), s.Close())
}

const personsFile = "persons.json"

func citizen(n int) string { return fmt.Sprintf("11010119900101%04d", n) }

func personsLive(dir string, r *rand.Rand, say func(string, ...any)) error {
	if err := folder(dir); err != nil {
		return err
	}
	day, _ := hall.ParseDate("2026-11-23")
	p, err := server.OpenPersons(filepath.Join(dir, personsFile), func() hall.Date { return day })
	if err != nil {
		return err
	}
	for n := range r.IntN(30) {
		day = day.Next(1)
		ref, _, err := p.Ref("idcard", citizen(n))
		if err != nil {
			return err
		}
		say("person %s %d %s", day, n, ref)
	}
	return nil
}

// personsHold: the same person is the same for the rest of the day.
func personsHold(dir string, said [][]string) error {
	day, _ := hall.ParseDate("2026-11-23")
	p, err := server.OpenPersons(filepath.Join(dir, personsFile), func() hall.Date { return day })
	if err != nil || len(said) == 0 {
		return err
	}
	last := said[len(said)-1]
	n, _ := strconv.Atoi(last[2])
	day, _ = hall.ParseDate(last[1])
	ref, _, err := p.Ref("idcard", citizen(n))
	if err == nil && ref != last[3] {
		err = fmt.Errorf("the person of %s is another one", last[1])
	}
	return err
}

// fileLives replaces a file again and again, with or without what makes that safe.
func fileLives(syncFile, syncName bool) func(string, *rand.Rand, func(string, ...any)) error {
	return func(dir string, _ *rand.Rand, say func(string, ...any)) error {
		if err := folder(dir); err != nil {
			return err
		}
		for n := range 50 {
			if err := replace(filepath.Join(dir, "file"), fmt.Sprint(n), syncFile, syncName); err != nil {
				return err
			}
			say("file %d", n)
		}
		return nil
	}
}

func replace(path, text string, syncFile, syncName bool) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if syncFile {
		err = errors.Join(err, f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil || !syncName {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func fileHolds(dir string, said [][]string) error {
	text, err := os.ReadFile(filepath.Join(dir, "file"))
	if errors.Is(err, os.ErrNotExist) && len(said) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(text))
	if err == nil && n+1 < len(said) {
		err = fmt.Errorf("version %d, %d was safe", n, len(said)-1)
	}
	return err
}

// stubbornFile takes a failed sync for one that has to be done again, which is wrong: the second one goes well and is of
// no use.
func stubbornFile(dir string, _ *rand.Rand, say func(string, ...any)) error {
	if err := folder(dir); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "file"))
	if err != nil {
		return err
	}
	if err := syncFolder(dir); err != nil {
		return err
	}
	for n := range 3 {
		if _, err := f.WriteAt(fmt.Appendf(nil, "%03d", n), 0); err != nil {
			return err
		}
		if err := f.Sync(); err != nil && f.Sync() != nil {
			return err
		}
		say("file %d", n)
	}
	return f.Close()
}

// folder makes a folder that a power loss leaves, as the journal does before the other files come.
func folder(path string) error {
	return errors.Join(os.Mkdir(path, 0o700), syncFolder(filepath.Dir(path)))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
