package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/view"
	"vigie/internal/web/ui"
)

// viewsPage lists the questions kept.
type viewsPage struct {
	frame  ui.Frame
	ground *ground
	Rows   []viewRow
	Empty  *ui.State
}

type viewRow struct {
	ID                         int64
	Name, Href, Sentence, Note string
	Mine                       bool
	Gone                       string // what the question names and is no more; ""
	Shares                     []ui.Option
}

func viewAddress(v view.View) string { return explorerPath + "/views/" + strconv.FormatInt(v.ID, 10) }

func viewID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, cx.Fail(cx.NotFound, "", "view.unknown")
	}
	return id, nil
}

// serveSavedView leads to the question of a view: its address then holds it whole.
func (s *Server) serveSavedView(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := viewID(r)
	if err != nil {
		return err
	}
	found, err := s.Views.View(r.Context(), v.Viewer, id)
	if err != nil {
		return err
	}
	http.Redirect(w, r, explorerPath+"?"+found.Question, http.StatusSeeOther)
	return nil
}

func (s *Server) serveViews(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{During: defaultDuring}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newViewsPage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, viewsView(p))
}

func (s *Server) newViewsPage(ctx context.Context, g *ground) (*viewsPage, error) {
	l := g.lang()
	p := &viewsPage{ground: g, frame: g.frame(l.T("explorer.views"), ui.SectionExplorer)}
	p.frame.Crumb = []ui.Link{{Label: l.T("explorer.title"), Href: explorerPath}}
	all, err := s.Views.Views(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	owners := map[int64]string{}
	for _, u := range users {
		owners[u.ID] = u.Name
	}
	for _, v := range all {
		p.Rows = append(p.Rows, g.viewRow(v, owners[v.Owner]))
	}
	if len(p.Rows) == 0 {
		p.Empty = &ui.State{Title: l.T("explorer.views.none"), Text: l.T("explorer.views.none.text"), Actions: []ui.Button{{Label: l.T("explorer.views.ask"), Href: explorerPath}}}
	}
	return p, nil
}

func (g *ground) viewRow(v view.View, owner string) viewRow {
	l := g.lang()
	row := viewRow{ID: v.ID, Name: v.Name, Href: viewAddress(v), Mine: v.May(g.Viewer), Sentence: g.sentenceOf(v.Question)}
	row.Note = l.T("explorer.views.note." + string(v.SeenBy))
	if v.Owner != g.Viewer.UserID && owner != "" {
		row.Note = l.T("explorer.views.by", "name", owner)
	}
	row.Shares, row.Gone = g.shares(v.SeenBy), g.goneOf(v.Question)
	return row
}

// sentenceOf reads a kept question; "" when it can no longer be read.
func (g *ground) sentenceOf(question string) string {
	h, a, ok := g.asking(question)
	if !ok {
		return ""
	}
	return sentence(h, a)
}

// goneOf says what a kept question names and is no more.
func (g *ground) goneOf(question string) string {
	h, a, ok := g.asking(question)
	if !ok {
		return g.lang().T("explorer.gone.unread")
	}
	return h.goneSaid(a)
}

// asking stands on a kept question.
func (g *ground) asking(question string) (*ground, asked, bool) {
	q, err := url.ParseQuery(question)
	if err != nil {
		return nil, asked{}, false
	}
	f, a, err := parseQuestion(q)
	if err != nil {
		return nil, asked{}, false
	}
	h := *g
	h.filters = f
	return &h, a, true
}

func (s *Server) doSaveView(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	question, err := keptQuestion(r.PostForm.Get("question"))
	if err != nil {
		return err
	}
	saved, err := s.Views.Save(r.Context(), v.Viewer, view.New{Name: r.PostForm.Get("name"), Question: question, SeenBy: view.SeenBy(r.PostForm.Get("seen_by"))})
	if err != nil {
		return err
	}
	if err := s.auditView(r, v, "view.save", saved.ID); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("explorer.saved", "name", saved.Name))
	http.Redirect(w, r, viewAddress(saved), http.StatusSeeOther)
	return nil
}

// keptQuestion writes a question anew: what is kept is what can be read back.
func keptQuestion(query string) (string, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return "", cx.Fail(cx.Invalid, "question", "web.form")
	}
	f, a, err := parseQuestion(q)
	if err != nil {
		return "", err
	}
	return a.query(f).Encode(), nil
}

func (s *Server) auditView(r *http.Request, v *visit, what string, id int64) error {
	return s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: strconv.FormatInt(id, 10)})
}

func (s *Server) doChangeView(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	n := view.New{Name: r.PostForm.Get("name"), SeenBy: view.SeenBy(r.PostForm.Get("seen_by"))}
	return s.viewDone(w, r, v, viewDeed{"view.change", "settings.saved", func(id int64) error { return s.Views.Change(r.Context(), v.Viewer, id, n) }})
}

func (s *Server) doDeleteView(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.viewDone(w, r, v, viewDeed{"view.delete", "explorer.deleted", func(id int64) error { return s.Views.Delete(r.Context(), v.Viewer, id) }})
}

func (s *Server) doRestoreView(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.viewDone(w, r, v, viewDeed{"view.restore", "explorer.restored", func(id int64) error { return s.Views.Restore(r.Context(), v.Viewer, id) }})
}

// viewDeed is something done to a view: its name in the audit trail, and the words said after it.
type viewDeed struct {
	what, says string
	do         func(id int64) error
}

func (s *Server) viewDone(w http.ResponseWriter, r *http.Request, v *visit, d viewDeed) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := viewID(r)
	if err != nil {
		return err
	}
	if err := d.do(id); err != nil {
		return err
	}
	if err := s.auditView(r, v, d.what, id); err != nil {
		return err
	}
	var undo *ui.Undo
	if d.what == "view.delete" {
		undo = &ui.Undo{Action: viewAddress(view.View{ID: id}) + "/restore"}
	}
	s.done(r, v, v.Lang.T(d.says), undo)
	http.Redirect(w, r, explorerPath+"/views", http.StatusSeeOther)
	return nil
}
