package chart

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/internal/lang"
)

func sampleRows() Rows {
	return Rows{Label: "Par canal", Format: Format{Lang: lang.For("fr"), Suffix: "\u202f%"}, Objective: new(80.0), ObjectiveWord: "Objectif", Items: []Row{
		{Name: "téléphone <direct>", Text: "76\u202f%", Value: 76, Low: 72, High: 79, Beside: new(70.0), Href: "/verbatims?channel=phone", Says: "téléphone : 76 %"},
		{Name: "courrier", Text: "n 4", Value: 20, Low: 5, High: 60, Few: true}, {Name: "borne", Missing: true, Text: "—"}}}
}

func sampleHeat() Heat {
	return Heat{Label: "Par canal et région", Columns: []string{"Ouest", "Nord"}, Rows: []string{"téléphone"}, Cells: [][]HeatCell{
		{{Text: "58\u202f%", Level: -3, Href: "/verbatims?unit=west", Says: "Ouest : 58 %"}, {Text: "n 4", Few: true}}}}
}

func sampleScatter() Scatter {
	f := Format{Lang: lang.For("fr")}
	return Scatter{Label: "CSAT et CES", XName: "CSAT", YName: "CES", XFormat: f, YFormat: f, Dots: []Dot{
		{Name: "J’appelle", X: Span{70, 65, 75}, Y: Span{5, 4.5, 5.5}, Href: "/verbatims?touchpoint=call", Says: "J’appelle"}, {Name: "Je signe", X: Span{80, 60, 95}, Y: Span{6, 3, 7}, Few: true}}}
}

func sampleMultiples(over bool) Multiples {
	points := []Point{{Value: 80, Low: 75, High: 85, Href: "/verbatims?unit=west", Says: "Ouest"}, {Missing: true}, {Value: 40, Low: 20, High: 60, Few: true}}
	return Multiples{Label: "Par région", Over: over, Names: []string{"janv.", "févr.", "mars"}, Format: Format{Lang: lang.For("fr"), Suffix: "\u202f%"}, Objective: new(78.0),
		Panels: []Panel{{Name: "Ouest & Cie", Points: points}, {Name: "Nord", Points: points}}}
}

func shapesOfAll() map[string]Chart {
	return map[string]Chart{"rows": sampleRows(), "heat": sampleHeat(), "scatter": sampleScatter(), "trends": sampleMultiples(true), "bars": sampleMultiples(false)}
}

func TestEveryShapeFollowsTheContentPolicyAndLeadsToWords(t *testing.T) {
	d := drawer(t)
	for name, c := range shapesOfAll() {
		got, err := d.Draw(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for size, svg := range map[string]string{"wide": got.Wide, "narrow": got.Narrow} {
			for _, banned := range []string{"style=", "<style", "<script", "javascript:", "#000", "font-family", "NaN"} {
				if strings.Contains(svg, banned) {
					t.Errorf("%s %s holds %s", name, size, banned)
				}
			}
			for _, want := range []string{`href="/verbatims?`, `role="group"`, `aria-label="` + c.frame().label} {
				if !strings.Contains(svg, want) {
					t.Errorf("%s %s: no %s", name, size, want)
				}
			}
			mustBeXML(t, svg)
		}
	}
}

func TestEveryHitHasItsSpotInsideTheDrawing(t *testing.T) {
	for name, c := range shapesOfAll() {
		for _, s := range []Size{Wide, Narrow} {
			s = c.(fitted).fit(s)
			spots := c.(spotted).spots(s)
			if len(spots) != len(c.frame().hits) {
				t.Errorf("%s: %d spots for %d hits", name, len(spots), len(c.frame().hits))
			}
			for _, p := range spots {
				if p.x < 0 || p.y < 0 || p.x+p.width > float64(s.Width)+0.01 || p.y+p.height > float64(s.Height)+0.01 {
					t.Errorf("%s: %+v is outside of %v", name, p, s)
				}
			}
		}
	}
}

func TestPanelsShareOneScaleThatHoldsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Multiples{Over: rapid.Bool().Draw(t, "over"), Names: []string{"a", "b"}, Format: Format{Lang: lang.For("fr")}}
		for i := range rapid.IntRange(1, 30).Draw(t, "panels") {
			v := rapid.Float64Range(-100, 100).Draw(t, "value")
			w := rapid.Float64Range(0, 50).Draw(t, "margin")
			c.Panels = append(c.Panels, Panel{Name: fmt.Sprint(i), Points: []Point{{Value: v, Low: v - w, High: v + w}, {Missing: true}}})
		}
		s := c.scale()
		for _, p := range c.Panels {
			if p.Points[0].Low < s.min-1e-6 || p.Points[0].High > s.max+1e-6 {
				t.Fatalf("%v does not hold %+v", s, p.Points[0])
			}
		}
		if !c.Over && (s.min > 0 || s.max < 0) {
			t.Fatalf("bars do not start at zero: %v", s)
		}
		if svg := c.svg(c.fit(Wide)); strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Fatal("a coordinate is no number")
		}
	})
}

func TestAHoleInATrendIsNotBridged(t *testing.T) {
	got := runs([]Point{{}, {}, {Missing: true}, {}, {Missing: true}, {Missing: true}})
	if len(got) != 2 || got[0] != [2]int{0, 2} || got[1] != [2]int{3, 4} {
		t.Errorf("%v", got)
	}
}

func TestAnImageStandsAlone(t *testing.T) {
	d := drawer(t)
	for name, c := range shapesOfAll() {
		svg, err := d.Image(t.Context(), c, Poster{Title: []string{"Satisfaction & co", "par canal"}, Foot: "n 12"})
		if err != nil {
			t.Fatal(err)
		}
		mustBeXML(t, svg)
		for _, banned := range []string{"var(--", "href", "#555"} {
			if strings.Contains(svg, banned) {
				t.Errorf("%s holds %s", name, banned)
			}
		}
		if !strings.Contains(svg, "Satisfaction &amp; co") || !strings.Contains(svg, "n 12") {
			t.Errorf("%s: no title or foot", name)
		}
	}
}

// The two sides of the scale are told apart by who sees no red or no green, and figures are read on every colour.
func TestHeatColoursAreReadable(t *testing.T) {
	d := drawer(t)
	colors, err := d.palette()
	if err != nil {
		t.Fatal(err)
	}
	last := -1.0
	ink := luminance(t, colors("var(--ink)"))
	for level := -3; level <= 3; level++ {
		hex := colors("var(--" + HeatToken(level) + ")")
		l := luminance(t, hex)
		if contrast := (l + 0.05) / (ink + 0.05); contrast < 4.5 {
			t.Errorf("level %d (%s): contrast %.1f", level, hex, contrast)
		}
		if level <= -1 && l <= last {
			t.Errorf("level %d (%s) is not lighter than the one before", level, hex)
		}
		last = l
		if level != 0 && !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(hex) {
			t.Errorf("level %d is %s", level, hex)
		}
	}
	for step := 1; step <= 3; step++ { // blue against orange: the blue part alone tells the two sides apart
		bad, good := blue(t, colors("var(--"+HeatToken(-step)+")")), blue(t, colors("var(--"+HeatToken(step)+")"))
		if good-bad < 30 {
			t.Errorf("step %d: blue %d and %d", step, bad, good)
		}
	}
}

func blue(t *testing.T, hex string) (v int) {
	t.Helper()
	if _, err := fmt.Sscanf(hex[5:], "%02x", &v); err != nil {
		t.Fatalf("%q: %v", hex, err)
	}
	return v
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil {
		t.Fatalf("%q: %v", hex, err)
	}
	part := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}
