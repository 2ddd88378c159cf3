package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// customerRoutes find customers, read one, and serve their rights. Merging, exporting and erasing are of those who may
// erase people: they answer for personal data, and a wrong merge shows one person's words under another's name.
func (s *Server) customerRoutes() []Route {
	return []Route{
		{"GET", "/customers", people.ReadPeople, s.serveCustomers},
		{"POST", "/customers", people.ReadPeople, s.serveCustomers},
		{"GET", "/customers/{id}", people.ReadPeople, s.orKept(s.serveCustomer)},
		{"POST", "/customers/{id}/show", people.ReadPeople, s.serveCustomerShown},
		{"GET", "/customers/{id}/temperature", people.ReadPeople, s.orKept(s.serveTemperature)},
		{"GET", "/customers/{id}/consents", people.ReadPeople, s.orKept(s.serveConsents)},
		{"POST", "/customers/{id}/consents", people.ReadPeople, s.doConsent},
		{"GET", "/customers/{id}/merge", people.ErasePeople, s.orKept(s.serveMerge)},
		{"POST", "/customers/{id}/merge/search", people.ErasePeople, s.serveMerge},
		{"POST", "/customers/{id}/merge", people.ErasePeople, s.doMerge},
		{"POST", "/customers/{id}/unmerge", people.ErasePeople, s.doUnmerge},
		{"GET", "/customers/{id}/export.json", people.ErasePeople, s.orKept(s.serveCustomerJSON)},
		{"GET", "/customers/{id}/export.html", people.ErasePeople, s.orKept(s.serveCustomerHTML)},
		{"GET", "/customers/{id}/export.zip", people.ErasePeople, s.orKept(s.serveCustomerFiles)},
		{"GET", "/customers/{id}/erase", people.ErasePeople, s.orKept(s.serveErase)},
		{"POST", "/customers/{id}/erase", people.ErasePeople, s.doErase},
	}
}

// customersPage finds customers, and shows those who spoke last.
type customersPage struct {
	frame  ui.Frame
	ground *ground
	Tabs   []ui.Tab
	Query  string // as typed; "" nothing is searched
	Found  []personLine
	Count  string // how many were found, of how many
	More   bool
	Recent []personLine
}

// personLine is a customer in a list.
type personLine struct {
	Name, Href, Note string
	Status           ui.Tag
	Voice            *ui.Voice // what they said last; nil: not shown
}

const (
	customersFound  = 25
	customersRecent = 12
	// recentRead feedbacks are read for the customers who spoke last.
	recentRead = 60
)

// serveCustomers takes what is searched from a form: addresses and numbers of customers do not belong in the address of
// a page, which ends up in logs.
func (s *Server) serveCustomers(w http.ResponseWriter, r *http.Request, v *visit) error {
	typed := ""
	if r.Method == http.MethodPost {
		if err := readForm(w, r); err != nil {
			return err
		}
		typed = strings.TrimSpace(r.PostForm.Get("who"))
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newCustomersPage(r.Context(), g, typed)
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "customer.list"}); err != nil {
		return err
	}
	return s.render(w, r, customersView(p))
}

func (s *Server) newCustomersPage(ctx context.Context, g *ground, typed string) (*customersPage, error) {
	l := g.lang()
	p := &customersPage{ground: g, frame: g.frame(l.T("customer.title"), ui.SectionVerbatims), Tabs: voiceTabs(g.visit, "/customers"), Query: typed}
	p.frame.Path, p.frame.Search = "/customers", nil
	if own := g.ownUnits(); own != "" {
		p.frame.Sub = l.T("verbatim.perimeter", "units", own)
	}
	var err error
	if typed == "" {
		p.Recent, err = s.recentCustomers(ctx, g)
		return p, err
	}
	found, err := s.foundCustomers(ctx, g, typed)
	p.Found, p.More, p.Count = found.lines, found.more, found.count
	return p, err
}

// foundPersons is what a search found, to be drawn.
type foundPersons struct {
	lines []personLine
	count string
	more  bool
}

func (s *Server) foundCustomers(ctx context.Context, g *ground, typed string) (foundPersons, error) {
	found, err := s.Door.SearchCustomers(ctx, g.scope(), typed, customersFound)
	if err != nil {
		return foundPersons{}, fmt.Errorf("customers: %w", err)
	}
	out := foundPersons{count: g.lang().T("customer.found", "count", found.Count), more: found.More}
	switch {
	case found.Count >= collect.CountedMost:
		out.count = g.lang().T("customer.found.many", "count", collect.CountedMost)
	case found.More:
		out.count = g.lang().T("customer.found.first", "count", found.Count, "shown", len(found.Persons))
	}
	for _, p := range found.Persons {
		out.lines = append(out.lines, g.personLine(p))
	}
	return out, nil
}

