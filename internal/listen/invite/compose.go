package invite

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/survey"
)

// sheet is what a message is made of.
type sheet struct {
	Letter
	Survey *survey.Definition
	Tag    string    // of the survey's words
	L      lang.Lang // of the house's words
	House  string    // the organisation's name
	Base   string
	Link   string // path where it is answered
	Leave  string // path of the preferences
	Seen   string // path of the image that tells that it was opened; "": openings are not watched
}

//go:embed mail.gohtml
var mailText string

var mailTemplate = template.Must(template.New("mail").Parse(mailText))

// button is a score to click in a message.
type button struct{ Value, Href string }

// mailPage is what mail.gohtml draws.
type mailPage struct {
	Lang, Subject, Hello, Why, Question, Low, High, Answer, Link, Footer, Stop, StopHref, Seen string
	Paragraphs                                                                                 []string
	Buttons                                                                                    []button
}

// mail makes the e-mail of a letter; its Message-ID depends on the invitation and the round alone.
func (s *sheet) mail(domain string) (mail.Message, error) {
	p := s.page()
	var html bytes.Buffer
	if err := mailTemplate.Execute(&html, p); err != nil {
		return mail.Message{}, err
	}
	m := mail.Message{ID: fmt.Sprintf("inv.%d.%d@%s", s.ID, s.Round, domain), To: mail.Address{Name: s.Name, Email: s.To}, Subject: p.Subject,
		Text: p.text(), HTML: html.String(), Lang: s.Tag}
	if strings.HasPrefix(s.Base, "https://") {
		m.Unsubscribe = s.Base + s.Leave + "/stop"
	}
	return m, nil
}

func (s *sheet) page() mailPage {
	w := s.wording()
	p := mailPage{Lang: s.Tag, Subject: s.say(w.Subject, "invite.mail.subject"), Answer: s.L.T("invite.mail.answer"), Link: s.Base + s.Link,
		Footer: s.L.T("invite.mail.footer", "house", s.House), Stop: s.L.T("invite.mail.stop"), StopHref: s.Base + s.Leave + "?lang=" + s.L.Tag()}
	if s.Seen != "" {
		p.Seen = s.Base + s.Seen
	}
	if s.Round > 0 {
		p.Subject = s.L.T("invite.mail.reminder", "subject", p.Subject)
	}
	p.Hello = s.L.T("invite.mail.hello")
	if s.Name != "" {
		p.Hello = s.L.T("invite.mail.hello_name", "name", s.Name)
	}
	for _, line := range strings.Split(s.say(w.Text, "invite.mail.text"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			p.Paragraphs = append(p.Paragraphs, line)
		}
	}
	if q := firstScore(s.Survey); q != nil {
		p.Question = s.Survey.Say(q.Text, survey.State{Language: s.Tag, Attributes: s.Attributes})
		p.Low, p.High = s.Survey.In(q.Low, s.Tag), s.Survey.In(q.High, s.Tag)
		p.Buttons = buttons(q, p.Link)
	}
	return p
}

// text is the mail for who reads no HTML.
func (p *mailPage) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", p.Hello, strings.Join(p.Paragraphs, "\n\n"))
	if p.Question != "" {
		fmt.Fprintf(&b, "%s\n", p.Question)
	}
	fmt.Fprintf(&b, "%s\n%s\n\n-- \n%s\n%s\n%s\n", p.Answer, p.Link, p.Footer, p.Stop, p.StopHref)
	return b.String()
}

// firstScore gives the first question, when it is answered by a point of a short scale and everybody meets it.
func firstScore(d *survey.Definition) *survey.Question {
	path := d.Path(survey.State{})
	q := path.After("")
	if q == nil || !q.Kind.Points() || q.Kind == survey.Consent || q.Kind == survey.Number {
		return nil
	}
	if low, high, step := q.Scale(); step <= 0 || (high-low)/step > 10 {
		return nil
	}
	return q
}

// buttons lead to the page where the score is shown as chosen; it counts once a person's browser sends it, so that a
// scanner that follows links answers nothing.
func buttons(q *survey.Question, link string) []button {
	low, high, step := q.Scale()
	var l []button
	for v := low; v <= high+1e-9; v += step {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		l = append(l, button{text, link + "?score=" + text})
	}
	return l
}

func (s *sheet) wording() Wording {
	for _, w := range s.Letter.Rule.Wordings {
		if w.Key == s.Wording {
			return w
		}
	}
	return Wording{}
}

var piped = regexp.MustCompile(`\{(name|survey|house|@[^}|]{1,64}(?:\|[^}]{0,200})?)\}`)

// say gives the company's words, else the house's, with what they name filled in.
func (s *sheet) say(t cx.Text, otherwise string) string {
	title := s.Survey.Title
	if len(title) == 0 {
		title = s.Survey.Name
	}
	words := t.In(s.Tag)
	if words == "" {
		words = s.L.T(otherwise, "house", s.House, "survey", title.In(s.Tag))
	}
	return piped.ReplaceAllStringFunc(words, func(found string) string {
		switch name := found[1 : len(found)-1]; name {
		case "name":
			return s.Name
		case "survey":
			return title.In(s.Tag)
		case "house":
			return s.House
		default:
			key, or, _ := strings.Cut(name[1:], "|")
			if v := text(s.Attributes[key]); v != "" {
				return v
			}
			return or
		}
	})
}

// sms makes the short message of a letter: words, link, how to stop.
func (s *sheet) sms() sms.Message {
	words := s.say(s.wording().SMS, "invite.sms.text")
	text := words + " " + s.Base + s.Link + " " + s.L.T("invite.sms.stop")
	return sms.Message{ID: fmt.Sprintf("inv.%d.%d", s.ID, s.Round), To: s.To, Text: sms.Plain(text)}
}
