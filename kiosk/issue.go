package kiosk

import (
	"context"

	"jiaohao/server/door"
	"jiaohao/server/hall"
	"jiaohao/server/public"
)

// Person is a document that tells a citizen apart for the day. It is never told back.
type Person struct {
	Kind  string `json:"kind" enum:"idcard,phone"`
	Value string `json:"value" minLength:"1" maxLength:"40"`
}

type issueInput struct {
	Body struct {
		Service string  `json:"service" minLength:"1" maxLength:"32"`
		Class   string  `json:"class,omitempty" maxLength:"32" doc:"Absent: ordinary"`
		Window  string  `json:"window,omitempty" maxLength:"32" doc:"Only for a service with a queue per window; absent: the shortest"`
		People  int     `json:"people,omitempty" minimum:"1" maximum:"50"`
		Cases   int     `json:"cases,omitempty" minimum:"1" maximum:"50"`
		Person  *Person `json:"person,omitempty"`
		Lang    string  `json:"lang,omitempty" enum:"zh,en" doc:"Of the ticket; absent: of the request"`
	}
}

type issueOutput struct {
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     public.HoldersTicket
}

func (k *Kiosk) issue(ctx context.Context, in *issueInput) (*issueOutput, error) {
	s, err := k.state(ctx)
	if err != nil {
		return nil, err
	}
	command, err := k.issueCommand(ctx, s, in)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	receipt, err := k.Desk.Submit(ctx, command)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	s = k.Desk.State()
	t, known := s.Ticket(receipt.Leg.Ticket())
	if !known {
		// The key was answered on a day that has left the state since.
		return nil, door.NewProblem(ctx, gone, nil)
	}
	body := k.issued(s, t)
	return &issueOutput{Location: "/api/v1/tickets/" + t.ID, Replayed: replayed(receipt), Body: body}, nil
}

func (k *Kiosk) issueCommand(ctx context.Context, s hall.State, in *issueInput) (hall.Issue, error) {
	b, caller, at := &in.Body, door.Of(ctx), k.Now()
	c := hall.Issue{ID: k.NewID(), Service: b.Service, Class: b.Class, Window: b.Window, People: b.People, Cases: b.Cases,
		Channel: channelOf(caller), Lang: b.Lang, Promise: k.promise(s, b.Service, at)}
	if c.Lang == "" {
		c.Lang = caller.Lang
	}
	trusted := c.Channel != channelPhone
	if b.Person != nil {
		value, birth, err := readPerson(b.Person.Kind, b.Person.Value)
		if err != nil {
			return c, err
		}
		c.Proved = trusted && proves(s.Plan(), b.Class, birth, at)
		if k.Persons != nil {
			if c.PersonRef, c.Secret, err = k.Persons.Ref(b.Person.Kind, value); err != nil {
				return c, err
			}
		}
	}
	if class, _ := s.Plan().Class(b.Class); class.Proof == hall.ProofStaff && c.Channel == channelStaff {
		c.Proved = true
	}
	return c, nil
}

// Where a ticket came from.
const (
	channelKiosk = "kiosk"
	channelPhone = "phone"
	channelStaff = "staff"
)

// channelOf says where a request comes from; a terminal stays one whoever is signed in beside it.
func channelOf(c door.Caller) string {
	switch {
	case c.Terminal != "" || c.Actor.Kind == hall.Terminal:
		return channelKiosk
	case c.Actor.Staff():
		return channelStaff
	}
	return channelPhone
}

// promise is the wait as told to somebody who joins a service now, nil when nothing can be said.
func (k *Kiosk) promise(s hall.State, id string, at hall.Time) *hall.Promise {
	service, known := s.Plan().Service(id)
	if !known || k.Estimate == nil {
		return nil
	}
	p, ok := k.Estimate(s, id, s.AheadOfNew(service, at), at)
	if !ok {
		return nil
	}
	return &p
}

// elderlyYears is the age from which the law calls a person elderly.
const elderlyYears = 60

// elderly is the one class whose claim an identity card can show to be true.
const elderly = "elderly"

// proves says whether an identity card with that date of birth shows that the claim of a class is true. A card says
// nothing about disability, service in the army or pregnancy: those claims go to a person.
func proves(p *hall.Plan, class string, birth hall.Date, at hall.Time) bool {
	c, known := p.Class(class)
	if !known || c.Proof != hall.ProofIDCard || c.ID != elderly || birth == 0 {
		return false
	}
	return int(p.BusinessDate(at))-int(birth) >= elderlyYears*10000
}
