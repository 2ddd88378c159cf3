package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) auditRoutes() []Route {
	return []Route{
		{"GET", "/settings/audit", people.ReadAudit, s.serveTrail},
		{"GET", "/settings/audit.csv", people.ReadAudit, s.serveTrailCSV},
	}
}

// trailPage is the audit trail under its filters.
type trailPage struct {
	frame   ui.Frame
	visit   *visit
	Tabs    []ui.Tab
	Filters []ui.Field
	Set     bool
	CSV     string
	Table   ui.Table
	Pager   ui.Pager
}

const trailShown = 100

// actorNames gives who an actor of the trail is, in words.
type actorNames struct {
	v     *visit
	users map[string]string
}

func (s *Server) actorNames(ctx context.Context, v *visit) (actorNames, error) {
	n := actorNames{v: v, users: map[string]string{}}
	users, err := s.People.Users(ctx)
	if err != nil {
		return n, err
	}
	for _, u := range users {
		n.users["user:"+strconv.FormatInt(u.ID, 10)], n.users[u.Email] = u.Name, u.Name
	}
	keys, err := s.People.Keys(ctx)
	if err != nil {
		return n, err
	}
	for _, k := range keys {
		n.users["key:"+strconv.FormatInt(k.ID, 10)] = v.Lang.T("audit.key", "name", k.Name)
	}
	return n, nil
}

func (n actorNames) of(actor string) string {
	if name, ok := n.users[actor]; ok {
		return name
	}
	if id := "audit.actor." + actor; n.v.Lang.Has(id) {
		return n.v.Lang.T(id)
	}
	return actor
}

// said gives a message when the language has it, else the word itself: entries of later versions are shown too.
func said(v *visit, prefix, word string) string {
	if v.Lang.Has(prefix + word) {
		return v.Lang.T(prefix + word)
	}
	return word
}

// readTrail reads the filters of an address; days are the organisation's.
func readTrail(v *visit, q url.Values) people.TrailFilter {
	f := people.TrailFilter{Actor: q.Get("who"), What: q.Get("what"), Subject: strings.TrimSpace(q.Get("subject")), Limit: trailShown}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("from"), v.Now.Location()); err == nil {
		f.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("until"), v.Now.Location()); err == nil {
		f.Until = t.AddDate(0, 0, 1)
	}
	if id, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && id > 0 {
		f.Before = id
	}
	return f
}

func (s *Server) newTrailPage(ctx context.Context, v *visit, q url.Values) (*trailPage, error) {
	l := v.Lang
	shell := s.newSettings(v, "/settings/audit")
	p := &trailPage{frame: shell.frame, visit: v, Tabs: shell.Tabs}
	names, err := s.actorNames(ctx, v)
	if err != nil {
		return nil, err
	}
	if p.Filters, err = s.trailFields(ctx, names, q); err != nil {
		return nil, err
	}
	f := readTrail(v, q)
	entries, err := s.People.SearchTrail(ctx, f)
	if err != nil {
		return nil, err
	}
	p.Table = ui.Table{Caption: l.T("settings.audit"), Empty: l.T("settings.audit.none"), Columns: []ui.Column{{Label: l.T("settings.audit.when")}, {Label: l.T("settings.audit.who")}, {Label: l.T("settings.audit.what")}, {Label: l.T("settings.audit.subject")}}}
	for _, e := range entries {
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{{Text: l.DateTime(e.At.In(v.Now.Location()))}, {Text: names.of(e.Actor)},
			{Text: said(v, "audit.what.", e.What)}, {Text: names.subject(e), Href: subjectHref(v, e)}}})
	}
	kept := url.Values{}
	for _, k := range []string{"who", "what", "subject", "from", "until"} {
		if q.Get(k) != "" {
			kept.Set(k, q.Get(k))
			p.Set = true
		}
	}
	p.CSV = "/settings/audit.csv?" + kept.Encode()
	if f.Before != 0 {
		p.Pager.PreviousHref = "/settings/audit?" + kept.Encode()
	}
	if len(entries) == trailShown {
		kept.Set("before", strconv.FormatInt(entries[len(entries)-1].ID, 10))
		p.Pager.NextHref = "/settings/audit?" + kept.Encode()
	}
	return p, nil
}

