package people

import "slices"

// The parts of the public shapes that people look at.

type hallView struct {
	Hall     hallInfo      `json:"hall"`
	Services []serviceView `json:"services"`
	Windows  []windowView  `json:"windows"`
	Classes  []classView   `json:"classes"`
}

type hallInfo struct {
	Date  string `json:"date"`
	Now   string `json:"now"`
	Phase string `json:"phase"`
}

type serviceView struct {
	ID           string `json:"id"`
	Open         bool   `json:"open"`
	ClosedReason string `json:"closedReason"`
}

type windowView struct {
	ID       string   `json:"id"`
	State    string   `json:"state"`
	Services []string `json:"services"`
}

type classView struct {
	ID            string `json:"id"`
	CreditMinutes int    `json:"creditMinutes"`
	Proof         string `json:"proof"`
}

// ticketView is a ticket as either its holder or staff see it.
type ticketView struct {
	ID           string        `json:"id"`
	Number       string        `json:"number"`
	Date         string        `json:"date"`
	Service      string        `json:"service"`
	Class        string        `json:"class"`
	Claimed      string        `json:"claimed"`
	State        string        `json:"state"`
	Leg          int           `json:"leg"`
	ExpectedWait *expectedView `json:"expectedWait"`
}

type expectedView struct {
	Seconds int `json:"seconds"`
}

type ticketList struct {
	Items []ticketView `json:"items"`
	Next  string       `json:"next"`
}

type statsView struct {
	Rows []struct {
		By     map[string]string `json:"by"`
		Issued int               `json:"issued"`
	} `json:"rows"`
}

// windowsOf counts the windows that offer a service.
func (h *hallView) windowsOf(service string) int {
	n := 0
	for _, w := range h.Windows {
		if slices.Contains(w.Services, service) {
			n++
		}
	}
	return n
}

func (h *hallView) class(id string) (classView, bool) {
	for _, c := range h.Classes {
		if c.ID == id {
			return c, true
		}
	}
	return classView{}, false
}

func (h *hallView) offers(id string) bool {
	return slices.ContainsFunc(h.Services, func(s serviceView) bool { return s.ID == id })
}
