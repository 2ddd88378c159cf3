package demo

import (
	"slices"
	"strconv"

	"vigie/internal/listen/collect"
)

// choose picks the customer of a moment.
func (t *teller) choose(m *moment, added *effect) {
	m.id = -1
	for range 10 {
		id, ok := t.candidate(m, added)
		if !ok {
			break
		}
		c := t.s.crowd.people[id]
		if left, gone := t.gone[id]; gone && t.day > left && m.p.Who != "former" || !t.uses(c, m.p.Products) {
			continue
		}
		m.id, m.who = id, c
		break
	}
	if m.id < 0 {
		m.who = t.s.crowd.people[t.r.IntN(len(t.s.crowd.people))]
		m.who.place, m.who.joined = int16(m.place), int16(t.day-300)
	}
	if m.p.Who == "leaving" && m.p.key == "cancel" && m.id >= 0 {
		t.gone[m.id] = t.day
		l := append(t.left[m.place], m.id)
		t.left[m.place] = l[max(0, len(l)-40):]
	}
	m.tenure = max(0, (t.day-int(m.who.joined))/30)
	m.os, m.minor = int(m.who.os), (t.day+t.s.file.Company.Days)/30
}

// candidate draws somebody who could live this touchpoint today.
func (t *teller) candidate(m *moment, added *effect) (int32, bool) {
	from, to := -1<<14, t.day-45
	switch m.p.Who {
	case "new":
		from, to = t.day-m.p.After[1], t.day-m.p.After[0]
	case "prospect":
		from, to = t.day+1, t.day+25
		if m.p.key == "lost-sale" || t.r.Float64() < 0.4 {
			return 0, false
		}
	case "former":
		if l := t.left[m.place]; len(l) > 0 {
			return l[t.r.IntN(len(l))], true
		}
	case "leaving":
		if added != nil && added.Tenure > 0 || m.reason == "installation" {
			from, to = t.day-75, t.day-14
		}
	}
	l := t.s.crowd.between(m.place, from, to)
	if len(l) == 0 {
		return 0, false
	}
	return l[t.r.IntN(len(l))], true
}

func (t *teller) uses(c resident, products []string) bool {
	return len(products) == 0 || slices.Contains(products, t.s.file.Offers[c.offer].Product)
}

// customer is what the feedback says of the person; nil for the one in ten who stays unknown.
func (t *teller) customer(m *moment) *collect.Customer {
	if m.by == "kiosk" || t.r.Float64() < 0.07 {
		return nil
	}
	if m.id < 0 { // nobody of the crowd
		if m.p == nil || m.p.Who != "prospect" {
			return nil
		}
		t.walks++
		return &collect.Customer{Ref: "PR" + strconv.Itoa(t.day+t.s.file.Company.Days) + "-" + strconv.Itoa(t.walks), Status: "prospect"}
	}
	return t.named(m)
}

// named is a customer of the crowd; one in three has a known e-mail.
func (t *teller) named(m *moment) *collect.Customer {
	c := &collect.Customer{Ref: ref(m.id), Status: "customer", Attributes: map[string]any{"segment": t.s.file.Segments[m.who.segment].Key,
		"persona": t.s.file.Personas[m.who.persona].Key}}
	first, last := t.s.nameOf(m.who)
	c.Name = first + " " + last
	if m.id%3 == 0 {
		c.Email = slug(first+" "+last) + "." + strconv.Itoa(int(m.id)) + "@courriel.example"
	}
	if m.id%9 == 0 {
		c.Attributes["meter"] = strconv.FormatInt(21_000_000_000_000+int64(m.id)*104_729, 10)
	}
	switch {
	case m.p == nil:
	case m.p.Who == "prospect":
		c.Status = "prospect"
	case m.p.key == "cancel" || m.p.key == "return-box" || m.p.key == "final-bill":
		c.Status = "former"
	}
	return c
}

// attributes of the feedback: the context of that moment.
func (t *teller) attributes(m *moment) map[string]any {
	o := t.s.file.Offers[m.who.offer]
	a := make(map[string]any, 8)
	a["segment"] = t.s.file.Segments[m.who.segment].Key
	a["persona"] = t.s.file.Personas[m.who.persona].Key
	if m.p != nil && m.p.Who == "prospect" {
		delete(a, "segment")
	} else {
		a["offer"], a["product"], a["tenure"] = o.Key, o.Product, float64(m.tenure)
	}
	if m.p == nil {
		return a
	}
	if m.p.Partner {
		a["partner"] = t.partnerOf(m.place).Key
	}
	if m.p.App {
		a["os"], a["app_version"] = systems[m.os], t.version(m)
	}
	if m.reason != "" {
		a["reason"] = m.reason
	}
	return a
}

func (t *teller) version(m *moment) string { return "5." + strconv.Itoa(m.minor) + ".0" }

// partnerOf gives who installs in a place this day: the last of the list that had started there.
func (t *teller) partnerOf(place int) partner {
	best := t.s.file.Partners[0]
	for _, p := range t.s.file.Partners[1:] {
		if slices.Contains(p.Regions, t.s.places[place].region) && t.day >= p.From {
			best = p
		}
	}
	return best
}
