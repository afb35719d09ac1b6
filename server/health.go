package server

import (
	"encoding/json"
	"net/http"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// PartFailed is the refusal of what needs a part that works again only after a restart; its param "part" names it.
const PartFailed hall.Code = "part_failed"

// accountsPart is the name of the accounts to operators: that of their file, which the manual explains.
const accountsPart = "auth.db"

// health says whether the hall does its work. A hall at night does; one whose day should have begun and has not does not yet.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if ill := s.illness(); ill != nil {
		WriteProblem(w, door.NewProblem(r.Context(), ill.Code, ill.Params))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"status": "ok", "seq": s.desk.State().Seq()}) // a client gone away needs no answer
}

// illness is why the hall does not do its work, nil if it does. What only a restart mends comes before what passes by itself.
func (s *Server) illness() *hall.Refusal {
	state := s.desk.State()
	_, open := state.Today()
	awaited := state.Awaited(max(s.desk.clock.Now(), state.At()))
	switch {
	case s.desk.FullSince() != 0:
		return hall.Refuse(hall.JournalFull, "seconds", int(fullRetry.Seconds()))
	case s.auth.Err() != nil:
		return accountsFailed()
	case state.ClockDoubt() != nil && (open || awaited):
		return hall.Refuse(hall.ClockUnconfirmed)
	case awaited || state.Plan() == nil:
		return hall.Refuse("starting", "seconds", 2)
	}
	return nil
}

func accountsFailed() *hall.Refusal { return hall.Refuse(PartFailed, "part", accountsPart) }
