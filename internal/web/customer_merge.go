package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// mergePage looks for the other of two customers who are one, then shows both side by side before they become it.
type mergePage struct {
	frame  ui.Frame
	ground *ground
	ID     cx.PersonID
	Query  string
	Found  []personLine
	More   bool
	Doubts []personLine // whom a source named together with this one
	Pair   *mergePair   // both, once the other is chosen
}

// mergePair is what a merge would do: Gone goes into Kept.
type mergePair struct {
	Kept, Gone mergeSide
	SwapHref   string
	Result     []ui.Fact
}

// mergeSide is one of both.
type mergeSide struct {
	Number string
	Title  string
	Name   string
	Facts  []ui.Fact
}

// mergeLine is one merge in the history of a customer.
type mergeLine struct {
	Text, Note string
	Undo       string // its number, for the form that undoes it; "": not offered
}

func (s *Server) serveMerge(w http.ResponseWriter, r *http.Request, v *visit) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p := g.newMergePage(k)
	switch with := r.URL.Query().Get("with"); {
	case r.Method == http.MethodPost:
		if err := readForm(w, r); err != nil {
			return err
		}
		err = s.seekOther(r.Context(), p, strings.TrimSpace(r.PostForm.Get("who")))
	case with != "":
		var other known
		if other, err = s.customerOf(r.Context(), v, with); err == nil {
			p.Pair, err = s.newMergePair(r.Context(), g, k, other)
		}
	default:
		p.Doubts, err = s.doubts(r.Context(), g, k.ID)
		p.leadTo(p.Doubts)
	}
	if err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.read", k.ID); err != nil {
		return err
	}
	return s.render(w, r, mergeView(p))
}

func (g *ground) newMergePage(k known) *mergePage {
	name := g.personName(k.Person)
	p := &mergePage{ground: g, ID: k.ID, frame: g.customerFrame(g.lang().T("customer.merge.of", "name", name), ui.Link{Label: name, Href: customerAddress(k.ID)})}
	p.frame.Path = customerPart(k.ID, "merge", nil)
	return p
}

func (s *Server) seekOther(ctx context.Context, p *mergePage, typed string) error {
	p.Query = typed
	if typed == "" {
		return nil
	}
	found, err := s.foundCustomers(ctx, p.ground, typed)
	p.Found, p.More = found.lines, found.more
	p.Found = slices.DeleteFunc(p.Found, func(x personLine) bool { return x.Href == customerAddress(p.ID) })
	p.leadTo(p.Found)
	return err
}

// leadTo makes lines lead to the preview instead of the customers' own pages.
func (p *mergePage) leadTo(lines []personLine) {
	for i, x := range lines {
		lines[i].Href = customerPart(p.ID, "merge", url.Values{"with": {strings.TrimPrefix(x.Href, "/customers/")}})
	}
}

// doubts are those whom a source named together with a customer, of the viewer's perimeter.
func (s *Server) doubts(ctx context.Context, g *ground, id cx.PersonID) ([]personLine, error) {
	all, err := s.Door.Doubts(ctx, g.scope(), id)
	if err != nil {
		return nil, err
	}
	var out []personLine
	for _, p := range all {
		out = append(out, g.personLine(p))
	}
	return out, nil
}

func (s *Server) newMergePair(ctx context.Context, g *ground, kept, gone known) (*mergePair, error) {
	if kept.ID == gone.ID {
		return nil, cx.Fail(cx.Invalid, "with", "customer.same_person")
	}
	l := g.lang()
	after, err := s.Customers.Merged(ctx, g.scope(), gone.ID, kept.ID)
	if err != nil {
		return nil, err
	}
	both := known{after, append(slices.Clone(kept.Feedbacks), gone.Feedbacks...)}
	slices.SortStableFunc(both.Feedbacks, func(a, b cx.Feedback) int { return b.At.Compare(a.At) })
	return &mergePair{Kept: g.mergeSide(l.T("customer.merge.kept"), kept), Gone: g.mergeSide(l.T("customer.merge.gone"), gone),
		SwapHref: customerPart(gone.ID, "merge", url.Values{"with": {customerNumber(kept.ID)}}), Result: g.mergeSide("", both).Facts}, nil
}

