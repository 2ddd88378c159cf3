package demo

import (
	"context"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
)

// chart is the map of a journey and what the journey was before. Days count from today.
type chart struct {
	Journey cx.JourneyID `yaml:"journey"`
	Drawn   int          `yaml:"drawn"` // the day of the map
	Since   int          `yaml:"since"` // the day it became what it is
	By      string       `yaml:"by"`    // of the cast
	Passing []passing    `yaml:"passing"`
	Former  []former     `yaml:"former"` // oldest first
	// Lived says what customers feel and suffer at each touchpoint.
	Lived map[cx.TouchpointID]felt `yaml:"lived"`
}

// passing is a touchpoint bounded in time, to which nobody listens yet.
type passing struct {
	Stage      cx.StageID         `yaml:"stage"`
	From       int                `yaml:"from"`
	Until      int                `yaml:"until"`
	Touchpoint journey.Touchpoint `yaml:"touchpoint"`
}

type felt struct {
	Mood     int     `yaml:"mood"`
	Feelings cx.Text `yaml:"feelings"`
	Pains    cx.Text `yaml:"pains"`
}

// former is the journey as it was from a day on, told by what was otherwise.
type former struct {
	Day     int               `yaml:"day"`
	By      string            `yaml:"by"`
	Drawn   int               `yaml:"drawn"`
	Without []cx.TouchpointID `yaml:"without"`
	Was     map[cx.TouchpointID]struct {
		Owner      string                     `yaml:"owner"`
		Partners   []string                   `yaml:"partners"`
		Processes  cx.Text                    `yaml:"processes"`
		Objectives map[cx.IndicatorID]float64 `yaml:"objectives"`
		Mood       *int                       `yaml:"mood"`
		NoAlert    bool                       `yaml:"no_alert"`
		NoPromise  bool                       `yaml:"no_promise"`
	} `yaml:"was"`
}

// chartJourneys declares the journeys with their maps, each after what it was before.
func (s *Story) chartJourneys(ctx context.Context, d Deps) error {
	present, err := d.Journeys.Present(ctx)
	if err != nil {
		return err
	}
	for _, j := range s.Journeys() {
		if _, err := present.Journey(j.Key); err == nil {
			continue // of an interrupted beginning, or changed by somebody since
		}
		if err := s.chartJourney(ctx, d, j); err != nil {
			return err
		}
	}
	return nil
}

func (s *Story) chartJourney(ctx context.Context, d Deps, j journey.Journey) error {
	n := slices.IndexFunc(s.file.Atlas, func(c chart) bool { return c.Journey == j.Key })
	if n < 0 {
		return d.Journeys.Put(ctx, author, j)
	}
	c := s.file.Atlas[n]
	whole := c.whole(j, d.Now())
	for _, f := range c.Former {
		if err := s.saveAs(ctx, d, f.By, f.Day, f.of(whole, d.Now())); err != nil {
			return err
		}
	}
	return s.saveAs(ctx, d, c.By, c.Since, whole)
}

// saveAs keeps a version as somebody of the cast made it some days ago.
func (s *Story) saveAs(ctx context.Context, d Deps, by string, day int, j journey.Journey) error {
	actor := author
	if n := slices.IndexFunc(s.file.Cast, func(m Member) bool { return m.Key == by }); n >= 0 {
		u, err := d.People.UserByEmail(ctx, s.file.Cast[n].Email)
		if err != nil {
			return err
		}
		actor = "user:" + strconv.FormatInt(u.ID, 10)
	}
	at := d.Now().In(s.zone).AddDate(0, 0, day)
	at = time.Date(at.Year(), at.Month(), at.Day(), 10, 24, 0, 0, s.zone)
	_, err := d.Journeys.Save(ctx, journey.Draft{Journey: j, By: actor, At: at})
	return err
}

func dayAt(now time.Time, n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }

// whole gives the journey of today, with its map and what passes.
func (c chart) whole(j journey.Journey, now time.Time) journey.Journey {
	j = j.Clone()
	j.Mapped = dayAt(now, c.Drawn)
	for n := range j.Stages {
		for k := range j.Stages[n].Touchpoints {
			t := &j.Stages[n].Touchpoints[k]
			if f, ok := c.Lived[t.Key]; ok {
				t.Mood, t.Feelings, t.Pains = &f.Mood, f.Feelings, f.Pains
			}
		}
		for _, p := range c.Passing {
			if p.Stage == j.Stages[n].Key {
				p.Touchpoint.From, p.Touchpoint.Until = dayAt(now, p.From), dayAt(now, p.Until)
				j.Stages[n].Touchpoints = append(j.Stages[n].Touchpoints, p.Touchpoint)
			}
		}
	}
	return j
}

// of gives the journey as it was then.
func (f former) of(j journey.Journey, now time.Time) journey.Journey {
	j = j.Clone()
	j.Mapped = ""
	if f.Drawn != 0 {
		j.Mapped = dayAt(now, f.Drawn)
	}
	for n := range j.Stages {
		j.Stages[n].Touchpoints = slices.DeleteFunc(j.Stages[n].Touchpoints, func(t journey.Touchpoint) bool { return slices.Contains(f.Without, t.Key) })
		for k := range j.Stages[n].Touchpoints {
			f.before(&j.Stages[n].Touchpoints[k])
		}
	}
	return j
}

func (f former) before(t *journey.Touchpoint) {
	w, ok := f.Was[t.Key]
	if !ok {
		return
	}
	if w.Owner != "" {
		t.Owner = w.Owner
	}
	if w.Partners != nil {
		t.Partners = w.Partners
	}
	if w.Processes != nil {
		t.Processes = w.Processes
	}
	if w.Objectives != nil {
		t.Objectives = w.Objectives
	}
	if w.Mood != nil {
		t.Mood = w.Mood
	}
	if w.NoAlert {
		t.Thresholds = nil
	}
	if w.NoPromise {
		t.Promises = nil
	}
}
