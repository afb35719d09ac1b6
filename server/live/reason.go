package live

import (
	"strconv"

	"github.com/gorilla/websocket"
)

// CloseReason is the websocket close code that tells a client why its socket was closed by the server.
type CloseReason int

// The reasons the server names. A client stops for good at SessionEnded, Revoked and Gone, waits long
// after TooMany, and connects again after every other one.
const (
	// SessionEnded: the session behind the socket is over; sign in again.
	SessionEnded CloseReason = 4401
	// Revoked: the terminal's key or the person's right to this view was taken away.
	Revoked CloseReason = 4403
	// TooSlow: the client did not take a frame within the write timeout.
	TooSlow CloseReason = 4408
	// Gone: what the view shows exists no longer.
	Gone CloseReason = 4410
	// TooMany: this address, or the server, has as many sockets as it may have.
	TooMany CloseReason = 4429
	// Restarting: the server goes down, or wants to be asked for the view anew.
	Restarting CloseReason = 1012
	// Chatty: the client kept sending although there is nothing to say.
	Chatty CloseReason = websocket.ClosePolicyViolation
)

var reasonTexts = map[CloseReason]string{
	SessionEnded: "session ended",
	Revoked:      "revoked",
	TooSlow:      "too slow",
	Gone:         "gone",
	TooMany:      "too many",
	Restarting:   "restarting",
	Chatty:       "chatty",
}

// String is the reason in words, as sent beside the code.
func (r CloseReason) String() string {
	if s, ok := reasonTexts[r]; ok {
		return s
	}
	return "close code " + strconv.Itoa(int(r))
}

// Final says whether a client closed for this reason stops instead of connecting again.
func (r CloseReason) Final() bool { return r == SessionEnded || r == Revoked || r == Gone }

func (r CloseReason) message() []byte { return websocket.FormatCloseMessage(int(r), r.String()) }
