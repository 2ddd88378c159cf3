package web

import (
	"math"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// measured is an indicator as it is shown: what it is, and what it aims at where it is shown.
type measured struct {
	cx.Indicator
	Metric    cx.Metric
	Spec      cx.Spec
	Objective *float64
	Threshold *float64
}

// measure gives an indicator of the catalogue; tp's own objective and threshold win, nil is the company's.
func measure(c *catalogue.Catalogue, key cx.IndicatorID, tp *journey.Touchpoint) (measured, bool) {
	i, m, err := c.Indicator(key)
	if err != nil {
		return measured{}, false
	}
	out := measured{Indicator: i, Metric: m, Spec: cx.NewSpec(i, m), Objective: i.Objective, Threshold: i.Threshold}
	if tp != nil {
		if v, ok := tp.Objectives[key]; ok {
			out.Objective = &v
		}
		if v, ok := tp.Thresholds[key]; ok {
			out.Threshold = &v
		}
	}
	return out, true
}

// short is the word beside a figure: "CSAT".
func (m measured) short(l lang.Lang) string {
	if s := l.Text(m.Short); s != "" {
		return s
	}
	return l.Text(m.Name)
}

func (m measured) weather(f cx.Figure) ui.Weather {
	switch cx.WeatherOf(f, m.Objective, m.Threshold, m.Spec.Better) {
	case cx.Sun:
		return ui.Sun
	case cx.PartCloud:
		return ui.PartSun
	case cx.Cloud:
		return ui.Cloud
	case cx.Storm:
		return ui.Storm
	case cx.Fog:
		return ui.Fog
	}
	return ui.NoTarget
}

// text writes a value of the indicator: "+24", "82 %", "5,9".
func (m measured) text(l lang.Lang, value float64) string { return m.textAs(l, value, m.decimals()) }

func (m measured) decimals() int {
	switch m.Formula {
	case cx.NetShare, cx.TopShare, cx.Ratio:
		return 0
	case cx.Sum:
		return 0
	}
	if m.Spec.IsScale() && m.Metric.Max-m.Metric.Min <= 10 {
		return 1
	}
	return 0
}

func (m measured) textAs(l lang.Lang, value float64, decimals int) string {
	switch m.Formula {
	case cx.NetShare:
		return l.Points(value, decimals)
	case cx.TopShare:
		return l.Percent(value, decimals)
	case cx.Ratio:
		if m.Per == 0 || m.Per == 100 {
			return l.Percent(value, decimals)
		}
	}
	return l.Number(value, decimals)
}

// interval writes low – high, one decimal more when the margin is thinner than the last digit tells.
func (m measured) interval(l lang.Lang, f cx.Figure) string {
	if !f.Has || math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) {
		return ""
	}
	d := m.decimals()
	if f.High-f.Low < 4*math.Pow10(-d) {
		d++
	}
	return l.Number(f.Low, d) + "\u2009–\u2009" + l.Number(f.High, d)
}

// difference writes a change of the indicator, signed: "−19 pts", "+0,4".
func (m measured) difference(l lang.Lang, d float64) string {
	text := l.Points(d, m.decimals())
	if m.Formula == cx.NetShare || m.Formula == cx.TopShare || m.Formula == cx.Ratio && (m.Per == 0 || m.Per == 100) {
		return l.T("cockpit.points", "value", text)
	}
	return text
}

// better tells the colour of a change of that sign.
func (m measured) better(d float64) ui.Tone {
	if (d > 0) == (m.Spec.Better == cx.HigherBetter) {
		return ui.Good
	}
	return ui.Bad
}

// change says how a figure moved: an arrow beyond the noise, else a dot.
func (m measured) change(l lang.Lang, c *insight.Compared) ui.Change {
	if c == nil {
		return ui.Change{}
	}
	if !c.Has {
		return ui.Change{Note: l.T(m.said("cockpit.before.none"))}
	}
	if !c.Figure.Enough {
		return ui.Change{Text: l.T(m.said("cockpit.before.few"), "count", c.Figure.N)}
	}
	if !c.Significant {
		return ui.Change{Text: l.T("cockpit.stable"), Note: l.T("cockpit.noise")}
	}
	direction := 1
	if c.Difference < 0 {
		direction = -1
	}
	return ui.Change{Text: m.difference(l, c.Difference), Direction: direction, Tone: m.better(c.Difference), Note: l.T("cockpit.before")}
}

// dist gives how answers spread.
func (m measured) dist(l lang.Lang, f cx.Figure) ui.Dist {
	if f.Top+f.Bottom == 0 || f.N == 0 {
		return ui.Dist{}
	}
	share := func(n int64) string { return l.Percent(100*float64(n)/float64(f.N), 0) }
	d := ui.Dist{Top: float64(f.Top), Middle: float64(f.Middle), Bottom: float64(f.Bottom)}
	if m.Formula == cx.NetShare {
		d.Label = l.T("cockpit.dist.net", "top", share(f.Top), "middle", share(f.Middle), "bottom", share(f.Bottom))
	} else {
		d.Label = l.T("cockpit.dist.share", "top", share(f.Top), "middle", share(f.Middle), "bottom", share(f.Bottom))
	}
	return d
}

// few says how little there is, words first.
// said is a message in the words of what the indicator counts.
func (m measured) said(id string) string {
	if m.Metric.Counts == cx.Invitations {
		return id + ".invited"
	}
	return id
}

func (m measured) few(l lang.Lang, n int64) string { return l.T(m.said("cockpit.few"), "count", n) }

func few(l lang.Lang, n int64) string { return l.T("cockpit.few", "count", n) }

// meta is the line under a figure: n, interval, objective; words first when nothing may be concluded.
func (m measured) meta(l lang.Lang, f cx.Figure) string {
	if !f.Has {
		return l.T(m.said("cockpit.none"))
	}
	if !f.Enough {
		return m.few(l, f.N)
	}
	text := l.T("cockpit.n", "n", f.N)
	if r := m.interval(l, f); r != "" {
		text += " · " + r
	}
	if m.Objective != nil {
		text += " · " + l.T("cockpit.objective", "value", m.text(l, *m.Objective))
	}
	return text
}

// boxOf tells in which box one score falls: Good on top, Bad at the bottom.
func boxOf(i cx.Indicator, m cx.Metric, point int64) ui.Tone {
	var h cx.Histogram
	h.Add(point, 1)
	switch f := cx.NewSpec(i, m).Figure(h); {
	case f.Top > 0:
		return ui.Good
	case f.Bottom > 0:
		return ui.Bad
	}
	return ui.Plain
}
