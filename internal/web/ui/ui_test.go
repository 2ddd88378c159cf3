package ui

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"vigie/assets"
	"vigie/internal/lang"
)

func render(t *testing.T, c templ.Component) (*goquery.Document, string) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc, text
}

func TestPagesHoldNothingTheContentPolicyRefuses(t *testing.T) {
	for _, tag := range lang.Tags() {
		doc, text := render(t, Gallery(lang.For(tag), "dark"))
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("<%s %s=%q>", s.Nodes[0].Data, a.Key, a.Val)
				}
			}
		})
		if n := doc.Find("style").Length(); n > 0 {
			t.Errorf("%d <style>", n)
		}
		doc.Find("script").Each(func(_ int, s *goquery.Selection) {
			if _, external := s.Attr("src"); !external {
				t.Error("an inline script")
			}
		})
		if strings.Contains(text, "⟨") {
			t.Errorf("%s: a message is missing", tag)
		}
	}
}

func TestVerbatimsAreText(t *testing.T) {
	doc, _ := render(t, Voices(lang.For("fr"), []Voice{{Texts: []Quote{Words(`<img src=x onerror=alert(1)>`), {Parts: []Part{{"<b>", "hit"}}}}}}))
	if doc.Find("img, blockquote b").Length() > 0 {
		t.Error("markup of a verbatim reached the page")
	}
	if got := doc.Find("mark.hit").Text(); got != "<b>" {
		t.Errorf("marked %q", got)
	}
}

func TestPageHasItsLandmarksAndOneTitle(t *testing.T) {
	doc, _ := render(t, Gallery(lang.For("fr"), ""))
	for selector, want := range map[string]int{"h1": 1, "main#main": 1, "header": 1, "footer": 1, "nav.rail": 1, "a.skip[href='#main']": 1, "head > title": 1, "[aria-current=page]": 2} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%s: %d, want %d", selector, got, want)
		}
	}
	if got := doc.Find("html").AttrOr("lang", ""); got != "fr" {
		t.Errorf("lang %q", got)
	}
}

func TestIdsAreUniqueAndReferencesResolve(t *testing.T) {
	doc, _ := render(t, Gallery(lang.For("en"), ""))
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("id %s twice", id)
		}
		ids[id] = true
	})
	for _, ref := range []string{"for", "aria-labelledby", "aria-describedby"} {
		doc.Find("[" + ref + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(ref, "")) {
				if !ids[id] {
					t.Errorf("%s=%q leads nowhere", ref, id)
				}
			}
		})
	}
}

func TestEveryIconNamedExists(t *testing.T) {
	doc, text := render(t, Gallery(lang.For("fr"), ""))
	doc.Find("svg.icon").Each(func(_ int, s *goquery.Selection) {
		if s.Children().Length() == 0 {
			h, _ := s.Parent().Html()
			t.Errorf("an icon is empty: %s", h)
		}
	})
	if !strings.Contains(text, `<svg class="icon"`) {
		t.Error("no icon at all")
	}
	for _, w := range []Weather{Sun, PartSun, Cloud, Storm, Fog, NoTarget} {
		if assets.Icon(w.icon()) == "" {
			t.Errorf("%s has no icon", w)
		}
	}
}

func TestFieldErrorIsTiedToItsControl(t *testing.T) {
	doc, _ := render(t, FormField(lang.For("en"), Field{Name: "unit", Label: "Unit", Hint: "its key", Error: "unknown", Required: true}))
	in := doc.Find("input")
	if in.AttrOr("aria-describedby", "") != "f-unit-hint f-unit-err" || in.AttrOr("aria-invalid", "") != "true" {
		h, _ := doc.Html()
		t.Error(h)
	}
	if doc.Find(".opt").Length() > 0 {
		t.Error("a required field is called optional")
	}
}

func TestNoiseIsADotNeverAnArrow(t *testing.T) {
	for direction, want := range map[int]string{0: "circle", 1: "path", -1: "path"} {
		doc, _ := render(t, Delta(lang.For("fr"), Change{Text: "x", Direction: direction}))
		if doc.Find("svg "+want).Length() != 1 {
			t.Errorf("direction %d: no %s", direction, want)
		}
	}
}

