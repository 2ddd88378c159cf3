package foreign

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// mend makes the survey one that may be published, telling each time what had to go; the error is what is left.
func (r *reader) mend() error {
	if n := len(r.d.Questions()); n > questionsMost {
		return cx.Fail(cx.Invalid, "sections", "foreign.many", "n", n)
	}
	r.tidySections()
	for range 12 {
		err := r.d.Check()
		if err == nil {
			return nil
		}
		if !r.mendEach(problemsOf(err)) {
			return err
		}
	}
	return r.d.Check()
}

func problemsOf(err error) []*cx.Error {
	var l []*cx.Error
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			if e, ok := errors.AsType[*cx.Error](e); ok {
				l = append(l, e)
			}
		}
	}
	return l
}

// tidySections leaves out sections without a question.
func (r *reader) tidySections() {
	var l []survey.Section
	for _, s := range r.d.Sections {
		if len(s.Questions) > 0 {
			l = append(l, s)
		}
	}
	r.d.Sections = l
}

func (r *reader) mendEach(l []*cx.Error) bool {
	done := false
	p := r.places()
	for _, e := range l {
		done = r.mendOne(p, e) || done
	}
	return done
}

// places are the parts of the survey by their path.
type places struct {
	texts      map[string]*cx.Text
	conditions map[string]**survey.Condition
	jumps      map[string]*[]survey.Jump
	names      map[string]string // path of a question → its name in the file
	sections   map[string]*survey.Section
}

func (r *reader) places() places {
	p := places{map[string]*cx.Text{}, map[string]**survey.Condition{}, map[string]*[]survey.Jump{}, map[string]string{}, map[string]*survey.Section{}}
	d := &r.d
	p.texts["title"], p.texts["welcome.why"], p.texts["welcome.who"] = &d.Title, &d.Welcome.Why, &d.Welcome.Who
	for i := range d.Sections {
		s := &d.Sections[i]
		at := fmt.Sprintf("sections[%d].", i)
		p.texts[at+"title"], p.conditions[at+"if"] = &s.Title, &s.If
		for j := range s.Questions {
			p.question(fmt.Sprintf("%squestions[%d]", at, j), &s.Questions[j])
			p.names[fmt.Sprintf("%squestions[%d]", at, j)] = r.source[s.Questions[j].Key]
			p.sections[fmt.Sprintf("%squestions[%d]", at, j)] = s
		}
	}
	for i := range d.Endings {
		at := fmt.Sprintf("endings[%d].", i)
		p.texts[at+"text"], p.conditions[at+"if"] = &d.Endings[i].Text, &d.Endings[i].If
	}
	return p
}

func (p places) question(at string, q *survey.Question) {
	p.texts[at+".text"], p.texts[at+".help"], p.texts[at+".low"], p.texts[at+".high"] = &q.Text, &q.Help, &q.Low, &q.High
	for i := range q.Choices {
		p.texts[fmt.Sprintf("%s.choices[%d].text", at, i)] = &q.Choices[i].Text
	}
	for i := range q.Rows {
		p.texts[fmt.Sprintf("%s.rows[%d].text", at, i)] = &q.Rows[i].Text
	}
	for i := range q.Points {
		p.texts[fmt.Sprintf("%s.points[%d]", at, i)] = &q.Points[i]
	}
	p.conditions[at+".if"] = &q.If
	p.jumps[at] = &q.Go
}

var ofQuestion = regexp.MustCompile(`^sections\[\d+\]\.questions\[\d+\]`)

func (r *reader) mendOne(p places, e *cx.Error) bool {
	at := ofQuestion.FindString(e.Field)
	name := p.names[at]
	if t := p.texts[e.Field]; t != nil {
		return r.mendText(name, t, e)
	}
	if s := p.sections[at]; s != nil && s.Random && e.Code != "survey.unreachable" {
		return r.ordered(s)
	}
	switch {
	case e.Code == "survey.unreachable":
		return r.reached(p, at, e)
	case strings.Contains(e.Field, ".go["):
		return r.unjump(p, name, at)
	}
	if strings.HasPrefix(e.Field, "endings[") {
		return r.endless(e.Field)
	}
	code := "foreign.condition"
	if at == "" {
		code = "foreign.branch"
	}
	for path, c := range p.conditions {
		if *c != nil && (e.Field == path || strings.HasPrefix(e.Field, path+".")) {
			r.lose(name, code, "condition", spell(*c))
			*c = nil
			return true
		}
	}
	return false
}

