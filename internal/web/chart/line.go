package chart

import (
	"math"
	"slices"
	"unicode/utf8"
)

// Line is a trend: one or two series over the same periods, each with the band of its interval.
type Line struct {
	Label   string   // what it shows, in words: its accessible name
	Periods []string // under the axis, left to right
	Series  []Series
	// Objective is a dashed line with its word; nil: none.
	Objective     *float64
	ObjectiveWord string
	Events        []Event
	Format        Format
	// Min and Max bound the axis when the scale is known (0 and 100, or −100 and 100 for what is compared); nil: fits the data.
	Min, Max *float64
}

// Series is one trend. Points follow the periods.
type Series struct {
	Name   string // written at its end
	Color  string // token: "accent", "employee", "good"…; "" is accent
	Dashed bool
	Points []Point
}

// Point is one period: a figure and its interval. Missing leaves a hole, unless most are: waves are joined. Few draws it
// hollow, off the line and without its interval: it says nothing of the trend. Low = High draws no band.
type Point struct {
	Value, Low, High float64
	Missing, Few     bool
	Href, Says       string // the feedbacks behind it, and the figure in words
}

// Event is what happened in a period, drawn on the time axis.
type Event struct {
	Period int
	Word   string
}

const nameWidth = 76

func (c Line) frame() frame {
	f := frame{label: c.Label}
	if len(c.Series) == 0 {
		return f
	}
	for _, p := range c.Series[0].Points {
		f.hits = append(f.hits, hit{p.Href, p.Says})
	}
	return f
}

func (c Line) plot() plot {
	p := plot{left: c.Format.margin(c.scale()), right: marginRight}
	if n := len(c.Periods); n > 0 { // half of the last label stands beyond the last point
		p.right = max(p.right, 6+4*utf8.RuneCountInString(c.Periods[n-1]))
	}
	if len(c.Series) > 1 {
		p.right = nameWidth
	}
	if c.Objective != nil && c.objectiveSide() == "end" {
		p.right = max(p.right, 14+7*utf8.RuneCountInString(c.ObjectiveWord))
	}
	return p
}

// Option gives the ECharts option.
func (c Line) Option(Size) Option {
	o := base(c.plot())
	o["xAxis"] = categories(c.Periods, false)
	o["yAxis"] = values(c.scale(), c.Format)
	var series []Option
	for i, s := range c.Series {
		series = append(series, s.band(i)...)
	}
	for i, s := range c.Series {
		line := s.line(len(c.Series) > 1)
		if i == 0 {
			line["markLine"] = c.marks()
		}
		series = append(series, line)
		if faint := s.faint(); faint != nil {
			series = append(series, faint)
		}
	}
	o["series"] = series
	return o
}

func (c Line) scale() scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, p := range s.Points {
			if !p.Missing {
				low, high = min(low, p.Value), max(high, p.Value)
			}
			if !p.Missing && !p.Few && p.High > p.Low {
				low, high = min(low, p.Low), max(high, p.High)
			}
		}
	}
	if c.Objective != nil {
		low, high = min(low, *c.Objective), max(high, *c.Objective)
	}
	if math.IsInf(low, 0) {
		low, high = 0, 100
	}
	s := rounded(low, high)
	if c.Min != nil {
		s.min = max(s.min, *c.Min)
	}
	if c.Max != nil {
		s.max = min(s.max, *c.Max)
	}
	return s
}

func (s Series) token() string {
	if s.Color == "" {
		return "var(--accent)"
	}
	return "var(--" + s.Color + ")"
}

// band is drawn as an invisible line at the low end with the width of the interval stacked on it.
func (s Series) band(i int) []Option {
	var low, width []any
	wide := false
	points := s.Points
	if s.waves() {
		points = bridged(points)
	}
	for _, p := range points {
		if p.Missing || p.Few {
			low, width = append(low, nil), append(width, nil)
			continue
		}
		wide = wide || p.High > p.Low
		low, width = append(low, p.Low), append(width, p.High-p.Low)
	}
	if !wide {
		return nil
	}
	hidden := Option{"type": "line", "symbol": "none", "silent": true, "stack": "band" + string(rune('a'+i)), "stackStrategy": "all",
		"lineStyle": Option{"opacity": 0}, "emphasis": Option{"disabled": true}, "data": low}
	shown := Option{}
	for k, v := range hidden {
		shown[k] = v
	}
	shown["data"] = width
	shown["areaStyle"] = Option{"color": s.token(), "opacity": 0.14}
	return []Option{hidden, shown}
}

