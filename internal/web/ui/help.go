package ui

// Help says how a figure is computed, beside it.
type Help struct {
	ID    string // of the figure, unique in its page
	Name  string // of the figure
	Items []Fact // formula, question, interval, least answers, objective, source
	Href  string // the page of the indicator; "" when there is none
}