func TestDistributionFillsTheBar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1e6))
		d := Dist{Top: share.Draw(t, "top"), Middle: share.Draw(t, "middle"), Bottom: share.Draw(t, "bottom")}
		end := 0.0
		for _, s := range d.segments() {
			x, w := percent(t, s.x), percent(t, s.width)
			if x < end-0.4 || w <= 0 || x+w > 100.4 {
				t.Fatalf("%+v after %v", s, end)
			}
			end = x + w
		}
		if d.Top+d.Middle+d.Bottom > 0 && end < 98 {
			t.Fatalf("ends at %v", end)
		}
	})
}

func TestDrawingsStayInsideTheirBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sparkline
		var c Curve
		n := rapid.IntRange(0, 12).Draw(t, "n")
		for i := range n {
			v := rapid.Float64Range(-1000, 1000).Draw(t, "v")
			w := rapid.Float64Range(0, 100).Draw(t, "w")
			missing := rapid.Bool().Draw(t, "missing")
			s.Points = append(s.Points, SparkPoint{v, v - w, v + w, missing})
			c.Points = append(c.Points, CurvePoint{X: StageX(i, n, 0, 1), Gap: v, Low: v - w, High: v + w, Missing: missing})
		}
		sp := s.paths()
		inside(t, sp.line+sp.band+sp.last, sparkW, sparkH)
		cp := c.paths()
		inside(t, cp.line+cp.band+cp.bridge, curveW, curveH)
	})
}

var pair = regexp.MustCompile(`(-?[\d.]+) (-?[\d.]+)`)

func inside(t *rapid.T, path string, w, h float64) {
	if strings.Contains(path, "NaN") || strings.Contains(path, "Inf") {
		t.Fatal(path)
	}
	for _, m := range pair.FindAllStringSubmatch(path, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		if x < -0.02 || x > w+0.02 || y < -0.02 || y > h+0.02 {
			t.Fatalf("%v,%v is outside: %s", x, y, path)
		}
	}
}

func percent(t *rapid.T, s string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func FuzzHitsKeepsTheText(f *testing.F) {
	f.Add("Conseillère très patiente", "patiente")
	f.Add("İstanbul", "i")
	f.Fuzz(func(t *testing.T, text, term string) {
		var b strings.Builder
		for _, p := range Hits(text, []string{term}) {
			if p.Mark == "hit" && !strings.EqualFold(p.Text, term) && strings.ToLower(p.Text) != strings.ToLower(term) {
				t.Errorf("%q is marked for %q", p.Text, term)
			}
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
	})
}

func TestInitialsAreTwoLettersAtMost(t *testing.T) {
	for name, want := range map[string]string{"Claire Xavier": "CX", "": "", "Jean-Paul de Petit": "JP", "élodie": "É", "cx@vigie.fr": "CF"} {
		if got := Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Texts need 4.5:1 and signs 3:1 (WCAG 2.2, 1.4.3 and 1.4.11), in both themes.
func TestTokensContrast(t *testing.T) {
	light := tokens(t, "tokens.css")
	dark := tokens(t, "dark.css")
	type rule struct {
		front, back string
		least       float64
	}
	var rules []rule
	for _, back := range []string{"bg", "surface", "sunk"} {
		for _, front := range []string{"ink", "ink-2", "ink-3"} {
			rules = append(rules, rule{front, back, 4.5})
		}
		for _, sign := range []string{"line-strong", "accent", "good", "watch", "bad", "promoter", "detractor"} {
			if back != "sunk" {
				rules = append(rules, rule{sign, back, 3})
			}
		}
	}
	for _, tone := range []string{"good", "watch", "bad", "employee"} {
		rules = append(rules, rule{tone, tone + "-soft", 4.5}, rule{tone, "surface", 4.5})
	}
	rules = append(rules, rule{"accent-ink", "accent-soft", 4.5}, rule{"accent-ink", "surface", 4.5}, rule{"accent-ink", "bg", 4.5}, rule{"on-accent", "accent", 4.5}, rule{"bad", "bg", 4.5}, rule{"good", "bg", 4.5})
	for name, set := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, r := range rules {
			if got := contrast(t, set[r.front], set[r.back]); got < r.least {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", name, r.front, r.back, got, r.least)
			}
		}
	}
}

func tokens(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../../assets/css/" + file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):(#[0-9a-f]{3,6})`).FindAllStringSubmatch(string(b), -1) {
		out[m[1]] = m[2]
	}
	return out
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 4 {
		hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
	}
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil {
		t.Fatalf("%q: %v", hex, err)
	}
	lin := func(c int) float64 {
		v := float64(c) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}
