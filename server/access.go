package server

import (
	"fmt"
	"slices"

	"jiaohao/server/auth"
)

// Who is a set of those who may use a route.
type Who uint16

// The callers a route can be open to. Anybody needs nothing; Holder is whoever knows a ticket's secret id, which is in the
// path; the others are enrolled terminals and staff.
const (
	Anybody Who = 1 << iota
	Holder
	Kiosk
	Board
	Pad
	CallPad
	Staff // any member of staff
	Lead
	Supervisor
	Administrator
	Local // a program on this machine, or one with the metrics token
)

const anyTerminal = Kiosk | Board | Pad | CallPad

// Access is the one table of routes: who may use what. A route that is not in it cannot be mounted.
var Access = map[string]Who{
	"GET /{$}": Anybody, "GET /healthz": Anybody, "GET /metrics": Local, "GET /ca.crt": Anybody, "GET /favicon.ico": Anybody,
	"GET /assets/": Anybody, "GET /home/page/": Anybody, "GET /enrol/{code}": Anybody, "POST /enrol/{code}": Anybody,
	"GET /setup": Anybody, "POST /setup": Anybody,
	"GET /problems/{code}": Anybody, "GET /api/v1/openapi.json": Anybody,

	"GET /kiosk": Anybody, "GET /kiosk/page/": Kiosk, "GET /kiosk/page/{$}": Kiosk, "GET /t/{id}": Holder, "POST /t/{id}": Holder, "GET /kiosk/phone/": Anybody,
	"GET /display": Anybody, "GET /display/page/": Board, "GET /display/page/{$}": Board, "GET /display/plain": Board,
	"GET /counter": Anybody, "GET /counter/page/": Anybody, "GET /counter/page/{$}": Anybody,
	"GET /supervisor": Anybody, "GET /supervisor/page/": Anybody, "GET /supervisor/page/{$}": Anybody,

	"GET /api/v1/hall": Anybody, "GET /api/v1/live": Anybody, // each view has its own row below
	"POST /api/v1/tickets": Kiosk | Staff, "GET /api/v1/tickets/{id}": Holder,
	"GET /api/v1/tickets/{id}/slip.pdf": Holder, "GET /api/v1/tickets/{id}/slip.png": Holder, "GET /api/v1/tickets/{id}/qr.png": Holder,
	"POST /api/v1/tickets/{id}/cancel": Holder, "POST /api/v1/tickets/{id}/defer": Holder, "POST /api/v1/tickets/{id}/return": Holder,
	"POST /api/v1/tickets/{id}/rating": Holder, "POST /api/v1/tickets/{id}/complaint": Holder,
	"POST /api/v1/tickets/{id}/printed": Kiosk, "POST /api/v1/tickets/{id}/unprinted": Kiosk,

	"POST /api/v1/session": Anybody, "GET /api/v1/session": Staff, "DELETE /api/v1/session": Staff,

	"GET /api/v1/accounts": Administrator, "POST /api/v1/accounts/{staff}/password": Staff, // one's own; an administrator anybody's
	"DELETE /api/v1/accounts/{staff}/sessions": Staff,

	"POST /api/v1/windows/{window}/open": Staff, "POST /api/v1/windows/{window}/pause": Staff, "POST /api/v1/windows/{window}/resume": Staff,
	"POST /api/v1/windows/{window}/close": Staff, "POST /api/v1/windows/{window}/next": Staff, "POST /api/v1/windows/{window}/recall": Staff,
	"POST /api/v1/windows/{window}/start": Staff, "POST /api/v1/windows/{window}/pass": Staff, "POST /api/v1/windows/{window}/park": Staff,
	"POST /api/v1/windows/{window}/uncall": Staff, "POST /api/v1/windows/{window}/left": Staff, "POST /api/v1/windows/{window}/finish": Staff,
	"POST /api/v1/windows/{window}/unpark": Staff, "POST /api/v1/windows/{window}/transfer": Staff, "POST /api/v1/windows/{window}/call": Staff,
	"POST /api/v1/windows/{window}/leg": Staff, "POST /api/v1/windows/{window}/reopen": Staff, "POST /api/v1/windows/{window}/abandon": Staff,
	"POST /api/v1/windows/{window}/handover": Staff, "GET /api/v1/windows/{window}/places": Staff, "POST /api/v1/windows/{window}/release": Supervisor | Administrator,
	"POST /api/v1/tickets/by-number/{number}/reclassify": Staff, "POST /api/v1/tickets/by-number/{number}/void": Staff,
	"POST /api/v1/tickets/by-number/{number}/correct": Staff, "POST /api/v1/tickets/by-number/{number}/return": Staff,

	"POST /api/v1/day/open": Supervisor | Administrator, "POST /api/v1/day/close": Supervisor | Administrator,
	"POST /api/v1/clock/confirm":     Supervisor | Administrator,
	"GET /api/v1/day/{date}/closing": Supervisor | Administrator, "GET /api/v1/day/{date}/closing.pdf": Supervisor | Administrator,
	"GET /api/v1/tickets": Supervisor | Administrator, "GET /api/v1/stats": Staff, "GET /api/v1/stats.csv": Staff, "GET /api/v1/staff": Supervisor | Administrator,
	"GET /api/v1/terminals": Administrator, "POST /api/v1/terminals": Administrator, "DELETE /api/v1/terminals/{name}": Administrator,
	"POST /api/v1/terminals/{name}/rename": Administrator, "POST /api/v1/terminals/pair": Administrator,
	"POST /api/v1/terminals/pair/{id}/confirm": Administrator, "POST /api/v1/terminals/pair/{id}/refuse": Administrator,
	"POST /api/v1/pairing": Anybody, "POST /api/v1/pairing/poll": Anybody, "GET /pairing/page/": Anybody,

	"LIVE kiosk": Anybody | Kiosk, "LIVE display": Board, "LIVE ticket": Holder, "LIVE counter": Staff, "LIVE supervisor": Board | Supervisor | Administrator,
}

// accessOf gives who may use a route; a missing row is a mistake of the program.
func accessOf(pattern string) Who {
	who, listed := Access[pattern]
	if !listed {
		panic(fmt.Sprintf("server: nobody has said who may use %q: add it to the table Access", pattern))
	}
	return who
}

var terminalRoles = map[auth.Role]Who{auth.Kiosk: Kiosk, auth.Board: Board, auth.Pad: Pad, auth.CallPad: CallPad}

// allowsStaff reports whether roles are enough for a route.
func (w Who) allowsStaff(roles []auth.Role) bool {
	return w&Staff != 0 || w&Lead != 0 && slices.Contains(roles, auth.Lead) ||
		w&Supervisor != 0 && slices.Contains(roles, auth.Supervisor) || w&Administrator != 0 && slices.Contains(roles, auth.Administrator)
}
