// Package wait knows how long a wait will be: it learns how long each service takes and answers from the hall as it
// stands. It must never know what the clock says, who a citizen is or how an estimate is shown.
//
// What it learns are finished handlings of the last [Days] business dates, without those that were open across an outage,
// whose start was inferred or whose time is doubtful. Until a service has many, its mean leans on the plan's UsualMinutes
// and its spread on what halls usually show, both with the weight of 20 tickets.
//
// The estimate is the pooled formula: everybody who goes first, whatever the service, times the mean handling, over the
// windows that can take the service. See [Fold.Estimate].
package wait
