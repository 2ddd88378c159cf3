package chart

// Bars is a histogram or a comparison of a few: zero-based, each bar with its figure above it.
type Bars struct {
	Label  string
	Items  []Bar
	Format Format  // of the axis
	Max    float64 // of the axis; 0: fits
}

// Bar is one bar. Text is written above it; Color is a token ("promoter", "passive", "detractor"…), "" is accent.
type Bar struct {
	Name, Text, Color string
	Value             float64
	Href, Says        string
}

func (c Bars) frame() frame {
	f := frame{label: c.Label}
	for _, b := range c.Items {
		f.hits = append(f.hits, hit{b.Href, b.Says})
	}
	return f
}

// barsWidth is that of half a page: the bars of a scale are few.
const barsWidth = 560

func (c Bars) fit(s Size) Size { return Size{min(s.Width, barsWidth), s.Height} }

func (c Bars) plot() plot {
	return plot{left: c.Format.margin(c.scale()), right: marginRight, gap: true}
}

func (c Bars) scale() scale {
	low, high := 0.0, c.Max
	for _, b := range c.Items {
		low, high = min(low, b.Value), max(high, b.Value)
	}
	return rounded(low, high)
}

// Option gives the ECharts option.
func (c Bars) Option(Size) Option {
	var names []string
	var data []any
	for _, b := range c.Items {
		names = append(names, b.Name)
		data = append(data, b.option())
	}
	o := base(c.plot())
	o["xAxis"] = categories(names, true)
	o["yAxis"] = values(c.scale(), c.Format)
	o["series"] = []Option{{"type": "bar", "data": data, "barMaxWidth": 44, "barCategoryGap": "28%", "emphasis": Option{"disabled": true}}}
	return o
}

func (b Bar) option() Option {
	color := "var(--accent)"
	if b.Color != "" {
		color = "var(--" + b.Color + ")"
	}
	radius, position := []int{4, 4, 0, 0}, "top"
	if b.Value < 0 {
		radius, position = []int{0, 0, 4, 4}, "bottom"
	}
	return Option{"value": b.Value, "itemStyle": Option{"color": color, "borderRadius": radius},
		"label": Option{"show": b.Text != "", "position": position, "formatter": b.Text, "color": "var(--ink-2)", "fontSize": textSize}}
}
