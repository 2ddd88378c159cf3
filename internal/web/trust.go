package web

import (
	"cmp"
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// trustRoutes tell how far the data may be trusted.
func (s *Server) trustRoutes() []Route {
	return []Route{
		{"GET", "/listen/trust", people.ReadFigures, s.serveTrust},
	}
}

// trustPage tells what is missing, who fell silent, and what looks odd in the feedback of a period.
type trustPage struct {
	frame     ui.Frame
	ground    *ground
	Tabs      []ui.Tab
	Empty     *ui.State // nothing was received in the period: instead of what is read in it
	Silent    block[finding]
	Missing   block[finding]
	Bursts    block[finding]
	Begged    block[finding]
	Answering block[finding]
	Waiting   int // feedbacks in quarantine; shown to those who may repair them
}

// finding is what one look at the data found, or that too little was received to say anything.
type finding struct {
	ui.Table
	Few *ui.State
}

// tooLittle says why nothing can be told yet, and offers a year.
func (g *ground) tooLittle(title, text string) *ui.State {
	st := &ui.State{Title: title, Text: text}
	if g.During != "365" {
		wide := g.filters.with(func(f *filters) { f.During, f.From, f.To = "365", "", "" })
		st.Actions = []ui.Button{{Label: g.lang().T("touchpoint.few.wider"), Href: wide.at("/listen/trust"), Style: "quiet"}}
	}
	return st
}

// nothingReceived says what to do when no feedback is there to be looked at.
func (g *ground) nothingReceived() *ui.State {
	l := g.lang()
	st := g.tooLittle(l.T("trust.empty"), l.T("trust.empty.text"))
	if g.Viewer.May(people.ImportFiles) {
		st.Actions = append(st.Actions, ui.Button{Label: l.T("cockpit.start.import"), Href: importsAt, Style: "primary", Icon: "upload"})
	}
	return st
}

func (s *Server) serveTrust(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f.common(), matter{})
	if err != nil {
		return err
	}
	p, err := s.newTrustPage(r.Context(), g)
	if err != nil {
		return err
	}
	s.reportBlocks(r, p.Silent.Err, p.Missing.Err, p.Bursts.Err, p.Begged.Err, p.Answering.Err)
	return s.render(w, r, trustView(p))
}

func (s *Server) newTrustPage(ctx context.Context, g *ground) (*trustPage, error) {
	l := g.lang()
	p := &trustPage{ground: g, frame: g.frame(l.T("trust.title"), ui.SectionListen), Tabs: listenTabs(g.visit, "/listen/trust")}
	p.frame.Sub = l.T("trust.sub")
	var err error
	if p.frame.Filters, err = s.filterBar(ctx, g, "/listen/trust"); err != nil {
		return nil, err
	}
	if g.Viewer.May(people.EditStructure) {
		waits, err := s.Door.Waiting(ctx)
		if err != nil {
			return nil, err
		}
		for _, x := range waits {
			p.Waiting += x.N
		}
	}
	b := s.blocks(ctx)
	fill(b, &p.Silent, func(ctx context.Context) (finding, error) { return s.newSilent(ctx, g) })
	fill(b, &p.Missing, func(ctx context.Context) (finding, error) { return s.newMissing(ctx, g) })
	fill(b, &p.Bursts, func(ctx context.Context) (finding, error) { return s.newBursts(ctx, g) })
	fill(b, &p.Begged, func(ctx context.Context) (finding, error) { return s.newBegged(ctx, g) })
	fill(b, &p.Answering, func(ctx context.Context) (finding, error) { return s.newAnswering(ctx, g) })
	b.wg.Wait()
	if p.Missing.Err == nil && len(p.Missing.Value.Rows) == 0 {
		p.Empty = g.nothingReceived()
	}
	return p, nil
}

