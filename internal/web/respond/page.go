package respond

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// stepPage is one screen of questions.
type stepPage struct {
	frame
	Action    string
	Opening   *opening // on the first screen
	Section   string
	Questions []question
	Whole     bool
	Back      string // address of the question before; "" none
	WholeHref string // address of the whole survey on one page; "" when it is
	Last      bool   // nothing follows, as far as is known
	// Chosen: a score was chosen in a message; it is sent as soon as the person looks.
	Chosen bool
	// Task is the work asked before the response is opened, Bits how hard it is; "" none.
	Task   string
	Bits   int
	Notice string // what keeps the screen from being sent, of no question

	d        *survey.Definition
	state    survey.State
	heaviest func(q *survey.Question, kind string) int64
}

// opening says who asks, why, for how long, on what basis, and how to be left alone.
type opening struct {
	Title, Who, Why, Long, Basis, Privacy, Rights, Contact string
}

// question as it is drawn.
type question struct {
	survey.Question
	Text, Help, Low, High string
	Answer                survey.Answer
	Error                 string
	Insist                bool
	Points                []point
	Options               []option
	RowList               []row
	Only                  bool // alone on its screen
	Files                 []file
	Heaviest              int64 // bytes of one file
}

type point struct {
	Value, Label string
	Chosen       bool
}

type option struct {
	Key, Text    string
	Other, Alone bool
	Chosen       bool
	Place        int // in a ranking, from 1; 0 none
}

type row struct {
	Key, Text string
	Points    []point
}

func (s *Server) newStep(f frame, d *survey.Definition, state survey.State) *stepPage {
	f.Title = typeset(d.In(cmpText(d.Title, d.Name), f.Tag), f.Tag)
	return &stepPage{frame: f, d: d, state: state, heaviest: s.d.Responses.Heaviest}
}

func cmpText(a, b cx.Text) cx.Text {
	if len(a) > 0 {
		return a
	}
	return b
}

func openingOf(f frame, d *survey.Definition) *opening {
	o := &opening{Title: f.Title, Who: d.In(d.Welcome.Who, f.Tag), Why: typeset(d.In(d.Welcome.Why, f.Tag), f.Tag), Contact: cmp.Or(d.Welcome.Contact, f.Contact)}
	if o.Title == "" {
		o.Title = d.In(cmpText(d.Title, d.Name), f.Tag)
	}
	o.Who = cmp.Or(o.Who, f.Name)
	o.Long = f.L.T("respond.seconds", "count", seconds(d))
	if n := seconds(d); n >= 90 {
		o.Long = f.L.T("respond.minutes", "count", (n+30)/60)
	}
	basis := cmp.Or(d.Welcome.Basis, "legitimate_interest")
	o.Basis = f.L.T("respond.basis." + string(basis))
	privacy := cmp.Or(d.Privacy, survey.Confidential)
	o.Privacy = f.L.T("respond.privacy." + string(privacy))
	return o
}

// seconds a survey takes: as said, else 6 a question, 15 where one writes, of the questions everybody meets.
func seconds(d *survey.Definition) int {
	if d.Welcome.Seconds > 0 {
		return d.Welcome.Seconds
	}
	n := 0
	for _, q := range d.Path(survey.State{}).Questions {
		switch q.Kind {
		case survey.Info, survey.Consent:
			n += 3
		case survey.Text, survey.Media, survey.Matrix, survey.Ranking:
			n += 15
		default:
			n += 6
		}
	}
	return (n + 9) / 10 * 10
}

// ask puts the questions of the screen: the one to answer, or all in the whole form; none when there is none left.
func (p *stepPage) ask(path []*survey.Question, at *survey.Question) {
	if at == nil {
		return
	}
	i := slices.Index(path, at)
	p.Last = i == len(path)-1
	p.Done, p.All = i, len(path)
	if p.Whole {
		for _, q := range path {
			p.Questions = append(p.Questions, p.drawn(q))
		}
		p.Last, p.Opening = true, openingOf(p.frame, p.d)
		return
	}
	q := p.drawn(at)
	q.Only = true
	p.Questions = []question{q}
	if i > 0 && p.Action != "" {
		p.Back = p.Action + "?at=" + url.QueryEscape(string(path[i-1].Key))
	}
	if len(path) > 1 && p.Opening == nil {
		p.WholeHref = p.Action + "?whole=1&edit=1"
	}
	for j := range p.d.Sections {
		if slices.ContainsFunc(p.d.Sections[j].Questions, func(o survey.Question) bool { return o.Key == at.Key }) {
			p.Section = p.d.In(p.d.Sections[j].Title, p.Tag)
		}
	}
}

