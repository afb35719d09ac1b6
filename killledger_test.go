package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// ledger is what clients were told, kept on their side of the wire.
type ledger struct {
	mu       sync.Mutex
	services []string
	tickets  map[string]*told // by number
	touched  map[string]*told // since the last kill
	answered []*request       // since the last kill
	open     []*request       // sent and not answered
	closed   bool             // a day was closed: who waited may be unserved
	broken   error            // the first contradiction

	answers, repeated, unsure, issued, calls, cancels, days int
}

// told is one ticket as its holder and the staff were told of it.
type told struct {
	number, id string
	stage      stage
	cancelled  bool
}

// stage is how far a ticket has come.
type stage int

const (
	waits stage = iota
	called
	served
	finished
)

var stageNames = [...]string{"waiting", "called", "serving", "finished"}

// request is something a client wants, with the key under which it may ask again.
type request struct {
	client
	path, key string
	body      any
	then      func(reply) // holds the ledger
	was       reply
}

func (l *ledger) begin(services []string) {
	l.services, l.tickets, l.touched, l.answered, l.open, l.closed = services, map[string]*told{}, map[string]*told{}, nil, nil, false
}

// contradicts notes the first thing that cannot be true.
func (l *ledger) contradicts(format string, args ...any) {
	if l.broken == nil {
		l.broken = fmt.Errorf(format, args...)
	}
}

// send asks and tells whether there was an answer.
func (l *ledger) send(base string, r *request) bool {
	r.base = base
	got, err := r.do("POST", r.path, r.key, r.body)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || got.status >= 500 {
		l.open = append(l.open, r)
		l.unsure++
		return false
	}
	l.answers++
	r.was = got
	r.then(got)
	l.answered = append(l.answered, r)
	return true
}

// of finds a ticket, which may be called before its holder was answered.
func (l *ledger) of(number string) *told {
	x, known := l.tickets[number]
	if !known {
		x = &told{number: number}
		l.tickets[number] = x
	}
	l.touched[number] = x
	return x
}

// issue notes the answer to a kiosk.
func (l *ledger) issue(r reply) *told {
	if r.status != 201 {
		l.refused(r, "service_closed")
		return nil
	}
	x := l.of(field(r.body, `"number":"`))
	if x.id != "" {
		l.contradicts("%s was given twice", x.number)
	}
	x.id = field(r.body, `"id":"`)
	l.issued++
	return x
}

// refused: a refusal must be one that the load can lead to.
func (l *ledger) refused(r reply, allowed ...string) {
	code := field(r.body, `"code":"`)
	for _, a := range allowed {
		if code == a {
			return
		}
	}
	l.contradicts("unexpected: %d %s", r.status, r.body)
}

// repeat sends requests again that were answered: accepted ones are answered as before.
func (l *ledger) repeat(base string, r *request) {
	r.base = base
	got, err := r.do("POST", r.path, r.key, r.body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repeated++
	same := got.status == r.was.status && field(got.body, `"number":"`) == field(r.was.body, `"number":"`)
	if r.path == "/api/v1/tickets" {
		same = same && bytes.Equal(got.body, r.was.body)
	}
	if err != nil || !same || got.header.Get("Idempotency-Replayed") != "true" {
		l.contradicts("%s %s was answered\n%d %s\nand is now answered (%v)\n%d %s", r.path, r.key, r.was.status, r.was.body, err, got.status, got.body)
	}
}

// look compares one ticket with what was told of it.
func (l *ledger) look(base string, x *told) {
	r, err := client{base: base}.do("GET", "/api/v1/tickets/"+x.id, "", nil)
	state := field(r.body, `"state":"`)
	l.mu.Lock()
	defer l.mu.Unlock()
	want := stageNames[x.stage]
	if x.cancelled {
		want = "cancelled"
	}
	unserved := l.closed && state == "unserved" && x.stage <= called && !x.cancelled
	if err != nil || r.status != 200 || field(r.body, `"number":"`) != x.number || state != want && !unserved {
		l.contradicts("%s (%q) should be %s and is %d %s (%v)", x.number, x.id, want, r.status, r.body, err)
	}
}

// compareAll reads the whole day as the supervisor: what is there is what was told, from 1 without a gap.
func (l *ledger) compareAll(t *testing.T, p *process) {
	t.Helper()
	there, next := map[string]int{}, ""
	boss := p.signedIn(t, "8001")
	for {
		var page struct {
			Items []struct{ Number string }
			Next  string
		}
		boss.must(t, "GET", "/api/v1/tickets?limit=200&cursor="+next, nil).into(t, &page)
		for _, item := range page.Items {
			there[item.Number]++
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if err := l.same(there); err != nil {
		t.Fatal(err)
	}
}

var numberParts = regexp.MustCompile(`^([A-Z]+)(\d+)$`)

// same compares the numbers that are there with those that were told, and looks for gaps.
func (l *ledger) same(there map[string]int) error {
	highest, count := map[string]int{}, map[string]int{}
	for number, times := range there {
		if l.tickets[number] == nil || times != 1 {
			return fmt.Errorf("doubled: %s is there %d times, told: %v", number, times, l.tickets[number])
		}
		parts := numberParts.FindStringSubmatch(number)
		n, _ := strconv.Atoi(parts[2])
		highest[parts[1]] = max(highest[parts[1]], n)
		count[parts[1]]++
	}
	for number := range l.tickets {
		if there[number] == 0 {
			return fmt.Errorf("lost: %s was told and is not there", number)
		}
	}
	for prefix, n := range highest {
		if count[prefix] != n {
			return fmt.Errorf("gap: %d numbers of %s up to %d", count[prefix], prefix, n)
		}
	}
	return nil
}

// controls proves that the comparison would see what must not be, and counts what it sees.
func (l *ledger) controls(t *testing.T) (seen int) {
	whole := map[string]int{}
	for number := range l.tickets {
		whole[number] = 1
	}
	if err := l.same(whole); err != nil {
		t.Errorf("what was told is not what was told: %v", err)
	}
	for number, held := range l.tickets {
		if parts := numberParts.FindStringSubmatch(number); parts[2] != "001" || l.tickets[parts[1]+"002"] == nil {
			continue
		}
		for what, spoil := range map[string]func(){"doubled": func() { whole[number] = 2 }, "lost": func() { delete(whole, number) },
			"gap": func() { delete(whole, number); delete(l.tickets, number) }} {
			spoil()
			if err := l.same(whole); err != nil && strings.HasPrefix(err.Error(), what) {
				seen++
			} else {
				t.Errorf("the comparison does not see what is %s: %v", what, err)
			}
			whole[number], l.tickets[number] = 1, held
		}
		break
	}
	return seen
}

func field(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	if !found {
		return ""
	}
	return string(value)
}
