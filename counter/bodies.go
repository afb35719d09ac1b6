package counter

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/hall"
)

// atWindow is a request to a window that needs no words.
type atWindow struct {
	Window string `path:"window" maxLength:"32" doc:"Id of the window"`
	Body   *Nothing
}

// told is a request to a window that says something.
type told[B any] struct {
	Window string `path:"window" maxLength:"32" doc:"Id of the window"`
	Body   B
}

// may is a request to a window that can say something.
type may[B any] struct {
	Window string `path:"window" maxLength:"32" doc:"Id of the window"`
	Body   *B
}

// about is a request to a ticket by its number.
type about[B any] struct {
	Number string `path:"number" maxLength:"16" doc:"Number of today's ticket, for instance A001"`
	Body   B
}

// Nothing is the body of a command that needs none.
type Nothing struct{}

// PauseBody says why a window pauses.
type PauseBody struct {
	Reason  string `json:"reason" maxLength:"32" doc:"One of the plan's reasons"`
	Minutes int    `json:"minutes,omitempty" minimum:"0" maximum:"480" doc:"Expected length; absent = unknown"`
}

// CloseBody says what becomes of the parked tickets of a closing window.
type CloseBody struct {
	HandTo  string `json:"handTo,omitempty" maxLength:"32" doc:"Window that takes the parked tickets; absent = whichever offers their service"`
	Confirm bool   `json:"confirm,omitempty" doc:"Although it is the last window of a service with people waiting"`
}

// HandOverBody names who takes a window over.
type HandOverBody struct {
	Staff string `json:"staff" maxLength:"32"`
}

// FinishItem is one thing done in a handling.
type FinishItem struct {
	Service string `json:"service,omitempty" maxLength:"32" doc:"Absent = the ticket's"`
	Outcome string `json:"outcome,omitempty" maxLength:"32" doc:"Absent = the plan's usual one" enum:"accepted,completed,advised,returned,refused"`
	Cases   int    `json:"cases,omitempty" minimum:"1" maximum:"50" doc:"Absent = 1"`
	CaseNo  string `json:"caseNo,omitempty" maxLength:"64"`
}

// FinishBody says what was done: one outcome, or several items.
type FinishBody struct {
	Outcome string       `json:"outcome,omitempty" maxLength:"32" doc:"Absent = the plan's usual one" enum:"accepted,completed,advised,returned,refused"`
	Cases   int          `json:"cases,omitempty" minimum:"1" maximum:"50" doc:"Absent = 1"`
	Items   []FinishItem `json:"items,omitempty" nullable:"false" maxItems:"20" doc:"Instead of outcome and cases"`
	Confirm bool         `json:"confirm,omitempty" doc:"An unusually long handling is right"`
}

func (f FinishBody) command(window string) (hall.Finish, error) {
	if len(f.Items) > 0 && (f.Outcome != "" || f.Cases != 0) {
		return hall.Finish{}, hall.Refuse(hall.Invalid, "pointer", "/items", "reason", "items stand instead of outcome and cases")
	}
	return hall.Finish{Window: window, Items: itemsOf(f.Items), Outcome: f.Outcome, Cases: f.Cases, Confirm: f.Confirm}, nil
}

func itemsOf(said []FinishItem) []hall.Item {
	items := make([]hall.Item, 0, len(said))
	for _, i := range said {
		items = append(items, hall.Item{Service: i.Service, Outcome: i.Outcome, Cases: i.Cases, CaseNo: i.CaseNo})
	}
	return items
}

// NextBody says what happened to the current ticket before the next one is called.
type NextBody struct {
	Current *Current `json:"current,omitempty"`
}

// Current is what happened to the current ticket: {"finish": …} or the word "pass".
type Current struct {
	Finish *FinishBody `json:"finish,omitempty"`
	Pass   bool        `json:"-"`
}

var errCurrent = errors.New(`current is "pass" or {"finish": {…}}`)

// UnmarshalJSON reads either form.
func (c *Current) UnmarshalJSON(data []byte) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte(`"pass"`)) {
		c.Pass = true
		return nil
	}
	var said struct {
		Finish *FinishBody `json:"finish"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	if said.Finish == nil {
		return errCurrent
	}
	c.Finish = said.Finish
	return nil
}

// Schema tells the API both forms.
func (c Current) Schema(r huma.Registry) *huma.Schema {
	finish := r.Schema(reflect.TypeFor[FinishBody](), true, "FinishBody")
	object := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"finish": finish}, Required: []string{"finish"},
		AdditionalProperties: false}
	object.PrecomputeMessages()
	word := &huma.Schema{Type: huma.TypeString, Enum: []any{"pass"}}
	word.PrecomputeMessages()
	return &huma.Schema{OneOf: []*huma.Schema{word, object}}
}

func (b *NextBody) command(window string) (hall.Command, error) {
	next := hall.Next{Window: window}
	if b == nil || b.Current == nil {
		return next, nil
	}
	next.Pass = b.Current.Pass
	if b.Current.Finish != nil {
		finish, err := b.Current.Finish.command(window)
		if err != nil {
			return nil, err
		}
		next.Finish = &finish
	}
	return next, nil
}

// ParkBody says why the citizen goes away for a while.
type ParkBody struct {
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// TicketBody names a ticket of today.
type TicketBody struct {
	Ticket string `json:"ticket" maxLength:"16" doc:"Its number"`
}

// CallBody names a ticket to be called out of order.
type CallBody struct {
	Ticket string `json:"ticket" maxLength:"16" doc:"Its number"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Needed for a waiting ticket, not for one this window has passed"`
}

// LegBody names a further service for the same citizen.
type LegBody struct {
	Service string `json:"service" maxLength:"32"`
}

// TransferBody says where a ticket goes on: exactly one of service, window and staff.
type TransferBody struct {
	Ticket  string `json:"ticket,omitempty" maxLength:"16" doc:"Number of a ticket parked here; absent = the current one"`
	Service string `json:"service,omitempty" maxLength:"32"`
	Window  string `json:"window,omitempty" maxLength:"32"`
	Staff   string `json:"staff,omitempty" maxLength:"32"`
	Place   string `json:"place,omitempty" enum:"keep,end" doc:"Absent = keep"`
	Note    string `json:"note,omitempty" maxLength:"500" doc:"For the colleague"`
}

// ReasonBody says why a ticket is declared void.
type ReasonBody struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// ReturnBody may say why a ticket comes back. The rules need no reason and none is kept.
type ReturnBody struct {
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// ReclassifyBody names the class whose proof was seen.
type ReclassifyBody struct {
	Class  string `json:"class" maxLength:"32"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// CorrectBody replaces what was said of a finished handling.
type CorrectBody struct {
	Leg    int          `json:"leg,omitempty" minimum:"1" doc:"Absent = the last"`
	Items  []FinishItem `json:"items" nullable:"false" minItems:"1" maxItems:"20"`
	Reason string       `json:"reason" minLength:"1" maxLength:"500"`
}
