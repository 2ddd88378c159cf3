package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/understand/fatalist"
	"vigie/internal/web/ui"
)

const (
	fatalistsAt  = "/listen/fatalists"
	fatalistsCSV = "/listen/fatalists.csv"
)

// fatalistRoutes set advisers' notes beside what customers said.
func (s *Server) fatalistRoutes() []Route {
	return []Route{
		{"GET", fatalistsAt, people.ReadPeople, s.serveFatalists},
		{"GET", fatalistsCSV, people.ReadPeople, s.serveFatalistsCSV},
	}
}

// fatalistPage is two lists of contacts, with their share by touchpoint and unit. Nothing on it tells who noted.
type fatalistPage struct {
	frame   ui.Frame
	ground  *ground
	Tabs    []ui.Tab
	Off     string // why nothing is shown; "" when it is
	Council bool   // the viewer may record the consultation
	Heads   ui.Heads
	Switch  []ui.Tab
	Note    string // what the list is
	Table   ui.Table
	By      []ui.Table
	CSV     string
	Empty   *ui.State // no contact of which both are known
}

// fatalistsShown are listed on the page; the file has them all.
const fatalistsShown = 50

// fatalistAsk reads the address.
func fatalistAsk(g *ground) (fatalist.Query, fatalist.Kind) {
	during := g.during()
	q := fatalist.Query{Touchpoint: cx.TouchpointID(g.Touchpoint), Unit: cx.UnitID(g.Unit)}
	q.From, _ = time.ParseInLocation(time.DateOnly, during.From, g.Now.Location()) // written by the filters themselves
	q.Until, _ = time.ParseInLocation(time.DateOnly, during.To, g.Now.Location())
	return q, fatalist.Fatalists
}

func (s *Server) fatalistGround(r *http.Request, v *visit) (*ground, fatalist.Query, fatalist.Kind, error) {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return nil, fatalist.Query{}, "", err
	}
	f = filters{During: f.During, From: f.From, To: f.To, Usual: f.Usual, Unit: f.Unit, Touchpoint: f.Touchpoint, Words: "with"}
	g, err := s.ground(r.Context(), v, f, matter{})
	if err != nil {
		return nil, fatalist.Query{}, "", err
	}
	q, kind := fatalistAsk(g)
	if k := fatalist.Kind(r.URL.Query().Get("list")); slices.Contains(fatalist.Kinds(), k) {
		kind = k
	}
	return g, q, kind, nil
}

func (s *Server) serveFatalists(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, q, kind, err := s.fatalistGround(r, v)
	if err != nil {
		return err
	}
	p, err := s.newFatalistPage(r.Context(), g, q, kind)
	if err != nil {
		return err
	}
	if p.Off == "" {
		if err := s.audit(r.Context(), v, "fatalist.list", string(kind)); err != nil {
			return err
		}
	}
	return s.render(w, r, fatalistView(p))
}

func (g *ground) fatalistAddress(kind fatalist.Kind, at string) string {
	at = g.filters.at(at)
	if kind == fatalist.Fatalists {
		return at
	}
	return withParam(at, "list", string(kind))
}

