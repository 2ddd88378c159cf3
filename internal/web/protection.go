package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// protectionRoutes are those of the data-protection officer.
func (s *Server) protectionRoutes() []Route {
	return []Route{
		{"GET", "/settings/protection", people.Protect, s.serveProtection},
		{"POST", "/settings/protection/requests", people.Protect, s.doAddRequest},
		{"POST", "/settings/protection/requests/{id}", people.Protect, s.doRequest},
		{"POST", "/settings/protection/requests/{id}/erase", people.Protect, s.doEraseRequest},
		{"POST", "/settings/protection/retention", people.Protect, s.doRetention},
		{"GET", "/settings/protection/register", people.Protect, s.serveDocument(register())},
		{"POST", "/settings/protection/register", people.Protect, s.doDocument(register())},
		{"GET", "/settings/protection/register.html", people.Protect, s.serveDocumentFile(register())},
		{"GET", "/settings/protection/assessment", people.Protect, s.serveDocument(assessment())},
		{"POST", "/settings/protection/assessment", people.Protect, s.doDocument(assessment())},
		{"GET", "/settings/protection/assessment.html", people.Protect, s.serveDocumentFile(assessment())},
	}
}

// protectionPage holds the requests and how long what is kept.
type protectionPage struct {
	frame     ui.Frame
	visit     *visit
	Tabs      []ui.Tab
	Requests  []requestView
	Add       formView
	Retention formView
	Aged      []string // what the next night would erase
	Truly     []string // what is and is not done
	MayErase  bool
}

// requestView is one rights request.
type requestView struct {
	Title, Who, Note, Customer string
	Href                       string // of the customer; ""
	Tags                       []ui.Tag
	Open, Known, IsErasure     bool
	Form                       formView
}

func (s *Server) newProtectionPage(ctx context.Context, v *visit) (*protectionPage, error) {
	l := v.Lang
	shell := s.newSettings(v, "/settings/protection")
	p := &protectionPage{frame: shell.frame, visit: v, Tabs: shell.Tabs, MayErase: v.Viewer.May(people.ErasePeople)}
	all, err := s.People.Requests(ctx, v.Viewer)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		p.Requests = append(p.Requests, newRequestView(v, r))
	}
	kinds := ui.Field{Name: "kind", Label: l.T("protect.kind"), Kind: "select", Required: true}
	for _, k := range people.RightsKinds() {
		kinds.Options = append(kinds.Options, ui.Option{Value: k, Label: l.T("protect.kind." + k)})
	}
	p.Add = formView{Title: l.T("protect.add"), Note: l.T("protect.add.note"), Action: "/settings/protection/requests", Do: l.T("settings.record"), Fields: []ui.Field{
		kinds, {Name: "who", Label: l.T("protect.who"), Required: true, Max: 300, Hint: l.T("protect.who.hint"), Autocomplete: "off"},
		{Name: "received", Label: l.T("protect.received"), Kind: "date", Required: true, Value: v.Now.Format(time.DateOnly)},
		{Name: "note", Label: l.T("protect.note"), Kind: "textarea", Max: 4000}}}
	p.Retention = retentionForm(v)
	if p.Aged, err = s.agedWords(ctx, v); err != nil {
		return nil, err
	}
	for _, k := range []string{"words", "feedback", "customer", "bytes", "not"} {
		p.Truly = append(p.Truly, l.T("protect.truly."+k))
	}
	return p, nil
}

func (p *protectionPage) aged() []ui.Point {
	list := ui.SamePoints("trash-2", p.Aged)
	for i := range list {
		list[i].Strong = true
	}
	return list
}

