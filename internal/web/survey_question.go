package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// surveyFormPage is a form about a part of a survey.
type surveyFormPage struct {
	*surveyRoom
	frame        ui.Frame
	Tab          string // "" when it is below the survey's page
	Action, Back string
	Groups       []surveyGroup
	Refused      *refusedSurvey
	Problems     []surveyProblem
	Files        bool   // a file may come with it
	Sight        string // where what is typed is drawn as respondents see it; "" nowhere
}

// surveyGroup is one card of such a form.
type surveyGroup struct {
	Title, Note string
	Pairs       bool
	Fields      []ui.Field
	Lines       []surveyLine // choices, rows or names of points, one a line
	If          *condForm
	Jumps       []surveyJump
	Contrast    []contrastLine
	Logo        []surveyLogo
}

// surveyJump is one line that leads on.
type surveyJump struct {
	To  []ui.Option
	If  *condForm
	Row condRow
}

// retype puts what was typed back in the form.
func (p *surveyFormPage) retype(r *http.Request, refused *refusedSurvey) {
	p.Refused = refused
	for i := range p.Groups {
		g := &p.Groups[i]
		g.Fields = retyped(g.Fields, r, refused.Problems)
		retypeLines(g.Lines, r.PostForm)
		if g.If != nil {
			g.If.Rows, g.If.Any = typedRows(r.PostForm, g.If.Prefix), r.PostForm.Get(g.If.Prefix+"_any") != ""
		}
		for n, row := range typedRows(r.PostForm, "go") {
			if n < len(g.Jumps) {
				g.Jumps[n].Row, g.Jumps[n].To = row, selected(g.Jumps[n].To, nth(r.PostForm["go_target"], n))
			}
		}
	}
}

func (s *Server) newQuestionPage(r *http.Request, x *surveyRoom, q *survey.Question) (*surveyFormPage, error) {
	l := x.lang()
	p := &surveyFormPage{surveyRoom: x, frame: x.under(l.T("surveys.kind." + string(q.Kind))), Action: x.at("questions/" + url.PathEscape(string(q.Key))), Back: x.at("") + "#q-" + string(q.Key)}
	p.Groups, p.Sight = x.questionGroups(q), p.Action+"/preview"
	wrong, err := s.wrong(r.Context(), x)
	if err != nil {
		return nil, err
	}
	i, j, _ := placeOf(&x.Draft, q.Key)
	p.Problems = problemsUnder(wrong, "sections["+strconv.Itoa(i)+"].questions["+strconv.Itoa(j)+"]")
	return p, nil
}

func (x *surveyRoom) questionGroups(q *survey.Question) []surveyGroup {
	l := x.lang()
	var g []surveyGroup
	g = append(g, surveyGroup{Title: l.T("surveys.group.words"), Note: l.T("surveys.group.words.note"), Pairs: true,
		Fields: append(x.surveyTexts("text", l.T("surveys.field.text"), q.Text, "textarea"), x.surveyTexts("help", l.T("surveys.field.help"), q.Help, "")...)})
	g = append(g, surveyGroup{Title: l.T("surveys.group.answer"), Pairs: true, Fields: x.answerFields(q)})
	if q.Kind.Lists() || q.Kind == survey.Matrix {
		g = append(g, x.listGroup(q))
	}
	if hasEnds(q.Kind) {
		g = append(g, surveyGroup{Title: l.T("surveys.group.ends"), Pairs: true,
			Fields: append(x.surveyTexts("low", l.T("surveys.field.low"), q.Low, ""), x.surveyTexts("high", l.T("surveys.field.high"), q.High, "")...)})
	}
	if hasNames(q.Kind) {
		g = append(g, surveyGroup{Title: l.T("surveys.field.points"), Note: l.T("surveys.field.points.hint"), Lines: x.pointLines(q)})
	}
	g = append(g, surveyGroup{Title: l.T("surveys.group.if"), Note: l.T("surveys.group.if.note"), If: x.condForm("if", q.If, q.Key)}, x.jumpGroup(q))
	return g
}

