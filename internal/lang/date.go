package lang

import (
	"fmt"
	"strconv"
	"time"
)

var (
	monthsFr      = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	shortMonthsFr = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
)

// Date writes the day of t in t's own zone: "12 oct. 2026", "12 Oct 2026".
func (l Lang) Date(t time.Time) string {
	if l.tag == "en" {
		return t.Format("2 Jan 2006")
	}
	return l.Day(t) + " " + strconv.Itoa(t.Year())
}

// Day writes the day without its year: "12 oct.", "12 Oct".
func (l Lang) Day(t time.Time) string {
	if l.tag == "en" {
		return t.Format("2 Jan")
	}
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return day + " " + shortMonthsFr[t.Month()-1]
}

// Time writes the hour and minute: "14 h 05", "14:05".
func (l Lang) Time(t time.Time) string {
	if l.tag == "en" {
		return t.Format("15:04")
	}
	return fmt.Sprintf("%d%sh%s%02d", t.Hour(), thin, thin, t.Minute())
}

// DateTime writes the day and the minute.
func (l Lang) DateTime(t time.Time) string {
	if l.tag == "en" {
		return l.Date(t) + ", " + l.Time(t)
	}
	return l.Date(t) + " à " + l.Time(t)
}

// Month writes "octobre 2026", "October 2026".
func (l Lang) Month(t time.Time) string {
	if l.tag == "en" {
		return t.Format("January 2006")
	}
	return monthsFr[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// ShortMonth writes "oct. 26", "Oct 26": for the axis of a chart.
func (l Lang) ShortMonth(t time.Time) string {
	if l.tag == "en" {
		return t.Format("Jan 06")
	}
	return shortMonthsFr[t.Month()-1] + t.Format(" 06")
}

// Span writes how long something lasts, in its largest unit: "12 s", "3 min", "2 h", "5 j".
func (l Lang) Span(d time.Duration) string {
	d = max(d, 0)
	day, nb := "j", "\u00a0"
	if l.tag == "en" {
		day = "d"
	}
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + nb + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + nb + "min"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + nb + "h"
	}
	return l.Int(int64(d/(24*time.Hour))) + nb + day
}

// Ago writes how long ago: "il y a 3 min", "3 min ago"; under five seconds "à l’instant", "just now".
func (l Lang) Ago(d time.Duration) string {
	if d < 5*time.Second {
		return l.T("lang.now")
	}
	return l.T("lang.ago", "span", l.Span(d))
}