func (s Series) line(named bool) Option {
	last := -1
	for i, p := range s.Points {
		if !p.Missing && !p.Few {
			last = i
		}
	}
	var data []any
	for i, p := range s.Points {
		if p.Missing || p.Few {
			data = append(data, nil)
			continue
		}
		item := Option{"value": p.Value}
		if named && i == last {
			item["label"] = Option{"show": true, "position": "right", "formatter": s.Name, "color": s.token(), "fontSize": textSize, "fontWeight": 600, "width": nameWidth - 10, "overflow": "truncate"}
		}
		data = append(data, item)
	}
	style := Option{"width": 2.5, "color": s.token(), "cap": "round", "join": "round"}
	if s.Dashed {
		style["type"] = []int{6, 5}
	}
	return Option{"type": "line", "name": s.Name, "data": data, "symbol": "circle", "symbolSize": 7, "showAllSymbol": len(s.Points) <= 40 || s.waves(), "connectNulls": s.waves(),
		"lineStyle": style, "itemStyle": Option{"color": s.token(), "borderColor": "var(--surface)", "borderWidth": 1.5}, "emphasis": Option{"disabled": true}}
}

// waves tells whether most periods are empty, as when people are asked four times a year: the others are then joined.
func (s Series) waves() bool {
	missing := 0
	for _, p := range s.Points {
		if p.Missing {
			missing++
		}
	}
	return 2*missing > len(s.Points)
}

// bridged leads the intervals of waves straight from one to the next.
func bridged(points []Point) []Point {
	out, from := slices.Clone(points), -1
	for i, p := range points {
		if p.Missing || p.Few {
			continue
		}
		for k := from + 1; from >= 0 && k < i; k++ {
			share := float64(k-from) / float64(i-from)
			a := points[from]
			out[k] = Point{Low: a.Low + share*(p.Low-a.Low), High: a.High + share*(p.High-a.High)}
		}
		from = i
	}
	return out
}

// faint leads through the points that rest on few answers; nil when there is none.
func (s Series) faint() Option {
	var data []any
	few := false
	for _, p := range s.Points {
		if p.Missing {
			data = append(data, nil)
			continue
		}
		item := Option{"value": p.Value, "symbol": "none"}
		if p.Few {
			few = true
			item["symbol"] = "circle"
		}
		data = append(data, item)
	}
	if !few {
		return nil
	}
	return Option{"type": "line", "data": data, "silent": true, "symbolSize": 7, "showAllSymbol": len(s.Points) <= 40 || s.waves(), "connectNulls": s.waves(), "z": 1,
		"lineStyle": Option{"width": 1.5, "color": "var(--ink-3)", "type": []int{2, 4}},
		"itemStyle": Option{"color": "var(--surface)", "borderColor": "var(--ink-3)", "borderWidth": 1.5}, "emphasis": Option{"disabled": true}}
}

// clear is the share of the axis that a word needs between its line and the trend.
const clear = 0.09

// objectiveSide writes the word of the objective inside, at the end of its line that the trend passes farthest from and on the
// free side; at "end", outside, when there is no room.
func (c Line) objectiveSide() string {
	if len(c.Series) == 0 {
		return "insideEndTop"
	}
	third := (len(c.Periods) + 2) / 3
	if n := len(c.Series[0].Points); third == 0 || third > n {
		third = (n + 2) / 3
	}
	var starts, ends []Point
	for _, s := range c.Series {
		starts, ends = append(starts, s.Points[:min(third, len(s.Points))]...), append(ends, s.Points[max(0, len(s.Points)-third):]...)
	}
	start, startGap := c.freeSide(starts)
	end, endGap := c.freeSide(ends)
	scale := c.scale()
	switch {
	case max(startGap, endGap) < clear*(scale.max-scale.min) && len(c.Series) == 1:
		return "end"
	case startGap > endGap:
		return "insideStart" + start
	}
	return "insideEnd" + end
}

// freeSide tells on which side of the objective a stretch leaves the most room, and how much: none where the trend crosses.
func (c Line) freeSide(points []Point) (string, float64) {
	above, below := math.Inf(1), math.Inf(1)
	for _, p := range points {
		switch gap := p.Value - *c.Objective; {
		case p.Missing:
		case gap >= 0:
			above = min(above, gap)
			if gap == 0 {
				below = 0
			}
		default:
			below = min(below, -gap)
		}
	}
	if !math.IsInf(above, 1) && !math.IsInf(below, 1) { // it crosses: a word would lie on it
		if above >= below {
			return "Top", 0
		}
		return "Bottom", 0
	}
	if above >= below {
		return "Top", above
	}
	return "Bottom", below
}

// marks are the objective and the events.
func (c Line) marks() Option {
	var data []Option
	if c.Objective != nil {
		data = append(data, Option{"yAxis": *c.Objective, "lineStyle": Option{"color": "var(--ink-3)", "type": []int{3, 4}, "width": 1.25},
			"label": Option{"show": true, "position": c.objectiveSide(), "formatter": c.ObjectiveWord, "color": "var(--ink-2)", "fontSize": textSize,
				"backgroundColor": "var(--surface)", "padding": []int{1, 4}, "borderRadius": 3}})
	}
	for _, e := range c.Events {
		data = append(data, Option{"xAxis": e.Period, "lineStyle": Option{"color": "var(--watch)", "type": "solid", "width": 1},
			"label": Option{"show": true, "position": "end", "formatter": e.Word, "color": "var(--watch)", "fontSize": textSize, "distance": 6}})
	}
	return Option{"symbol": "none", "silent": true, "animation": false, "data": data}
}