func (s *Server) newFatalistPage(ctx context.Context, g *ground, q fatalist.Query, kind fatalist.Kind) (*fatalistPage, error) {
	l := g.lang()
	p := &fatalistPage{ground: g, frame: g.frame(l.T("fatalist.title"), ui.SectionListen), Tabs: listenTabs(g.visit, fatalistsAt),
		Council: g.Viewer.May(people.Administer), CSV: g.fatalistAddress(kind, fatalistsCSV), Note: l.T("fatalist.note." + string(kind))}
	p.frame.Sub = l.T("fatalist.sub")
	report, err := s.Fatalists.Report(ctx, g.scope(), q)
	if k := cx.KindOf(err); k == cx.Denied || k == cx.Conflict {
		p.Off = l.Error(err)
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.frame.Filters = g.fatalistBar(kind)
	p.Heads = g.fatalistHeads(report)
	for _, k := range fatalist.Kinds() {
		p.Switch = append(p.Switch, ui.Tab{Label: l.T("fatalist.tab."+string(k), "n", l.Number(float64(len(report.List(k))), 0)), Href: g.fatalistAddress(k, fatalistsAt), Current: k == kind})
	}
	if len(report.Pairs) == 0 {
		p.Empty = &ui.State{Title: l.T("fatalist.none"), Text: l.T("fatalist.none.text")}
		return p, nil
	}
	p.By = []ui.Table{g.fatalistBy(report, "touchpoint"), g.fatalistBy(report, "unit")}
	list := report.List(kind)
	p.Table, err = s.fatalistTable(ctx, g, kind, list[:min(len(list), fatalistsShown)])
	return p, err
}

// fatalistBar offers the period, the unit and the touchpoint.
func (g *ground) fatalistBar(kind fatalist.Kind) *ui.FilterBar {
	bar := &ui.FilterBar{Action: fatalistsAt, Keep: []ui.Hidden{{Name: "list", Value: string(kind)}}, Drops: []ui.Dropdown{periodDrop(g)}}
	if d, ok := unitDrop(g); ok {
		bar.Drops = append(bar.Drops, d)
	}
	bar.Drops = append(bar.Drops, touchpointDrop(g))
	if g.filters.anySet() {
		bar.ClearHref = fatalistsAt
	}
	return bar
}

func (g *ground) fatalistHeads(r *fatalist.Report) ui.Heads {
	l := g.lang()
	h := ui.Heads{Label: l.T("fatalist.heads")}
	h.Items = append(h.Items, ui.Head{Title: l.T("fatalist.notes"), Value: l.Number(float64(r.Notes), 0), Foot: l.T("fatalist.contacts", "count", len(r.Pairs))})
	for _, k := range fatalist.Kinds() {
		f := r.Share(k)
		x := ui.Head{Title: l.T("fatalist.share." + string(k)), Few: !f.Enough, Foot: l.T("fatalist.of", "n", l.Number(float64(len(r.List(k))), 0), "of", l.Number(float64(f.N), 0))}
		if f.Has {
			x.Value, x.Range = l.Percent(f.Value, 0), shareRange(g, f)
		}
		h.Items = append(h.Items, x)
	}
	return h
}

func shareRange(g *ground, f cx.Figure) string {
	return g.lang().Number(f.Low, 0) + "\u2009–\u2009" + g.lang().Number(f.High, 0)
}

// fatalistBy is the share of both lists by touchpoint or unit, by name: no unit is ranked.
func (g *ground) fatalistBy(r *fatalist.Report, by string) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.T("fatalist.by." + by), Columns: []ui.Column{{Label: l.T("fatalist." + by)}, {Label: l.T("fatalist.both"), Numeric: true}}}
	parts := map[string]*fatalist.Report{}
	for _, p := range r.Pairs {
		name := g.touchpointName(p.Feedback.Touchpoint)
		if by == "unit" {
			name = g.Organisation.Name(cmp.Or(g.Organisation.AncestorAt(p.Feedback.Unit, g.levelShown()), p.Feedback.Unit), l.Tag())
		}
		if name == "" {
			name = l.T("fatalist.without")
		}
		if parts[name] == nil {
			parts[name] = &fatalist.Report{}
		}
		parts[name].Pairs = append(parts[name].Pairs, p)
	}
	for _, k := range fatalist.Kinds() {
		t.Columns = append(t.Columns, ui.Column{Label: l.T("fatalist.share." + string(k)), Numeric: true})
	}
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		cells := []ui.Cell{{Text: name}, {Text: l.Number(float64(len(parts[name].Pairs)), 0)}}
		for _, k := range fatalist.Kinds() {
			f := parts[name].Share(k)
			if !f.Enough {
				cells = append(cells, ui.Cell{Text: l.T("invitation.rate.few.short"), Tone: ui.Unknown})
				continue
			}
			cells = append(cells, ui.Cell{Text: l.Percent(f.Value, 0), Note: shareRange(g, f)})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

func (s *Server) fatalistTable(ctx context.Context, g *ground, kind fatalist.Kind, list []fatalist.Pair) (ui.Table, error) {
	l := g.lang()
	t := ui.Table{Caption: l.T("fatalist.list." + string(kind)), Empty: l.T("fatalist.empty"),
		Columns: []ui.Column{{Label: l.T("fatalist.when")}, {Label: l.T("fatalist.score")}, {Label: l.T("fatalist.answer")}, {Label: l.T("fatalist.said")}}}
	said := make([]cx.Feedback, len(list))
	for n, p := range list {
		said[n] = p.Feedback
	}
	if err := s.hideNames(ctx, g, said); err != nil {
		return t, err
	}
	for _, p := range list {
		m, known := g.indicatorOf(p.Metric.Key, p.Feedback.Program)
		short := l.Text(p.Metric.Name)
		if known {
			short = m.short(l)
		}
		words := ""
		if len(p.Feedback.Verbatims) > 0 {
			words = firstRunes(g.mask(p.Feedback.Verbatims[0].Text), 160)
		}
		t.Rows = append(t.Rows, ui.Row{Href: feedbackAddress(p.Feedback.ID), Cells: []ui.Cell{
			{Text: l.DateTime(g.local(p.Feedback.At)), Note: g.touchpointName(p.Feedback.Touchpoint)},
			{Text: g.scoreText(p.Metric, p.Point), Note: short},
			{Text: l.T("fatalist.of5", "value", strconv.Itoa(p.Note.Value)), Note: g.ruleWords(p.Note.Rule)},
			{Text: words}}})
	}
	return t, nil
}

func (g *ground) ruleWords(r note.Rule) string {
	if r == note.NoRule {
		return ""
	}
	return g.lang().T("note.rule." + string(r))
}

// firstRunes cuts a text after a word.
func firstRunes(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	cut := string(r[:most])
	if at := strings.LastIndexByte(cut, ' '); at > most/2 {
		cut = cut[:at]
	}
	return cut + "…"
}

// serveFatalistsCSV is a list as a file, whole.
func (s *Server) serveFatalistsCSV(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, q, kind, err := s.fatalistGround(r, v)
	if err != nil {
		return err
	}
	report, err := s.Fatalists.Report(r.Context(), g.scope(), q)
	if err != nil {
		return err
	}
	list := report.List(kind)
	said := make([]cx.Feedback, len(list))
	for n, p := range list {
		said[n] = p.Feedback
	}
	if err := s.hideNames(r.Context(), g, said); err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "fatalist.export", string(kind)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(kind)+`.csv"`)
	out := csv.NewWriter(w)
	lines := [][]string{{"feedback", "at", "touchpoint", "unit", "metric", "score", "note", "rule", "words"}}
	for _, p := range list {
		words := ""
		for _, x := range p.Feedback.Verbatims {
			words += g.mask(x.Text) + "\n"
		}
		lines = append(lines, []string{feedbackNumber(p.Feedback.ID), p.Feedback.At.Format(time.RFC3339), string(p.Feedback.Touchpoint), string(p.Feedback.Unit),
			string(p.Metric.Key), strconv.FormatFloat(p.Metric.Raw(p.Point), 'f', -1, 64), strconv.Itoa(p.Note.Value), string(p.Note.Rule), harmless(strings.TrimSpace(words))})
	}
	return out.WriteAll(lines)
}