// subject says whom or what an entry is about: a user by name, the rest by its number or key.
func (n actorNames) subject(e people.Entry) string {
	subject := e.Subject
	if name, ok := n.users[subject]; ok {
		return name
	}
	if key, ok := strings.CutPrefix(subject, "role:"); ok {
		if _, own := n.v.Settings.Own(people.Role(key)); own {
			return n.v.roleName(people.Role(key))
		}
	}
	kind, key, _ := strings.Cut(subject, ":")
	switch number, err := strconv.Atoi(key); {
	case strings.HasPrefix(e.What, "customer.") && subject != "":
		return n.v.Lang.T("protect.customer", "number", subject)
	case strings.HasPrefix(e.What, "consultation."):
		return dayWords(n.v, subject)
	case kind == "rights" && err == nil:
		return n.v.Lang.T("audit.request", "number", key)
	case kind == "units" && err == nil:
		return n.v.Lang.T("unit.count", "count", number)
	}
	return said(n.v, "audit.subject.", subject)
}

// subjectHref leads to what an entry is about, where there is a page of it and the viewer may open it.
func subjectHref(v *visit, e people.Entry) string {
	if id, ok := strings.CutPrefix(e.Subject, "user:"); ok && v.Viewer.May(people.Administer) {
		return "/settings/people/" + id
	}
	if strings.HasPrefix(e.What, "customer.") && e.Subject != "" && v.Viewer.May(people.ReadPeople) {
		return "/customers/" + url.PathEscape(e.Subject)
	}
	return ""
}

func (s *Server) trailFields(ctx context.Context, names actorNames, q url.Values) ([]ui.Field, error) {
	l := names.v.Lang
	actors, err := s.People.TrailActors(ctx)
	if err != nil {
		return nil, err
	}
	kinds, err := s.People.TrailKinds(ctx)
	if err != nil {
		return nil, err
	}
	who := ui.Field{Name: "who", Label: l.T("settings.audit.who"), Kind: "select", Quiet: true, Options: []ui.Option{{Label: l.T("audit.everybody")}}}
	for _, a := range actors {
		who.Options = append(who.Options, ui.Option{Value: a, Label: names.of(a), Selected: a == q.Get("who")})
	}
	what := ui.Field{Name: "what", Label: l.T("settings.audit.what"), Kind: "select", Quiet: true, Options: []ui.Option{{Label: l.T("audit.everything")}}}
	for _, k := range kinds {
		what.Options = append(what.Options, ui.Option{Value: k, Label: said(names.v, "audit.what.", k), Selected: k == q.Get("what")})
	}
	return []ui.Field{who, what, {Name: "subject", Label: l.T("settings.audit.subject"), Value: q.Get("subject"), Max: 100, Quiet: true, Hint: l.T("audit.subject.hint")},
		{Name: "from", Label: l.T("audit.from"), Kind: "date", Quiet: true, Value: q.Get("from")}, {Name: "until", Label: l.T("audit.until"), Kind: "date", Quiet: true, Value: q.Get("until")}}, nil
}

func (s *Server) serveTrail(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newTrailPage(r.Context(), v, r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, r, trailView(p))
}

// trailStep entries are read at once for the file.
const trailStep = 5000

// serveTrailCSV writes all entries under the filters, newest first, and leaves an entry of its own.
func (s *Server) serveTrailCSV(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "audit.export"}); err != nil {
		return err
	}
	names, err := s.actorNames(r.Context(), v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "at", "actor", "name", "what", "subject"}); err != nil {
		return err
	}
	f := readTrail(v, r.URL.Query())
	f.Limit = trailStep
	for {
		entries, err := s.People.SearchTrail(r.Context(), f)
		if err != nil {
			s.log.Error("audit export cut short", "err", err) // the head is sent: no page can say so
			panic(http.ErrAbortHandler)
		}
		for _, e := range entries {
			if err := out.Write([]string{strconv.FormatInt(e.ID, 10), e.At.Format(time.RFC3339), e.Actor, harmless(names.of(e.Actor)), e.What, harmless(e.Subject)}); err != nil {
				return nil // the browser has gone
			}
		}
		out.Flush()
		if len(entries) < trailStep || out.Error() != nil {
			return nil
		}
		f.Before = entries[len(entries)-1].ID
	}
}
