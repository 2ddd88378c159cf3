package survey

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"vigie/internal/colour"
	"vigie/internal/cx"
)

// Bounds of a survey.
const (
	questionsMost = 200
	choicesMost   = 300
	lettersMost   = 4000 // of one text
	ratingMost    = 11   // points of a rating or a matrix
)

// Check gives everything wrong with the survey taken alone (errors.Join of *cx.Error), nil when it may be published.
// Fields are paths like sections[0].questions[2].choices[1].key.
func (d *Definition) Check() error { return d.CheckWith(nil) }

// CheckWith is Check that also wants each metric known and on the very scale asked. nil knows none and asks nothing.
func (d *Definition) CheckWith(metric func(cx.MetricID) (cx.Metric, bool)) error {
	return errors.Join(d.problems(metric)...)
}

func (d *Definition) problems(metric func(cx.MetricID) (cx.Metric, bool)) []error {
	c := checker{d: d, metric: metric, before: map[QuestionID]*Question{}}
	c.whole()
	c.sections()
	c.endings()
	if len(c.l) == 0 {
		c.reach()
	}
	return c.l
}

// checker gathers everything wrong with one definition.
type checker struct {
	d      *Definition
	l      []error
	metric func(cx.MetricID) (cx.Metric, bool)
	before map[QuestionID]*Question // asked earlier than where the checker is
	random bool                     // within a section in random order
	held   map[QuestionID]*Question // asked in the random section the checker is in
}

func (c *checker) fail(wrong bool, field, code string, args ...any) {
	if wrong {
		c.l = append(c.l, cx.Fail(cx.Invalid, field, code, args...))
	}
}

func (c *checker) whole() {
	d := c.d
	c.key("key", string(d.Key))
	c.fail(d.Name.In("fr") == "", "name", "survey.name")
	c.fail(len(d.Languages) == 0, "languages", "survey.no_language")
	for i, l := range d.Languages {
		_, err := language.Parse(l)
		c.fail(err != nil || l != strings.ToLower(l), fmt.Sprintf("languages[%d]", i), "survey.language", "value", l)
		c.fail(slices.Index(d.Languages, l) != i, fmt.Sprintf("languages[%d]", i), "survey.language_twice", "value", l)
	}
	c.among("program", string(d.Program), "", string(cx.Relational), string(cx.Transactional), string(cx.Spontaneous))
	c.among("audience", string(d.Audience), "", string(cx.Customers), string(cx.Employees))
	c.among("delay", string(d.Delay), "", string(Hot), string(Cold))
	c.among("privacy", string(d.Privacy), "", string(Confidential), string(Anonymous))
	c.fail(d.Audience == cx.Employees && d.Privacy != Anonymous, "privacy", "survey.employees_anonymous")
	c.among("display", string(d.Display), "", string(Screens), string(Whole))
	c.fail(d.Touchpoint != "" && !cx.ValidKey(string(d.Touchpoint)), "touchpoint", "survey.key", "key", string(d.Touchpoint))
	c.fail(d.Topic != "" && !cx.ValidKey(d.Topic), "topic", "survey.key", "key", d.Topic)
	c.fail(d.EditDays < 0 || d.EditDays > 365, "edit_days", "survey.range", "value", d.EditDays, "min", 0, "max", 365)
	c.fail(d.Welcome.Basis != "" && !slices.Contains(Bases, d.Welcome.Basis), "welcome.basis", "survey.word", "value", string(d.Welcome.Basis))
	c.fail(d.Welcome.Seconds < 0 || d.Welcome.Seconds > 3600, "welcome.seconds", "survey.range", "value", d.Welcome.Seconds, "min", 0, "max", 3600)
	if err := colour.Light().Check("theme.accent", d.Theme.Accent); err != nil {
		c.l = append(c.l, err)
	}
	c.fail(d.Theme.Logo != "" && d.Theme.Picture() == nil, "theme.logo", "survey.logo")
	c.maybe("theme.logo_alt", d.Theme.LogoAlt)
	c.maybe("title", d.Title)
	c.maybe("welcome.who", d.Welcome.Who)
	c.maybe("welcome.why", d.Welcome.Why)
	if d.Review != nil {
		c.text("review.text", d.Review.Text)
		u, err := url.Parse(d.Review.Address)
		c.fail(err != nil || u.Scheme != "https" || u.Host == "", "review.address", "survey.address", "value", d.Review.Address)
	}
}

func (c *checker) key(field, key string) {
	c.fail(!cx.ValidKey(key), field, "survey.key", "key", key)
}

func (c *checker) among(field, value string, allowed ...string) {
	c.fail(!slices.Contains(allowed, value), field, "survey.word", "value", value)
}

