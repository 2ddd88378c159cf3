package web

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/note"
	"vigie/internal/people"
)

// doImport takes the corrections of a draft, and does what was asked: look again, rehearse, import, or drop it.
func (s *Server) doImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	do := r.PostForm.Get("do")
	if do == "discard" {
		if err := s.Imports.Discard(r.Context(), i.ID); err != nil {
			return err
		}
		http.Redirect(w, r, importsAt, http.StatusSeeOther)
		return nil
	}
	next, problem := s.correct(r, v, i)
	if problem == nil {
		i = next
		problem = s.goOn(r, v, i, do)
	}
	switch {
	case problem != nil && (cx.KindOf(problem) == cx.Internal || cx.KindOf(problem) == cx.Unavailable):
		return problem
	case problem != nil:
		return s.showImport(w, r, v, i, problem)
	case isPart(r):
		return s.showImport(w, r, v, i, nil)
	}
	http.Redirect(w, r, importAddress(i.ID), http.StatusSeeOther)
	return nil
}

func (s *Server) goOn(r *http.Request, v *visit, i intake.Import, do string) error {
	switch do {
	case "check":
		return s.Imports.Check(r.Context(), i.ID)
	case "start":
		if err := unanswered(i); err != nil {
			return err
		}
		if err := s.Imports.Begin(r.Context(), i.ID, importer(v)); err != nil {
			return err
		}
		return s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "import.start", Subject: "import:" + strconv.FormatInt(int64(i.ID), 10)})
	}
	return nil
}

// unanswered refuses to go on while a rating from 0 to 10 was not said to be a recommendation or not.
func unanswered(i intake.Import) error {
	for _, c := range i.Map.Columns {
		if c.As != "score" || i.Draft.Answers[c.Column] != "" {
			continue
		}
		for _, m := range i.Map.Metrics {
			if string(m.Key) == c.Key && m.Min == 0 && m.Max == 10 && m.Points() == 11 && !m.Aspect && !i.Draft.Known {
				return cx.Fail(cx.Invalid, "", "import.nps.answer", "column", c.Column)
			}
		}
	}
	return nil
}

// correct lays a form over the draft. Another way to cut the file guesses its columns anew; nothing else is read then.
func (s *Server) correct(r *http.Request, v *visit, i intake.Import) (intake.Import, error) {
	ctx, f := r.Context(), r.PostForm
	if i.Draft.Sample.Kind == intake.NDJSON || len(f["c0-as"]) == 0 {
		return i, nil
	}
	if l, other := layoutOf(i.Map, f); other {
		return s.Imports.Cut(ctx, i.ID, l)
	}
	have, err := s.Catalogue.Present(ctx)
	if err != nil {
		return i, err
	}
	at, err := s.Journeys.Present(ctx)
	if err != nil {
		return i, err
	}
	x := correction{form: f, have: have, at: at, name: v.Lang.T("import.touchpoint.default")}
	return s.Imports.Correct(ctx, i.ID, x.apply)
}

func layoutOf(m intake.Map, f url.Values) (l intake.Layout, other bool) {
	l = m.Layout()
	was := l
	for _, x := range []struct {
		name string
		to   *string
	}{{"encoding", &l.Encoding}, {"separator", &l.Separator}, {"sheet", &l.Sheet}} {
		if f.Has(x.name) {
			*x.to = f.Get(x.name)
		}
	}
	for _, x := range []struct {
		name string
		to   *int
		most int
	}{{"header_rows", &l.HeaderRows, 3}, {"skip", &l.Skip, 1000}} {
		if n, err := strconv.Atoi(f.Get(x.name)); err == nil && n >= 0 && n <= x.most {
			*x.to = n
		}
	}
	return l, l != was
}

// correction is one form over one draft.
type correction struct {
	form url.Values
	have *catalogue.Catalogue
	at   *journey.Journeys
	name string // of a touchpoint that nobody named yet
}

func (x correction) apply(i *intake.Import) error {
	d := &i.Draft
	if d.Answers == nil {
		d.Answers = map[string]string{}
	}
	picks := make([]intake.Pick, len(i.Map.Columns))
	if err := x.check(i); err != nil {
		return err
	}
	for n, c := range i.Map.Columns {
		before := d.Answers[c.Column]
		if a := x.form.Get("nps-" + strconv.Itoa(n)); a == intake.AnswerNPS || a == intake.AnswerOwn {
			d.Answers[c.Column] = a
		}
		picks[n] = x.pick(n, c, i)
		if d.Answers[c.Column] != before && c.As == "score" { // an answer given now says which metric it is
			picks[n].Key = map[string]string{intake.AnswerNPS: "nps", intake.AnswerOwn: "new"}[d.Answers[c.Column]]
		}
	}
	m := i.Map
	x.constants(&m, d)
	m, err := d.Take(m, picks)
	if err != nil {
		return err
	}
	i.Map = d.Tidy(m, x.have, x.at)
	return nil
}