func (g *ground) mergeSide(title string, k known) mergeSide {
	l := g.lang()
	side := mergeSide{Number: customerNumber(k.ID), Title: title, Name: g.personName(k.Person)}
	side.Facts = append(side.Facts, ui.Fact{Label: l.T("customer.name"), Value: side.Name})
	if k.Status != "" {
		side.Facts = append(side.Facts, ui.Fact{Label: l.T("customer.status"), Value: g.word("verbatim.status.", k.Status)})
	}
	side.Facts = append(side.Facts, g.identityFacts(k.Person, false)...)
	for _, a := range g.attributeLines(k.Person, false) {
		side.Facts = append(side.Facts, ui.Fact{Label: a.Name, Value: a.Value})
	}
	for _, c := range g.consentLines(k.Person) {
		side.Facts = append(side.Facts, ui.Fact{Label: l.T("customer.consent.to", "topic", c.Topic), Value: c.Said.Text})
	}
	if note := g.spokeNote(k.Feedbacks); note != "" {
		side.Facts = append(side.Facts, ui.Fact{Label: l.T("customer.timeline"), Value: note})
	}
	return side
}

// doMerge makes one of two customers, both of the viewer's perimeter.
func (s *Server) doMerge(w http.ResponseWriter, r *http.Request, v *visit) error {
	kept, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	gone, err := s.customerOf(r.Context(), v, r.PostForm.Get("with"))
	if err != nil {
		return err
	}
	id, err := s.Customers.Merge(r.Context(), gone.ID, kept.ID, v.Viewer.Actor())
	if err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.merge", kept.ID); err != nil {
		return err
	}
	s.toastUndo(r, v.Lang.T("customer.merged"), &ui.Undo{Action: customerPart(kept.ID, "unmerge", nil), Fields: []ui.Hidden{{Name: "merge", Value: strconv.FormatInt(id, 10)}}})
	http.Redirect(w, r, customerAddress(kept.ID), http.StatusSeeOther)
	return nil
}

// doUnmerge undoes a merge of the history of this customer.
func (s *Server) doUnmerge(w http.ResponseWriter, r *http.Request, v *visit) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	history, err := s.Customers.Merges(r.Context(), v.Viewer.Scope, k.ID)
	if err != nil {
		return err
	}
	asked := r.PostForm.Get("merge")
	i := slices.IndexFunc(history, func(m customer.Merged) bool {
		return strconv.FormatInt(m.ID, 10) == asked && m.Kept == k.ID && !m.Undone
	})
	if i < 0 {
		return cx.Fail(cx.NotFound, "merge", "customer.no_merge")
	}
	if err := s.Customers.Unmerge(r.Context(), history[i].ID); err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.unmerge", k.ID); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("customer.unmerged"))
	http.Redirect(w, r, customerAddress(k.ID), http.StatusSeeOther)
	return nil
}

// mergeLines tells the history of merges; those that stand may be undone by who may merge.
func (s *Server) mergeLines(ctx context.Context, g *ground, history []customer.Merged, id cx.PersonID) ([]mergeLine, error) {
	if len(history) == 0 {
		return nil, nil
	}
	who, err := s.actorNames(ctx, g.visit)
	if err != nil {
		return nil, err
	}
	l := g.lang()
	var out []mergeLine
	for _, m := range history {
		line := mergeLine{Text: l.T("customer.merge.line", "gone", customerNumber(m.Gone), "kept", customerNumber(m.Kept)),
			Note: l.DateTime(m.At.In(g.Now.Location())) + " · " + who.of(m.By)}
		switch {
		case m.Undone:
			line.Note += " · " + l.T("customer.merge.undone")
		case m.Kept == id && g.Viewer.May(people.ErasePeople):
			line.Undo = strconv.FormatInt(m.ID, 10)
		}
		out = append(out, line)
	}
	return out, nil
}
