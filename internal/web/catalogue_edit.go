package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// definitionPage is the form of an indicator or a metric, then what it would do to past figures.
type definitionPage struct {
	*ground
	frame    ui.Frame
	Action   string
	Back     string
	Base     string // what the form was drawn from
	Kinds    []ui.ChoiceCard
	Fields   []ui.Field
	Roles    []ui.Option // nil: not asked
	Refused  *refusedEdit
	Previews []preview // what was asked to be previewed; nil: the form alone
	Keep     []ui.Hidden
	Adopts   bool
}

// stamp names a definition as somebody looked at it.
func stamp(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

func (g *ground) newDefinitionPage(title, action, back string) *definitionPage {
	p := &definitionPage{ground: g, frame: g.catalogueFrame(title), Action: action, Back: back}
	p.frame.Crumb = append(p.frame.Crumb, ui.Link{Label: g.lang().T("catalogue.title"), Href: "/catalogue"})
	return p
}

// indicatorForm asks for everything an indicator is; metric, program and audience only of a new one.
func (p *definitionPage) indicatorForm(i cx.Indicator, fresh bool) {
	l := p.lang()
	field := func(name string) string { return l.T("catalogue.field." + name) }
	name := textPair(l, "name", field("name"), i.Name, "")
	name[0].Required = true
	p.Fields = append(name, textPair(l, "short", field("short"), i.Short, "")...)
	if fresh {
		p.Fields = append(p.Fields, ui.Field{Name: "key", Label: l.T("journey.touchpoint.key"), Value: string(i.Key), Max: 64},
			ui.Field{Name: "metric", Label: field("metric"), Kind: "select", Required: true, Options: p.metricOptions(i.Metric), Hint: l.T("catalogue.fixed")},
			choiceOf(p.lang(), "program", i.Program, cx.Programs()),
			choiceOf(p.lang(), "audience", i.Audience, cx.Audiences()))
	}
	formula := ui.Field{Name: "formula", Label: field("formula"), Kind: "select", Required: true}
	for _, f := range cx.Formulas() {
		formula.Options = append(formula.Options, ui.Option{Value: string(f), Label: l.T("catalogue.formula." + string(f)), Selected: f == i.Formula})
	}
	number := func(name string, v *float64) ui.Field {
		f := ui.Field{Name: name, Label: field(name), Value: writtenNumber(l, v), Max: 20}
		if id := "catalogue.hint." + name; l.Has(id) {
			f.Hint = l.T(id)
		}
		return f
	}
	p.Fields = append(p.Fields, formula, number("top", i.Top), number("bottom", i.Bottom),
		ui.Field{Name: "numerator", Label: field("numerator"), Value: writtenNumbers(p.ground, i.Numerator), Max: 200, Hint: l.T("catalogue.hint.numerator")},
		number("per", above(i.Per)), number("objective", i.Objective), number("threshold", i.Threshold), number("min_n", above(float64(i.MinN))), number("max_width", above(i.MaxWidth)),
		ui.Field{Name: "owner", Label: field("owner"), Value: i.Owner, Max: 200})
	p.Fields = append(p.Fields, textPair(l, "decision", field("decision"), i.Decision, "textarea")...)
	p.Fields = append(p.Fields, textPair(l, "why", field("why"), i.Why, "textarea")...)
	p.Roles = nil
	for _, r := range people.Roles() {
		if r != people.Source {
			p.Roles = append(p.Roles, ui.Option{Value: string(r), Label: p.roleName(r), Selected: slices.Contains(i.Roles, string(r))})
		}
	}
}

// above gives nil for what 0 leaves to its usual value.
func above(v float64) *float64 {
	if v == 0 {
		return nil
	}
	return &v
}

func writtenNumbers(g *ground, l []float64) string {
	var out []string
	for _, v := range l {
		out = append(out, writtenNumber(g.lang(), &v))
	}
	return strings.Join(out, " ; ")
}

func (p *definitionPage) metricOptions(chosen cx.MetricID) []ui.Option {
	var out []ui.Option
	for _, m := range p.Catalogue.MetricList {
		out = append(out, ui.Option{Value: string(m.Key), Label: p.lang().Text(m.Name), Selected: m.Key == chosen})
	}
	return out
}

// choiceOf asks for one of a few words of the vocabulary, named by the messages catalogue.<name>.<word>.
func choiceOf[T ~string](l lang.Lang, name string, chosen T, all []T) ui.Field {
	f := ui.Field{Name: name, Label: l.T("catalogue.field." + name), Kind: "select", Required: true, Hint: l.T("catalogue.fixed")}
	for _, v := range all {
		f.Options = append(f.Options, ui.Option{Value: string(v), Label: l.T("catalogue." + name + "." + string(v)), Selected: v == chosen})
	}
	return f
}

// typedIndicator reads the form over an indicator.
func typedIndicator(f url.Values, i cx.Indicator) (cx.Indicator, error) {
	var c collector
	i.Name, i.Short = typedText(f, "name", i.Name), typedText(f, "short", i.Short)
	i.Decision, i.Why = typedText(f, "decision", i.Decision), typedText(f, "why", i.Why)
	i.Formula, i.Owner, i.Roles = cx.Formula(f.Get("formula")), strings.TrimSpace(f.Get("owner")), inOrder(i.Roles, f["roles"])
	i.Top, i.Bottom = c.number("top", f.Get("top")), c.number("bottom", f.Get("bottom"))
	i.Objective, i.Threshold = c.number("objective", f.Get("objective")), c.number("threshold", f.Get("threshold"))
	i.Numerator = nil
	for _, text := range strings.FieldsFunc(f.Get("numerator"), func(r rune) bool { return r == ';' || r == '\n' }) {
		if v := c.number("numerator", text); v != nil {
			i.Numerator = append(i.Numerator, *v)
		}
	}
	i.Per, i.MaxWidth, i.MinN = orZero(c.number("per", f.Get("per"))), orZero(c.number("max_width", f.Get("max_width"))), 0
	if n := c.number("min_n", f.Get("min_n")); n != nil {
		i.MinN = int(*n)
		if float64(i.MinN) != *n {
			c.l = append(c.l, cx.Fail(cx.Invalid, "min_n", "indicator.min_n", "value", *n))
		}
	}
	if len(i.Roles) == 0 {
		i.Roles = nil
	}
	return i, c.err()
}

func orZero(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// checked gives everything wrong with an indicator over its metric.
func (g *ground) checked(i cx.Indicator) (cx.Metric, error) {
	m, err := g.Catalogue.Metric(i.Metric)
	if err != nil {
		return m, cx.Fail(cx.Invalid, "metric", "indicator.metric", "metric", string(i.Metric))
	}
	var c collector
	for _, e := range i.Check(m) {
		c.l = append(c.l, e)
	}
	return m, c.err()
}

func (s *Server) serveIndicatorEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	i, _, err := g.Catalogue.Indicator(cx.IndicatorID(r.PathValue("indicator")))
	if err != nil {
		return err
	}
	return s.render(w, r, definitionView(g.indicatorEditPage(i)))
}

func (g *ground) indicatorEditPage(i cx.Indicator) *definitionPage {
	at := indicatorAddress(i.Key)
	p := g.newDefinitionPage(g.lang().T("catalogue.edit.title", "name", i.Name), at+"/edit", at)
	p.Base = stamp(i)
	p.indicatorForm(i, false)
	return p
}

// doIndicator previews a changed indicator on past figures, or adopts it. What changes no figure is adopted at once.
func (s *Server) doIndicator(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	was, metric, err := g.Catalogue.Indicator(cx.IndicatorID(r.PathValue("indicator")))
	if err != nil {
		return err
	}
	p := g.indicatorEditPage(was)
	next, err := typedIndicator(r.PostForm, was)
	if err == nil {
		_, err = g.checked(next)
	}
	if err == nil && r.PostForm.Get("base") != p.Base {
		err = cx.Fail(cx.Conflict, "", "catalogue.changed_since", "key", string(was.Key))
	}
	do := r.PostForm.Get("do")
	if err == nil && do != "adopt" && do != "again" && restates(was, next) {
		x, e := s.previewIndicator(r.Context(), g, pair{was, metric}, pair{next, metric})
		if e != nil {
			return e
		}
		return s.showPreview(w, r, p, []preview{x})
	}
	if err == nil && do != "again" {
		edit := catalogue.Edit[cx.Indicator]{By: v.Viewer.Actor(), Reason: reasonOf(r), Was: was}
		err = s.Catalogue.EditIndicator(r.Context(), edit, next)
		if err == nil {
			return s.adopted(w, r, v, "indicator.put", string(next.Key), indicatorAddress(next.Key))
		}
	}
	return s.askAgain(w, r, p, err)
}

func reasonOf(r *http.Request) string {
	text := strings.TrimSpace(r.PostForm.Get("reason"))
	return text[:min(len(text), 1000)]
}

// restates tells whether past figures, or how they are judged, would read otherwise.
func restates(a, b cx.Indicator) bool {
	for _, i := range []*cx.Indicator{&a, &b} {
		i.Name, i.Short, i.Why, i.Decision, i.Owner, i.Roles = nil, nil, nil, nil, "", nil
	}
	return stamp(a) != stamp(b)
}

func (s *Server) adopted(w http.ResponseWriter, r *http.Request, v *visit, what, key, to string) error {
	if err := s.audit(r.Context(), v, what, key); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("catalogue.adopted"))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// askAgain gives the form back as it was typed, with what is wrong.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, p *definitionPage, err error) error {
	status := http.StatusOK
	var l []problem
	if err != nil {
		mine := false
		if l, mine = p.problems(err); !mine {
			return err
		}
		status = api.Status(cx.KindOf(err))
		for n := range l {
			l[n].Field, _, _ = strings.Cut(l[n].Field, "[")
			if id := "catalogue.field." + l[n].Field; p.lang().Has(id) {
				l[n].Where = p.lang().T(id)
			}
		}
		p.Refused = &refusedEdit{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}
	}
	p.Fields = retyped(p.Fields, r, l)
	for n := range p.Roles {
		p.Roles[n].Selected = slices.Contains(r.PostForm["roles"], p.Roles[n].Value)
	}
	return s.renderAs(w, r, status, definitionView(p))
}

