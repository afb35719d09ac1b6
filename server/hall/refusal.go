package hall

import "fmt"

// Code is the stable name of a refusal, as the public contract lists them.
type Code string

// The refusals a command can meet.
const (
	NotFound           Code = "not_found"
	Forbidden          Code = "forbidden"
	NotYourWindow      Code = "not_your_window"
	ClassNotAllowed    Code = "class_not_allowed"
	WrongState         Code = "wrong_state"
	WindowNotOpen      Code = "window_not_open"
	WindowOccupied     Code = "window_occupied"
	WindowBusy         Code = "window_busy"
	NothingCurrent     Code = "nothing_current"
	TooSoon            Code = "too_soon"
	TooFewCalls        Code = "too_few_calls"
	CallLimit          Code = "call_limit"
	AlreadyWaiting     Code = "already_waiting"
	AlreadyRated       Code = "already_rated"
	ChoosingNotAllowed Code = "choosing_not_allowed"
	PlanInUse          Code = "plan_in_use"
	ServiceClosed      Code = "service_closed"
	Invalid            Code = "invalid"
	UnknownService     Code = "unknown_service"
	UnknownWindow      Code = "unknown_window"
	UnknownClass       Code = "unknown_class"
	ClockUnconfirmed   Code = "clock_unconfirmed"
	KeyReused          Code = "key_reused"
	JournalFull        Code = "journal_full"
)

// The reasons of [ServiceClosed].
const (
	ReasonBeforeHours = "before_hours"
	ReasonLunch       = "lunch"
	ReasonCutoff      = "cutoff"
	ReasonHoliday     = "holiday"
	ReasonQuota       = "quota"
	ReasonNoWindow    = "no_window"
	ReasonPaused      = "paused"
	ReasonDayNotOpen  = "day_not_open"
)

// Refusal is a command's no: a code for machines and parameters for the sentence in the person's language.
// A refused command has no effect.
type Refusal struct {
	Code   Code
	Params map[string]any
}

// Error gives the code and its parameters, for logs; persons read a sentence made from the code.
func (r *Refusal) Error() string {
	if len(r.Params) == 0 {
		return string(r.Code)
	}
	return fmt.Sprintf("%s %v", r.Code, r.Params)
}

// Refuse makes a refusal; params are name, value, name, value …
func Refuse(code Code, params ...any) *Refusal {
	r := &Refusal{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if r.Params == nil {
			r.Params = map[string]any{}
		}
		r.Params[params[i].(string)] = params[i+1]
	}
	return r
}
