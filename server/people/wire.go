package people

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"
)

// Bounds of the patience with a hall that does not answer.
const (
	maxTries   = 4
	firstPause = 100 * time.Millisecond // real time; four times as long after every try
	longestLet = 5 * time.Second        // how long a Retry-After is obeyed
	maxAnswer  = 8 << 20
)

// traffic counts what all wires send.
type traffic struct{ requests, retries int }

// wire is how one person reaches the hall: with cookies, idempotency keys and retries of their own.
type wire struct {
	base    string
	client  http.Client
	key     string // beginning of the idempotency keys
	sent    int
	traffic *traffic
	signIn  func() (answer, error) // for staff; nil for citizens
	sleep   func(context.Context, time.Duration) error
}

func newWire(c Config, name string, t *traffic) *wire {
	w := &wire{base: c.Base, client: *c.Client, key: fmt.Sprintf("people-%x-%s-", c.Seed, name), traffic: t, sleep: sleep}
	w.client.Jar = nil
	return w
}

// newStaffWire is a wire whose owner signs in when the hall asks for it.
func newStaffWire(ctx context.Context, c Config, staff string, t *traffic) (*wire, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	w := newWire(c, staff, t)
	w.client.Jar = jar
	w.signIn = func() (answer, error) {
		return w.send(ctx, http.MethodPost, "/api/v1/session", map[string]string{"staff": staff, "password": c.Password})
	}
	return w, nil
}

// answer is what the hall said. Code is that of a problem, "" for a yes.
type answer struct {
	status int
	code   string
	params map[string]any
	body   []byte
}

func (a answer) ok() bool { return a.status < 300 }

// seconds is how long the hall asks to wait.
func (a answer) seconds() time.Duration {
	n, _ := a.params["seconds"].(float64)
	return time.Duration(n) * time.Second
}

// into reads the answer's body.
func (a answer) into(v any) error {
	if err := json.Unmarshal(a.body, v); err != nil {
		return fmt.Errorf("people: the hall's answer cannot be read: %w", err)
	}
	return nil
}

func (w *wire) get(ctx context.Context, path string) (answer, error) {
	return w.talk(ctx, http.MethodGet, path, nil)
}

func (w *wire) post(ctx context.Context, path string, body any) (answer, error) {
	return w.talk(ctx, http.MethodPost, path, body)
}

// talk asks, and asks again after signing in when the session has ended.
func (w *wire) talk(ctx context.Context, method, path string, body any) (answer, error) {
	a, err := w.send(ctx, method, path, body)
	if err != nil || a.code != "signed_out" || w.signIn == nil {
		return a, err
	}
	if in, err := w.signIn(); err != nil || !in.ok() {
		return in, err
	}
	return w.send(ctx, method, path, body)
}

// send asks until the hall has decided. An answer that leaves open what happened is asked for again under the same key, so
// that nothing happens twice.
func (w *wire) send(ctx context.Context, method, path string, body any) (answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, fmt.Errorf("people: %w", err)
	}
	w.sent++
	key := fmt.Sprint(w.key, w.sent)
	pause := firstPause
	for try := 1; ; try++ {
		a, err := w.once(ctx, method, path, key, raw)
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		if err == nil && a.status < 500 && a.status != http.StatusTooManyRequests {
			return a, nil
		}
		if try == maxTries {
			return a, err
		}
		w.traffic.retries++
		if err := w.sleep(ctx, max(pause, min(a.seconds(), longestLet))); err != nil {
			return a, err
		}
		pause *= 4
	}
}

func (w *wire) once(ctx context.Context, method, path, key string, raw []byte) (a answer, err error) {
	w.traffic.requests++
	req, err := http.NewRequestWithContext(ctx, method, w.base+path, bytes.NewReader(raw))
	if err != nil {
		return a, fmt.Errorf("people: %w", err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
	} else {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	res, err := w.client.Do(req)
	if err != nil {
		return a, fmt.Errorf("people: the hall does not answer: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	a.status = res.StatusCode
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer)); err != nil {
		return a, fmt.Errorf("people: the hall's answer broke off: %w", err)
	}
	a.readProblem()
	return a, nil
}

// readProblem takes the code out of a refusal; whatever else refuses is named by its status.
func (a *answer) readProblem() {
	if a.ok() {
		return
	}
	var p struct {
		Code   string         `json:"code"`
		Params map[string]any `json:"params"`
	}
	if err := json.Unmarshal(a.body, &p); err != nil || p.Code == "" {
		p.Code = fmt.Sprint("status_", a.status)
	}
	a.code, a.params = p.Code, p.Params
}

// sleep waits for real time to pass, or for the context's end.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
