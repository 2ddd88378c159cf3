package chart

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/assets"
	"vigie/internal/lang"
)

func sampleLine() Line {
	objective := 80.0
	return Line{
		Label: "CSAT <par mois>", Periods: []string{"janv.", "févr.", "mars", "avr."}, Objective: &objective, ObjectiveWord: "objectif 80 %",
		Format: Format{Lang: lang.For("fr"), Decimals: 1, Suffix: "\u202f%"}, Events: []Event{{Period: 2, Word: "grève"}},
		Series: []Series{
			{Name: "Clients", Points: []Point{{Value: 82, Low: 80, High: 84, Href: "/verbatims?month=1&a=b", Says: "janvier : 82 %"}, {Missing: true}, {Value: 60, Low: 55, High: 64}, {Value: 58.5, Low: 40, High: 75, Few: true}}},
			{Name: "Équipes", Color: "employee", Dashed: true, Points: []Point{{Value: 70}, {Value: 71}, {Value: 71}, {Value: 71}}},
		},
	}
}

func drawer(t *testing.T) *Drawer {
	t.Helper()
	if !assets.Built() {
		t.Skip("the assets are not built: run make assets")
	}
	return New(Config{Within: time.Minute}, Deps{}) // on a busy machine too
}

func TestDrawingFollowsTheContentPolicy(t *testing.T) {
	d := drawer(t)
	for _, c := range []Chart{sampleLine(), Bars{Label: "Notes", Items: []Bar{{Name: "5", Value: 12, Text: "12", Color: "promoter", Href: "/v"}, {Name: "4", Value: -3}}}} {
		got, err := d.Draw(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for name, svg := range map[string]string{"wide": got.Wide, "narrow": got.Narrow} {
			for _, banned := range []string{"style=", "<style", "<script", "javascript:", "#000", "font-family"} {
				if strings.Contains(svg, banned) {
					t.Errorf("%T %s holds %s", c, name, banned)
				}
			}
			mustBeXML(t, svg)
		}
	}
}

func TestDrawingSaysItsLabelsAndLinks(t *testing.T) {
	got, err := drawer(t).Draw(t.Context(), sampleLine())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`aria-label="CSAT &lt;par mois&gt;"`, `href="/verbatims?month=1&amp;a=b"`, "objectif 80 %", "grève", "var(--accent)", "var(--employee)",
		"80,0\u202f%", "janv.", "Équipes", `role="group"`,
	} {
		if !strings.Contains(got.Wide, want) {
			t.Errorf("no %s in\n%s", want, got.Wide)
		}
	}
}

func TestIdsOfTwoChartsDiffer(t *testing.T) {
	d := drawer(t)
	one, err := d.Draw(t.Context(), sampleLine())
	if err != nil {
		t.Fatal(err)
	}
	other := sampleLine()
	other.Label = "autre"
	two, err := d.Draw(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, svg := range []string{one.Wide, one.Narrow, two.Wide, two.Narrow} {
		for _, m := range regexp.MustCompile(`\bid="([^"]+)"`).FindAllStringSubmatch(svg, -1) {
			if seen[m[1]] {
				t.Errorf("id %s twice", m[1])
			}
			seen[m[1]] = true
		}
	}
}

func TestManyDrawAtOnce(t *testing.T) {
	d := drawer(t)
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			c := sampleLine()
			c.Series[0].Points[0].Value = float64(i)
			if _, err := d.DrawAt(context.Background(), c, Narrow); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestDrawingStopsWithItsCaller(t *testing.T) {
	d := drawer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.DrawAt(ctx, sampleLine(), Wide); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := d.DrawAt(t.Context(), sampleLine(), Wide); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestCacheForgetsTheLeastUsed(t *testing.T) {
	c := newCache(2)
	c.keep("a", "A")
	c.keep("b", "B")
	c.find("a")
	c.keep("c", "C")
	if _, ok := c.find("b"); ok {
		t.Error("b is still there")
	}
	if svg, ok := c.find("a"); !ok || svg != "A" {
		t.Error("a is gone")
	}
}

func TestScaleHoldsTheDataInFewRoundSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e6, 1e6).Draw(t, "low")
		high := low + rapid.Float64Range(1e-3, 1e6).Draw(t, "width")
		s := rounded(low, high)
		slack := s.step * 1e-6
		if s.min > low+slack || s.max < high-slack {
			t.Fatalf("%v does not hold [%v, %v]", s, low, high)
		}
		if n := (s.max - s.min) / s.step; n < 0.999 || n > 7.001 || math.Abs(n-math.Round(n)) > 1e-3 {
			t.Fatalf("%v has %v steps", s, n)
		}
	})
}

func mustBeXML(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	if !assets.Built() {
		b.Skip("the assets are not built")
	}
	d := New(Config{Keep: 1}, Deps{})
	i := 0.0
	for b.Loop() {
		c := sampleLine()
		i++
		c.Series[0].Points[0].Value = i
		if _, err := d.DrawAt(b.Context(), c, Wide); err != nil {
			b.Fatal(err)
		}
	}
}
