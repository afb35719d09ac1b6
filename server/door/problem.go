package door

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/server/hall"
)

// Problem is an RFC 9457 answer: a code for machines, a sentence for people. Nothing else of an error leaves the server.
type Problem struct {
	Type   string         `json:"type" doc:"/problems/ and the code"`
	Title  string         `json:"title" doc:"What is wrong, in the caller's language"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"What would be allowed, in the caller's language"`
	Code   string         `json:"code" doc:"Stable name of the problem"`
	Params map[string]any `json:"params"`
}

// Error gives the code, for logs.
func (p *Problem) Error() string { return p.Code }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives the media type of a problem document.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders gives the code, which the log reads there, and Retry-After where the problem passes by itself.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"X-Problem": {p.Code}}
	if seconds, ok := p.Params["seconds"].(int); ok && (p.Status == 429 || p.Status == 503) {
		h.Set("Retry-After", strconv.Itoa(max(1, seconds)))
	}
	return h
}

// statuses is the one table from codes to HTTP.
var statuses = map[hall.Code]int{
	"bad_request": 400, "signed_out": 401, "bad_credentials": 401, hall.Forbidden: 403, hall.NotYourWindow: 403, hall.ClassNotAllowed: 403,
	hall.NotFound: 404, "method_not_allowed": 405, hall.WrongState: 409, hall.WindowNotOpen: 409, hall.WindowOccupied: 409,
	hall.WindowBusy: 409, hall.NothingCurrent: 409, hall.TooSoon: 409, hall.TooFewCalls: 409, hall.CallLimit: 409,
	hall.AlreadyWaiting: 409, hall.AlreadyRated: 409, hall.ChoosingNotAllowed: 409, hall.PlanInUse: 409, hall.ServiceClosed: 409,
	"gone": 410, "too_large": 413, "unsupported": 415, hall.Invalid: 422, hall.UnknownService: 422, hall.UnknownWindow: 422,
	hall.UnknownClass: 422, "bad_code": 422, hall.KeyReused: 422, "rate_limited": 429, "internal": 500, "starting": 503, "part_failed": 503, hall.JournalFull: 503,
	hall.ClockUnconfirmed: 503,
}

// Codes lists every code with its status, for the documentation and its test.
func Codes() map[hall.Code]int {
	codes := make(map[hall.Code]int, len(statuses))
	for code, status := range statuses {
		codes[code] = status
	}
	return codes
}

// Refuse turns an error into what the caller may know of it: a refusal becomes its problem document, anything else reads
// "internal" and goes to the log in full. An undecided command (http.ErrAbortHandler) has no answer at all: the connection
// is closed, as any status would sound like a yes or a no.
func Refuse(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var r *hall.Refusal
	if errors.As(err, &r) {
		return NewProblem(ctx, r.Code, r.Params)
	}
	if errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	slog.ErrorContext(ctx, "a request failed", "actor", Actor(ctx).String(), "error", err)
	return NewProblem(ctx, "internal", nil)
}

// NewProblem makes a problem document with the sentences of the caller's language, params filling their gaps.
func NewProblem(ctx context.Context, code hall.Code, params map[string]any) *Problem {
	c := Of(ctx)
	p := &Problem{Type: "/problems/" + string(code), Status: statuses[code], Code: string(code), Params: params}
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	if p.Params == nil {
		p.Params = map[string]any{}
	}
	p.Title, p.Detail = string(code), string(code)
	if c.Say != nil {
		p.Title, p.Detail = c.Say(c.Lang, string(code), p.Params)
	}
	return p
}

// The API library tells its own errors through a package variable; here they become problem documents like all others.
func init() {
	huma.NewErrorWithContext = func(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
		ctx := context.Background()
		if hc != nil {
			ctx = hc.Context()
		}
		return fromLibrary(ctx, status, errs)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return fromLibrary(context.Background(), status, errs)
	}
}

var libraryCodes = map[int]hall.Code{400: "bad_request", 404: hall.NotFound, 405: "method_not_allowed", 406: "unsupported",
	413: "too_large", 415: "unsupported", 422: hall.Invalid}

func fromLibrary(ctx context.Context, status int, errs []error) huma.StatusError {
	code, known := libraryCodes[status]
	if status == 0 { // the library only wants to see what an error looks like
		return &Problem{}
	}
	if !known {
		slog.ErrorContext(ctx, "a request failed", "actor", Actor(ctx).String(), "status", status, "errors", errors.Join(errs...))
		return NewProblem(ctx, "internal", nil)
	}
	params := map[string]any{}
	if code == hall.Invalid {
		params["pointer"] = pointer(errs)
	}
	return NewProblem(ctx, code, params)
}

// pointer names the place of the first fault as a JSON pointer into the body, or ?name for a query parameter.
func pointer(errs []error) string {
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			return pointerOf(d.ErrorDetail().Location)
		}
	}
	return ""
}

func pointerOf(location string) string {
	if name, ok := strings.CutPrefix(location, "query."); ok {
		return "?" + name
	}
	location = strings.TrimPrefix(strings.TrimPrefix(location, "body"), ".")
	if location == "" {
		return ""
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(location)
}
