package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// fortnightRoutes report each fortnight of a rule's pilot, and take what is decided of it.
func (s *Server) fortnightRoutes() []Route {
	return []Route{
		{"GET", "/listen/rules/{key}/fortnights/{day}", people.ReadFigures, s.serveFortnight},
		{"POST", "/listen/rules/{key}/fortnights/{day}", people.EditStructure, s.doDecideFortnight},
	}
}

// fortnightPage is the report of one fortnight: it is printed as it is.
type fortnightPage struct {
	*ground
	frame    ui.Frame
	rule     invite.Kept
	one      invite.Fortnight
	Facts    []ui.Fact
	Tables   []ui.Table
	Says     []string
	Decision []ui.Fact
	Verdicts []ui.Option // what may be decided; none when it was, or one may not
	Error    string
}

func (s *Server) serveFortnight(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newFortnightPage(r.Context(), v, r.PathValue("key"), r.PathValue("day"))
	if err != nil {
		return err
	}
	return s.render(w, r, fortnightView(p))
}

func (s *Server) newFortnightPage(ctx context.Context, v *visit, key, day string) (*fortnightPage, error) {
	f := filters{Words: "with", During: "range", From: day, To: day}
	if err := f.check(); err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, v, f, matter{})
	if err != nil {
		return nil, err
	}
	p := &fortnightPage{ground: g}
	if p.rule, err = s.Invites.Rule(ctx, key); err != nil {
		return nil, err
	}
	if p.one, err = s.fortnightOf(ctx, g, key, day); err != nil {
		return nil, err
	}
	l := g.lang()
	g.To = p.one.Ended.AddDate(0, 0, -1).Format(time.DateOnly)
	p.frame = v.frame(l.T("fortnight.title", "rule", l.Text(p.rule.Name)), ui.SectionListen)
	p.frame.Sub = g.fortnightSpan(p.one)
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}, {Label: l.Text(p.rule.Name), Href: ruleAddress(key)}}
	p.fillReport()
	if err := s.fillScores(ctx, p); err != nil {
		return nil, err
	}
	if err := s.fillMentions(ctx, p); err != nil {
		return nil, err
	}
	return p, s.fillDecision(ctx, p)
}

func (s *Server) fortnightOf(ctx context.Context, g *ground, key, day string) (invite.Fortnight, error) {
	all, err := s.Invites.Fortnights(ctx, g.scope(), key)
	if err != nil {
		return invite.Fortnight{}, err
	}
	i := slices.IndexFunc(all, func(f invite.Fortnight) bool { return fortnightDay(f) == day })
	if i < 0 {
		return invite.Fortnight{}, cx.Fail(cx.NotFound, "day", "invite.no_fortnight")
	}
	return all[i], nil
}

func fortnightDay(f invite.Fortnight) string { return f.Began.Format(time.DateOnly) }

func fortnightAddress(f invite.Fortnight) string {
	return ruleAddress(f.Rule) + "/fortnights/" + fortnightDay(f)
}

func (g *ground) fortnightSpan(f invite.Fortnight) string {
	return g.lang().T("cockpit.filter.between", "from", f.Began, "to", f.Ended.AddDate(0, 0, -1))
}

func sumOf(r invite.PilotReport) sum {
	return sum{sent: r.Sent, delivered: r.Delivered, rated: r.Rated, answered: r.Answered, bounced: r.Bounced}
}

// fortnightRate says how often those asked answered.
func (g *ground) fortnightRate(f invite.Fortnight) string {
	if f.Report.Delivered == 0 {
		return g.lang().T("fortnight.rate.none")
	}
	return g.rateWords(sumOf(f.Report))
}

// fillReport writes what became of those asked.
func (p *fortnightPage) fillReport() {
	l, r := p.lang(), p.one.Report
	n := func(id string, count int) ui.Fact {
		return ui.Fact{Label: l.T("fortnight." + id), Value: l.Int(int64(count))}
	}
	p.Facts = []ui.Fact{n("thought", r.Thought), n("sent", r.Sent), n("delivered", r.Delivered), n("bounced", r.Bounced), n("answered", r.Answered),
		{Label: l.T("invitation.rate"), Value: p.fortnightRate(p.one)}, n("opted_out", r.OptedOut), n("objected", r.Objected)}
	switch {
	case !p.one.Kept.IsZero():
		p.Says = append(p.Says, l.T("fortnight.kept", "at", l.DateTime(p.local(p.one.Kept))))
	case !p.one.Over(p.Now):
		p.Says = append(p.Says, l.T("fortnight.running"))
	default:
		p.Says = append(p.Says, l.T("fortnight.now"))
	}
	t := ui.Table{Caption: l.T("fortnight.refused"), Empty: l.T("invitation.refusals.none"),
		Columns: []ui.Column{{Label: l.T("invitation.reason")}, {Label: l.T("invitation.people"), Numeric: true}}}
	for _, why := range slices.SortedFunc(maps.Keys(r.Refused), func(a, b invite.Why) int {
		return cmp.Or(cmp.Compare(r.Refused[b], r.Refused[a]), cmp.Compare(a, b))
	}) {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: p.word("invitation.why.", string(why))}, {Text: l.Int(int64(r.Refused[why]))}}})
	}
	p.Tables = append(p.Tables, t)
}