func newRequestView(v *visit, r people.RightsRequest) requestView {
	l := v.Lang
	id := strconv.FormatInt(r.ID, 10)
	x := requestView{Title: l.T("protect.request", "number", r.ID, "kind", l.T("protect.kind."+r.Kind)), Who: r.Who, Note: l.T("protect.dates", "received", dayWords(v, r.Received), "due", dayWords(v, r.Due)),
		Open: r.State == "open", Known: r.Person != 0, IsErasure: r.Kind == "erasure"}
	if r.Person != 0 {
		x.Customer = l.T("protect.customer", "number", int64(r.Person))
		x.Href = "/customers/" + strconv.FormatInt(int64(r.Person), 10)
	}
	today := v.Now.Format(time.DateOnly)
	switch {
	case r.State == "done":
		x.Tags = []ui.Tag{{Text: l.T("protect.state.done"), Tone: ui.Good}}
	case r.State == "refused":
		x.Tags = []ui.Tag{{Text: l.T("protect.state.refused"), Tone: ui.Watch}}
	case r.Due < today:
		x.Tags = []ui.Tag{{Text: l.T("protect.late"), Tone: ui.Bad}}
	default:
		x.Tags = []ui.Tag{{Text: l.T("protect.state.open"), Tone: ui.Watch}}
	}
	states := ui.Field{Name: "state", ID: "f-state-" + id, Label: l.T("protect.state"), Kind: "select", Required: true}
	for _, k := range people.RightsStates() {
		states.Options = append(states.Options, ui.Option{Value: k, Label: l.T("protect.state." + k), Selected: k == r.State})
	}
	x.Form = formView{Action: "/settings/protection/requests/" + id, Do: l.T("settings.save"), Small: true, Fields: []ui.Field{states,
		{Name: "proof", ID: "f-proof-" + id, Label: l.T("protect.proof"), Hint: l.T("protect.proof.hint"), Value: r.Proof, Max: 1000},
		{Name: "note", ID: "f-note-" + id, Kind: "textarea", Label: l.T("protect.note"), Value: r.Note, Max: 4000}, seenField(requestPart(r))}}
	return x
}

// requestPart is what the form of a request shows of it.
func requestPart(r people.RightsRequest) any { return [...]string{r.State, r.Proof, r.Note} }

func retentionForm(v *visit) formView {
	l, k := v.Lang, v.Settings.Retention
	f := formView{Title: l.T("protect.retention"), Note: l.T("protect.retention.note"), Action: "/settings/protection/retention", Do: l.T("settings.save")}
	for _, x := range []struct {
		name   string
		months int
	}{{"words", k.Words}, {"feedback", k.Feedback}, {"customer", k.Customer}, {"audit", k.Audit}} {
		value := ""
		if x.months > 0 {
			value = strconv.Itoa(x.months)
		}
		f.Fields = append(f.Fields, ui.Field{Name: x.name, Label: l.T("protect.keep." + x.name), Kind: "number", Value: value, Hint: l.T("protect.keep." + x.name + ".hint")})
	}
	f.Fields = append(f.Fields, editRetention(k).seen(v.Settings))
	return f
}

// keepOf says since when what is kept, at a moment.
func keepOf(r people.Retention, now time.Time) collect.Keep {
	since := func(months int) time.Time {
		if months == 0 {
			return time.Time{}
		}
		return now.AddDate(0, -months, 0)
	}
	return collect.Keep{Words: since(r.Words), Feedback: since(r.Feedback), Customer: since(r.Customer)}
}

// agedWords says what the next night would erase.
func (s *Server) agedWords(ctx context.Context, v *visit) ([]string, error) {
	a, err := s.Door.Aged(ctx, keepOf(v.Settings.Retention, v.Now))
	if err != nil {
		return nil, err
	}
	l := v.Lang
	var out []string
	for _, x := range []struct {
		id string
		n  int64
	}{{"protect.aged.words", a.Words}, {"protect.aged.feedback", a.Feedback}, {"protect.aged.customer", a.Customer}} {
		if x.n > 0 {
			out = append(out, l.T(x.id, "count", x.n))
		}
	}
	if m := v.Settings.Retention.Audit; m > 0 {
		n, err := s.People.TrailBefore(ctx, v.Now.AddDate(0, -m, 0))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, l.T("protect.aged.audit", "count", n))
		}
	}
	return out, nil
}