// Which kinds have what.
func hasScale(k survey.Kind) bool {
	return k == survey.Rating || k == survey.Matrix || k == survey.Slider || k == survey.Number
}
func hasEnds(k survey.Kind) bool  { return scaled(k) && k != survey.Number }
func hasNames(k survey.Kind) bool { return k == survey.Rating || k == survey.Matrix }
func hasBounds(k survey.Kind) bool {
	return k == survey.Choices || k == survey.Ranking || k == survey.Text
}
func hasMetric(k survey.Kind) bool { return k.Points() && k != survey.Consent }

func (x *surveyRoom) answerFields(q *survey.Question) []ui.Field {
	l := x.lang()
	f := []ui.Field{{Name: "key", Label: l.T("surveys.field.key"), Value: string(q.Key), Required: true, Max: 64, Hint: l.T("surveys.field.key.hint")}}
	if q.Kind != survey.Info {
		needs := []ui.Option{}
		for _, n := range []survey.Need{survey.Optional, survey.Soft, survey.Required} {
			needs = append(needs, ui.Option{Value: string(n), Label: l.T("surveys.need." + needWord(n)), Selected: n == q.Need})
		}
		f = append(f, ui.Field{Name: "need", Kind: "select", Label: l.T("surveys.field.need"), Options: needs})
	}
	if hasMetric(q.Kind) {
		f = append(f, ui.Field{Name: "metric", Kind: "select", Label: l.T("surveys.field.metric"), Options: x.metricOptions(q), Hint: l.T("surveys.field.metric.hint")})
	}
	if hasScale(q.Kind) {
		for name, v := range map[string]float64{"min": q.Min, "max": q.Max, "step": q.Step} {
			one := ui.Field{Name: name, Label: l.T("surveys.field." + name)}
			if v != 0 || name != "step" && (q.Min != 0 || q.Max != 0) {
				one.Value = writtenNumber(l, &v)
			}
			f = append(f, one)
		}
		tail := f[len(f)-3:]
		slices.SortFunc(tail, func(a, b ui.Field) int {
			order := []string{"min", "max", "step"}
			return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name))
		})
	}
	if q.Kind == survey.Rating {
		looks := []ui.Option{}
		for _, k := range []survey.Look{survey.Numbers, survey.Stars, survey.Smileys} {
			looks = append(looks, ui.Option{Value: string(k), Label: l.T("surveys.look." + cmp.Or(string(k), "numbers")), Selected: k == q.Look})
		}
		f = append(f, ui.Field{Name: "look", Kind: "select", Label: l.T("surveys.field.look"), Options: looks})
	}
	return append(f, x.moreFields(q)...)
}