// newMissing tells, source by source, which share of feedback lacks what a question needs.
func (s *Server) newMissing(ctx context.Context, g *ground) (finding, error) {
	l, during := g.lang(), g.during()
	t := finding{Table: ui.Table{Caption: l.T("trust.missing"), Empty: l.T("cockpit.none"), Columns: []ui.Column{{Label: l.T("trust.source")}, {Label: l.T("trust.n"), Numeric: true},
		{Label: l.T("trust.with.words"), Numeric: true}, {Label: l.T("trust.with.customer"), Numeric: true}}}}
	all, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{"source"}, Where: g.where(), During: &during})
	if err != nil {
		return t, err
	}
	lacking := []string{"touchpoint", "unit", "channel", "language"}
	without := map[string]map[string]int64{}
	no := true
	for _, dim := range lacking {
		where := g.where()
		if where == nil {
			where = insight.Where{}
		}
		if _, narrowed := where[dim]; narrowed {
			continue
		}
		where[dim] = insight.Condition{Missing: &no}
		rows, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{"source"}, Where: where, During: &during})
		if err != nil {
			return t, err
		}
		t.Columns = append(t.Columns, ui.Column{Label: l.T("trust.with." + dim), Numeric: true})
		without[dim] = map[string]int64{}
		for _, v := range rows {
			without[dim][v.By["source"]] = v.N
		}
	}
	slices.SortFunc(all, func(a, b insight.Volume) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.By["source"], b.By["source"]))
	})
	for _, v := range all {
		key := v.By["source"]
		row := ui.Row{Cells: []ui.Cell{{Text: key}, {Text: l.Int(v.N)}, g.share(v.Words, v.N, 0), g.share(v.Identified, v.N, 0)}}
		for _, dim := range lacking {
			if m, asked := without[dim]; asked {
				needed := 0.0
				if dim == "unit" { // a relational answer has no touchpoint, nor channel
					needed = mostlyKnown
				}
				row.Cells = append(row.Cells, g.share(v.N-m[key], v.N, needed))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// mostlyKnown is the share under which what is missing makes breakdowns doubtful.
const mostlyKnown = 0.8

// share writes n of all, in red under what is needed.
func (g *ground) share(n, all int64, needed float64) ui.Cell {
	part := float64(n) / float64(all)
	c := ui.Cell{Text: g.lang().Percent(100*part, 0)}
	if part < needed {
		c.Tone = ui.Bad
	}
	return c
}

// daily is the feedback of one touchpoint, day by day.
type daily struct {
	days map[string]int64
	n    int64
	last time.Time
}

// silenceWindow is how far back the usual pace of a touchpoint is read, in days.
const silenceWindow = 120

func (s *Server) dailies(ctx context.Context, g *ground, during insight.Period) (map[cx.TouchpointID]*daily, error) {
	all, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{"touchpoint", "day"}, Where: g.where(), During: &during})
	if err != nil {
		return nil, err
	}
	out := map[cx.TouchpointID]*daily{}
	for _, v := range all {
		k := cx.TouchpointID(v.By["touchpoint"])
		if out[k] == nil {
			out[k] = &daily{days: map[string]int64{}}
		}
		d := out[k]
		d.days[v.By["day"]] += v.N
		d.n += v.N
		if v.Last.After(d.last) {
			d.last = v.Last
		}
	}
	return out, nil
}

// newSilent lists the touchpoints where nobody answers any more, or ever did: at their usual pace chance would leave such a silence
// less than once in a thousand.
func (s *Server) newSilent(ctx context.Context, g *ground) (finding, error) {
	l := g.lang()
	t := finding{Table: ui.Table{Caption: l.T("trust.silent"), Empty: l.T("trust.silent.none"), Columns: []ui.Column{{Label: l.T("verbatim.touchpoint")}, {Label: l.T("trust.last")}, {Label: l.T("trust.pace"), Numeric: true}}}}
	to := g.Now.AddDate(0, 0, 1)
	from := to.AddDate(0, 0, -silenceWindow)
	all, err := s.dailies(ctx, g, insight.Period{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)})
	if err != nil {
		return t, err
	}
	for _, p := range g.Journeys.Touchpoints() {
		if !p.Touchpoint.Lived(g.Now.Format(time.DateOnly)) {
			continue
		}
		row := ui.Row{Href: g.touchpointAddress(p.Touchpoint.Key, ""), Cells: []ui.Cell{{Text: l.Text(p.Touchpoint.Name)}, {Text: l.T("trust.never")}, {Text: "—"}}}
		d := all[p.Touchpoint.Key]
		if d == nil {
			t.Rows = append(t.Rows, row)
			continue
		}
		pace := float64(d.n) / max(1, d.last.Sub(from).Hours()/24)
		quiet := g.Now.Sub(d.last).Hours() / 24
		if quiet < 1 || math.Exp(-pace*quiet) > rareSilence {
			continue
		}
		row.Cells[1].Text, row.Cells[2].Text = l.Ago(g.Now.Sub(d.last)), l.T("trust.pace.day", "n", l.Number(pace, 1))
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

const rareSilence = 0.001

// newBursts lists the days on which a touchpoint received far more than usual: a campaign, a doubled file, a script.
func (s *Server) newBursts(ctx context.Context, g *ground) (finding, error) {
	l, during := g.lang(), g.during()
	t := finding{Table: ui.Table{Caption: l.T("trust.bursts"), Empty: l.T("trust.bursts.none"), Columns: []ui.Column{{Label: l.T("verbatim.touchpoint")}, {Label: l.T("trust.day")}, {Label: l.T("trust.n"), Numeric: true}, {Label: l.T("trust.usual"), Numeric: true}}}}
	all, err := s.dailies(ctx, g, during)
	if err != nil {
		return t, err
	}
	known := 0 // touchpoints whose usual day is known
	for _, p := range g.Journeys.Touchpoints() {
		d := all[p.Touchpoint.Key]
		if d == nil || len(d.days) < leastDays {
			continue
		}
		known++
		usual := median(d.days)
		for _, day := range slices.Sorted(maps.Keys(d.days)) {
			n := d.days[day]
			if float64(n) < burstTimes*usual || float64(n)-usual < burstSigmas*math.Sqrt(usual) {
				continue
			}
			row := ui.Row{Cells: []ui.Cell{{Text: l.Text(p.Touchpoint.Name)}, {Text: l.Date(dayOf(day))}, {Text: l.Int(n)}, {Text: l.Number(usual, 0)}}}
			if g.mayRead() {
				row.Href = g.common().with(func(f *filters) {
					f.Touchpoint, f.During, f.From, f.To, f.Words = string(p.Touchpoint.Key), "range", day, day, "any"
				}).at("/verbatims")
			}
			t.Rows = append(t.Rows, row)
		}
	}
	if known == 0 {
		t.Few = g.tooLittle(l.T("trust.bursts.few"), l.T("trust.bursts.few.text", "days", leastDays))
	}
	return t, nil
}

const (
	leastDays   = 14 // to know what is usual
	burstTimes  = 3  // the usual day
	burstSigmas = 6  // beyond what a Poisson count of that mean does
)
