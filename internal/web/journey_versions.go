package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// versionsPage lists what the journey became, newest first, and compares two of them.
type versionsPage struct {
	*journeyRoom
	frame    ui.Frame
	List     []versionView
	From, To []ui.Option
	Compared *comparedView
	Pager    ui.Pager
}

type versionView struct {
	ID                int64
	When, Who, Origin string
	Lines             []changeLine
	Note              string // when there is no line
	Present, Deleted  bool
}

type comparedView struct {
	Before, After string
	Lines         []changeLine
}

const versionsShown = 30

func (s *Server) newVersionsPage(ctx context.Context, x *journeyRoom, before int64) (*versionsPage, error) {
	l := x.lang()
	p := &versionsPage{journeyRoom: x, frame: x.page(l.Text(x.journey().Name))}
	p.frame.Sub = l.T("journey.versions.sub")
	versions, err := s.Journeys.Versions(ctx, journey.VersionFilter{Key: x.journey().Key, Before: before, Limit: versionsShown + 1})
	if err != nil {
		return nil, err
	}
	for n, v := range versions[:min(len(versions), versionsShown)] {
		one := versionView{ID: v.ID, When: x.moment(v), Who: s.who(ctx, x, v.By), Origin: x.origin(v.Origin), Present: v.ID == x.Version.ID, Deleted: v.Deleted}
		switch {
		case v.Deleted:
			one.Note = l.T("journey.version.deleted")
		case n+1 == len(versions):
			one.Note = l.T("journey.version.first")
		default:
			one.Lines = x.diffWords(versions[n+1].Journey.Diff(v.Journey))
		}
		p.List = append(p.List, one)
	}
	if len(versions) > versionsShown {
		p.Pager.NextHref = x.at("versions") + "?before=" + strconv.FormatInt(versions[versionsShown-1].ID, 10)
	}
	return p, nil
}

func (x *journeyRoom) moment(v journey.Version) string {
	return x.lang().DateTime(v.At.In(x.Now.Location()))
}

// origin says where a version came from.
func (g *ground) origin(o string) string {
	kind, _, _ := strings.Cut(o, ":")
	if id := "journey.origin." + kind; o != "" && g.lang().Has(id) {
		return g.lang().T(id)
	}
	return ""
}

// compare puts two versions side by side: by default the present one and the one before.
func (s *Server) compare(ctx context.Context, p *versionsPage, from, to int64) error {
	p.From, p.To = p.options(from), p.options(to)
	if from == 0 || to == 0 {
		p.From, p.To = p.options(p.elder()), p.options(p.Version.ID)
		return nil
	}
	key := p.journey().Key
	before, err := s.Journeys.Version(ctx, key, from)
	if err != nil {
		return err
	}
	after, err := s.Journeys.Version(ctx, key, to)
	if err != nil {
		return err
	}
	if before.ID > after.ID {
		before, after = after, before
	}
	p.Compared = &comparedView{Before: p.moment(before), After: p.moment(after), Lines: p.diffWords(before.Journey.Diff(after.Journey))}
	return nil
}

// elder is the version before the present one, the present one when it is alone.
func (p *versionsPage) elder() int64 {
	for n, v := range p.List {
		if v.Present && n+1 < len(p.List) {
			return p.List[n+1].ID
		}
	}
	return p.Version.ID
}

func (p *versionsPage) options(chosen int64) []ui.Option {
	var out []ui.Option
	for _, v := range p.List {
		if !v.Deleted {
			out = append(out, ui.Option{Value: strconv.FormatInt(v.ID, 10), Label: v.When + " · " + v.Who, Selected: v.ID == chosen})
		}
	}
	return out
}

func (s *Server) serveVersions(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p, err := s.newVersionsPage(r.Context(), x, queryID(q.Get("before")))
	if err != nil {
		return err
	}
	if err := s.compare(r.Context(), p, queryID(q.Get("from")), queryID(q.Get("to"))); err != nil {
		return err
	}
	return s.render(w, r, versionsView(p))
}

// queryID reads an id of an address, 0 for none.
func queryID(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// doRestore makes a former version the present one; what it replaces stays among the versions.
func (s *Server) doRestore(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	id := queryID(r.PostForm.Get("version"))
	if id == 0 {
		return cx.Fail(cx.Invalid, "version", "journey.base")
	}
	former, err := s.Journeys.Version(r.Context(), x.journey().Key, id)
	if err != nil {
		return err
	}
	err = s.change(r, x, "restore:"+strconv.FormatInt(id, 10), func(j *journey.Journey) error {
		*j = former.Journey.Clone()
		return nil
	})
	if err != nil {
		return s.edited(w, r, x, err)
	}
	s.toast(r, v.Lang.T("journey.restored", "at", x.moment(former)))
	to := "versions"
	if r.PostForm.Get("back") == "edit" {
		to = "edit"
	}
	http.Redirect(w, r, x.at(to), http.StatusSeeOther)
	return nil
}
