package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/view"
	"vigie/internal/web/ui"
)

// explorerRoutes let anybody ask any figure in any cut, and keep the question. "as" in the address gives the answer in
// another form: csv, xlsx, parquet, svg.
func (s *Server) explorerRoutes() []Route {
	return []Route{
		{"GET", "/explorer", people.ReadFigures, s.serveExplorer},
		{"GET", "/explorer/views", people.ReadFigures, s.serveViews},
		{"GET", "/explorer/views/{id}", people.ReadFigures, s.serveSavedView},
		{"POST", "/explorer/views", people.ReadFigures, s.doSaveView},
		{"POST", "/explorer/views/{id}", people.ReadFigures, s.doChangeView},
		{"POST", "/explorer/views/{id}/delete", people.ReadFigures, s.doDeleteView},
		{"POST", "/explorer/views/{id}/restore", people.ReadFigures, s.doRestoreView},
	}
}

// explorerPage is one question with its answer.
type explorerPage struct {
	frame    ui.Frame
	ground   *ground
	asked    asked
	Form     explorerForm
	Sentence string
	Shapes   []ui.Tab
	Drawing  drawing
	Box      ui.ChartBox
	Head     *ui.Heads // of a question without dimensions
	HeatKey  heatKey
	Helps    []*ui.Help
	Says     []string // what a reader must know: how many looks, what was left out
	Words    string   // the feedbacks behind the whole
	Instead  *instead // in place of an answer
	Queries  []string // as the API takes them
	Exports  []ui.Button
	Image    string
	Link     string
	News     *news
	Views    []ui.Link
	Shares   []ui.Option
	Mine     string // what the name of a new view starts as
}

func (s *Server) serveExplorer(w http.ResponseWriter, r *http.Request, v *visit) error {
	if q := r.URL.Query(); q.Has("pick_key") && !isPart(r) {
		f, a, err := parseQuestion(q)
		if err != nil {
			return err
		}
		return doPick(w, r, address(explorerPath, a.values()), f)
	}
	g, a, err := s.readQuestion(r, v)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "pick" {
		return s.servePick(w, r, g, pickAsked{here: address(explorerPath, a.values()), of: g.counts(a.Indicator)})
	}
	if r.URL.Query().Get("part") == "news" {
		return s.serveNews(w, r, g, a)
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return s.export(w, r, exporting{g, a, as})
	}
	p, err := s.newExplorerPage(r.Context(), g, a)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if r.Header.Get("HX-Request") != "" {
		if r.Header.Get("HX-Target") != answerID {
			w.Header().Set("HX-Push-Url", a.address(g.filters))
		}
	} else if p.Instead != nil && !p.Instead.Empty {
		status = api.Status(p.Instead.Kind)
	}
	return s.renderAs(w, r, status, explorerView(p))
}

// readQuestion reads the address, the indicator that suits best when it names none.
func (s *Server) readQuestion(r *http.Request, v *visit) (*ground, asked, error) {
	f, a, err := parseQuestion(r.URL.Query())
	if err != nil {
		return nil, a, err
	}
	g, err := s.ground(r.Context(), v, f, matter{cx.JourneyID(f.Journey), cx.TouchpointID(f.Touchpoint)})
	if err != nil || a.Indicator != "" {
		if err == nil && g.Usual {
			g.staffPeriod(a)
		}
		return g, a, err
	}
	a.Indicator, err = s.firstIndicator(r.Context(), g)
	if len(a.By) == 0 {
		a.By = []string{g.grain(g.Now)}
	}
	return g, a, err
}

// parseQuestion reads a question and its filters; what narrows lists alone is left out.
func parseQuestion(q url.Values) (filters, asked, error) {
	f, err := parseFilters(scoreAsked(q))
	if err != nil {
		return f, asked{}, err
	}
	f.Words, f.Text, f.Program = "with", "", ""
	a, err := parseAsked(q)
	return f, a, err
}

// scoreAsked joins the fields of the form that bound a score into the one filter of the address.
func scoreAsked(q url.Values) url.Values {
	metric, low, high := q.Get("score_metric"), q.Get("score_low"), q.Get("score_high")
	if !q.Has("score_metric") {
		return q
	}
	q.Del("score")
	switch {
	case metric != "" && low+high != "":
		q.Set("score", metric+":"+low+".."+high)
	case metric != "":
		q.Set("score", metric)
	}
	return q
}

// staffPeriod gives a question about employees the period it takes.
func (g *ground) staffPeriod(a asked) {
	if m, ok := measure(g.Catalogue, a.Indicator, nil); !ok || m.Audience != cx.Employees {
		return
	}
	from, to := staffPeriod(g.Now, a.By)
	g.During, g.From, g.To = "range", from.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly)
}

