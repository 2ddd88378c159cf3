package ui

import "slices"

// Help says how a figure is computed, beside it.
type Help struct {
	ID    string // of the figure, unique in its page
	Name  string // of the figure
	Items []Fact // formula, question, interval, least answers, objective, source
	Href  string // the page of the indicator; "" when there is none
}

// helpsOf gives the helps of cards, each once.
func helpsOf(cards []TouchpointCard) []Help {
	var out []Help
	for _, c := range cards {
		if c.Help != nil && !slices.ContainsFunc(out, func(h Help) bool { return h.ID == c.Help.ID }) {
			out = append(out, *c.Help)
		}
	}
	return out
}

// cards are those of all stages.
func (j Journey) cards() []TouchpointCard {
	var out []TouchpointCard
	for _, s := range j.Stages {
		out = append(out, s.Touchpoints...)
	}
	return out
}
