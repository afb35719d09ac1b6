// Package stats knows what the hall has done: exact figures of ended legs by date, hour, service, window, staff, department
// and class, folded from the events alone. It must never know who a citizen is, what the clock says or how a figure is
// shown.
//
// What is counted, and where:
//
//   - A leg counts on the business date of its ticket, in the hour of the day at which it joined (the hall's zone), for the
//     department its service belonged to then, at the window and with the staff that had it last.
//   - Issued counts tickets, so only the first leg of each; Called and Passed count legs called or passed at least once, at
//     once. Finished, Left, Abandoned and Unserved count ends. Cases belong to the service of the item, which may be
//     another than the leg's.
//   - A voided ticket stays in Issued, as its number stays used; everything else about all of its legs is taken out again.
//   - Times are of ended legs and leave out those open across an outage. Wait: legs called at least once. Way: their start
//     was recorded. Handling: finished, start recorded, time not doubtful. Stay: finished, time not doubtful. A leg whose
//     start was ever inferred stays out of way and handling for good.
//   - A handling that was handed over is one value, unless figures are asked by staff or of one person: then each person
//     has the own part, and the counts belong to the last.
//   - A finish taken back leaves the figures until the leg ends again; a correction replaces the cases.
//
// Days that can still change are kept as legs and counted when asked; a day that no command can reach any more is sealed
// into one compact table of bytes, about a dozen for each leg, and never touched again.
package stats
