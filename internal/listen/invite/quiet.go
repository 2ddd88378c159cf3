package invite

import (
	"slices"
	"time"
)

// Quiet is when nobody is disturbed, in the person's own time.
type Quiet struct {
	// From and Until are hours of the day (20 and 8: from 8 pm to 8 am). Equal: no quiet hours.
	From    int  `json:"from" yaml:"from"`
	Until   int  `json:"until" yaml:"until"`
	Sundays bool `json:"sundays,omitempty" yaml:"sundays,omitempty"`
	// Holidays of a country ("fr"), "" none; Days are the company's own closed days (2006-01-02).
	Holidays string   `json:"holidays,omitempty" yaml:"holidays,omitempty"`
	Days     []string `json:"days,omitempty" yaml:"days,omitempty"`
}

// Next gives the first moment from local on that is not quiet: local itself when it is not.
func (q Quiet) Next(local time.Time) time.Time {
	for range 400 {
		switch {
		case q.closed(local):
			local = midnight(local, 1)
		case q.From < q.Until && local.Hour() >= q.From && local.Hour() < q.Until: // quiet within the day
			local = hour(local, q.Until)
		case q.From > q.Until && local.Hour() >= q.From:
			local = midnight(local, 1)
		case q.From > q.Until && local.Hour() < q.Until:
			local = hour(local, q.Until)
		default:
			return local
		}
	}
	return local
}

func (q Quiet) closed(local time.Time) bool {
	return q.Sundays && local.Weekday() == time.Sunday || slices.Contains(q.Days, local.Format(time.DateOnly)) || q.Holidays == "fr" && frenchHoliday(local)
}

func midnight(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
}

func hour(t time.Time, h int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), h, 0, 0, 0, t.Location())
}

// frenchHoliday tells the eleven public holidays of the Code du travail (L3133-1), by their date.
func frenchHoliday(t time.Time) bool {
	switch t.Format("01-02") {
	case "01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25":
		return true
	}
	month, day := easter(t.Year())
	since := func(days int) string {
		return time.Date(t.Year(), month, day+days, 12, 0, 0, 0, time.UTC).Format("01-02")
	}
	return slices.Contains([]string{since(1), since(39), since(50)}, t.Format("01-02"))
}

// easter gives Easter Sunday of the Gregorian calendar (anonymous algorithm, Nature 13, 1876; Meeus 1991).
func easter(year int) (time.Month, int) {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	n := h + l - 7*m
	month := (n + 90) / 25
	return time.Month(month), (n + 33*month + 19) % 32
}
