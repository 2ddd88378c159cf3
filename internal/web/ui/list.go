package ui

import "github.com/a-h/templ"

// Thing is one line of a list: a name, what it is, what is known of it.
type Thing struct {
	Name, Href string
	Tags       []Tag
	Text, Note string
	Icon       string          // before the name; ""
	Swatch     string          // a colour shown before the name; ""
	Below      templ.Component // more, under the words
}

// Point is one sentence of a list of arguments.
type Point struct {
	Icon, Text string
	Strong     bool
}

// SamePoints gives sentences one icon.
func SamePoints(icon string, texts []string) []Point {
	var list []Point
	for _, t := range texts {
		list = append(list, Point{Icon: icon, Text: t})
	}
	return list
}