// staffPeriod is the last whole quarter, or as many whole steps of a time axis as are worth a look: to is not included.
func staffPeriod(now time.Time, by []string) (from, to time.Time) {
	y, month, _ := now.Date()
	to = time.Date(y, month, 1, 0, 0, 0, 0, time.UTC)
	if slices.Contains(by, "month") {
		return to.AddDate(-1, 0, 0), to
	}
	if slices.Contains(by, "year") {
		to = time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
		return to.AddDate(-3, 0, 0), to
	}
	to = to.AddDate(0, -(int(month)-1)%3, 0)
	if slices.Contains(by, "quarter") {
		return to.AddDate(-2, 0, 0), to
	}
	return to.AddDate(0, -3, 0), to
}

// firstIndicator is the first of the usual ones that has answers.
func (s *Server) firstIndicator(ctx context.Context, g *ground) (cx.IndicatorID, error) {
	candidates := slices.Concat([]cx.IndicatorID{"csat"}, headIndicators[:])
	for _, i := range g.Catalogue.IndicatorList {
		if i.Audience == cx.Customers && g.counts(i.Key) == "" {
			candidates = append(candidates, i.Key)
		}
	}
	during, first := g.during(), cx.IndicatorID("")
	for _, k := range candidates[:min(len(candidates), len(headIndicators)+20)] {
		if m, ok := measure(g.Catalogue, k, nil); !ok || m.Audience != cx.Customers {
			continue
		}
		if first == "" {
			first = k
		}
		row, err := s.figure(ctx, g, insight.Query{Indicator: k, Where: g.where(), During: &during})
		if kind := cx.KindOf(err); err != nil && (kind == cx.Unavailable || kind == cx.Denied) {
			return first, nil // said by the page
		}
		if err != nil {
			return "", err
		}
		if row.Figure.Has {
			return k, nil
		}
	}
	return first, nil
}

func (s *Server) newExplorerPage(ctx context.Context, g *ground, a asked) (*explorerPage, error) {
	l := g.lang()
	p := &explorerPage{ground: g, asked: a, frame: g.frame(l.T("explorer.title"), ui.SectionExplorer), Sentence: sentence(g, a), Link: a.address(g.filters)}
	p.frame.Sub = l.T("explorer.sub")
	var err error
	if p.frame.Filters, err = s.explorerFilters(ctx, g, a); err != nil {
		return nil, err
	}
	if p.Form, err = s.newExplorerForm(ctx, g, a); err != nil {
		return nil, err
	}
	if err := s.fillViews(ctx, g, p); err != nil {
		return nil, err
	}
	if p.Queries, err = a.queries(g); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, s.Live.Deadline)
	defer stop()
	st, err := s.study(ctx, g, a)
	if err == nil {
		p.follow(st)
		err = s.fillAnswer(ctx, p, st)
	}
	if err != nil {
		p.Instead, err = g.insteadOf(a, err)
	}
	return p, err
}

func (s *Server) fillAnswer(ctx context.Context, p *explorerPage, st *study) error {
	g, l := p.ground, p.ground.lang()
	p.Sentence = st.sentence()
	if !st.whole.Figure.Has {
		p.Instead = g.nobody(p.asked)
		none, err := s.nothingYet(ctx, g)
		if none && g.Viewer.May(people.ImportFiles) {
			p.Instead.State = ui.State{Title: l.T("explorer.nothing"), Text: l.T("explorer.nothing.text"), Actions: []ui.Button{{Label: l.T("cockpit.start.import"), Href: "/listen/imports", Style: "primary", Icon: "upload"}}}
		}
		return err
	}
	p.Drawing, p.Words = st.draw(), st.words(nil)
	if p.Drawing.Shape == shapeScatter && p.Drawing.Total == 0 {
		p.Instead = g.apartFrom(st)
		return nil
	}
	p.Box.Table = st.table(mostLines)
	if p.Drawing.Shape != shapeFigure {
		p.Helps = st.helps()
	}
	switch {
	case p.Drawing.Shape == shapeFigure: // it brings its own help
		h := st.head()
		h.Href = p.Words
		p.Head = &ui.Heads{Label: l.T("touchpoint.figure"), Items: []ui.Head{h}}
	case p.Drawing.Heat != nil:
		p.HeatKey, p.Box.Keys = st.heatKey(), st.eventKeys
	case p.Drawing.Chart != nil:
		box, err := s.draw(ctx, p.Drawing.Chart, p.Box.Table)
		if err != nil {
			return err
		}
		p.Box, p.Box.Keys = box, st.eventKeys
		if p.Drawing.Shape == shapeLine {
			p.Box.OptionURL = withParam(p.Link, "as", "option")
		}
	}
	if st.m.Audience == cx.Employees { // never a figure of its own beside
		p.Words = g.chorusAddress(g.Touchpoint, g.Unit)
	}
	for _, k := range shapes(st.axes, p.asked.Other != "") {
		p.Shapes = append(p.Shapes, ui.Tab{Label: l.T("explorer.shape." + k), Href: p.asked.with(func(a *asked) { a.Shape = k }).address(g.filters), Current: k == p.Drawing.Shape})
	}
	p.Says = st.remarks(p.Drawing)
	if left, err := s.untied(ctx, st); err != nil {
		return err
	} else if left > 0 {
		p.Says = append(p.Says, l.T("explorer.untied", "count", left))
	}
	p.fillExports(st)
	return nil
}

