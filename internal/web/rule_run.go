package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) runRoutes() []Route {
	const at = "/listen/rules/{key}/run"
	return []Route{{"GET", at, people.EditStructure, s.serveRuleRun}, {"POST", at, people.EditStructure, s.doRuleRun}}
}

// ruleRunPage is where a rule triggered by lists is run: on whom, what became of them, and the runs before.
type ruleRunPage struct {
	*ruleFormPage
	Whom   []ui.Field // how the run is called, and who is meant
	Listed []ui.Field
	If     *condForm
	Stops  string // why it cannot be run; "" nothing
	Error  string
	Made   *ranOf
	Tried  bool
	Before ui.Table
}

// ranOf says what a run made of those it looked at.
type ranOf struct {
	Title    string
	Says     []ui.Fact
	Reasons  ui.Table
	Troubles ui.Table
}

const (
	maxRunFile    = 32 << 20
	troublesShown = 50
)

func (s *Server) serveRuleRun(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newRuleRunPage(r.Context(), v, r.PathValue("key"), url.Values{"name": {s.now().Format(time.DateOnly)}, "whom": {"pasted"}})
	if err != nil {
		return err
	}
	return s.render(w, r, ruleRunView(p))
}

func (s *Server) newRuleRunPage(ctx context.Context, v *visit, key string, f url.Values) (*ruleRunPage, error) {
	if key == newRule {
		return nil, cx.Fail(cx.NotFound, "", "invite.unknown")
	}
	form, err := s.newRuleFormPage(ctx, v, key)
	if err != nil {
		return nil, err
	}
	p := &ruleRunPage{ruleFormPage: form}
	l := p.lang()
	p.frame.Title, p.frame.Crumb = l.T("rule.run"), append(p.frame.Crumb, ui.Link{Label: l.Text(p.Rule.Name), Href: ruleAddress(key)})
	switch asks, pilot := p.Rule.Stage.Asks(); {
	case !p.Rule.Trigger.List:
		p.Stops = l.T("rule.run.no_list")
	case !asks:
		p.Stops = l.T("rule.run.not_asking")
	case pilot:
		p.frame.Sub = l.T("rule.run.pilot")
	}
	var whom []ui.Option
	for _, one := range []string{"pasted", "file", "segment"} {
		whom = append(whom, ui.Option{Value: one, Label: l.T("rule.run.whom." + one)})
	}
	p.Whom = []ui.Field{p.field(f, "name", "", "rule.run.name"), p.choice(f, "whom", "rule.run.whom", whom)}
	p.Listed = []ui.Field{{Name: "pasted", Kind: "textarea", Label: l.T("rule.run.pasted"), Hint: l.T("rule.run.pasted.hint"), Value: f.Get("pasted")},
		{Name: "file", Kind: "file", Label: l.T("rule.run.file"), Hint: l.T("rule.run.file.hint"), Accept: ".csv,.tsv,.txt,.xlsx,.xls"}}
	if v.Viewer.May(people.ImportFiles) {
		p.Listed = append(p.Listed, ui.Field{Name: "make", Kind: "checkbox", Label: l.T("rule.run.make"), Hint: l.T("rule.run.make.hint"), Checked: f.Get("make") != ""})
	}
	p.If = p.condForm("if", nil, "")
	p.If.What = p.conditionWhat()
	p.If.Rows, p.If.Any = typedRows(f, "if"), f.Get("if_any") != ""
	runs, err := s.Invites.Runs(ctx, p.scope(), key)
	if err == nil {
		p.before(runs)
	}
	return p, err
}

// before lists the runs that were made.
func (p *ruleRunPage) before(runs []invite.Run) {
	l := p.lang()
	p.Before = ui.Table{Caption: l.T("rule.run.before"), Columns: []ui.Column{{Label: l.T("rule.run.name")}, {Label: l.T("rule.run.looked"), Numeric: true}, {Label: l.T("rule.run.planned"), Numeric: true}}}
	for _, r := range runs {
		p.Before.Rows = append(p.Before.Rows, ui.Row{Cells: []ui.Cell{{Text: r.Name, Note: l.DateTime(p.local(r.Begun))}, {Text: l.Int(int64(looked(r)))}, {Text: l.Int(int64(r.Earlier + r.Reasons[plannedByRun]))}}})
	}
}

// plannedByRun counts, among the reasons of a run, those who are to be asked.
const plannedByRun = "planned"

func looked(r invite.Run) (n int) {
	for _, of := range r.Reasons {
		n += of
	}
	return n
}