func (x correction) pick(n int, c intake.Column, i *intake.Import) intake.Pick {
	get := func(what string) string { return strings.TrimSpace(x.form.Get(fieldName(n, what))) }
	p := intake.Pick{Role: get("as"), Key: get("key"), Name: get("name"), Aspect: get("aspect") != "", Type: get("type"), Personal: get("personal") != "",
		Question: get("question"), Dates: get("dates"), Values: map[string]string{}}
	p.Min, _ = intake.ParseNumber(get("min"), i.Map.Decimal) // read by check before
	p.Max, _ = intake.ParseNumber(get("max"), i.Map.Decimal)
	if p.Type == "text" {
		p.Type = ""
	}
	p.Unknown, p.Names = c.Unknown, c.Names
	if name := fieldName(n, "unknown"); x.form.Has(name) {
		p.Unknown = strings.TrimSuffix(x.form.Get(name), unknownWaits)
	}
	if name := fieldName(n, "names"); x.form.Has(name) {
		p.Names = x.form.Get(name)
	}
	if p.Role == "" || !slices.Contains(append([]string{intake.RoleID}, intake.Roles...), p.Role) {
		p.Role = c.As
	}
	for k := range valuesListed {
		name := fieldName(n, "v"+strconv.Itoa(k))
		if key := x.form.Get(name + "-of"); x.form.Has(name + "-of") {
			p.Values[key] = strings.TrimSpace(x.form.Get(name))
			if v, ok := intake.ParseNumber(p.Values[key], i.Map.Decimal); ok && (p.Role == "score" || p.Role == intake.RoleNote) { // a map writes numbers with a point
				p.Values[key] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
	}
	x.others(n, c, i, p.Values)
	return p
}

// check reads what is typed: the first that cannot be read is refused, at its field.
func (x correction) check(i *intake.Import) error {
	for n, c := range i.Map.Columns {
		typed := func(what string) string { return strings.TrimSpace(x.form.Get(fieldName(n, what))) }
		if err := x.checkScale(n, i.Map.Decimal); err != nil {
			return err
		}
		if err := intake.CheckDates(fieldName(n, "dates"), typed("dates")); err != nil {
			return err
		}
		for k := range valuesListed {
			name := "v" + strconv.Itoa(k)
			if text := typed(name); (c.As == "score" || c.As == intake.RoleNote) && text != "" {
				v, ok := intake.ParseNumber(text, i.Map.Decimal)
				if !ok {
					return cx.Fail(cx.Invalid, fieldName(n, name), "intake.number_unreadable", "value", text)
				}
				if c.As == intake.RoleNote && (v < note.Least || v > note.Most || v != math.Trunc(v)) {
					return cx.Fail(cx.Invalid, fieldName(n, name), "intake.note_value", "value", text, "min", note.Least, "max", note.Most)
				}
			}
		}
	}
	return nil
}

// checkScale reads the ends of the scale of a metric of the column's own.
func (x correction) checkScale(n int, decimal string) error {
	ends := [2]float64{}
	for k, what := range []string{"min", "max"} {
		name := fieldName(n, what)
		if !x.form.Has(name) {
			return nil
		}
		text, ok := strings.TrimSpace(x.form.Get(name)), false
		if ends[k], ok = intake.ParseNumber(text, decimal); !ok {
			return cx.Fail(cx.Invalid, name, "intake.number_unreadable", "value", text)
		}
	}
	if ends[1] <= ends[0] {
		return cx.Fail(cx.Invalid, fieldName(n, "max"), "import.scale_order", "value", x.form.Get(fieldName(n, "max")))
	}
	return nil
}

// constants takes what holds for all rows.
func (x correction) constants(m *intake.Map, d *intake.Draft) {
	f := x.form
	if source := strings.TrimSpace(f.Get("source")); source != "" {
		m.Source = source
	}
	m.Decimal = ""
	if f.Get("decimal") == "," {
		m.Decimal = ","
	}
	for _, c := range []struct {
		name string
		to   *string
	}{{"program", &m.Constants.Program}, {"channel", &m.Constants.Channel}, {"collected_by", &m.Constants.CollectedBy}, {"at", &m.Constants.At}} {
		if f.Has(c.name) {
			*c.to = strings.TrimSpace(f.Get(c.name))
		}
	}
	if f.Has("touchpoint") {
		m.Constants.Touchpoint, d.Touchpoint = f.Get("touchpoint"), ""
		if m.Constants.Touchpoint == intake.New {
			d.Touchpoint = cmp.Or(strings.TrimSpace(f.Get("touchpoint_name")), x.name)
			m.Constants.Touchpoint = intake.Slug(d.Touchpoint)
		}
	}
	if f.Has("place") {
		j, stage, _ := strings.Cut(f.Get("place"), "/")
		d.Place = intake.Place{Journey: cx.JourneyID(j), Stage: cx.StageID(stage), Name: strings.TrimSpace(f.Get("place_name"))}
	}
}
