package chart

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"strings"

	"vigie/assets"
)

// Poster is what stands around a chart that leaves the house as an image.
type Poster struct {
	Title []string // lines above
	Foot  string   // line below
}

// Image gives a chart as an SVG that stands alone: light colours, no link, its title and foot inside.
func (d *Drawer) Image(ctx context.Context, c Chart, p Poster) (string, error) {
	drawing, err := d.drawIn(ctx, c, Wide, frame{label: c.frame().label})
	if err != nil {
		return "", err
	}
	colors, err := d.palette()
	if err != nil {
		return "", err
	}
	size := Wide
	if f, ok := c.(fitted); ok {
		size = f.fit(size)
	}
	return colors(p.around(drawing, size)), nil
}

const posterMargin, posterLine = 20, 22

func (p Poster) around(drawing string, s Size) string {
	head := posterMargin + posterLine*len(p.Title) + 8
	width, height := s.Width+2*posterMargin, head+s.Height+posterMargin+posterLine
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="Inter, Segoe UI, Roboto, Helvetica, Arial, sans-serif">`, width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="var(--surface)"/>`, width, height)
	for i, line := range p.Title {
		weight := 400
		if i == 0 {
			weight = 600
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="15" font-weight="%d" fill="var(--ink)">%s</text>`, posterMargin, posterMargin+14+posterLine*i, weight, html.EscapeString(line))
	}
	inner := strings.Replace(drawing, "<svg ", fmt.Sprintf(`<svg x="%d" y="%d" width="%d" height="%d" `, posterMargin, head, s.Width, s.Height), 1)
	b.WriteString(inner)
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="12" fill="var(--ink-3)">%s</text></svg>`, posterMargin, height-posterMargin+4, html.EscapeString(p.Foot))
	return b.String()
}

var (
	rootRule  = regexp.MustCompile(`:root\{([^}]*)\}`)
	tokenRule = regexp.MustCompile(`(--[\w-]+):([^;}]+)`)
	tokenUse  = regexp.MustCompile(`var\((--[\w-]+)\)`)
)

// palette reads what the colours of the page stand for in the light theme.
func (d *Drawer) palette() (func(string) string, error) {
	css, err := assets.File("app.css")
	if err != nil {
		return nil, fmt.Errorf("chart: colours: %w", err)
	}
	tokens := map[string]string{}
	if root := rootRule.FindSubmatch(css); root != nil {
		for _, m := range tokenRule.FindAllSubmatch(root[1], -1) {
			tokens[string(m[1])] = string(m[2])
		}
	}
	return func(svg string) string {
		return tokenUse.ReplaceAllStringFunc(svg, func(use string) string {
			if c, ok := tokens[tokenUse.FindStringSubmatch(use)[1]]; ok {
				return c
			}
			return "#555"
		})
	}, nil
}
