package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	files "jiaohao/server/disk" // disk is here what keeps the changes
)

const (
	format            = 1 // of the file; another one is refused
	filePermissions   = 0o600
	folderPermissions = 0o700
	openToOthers      = 0o077
	writableByOthers  = 0o022
	metaKey           = "store"
	clockTolerance    = 5 * time.Minute // by which the clock may step back over a restart
)

// meta says what the file is.
type meta struct {
	Format int       `json:"format"`
	Demo   bool      `json:"demo"`
	Alive  time.Time `json:"alive"` // when the last uses of sessions were written
}

// sessionRecord is a session in the file; its key is the token's digest.
type sessionRecord struct {
	ID      string    `json:"id"`
	Staff   string    `json:"staff"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`
}

func (r *session) change() change {
	return put(sessionBucket, r.token.String(), sessionRecord{ID: r.ID, Staff: r.Staff, Created: r.Created, Used: r.Used})
}

func (s *Store) metaChange(alive time.Time) change {
	return put(metaBucket, metaKey, meta{Format: format, Demo: s.config.Demo, Alive: alive})
}

// Open opens the store's file and makes it, and its folder, when there is none. Both are closed to other users of the machine. Sessions
// live on: the time during which no server ran does not count as idle. It fails with ErrLocked, ErrDamaged, ErrOtherKind or an
// error of the file system.
func Open(path string, c Config) (*Store, error) {
	s, err := open(path, c.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func open(path string, c Config) (*Store, error) {
	if err := closeFolder(filepath.Dir(path), c); err != nil {
		return nil, err
	}
	if err := found(path, c); err != nil {
		return nil, err
	}
	if err := closeFile(path, c); err != nil {
		return nil, err
	}
	if err := files.Reread(path); err != nil {
		return nil, err
	}
	d, err := openBolt(path)
	if err != nil {
		return nil, err
	}
	s := newStore(c, d)
	if err := guarded(func() error { return s.load(d) }); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return s, nil
}

// found makes the file under another name and gives it its own only when it is whole on the disk: a power cut while a bbolt file is
// being made can leave one that never opens again. Linking, unlike renaming, never replaces a file that another process made meanwhile.
func found(path string, c Config) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh := fmt.Sprintf("%s.%d.new", path, os.Getpid())
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer os.Remove(fresh)
	if err := foundAs(fresh, c); err != nil {
		return err
	}
	if err := os.Link(fresh, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.SyncFolder(filepath.Dir(path))
}

func foundAs(path string, c Config) error {
	d, err := openBolt(path)
	if err != nil {
		return err
	}
	if err := d.makeBuckets(); err != nil {
		return errors.Join(err, d.close())
	}
	kind := meta{Format: format, Demo: c.Demo, Alive: c.Now()}
	return errors.Join(d.apply([]change{put(metaBucket, metaKey, kind)}), d.close())
}

// makeFolder makes a folder, with those above it, whose names outlive a power loss.
func makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(path)
	if err := makeFolder(above); err != nil {
		return err
	}
	if err := os.Mkdir(path, folderPermissions); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.SyncFolder(above)
}

// closeFolder makes the folder private. One that its owner cannot close is accepted while others may only read it: the file itself is closed.
func closeFolder(path string, c Config) error {
	if err := makeFolder(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&openToOthers == 0 {
		return err
	}
	c.Log.Warn("auth: folder was open to other users, closing it", "folder", path, "mode", info.Mode().Perm())
	err = os.Chmod(path, info.Mode().Perm()&^openToOthers)
	if err != nil && info.Mode().Perm()&writableByOthers != 0 {
		return fmt.Errorf("other users may write to %s: %w", path, err)
	}
	return nil
}

func closeFile(path string, c Config) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("not a regular file but %v", info.Mode().Type())
	}
	if info.Mode().Perm()&openToOthers == 0 {
		return nil
	}
	c.Log.Warn("auth: file was open to other users, closing it", "file", path, "mode", info.Mode().Perm())
	return os.Chmod(path, filePermissions)
}

// load reads the whole file into a Store that nobody else has yet.
func (s *Store) load(d boltDisk) error {
	kind, err := d.kind()
	if err != nil {
		return err
	}
	if kind.Demo != s.config.Demo {
		return ErrOtherKind
	}
	if err := d.each(passwordBucket, s.loadPassword); err != nil {
		return err
	}
	if err := d.each(terminalBucket, s.loadTerminal); err != nil {
		return err
	}
	if err := d.each(metaBucket, s.loadSetup); err != nil {
		return err
	}
	if err := d.each(sessionBucket, s.loadSession); err != nil {
		return err
	}
	return s.revive(kind.Alive)
}

func (d boltDisk) kind() (m meta, err error) {
	err = d.each(metaBucket, func(key string, text []byte) error {
		if key != metaKey {
			return nil
		}
		return decode(metaBucket, key, text, &m)
	})
	if err == nil && m.Format != format {
		err = damaged("format is %d, this program reads %d", m.Format, format)
	}
	return m, err
}

func decode(bucket, key string, text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return damaged("%s %q: %v", bucket, key, err)
	}
	return nil
}

func (s *Store) loadPassword(staff string, text []byte) error {
	var hash string
	if err := decode(passwordBucket, staff, text, &hash); err != nil {
		return err
	}
	if _, err := parseEncoded(hash); err != nil {
		return damaged("%s %q: %v", passwordBucket, staff, err)
	}
	s.passwords[staff] = hash
	return nil
}

func (s *Store) loadSession(key string, text []byte) error {
	var kept sessionRecord
	if err := decode(sessionBucket, key, text, &kept); err != nil {
		return err
	}
	record := &session{ID: kept.ID, Staff: kept.Staff, Created: kept.Created, Used: kept.Used, written: kept.Used}
	if err := record.token.UnmarshalText([]byte(key)); err != nil {
		return damaged("%s: %v", sessionBucket, err)
	}
	s.sessions[record.token] = record
	s.ids[record.ID] = record
	return nil
}

// revive lets the idle clocks go on from the last moment known to the file: a power cut over lunch must not sign the hall out. The
// absolute end stands. It ends what is over, and sessions from the future, which a clock set back would let live for years.
func (s *Store) revive(alive time.Time) error {
	now := s.config.Now()
	for _, record := range s.sessions {
		if record.Used.After(alive) {
			alive = record.Used
		}
	}
	gap := max(0, now.Sub(alive))
	over := func(r *session) bool {
		return !alive.Before(r.expiresAt(s.config)) || !now.Before(r.endsAt(s.config)) || r.Created.After(now.Add(clockTolerance))
	}
	if err := s.end(over); err != nil {
		return err
	}
	for _, record := range s.sessions {
		record.Used = record.Used.Add(gap)
	}
	return s.flush(now)
}