func (s *Server) serveProtection(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newProtectionPage(r.Context(), v)
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "rights.read"}); err != nil {
		return err
	}
	return s.render(w, r, protectionView(p))
}

// protected answers a form of the page.
func (s *Server) protected(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	if err == nil {
		s.toast(r, v.Lang.T("settings.saved"))
		http.Redirect(w, r, "/settings/protection", http.StatusSeeOther)
		return nil
	}
	p, e := s.newProtectionPage(r.Context(), v)
	if e != nil {
		return e
	}
	forms := settingsPage{visit: v, Forms: []formView{p.Add, p.Retention}}
	for _, x := range p.Requests {
		forms.Forms = append(forms.Forms, x.Form)
	}
	if e := forms.refuse(err, r.URL.Path, r); e != nil {
		return e
	}
	p.Add, p.Retention = forms.Forms[0], forms.Forms[1]
	for i := range p.Requests {
		p.Requests[i].Form = forms.Forms[2+i]
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), protectionView(p))
}

// doAddRequest looks for the customer by what is typed: a reference, an e-mail or a telephone.
func (s *Server) doAddRequest(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	x := people.RightsRequest{Kind: f.Get("kind"), Who: f.Get("who"), Received: f.Get("received"), Note: f.Get("note")}
	if x.Who != "" {
		p, err := s.Customers.Find(r.Context(), v.Viewer.Scope, x.Who)
		if err != nil && cx.KindOf(err) != cx.NotFound {
			return err
		}
		x.Person = p.ID
	}
	_, err := s.People.AddRequest(r.Context(), v.Viewer, x)
	return s.protected(w, r, v, err)
}

func (s *Server) doRequest(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	x, err := s.People.Request(r.Context(), v.Viewer, id)
	if err != nil {
		return err
	}
	if err := checkSeen(r, requestPart(x)); err != nil {
		return s.protected(w, r, v, err)
	}
	f := r.PostForm
	return s.protected(w, r, v, s.People.UpdateRequest(r.Context(), v.Viewer, id, people.RequestUpdate{State: f.Get("state"), Note: f.Get("note"), Proof: f.Get("proof")}))
}

// doEraseRequest erases the customer of a request everywhere, and closes the request with the proof of it.
func (s *Server) doEraseRequest(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	x, err := s.People.Request(r.Context(), v.Viewer, id)
	if err != nil {
		return err
	}
	if !v.Viewer.May(people.ErasePeople) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	if x.Person == 0 || x.Kind != "erasure" || x.State != "open" {
		return cx.Fail(cx.Invalid, "", "protect.nobody_to_erase")
	}
	if _, err := s.Customers.Person(r.Context(), v.Viewer.Scope, x.Person); err != nil {
		return err
	}
	if err := s.Door.ErasePerson(r.Context(), x.Person); err != nil {
		return err
	}
	number := strconv.FormatInt(int64(x.Person), 10)
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "customer.erase", Subject: number}); err != nil {
		return err
	}
	proof := v.Lang.T("protect.erased", "number", int64(x.Person), "at", v.Lang.DateTime(v.Now))
	return s.protected(w, r, v, s.People.UpdateRequest(r.Context(), v.Viewer, id, people.RequestUpdate{State: "done", Note: x.Note, Proof: proof}))
}

func editRetention(keep people.Retention) settingsEdit {
	return settingsEdit{"retention", func(x people.Settings) any { return x.Retention }, func(x *people.Settings) { x.Retention = keep }}
}

func (s *Server) doRetention(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var keep people.Retention
	for name, to := range map[string]*int{"words": &keep.Words, "feedback": &keep.Feedback, "customer": &keep.Customer, "audit": &keep.Audit} {
		if text := r.PostForm.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return s.protected(w, r, v, cx.Fail(cx.Invalid, name, "people.months", "max", 600))
			}
			*to = n
		}
	}
	return s.protected(w, r, v, s.editSettings(r, v, editRetention(keep)))
}
