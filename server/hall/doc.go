// Package hall knows the rules of the queue: what a hall is, what may happen to a ticket, who is called next and why.
// It must never know how a fact is stored, sent or shown: no clock, no randomness, no file, no network, no goroutine.
//
// The core is a function. A [Command] looks at the state and a time and answers with events or a [Refusal]; an [Event]
// carries the results and changes the state without deciding anything. The same state, command and time give the same
// events for ever, which is what makes a journal of events the whole truth about a hall.
//
// [Working] is the one mutable copy, owned by the single writer. [State] is what it publishes: immutable, cheap to take,
// safe to read from any goroutine.
package hall
