package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// refusalsPage tells who was not asked over a period, rule by rule, and why.
type refusalsPage struct {
	visit   *visit
	frame   ui.Frame
	Tabs    []ui.Tab
	Periods []ui.Tab
	Rules   []refusedOf
}

// refusedOf is what one rule made of those it looked at.
type refusedOf struct {
	Title, Says string
	Link        ui.Link
	Table       ui.Table
}

const refusalsAt = "/listen/refusals"

// refusalDays are the periods that may be looked at, the first one unasked.
var refusalDays = []int{30, 7, 90, 365}

func (s *Server) serveRefusals(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newRefusalsPage(r.Context(), v, r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, r, refusalsView(p))
}

func (s *Server) newRefusalsPage(ctx context.Context, v *visit, q url.Values) (*refusalsPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &refusalsPage{visit: v, frame: v.frame(l.T("invitation.refused"), ui.SectionListen), Tabs: listenTabs(v, "/listen/rules")}
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}}
	p.frame.Sub = l.T("invitation.refused.sub")
	days := refusalDays[0]
	if n, err := strconv.Atoi(q.Get("days")); err == nil && slices.Contains(refusalDays, n) {
		days = n
	}
	for _, n := range slices.Sorted(slices.Values(refusalDays)) {
		p.Periods = append(p.Periods, ui.Tab{Label: l.T("invitation.refusals.days", "count", n), Href: refusalsAt + "?days=" + strconv.Itoa(n), Current: n == days})
	}
	report, err := s.Invites.Report(ctx, g.scope(), "", g.Now.AddDate(0, 0, 1-days), g.Now.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	names, err := s.ruleNames(ctx, g)
	if err != nil {
		return nil, err
	}
	p.fill(g, report, names)
	return p, nil
}

func (p *refusalsPage) fill(g *ground, report invite.Report, names map[string]string) {
	l := g.lang()
	rules := map[string][]invite.Refusal{}
	for _, x := range report.Refused {
		rules[x.Rule] = append(rules[x.Rule], x)
	}
	for rule := range report.Asked {
		rules[rule] = append(rules[rule], []invite.Refusal{}...)
	}
	for _, rule := range slices.SortedFunc(maps.Keys(rules), func(a, b string) int {
		if (a == "") != (b == "") { // events of no rule come last
			return cmp.Compare(b, a)
		}
		return cmp.Compare(names[a], names[b])
	}) {
		one := refusedOf{Title: cmp.Or(names[rule], rule), Link: ui.Link{Label: l.T("invitation.see"), Href: invitationsAt(rule, invite.Refused.String(), 0)}}
		if rule == "" {
			one.Title, one.Says, one.Link = l.T("invitation.refused.events"), l.T("invitation.refused.events.note"), ui.Link{}
		}
		one.Table = g.refusedTable(report.Asked[rule], rules[rule], one.Title)
		p.Rules = append(p.Rules, one)
	}
}

// refusedTable gives each reason its part of those looked at, who was asked first.
func (g *ground) refusedTable(asked int, refused []invite.Refusal, caption string) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: caption, Columns: []ui.Column{{Label: l.T("invitation.reason")}, {Label: l.T("invitation.people"), Numeric: true}, {Label: l.T("invitation.part"), Numeric: true}}}
	all := asked
	for _, x := range refused {
		all += x.N
	}
	row := func(says string, n int) {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: says}, {Text: l.Int(int64(n))}, {Text: l.Percent(100*float64(n)/float64(all), 0)}}})
	}
	if asked > 0 {
		row(l.T("invitation.refused.asked"), asked)
	}
	for _, x := range refused {
		row(l.T("invitation.why."+string(x.Why)), x.N)
	}
	return t
}
