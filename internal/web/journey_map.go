package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// journeyMapPage is the picture of a journey at one date: what customers expect, feel and suffer at each touchpoint.
type journeyMapPage struct {
	*journeyRoom
	frame  ui.Frame
	Stages []mapStage
	Curve  moodCurve
	// Drawn says when the picture was taken; Old when too long ago; Undated when nobody said.
	Drawn        string
	Old, Undated bool
	Former       string // a former version is shown: of when
	Empty        bool
}

type mapStage struct {
	Name   string
	Points []mapPoint
}

// mapPoint is one touchpoint of the map.
type mapPoint struct {
	Name, Href, Edit  string
	Tags              []ui.Tag
	Mood              string
	Tone              ui.Tone
	Expectation       string
	Feelings, Pains   string
	Processes, Behind string
	Promises          []string
}

// moodCurve draws the moods from left to right; Points is an SVG polyline, in boxes of 100 by 100.
type moodCurve struct {
	Width  int
	Lines  []string
	Dots   []moodDot
	Label  string
	Number int // of moods said
}

type moodDot struct {
	X, Y int
	Tone ui.Tone
}

// tooOld is how long a picture is trusted.
const tooOldMonths = 18

func (x *journeyRoom) newMapPage(shown journey.Version) *journeyMapPage {
	l, j := x.lang(), &shown.Journey
	p := &journeyMapPage{journeyRoom: x, frame: x.page(l.Text(x.journey().Name)), Empty: true}
	p.frame.Sub = l.Text(j.Purpose)
	if shown.ID != x.Version.ID {
		p.Former = x.moment(shown)
	}
	for n := range j.Stages {
		s := mapStage{Name: l.Text(j.Stages[n].Name)}
		for k := range j.Stages[n].Touchpoints {
			t := &j.Stages[n].Touchpoints[k]
			p.Empty = p.Empty && t.Mood == nil && len(t.Feelings)+len(t.Pains)+len(t.Expectation)+len(t.Processes) == 0
			s.Points = append(s.Points, x.mapPoint(t))
		}
		p.Stages = append(p.Stages, s)
	}
	p.Curve = x.moodCurve(j)
	p.date(j.Mapped)
	return p
}

func (p *journeyMapPage) date(day string) {
	at, err := time.ParseInLocation(time.DateOnly, day, p.Now.Location())
	if err != nil {
		p.Undated = true
		return
	}
	p.Drawn = p.lang().Date(at)
	p.Old = at.AddDate(0, tooOldMonths, 0).Before(p.Now)
}

func (x *journeyRoom) mapPoint(t *journey.Touchpoint) mapPoint {
	l := x.lang()
	out := mapPoint{Name: l.Text(t.Name), Expectation: l.Text(t.Expectation), Feelings: l.Text(t.Feelings), Pains: l.Text(t.Pains), Processes: l.Text(t.Processes)}
	if _, ok := x.Journeys.Place(t.Key); ok {
		out.Href = x.touchpointAddress(t.Key, "")
		if x.Edits {
			out.Edit = x.touchpointEdit(t.Key)
		}
	}
	if t.MomentOfTruth {
		out.Tags = append(out.Tags, ui.Tag{Text: l.T("ui.moment"), Tone: ui.Accent, Icon: "flag"})
	}
	if text := x.temporary(t); text != "" {
		out.Tags = append(out.Tags, ui.Tag{Text: text, Tone: ui.Watch, Icon: "calendar"})
	}
	if t.Mood != nil {
		out.Mood, out.Tone = x.moodWords(*t.Mood), moodTone(*t.Mood)
	}
	var behind []string
	for _, list := range [][]string{t.Services, t.Indirect, t.Systems, t.Partners} {
		behind = append(behind, list...)
	}
	out.Behind = strings.Join(behind, ", ")
	for _, promise := range t.Promises {
		out.Promises = append(out.Promises, l.Text(promise.Text))
	}
	return out
}

func moodTone(mood int) ui.Tone {
	switch {
	case mood < 0:
		return ui.Bad
	case mood > 0:
		return ui.Good
	}
	return ui.Unknown
}

// box of the curve for one touchpoint, and the height of one step of mood.
const (
	moodBox  = 100
	moodStep = 20
)

func (x *journeyRoom) moodCurve(j *journey.Journey) moodCurve {
	l := x.lang()
	var c moodCurve
	var line, says []string
	flush := func() {
		if len(line) > 1 {
			c.Lines = append(c.Lines, strings.Join(line, " "))
		}
		line = nil
	}
	for _, t := range touchpointsOf(j) {
		at := c.Width + moodBox/2
		c.Width += moodBox
		if t.Mood == nil {
			flush()
			continue
		}
		y := (journey.MoodHigh-*t.Mood)*moodStep + moodStep/2
		line = append(line, strconv.Itoa(at)+","+strconv.Itoa(y))
		c.Dots = append(c.Dots, moodDot{at, y, moodTone(*t.Mood)})
		says = append(says, l.Text(t.Name)+" : "+x.moodWords(*t.Mood))
		c.Number++
	}
	flush()
	c.Label = l.T("journey.mood.curve") + " " + strings.Join(says, " ; ")
	return c
}

func (s *Server) serveJourneyMap(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	shown := x.Version
	if id := queryID(r.URL.Query().Get("version")); id != 0 {
		if shown, err = s.Journeys.Version(r.Context(), x.journey().Key, id); err != nil {
			return err
		}
	}
	return s.render(w, r, journeyMapView(x.newMapPage(shown)))
}
