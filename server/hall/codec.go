package hall

import (
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// Version names the rules and the format of events that this program writes. A journal written by a later one is refused.
const Version = "1"

// Header stands before every recorded event: who, and for the first event of an order what its answer was.
type Header struct {
	By     ActorKind `cbor:"1,keyasint" json:"by"`
	ByID   string    `cbor:"2,keyasint,omitempty" json:"byId,omitempty"`
	Key    string    `cbor:"3,keyasint,omitempty" json:"key,omitempty"`
	Digest []byte    `cbor:"4,keyasint,omitempty" json:"digest,omitempty"`
	Leg    LegKey    `cbor:"5,keyasint,omitzero" json:"leg,omitzero"`
	Window string    `cbor:"6,keyasint,omitempty" json:"window,omitempty"`
	None   bool      `cbor:"7,keyasint,omitempty" json:"none,omitempty"`
	More   int       `cbor:"8,keyasint,omitempty" json:"more,omitempty"` // further events of the same order
}

// Actor gives who the header names, without roles.
func (h Header) Actor() Actor { return Actor{Kind: h.By, ID: h.ByID} }

// HeaderOf gives the header of an order's i-th event out of n.
func HeaderOf(o Order, r Receipt, i, n int) Header {
	h := Header{By: o.By.Kind, ByID: o.By.ID}
	if i == 0 && o.Key != "" {
		h.Key, h.Digest, h.Leg, h.Window, h.None, h.More = o.Key, o.Digest, r.Leg, r.Window, r.None, n-1
	}
	return h
}

// private is an event with a part that lies beside the chain and can be erased: digests of documents, contacts, free text.
type private interface{ private() any }

// kinds is the table of everything that can be recorded.
var kinds = []func() Event{
	func() Event { return &Founded{} }, func() Event { return &Started{} }, func() Event { return &ClockDoubted{} },
	func() Event { return &ClockConfirmed{} }, func() Event { return &PlanSet{} }, func() Event { return &PlanScheduled{} },
	func() Event { return &DayOpened{} }, func() Event { return &DayClosed{} },
	func() Event { return &TicketIssued{} }, func() Event { return &TicketPrinted{} }, func() Event { return &TicketVoided{} },
	func() Event { return &LegCalled{} }, func() Event { return &LegRecalled{} }, func() Event { return &LegUncalled{} },
	func() Event { return &LegStarted{} }, func() Event { return &LegUnstarted{} }, func() Event { return &LegPassed{} },
	func() Event { return &LegReturned{} }, func() Event { return &LegDeferred{} }, func() Event { return &LegParked{} },
	func() Event { return &LegUnparked{} }, func() Event { return &LegEnded{} }, func() Event { return &LegReopened{} },
	func() Event { return &LegAdded{} }, func() Event { return &LegCorrected{} }, func() Event { return &LegHandedOver{} },
	func() Event { return &Reclassified{} }, func() Event { return &TargetLapsed{} },
	func() Event { return &WindowOpened{} }, func() Event { return &WindowPaused{} }, func() Event { return &WindowPausePlanned{} },
	func() Event { return &WindowResumed{} }, func() Event { return &WindowClosed{} },
	func() Event { return &Rated{} }, func() Event { return &Complained{} }, func() Event { return &PrivateErased{} },
	func() Event { return &TerminalEnrolled{} }, func() Event { return &TerminalRenamed{} }, func() Event { return &TerminalRevoked{} },
}

var makers = func() map[string]func() Event {
	table := make(map[string]func() Event, len(kinds))
	for _, make := range kinds {
		table[make().Kind()] = make
	}
	return table
}()

// Kinds lists the names of all events, sorted.
func Kinds() []string {
	names := make([]string, 0, len(makers))
	for name := range makers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var encoder = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

var decoder = func() cbor.DecMode {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxArrayElements: 1 << 24, MaxMapPairs: 1 << 16, IndefLength: cbor.IndefLengthForbidden}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// usualEvent is the room that most events take, in bytes.
const usualEvent = 256

// Encode gives the bytes of an event under its header, and of its private part (nil for none). Equal events give equal bytes.
func Encode(h Header, e Event) (chained, secret []byte, err error) {
	return AppendEvent(make([]byte, 0, usualEvent), h, e)
}

// AppendEvent is [Encode] behind what stands in buffer already, so that many events need not each have memory of their own. The
// private part always has. After an error the buffer is as it was.
func AppendEvent(buffer []byte, h Header, e Event) (longer, secret []byte, err error) {
	w := writer{b: buffer}
	h.write(&w)
	if quick, ok := e.(written); ok {
		quick.write(&w)
	} else {
		body, err := encoder.Marshal(e)
		if err != nil {
			return buffer, nil, fmt.Errorf("encoding %s: %w", e.Kind(), err)
		}
		w.b = append(w.b, body...)
	}
	if p, ok := e.(private); ok {
		if part := p.private(); part != nil {
			if secret, err = encoder.Marshal(part); err != nil {
				return buffer, nil, fmt.Errorf("encoding the private part of %s: %w", e.Kind(), err)
			}
		}
	}
	return w.b, secret, nil
}

// Decode reads what [Encode] wrote. An unknown kind or field is an error: it comes from a later version.
func Decode(kind string, chained []byte) (Header, Event, error) {
	return new(Decoder).Decode(kind, chained)
}

// Decoder decodes many events, and lets them share the texts that they have in common. The zero value keeps none. It is not
// safe for concurrent use.
type Decoder struct{ words map[string]string }

// NewDecoder gives a decoder that keeps common texts.
func NewDecoder() *Decoder { return &Decoder{words: map[string]string{}} }

// Decode is the function [Decode].
func (d *Decoder) Decode(kind string, chained []byte) (Header, Event, error) {
	maker, known := makers[kind]
	if known {
		if e, ok := maker().(swift); ok {
			if h, read := d.quickly(chained, e); read {
				return h, e, nil
			}
		}
	}
	return decodeByLibrary(kind, maker, chained)
}

// quickly reads an event without the library; false where that has to look.
func (d *Decoder) quickly(chained []byte, e swift) (h Header, read bool) {
	q := &quick{b: chained, words: d.words}
	q.fields(h.quick)
	q.fields(e.quick)
	return h, !q.bad && len(q.b) == 0
}

func decodeByLibrary(kind string, maker func() Event, chained []byte) (Header, Event, error) {
	var h Header
	rest, err := decoder.UnmarshalFirst(chained, &h)
	if err != nil {
		return h, nil, fmt.Errorf("reading the header of a %s: %w", kind, err)
	}
	if maker == nil {
		return h, nil, fmt.Errorf("events of kind %q are unknown to version %s of the rules", kind, Version)
	}
	e := maker()
	if err := decoder.Unmarshal(rest, e); err != nil {
		return h, nil, fmt.Errorf("reading a %s: %w", kind, err)
	}
	return h, e, nil
}

// Secret is the private part of any event, as far as it was given. It is never part of the state.
type Secret struct {
	Kind   string `cbor:"1,keyasint,omitempty" json:"kind,omitempty"`   // of a person's document: idcard or phone
	Digest []byte `cbor:"2,keyasint,omitempty" json:"digest,omitempty"` // keyed digest of it
	Masked string `cbor:"3,keyasint,omitempty" json:"masked,omitempty"`
	Name   string `cbor:"4,keyasint,omitempty" json:"name,omitempty"` // masked
	Text   string `cbor:"5,keyasint,omitempty" json:"text,omitempty"`
	Phone  string `cbor:"6,keyasint,omitempty" json:"phone,omitempty"`
}

func (s *Secret) part() any {
	if s == nil || s.empty() {
		return nil
	}
	return s
}

// IsZero reports whether nothing was given.
func (s Secret) IsZero() bool { return s.empty() }

func (s *Secret) empty() bool {
	return s.Kind == "" && len(s.Digest) == 0 && s.Masked == "" && s.Name == "" && s.Text == "" && s.Phone == ""
}

// DecodeSecret reads a private part.
func DecodeSecret(bytes []byte) (Secret, error) {
	var s Secret
	if err := decoder.Unmarshal(bytes, &s); err != nil {
		return s, fmt.Errorf("reading a private part: %w", err)
	}
	return s, nil
}

func textSecret(text string) *Secret {
	if text == "" {
		return nil
	}
	return &Secret{Text: text}
}
