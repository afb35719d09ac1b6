package live

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// keeper is the goroutine that asks clients for a sign of life and callers whether they still allow
// them. It is apart from the pump because that question may take its time.
type keeper struct {
	hub  *Hub
	list []*socket
}

func (k *keeper) run() {
	defer k.hub.running.Done()
	ping, err := websocket.NewPreparedMessage(websocket.PingMessage, nil)
	if err != nil {
		k.hub.cfg.Log.Error("no pings", "err", err)
		return
	}
	tick := time.NewTicker(min(time.Second, k.hub.cfg.Ping/4, k.hub.cfg.Recheck/4))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			k.round(now, ping)
		case <-k.hub.stop:
			return
		}
	}
}

func (k *keeper) round(now time.Time, ping *websocket.PreparedMessage) {
	k.list = k.hub.door.all(k.list[:0])
	for _, s := range k.list {
		if !now.Before(s.nextPing) && s.ping(ping) {
			s.nextPing = now.Add(k.hub.cfg.Ping)
		}
		if !now.Before(s.nextCheck) {
			s.nextCheck = now.Add(k.hub.cfg.Recheck)
			k.hub.recheck(s)
		}
	}
	clear(k.list)
}

// recheck closes a socket whose caller no longer allows it. When the caller cannot say, the client has
// to come again through the front door.
func (h *Hub) recheck(s *socket) {
	if s.sub.Recheck == nil {
		return
	}
	reason, cut, err := ask(s.sub.Recheck)
	if err != nil {
		h.cfg.Log.Error("socket not rechecked", "topic", s.sub.Topic.View, "err", err)
		reason, cut = Restarting, true
	}
	if cut {
		s.goodbye(cmp.Or(reason, SessionEnded))
	}
}

func ask(f func() (CloseReason, bool)) (reason CloseReason, cut bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("live: recheck panicked: %v", p)
		}
	}()
	reason, cut = f()
	return reason, cut, nil
}
