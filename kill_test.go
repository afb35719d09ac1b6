package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// acknowledged is a ticket that a kiosk was answered for.
type acknowledged struct {
	key, id, number string
	body            []byte
}

// crowd is 64 kiosks that take tickets until the program goes away under them, and remember what they were answered.
type crowd struct {
	service string
	mu      sync.Mutex
	acked   map[string]acknowledged // by key
	tried   []string                // keys, answered or not
	checked int                     // of them in earlier rounds
}

// TestKill kills the program at random moments under 64 clients, again and again on one data folder: nothing that was
// answered is lost, nothing is doubled, numbers have no gaps, and a repeated key is answered with the same bytes.
func TestKill(t *testing.T) {
	rounds := 2
	if n, err := strconv.Atoi(os.Getenv("JIAOHAO_KILLS")); err == nil {
		rounds = n
	}
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	c := &crowd{service: firstService(t, p), acked: map[string]acknowledged{}}
	for round := range rounds {
		c.run(t, p, round, time.Duration(50+rand.IntN(350))*time.Millisecond)
		p = startProcess(t, data, "127.0.0.1:0")
		c.repeat(t, p, c.tried[c.checked:])
		c.checked = len(c.tried)
		checkNumbers(t, p, len(c.tried))
	}
	c.checkAcknowledged(t, p)
	p.stop(t)
	t.Logf("%d kills, %d keys tried, %d tickets", rounds, len(c.tried), len(c.acked))
	if code := run(t.Context(), []string{"journal", "verify"}, append(os.Environ(), "JIAOHAO_DATA="+data), os.Stderr, os.Stderr); code != 0 {
		t.Error("the chain is not whole after all the kills")
	}
}

func firstService(t *testing.T, p *process) string {
	t.Helper()
	var h struct {
		Services []struct {
			ID        string
			Open      bool
			QuotaLeft *int
		}
	}
	client{base: p.Base}.must(t, "GET", "/api/v1/hall", nil).into(t, &h)
	for _, s := range h.Services {
		if s.Open && s.QuotaLeft == nil {
			return s.ID
		}
	}
	t.Fatal("no service is open")
	return ""
}

func (c *crowd) run(t *testing.T, p *process, round int, life time.Duration) {
	var wg sync.WaitGroup
	for k := range 64 {
		wg.Go(func() {
			for n := 0; ; n++ {
				if !c.take(p, fmt.Sprintf("r%d-k%d-n%d", round, k, n)) {
					return
				}
			}
		})
	}
	time.Sleep(life)
	p.kill(t)
	wg.Wait()
}

// take asks for a ticket and tells whether the program still answers.
func (c *crowd) take(p *process, key string) bool {
	c.mu.Lock()
	c.tried = append(c.tried, key)
	c.mu.Unlock()
	r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", key, map[string]string{"service": c.service})
	if err != nil || r.status != 201 {
		return false
	}
	c.note(key, r)
	return true
}

func (c *crowd) note(key string, r reply) {
	id, number := field(r.body, `"id":"`), field(r.body, `"number":"`)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked[key] = acknowledged{key, id, number, r.body}
}

func field(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	if !found {
		return ""
	}
	return string(value)
}

// checkAcknowledged asks for every ticket of every round.
func (c *crowd) checkAcknowledged(t *testing.T, p *process) {
	t.Helper()
	for _, a := range c.acked {
		r, err := client{base: p.Base}.do("GET", "/api/v1/tickets/"+a.id, "", nil)
		if err != nil || r.status != 200 || field(r.body, `"number":"`) != a.number {
			t.Fatalf("%s was answered for %s and is now %d %s (%v)", a.number, a.key, r.status, r.body, err)
		}
	}
}

// repeat sends requests again: answered ones give the same bytes, the others their one ticket.
func (c *crowd) repeat(t *testing.T, p *process, keys []string) {
	t.Helper()
	for _, key := range keys {
		r, err := client{base: p.Base}.do("POST", "/api/v1/tickets", key, map[string]string{"service": c.service})
		if err != nil || r.status != 201 {
			t.Fatalf("repeating %s: %v %d %s", key, err, r.status, r.body)
		}
		if a, answered := c.acked[key]; answered && (!bytes.Equal(a.body, r.body) || r.header.Get("Idempotency-Replayed") != "true") {
			t.Fatalf("%s was answered\n%s and is now answered\n%s", key, a.body, r.body)
		}
		c.note(key, r)
	}
}

// checkNumbers reads all tickets of the day as the supervisor: as many as were asked for, from 1 without a gap, none twice.
func checkNumbers(t *testing.T, p *process, want int) {
	t.Helper()
	boss, seen, next := p.signedIn(t, "8001"), map[string]bool{}, ""
	for {
		var page struct {
			Items []struct{ Number string }
			Next  string
		}
		boss.must(t, "GET", "/api/v1/tickets?limit=200&cursor="+next, nil).into(t, &page)
		for _, item := range page.Items {
			if seen[item.Number] {
				t.Fatalf("%s is there twice", item.Number)
			}
			seen[item.Number] = true
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if len(seen) != want {
		t.Fatalf("%d tickets for %d requests", len(seen), want)
	}
	for number := range seen {
		prefix := number[:len(number)-3]
		for len(prefix) > 0 && prefix[len(prefix)-1] <= '9' {
			prefix = prefix[:len(prefix)-1]
		}
		for n := 1; n <= want; n++ {
			if !seen[fmt.Sprintf("%s%03d", prefix, n)] {
				t.Fatalf("%s%03d was skipped", prefix, n)
			}
		}
		return
	}
}
