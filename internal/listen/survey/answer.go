package survey

import (
	"slices"
	"strconv"
)

// Answer to one question. Which field counts is its kind's: Number for points (yes and a ticked consent are 1), Choices
// for lists (ranking: best first), Rows for a matrix, Text for words, a date (2006-01-02), the words of "other" and the
// number or address of a contact, Slot for when to call, Files for media.
type Answer struct {
	Number  *float64           `json:"number,omitempty"`
	Choices []string           `json:"choices,omitempty"`
	Rows    map[string]float64 `json:"rows,omitempty"`
	Text    string             `json:"text,omitempty"`
	Slot    string             `json:"slot,omitempty"`
	Files   []string           `json:"files,omitempty"`
}

// Empty tells whether nothing was answered.
func (a Answer) Empty() bool {
	return a.Number == nil && len(a.Choices) == 0 && len(a.Rows) == 0 && a.Text == "" && len(a.Files) == 0
}

// State is what is known of one person answering.
type State struct {
	Answers  map[QuestionID]Answer
	Channel  string
	Language string
	// Attributes of the customer and the invitation: string, float64 or bool.
	Attributes map[string]any
}

// number gives the answered point, of a row when the question is a matrix.
func (a Answer) number(row string) (float64, bool) {
	if row != "" {
		v, ok := a.Rows[row]
		return v, ok
	}
	if a.Number == nil {
		return 0, false
	}
	return *a.Number, true
}

// Holds tells whether the condition is true of what is known of somebody who answered nothing yet; nil is.
func (c *Condition) Holds(s State) bool { return c.holds(&s) }

// holds tells whether the condition is true of s; nil is. Only what s holds counts: the caller leaves out the answers of
// questions that were not shown.
func (c *Condition) holds(s *State) bool {
	if c == nil {
		return true
	}
	return c.decide(func(leaf *Condition) bool { return leaf.leaf(s) })
}

// decide combines the leaves of the condition, each decided by truth.
func (c *Condition) decide(truth func(*Condition) bool) bool {
	switch {
	case c.All != nil:
		for i := range c.All {
			if !c.All[i].decide(truth) {
				return false
			}
		}
		return true
	case c.Any != nil:
		for i := range c.Any {
			if c.Any[i].decide(truth) {
				return true
			}
		}
		return false
	case c.Not != nil:
		return !c.Not.decide(truth)
	}
	return truth(c)
}

func (c *Condition) leaf(s *State) bool {
	switch {
	case c.Channel != nil:
		return slices.Contains(c.Channel, s.Channel)
	case c.Language != nil:
		return slices.Contains(c.Language, s.Language)
	case c.Attribute != "":
		return c.ofAttribute(s.Attributes[c.Attribute])
	}
	return c.ofAnswer(s.Answers[c.Question])
}

func (c *Condition) ofAnswer(a Answer) bool {
	v, numbered := a.number(c.Row)
	switch {
	case c.Answered != nil && c.Row != "":
		return numbered == *c.Answered
	case c.Answered != nil:
		return !a.Empty() == *c.Answered
	case c.In != nil:
		return slices.ContainsFunc(a.Choices, func(k string) bool { return slices.Contains(c.In, k) })
	}
	return numbered && c.within(v)
}

func (c *Condition) ofAttribute(v any) bool {
	text, numbered, number := "", false, 0.0
	switch v := v.(type) {
	case string:
		text = v
	case float64:
		text, numbered, number = strconv.FormatFloat(v, 'f', -1, 64), true, v
	case bool:
		text = strconv.FormatBool(v)
	}
	switch {
	case c.Answered != nil:
		return (text != "") == *c.Answered
	case c.In != nil:
		return text != "" && slices.Contains(c.In, text)
	}
	return numbered && c.within(number)
}

func (c *Condition) within(v float64) bool {
	return (c.From == nil || v >= *c.From) && (c.To == nil || v <= *c.To)
}