// ordered puts a section that cannot be in random order into its own.
func (r *reader) ordered(s *survey.Section) bool {
	r.lose("", "foreign.order", "section", shown(s.Title.In(r.language())))
	s.Random = false
	return true
}

// unjump takes the jumps of a question away.
func (r *reader) unjump(p places, name, at string) bool {
	l := p.jumps[at]
	if l == nil || len(*l) == 0 {
		return false
	}
	to := (*l)[0].To
	r.lose(name, "foreign.jump", "to", string(to))
	*l = nil
	return true
}

// reached lets a question be met: without its condition, else its section's, else without the jumps of all.
func (r *reader) reached(p places, at string, e *cx.Error) bool {
	name := p.names[at]
	for _, path := range []string{at + ".if", strings.SplitAfter(at, "]")[0] + ".if"} {
		if c := p.conditions[path]; c != nil && *c != nil {
			r.lose(name, "foreign.unreachable", "condition", spell(*c))
			*c = nil
			return true
		}
	}
	done := false
	for at := range p.jumps {
		done = r.unjump(p, p.names[at], at) || done
	}
	return done
}

// endless takes away an ending nobody would see.
func (r *reader) endless(field string) bool {
	var i int
	if _, err := fmt.Sscanf(field, "endings[%d]", &i); err != nil || i >= len(r.d.Endings) {
		return false
	}
	r.lose("", "foreign.ending", "text", shown(r.d.Endings[i].Text.In(r.language())))
	r.d.Endings = append(r.d.Endings[:i:i], r.d.Endings[i+1:]...)
	return true
}

// questionsMost is what is looked into at all; how many a survey may have is the survey's to say.
const questionsMost = 2000

const lettersMost = 4000

func (r *reader) mendText(name string, t *cx.Text, e *cx.Error) bool {
	switch e.Code {
	case "survey.untranslated":
		return r.translate(name, t, fmt.Sprint(e.Args["language"]))
	case "survey.long":
		for lang, s := range *t {
			if l := []rune(s); len(l) > lettersMost {
				(*t)[lang] = evenBraces(string(l[:lettersMost-1])) + "…"
			}
		}
		r.lose(name, "foreign.long", "max", lettersMost)
		return true
	case "survey.pipe":
		for lang, s := range *t {
			(*t)[lang] = braces(strings.ReplaceAll(s, "{{", "{"))
		}
		return true
	case "survey.pipe_question", "survey.pipe_kind", "survey.pipe_anonymous":
		return r.unpipe(name, t, fmt.Sprint(e.Args["name"]))
	}
	return false
}

// evenBraces cuts a text before a pipe that its end would leave open.
func evenBraces(s string) string {
	if i := strings.LastIndex(s, "{"); i >= 0 && !strings.Contains(s[i:], "}") {
		return strings.TrimRight(s[:i], "{")
	}
	return s
}

// translate fills the words missing in a language with those of the survey's own.
func (r *reader) translate(name string, t *cx.Text, lang string) bool {
	words := t.In(r.language())
	if strings.TrimSpace(words) == "" {
		words = name
		if words == "" {
			words = "–"
		}
		r.lose(name, "foreign.no_text")
	} else if lang != r.language() && words != name {
		r.lose(name, "foreign.untranslated", "language", lang)
	}
	if *t == nil {
		*t = cx.Text{}
	}
	if strings.TrimSpace((*t)[lang]) != "" {
		return false
	}
	(*t)[lang] = words
	return true
}

// unpipe puts dots where an answer or attribute cannot be written.
func (r *reader) unpipe(name string, t *cx.Text, pipe string) bool {
	done := false
	for lang, s := range *t {
		for _, mark := range []string{"{" + pipe + "}", "{@" + pipe + "}"} {
			if strings.Contains(s, mark) {
				s, done = strings.ReplaceAll(s, mark, "…"), true
			}
		}
		(*t)[lang] = s
	}
	r.lose(name, "foreign.pipe", "name", pipe)
	return done
}
