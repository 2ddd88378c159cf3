package web_test

import (
	"testing"

	"github.com/PuerkitoBio/goquery"

	"vigie/internal/people"
)

// Every place where a figure stands says how it is computed, and every button opens a box of its page.
func TestEveryFigureSaysHowItIsComputed(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	customer, _ := r.two()
	for _, c := range []struct {
		name, address, place string
		least                int
	}{
		{"heads", "/cockpit", ".head-cell .help", 2},
		{"cards", "/cockpit", ".tp .help", 4},
		{"home", "/?wait=all", ".block .help", 3},
		{"touchpoint", "/touchpoints/technician", ".head-cell .help", 1},
		{"units of a touchpoint", "/touchpoints/technician", "th[scope=col] .help", 2},
		{"promises", "/touchpoints/technician", ".moves .help", 1},
		{"norm", "/norm?unit=west", ".head-cell .help", 2},
		{"explorer", "/explorer?indicator=csat&by=touchpoint", "#explorer .card-top .help", 1},
		{"catalogue", "/catalogue", ".indicators .help", 10},
		{"temperature", path(customer, "/temperature"), ".warmth .help", 1},
	} {
		p := b.get(c.address)
		if n := p.Find(c.place).Length(); p.status != 200 || n < c.least {
			t.Errorf("%s: %d, %d helps", c.name, p.status, n)
		}
		boxes := map[string]int{}
		p.Find("[popover].help-box").Each(func(_ int, s *goquery.Selection) { boxes[s.AttrOr("id", "")]++ })
		p.Find(".help").Each(func(_ int, s *goquery.Selection) {
			if id := s.AttrOr("popovertarget", ""); boxes[id] != 1 {
				t.Errorf("%s: %d boxes %q", c.name, boxes[id], id)
			}
		})
	}
}