func (x *surveyRoom) moreFields(q *survey.Question) []ui.Field {
	l := x.lang()
	var f []ui.Field
	if hasBounds(q.Kind) {
		f = append(f, ui.Field{Name: "least", Kind: "number", Label: l.T("surveys.field.least"), Value: count(q.Least)}, ui.Field{Name: "most", Kind: "number", Label: l.T("surveys.field.most"), Value: count(q.Most)})
	}
	if q.Kind == survey.Media {
		for _, a := range survey.Accepts {
			f = append(f, ui.Field{Name: "accept_" + a, Kind: "checkbox", Label: l.T("surveys.accept." + a), Checked: slices.Contains(q.Accepted(), a)})
		}
		f = append(f, ui.Field{Name: "most", Kind: "number", Label: l.T("surveys.field.files"), Value: count(q.Most), Hint: l.T("surveys.field.files.hint")},
			ui.Field{Name: "megabytes", Kind: "number", Label: l.T("surveys.field.megabytes"), Value: count(q.Megabytes), Hint: l.T("surveys.field.megabytes.hint")})
	}
	if q.Kind == survey.Consent {
		f = append(f, ui.Field{Name: "purpose", Label: l.T("surveys.field.purpose"), Value: q.Purpose, Hint: l.T("surveys.field.purpose.hint"), Max: 64})
	}
	return f
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// metricOptions lists the measures that a question may be one of.
func (x *surveyRoom) metricOptions(q *survey.Question) []ui.Option {
	none := x.lang().T("surveys.metric.none")
	if own := (&survey.Question{Kind: q.Kind}).ScoredAs(); own != "" {
		none = x.lang().T("surveys.metric.own", "name", x.metricName(own))
	}
	return selected(x.metricsOn(q, q.Metric, none), string(q.Metric))
}

// metricsOn lists the measures on the very scale asked, and the one taken.
func (x *surveyRoom) metricsOn(q *survey.Question, taken cx.MetricID, none string) []ui.Option {
	out := []ui.Option{{Label: none}}
	bare := *q
	bare.Metric = ""
	low, high, _ := bare.Scale()
	for _, m := range x.Catalogue.Scored() {
		if m.Min == low && m.Max == high || m.Key == taken || q.Kind == survey.CES && m.Key == "ces1" {
			out = append(out, ui.Option{Value: string(m.Key), Label: x.lang().Text(m.Name)})
		}
	}
	return out
}

func (x *surveyRoom) metricName(key cx.MetricID) string {
	for _, m := range x.Catalogue.MetricList {
		if m.Key == key {
			return x.lang().Text(m.Name)
		}
	}
	return string(key)
}

func (x *surveyRoom) listGroup(q *survey.Question) surveyGroup {
	l := x.lang()
	g := surveyGroup{Title: l.T("surveys.group.choices"), Note: l.T("surveys.group.choices.note")}
	if q.Kind == survey.Matrix {
		g.Title, g.Lines = l.T("surveys.group.rows"), x.rowLines(q)
	} else {
		g.Lines = x.choiceLines(q)
	}
	g.Fields = append(g.Fields, ui.Field{Name: "random", Kind: "checkbox", Label: l.T("surveys.random.choices"), Checked: q.Random})
	return g
}

func (x *surveyRoom) jumpGroup(q *survey.Question) surveyGroup {
	l := x.lang()
	g := surveyGroup{Title: l.T("surveys.group.jumps"), Note: l.T("surveys.group.jumps.note")}
	to, after := []ui.Option{{Label: l.T("surveys.jump.none")}}, survey.QuestionID("")
	seen := false
	for _, other := range x.Draft.Questions() {
		if seen {
			to = append(to, ui.Option{Value: string(other.Key), Label: x.short(other)})
			after = cmp.Or(after, other.Key)
		}
		seen = seen || other.Key == q.Key
	}
	to = append(to, ui.Option{Value: string(survey.End), Label: l.T("surveys.jump.end")})
	if after == "" {
		after = survey.End
	}
	for n, j := range append(slices.Clone(q.Go), survey.Jump{}, survey.Jump{}) {
		one := surveyJump{To: selected(to, string(j.To)), If: x.condForm("go", j.If, after)}
		one.Row = one.If.Rows[0]
		if rows, _, fits := x.condRows(j.If); !fits || len(rows) > 1 {
			one.If.Kept, one.Row = x.words(j.If), condRow{What: keepCond}
		}
		if one.Row.What == keepCond {
			one.Row.To = strconv.Itoa(n) // which one is kept
		}
		g.Jumps = append(g.Jumps, one)
	}
	return g
}

// readQuestion makes of a question what its form says; what the form does not ask stays.
func (x *surveyRoom) readQuestion(f url.Values, q survey.Question) (survey.Question, error) {
	c, tags := x.reader(), x.Draft.Languages
	q.Key = survey.QuestionID(strings.TrimSpace(f.Get("key")))
	q.Text, q.Help = textIn(f, "text", tags, q.Text), textIn(f, "help", tags, q.Help)
	q.Need = survey.Need(f.Get("need"))
	if hasMetric(q.Kind) {
		q.Metric = cx.MetricID(f.Get("metric"))
	}
	if hasScale(q.Kind) {
		q.Min, q.Max, q.Step = c.orZero(f, "min"), c.orZero(f, "max"), c.orZero(f, "step")
	}
	if q.Kind == survey.Rating {
		q.Look = survey.Look(f.Get("look"))
	}
	if hasEnds(q.Kind) {
		q.Low, q.High = textIn(f, "low", tags, q.Low), textIn(f, "high", tags, q.High)
	}
	if hasNames(q.Kind) {
		q.Points = readPoints(f, tags, q.Points)
	}
	if hasBounds(q.Kind) {
		q.Least, q.Most = int(c.orZero(f, "least")), int(c.orZero(f, "most"))
	}
	if q.Kind == survey.Media {
		q.Most, q.Megabytes = int(c.orZero(f, "most")), int(c.orZero(f, "megabytes"))
	}
	readLists(f, &q, tags)
	q.If = c.condition(f, "if", q.If)
	q.Go = c.jumps(f, q.Go)
	return q, c.err()
}

func readLists(f url.Values, q *survey.Question, tags []string) {
	if q.Kind.Lists() {
		q.Choices, q.Random = readChoices(f, tags, q.Choices), f.Get("random") != ""
	}
	if q.Kind == survey.Matrix {
		q.Rows, q.Random = readRows(f, tags, q.Rows), f.Get("random") != ""
	}
	if q.Kind == survey.Media {
		q.Accept = slices.DeleteFunc(slices.Clone(survey.Accepts), func(a string) bool { return f.Get("accept_"+a) == "" })
		if len(q.Accept) == 0 {
			q.Accept = nil
		}
	}
	if q.Kind == survey.Consent {
		q.Purpose = strings.TrimSpace(f.Get("purpose"))
	}
}

func (c *collector) orZero(f form, field string) float64 {
	if v := c.number(field, f.Get(field)); v != nil {
		return *v
	}
	return 0
}

func (c condReader) jumps(f url.Values, before []survey.Jump) []survey.Jump {
	var out []survey.Jump
	lines := typedRows(f, "go")
	for n, to := range f["go_target"] {
		if to == "" || n >= len(lines) {
			continue
		}
		j := survey.Jump{To: survey.QuestionID(to)}
		if lines[n].What == keepCond {
			if was, err := strconv.Atoi(lines[n].To); err == nil && was >= 0 && was < len(before) {
				j.If = before[was].If
			}
		} else {
			var err error
			if j.If, err = c.conditionOf(lines[n], "go"); err != nil {
				c.l = append(c.l, err)
			}
		}
		out = append(out, j)
	}
	return out
}

// surveyQuestion finds the question of an address.
func (x *surveyRoom) question(r *http.Request) (*survey.Question, error) {
	q := x.Draft.Question(survey.QuestionID(r.PathValue("question")))
	if q == nil {
		return nil, cx.Fail(cx.NotFound, "question", "survey.no_question", "key", r.PathValue("question"))
	}
	return q, nil
}

func (s *Server) serveSurveyQuestion(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	q, err := x.question(r)
	if err != nil {
		return err
	}
	p, err := s.newQuestionPage(r, x, q)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", framePolicy)
	return s.render(w, r, surveyFormView(p))
}

func (s *Server) doSurveyQuestion(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	q, err := x.question(r)
	if err != nil {
		return err
	}
	next, wrong := x.readQuestion(r.PostForm, *q)
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		if next.Key != q.Key && !cx.ValidKey(string(next.Key)) {
			return cx.Fail(cx.Invalid, "key", "survey.key", "key", string(next.Key))
		}
		if next.Key != q.Key && taken(d)[next.Key] {
			return cx.Fail(cx.Invalid, "key", "survey.twice", "key", string(next.Key))
		}
		if wrong != nil {
			return wrong
		}
		*d.Question(q.Key) = next
		if next.Key != q.Key {
			d.Question(next.Key).Key = q.Key
			d.Rename(q.Key, next.Key)
		}
		return nil
	})
	if err == nil {
		s.toast(r, v.Lang.T("settings.saved"))
		http.Redirect(w, r, x.at("")+"#q-"+string(next.Key), http.StatusSeeOther)
		return nil
	}
	p, e := s.newQuestionPage(r, x, q)
	if e != nil {
		return e
	}
	return s.refuseSurveyForm(w, r, p, err)
}

// refuseSurveyForm shows a form again, with what is wrong and what was typed.
func (s *Server) refuseSurveyForm(w http.ResponseWriter, r *http.Request, p *surveyFormPage, err error) error {
	refused, err := p.refuse(err)
	if err != nil {
		return err
	}
	p.retype(r, refused)
	kind := cx.Invalid
	if refused.Conflict {
		kind = cx.Conflict
	}
	return s.renderAs(w, r, api.Status(kind), surveyFormView(p))
}