// showPreview shows what would change, with the whole form kept for the next step.
func (s *Server) showPreview(w http.ResponseWriter, r *http.Request, p *definitionPage, l []preview) error {
	p.Previews, p.Adopts = l, true
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if name == "do" || name == "reason" {
			continue
		}
		for _, v := range r.PostForm[name] {
			p.Keep = append(p.Keep, ui.Hidden{Name: name, Value: v})
		}
	}
	return s.render(w, r, definitionView(p))
}

// A new indicator begins from a kind of formula.

func (s *Server) serveNewIndicator(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, definitionView(g.newIndicatorForm(cx.Formula(r.URL.Query().Get("formula")))))
}

// usualMetric is what a kind of formula is most often made of.
func usualMetric(f cx.Formula) cx.MetricID {
	switch f {
	case cx.NetShare:
		return "nps"
	case cx.Ratio:
		return "fcr"
	}
	return "csat"
}

func (g *ground) newIndicatorForm(f cx.Formula) *definitionPage {
	l := g.lang()
	p := g.newDefinitionPage(l.T("catalogue.indicator.new"), "/catalogue/indicators/new", "/catalogue")
	if !slices.Contains(cx.Formulas(), f) {
		f = cx.TopShare
	}
	for _, k := range cx.Formulas() {
		p.Kinds = append(p.Kinds, ui.ChoiceCard{Value: "/catalogue/indicators/new?formula=" + string(k), Title: l.T("catalogue.formula." + string(k)), Text: l.T("catalogue.kind." + string(k)), Selected: k == f})
	}
	i := cx.Indicator{Formula: f, Metric: usualMetric(f), Program: cx.Transactional, Audience: cx.Customers}
	if f == cx.Ratio {
		i.Numerator, i.Per = []float64{1}, 100
	}
	p.Base = "new"
	p.indicatorForm(i, true)
	return p
}

