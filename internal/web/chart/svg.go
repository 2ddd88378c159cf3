package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
)

// clean makes ECharts' SVG fit our pages: style attributes become presentation attributes, style sheets and scripts go, ids are
// made unique by the prefix, the root gets its name and the columns of links.
func clean(raw string, f frame, o drawn) (string, error) {
	d := xml.NewDecoder(strings.NewReader(raw))
	d.Strict = false
	var b strings.Builder
	depth, skipping := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", fmt.Errorf("chart: svg: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			if skipping > 0 || !drawing[t.Name.Local] {
				skipping++
				continue
			}
			if depth == 1 {
				b.WriteString(root(f, o))
				continue
			}
			b.WriteString("<" + t.Name.Local + attributes(t.Attr, o.prefix) + ">")
		case xml.EndElement:
			depth--
			if skipping > 0 {
				skipping--
				continue
			}
			if depth == 0 {
				b.WriteString(links(f, o))
			}
			b.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			if skipping == 0 {
				b.WriteString(html.EscapeString(string(t)))
			}
		}
	}
}

// drawn is what the drawing was made for.
type drawn struct {
	size   Size
	plot   plot
	spots  []spot // one a hit; nil: columns of the plot
	prefix string // of its ids
}

// drawing lists the elements let through.
var drawing = map[string]bool{"svg": true, "g": true, "path": true, "rect": true, "circle": true, "ellipse": true, "line": true, "polyline": true, "polygon": true, "text": true, "tspan": true, "defs": true, "clipPath": true, "title": true}

// presentation lists the CSS properties that SVG also takes as attributes. Fonts are the page's own.
var presentation = map[string]bool{"fill": true, "stroke": true, "font-size": true, "font-weight": true, "text-anchor": true, "dominant-baseline": true, "opacity": true, "fill-opacity": true, "stroke-opacity": true, "stroke-width": true, "stroke-dasharray": true}

func attributes(attrs []xml.Attr, prefix string) string {
	var b strings.Builder
	add := func(name, value string) {
		b.WriteString(" " + name + `="` + html.EscapeString(value) + `"`)
	}
	for _, a := range attrs {
		name := a.Name.Local
		switch {
		case name == "style":
			for rule := range strings.SplitSeq(a.Value, ";") {
				if k, v, ok := strings.Cut(rule, ":"); ok && presentation[strings.TrimSpace(k)] {
					add(strings.TrimSpace(k), strings.TrimSpace(v))
				}
			}
		case name == "class" || strings.HasPrefix(name, "on") || strings.HasPrefix(name, "ecmeta") || a.Name.Space != "":
		case name == "id":
			add("id", prefix+a.Value)
		case strings.HasPrefix(a.Value, "url(#"):
			add(name, "url(#"+prefix+strings.TrimPrefix(a.Value, "url(#"))
		case a.Value == "#000": // of clipping paths, where it means nothing
		default:
			add(name, a.Value)
		}
	}
	return b.String()
}

func root(f frame, o drawn) string {
	role := "img"
	if f.linked() {
		role = "group"
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="%s" aria-label="%s">`, o.size.Width, o.size.Height, role, html.EscapeString(f.label))
}

func (f frame) linked() bool {
	for _, h := range f.hits {
		if h.href != "" {
			return true
		}
	}
	return false
}

// links lays over the plot what leads on, for the pointer; the keyboard has the same links in the table.
func links(f frame, o drawn) string {
	spots := o.spots
	if spots == nil {
		spots = columns(len(f.hits), o)
	}
	var b strings.Builder
	for i, h := range f.hits {
		if i >= len(spots) || h.href == "" && h.label == "" {
			continue
		}
		p := spots[i]
		rect := fmt.Sprintf(`<rect x="%s" y="%s" width="%s" height="%s" fill="transparent"><title>%s</title></rect>`,
			short(p.x), short(p.y), short(p.width), short(p.height), html.EscapeString(h.label))
		if h.href == "" {
			b.WriteString(rect)
			continue
		}
		b.WriteString(`<a class="hit" tabindex="-1" href="` + html.EscapeString(h.href) + `" aria-label="` + html.EscapeString(h.label) + `">` + rect + "</a>")
	}
	return b.String()
}

// columns share the plot among n hits from left to right.
func columns(n int, o drawn) []spot {
	left, right := float64(o.plot.left), float64(o.size.Width-o.plot.right)
	step, start := (right-left)/float64(max(n, 1)), left
	if !o.plot.gap && n > 1 {
		step = (right - left) / float64(n-1)
		start -= step / 2
	}
	out := make([]spot, n)
	for i := range out {
		from, to := max(left, start+step*float64(i)), min(right, start+step*float64(i+1))
		out[i] = spot{from, marginTop, to - from, float64(o.size.Height - marginTop - marginBottom)}
	}
	return out
}

func short(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}
