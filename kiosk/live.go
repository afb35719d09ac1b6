package kiosk

import (
	"context"
	"encoding/json"
	"net/url"

	"jiaohao/server/hall"
	"jiaohao/server/live"
	"jiaohao/server/public"
)

// Order in which views that are due together are made: kiosks after the boards, phones last.
const (
	rankKiosk = 5
	rankPhone = 9
)

// Views gives the live views of the slice: kiosk for everybody, ticket for its holder.
func (k *Kiosk) Views() map[string]func(ctx context.Context, q url.Values) (live.Topic, error) {
	return map[string]func(context.Context, url.Values) (live.Topic, error){"kiosk": k.hallTopic, "ticket": k.ticketTopic}
}

func (k *Kiosk) hallTopic(ctx context.Context, _ url.Values) (live.Topic, error) {
	if _, err := k.state(ctx); err != nil {
		return live.Topic{}, err
	}
	return live.Topic{Key: "kiosk", View: "kiosk", Rank: rankKiosk, Render: func() (uint64, []byte, uint64, error) {
		s := k.Desk.State()
		data, err := json.Marshal(k.view(s))
		return s.Seq(), data, 1, err
	}}, nil
}

// TicketView is what a holder's phone shows, pushed whenever it changes.
type TicketView struct {
	Ticket  public.HoldersTicket `json:"ticket"`
	Windows []public.Window      `json:"windows"`
	Paused  bool                 `json:"paused,omitempty"` // the hall can record nothing: nobody is called
}

// ticketTopic names the topic by the ticket's public reference: topics are named in logs. A topic outlives its request by
// hours, so that nothing of the request, nor of the state at that time, may stay in it.
func (k *Kiosk) ticketTopic(ctx context.Context, q url.Values) (live.Topic, error) {
	_, t, err := k.find(ctx, q.Get("id"))
	if err != nil {
		return live.Topic{}, err
	}
	id := t.ID
	return live.Topic{Key: "ticket:" + t.Ref(), View: "ticket", Rank: rankPhone, Render: func() (uint64, []byte, uint64, error) {
		s, t, err := k.find(context.Background(), id)
		if err != nil {
			return 0, nil, 0, live.ErrGone
		}
		data, err := json.Marshal(k.ticketView(s, t, k.Now()))
		return s.Seq(), data, t.Leg().CallID + 1, err
	}}, nil
}

func (k *Kiosk) ticketView(s hall.State, t hall.Ticket, at hall.Time) TicketView {
	v := TicketView{Ticket: k.ticket(s, t, at), Windows: []public.Window{}, Paused: k.FullSince() != 0}
	for _, id := range watched(s, t.Leg()) {
		w, _ := s.Plan().Window(id)
		view := public.WindowOf(s, w, at)
		view.Services, view.Waiting = []string{}, 0
		v.Windows = append(v.Windows, view)
	}
	return v
}

// watched lists the windows at which a waiting leg may be called: the one it is bound to, or the open ones of its service,
// or all of them while none is open.
func watched(s hall.State, l *hall.Leg) []string {
	if l.Target.Window != "" {
		return []string{l.Target.Window}
	}
	if post, sits := s.PostOf(l.Target.Staff); sits && l.Target.Staff != "" {
		return []string{post.Window}
	}
	all := s.Plan().WindowsOf(l.Service)
	open := make([]string, 0, len(all))
	for _, w := range all {
		if s.Post(w).State == hall.PostOpen {
			open = append(open, w)
		}
	}
	if len(open) == 0 {
		return all
	}
	return open
}