func (s *Server) doNewIndicator(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	f := r.PostForm
	p := g.newIndicatorForm(cx.Formula(f.Get("formula")))
	start := cx.Indicator{Metric: cx.MetricID(f.Get("metric")), Program: cx.Program(f.Get("program")), Audience: cx.Audience(f.Get("audience")), Key: cx.IndicatorID(strings.TrimSpace(f.Get("key")))}
	next, err := typedIndicator(f, start)
	if err == nil && next.Key == "" {
		next.Key = cx.IndicatorID(cx.FreeKey(next.Name, "indicator", func(k string) bool { return g.Catalogue.Indicators[cx.IndicatorID(k)].Key != "" || k == "new" }))
	}
	if err == nil && next.Key == "new" {
		err = cx.Fail(cx.Invalid, "key", "indicator.key", "key", "new")
	}
	var metric cx.Metric
	if err == nil {
		metric, err = g.checked(next)
	}
	do := f.Get("do")
	if err == nil && do == "preview" {
		x, e := s.previewIndicator(r.Context(), g, pair{}, pair{next, metric})
		if e != nil {
			return e
		}
		return s.showPreview(w, r, p, []preview{x})
	}
	if err == nil && do == "adopt" {
		if err = s.Catalogue.EditIndicator(r.Context(), catalogue.Edit[cx.Indicator]{By: v.Viewer.Actor(), Reason: reasonOf(r)}, next); err == nil {
			return s.adopted(w, r, v, "indicator.put", string(next.Key), indicatorAddress(next.Key))
		}
	}
	return s.askAgain(w, r, p, err)
}
