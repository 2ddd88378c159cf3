package chart

// Link is where a column of a chart leads, and the figure it stands for in words.
type Link struct {
	Href string `json:"href"`
	Says string `json:"says"`
}

// Interactive is what the library in the browser draws: the same option, and a link a column.
type Interactive struct {
	Option Option `json:"option"`
	Links  []Link `json:"links"`
}

// InteractiveOf gives the interactive form of a chart.
func InteractiveOf(c Chart) Interactive {
	out := Interactive{Option: c.Option(Wide), Links: []Link{}}
	for _, h := range c.frame().hits {
		out.Links = append(out.Links, Link{h.href, h.label})
	}
	return out
}
