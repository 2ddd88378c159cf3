package ui

import (
	"math"
	"strings"
)

// Journey is the live journey: its curve, and its stages with their touchpoints.
type Journey struct {
	ID       string // of the heading; unique on the page
	Title    string
	Legend   string // "Écart à l’objectif de chaque point, et sa marge"
	ZeroWord string // "Objectif"
	Scale    string // how the curve is scaled, in words
	Tabs     []Tab  // which indicator; nil: no choice
	Curve    Curve
	Stages   []Stage
	Live     *Live
}

// width gives the class that makes a journey of many stages scroll sideways, curve and columns together.
func (j Journey) width() string {
	switch {
	case len(j.Stages) > 9:
		return "crowd"
	case len(j.Stages) > 6:
		return "many"
	}
	return ""
}

// Stage is a column of the journey.
type Stage struct {
	Name        string
	Hurt        bool   // it hurts here: said by colour, icon and word
	HurtWord    string // "ça fait mal ici"
	Touchpoints []TouchpointCard
}

// Curve is what customers feel along the journey: each point's distance to its objective, on one scale for all.
type Curve struct {
	Label  string
	Points []CurvePoint
	// Reach: the distance drawn at the top and bottom edge. 0: as far as the farthest interval.
	Reach float64
	// Scale names the top edge, the objective and the bottom edge, beside them; all "": none.
	Scale [3]string
}

// CurvePoint is a touchpoint on the curve. X runs from 0 (start of the journey) to 1.
type CurvePoint struct {
	X              float64
	Gap, Low, High float64 // 0 is the objective, positive is better
	Label          string  // "J’attends le technicien : 58 %, 22 points sous l’objectif"
	Href           string
	Tone           Tone
	Missing        bool // too few answers: the curve passes by in dashes
}

// StageX gives the place on the curve of touchpoint i of n in a stage of so many stages.
func StageX(stage, stages, i, n int) float64 {
	if stages == 0 || n == 0 {
		return 0
	}
	return (float64(stage) + (float64(i)+0.5)/float64(n)) / float64(stages)
}

const curveW, curveH, curvePad = 1000.0, 120.0, 12.0

type drawnPoint struct {
	CurvePoint
	at string
}

type curvePaths struct {
	line, bridge, band, zero string
	points                   []drawnPoint
}

type spot struct{ x, y, low, high float64 }

func (c Curve) reach() float64 {
	if c.Reach > 0 {
		return c.Reach
	}
	far := 0.0
	for _, p := range c.Points {
		if !p.Missing {
			far = max(far, math.Abs(p.Low), math.Abs(p.High))
		}
	}
	if far == 0 {
		return 1
	}
	return far
}

func (c Curve) paths() curvePaths {
	reach := c.reach()
	y := func(gap float64) float64 {
		return curveH/2 - min(max(gap/reach, -1), 1)*(curveH/2-curvePad)
	}
	out := curvePaths{zero: "M0 " + px(curveH/2) + "H" + px(curveW)}
	var run, all []spot
	var line, band, bridge strings.Builder
	for _, p := range c.Points {
		if p.Missing {
			drawRun(&line, &band, run)
			run = nil
			continue
		}
		s := spot{x: p.X * curveW, y: y(p.Gap), low: y(p.Low), high: y(p.High)}
		if len(run) == 0 && len(all) > 0 {
			bridge.WriteString(smooth([]spot{all[len(all)-1], s}, func(s spot) float64 { return s.y }, "M"))
		}
		run, all = append(run, s), append(all, s)
		out.points = append(out.points, drawnPoint{p, "M" + px(s.x) + " " + px(s.y) + "h.01"})
	}
	drawRun(&line, &band, run)
	out.line, out.band, out.bridge = line.String(), band.String(), bridge.String()
	return out
}

// drawRun adds one stretch without holes.
func drawRun(line, band *strings.Builder, run []spot) {
	if len(run) < 2 {
		return
	}
	line.WriteString(smooth(run, func(s spot) float64 { return s.y }, "M"))
	band.WriteString(smooth(run, func(s spot) float64 { return s.high }, "M"))
	back := make([]spot, len(run))
	for i, s := range run {
		back[len(run)-1-i] = s
	}
	band.WriteString(smooth(back, func(s spot) float64 { return s.low }, "L") + "Z")
}

// smooth joins the spots by cubics that never swing beyond them (monotone: horizontal tangents at every local extreme).
func smooth(run []spot, y func(spot) float64, pen string) string {
	tangent := tangents(run, y)
	var b strings.Builder
	b.WriteString(pen + px(run[0].x) + " " + px(y(run[0])))
	for i := 1; i < len(run); i++ {
		h := (run[i].x - run[i-1].x) / 3
		b.WriteString("C" + px(run[i-1].x+h) + " " + px(y(run[i-1])+h*tangent[i-1]) +
			" " + px(run[i].x-h) + " " + px(y(run[i])-h*tangent[i]) +
			" " + px(run[i].x) + " " + px(y(run[i])))
	}
	return b.String()
}

// tangents are those of Fritsch and Carlson (1980), by the harmonic mean of the neighbouring slopes.
func tangents(run []spot, y func(spot) float64) []float64 {
	t := make([]float64, len(run))
	slope := func(i int) float64 {
		dx := run[i+1].x - run[i].x
		if dx == 0 {
			return 0
		}
		return (y(run[i+1]) - y(run[i])) / dx
	}
	for i := 1; i < len(run)-1; i++ {
		if a, b := slope(i-1), slope(i); a*b > 0 {
			t[i] = 2 * a * b / (a + b)
		}
	}
	return t
}
