package chart

// Heat is a table of coloured cells.
type Heat struct {
	Label   string
	Columns []string
	Rows    []string
	Cells   [][]HeatCell // by row, then column
}

// HeatCell is one cell. Level from −3 (bad end) to 3 (good end) picks the colour of the diverging scale; Few and Missing
// cells have none.
type HeatCell struct {
	Text         string
	Level        int
	Few, Missing bool
	Href, Says   string
}

const heatHeight = 32

func (c Heat) frame() frame {
	f := frame{label: c.Label}
	for _, row := range c.Cells {
		for _, x := range row {
			f.hits = append(f.hits, hit{x.Href, x.Says})
		}
	}
	return f
}

func (c Heat) plot() plot { return plot{} }

func (c Heat) fit(s Size) Size {
	return Size{s.Width, axisRoom + heatHeight*max(1, len(c.Rows)) + 8}
}

func (c Heat) cell(s Size) (left, width float64) {
	room := float64(nameRoom(c.Rows, s.Width))
	return room, (float64(s.Width) - room - 8) / float64(max(1, len(c.Columns)))
}

func (c Heat) spots(s Size) []spot {
	left, width := c.cell(s)
	var out []spot
	for y := range c.Cells {
		for x := range c.Cells[y] {
			out = append(out, spot{left + width*float64(x), float64(axisRoom + heatHeight*y), width, heatHeight})
		}
	}
	return out
}

// HeatToken names the colour of a level.
func HeatToken(level int) string {
	return [...]string{"heat-b3", "heat-b2", "heat-b1", "heat-0", "heat-g1", "heat-g2", "heat-g3"}[min(max(level, -3), 3)+3]
}

// Option gives the ECharts option: each cell is a rectangle of its own colour.
func (c Heat) Option(s Size) Option {
	left, width := c.cell(s)
	o := base(plot{left: int(left), right: 8})
	o["grid"].(Option)["top"], o["grid"].(Option)["bottom"] = axisRoom, 8
	x := categories(c.Columns, true)
	x["position"] = "top"
	x["axisLine"] = Option{"show": false}
	x["axisLabel"].(Option)["width"], x["axisLabel"].(Option)["overflow"] = max(width-4, 30), "truncate"
	y := nameAxis(c.Rows, int(left)-14)
	y["axisLine"] = Option{"show": false}
	o["xAxis"], o["yAxis"] = x, y
	o["series"] = []Option{{"type": "scatter", "symbol": "rect", "symbolSize": []float64{max(width-2, 1), heatHeight - 2}, "silent": true,
		"data": c.items(width), "emphasis": Option{"disabled": true}}}
	return o
}

// labelWidth is under which a cell has no room for its figure.
const labelWidth = 34

func (c Heat) items(width float64) []any {
	items := []any{}
	for y, row := range c.Cells {
		for x, cell := range row {
			if cell.Missing {
				continue
			}
			color := "var(--" + HeatToken(cell.Level) + ")"
			if cell.Few {
				color = "var(--sunk)"
			}
			ink := "var(--ink)"
			if cell.Few {
				ink = "var(--ink-3)"
			}
			items = append(items, Option{"value": []int{x, y}, "itemStyle": Option{"color": color},
				"label": Option{"show": width >= labelWidth, "position": "inside", "formatter": cell.Text, "color": ink, "fontSize": textSize}})
		}
	}
	return items
}