// fillScores writes the figures of the survey's answers: those that a decision rested on, else as of now.
func (s *Server) fillScores(ctx context.Context, p *fortnightPage) error {
	scores := p.one.Report.Scores
	if p.one.Verdict == "" || !p.scope().Figures().All {
		var err error
		if scores, err = s.fortnightScores(ctx, p.scope(), p); err != nil {
			return err
		}
	}
	l := p.lang()
	t := ui.Table{Caption: l.T("fortnight.scores"), Empty: l.T("fortnight.scores.none"), Columns: []ui.Column{{Label: l.T("ui.indicator")},
		{Label: l.T("fortnight.value"), Numeric: true}, {Label: l.T("fortnight.n"), Numeric: true}}}
	for _, k := range scores {
		m, known := measure(p.Catalogue, k.Indicator, nil)
		if !known {
			continue
		}
		f := cx.Figure{N: k.N, Has: true, Value: k.Value, Low: k.Low, High: k.High, Enough: k.Enough}
		cell := ui.Cell{Text: m.text(l, f.Value), Note: "[" + m.interval(l, f) + "]"}
		if !f.Enough {
			cell = ui.Cell{Text: "—", Note: l.T("invitation.rate.few.short")}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Text(m.Name)}, cell, {Text: l.Int(f.N)}}})
	}
	p.Tables = append(p.Tables, t)
	return nil
}

// fortnightScores asks every indicator of customers that the survey's answers of those days have.
func (s *Server) fortnightScores(ctx context.Context, scope people.Scope, p *fortnightPage) ([]invite.KeptScore, error) {
	where, err := s.answersTo(ctx, p.rule.Survey)
	if err != nil || where == nil {
		return nil, err
	}
	during := p.during()
	var out []invite.KeptScore
	for _, i := range p.Catalogue.IndicatorList {
		if i.Audience != cx.Customers || p.counts(i.Key) != "" {
			continue
		}
		a, err := s.Insight.Ask(ctx, scope, insight.Query{Indicator: i.Key, Where: where, During: &during})
		if err != nil {
			return nil, err
		}
		if x := a.Rows[0].Figure; x.Has {
			out = append(out, invite.KeptScore{Indicator: i.Key, N: x.N, Value: x.Value, Low: x.Low, High: x.High, Enough: x.Enough})
		}
	}
	return out, nil
}

// answersTo are the answers to a survey, whatever its version; nil when it was never published.
func (s *Server) answersTo(ctx context.Context, survey cx.SurveyID) (insight.Where, error) {
	versions, err := s.Surveys.Versions(ctx, survey)
	var names []any
	for _, v := range versions {
		names = append(names, v.Name())
	}
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return insight.Where{"survey": {In: names}}, nil
}

// ofSurveys are words by which people speak of being asked rather than of what they lived.
var ofSurveys = [...]string{"questionnaire", "sondage", "enquête", "survey"}

// fillMentions counts the verbatims that speak of the survey itself, for who may read them.
func (s *Server) fillMentions(ctx context.Context, p *fortnightPage) error {
	where, err := s.answersTo(ctx, p.rule.Survey)
	if err != nil || where == nil || s.Search == nil || !p.mayRead() {
		return err
	}
	l := p.lang()
	during := p.during()
	t := ui.Table{Caption: l.T("fortnight.mentions"), Empty: l.T("fortnight.mentions.none"),
		Columns: []ui.Column{{Label: l.T("fortnight.mentions.word")}, {Label: l.T("fortnight.mentions.n"), Numeric: true}}}
	for _, word := range ofSurveys {
		list, err := s.Search(ctx, p.scope(), word, insight.ListQuery{Where: where, During: &during, Limit: 1})
		if err != nil {
			return err
		}
		if list.Total == 0 {
			continue
		}
		at := p.filters.with(func(f *filters) {
			f.Text, f.Context = word, map[string][]string{"survey": texts(where["survey"].In)}
		})
		t.Rows = append(t.Rows, ui.Row{Href: at.at("/verbatims"), Cells: []ui.Cell{{Text: word}, {Text: l.Int(int64(list.Total))}}})
	}
	p.Tables = append(p.Tables, t)
	return nil
}

