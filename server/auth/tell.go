package auth

import "fmt"

// Happening is what became of a terminal.
type Happening int

// What can become of a terminal.
const (
	Enrolled Happening = iota
	Renamed
	Revoked
)

// Way is how a machine was let in.
type Way string

// The ways in.
const (
	ByScreen  Way = "screen"  // its code was typed and the numbers compared
	ByAddress Way = "address" // it opened a one-time address
)

// TerminalChange is what Config.Record hears.
type TerminalChange struct {
	What     Happening
	Terminal Terminal // as it was before
	To       string   // the new name of one renamed
	Way      Way      // of one enrolled
	By       string   // staff; empty when somebody at the server itself did it
}

// tell records what became of a terminal, behind whatever could not be recorded before; the caller holds letIn.
func (s *Store) tell(c TerminalChange) error {
	if err := s.tellUnsaid(); err != nil {
		return err
	}
	return s.record(c)
}

// tellLater records what has happened already. If that fails it is tried again with every sweep.
func (s *Store) tellLater(c TerminalChange) {
	s.unsaid = append(s.unsaid, c)
	if err := s.tellUnsaid(); err != nil {
		s.config.Log.Error("auth: the journal does not say yet what became of a terminal, it is tried again", "terminal", c.Terminal.Name, "error", err)
	}
}

func (s *Store) tellUnsaid() error {
	for len(s.unsaid) > 0 {
		if err := s.record(s.unsaid[0]); err != nil {
			return err
		}
		s.unsaid = s.unsaid[1:]
	}
	return nil
}

func (s *Store) record(c TerminalChange) error {
	if s.config.Record == nil {
		return nil
	}
	if err := s.config.Record(c); err != nil {
		return fmt.Errorf("auth: recording terminal %s: %w", c.Terminal.Name, err)
	}
	return nil
}

// letMachineIn lets a machine in: the journal says so first, then its key opens. The caller holds letIn. When the file refuses, the journal
// hears that it came to nothing.
func (s *Store) letMachineIn(record terminalRecord, way Way) (Terminal, error) {
	change := TerminalChange{What: Enrolled, Terminal: (&terminal{terminalRecord: record}).public(), Way: way, By: record.AddedBy}
	if err := s.tell(change); err != nil {
		return Terminal{}, err
	}
	enrolled, err := s.storeTerminal(record)
	if err != nil {
		change.What, change.Way = Revoked, ""
		s.tellLater(change)
		return Terminal{}, err
	}
	s.config.Log.Info("auth: terminal enrolled", "terminal", record.Name, "role", record.Role, "way", way, "staff", record.AddedBy)
	return enrolled, nil
}
