package invite

import (
	"vigie/internal/lang"
	"vigie/internal/listen/survey"
)

// Sample is a wording to be looked at before anybody is asked.
type Sample struct {
	Wording    Wording
	Survey     *survey.Definition
	Tag        string // language
	House      string // the organisation's name
	Base       string
	Name       string // of the person
	Attributes map[string]any
}

// Drawn is a message as it would leave.
type Drawn struct {
	Subject, Hello, Question, Low, High, Answer, Footer, Stop string
	Paragraphs, Scores                                        []string
	SMS                                                       string // plain, with its link and how to stop
}

// sampleLink is as long as a real one.
const sampleLink = "/s/xxxxxxxxxxxxxxxxxxxxxx"

// Draw makes the messages that a wording gives.
func (x Sample) Draw() Drawn {
	s := &sheet{Letter: Letter{Rule: &Rule{Wordings: []Wording{x.Wording}}, Name: x.Name}, Survey: x.Survey, Tag: x.Tag, L: lang.For(x.Tag), House: x.House, Base: x.Base, Link: sampleLink}
	s.Wording, s.Attributes = x.Wording.Key, x.Attributes
	p := s.page()
	d := Drawn{Subject: p.Subject, Hello: p.Hello, Paragraphs: p.Paragraphs, Question: p.Question, Low: p.Low, High: p.High, Answer: p.Answer, Footer: p.Footer, Stop: p.Stop}
	for _, b := range p.Buttons {
		d.Scores = append(d.Scores, b.Value)
	}
	d.SMS = s.sms().Text
	return d
}