func (s *Server) doRuleRun(w http.ResponseWriter, r *http.Request, v *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxRunFile)
	if err := r.ParseMultipartForm(4 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return cx.Fail(cx.Invalid, "file", "rule.run.too_big")
	}
	if r.MultipartForm != nil {
		defer func() { _ = r.MultipartForm.RemoveAll() }() // what is left is the system's to clean
	}
	f := r.PostForm
	p, err := s.newRuleRunPage(r.Context(), v, r.PathValue("key"), f)
	if err != nil {
		return err
	}
	p.Tried = f.Get("do") != "run"
	run, err := s.runRule(r, p)
	if err != nil {
		kind := cx.KindOf(err)
		if kind != cx.Invalid && kind != cx.Conflict {
			return err
		}
		p.Error = v.Lang.Error(err)
		return s.renderAs(w, r, api.Status(kind), ruleRunView(p))
	}
	if !p.Tried {
		if err := s.audit(r.Context(), v, "invitation_rule.run", run.Says()); err != nil {
			return err
		}
		runs, err := s.Invites.Runs(r.Context(), p.scope(), p.Key)
		if err != nil {
			return err
		}
		p.before(runs)
	}
	p.made(run)
	return s.render(w, r, ruleRunView(p))
}

// runRule runs the rule on whom the form names.
func (s *Server) runRule(r *http.Request, p *ruleRunPage) (invite.Run, error) {
	f := r.PostForm
	who := invite.Population{Make: f.Get("make") != "", Try: p.Tried}
	if who.Make && !p.visit.Viewer.May(people.ImportFiles) {
		return invite.Run{}, cx.Fail(cx.Denied, "make", "rule.run.make.denied")
	}
	switch f.Get("whom") {
	case "segment":
		c := p.reader()
		who.If = c.condition(f, "if", nil)
		if err := c.err(); err != nil {
			return invite.Run{}, err
		}
	case "file":
		var file io.ReadSeeker
		name, size := "", int64(0)
		if r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 {
			head := r.MultipartForm.File["file"][0]
			opened, err := head.Open()
			if err != nil {
				return invite.Run{}, err
			}
			defer opened.Close()
			file, name, size = opened, head.Filename, head.Size
		}
		if file == nil {
			return invite.Run{}, cx.Fail(cx.Invalid, "file", "import.no_file")
		}
		read, err := intake.OpenReader(name, file.(io.ReaderAt), size)
		if err == nil {
			who.List, err = house.Listed(read, "")
		}
		if err != nil {
			return invite.Run{}, err
		}
	default:
		who.List = invite.Pasted(f.Get("pasted"))
	}
	return s.Invites.RunOn(r.Context(), p.Key, f.Get("name"), who)
}

// made tells what became of those a run looked at.
func (p *ruleRunPage) made(r invite.Run) {
	l := p.lang()
	m := &ranOf{Title: l.T("rule.run.made", "name", r.Name)}
	if p.Tried {
		m.Title = l.T("rule.run.tried")
	}
	if x := r.Lines; x != nil {
		for _, one := range []struct {
			name string
			n    int
		}{{"read", x.Read}, {"found", x.Found}, {"made", x.Made}, {invite.LineUnknown, x.Unknown}, {invite.LineMalformed, x.Malformed}, {invite.LineTwice, x.Twice}} {
			if one.name == "made" && one.n == 0 {
				continue
			}
			m.Says = append(m.Says, ui.Fact{Label: l.T("rule.run.lines." + one.name), Value: l.Int(int64(one.n))})
		}
		m.Troubles = p.troubles(x.Troubles)
	}
	var refused []invite.Refusal
	for why, n := range r.Reasons {
		if why != plannedByRun {
			refused = append(refused, invite.Refusal{Why: invite.Why(why), N: n})
		}
	}
	slices.SortFunc(refused, func(a, b invite.Refusal) int { return b.N - a.N })
	m.Reasons = p.refusedTable(r.Reasons[plannedByRun], refused, l.T("rule.run.people"))
	if r.Reasons[plannedByRun] > 0 {
		m.Reasons.Rows[0].Cells[0].Text = l.T("rule.run.planned") // not asked yet
	}
	p.Made = m
}

func (p *ruleRunPage) troubles(all []invite.Trouble) ui.Table {
	l := p.lang()
	t := ui.Table{Caption: l.T("rule.run.troubles"), Columns: []ui.Column{{Label: l.T("rule.run.line"), Numeric: true}, {Label: l.T("invitation.reason")}}}
	for _, x := range all[:min(len(all), troublesShown)] {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: strconv.Itoa(x.Line)}, {Text: l.T("rule.run.lines." + x.Why)}}})
	}
	return t
}