// helps say how the indicators of the question are computed.
func (st *study) helps() []*ui.Help {
	l := st.g.lang()
	all := []*ui.Help{st.m.helpAt(l, "asked")}
	if st.asked.Other != "" {
		all = append(all, st.other.helpAt(l, "beside"))
	}
	return all
}

// head writes a question without dimensions as one figure, beside what it is compared with.
func (st *study) head() ui.Head {
	l := st.g.lang()
	row := st.whole
	if len(st.marks) > 0 {
		row.Versus = st.marks[0].Versus
	}
	h := st.m.head(st.g, row)
	switch v := row.Versus; {
	case v == nil || !v.Has || !row.Figure.Enough:
	case st.overlap:
		h.Change = ui.Change{Text: st.m.difference(l, v.Difference), Note: l.T("explorer.verdict.overlap")}
	case v.Significant:
		h.Change.Note = l.T("explorer.beside", "what", versusWords(st.g, st.asked))
	}
	return h
}

// remarks are what a reader must know beside the picture.
func (st *study) remarks(d drawing) []string {
	l := st.g.lang()
	var out []string
	if d.Total > d.Shown && d.Shown > 0 {
		out = append(out, l.T("explorer.cut."+d.Shape, "shown", d.Shown, "total", d.Total))
	}
	if c := st.cutOff(d); c > 0 {
		out = append(out, l.T("explorer.cut.columns", "shown", mostColumns, "count", c))
	}
	if j := st.judged(); j != "" {
		out = append(out, j)
	}
	if v := versusWords(st.g, st.asked); v != "" && d.Shape == shapeBars {
		out = append(out, l.T("explorer.diamond", "what", v))
	}
	few := 0
	for _, m := range st.marks {
		if m.Figure.Has && !m.Figure.Enough {
			few++
		}
	}
	if few > 0 {
		out = append(out, l.T(st.m.said("explorer.muted"), "count", few))
	}
	return out
}

// cutOff tells how many columns were left out.
func (st *study) cutOff(d drawing) int {
	if d.Shape != shapeHeat && d.Shape != shapeMultiples {
		return 0
	}
	return max(0, len(st.keys(st.acrossAxis()))-mostColumns)
}

// queries writes what POST /api/v1/query takes, one a figure asked.
func (a asked) queries(g *ground) ([]string, error) {
	var out []string
	for _, k := range []cx.IndicatorID{a.Indicator, a.Other} {
		if k == "" {
			continue
		}
		q := a.question(g, k)
		if k == a.Other {
			q.Versus = nil
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(q); err != nil {
			return nil, fmt.Errorf("question: %w", err)
		}
		out = append(out, strings.TrimSpace(b.String()))
	}
	return out, nil
}

func (s *Server) fillViews(ctx context.Context, g *ground, p *explorerPage) error {
	p.Mine = g.indicatorName(p.asked.Indicator)
	p.Shares = g.shares(view.Me)
	all, err := s.Views.Views(ctx, g.Viewer)
	for _, v := range all[:min(len(all), mostQuick)] {
		p.Views = append(p.Views, ui.Link{Label: v.Name, Href: viewAddress(v)})
	}
	return err
}

// mostQuick views are one click away; the others have their page.
const mostQuick = 8

// shares offers for whom a view may be: for one's unit when one stands in one.
func (g *ground) shares(chosen view.SeenBy) []ui.Option {
	var out []ui.Option
	for _, x := range view.SeenBys() {
		if x != view.MyUnit || g.Viewer.Unit != "" || chosen == x {
			out = append(out, ui.Option{Value: string(x), Label: g.seenBy(x), Selected: x == chosen})
		}
	}
	return out
}

func (g *ground) seenBy(x view.SeenBy) string {
	if x == view.MyUnit && g.Viewer.Unit == "" {
		return g.lang().T("explorer.views.note.unit")
	}
	if x == view.MyUnit {
		return g.lang().T("explorer.seen.unit", "unit", g.Organisation.Name(g.Viewer.Unit, g.lang().Tag()))
	}
	if x == view.MyRole {
		return g.lang().T("explorer.seen.role", "role", g.roleName(g.Viewer.Held()))
	}
	return g.lang().T("explorer.seen." + string(x))
}
