package ui

import (
	"math"
	"strings"

	"vigie/internal/lang"
)

// Weather of a touchpoint or an indicator.
type Weather string

const (
	Sun      Weather = "sun"   // objective met beyond the interval
	PartSun  Weather = "part"  // around the objective
	Cloud    Weather = "cloud" // missed
	Storm    Weather = "storm" // missed beyond twice the interval, or a threshold crossed
	Fog      Weather = "fog"   // too few answers
	NoTarget Weather = "unset" // no objective: nothing to judge
)

// Tone is the meaning of a colour; a word or an icon always goes with it.
type Tone string

const (
	Plain   Tone = ""
	Good    Tone = "good"
	Watch   Tone = "watch"
	Bad     Tone = "bad"
	Unknown Tone = "unknown"
	Accent  Tone = "accent"
	Staff   Tone = "employee"
)

func (w Weather) icon() string {
	switch w {
	case Sun:
		return "sun"
	case PartSun:
		return "cloud-sun"
	case Cloud:
		return "cloud"
	case Storm:
		return "cloud-lightning"
	case Fog:
		return "cloud-fog"
	}
	return "circle-dashed"
}

func (w Weather) class() string {
	if w == "" {
		return string(NoTarget)
	}
	return string(w)
}

// Tone gives the colour that goes with a weather.
func (w Weather) Tone() Tone {
	switch w {
	case Sun, PartSun:
		return Good
	case Cloud:
		return Watch
	case Storm:
		return Bad
	}
	return Unknown
}

// Word names a weather.
func (w Weather) Word(l lang.Lang) string { return l.T("ui.weather." + w.class()) }

// Change is a figure's difference from the period before.
type Change struct {
	Text string // "+5 pts", "0,4", "stable"; "" draws nothing
	// Direction: 1 up, −1 down, 0 inside the noise: drawn as a dot, never as an arrow.
	Direction int
	Tone      Tone   // Good or Bad when significant
	Note      string // "vs vague de juin", "écart non significatif"
}

func (c Change) word(l lang.Lang) string {
	switch {
	case c.Direction > 0:
		return l.T("ui.change.up")
	case c.Direction < 0:
		return l.T("ui.change.down")
	}
	return l.T("ui.change.none")
}

// Head is a headline figure on top of a page.
type Head struct {
	Title  string
	Value  string // "+24", "82 %"; "" when there is no answer at all
	Range  string // "20 – 28"
	Change Change
	Spark  *Sparkline // nil: none
	Foot   string     // "n 1 812 · objectif +35"
	Strong string     // end of the foot, in bold: "en phase"
	Href   string     // the words behind; "": no link
	Few    bool       // too few answers: muted
	Help   *Help      // how it is computed; nil: not said
}

// Heads is a row of headline figures.
type Heads struct {
	Label string
	Items []Head
	Live  *Live
}

// TouchpointCard is a touchpoint of the journey.
type TouchpointCard struct {
	Name          string
	Href          string
	Weather       Weather
	Value         string // "58 %"; "" draws a dash
	Unit          string // "CSAT"
	Change        Change
	Dist          Dist
	Meta          string // "n 1 022 · 55 – 61 · objectif 80 %"; when Few, words first: "4 réponses, lisez-les"
	Owner         string // full name; drawn as initials
	Tags          []Tag
	MomentOfTruth bool
	Few           bool
	Help          *Help // drawn apart, by HelpBoxes; cards computed alike share it; nil: none
}

// Tag is a short remark under a figure.
type Tag struct {
	Text string
	Tone Tone
	Icon string // ""
	Href string // ""
}

// Dist is how answers spread over top, middle and bottom boxes: counts or shares, to one another's scale. Label says it in
// words ("58 % satisfaits, 42 % insatisfaits").
type Dist struct {
	Top, Middle, Bottom float64
	Label               string
}

// segment is one rectangle of a distribution, in percent of the width.
type segment struct{ class, x, width string }

func (d Dist) segments() []segment {
	total := d.Top + d.Middle + d.Bottom
	if total <= 0 {
		return nil
	}
	var out []segment
	x := 0.0
	for i, v := range []float64{d.Top, d.Middle, d.Bottom} {
		w := 100 * v / total
		if w <= 0 {
			continue
		}
		out = append(out, segment{class: [...]string{"p0", "p1", "p2"}[i], x: px(x) + "%", width: px(max(w-0.6, 0.3)) + "%"})
		x += w
	}
	return out
}

// Sparkline is a small trend with its band and objective. Points run left to right, evenly apart.
type Sparkline struct {
	Points    []SparkPoint
	Objective *float64
	Label     string // the trend in words; "": decoration beside a figure that says it
	Events    []SparkEvent
}

// SparkEvent is what happened at a point, drawn as a line across with its words.
type SparkEvent struct {
	At   int // index of its point
	Word string
}

// eventPath is the line of an event, between the edges of the picture.
func (s Sparkline) eventPath(e SparkEvent) string {
	x := sparkW * float64(e.At) / math.Max(1, float64(len(s.Points)-1))
	return "M" + px(x) + " 0V" + px(sparkH)
}

// SparkPoint is one period; Missing leaves a hole, unless most are: waves are joined.
type SparkPoint struct {
	Value, Low, High float64
	Missing          bool
}

const sparkW, sparkH = 104.0, 40.0

// sparkPaths gives the SVG paths of the line, the band, the objective and the last point.
type sparkPaths struct{ line, band, goal, last string }

func (s Sparkline) paths() sparkPaths {
	low, high := s.extent()
	if len(s.Points) == 0 || math.IsInf(low, 0) {
		return sparkPaths{}
	}
	y := func(v float64) float64 { return 4 + (sparkH-8)*(1-(v-low)/(high-low)) }
	step := sparkW / math.Max(1, float64(len(s.Points)-1))
	var line, upper strings.Builder
	var lower []string
	pen := "M"
	var p sparkPaths
	var bands strings.Builder
	flush := func() {
		if len(lower) > 1 {
			for i := len(lower) - 1; i >= 0; i-- {
				upper.WriteString("L" + lower[i])
			}
			bands.WriteString(upper.String() + "Z")
		}
		upper.Reset()
		lower, pen = nil, "M"
	}
	waves := s.waves()
	for i, pt := range s.Points {
		if pt.Missing {
			if !waves {
				flush()
			}
			continue
		}
		x := px(step * float64(i))
		line.WriteString(pen + x + " " + px(y(pt.Value)))
		upper.WriteString(pen + x + " " + px(y(pt.High)))
		lower = append(lower, x+" "+px(y(pt.Low)))
		p.last = "M" + x + " " + px(y(pt.Value)) + "h.01"
		pen = "L"
	}
	flush()
	p.line, p.band = line.String(), bands.String()
	if s.Objective != nil {
		p.goal = "M0 " + px(y(*s.Objective)) + "H" + px(sparkW)
	}
	return p
}

// waves tells whether most periods are empty, as when people are asked four times a year.
func (s Sparkline) waves() bool {
	missing := 0
	for _, p := range s.Points {
		if p.Missing {
			missing++
		}
	}
	return 2*missing > len(s.Points)
}

// extent gives the scale: the band and the objective, never thinner than a thousandth of their size.
func (s Sparkline) extent() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range s.Points {
		if !p.Missing {
			low, high = min(low, p.Low, p.Value), max(high, p.High, p.Value)
		}
	}
	if math.IsInf(low, 0) {
		return low, high
	}
	if s.Objective != nil {
		low, high = min(low, *s.Objective), max(high, *s.Objective)
	}
	if high-low < 1e-9 {
		low, high = low-1, high+1
	}
	return low, high
}