// text wants words in every language of the survey; maybe allows none at all.
func (c *checker) text(field string, t cx.Text) {
	for _, l := range c.d.Languages {
		c.fail(strings.TrimSpace(t[l]) == "", field, "survey.untranslated", "language", l)
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		c.fail(len([]rune(t[l])) > lettersMost, field, "survey.long", "max", lettersMost)
		c.piped(field, l, t[l])
	}
}

func (c *checker) maybe(field string, t cx.Text) {
	if len(t) > 0 {
		c.text(field, t)
	}
}

func (c *checker) piped(field, lang, s string) {
	pipes, err := pipesOf(s)
	c.fail(err != nil, field, "survey.pipe", "language", lang)
	for _, p := range pipes {
		if p.attribute {
			c.fail(c.d.Privacy == Anonymous, field, "survey.pipe_anonymous", "name", p.name)
			continue
		}
		q := c.before[QuestionID(p.name)]
		c.fail(q == nil, field, "survey.pipe_question", "name", p.name)
		c.fail(q != nil && (q.Kind == Info || q.Kind == Media || q.Kind == Contact || q.Kind == Matrix || q.Kind == Consent), field, "survey.pipe_kind", "name", p.name)
	}
}

func (c *checker) sections() {
	n := 0
	for i := range c.d.Sections {
		s := &c.d.Sections[i]
		at := fmt.Sprintf("sections[%d].", i)
		c.maybe(at+"title", s.Title)
		c.condition(at+"if", s.If)
		c.random, c.held = s.Random, map[QuestionID]*Question{}
		for j := range s.Questions {
			c.question(fmt.Sprintf("%squestions[%d].", at, j), &s.Questions[j])
		}
		for key, q := range c.held {
			c.before[key] = q
		}
		c.random = false
		n += len(s.Questions)
	}
	c.fail(n == 0, "sections", "survey.empty")
	c.fail(n > questionsMost, "sections", "survey.many", "max", questionsMost)
}

func (c *checker) question(at string, q *Question) {
	c.key(at+"key", string(q.Key))
	c.fail(q.Key == End, at+"key", "survey.key_end")
	c.fail(c.before[q.Key] != nil || c.held[q.Key] != nil, at+"key", "survey.twice", "key", string(q.Key))
	c.fail(!slices.Contains(Kinds, q.Kind), at+"kind", "survey.kind", "value", string(q.Kind))
	c.among(at+"need", string(q.Need), string(Optional), string(Soft), string(Required))
	c.among(at+"look", string(q.Look), string(Numbers), string(Stars), string(Smileys))
	c.text(at+"text", q.Text)
	c.maybe(at+"help", q.Help)
	c.maybe(at+"low", q.Low)
	c.maybe(at+"high", q.High)
	c.condition(at+"if", q.If)
	c.parts(at, q)
	if c.random {
		c.held[q.Key] = q
		c.fail(len(q.Go) > 0, at+"go", "survey.random_jump")
		return
	}
	c.before[q.Key] = q
	c.jumps(at, q)
}

// jumps lead forward, never into the middle of a section in random order.
func (c *checker) jumps(at string, q *Question) {
	for i, j := range q.Go {
		field := fmt.Sprintf("%sgo[%d].", at, i)
		c.condition(field+"if", j.If)
		if j.To == End {
			continue
		}
		to := c.d.Question(j.To)
		c.fail(to == nil, field+"to", "survey.no_question", "key", string(j.To))
		c.fail(to != nil && c.before[j.To] != nil, field+"to", "survey.backwards", "key", string(j.To))
		for k := range c.d.Sections {
			s := &c.d.Sections[k]
			in := slices.IndexFunc(s.Questions, func(o Question) bool { return o.Key == j.To })
			c.fail(s.Random && in >= 0, field+"to", "survey.random_target", "key", string(j.To))
		}
	}
}

func (c *checker) endings() {
	for i := range c.d.Endings {
		e := &c.d.Endings[i]
		at := fmt.Sprintf("endings[%d].", i)
		c.text(at+"text", e.Text)
		c.condition(at+"if", e.If)
		c.fail(c.d.Privacy == Anonymous && (e.CallBack || e.Testify), at+"call_back", "survey.anonymous_named")
	}
}

// reach names what nobody can meet.
func (c *checker) reach() {
	questions, endings, intricate := c.d.unreached()
	c.fail(intricate, "sections", "survey.intricate")
	for _, q := range questions {
		for i := range c.d.Sections {
			for j := range c.d.Sections[i].Questions {
				if &c.d.Sections[i].Questions[j] == q {
					c.fail(true, fmt.Sprintf("sections[%d].questions[%d]", i, j), "survey.unreachable", "key", string(q.Key))
				}
			}
		}
	}
	for _, i := range endings {
		c.fail(true, fmt.Sprintf("endings[%d]", i), "survey.ending_unreachable")
	}
}