// fillDecision writes what was decided, by whom and on what; else what may be.
func (s *Server) fillDecision(ctx context.Context, p *fortnightPage) error {
	l := p.lang()
	if p.one.Verdict == "" {
		if p.Viewer.May(people.EditStructure) {
			for _, k := range invite.FortnightVerdicts() {
				p.Verdicts = append(p.Verdicts, ui.Option{Value: k, Label: l.T("fortnight.verdict." + k)})
			}
		}
		return nil
	}
	names, err := s.actorNames(ctx, p.visit)
	if err != nil {
		return err
	}
	p.Decision = []ui.Fact{{Label: l.T("fortnight.decided"), Value: l.T("fortnight.verdict." + p.one.Verdict)},
		{Label: l.T("fortnight.decided.by"), Value: names.of(p.one.By)}, {Label: l.T("fortnight.decided.at"), Value: l.DateTime(p.local(p.one.Decided))}}
	if note := p.one.Report.Note; note != "" {
		p.Decision = append(p.Decision, ui.Fact{Label: l.T("fortnight.decided.note"), Value: note, Wide: true})
	}
	return nil
}

func (s *Server) doDecideFortnight(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, key, day := r.Context(), r.PathValue("key"), r.PathValue("day")
	p, err := s.newFortnightPage(ctx, v, key, day)
	if err != nil {
		return err
	}
	scores, err := s.fortnightScores(ctx, people.Whole(), p) // what is kept is the whole company's, and shown to who may see it
	if err != nil {
		return err
	}
	err = s.Invites.DecideFortnight(ctx, v.Viewer.Actor(), key, invite.Judged{Began: p.one.Began, Verdict: r.PostForm.Get("verdict"),
		Note: strings.TrimSpace(r.PostForm.Get("note")), Scores: scores})
	if k := cx.KindOf(err); err != nil && (k == cx.Conflict || k == cx.Invalid) {
		p.Error = v.Lang.Error(err)
		return s.renderAs(w, r, api.Status(k), fortnightView(p))
	}
	if err != nil {
		return err
	}
	if err := s.audit(ctx, v, "invitation_rule.fortnight", key+" "+day); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("invitation.saved"))
	http.Redirect(w, r, fortnightAddress(p.one), http.StatusSeeOther)
	return nil
}

// pilot is what a rule's page tells of the fortnights of its pilot.
type pilot struct {
	Lines  []ui.Thing
	Remind string // a fortnight is over and nothing was decided of it
	Href   string // its report
}

func (s *Server) newPilot(ctx context.Context, g *ground, key string) (pilot, error) {
	var p pilot
	all, err := s.Invites.Fortnights(ctx, g.scope(), key)
	if err != nil || len(all) == 0 {
		return p, err
	}
	l := g.lang()
	names, err := s.actorNames(ctx, g.visit)
	if err != nil {
		return p, err
	}
	awaited, err := s.Invites.Awaited(ctx) // of a pilot that was ended since, nothing is
	if err != nil {
		return p, err
	}
	for _, f := range all {
		line := ui.Thing{Name: g.fortnightSpan(f), Href: fortnightAddress(f), Text: g.fortnightRate(f)}
		switch {
		case f.Verdict != "":
			line.Note = l.T("fortnight.by", "verdict", l.T("fortnight.verdict."+f.Verdict), "who", names.of(f.By))
		case f.Over(g.Now) && !awaited[key]:
		case f.Over(g.Now):
			line.Tags = []ui.Tag{{Text: l.T("fortnight.awaited"), Tone: ui.Watch}}
		default:
			line.Tags = []ui.Tag{{Text: l.T("fortnight.current"), Tone: ui.Accent}}
		}
		p.Lines = append(p.Lines, line)
	}
	if f, yes := invite.Awaits(all, g.Now); yes && awaited[key] {
		p.Remind, p.Href = l.T("fortnight.remind", "span", lowerFirst(g.fortnightSpan(*f))), fortnightAddress(*f)
	}
	return p, nil
}
