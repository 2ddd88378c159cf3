package web

import (
	"context"
	"net/http"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// sightView says in words what a role with its units sees.
type sightView struct {
	Lines []sightLine
	Error string // why nothing can be said
	Own   bool   // said to oneself
}

// sightLine is one perimeter or right. Open is false where nothing is seen.
type sightLine struct {
	Label, Text string
	Open        bool
}

// sightOf gives what somebody like that would see.
func (s *Server) sightOf(ctx context.Context, v *visit, x wish) (sightView, error) {
	o, err := s.People.Present(ctx)
	if err != nil {
		return sightView{}, err
	}
	scope, err := s.People.Would(ctx, x.newUser())
	if err != nil && cx.KindOf(err) == cx.Invalid {
		return sightView{Error: v.Lang.Error(err)}, nil
	}
	if err != nil {
		return sightView{}, err
	}
	return newSight(v, o, x.role, scope), nil
}

func (s sightView) title() string {
	if s.Own {
		return "people.sight.mine"
	}
	return "people.sight"
}

func newSight(v *visit, o *people.Organisation, role people.Role, scope people.Scope) sightView {
	l := v.Lang
	words := perimeterWords{v, o}
	figures := sightLine{l.T("people.sight.figures"), words.say(scope.Figures(), "people.sight.no_figures"), !scope.Figures().Empty()}
	persons := sightLine{l.T("people.sight.people"), words.say(scope.People(), "people.sight.nobody"), !scope.People().Empty()}
	if v.Settings.Base(role) == people.Adviser {
		persons.Text, persons.Open = l.T("people.sight.own"), scope.Adviser() != ""
		if scope.Adviser() == "" {
			persons.Text = l.T("people.sight.own.nobody")
		}
	}
	agents := sightLine{l.T("people.sight.agents"), l.T("people.sight.agents.no"), scope.Agents()}
	switch {
	case scope.Agents():
		agents.Text = l.T("people.sight.agents.yes")
	case v.Settings.Consultation == nil:
		agents.Text = l.T("people.sight.agents.council")
	}
	employees := sightLine{l.T("people.sight.employees"), l.T("people.sight.employees.no"), scope.Employees()}
	if scope.Employees() {
		employees.Text = l.T("people.sight.employees.yes")
	}
	return sightView{Lines: []sightLine{figures, persons, agents, employees, {l.T("people.sight.rights"), rightsText(v, role), true}}}
}

// perimeterWords says perimeters.
type perimeterWords struct {
	v *visit
	o *people.Organisation
}

func (w perimeterWords) say(p people.Perimeter, none string) string {
	l := w.v.Lang
	switch {
	case p.All:
		return l.T("people.sight.all", "count", len(w.o.Units()))
	case p.Empty():
		return l.T(none)
	}
	var names []string
	n := 0
	for _, r := range p.Roots {
		names = append(names, w.o.Name(r, l.Tag()))
		n += len(w.o.Subtree(r))
	}
	return l.T("people.sight.units", "names", strings.Join(names, ", "), "count", n)
}

// shownRights are said of a role, in this order.
var shownRights = [...]struct {
	right people.Right
	name  string
}{{people.ReadFigures, "read_figures"}, {people.ReadPeople, "read_people"}, {people.WriteFeedback, "write_feedback"}, {people.ImportFiles, "import_files"}, {people.EditStructure, "edit_structure"},
	{people.ErasePeople, "erase_people"}, {people.ReadAudit, "read_audit"}, {people.Protect, "protect"}, {people.Administer, "administer"}}

func rightsText(v *visit, role people.Role) string {
	var all []string
	for _, x := range shownRights {
		if v.Settings.May(role, x.right) {
			all = append(all, v.Lang.T("people.right."+x.name))
		}
	}
	return strings.Join(all, ", ")
}

// serveSight answers the form of a user while it is filled in.
func (s *Server) serveSight(w http.ResponseWriter, r *http.Request, v *visit) error {
	sight, err := s.sightOf(r.Context(), v, readWish(r.URL.Query()))
	if err != nil {
		return err
	}
	if !isPart(r) {
		http.Redirect(w, r, "/settings/people/new?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, sightCard(v, sight))
}

// requestOrigin is how the browser reached this server.
func requestOrigin(r *http.Request, secure bool) string {
	if secure || r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
