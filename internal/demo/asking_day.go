package demo

import (
	"slices"
	"strconv"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
)

// happenings gives what happens to customers on a day, in order.
func (s *Story) happenings(anchor time.Time, day int) []invite.Happening {
	r := s.rand("happenings", strconv.Itoa(day))
	date := anchor.AddDate(0, 0, day)
	var l []invite.Happening
	for _, k := range s.asking.Events {
		if k.Since != nil && day < *k.Since {
			continue
		}
		n := int(k.Daily*weekdays[date.Weekday()] + r.Float64())
		for i := range n {
			id := s.asking.pool[1+r.IntN(len(s.asking.pool)-1)]
			at := date.Add(time.Duration((float64(k.Hours[0]) + r.Float64()*float64(k.Hours[1]-k.Hours[0])) * float64(time.Hour)))
			h := s.happening(k, id, at)
			h.ID = "d" + strconv.Itoa(day+s.file.Company.Days) + "-" + strconv.Itoa(i)
			l = append(l, h)
			if r.Float64() < k.Then {
				l = append(l, s.thenCalls(h, id, 2+2*r.Float64()))
			}
		}
	}
	l = append(l, s.livedOn(date, day)...)
	slices.SortStableFunc(l, func(a, b invite.Happening) int { return a.At.Compare(b.At) })
	return l
}

// happening is an event of a customer.
func (s *Story) happening(k eventKind, id int32, at time.Time) invite.Happening {
	who := s.crowd.people[id]
	first, last := s.nameOf(who)
	segment := s.file.Segments[who.segment].Key
	h := invite.Happening{Event: k.Event, At: at.UTC().Truncate(time.Second), Touchpoint: k.Touchpoint, Unit: string(s.places[who.place].Key), Lang: "fr",
		Customer: &collect.Customer{Ref: ref(id), Name: first + " " + last, Phone: phone(id), Status: "customer",
			Attributes: map[string]any{"segment": segment, "persona": s.file.Personas[who.persona].Key}},
		Attributes: map[string]any{"segment": segment, "product": s.file.Offers[who.offer].Product}}
	if k.Channel != "" {
		h.Attributes["channel"] = k.Channel
	}
	if who.english {
		h.Lang = "en"
	}
	if id%3 == 0 {
		h.Customer.Email = slug(first+" "+last) + "." + strconv.Itoa(int(id)) + "@courriel.example"
	}
	return h
}

func (s *Story) kindOf(event string) eventKind {
	i := slices.IndexFunc(s.asking.Events, func(k eventKind) bool { return k.Event == event })
	return s.asking.Events[i]
}

// thenCalls: the same customer calls some hours after.
func (s *Story) thenCalls(h invite.Happening, id int32, hours float64) invite.Happening {
	c := s.happening(s.kindOf("call.ended"), id, h.At.Add(time.Duration(hours*float64(time.Hour))))
	c.ID = h.ID + "-then"
	return c
}

// livedOn is what happened to the cast's customer, as the story tells it.
func (s *Story) livedOn(date time.Time, day int) []invite.Happening {
	var l []invite.Happening
	for _, m := range s.file.Cast {
		for _, x := range m.Lives {
			for _, k := range s.asking.Events {
				if x.Day == day && x.Touchpoint == k.Touchpoint {
					h := s.happening(k, castCustomer, date.Add(11*time.Hour))
					h.ID = "cast-" + strconv.Itoa(day)
					l = append(l, h)
				}
			}
		}
	}
	return l
}
