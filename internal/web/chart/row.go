package chart

import (
	"math"
	"unicode/utf8"
)

// Rows compares named things: a horizontal bar each, from zero, with its interval and its figure at the end of the line.
type Rows struct {
	Label string
	Items []Row
	// Objective is a dashed line with its word; nil: none.
	Objective     *float64
	ObjectiveWord string
	Format        Format
}

// Row is one bar. Few draws it grey; Low = High draws no interval; Beside, when set, is a mark at what it is compared with.
type Row struct {
	Name, Text       string
	Value, Low, High float64
	Few, Missing     bool
	Beside           *float64
	Href, Says       string
}

const (
	rowHeight = 30
	rowsTop   = 22
	axisRoom  = 30
	textRoom  = 74
)

func (c Rows) frame() frame {
	f := frame{label: c.Label}
	for _, r := range c.Items {
		f.hits = append(f.hits, hit{r.Href, r.Says})
	}
	return f
}

func (c Rows) plot() plot { return plot{} }

func (c Rows) fit(s Size) Size {
	return Size{s.Width, rowsTop + rowHeight*max(1, len(c.Items)) + axisRoom}
}

func (c Rows) spots(s Size) []spot {
	var out []spot
	for i := range c.Items {
		out = append(out, spot{0, float64(rowsTop + rowHeight*i), float64(s.Width), rowHeight})
	}
	return out
}

// nameRoom is what the longest name takes, at most two fifths of the width.
func nameRoom(names []string, width int) int {
	longest := 0
	for _, n := range names {
		longest = max(longest, utf8.RuneCountInString(n))
	}
	return min(16+7*longest, width*2/5)
}

func (c Rows) names() (names, texts []string) {
	for _, r := range c.Items {
		names, texts = append(names, r.Name), append(texts, r.Text)
	}
	return names, texts
}

func (c Rows) scale() scale { return rowScale(c.Items, c.Objective) }

func rowScale(items []Row, objective *float64) scale {
	low, high := 0.0, 0.0
	for _, r := range items {
		if r.Missing {
			continue
		}
		low, high = min(low, r.Value), max(high, r.Value)
		if r.banded() {
			low, high = min(low, r.Low), max(high, r.High)
		}
		if r.Beside != nil {
			low, high = min(low, *r.Beside), max(high, *r.Beside)
		}
	}
	if objective != nil {
		low, high = min(low, *objective), max(high, *objective)
	}
	if low == high {
		high = 1
	}
	return rounded(low, high)
}

func (r Row) banded() bool {
	return r.High > r.Low && !math.IsInf(r.Low, 0) && !math.IsInf(r.High, 0)
}

// Option gives the ECharts option.
func (c Rows) Option(s Size) Option {
	names, texts := c.names()
	room := nameRoom(names, s.Width)
	o := base(plot{left: room, right: textRoom})
	o["grid"].(Option)["top"], o["grid"].(Option)["bottom"] = rowsTop, axisRoom
	o["xAxis"] = values(c.scale(), c.Format)
	right := nameAxis(texts, textRoom-8)
	right["position"] = "right"
	right["axisLine"] = Option{"show": false}
	o["yAxis"] = []Option{nameAxis(names, room-14), right}
	bars := rowBars(c.Items)
	bars["markLine"].(Option)["data"] = append(bars["markLine"].(Option)["data"].([]any), goal(c.Objective, c.ObjectiveWord)...)
	o["series"] = []Option{bars, besideMarks(c.Items), {"type": "bar", "yAxisIndex": 1, "data": []any{}}}
	return o
}

func nameAxis(names []string, room int) Option {
	o := categories(names, true)
	o["inverse"] = true
	label := o["axisLabel"].(Option)
	label["hideOverlap"], label["interval"] = false, 0
	label["width"], label["overflow"], label["color"] = room, "truncate", "var(--ink-2)"
	return o
}

// rowBars are the bars with their intervals, drawn as lines over them.
func rowBars(items []Row) Option {
	var data, bands []any
	for i, r := range items {
		if r.Missing {
			data = append(data, nil)
			continue
		}
		radius := []int{0, 4, 4, 0}
		if r.Value < 0 {
			radius = []int{4, 0, 0, 4}
		}
		color := "var(--accent)"
		if r.Few {
			color = "var(--passive)"
		}
		data = append(data, Option{"value": r.Value, "itemStyle": Option{"color": color, "borderRadius": radius}})
		if r.banded() {
			bands = append(bands, []Option{{"coord": []any{r.Low, i}}, {"coord": []any{r.High, i}}})
		}
	}
	if bands == nil {
		bands = []any{}
	}
	return Option{"type": "bar", "data": data, "barWidth": 14, "emphasis": Option{"disabled": true}, "silent": true,
		"markLine": Option{"symbol": []string{"none", "none"}, "silent": true, "animation": false, "label": Option{"show": false}, "data": bands,
			"lineStyle": Option{"color": "var(--ink)", "type": "solid", "width": 1.75}}}
}

func goal(at *float64, word string) []any {
	if at == nil {
		return nil
	}
	return []any{Option{"xAxis": *at, "lineStyle": Option{"color": "var(--ink-3)", "type": []int{3, 4}, "width": 1.25},
		"label": Option{"show": word != "", "position": "start", "formatter": word, "color": "var(--ink-2)", "fontSize": textSize, "distance": 4}}}
}

func besideMarks(items []Row) Option {
	data := []any{}
	for i, r := range items {
		if r.Beside != nil {
			data = append(data, []any{*r.Beside, i})
		}
	}
	return Option{"type": "scatter", "symbol": "diamond", "symbolSize": 11, "silent": true, "data": data, "emphasis": Option{"disabled": true},
		"itemStyle": Option{"color": "var(--surface)", "borderColor": "var(--ink-2)", "borderWidth": 1.75}}
}
