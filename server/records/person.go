package records

import (
	"bytes"
	"context"
	"fmt"

	"jiaohao/server/hall"
	"jiaohao/server/journal"
)

// Wanted says whose records are looked for: by a document's keyed digest, by a telephone that was left with a complaint, or
// by one ticket. Whatever is zero is not looked for.
type Wanted struct {
	Digest []byte
	Phone  func(left string) bool // recognises it, however it was written; may be nil
	Date   hall.Date              // of the ticket
	Number hall.Number
}

// Found is a record about the person whose private part is still there.
type Found struct {
	Seq    uint64
	Ticket hall.TicketKey
}

// Find lists the private parts about a person, in order, from a sequence on: every one of the tickets that the document or
// telephone leads to. It reads the records twice, since a ticket may be recognised by what came last.
func Find(ctx context.Context, j journal.Journal, from uint64, w Wanted) ([]Found, error) {
	tickets := map[hall.TicketKey]bool{}
	err := ticketsOf(ctx, j, from, w, tickets)
	if err != nil || len(tickets) == 0 {
		return nil, err
	}
	var found []Found
	err = j.Read(ctx, from, func(r journal.Record) error {
		if r.Private == nil {
			return nil
		}
		key, _, err := about(r)
		if err == nil && tickets[key] {
			found = append(found, Found{Seq: r.Seq, Ticket: key})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for a person's records: %w", err)
	}
	return found, nil
}

// ticketsOf notes the tickets that are the person's.
func ticketsOf(ctx context.Context, j journal.Journal, from uint64, w Wanted, tickets map[hall.TicketKey]bool) error {
	err := j.Read(ctx, from, func(r journal.Record) error {
		if r.Private == nil && (w.Date == 0 || r.Kind != (*hall.TicketIssued)(nil).Kind()) {
			return nil
		}
		key, e, err := about(r)
		if err != nil {
			return err
		}
		known, err := w.knows(e, r.Private)
		if known {
			tickets[key] = true
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for a person's tickets: %w", err)
	}
	return nil
}

func (w Wanted) knows(e hall.Event, private []byte) (bool, error) {
	if issued, ok := e.(*hall.TicketIssued); ok && w.Date != 0 && issued.Key.Date == w.Date && issued.Number == w.Number {
		return true, nil
	}
	if private == nil || w.Digest == nil && w.Phone == nil {
		return false, nil
	}
	s, err := hall.DecodeSecret(private)
	if err != nil {
		return false, err
	}
	return w.Digest != nil && bytes.Equal(s.Digest, w.Digest) || w.Phone != nil && s.Phone != "" && w.Phone(s.Phone), nil
}

// about decodes a record and names its ticket.
func about(r journal.Record) (hall.TicketKey, hall.Event, error) {
	_, e, err := hall.Decode(r.Kind, r.Bytes)
	if err != nil {
		return hall.TicketKey{}, nil, fmt.Errorf("record %d: %w", r.Seq, err)
	}
	leg, _ := hall.About(e)
	return leg.Ticket(), e, nil
}
