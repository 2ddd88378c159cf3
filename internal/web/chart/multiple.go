package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Multiples are small charts of the same kind on the same scale, side by side: trends over Names when Over is set, else
// horizontal bars, one a name. They are drawn here: the engine takes seconds for dozens of them.
type Multiples struct {
	Label     string
	Names     []string // along the shared axis
	Over      bool     // Names are periods
	Panels    []Panel
	Events    []Event // of periods
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

// Option is what keeps the drawing in memory: all that it shows.
func (c Multiples) Option(Size) Option { return Option{"multiples": c} }

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

// pen writes shapes in the tokens of the page.
type pen struct{ strings.Builder }

func (p *pen) line(x1, y1, x2, y2 float64, style string) {
	fmt.Fprintf(p, `<path d="M%s %sL%s %s" %s/>`, short(x1), short(y1), short(x2), short(y2), style)
}

func (p *pen) text(x, y float64, style, text string) {
	fmt.Fprintf(p, `<text x="%s" y="%s" font-size="%d" %s>%s</text>`, short(x), short(y), textSize, style, html.EscapeString(text))
}

const (
	gridStyle = `stroke="var(--line)"`
	goalStyle = `stroke="var(--ink-3)" stroke-width="1.25" stroke-dasharray="3 4"`
	faint     = `fill="var(--ink-3)"`
)

// svg draws the panels, one after the other.
func (c Multiples) svg(s Size) string {
	l, shared, p := c.layout(s), c.scale(), &pen{}
	for i, panel := range c.Panels {
		x, y := l.at(i)
		p.text(x, y-9, `fill="var(--ink)" font-weight="600"`, cutTo(panel.Name, l.width))
		f := field{pen: p, x: x, y: y, width: l.width, height: l.height, scale: shared, first: i%l.columns == 0}
		if c.Over {
			f.trend(c, panel)
		} else {
			f.bars(c, panel)
		}
	}
	return p.String()
}

// cutTo shortens a text to about so many pixels.
func cutTo(text string, width float64) string {
	r := []rune(text)
	if most := int(width / 6.6); len(r) > most && most > 1 {
		return string(r[:most-1]) + "…"
	}
	return text
}

// field is one panel being drawn.
type field struct {
	pen                 *pen
	x, y, width, height float64
	scale               scale
	first               bool // of its line: it names the axis
}

// share is where a value stands on the scale, 0 to 1.
func (f field) share(v float64) float64 { return (v - f.scale.min) / (f.scale.max - f.scale.min) }

func (f field) steps() []float64 {
	var out []float64
	for v := f.scale.min; v <= f.scale.max+f.scale.step/2; v += f.scale.step {
		out = append(out, v)
	}
	return out
}

func (f field) trend(c Multiples, p Panel) {
	up := func(v float64) float64 { return f.y + f.height*(1-f.share(v)) }
	for _, v := range f.steps() {
		f.pen.line(f.x, up(v), f.x+f.width, up(v), gridStyle)
		if f.first {
			f.pen.text(f.x-8, up(v)+4, faint+` text-anchor="end"`, c.Format.write(v))
		}
	}
	if c.Objective != nil {
		f.pen.line(f.x, up(*c.Objective), f.x+f.width, up(*c.Objective), goalStyle)
	}
	across := func(k int) float64 { return f.x + f.width*(float64(k)+0.5)/float64(max(1, len(c.Names))) }
	for _, e := range c.Events {
		f.pen.line(across(e.Period), f.y, across(e.Period), f.y+f.height, `stroke="var(--watch)"`)
		f.pen.text(across(e.Period)+3, f.y+f.height-4, `fill="var(--watch)"`, e.Word)
	}
	for _, run := range runs(p.Points) {
		f.run(p.Points, run, across, up)
	}
	if n := len(c.Names); n > 0 {
		f.pen.text(f.x, f.y+f.height+16, faint, c.Names[0])
		if n > 1 {
			f.pen.text(f.x+f.width, f.y+f.height+16, faint+` text-anchor="end"`, c.Names[n-1])
		}
	}
}

// runs are the stretches of points without a hole: from, to (not included).
func runs(points []Point) [][2]int {
	var out [][2]int
	for k, p := range points {
		switch {
		case p.Missing:
		case len(out) > 0 && out[len(out)-1][1] == k:
			out[len(out)-1][1] = k + 1
		default:
			out = append(out, [2]int{k, k + 1})
		}
	}
	return out
}

// dotted panels have few enough points for each to have its dot.
const dotted = 16

// run draws a stretch: its band, its line (thin and grey from or to a point that says little), its dots.
func (f field) run(points []Point, r [2]int, across func(int) float64, up func(float64) float64) {
	f.band(points, r, across, up)
	for k := r[0] + 1; k < r[1]; k++ {
		style := `stroke="var(--accent)" stroke-width="2" stroke-linecap="round"`
		if points[k-1].Few || points[k].Few {
			style = `stroke="var(--ink-3)" stroke-width="1"`
		}
		f.pen.line(across(k-1), up(points[k-1].Value), across(k), up(points[k].Value), style)
	}
	for k := r[0]; k < r[1]; k++ {
		if p := points[k]; len(points) <= dotted || r[1]-r[0] == 1 {
			style := `fill="var(--accent)" stroke="var(--surface)"`
			if p.Few {
				style = `fill="var(--surface)" stroke="var(--ink-3)" stroke-width="1.5"`
			}
			fmt.Fprintf(f.pen, `<circle cx="%s" cy="%s" r="3" %s/>`, short(across(k)), short(up(p.Value)), style)
		}
	}
}

func (f field) band(points []Point, r [2]int, across func(int) float64, up func(float64) float64) {
	var band, back strings.Builder
	letter := "M"
	for k := r[0]; k < r[1]; k++ {
		fmt.Fprintf(&band, "%s%s %s", letter, short(across(k)), short(up(points[k].High)))
		j := r[1] - 1 - (k - r[0])
		fmt.Fprintf(&back, "L%s %s", short(across(j)), short(up(points[j].Low)))
		letter = "L"
	}
	fmt.Fprintf(f.pen, `<path d="%s%sZ" fill="var(--accent)" opacity="0.14"/>`, band.String(), back.String())
}

func (f field) bars(c Multiples, p Panel) {
	across := func(v float64) float64 { return f.x + f.width*f.share(v) }
	for i, v := range f.steps() {
		f.pen.line(across(v), f.y, across(v), f.y+f.height, gridStyle)
		if i == 0 {
			f.pen.text(across(v), f.y+f.height+16, faint, c.Format.write(v))
		} else if v >= f.scale.max-f.scale.step/2 {
			f.pen.text(across(v), f.y+f.height+16, faint+` text-anchor="end"`, c.Format.write(v))
		}
	}
	if c.Objective != nil {
		f.pen.line(across(*c.Objective), f.y, across(*c.Objective), f.y+f.height, goalStyle)
	}
	for k, row := range p.rows() {
		middle := f.y + float64(barHeight*k) + barHeight/2
		if f.first {
			f.pen.text(f.x-10, middle+4, `fill="var(--ink-2)" text-anchor="end"`, cutTo(c.Names[k], f.x-14))
		}
		f.bar(row, middle, across)
	}
}

func (f field) bar(r Row, middle float64, across func(float64) float64) {
	if r.Missing {
		return
	}
	color := "var(--accent)"
	if r.Few {
		color = "var(--passive)"
	}
	from, to := across(min(0, r.Value)), across(max(0, r.Value))
	fmt.Fprintf(f.pen, `<rect x="%s" y="%s" width="%s" height="11" rx="2" fill="%s"/>`, short(from), short(middle-5.5), short(max(to-from, 0.5)), color)
	if r.banded() {
		f.pen.line(across(r.Low), middle, across(r.High), middle, `stroke="var(--ink)" stroke-width="1.5"`)
	}
}
