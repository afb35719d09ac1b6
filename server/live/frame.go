// Package live knows how whole views, as opaque sequenced frames, get from one server to many
// sockets by topic, and it is both ends of that protocol: the hub that pushes and the dialler that
// listens. It must never know what a hall, a ticket or a window is: it imports nothing of ours.
package live

import (
	"encoding/json"
	"strconv"
	"time"
)

// stamp is the layout of every time on the wire: RFC 3339, always with milliseconds.
const stamp = "2006-01-02T15:04:05.000Z07:00"

// Frame is one whole view as it goes over the wire.
type Frame struct {
	// Seq is the journal sequence that Data shows. Within one Epoch and one connection it never falls.
	Seq uint64 `json:"seq"`
	// Epoch names the life of the journal; sequences of two epochs cannot be compared.
	Epoch string `json:"epoch"`
	// Build names the program that sent the frame; a page reloads itself when it changes.
	Build string `json:"build"`
	// View is the kind of view, as the client asked for it.
	View string `json:"view"`
	// At is when the frame was made, in the hall's zone, to the millisecond.
	At time.Time `json:"at"`
	// Data is the view itself, a JSON value that this package never looks into.
	Data json.RawMessage `json:"data"`
}

// MarshalJSON writes the frame exactly as the hub sends it; encoding/json alone would drop the
// trailing zeros of the milliseconds.
func (f Frame) MarshalJSON() ([]byte, error) {
	return newEnvelope(f.Epoch, f.Build, f.View).wrap(f.Seq, f.At, f.Data), nil
}

// envelope holds the parts of a frame that are the same for every frame of a topic, ready encoded.
type envelope struct{ middle []byte }

func newEnvelope(epoch, build, view string) envelope {
	var b []byte
	b = append(b, `,"epoch":`...)
	b = append(b, quote(epoch)...)
	b = append(b, `,"build":`...)
	b = append(b, quote(build)...)
	b = append(b, `,"view":`...)
	b = append(b, quote(view)...)
	return envelope{middle: append(b, `,"at":"`...)}
}

// quote cannot fail: encoding/json replaces what is not UTF-8 and knows no other trouble with strings.
func quote(s string) []byte {
	b, _ := json.Marshal(s)
	return b
}

func (e envelope) wrap(seq uint64, at time.Time, data []byte) []byte {
	if len(data) == 0 {
		data = []byte("null")
	}
	b := make([]byte, 0, len(e.middle)+len(data)+len(stamp)+48)
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, e.middle...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `","data":`...)
	b = append(b, data...)
	return append(b, '}')
}
