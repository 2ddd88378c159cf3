package chart

import "math"

// Multiples are small charts of the same kind on the same scale, side by side: trends over Names when Over is set, else
// horizontal bars, one a name.
type Multiples struct {
	Label     string
	Names     []string // along the shared axis
	Over      bool     // Names are periods
	Panels    []Panel
	Objective *float64
	Format    Format
}

// Panel is one small chart. Points follow Names.
type Panel struct {
	Name   string
	Points []Point
}

const (
	panelTop, panelFoot = 26, 24
	trendHeight         = 92
	barHeight           = 22
	panelGap            = 18
)

func (c Multiples) frame() frame {
	f := frame{label: c.Label}
	for _, p := range c.Panels {
		for _, x := range p.Points {
			f.hits = append(f.hits, hit{x.Href, x.Says})
		}
	}
	return f
}

func (c Multiples) plot() plot { return plot{} }

// layout is where the panels stand.
type layout struct {
	columns               int
	left                  float64 // room of the axis before the first column
	width, height, stride float64 // of a panel, and from one row to the next
}

func (c Multiples) layout(s Size) layout {
	l := layout{columns: 3, left: float64(c.Format.margin(c.scale())), height: trendHeight}
	if len(c.Panels) > 9 {
		l.columns = 4
	}
	if !c.Over {
		l.left, l.height = float64(nameRoom(c.Names, s.Width)), float64(barHeight*max(1, len(c.Names)))
	}
	if s.Width < 500 {
		l.columns = 2
		if !c.Over {
			l.columns = 1
		}
	}
	l.columns = max(1, min(l.columns, len(c.Panels)))
	l.width = (float64(s.Width) - l.left - 12 - panelGap*float64(l.columns-1)) / float64(l.columns)
	l.stride = l.height + panelTop + panelFoot
	return l
}

func (c Multiples) fit(s Size) Size {
	l := c.layout(s)
	rows := (len(c.Panels) + l.columns - 1) / l.columns
	return Size{s.Width, int(math.Ceil(l.stride*float64(max(1, rows)))) + 4}
}

func (l layout) at(i int) (x, y float64) {
	return l.left + float64(i%l.columns)*(l.width+panelGap), panelTop + float64(i/l.columns)*l.stride
}

func (c Multiples) spots(s Size) []spot {
	l := c.layout(s)
	var out []spot
	n := float64(max(1, len(c.Names)))
	for i, p := range c.Panels {
		x, y := l.at(i)
		for k := range p.Points {
			if c.Over {
				out = append(out, spot{x + l.width*float64(k)/n, y, l.width / n, l.height})
			} else {
				out = append(out, spot{x, y + float64(barHeight*k), l.width, barHeight})
			}
		}
	}
	return out
}

func (c Multiples) scale() scale {
	if !c.Over {
		var all []Row
		for _, p := range c.Panels {
			all = append(all, p.rows()...)
		}
		return rowScale(all, c.Objective)
	}
	line := Line{Objective: c.Objective}
	for _, p := range c.Panels {
		line.Series = append(line.Series, Series{Points: p.Points})
	}
	return line.scale()
}

func (p Panel) rows() []Row {
	var out []Row
	for _, x := range p.Points {
		out = append(out, Row{Value: x.Value, Low: x.Low, High: x.High, Missing: x.Missing, Few: x.Few})
	}
	return out
}

// Option gives the ECharts option: one grid and one pair of axes a panel, all on one scale.
func (c Multiples) Option(s Size) Option {
	l, shared := c.layout(s), c.scale()
	o := base(plot{})
	var grids, xs, ys, series []Option
	for i, p := range c.Panels {
		x, y := l.at(i)
		grids = append(grids, Option{"left": x, "top": y, "width": l.width, "height": l.height, "outerBoundsMode": "none"})
		across, up := c.axes(i, l, shared)
		xs, ys = append(xs, across), append(ys, up)
		for _, one := range c.series(p, i) {
			one["xAxisIndex"], one["yAxisIndex"] = i, i
			series = append(series, one)
		}
	}
	o["grid"], o["xAxis"], o["yAxis"], o["series"] = grids, xs, ys, series
	return o
}

func (c Multiples) axes(i int, l layout, shared scale) (across, up Option) {
	first := i%l.columns == 0
	if c.Over {
		across, up = categories(c.Names, true), values(shared, c.Format)
		label := across["axisLabel"].(Option)
		label["interval"], label["alignMinLabel"], label["alignMaxLabel"] = max(0, len(c.Names)-2), "left", "right"
	} else {
		across, up = values(shared, c.Format), nameAxis(c.Names, int(l.left)-14)
		across["axisLabel"].(Option)["hideOverlap"] = true
	}
	across["gridIndex"], up["gridIndex"] = i, i
	up["axisLabel"].(Option)["show"] = first
	title, where := c.Panels[i].Name, "end"
	if !c.Over {
		where = "start" // of an axis turned upside down
	}
	up["name"], up["nameLocation"], up["nameGap"] = title, where, 9
	up["nameTextStyle"] = Option{"color": "var(--ink)", "fontSize": textSize, "fontWeight": 600, "align": "left"}
	up["nameTruncate"] = Option{"maxWidth": l.width, "ellipsis": "…"}
	return across, up
}

func (c Multiples) series(p Panel, i int) []Option {
	if !c.Over {
		bars := rowBars(p.rows())
		bars["barWidth"] = 11
		mark := bars["markLine"].(Option)
		mark["data"] = append(mark["data"].([]any), goal(c.Objective, "")...)
		return []Option{bars}
	}
	s := Series{Points: p.Points}
	out := s.bandNamed("panel" + string(rune('a'+i)))
	line := s.line(false)
	line["symbolSize"], line["showAllSymbol"] = 5, len(p.Points) <= 16
	line["markLine"] = Line{Objective: c.Objective}.marks()
	return append(out, line)
}
