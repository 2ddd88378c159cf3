package cx

import "time"

// What is kept of when an employee answered is the week; their figures are of closed months.

// Week gives noon (UTC) of the Monday of a moment's week: one day of the week in every time zone but the easternmost.
func Week(t time.Time) time.Time {
	t = t.UTC()
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 12, 0, 0, 0, time.UTC)
}

// Closes gives the moment from which figures may show an employee's answer: the first Monday at noon at least six days
// after the month of its Monday. The answer changes no more from then on.
func Closes(at time.Time) time.Time {
	w := Week(at)
	next := time.Date(w.Year(), w.Month()+1, 1, 12, 0, 0, 0, time.UTC)
	return Week(next.AddDate(0, 0, 12))
}

// Shows gives the moment from which figures may show an employee's answer that came in a week: with its month, or with all
// that came as late as it did.
func Shows(at, received time.Time) time.Time {
	closes := Closes(at)
	if r := Week(received); !r.Before(closes) {
		return r.AddDate(0, 0, 7)
	}
	return closes
}
