package hall

// Due lists what time itself asks for at a moment, and when to look again (0 = nothing is coming). The desk submits the
// commands as [System]; each of them may still be refused.
func Due(s State, at Time) (commands []Command, next Time) {
	b := s.b
	if b.plan == nil {
		return nil, 0
	}
	if b.open {
		return b.dueToday(at)
	}
	return b.dueOpening(at)
}

func (b *book) dueToday(at Time) (commands []Command, next Time) {
	closes := b.plan.closesOn(b.today)
	if at >= closes {
		return []Command{CloseDay{}}, at
	}
	next = closes
	expire := minutes(b.plan.Rules.PassedExpireMinutes)
	if expire == 0 {
		return nil, next
	}
	for _, p := range b.windows.all() {
		for _, k := range p.Passed {
			l, _ := b.leg(k)
			if due := l.Since + expire; due <= at {
				commands = append(commands, Abandon{Ticket: k.Ticket()})
			} else {
				next = min(next, due)
			}
		}
	}
	return commands, next
}

func (b *book) dueOpening(at Time) (commands []Command, next Time) {
	date := b.plan.BusinessDate(at)
	opens, works := b.plan.opensOn(date)
	if works && date > b.today && b.doubt == nil {
		if b.awaited(at) {
			return []Command{OpenDay{}}, at
		}
		if at < opens {
			return nil, opens
		}
	}
	return nil, b.plan.endsOn(date)
}

// Awaited says whether the calendar wants a day to be open that has not begun, for instance in the first moment after a start
// in the morning, or for as long as the clock is in doubt. A day that was closed early is not awaited.
func (s State) Awaited(at Time) bool { return s.b.plan != nil && s.b.awaited(at) }

func (b *book) awaited(at Time) bool {
	date := b.plan.BusinessDate(at)
	opens, works := b.plan.opensOn(date)
	return works && date > b.today && at >= opens && at < b.plan.closesOn(date)
}
