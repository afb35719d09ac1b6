package auth

import (
	"cmp"
	"fmt"
)

// Rename gives a terminal another name; its key stays. The journal says so first. The OnRename hooks hear the old name: whoever serves
// sockets cuts them, and the machine comes back under the new one. It fails with ErrNoTerminal, ErrBadTerminal, ErrTerminalExists, the
// error of Config.Record, or an error of the file.
func (s *Store) Rename(name, to, by string) (Terminal, error) {
	renamed, err := s.rename(name, to, by)
	if err == nil {
		s.hear(s.hooksOf(&s.onRename), name)
	}
	return renamed, err
}

func (s *Store) rename(name, to, by string) (Terminal, error) {
	s.letIn.Lock()
	defer s.letIn.Unlock()
	record, ok := s.terminalNamed(name)
	if !ok {
		return Terminal{}, ErrNoTerminal
	}
	change := TerminalChange{What: Renamed, Terminal: (&terminal{terminalRecord: record}).public(), To: to, By: by}
	record.Name = to
	if err := record.check(); err != nil {
		return Terminal{}, err
	}
	if _, taken := s.terminalNamed(to); taken {
		return Terminal{}, ErrTerminalExists
	}
	if record.Key == nil {
		return s.storeRenamed(name, record) // no machine has become it: the journal does not know it yet
	}
	if err := s.tell(change); err != nil {
		return Terminal{}, err
	}
	renamed, err := s.storeRenamed(name, record)
	if err != nil {
		change.Terminal.Name, change.To = to, name
		s.tellLater(change)
	}
	return renamed, err
}

func (s *Store) storeRenamed(name string, record terminalRecord) (Terminal, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.commit([]change{remove(terminalBucket, name), put(terminalBucket, record.Name, record)}); err != nil {
		return Terminal{}, fmt.Errorf("auth: renaming a terminal: %w", err)
	}
	renamed, ok := s.showRenamed(name, record)
	if !ok { // revoked meanwhile, under its old name
		return Terminal{}, cmp.Or(s.commit([]change{remove(terminalBucket, record.Name)}), ErrNoTerminal)
	}
	return renamed, nil
}

func (s *Store) showRenamed(name string, record terminalRecord) (Terminal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.terminals[name]
	if !ok {
		return Terminal{}, false
	}
	delete(s.terminals, name)
	shown := s.showTerminal(record)
	shown.inherit(old)
	return shown.public(), true
}
