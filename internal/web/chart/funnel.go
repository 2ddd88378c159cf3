package chart

import "math"

// Funnel sets figures of groups of different sizes side by side: answers across, figures up, and the limits that chance alone
// would keep them in, narrower as answers grow.
type Funnel struct {
	Label  string
	Across string // words of the axis of answers
	// Center is the figure of all, with its word.
	Center     float64
	CenterWord string
	// Limits within which n answers fall by chance; inner 95 in a hundred, outer 998 in a thousand. Low ≤ high.
	Inner, Outer  func(n float64) (low, high float64)
	InnerWord     string
	OuterWord     string
	Objective     *float64
	ObjectiveWord string
	Marks         []Mark
	Format        Format
}

// Mark is one group. Name is written beside the point when Strong, or when it has a Color.
type Mark struct {
	Name, Color string // a token; "" is ink-3
	N           int64
	Value       float64
	Strong      bool
}

// steps of a limit's curve.
const funnelSteps = 60

func (c Funnel) frame() frame { return frame{label: c.Label} }

func (c Funnel) plot() plot {
	return plot{left: c.Format.margin(c.up()), right: nameWidth}
}

func (c Funnel) across() scale {
	most := 10.0
	for _, m := range c.Marks {
		most = max(most, float64(m.N))
	}
	s := rounded(0, most*1.04)
	s.min = 0
	return s
}

func (c Funnel) up() scale {
	low, high := c.Center, c.Center
	for _, m := range c.Marks {
		low, high = min(low, m.Value), max(high, m.Value)
		if m.N > 0 {
			l, h := c.Inner(float64(m.N))
			low, high = min(low, l), max(high, h)
		}
	}
	if c.Objective != nil {
		low, high = min(low, *c.Objective), max(high, *c.Objective)
	}
	pad := 0.04 * (high - low)
	return rounded(low-pad, high+pad)
}

// Option gives the ECharts option.
func (c Funnel) Option(Size) Option {
	o, across, up := base(c.plot()), c.across(), c.up()
	x := values(across, Format{Lang: c.Format.Lang})
	x["name"], x["nameLocation"], x["nameGap"] = c.Across, "middle", 26
	x["nameTextStyle"], x["splitLine"] = Option{"color": "var(--ink-3)", "fontSize": textSize}, Option{"show": false}
	o["xAxis"], o["yAxis"] = x, values(up, c.Format)
	grid := o["grid"].(Option)
	grid["bottom"] = marginBottom + 18
	var series []Option
	for _, l := range []struct {
		limit func(float64) (float64, float64)
		word  string
		style Option
	}{{c.Inner, c.InnerWord, Option{"color": "var(--ink-3)", "width": 1.25}}, {c.Outer, c.OuterWord, Option{"color": "var(--ink-3)", "width": 1, "type": []int{3, 4}}}} {
		low, high := c.curve(l.limit, across, up)
		series = append(series, curve(low, "", l.style), curve(high, l.word, l.style))
	}
	series[0]["markLine"] = c.levels()
	o["series"] = append(series, c.points())
	return o
}

// curve follows a limit inside the axes.
func (c Funnel) curve(limit func(float64) (float64, float64), across, up scale) (low, high []any) {
	for i := range funnelSteps {
		// Denser on the left, where the limits bend.
		t := float64(i+1) / funnelSteps
		n := max(1, across.max*t*t)
		l, h := limit(n)
		if l >= up.min {
			low = append(low, []float64{n, l})
		}
		if h <= up.max {
			high = append(high, []float64{n, h})
		}
	}
	return low, high
}

func curve(data []any, word string, style Option) Option {
	if word != "" && len(data) > 0 {
		last := data[len(data)-1]
		data[len(data)-1] = Option{"value": last, "symbol": "circle", "symbolSize": 1,
			"label": Option{"show": true, "position": "right", "formatter": word, "color": "var(--ink-3)", "fontSize": textSize - 1}}
	}
	return Option{"type": "line", "data": data, "symbol": "circle", "symbolSize": 0, "showAllSymbol": true, "silent": true, "smooth": false, "lineStyle": style, "emphasis": Option{"disabled": true}}
}

// levels are the figure of all and the objective.
func (c Funnel) levels() Option {
	word := func(text, place string) Option {
		return Option{"show": true, "position": place, "formatter": text, "color": "var(--ink-2)", "fontSize": textSize,
			"backgroundColor": "var(--surface)", "padding": []int{1, 4}, "borderRadius": 3}
	}
	under, over := "insideEndBottom", "insideEndTop" // to the right, where the funnel is narrow: the one above has its word above
	if c.Objective != nil && *c.Objective < c.Center {
		under, over = over, under
	}
	data := []Option{{"yAxis": c.Center, "lineStyle": Option{"color": "var(--ink-3)", "type": "solid", "width": 1}, "label": word(c.CenterWord, under)}}
	if c.Objective != nil {
		data = append(data, Option{"yAxis": *c.Objective, "lineStyle": Option{"color": "var(--accent)", "type": []int{3, 4}, "width": 1.25}, "label": word(c.ObjectiveWord, over)})
	}
	return Option{"symbol": "none", "silent": true, "animation": false, "data": data}
}

// points are drawn as a line without its line, the strong ones last and larger.
func (c Funnel) points() Option {
	var weak, strong []any
	for _, m := range c.Marks {
		color := "var(--ink-3)"
		if m.Color != "" {
			color = "var(--" + m.Color + ")"
		}
		p := Option{"value": []float64{float64(m.N), m.Value}, "symbolSize": 8, "itemStyle": Option{"color": color, "borderColor": "var(--surface)", "borderWidth": 1}}
		if !m.Strong {
			if m.Color != "" {
				p["label"] = Option{"show": true, "position": "bottom", "formatter": m.Name, "color": "var(--ink-2)", "fontSize": textSize - 1,
					"backgroundColor": "var(--surface)", "padding": []int{1, 3}}
			}
			weak = append(weak, p)
			continue
		}
		p["symbolSize"] = 14
		p["label"] = Option{"show": true, "position": "top", "formatter": m.Name, "color": "var(--ink)", "fontSize": textSize, "fontWeight": 600,
			"backgroundColor": "var(--surface)", "padding": []int{1, 4}, "borderRadius": 3}
		strong = append(strong, p)
	}
	return Option{"type": "line", "data": append(weak, strong...), "symbol": "circle", "showAllSymbol": true, "lineStyle": Option{"width": 0, "opacity": 0}, "emphasis": Option{"disabled": true}, "z": 5}
}

// Chance makes the limits of a figure around center from those at one answer: they narrow as the square root of n.
func Chance(center, half float64) func(n float64) (low, high float64) {
	return func(n float64) (float64, float64) {
		h := half / math.Sqrt(n)
		return center - h, center + h
	}
}
