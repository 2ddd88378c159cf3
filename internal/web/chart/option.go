package chart

import (
	"math"
	"unicode/utf8"

	"vigie/internal/lang"
)

// Option is an ECharts option that JSON can carry.
type Option map[string]any

// Chart is what can be drawn.
type Chart interface {
	// Option gives the ECharts option for a size; the same serves the interactive library in the browser.
	Option(Size) Option
	frame() frame
	plot() plot
}

// fitted charts are as high as what they hold needs; spotted ones say where each of their hits lies; handmade ones draw
// their shapes themselves.
type (
	fitted   interface{ fit(Size) Size }
	spotted  interface{ spots(Size) []spot }
	handmade interface{ svg(Size) string }
)

// spot is the rectangle of a hit, in pixels of the drawing.
type spot struct{ x, y, width, height float64 }

// plot is where the axes stand, in pixels from the edges.
type plot struct {
	left, right int
	gap         bool // columns stand between ticks (bars) rather than on them (lines)
}

// Size in CSS pixels.
type Size struct{ Width, Height int }

// Wide and Narrow are the two sizes drawn: for a desk and for a phone, texts of the same size in both.
var (
	Wide   = Size{880, 280}
	Narrow = Size{380, 240}
)

// frame is what a drawing carries besides its shapes.
type frame struct {
	label string
	hits  []hit
}

// hit is a column of the chart that leads to the feedbacks behind it.
type hit struct{ href, label string }

// Format says how numbers are written on the axis and beside shapes.
type Format struct {
	Lang     lang.Lang
	Decimals int
	Suffix   string // "\u202f%", " pts"
	Signed   bool   // +24
}

func (f Format) option() map[string]any {
	n := map[string]any{"decimals": f.Decimals, "suffix": f.Suffix, "signed": f.Signed, "comma": ",", "group": "\u202f"}
	if f.Lang.Tag() == "en" {
		n["comma"], n["group"] = ".", ","
	}
	return map[string]any{"$number": n}
}

// write gives a number as the axis writes it.
func (f Format) write(v float64) string {
	if f.Signed {
		return f.Lang.Points(v, f.Decimals) + f.Suffix
	}
	return f.Lang.Number(v, f.Decimals) + f.Suffix
}

// The margins of the plot, in pixels; the axis labels stand in them, on the left as wide as they need.
const (
	marginTop, marginBottom, marginRight = 26, 28, 16
)

const textSize = 12

func base(p plot) Option {
	return Option{
		"animation": false,
		"textStyle": Option{"fontSize": textSize, "color": "var(--ink-3)"},
		"grid":      Option{"top": marginTop, "bottom": marginBottom, "left": p.left, "right": p.right, "outerBoundsMode": "none"},
	}
}

// margin gives room for the longest label of an axis.
func (f Format) margin(s scale) int {
	longest := 0
	for _, v := range []float64{s.min, s.max} {
		longest = max(longest, utf8.RuneCountInString(f.Lang.Number(v, f.Decimals)+f.Suffix))
	}
	if f.Signed {
		longest++
	}
	return 14 + 7*longest
}

func categories(labels []string, gap bool) Option {
	return Option{
		"type": "category", "data": labels, "boundaryGap": gap,
		"axisTick": Option{"show": false}, "axisLine": Option{"lineStyle": Option{"color": "var(--line-strong)"}},
		"axisLabel": Option{"color": "var(--ink-3)", "fontSize": textSize, "hideOverlap": true, "margin": 10},
	}
}

func values(s scale, f Format) Option {
	return Option{
		"type": "value", "min": s.min, "max": s.max, "interval": s.step,
		"axisLabel": Option{"color": "var(--ink-3)", "fontSize": textSize, "formatter": f.option()},
		"splitLine": Option{"lineStyle": Option{"color": "var(--line)"}},
	}
}

// scale is an axis of round steps.
type scale struct{ min, max, step float64 }

// rounded gives a few round steps, seven at most, (1, 2 or 5 × 10ⁿ) that hold [low, high].
func rounded(low, high float64) scale {
	if !(high > low) {
		low, high = low-1, high+1
	}
	raw := (high - low) / 4
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= raw*0.75 {
			step = m * unit
			break
		}
	}
	return scale{min: math.Floor(low/step+1e-9) * step, max: math.Ceil(high/step-1e-9) * step, step: step}
}