func (p *stepPage) drawn(q *survey.Question) question {
	say := func(t cx.Text) string { return typeset(p.d.Say(t, p.state), p.Tag) }
	out := question{Question: *q, Text: say(q.Text), Help: say(q.Help), Low: say(q.Low), High: say(q.High), Answer: p.state.Answers[q.Key]}
	if q.Kind.Points() && q.Kind != survey.Slider && q.Kind != survey.Number && q.Kind != survey.Consent {
		out.Points = points(p, q, out.Answer.Number)
	}
	if q.Kind == survey.Slider && out.Low == "" && out.High == "" {
		low, high, _ := q.Scale()
		out.Low, out.High = p.L.Number(low, decimalsOf(low)), p.L.Number(high, decimalsOf(high))
	}
	if q.Kind == survey.Media {
		for _, a := range q.Accepted() {
			out.Heaviest = max(out.Heaviest, p.heaviest(q, a))
		}
	}
	for _, o := range q.Choices {
		place := slices.Index(out.Answer.Choices, o.Key) + 1
		out.Options = append(out.Options, option{Key: o.Key, Text: say(o.Text), Other: o.Other, Alone: o.Alone, Chosen: place > 0, Place: place})
	}
	for _, r := range q.Rows {
		var v *float64
		if n, ok := out.Answer.Rows[r.Key]; ok {
			v = &n
		}
		out.RowList = append(out.RowList, row{Key: r.Key, Text: say(r.Text), Points: points(p, q, v)})
	}
	return out
}

// decimalsOf a number as it is written.
func decimalsOf(v float64) int {
	_, after, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return len(after)
}

func points(p *stepPage, q *survey.Question, chosen *float64) []point {
	low, high, step := q.Scale()
	n := int(math.Round((high-low)/step)) + 1
	l := make([]point, 0, n)
	for i := range n {
		v := low + float64(i)*step
		x := point{Value: strconv.FormatFloat(v, 'f', -1, 64), Chosen: chosen != nil && math.Abs(*chosen-v) < 1e-9}
		x.Label = p.pointLabel(q, i, n, x.Value)
		l = append(l, x)
	}
	if q.Kind == survey.YesNo { // yes first
		slices.Reverse(l)
	}
	return l
}

// pointLabel names a point for who does not see it: its number, a yes, a face, and what the ends mean.
func (p *stepPage) pointLabel(q *survey.Question, i, n int, value string) string {
	switch {
	case len(q.Points) == n && q.Kind != survey.YesNo:
		return typeset(p.d.In(q.Points[i], p.Tag), p.Tag)
	case q.Kind == survey.YesNo && i == 0:
		return p.L.T("respond.no")
	case q.Kind == survey.YesNo:
		return p.L.T("respond.yes")
	case q.Look == survey.Smileys:
		return p.L.T("respond.face." + strconv.Itoa(n) + "." + strconv.Itoa(i+1))
	case q.Look == survey.Stars:
		return p.L.T("respond.stars", "count", i+1)
	}
	return value
}

// languages lists the other languages of the survey.
func (p *stepPage) languages(d *survey.Definition, path string, q url.Values) {
	if len(d.Languages) < 2 {
		return
	}
	for _, tag := range d.Languages {
		to := url.Values{}
		for name, v := range q {
			to[name] = v
		}
		to.Set("lang", tag)
		p.Languages = append(p.Languages, choice{Tag: tag, Name: ownName(tag), Href: path + "?" + to.Encode(), Present: tag == p.Tag})
	}
}

// donePage is the thanks.
type donePage struct {
	frame
	Text     string
	Action   string
	CallBack bool
	Known    bool   // where to call is known
	Wrong    string // what keeps the call from being asked for
	After    response.After
	Slots    []point
	Testify  bool
	Noted    bool
	Review   *survey.Review
	ReviewIs string
	Edit     string // address that opens the answers again; "" when they are closed
	Closed   bool
}

func (s *Server) newDone(f frame, one *response.Response, r *http.Request) *donePage {
	d := one.Version
	p := &donePage{frame: f, Text: f.L.T("respond.thanks"), Action: "/s/" + r.PathValue("token") + "/after", After: one.After, Closed: one.State == response.Closed, Noted: r.URL.Query().Has("noted")}
	p.Title = d.In(cmpText(d.Title, d.Name), f.Tag)
	if d.Review != nil {
		p.Review, p.ReviewIs = d.Review, d.In(d.Review.Text, f.Tag)
	}
	if path := one.Path(); path.Ending != nil {
		state := one.Known()
		state.Language = f.Tag
		p.Text = typeset(d.Say(path.Ending.Text, state), f.Tag)
		p.CallBack, p.Testify = path.Ending.CallBack && !p.Closed, path.Ending.Testify && !p.Closed
	}
	_, err := reachOf(one.Customer)
	p.Known = err == nil
	if given, slot := contactGiven(one); p.After.Reach == "" {
		p.After.Reach = given
		p.After.Slot = cmp.Or(p.After.Slot, slot)
	}
	p.Slots = slotsOf(f, p.After.Slot)
	if !p.Closed {
		if one.Path().After("") != nil {
			p.Edit = "/s/" + r.PathValue("token") + "?whole=1&edit=1"
		}
	}
	return p
}

// contactGiven is where and when a question of the survey was answered to be called.
func contactGiven(one *response.Response) (reach, slot string) {
	for _, q := range one.Path().Questions {
		if a := one.Answers[q.Key]; q.Kind == survey.Contact && a.Text != "" {
			return a.Text, a.Slot
		}
	}
	return "", ""
}

// stopped is a page where nothing can be answered.
type stopped struct {
	frame
	Kind cx.Kind
	Text string
}
