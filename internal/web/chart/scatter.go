package chart

import "math"

// Scatter sets two figures of the same things against each other, each point with both intervals.
type Scatter struct {
	Label            string
	XName, YName     string
	XFormat, YFormat Format
	Dots             []Dot
}

// Dot is one thing. Few draws it hollow.
type Dot struct {
	Name       string
	X, Y       Span
	Few        bool
	Href, Says string
}

// Span is a figure and its interval.
type Span struct{ Value, Low, High float64 }

const scatterHeight, scatterTop, scatterBottom = 380, 34, 52

func (c Scatter) frame() frame {
	f := frame{label: c.Label}
	for _, d := range c.Dots {
		f.hits = append(f.hits, hit{d.Href, d.Says})
	}
	return f
}

func (c Scatter) plot() plot { return plot{left: c.YFormat.margin(c.scale(dotY)) + 4, right: 28} }

func (c Scatter) fit(s Size) Size { return Size{s.Width, scatterHeight} }

func dotX(d Dot) Span { return d.X }
func dotY(d Dot) Span { return d.Y }

func (c Scatter) scale(of func(Dot) Span) scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, d := range c.Dots {
		s := of(d)
		low, high = min(low, s.Value), max(high, s.Value)
		if !d.Few && s.banded() {
			low, high = min(low, s.Low), max(high, s.High)
		}
	}
	if math.IsInf(low, 0) {
		low, high = 0, 100
	}
	return rounded(low, high)
}

func (s Span) banded() bool {
	return s.High > s.Low && !math.IsInf(s.Low, 0) && !math.IsInf(s.High, 0)
}

func (c Scatter) spots(s Size) []spot {
	x, y, p := c.scale(dotX), c.scale(dotY), c.plot()
	width, height := float64(s.Width-p.left-p.right), float64(s.Height-scatterTop-scatterBottom)
	var out []spot
	for _, d := range c.Dots {
		cx := float64(p.left) + width*(d.X.Value-x.min)/(x.max-x.min)
		cy := float64(scatterTop) + height*(1-(d.Y.Value-y.min)/(y.max-y.min))
		out = append(out, spot{cx - 12, cy - 12, 24, 24})
	}
	return out
}

// Option gives the ECharts option.
func (c Scatter) Option(s Size) Option {
	o := base(c.plot())
	o["grid"].(Option)["top"], o["grid"].(Option)["bottom"] = scatterTop, scatterBottom
	x, y := values(c.scale(dotX), c.XFormat), values(c.scale(dotY), c.YFormat)
	style := Option{"color": "var(--ink-2)", "fontSize": textSize, "fontWeight": 600}
	x["name"], x["nameLocation"], x["nameGap"], x["nameTextStyle"] = c.XName, "middle", 32, style
	y["name"], y["nameLocation"], y["nameGap"] = c.YName, "end", 12
	y["nameTextStyle"] = Option{"color": "var(--ink-2)", "fontSize": textSize, "fontWeight": 600, "align": "left"}
	x["axisLine"] = Option{"show": true, "onZero": false, "lineStyle": Option{"color": "var(--line-strong)"}}
	o["xAxis"], o["yAxis"] = x, y
	o["series"] = []Option{{"type": "scatter", "symbolSize": 10, "silent": true, "data": c.items(c.fit(s)), "emphasis": Option{"disabled": true},
		"markLine": c.crosses()}}
	return o
}

func (c Scatter) items(s Size) []any {
	items, sides := []any{}, c.sides(s)
	for i, d := range c.Dots {
		style := Option{"color": "var(--accent)", "borderColor": "var(--surface)", "borderWidth": 1.5}
		if d.Few {
			style = Option{"color": "var(--surface)", "borderColor": "var(--ink-3)", "borderWidth": 1.5}
		}
		items = append(items, Option{"value": []float64{d.X.Value, d.Y.Value}, "itemStyle": style,
			"label": Option{"show": sides[i] != "", "position": sides[i], "formatter": d.Name, "color": "var(--ink)", "fontSize": textSize, "width": dotNameRoom, "overflow": "truncate",
				"textBorderColor": "var(--surface)", "textBorderWidth": 3}})
	}
	return items
}

// crosses are the intervals of the points that say enough.
func (c Scatter) crosses() Option {
	data := []any{}
	for _, d := range c.Dots {
		if d.Few {
			continue
		}
		if d.X.banded() {
			data = append(data, []Option{{"coord": []float64{d.X.Low, d.Y.Value}}, {"coord": []float64{d.X.High, d.Y.Value}}})
		}
		if d.Y.banded() {
			data = append(data, []Option{{"coord": []float64{d.X.Value, d.Y.Low}}, {"coord": []float64{d.X.Value, d.Y.High}}})
		}
	}
	return Option{"symbol": []string{"none", "none"}, "silent": true, "animation": false, "label": Option{"show": false}, "data": data,
		"lineStyle": Option{"color": "var(--accent)", "type": "solid", "width": 1.25, "opacity": 0.3}}
}
