package demo

import (
	"strconv"
	"strings"
)

// slot gives a detail of the moment, "-" when it has none. {if:effect} and {unless:effect} are nothing, where the effect
// is lived or is not.
func (w *writer) slot(name string) string {
	t, m := w.t, w.m
	if word, key, ok := strings.Cut(name, ":"); ok {
		if t.lived(key, m.place) == (word == "if") {
			return ""
		}
		return "-"
	}
	switch name {
	case "town":
		return w.s.places[m.place].Town
	case "name":
		return w.once(name, func() string { return w.adviser() })
	case "partner":
		return t.partnerOf(m.place).Name
	case "civ", "last", "e":
		return w.self(name)
	case "years":
		if m.tenure < 24 {
			return "-"
		}
		return strconv.Itoa(m.tenure / 12)
	case "os":
		return [2]string{"Android", "iPhone"}[m.os]
	case "version":
		return "5." + strconv.Itoa(m.minor)
	case "rival", "phone", "men":
		l := w.s.lists[name]
		return w.once(name, func() string { return l[t.r.IntN(len(l))] })
	case "hour", "hour2":
		return w.clock(name == "hour")
	case "date", "month", "day", "day2", "year":
		return w.calendar(name)
	}
	return w.number(name)
}

func (w *writer) once(name string, draw func() string) string {
	v, ok := w.named[name]
	if !ok {
		v = draw()
		w.named[name] = v
	}
	return v
}

// adviser: the name of who served when it is known and a woman's; somebody's otherwise.
func (w *writer) adviser() string {
	m := w.m
	if m.agent != nil {
		if !m.agent.woman {
			return "-"
		}
		return m.agent.first
	}
	l := w.s.lists["women"]
	return l[w.t.r.IntN(len(l))]
}

func (w *writer) self(name string) string {
	m := w.m
	if name == "e" {
		if m.who.woman {
			return "e"
		}
		return ""
	}
	if m.id <= 0 {
		return "-"
	}
	_, last := w.s.nameOf(m.who)
	if name == "last" {
		return last
	}
	switch {
	case m.lang == "en" && m.who.woman:
		return "Mrs"
	case m.lang == "en":
		return "Mr"
	case m.who.woman:
		return "Mme"
	}
	return "M."
}

func (w *writer) clock(first bool) string {
	t, m := w.t, w.m
	if first {
		w.hour = 8 + t.r.IntN(5)
	} else {
		w.hour = max(w.hour, 9) + 2 + t.r.IntN(4)
	}
	if m.lang == "en" {
		return strconv.Itoa((w.hour-1)%12+1) + map[bool]string{true: "am", false: "pm"}[w.hour < 12]
	}
	return strconv.Itoa(w.hour) + []string{"h", "h", "h30", " h", "h15", "h00"}[t.r.IntN(6)]
}

func (w *writer) calendar(name string) string {
	t, m := w.t, w.m
	lang := m.lang
	if lang == "staff" {
		lang = "fr"
	}
	switch name {
	case "year":
		return strconv.Itoa(m.at.Year())
	case "day":
		return days[lang][t.r.IntN(3)]
	case "day2":
		return days[lang][3+t.r.IntN(3)]
	}
	past := m.at.AddDate(0, 0, -3-t.r.IntN(30))
	month := months[lang][past.Month()-1]
	switch {
	case name == "month":
		return months[lang][m.at.AddDate(0, -1-t.r.IntN(3), 0).Month()-1]
	case lang == "en":
		return month + " " + strconv.Itoa(past.Day())
	case t.r.Float64() < 0.4:
		return past.Format("02/01")
	case past.Day() == 1:
		return "1er " + month
	}
	return strconv.Itoa(past.Day()) + " " + month
}

// ranges of the numbers people cite, both ends included.
var ranges = map[string][2]int{"small": {3, 19}, "more": {52, 98}, "bill": {112, 684}, "min": {6, 58}, "days": {3, 19}, "weeks": {2, 6},
	"times": {2, 6}, "months": {2, 22}, "hours": {3, 47}, "hours2": {2, 3}, "min2": {5, 15}, "times2": {2, 3}, "age": {68, 84}, "km": {11, 48}, "pages": {4, 14}}

func (w *writer) number(name string) string {
	t := w.t
	if name == "amount" {
		return []string{"19", "29", "39", "45", "49", "50", "59", "69", "89", "29,99", "34,90", "44,99", "89,90"}[t.r.IntN(13)]
	}
	b, ok := ranges[name]
	if !ok {
		return "-"
	}
	n := b[0] + t.r.IntN(b[1]-b[0]+1)
	if name == "min" && t.r.Float64() < 0.6 {
		n = (n + 4) / 5 * 5
	}
	return strconv.Itoa(n)
}
