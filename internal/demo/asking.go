package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
)

//go:embed asking.yaml
var askingText []byte

// asking is whom the company asks, when and how, as the story tells it.
type asking struct {
	Days     int
	Events   []eventKind
	People   int
	Fate     map[string]float64
	Answers  rates
	Wishes   wishes
	Policy   invite.Policy
	Blackout struct {
		From, Until int
		Program     string
		Reason      string
	}
	Rules []launched
	pool  []int32 // of the crowd, those to whom it happens
}

// eventKind is something that happens to customers every day.
type eventKind struct {
	Event      string
	Touchpoint string
	Daily      float64
	Hours      [2]int
	Channel    string
	Since      *int    // day; nil: always
	Then       float64 // share of those who call some hours after
}

// rates of those who answer.
type rates struct {
	Channel, Wording, Segment map[string]float64
	Partial                   float64
}

// wishes that people have: how many of those known from the beginning, and what share of those written to.
type wishes struct {
	First   map[string]int
	Written map[string]float64
}

// launched is a rule and how it was launched.
type launched struct {
	Launch []struct {
		Day   int
		Stage invite.Stage
		Note  string
	}
	Checks map[string]struct {
		Day  int
		Note string
	}
	Rule invite.Rule
}

func (s *Story) loadAsking() error {
	d := yaml.NewDecoder(bytes.NewReader(askingText), yaml.Strict(), yaml.CustomUnmarshaler(func(r *invite.Rule, b []byte) error {
		var err error
		*r, err = invite.ParseRule(b)
		return err
	}))
	if err := d.Decode(&s.asking); err != nil {
		return fmt.Errorf("asking.yaml: %w", err)
	}
	s.asking.pool = s.drawAsked()
	return nil
}

// drawAsked draws those to whom things happen: customers for long, most of whom one may write to.
func (s *Story) drawAsked() []int32 {
	r := s.rand("asked")
	seen := map[int32]bool{castCustomer: true}
	l := []int32{castCustomer}
	for len(l) < s.asking.People {
		id := int32(r.IntN(len(s.crowd.people)))
		if seen[id] || int(s.crowd.people[id].joined) > -s.asking.Days-10 || !reachable(id) && r.Float64() > 0.06 {
			continue
		}
		seen[id] = true
		l = append(l, id)
	}
	return l
}

func reachable(id int32) bool { return id%3 == 0 || phone(id) != "" }

// phone gives one in three customers a number among those that are never given to anybody (06 39 98).
func phone(id int32) string {
	if id%3 != 1 || id/3 > 9999 {
		return ""
	}
	return fmt.Sprintf("063998%04d", id/3)
}

// policyOf gives the company's policy, its blackout in days of the calendar.
func (a *asking) policyOf(day func(int) time.Time) invite.Policy {
	p := a.Policy
	b := a.Blackout
	p.Blackouts = []invite.Blackout{{From: day(b.From).Format(time.DateOnly), Until: day(b.Until).Format(time.DateOnly), Program: "transactional", Reason: b.Reason}}
	return p
}

// act is something somebody decides on a day.
type act struct {
	at time.Time
	do func(*asker) error
}

// acts gives what was decided about the rules, in order.
func (s *Story) acts(day func(int) time.Time) []act {
	var l []act
	start := day(-s.asking.Days)
	by := s.first().Email
	for _, k := range s.asking.Rules {
		l = append(l, act{start, func(a *asker) error { return a.h.Invites.SaveRule(a.ctx, by, k.Rule, -1) }})
		for _, name := range invite.Checklist() {
			if c, made := k.Checks[name]; made {
				l = append(l, act{day(c.Day).Add(10 * time.Hour), func(a *asker) error { return a.h.Invites.Checked(a.ctx, by, k.Rule.Key, name, c.Note, true) }})
			}
		}
		for _, x := range k.Launch {
			l = append(l, act{day(x.Day).Add(11 * time.Hour), func(a *asker) error { return a.h.Invites.Decide(a.ctx, by, k.Rule.Key, x.Stage, x.Note) }})
		}
	}
	l = append(l, s.fieldActs(day)...)
	slices.SortStableFunc(l, func(a, b act) int { return a.at.Compare(b.at) })
	return l
}

// wishOf gives the preference that a word of the story means.
func wishOf(word string, now time.Time, p *invite.Preference) {
	switch word {
	case "objection":
		p.Objection = true
	case "off", "stop":
		p.Off = true
	case "topic":
		p.Topics = map[string]bool{"contacts": true}
	case "channel":
		p.Channels = map[string]bool{invite.Email: true}
	case "pause":
		p.Paused = now.AddDate(0, 0, 150)
	case "yearly":
		p.Yearly = 1
	}
}

// scoreOf gives the metric behind a question, "" when it is none.
func scoreOf(q *survey.Question) string {
	switch {
	case q.Metric != "":
		return string(q.Metric)
	case q.Kind == survey.NPS, q.Kind == survey.CSAT, q.Kind == survey.CES:
		return string(q.Kind)
	}
	return ""
}