// recentCustomers are those who spoke last, each once, with what they said.
func (s *Server) recentCustomers(ctx context.Context, g *ground) ([]personLine, error) {
	list, err := s.Insight.List(ctx, g.scope(), insight.ListQuery{Limit: recentRead})
	if err != nil {
		return nil, fmt.Errorf("latest feedback: %w", err)
	}
	all, err := s.feedbacks(ctx, g, list.IDs)
	if err != nil {
		return nil, err
	}
	var ids []cx.IdentityID
	for _, f := range all {
		ids = append(ids, f.Identity)
	}
	known, err := s.Customers.Customers(ctx, g.scope(), ids)
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	g.hidden.persons = nil // the line itself leads to the customer
	var out []personLine
	seen := map[cx.PersonID]bool{}
	for _, f := range all {
		p, ok := known[f.Identity]
		if !ok || seen[p.ID] || len(out) == customersRecent {
			continue
		}
		seen[p.ID] = true
		line, v := g.personLine(p), g.voice(f, nil)
		line.Note, line.Voice = "", &v
		out = append(out, line)
	}
	return out, nil
}

func (g *ground) personLine(p customer.Person) personLine {
	var names []string
	for _, i := range p.Identities {
		names = append(names, maskIdentity(i))
	}
	return personLine{Name: g.personName(p), Href: customerAddress(p.ID), Note: strings.Join(names, " · "), Status: g.statusTag(p)}
}

func (g *ground) personName(p customer.Person) string {
	return cmp.Or(p.Name, g.lang().T("customer.nameless"))
}

func (g *ground) statusTag(p customer.Person) ui.Tag {
	if p.Status == "" {
		return ui.Tag{}
	}
	return ui.Tag{Text: g.word("verbatim.status.", p.Status), Tone: ui.Accent}
}

// maskIdentity leaves of an identity what tells it from others of the same person.
func maskIdentity(i customer.Identity) string {
	r := []rune(i.Value)
	switch name, domain, _ := strings.Cut(i.Value, "@"); {
	case len(r) == 0:
		return masked
	case i.Kind == customer.Email && name != "":
		return string([]rune(name)[:1]) + masked + "@" + domain
	case len(r) <= 4:
		return masked
	}
	return masked + string(r[len(r)-2:])
}

// voiceTabs are the two ways to what customers say: their words, and who they are.
func voiceTabs(v *visit, path string) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ path, id string }{{"/verbatims", "verbatim.title"}, {"/customers", "customer.title"}} {
		out = append(out, ui.Tab{Label: v.Lang.T(t.id), Href: t.path, Current: t.path == path})
	}
	if v.Viewer.Scope.Employees() {
		out = append(out, ui.Tab{Label: v.Lang.T("chorus.tab"), Href: chorusAt, Current: path == chorusAt})
	}
	return out
}

func customerNumber(id cx.PersonID) string  { return strconv.FormatInt(int64(id), 10) }
func customerAddress(id cx.PersonID) string { return "/customers/" + customerNumber(id) }

// customerOf gives the customer of an address with the feedback that the viewer may see. One unknown, one of another
// perimeter and what is no number are the same: not found.
func (s *Server) customerOf(ctx context.Context, v *visit, id string) (known, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return known{}, cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	p, all, err := s.Door.Customer(ctx, v.Viewer.Scope, cx.PersonID(n))
	return known{p, all}, err
}

// orKept leads from the number of a customer merged away to the same page of the one kept, for those who may know of that
// one. Not for ever: a merge may be undone.
func (s *Server) orKept(serve handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		err := serve(w, r, v)
		id, e := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if cx.KindOf(err) != cx.NotFound || e != nil {
			return err
		}
		kept, e := s.Door.CustomerKept(r.Context(), v.Viewer.Scope, cx.PersonID(id))
		if e != nil {
			return err
		}
		part := strings.TrimPrefix(r.URL.Path, "/customers/"+r.PathValue("id"))
		http.Redirect(w, r, customerAddress(kept)+part, http.StatusFound)
		return nil
	}
}

// known is a customer with the feedback that the viewer may see, newest first.
type known struct {
	customer.Person
	Feedbacks []cx.Feedback
}

// auditCustomer notes in the trail that the viewer did something with a customer.
func (s *Server) auditCustomer(ctx context.Context, v *visit, what string, id cx.PersonID) error {
	return s.People.Audit(ctx, people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: customerNumber(id)})
}

func customerPart(id cx.PersonID, part string, values url.Values) string {
	return address(customerAddress(id)+"/"+part, values)
}
