package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/media"
	"vigie/internal/web/ui"
)

// customerExport is all that is kept of one person, for themselves: article 15 of the GDPR.
type customerExport struct {
	Exported     time.Time         `json:"exported"`
	Organisation string            `json:"organisation"`
	Customer     api.Customer      `json:"customer"`
	Merges       []customer.Merged `json:"merges,omitempty"`
	// Wishes on how to be asked, Objected since when they object to it, Invitations what they were asked or would have been.
	Wishes      invite.Preference `json:"wishes"`
	Objected    time.Time         `json:"objected,omitzero"`
	Invitations []api.Invitation  `json:"invitations,omitempty"`
	// Files that they sent, by number: where each stands beside this document; empty where it stands alone.
	Files map[cx.MediaID]string `json:"files,omitempty"`
	// Partial: the latest 1,000 feedbacks alone, or those of the exporter's perimeter alone.
	Partial bool `json:"partial,omitempty"`

	page *customerPage // the same in words, for the readable form
	said []exportedFeedback
}

// exportedFeedback is one feedback as a person reads it.
type exportedFeedback struct {
	Title string
	Facts []ui.Fact
	Words []string
	Files []exportedFile
}

// exportedFile is one that a person sent; At is where it stands beside the document, "" when it does not.
type exportedFile struct{ Name, Weight, At string }

// exportedMost is what the door gives of one customer.
const exportedMost = 1000

func (s *Server) serveCustomerJSON(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.exportCustomer(r, v, false)
	if err != nil {
		return err
	}
	body, err := x.asJSON()
	if err != nil {
		return err
	}
	s.attach(w, exportFile{"application/json; charset=utf-8", exportName(x, "json"), body})
	return nil
}

func (x *customerExport) asJSON() ([]byte, error) {
	body, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export of a customer: %w", err)
	}
	return body, nil
}

func (s *Server) serveCustomerHTML(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.exportCustomer(r, v, false)
	if err != nil {
		return err
	}
	body, err := x.asHTML(r.Context(), v.Lang)
	if err != nil {
		return err
	}
	s.attach(w, exportFile{"text/html; charset=utf-8", exportName(x, "html"), body})
	return nil
}

func (x *customerExport) asHTML(ctx context.Context, l lang.Lang) ([]byte, error) {
	var b bytes.Buffer
	if err := customerDocument(l, x).Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("export of a customer: %w", err)
	}
	return b.Bytes(), nil
}

// exportFile is a file given to the browser to keep.
type exportFile struct {
	kind, name string
	body       []byte
}

func (s *Server) attach(w http.ResponseWriter, a exportFile) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.name))
	if _, err := w.Write(a.body); err != nil {
		s.log.Debug("export not sent", "err", err) // the browser has gone
	}
}

func exportName(x *customerExport, ext string) string {
	return fmt.Sprintf("vigie-customer-%d-%s.%s", x.Customer.ID, x.Exported.Format(time.DateOnly), ext)
}

// exportCustomer gathers all that the viewer may see of a customer, nothing masked, and notes it; beside: the files that the
// customer sent go with it.
func (s *Server) exportCustomer(r *http.Request, v *visit, beside bool) (*customerExport, error) {
	ctx := r.Context()
	k, err := s.customerOf(ctx, v, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	x := &customerExport{Exported: v.Now, Organisation: v.Settings.Name, Customer: api.CustomerOf(k.Person, k.Feedbacks, g.Catalogue),
		Partial: !v.Viewer.Scope.People().All || len(k.Feedbacks) >= exportedMost}
	if x.Merges, err = s.Customers.Merges(ctx, v.Viewer.Scope, k.ID); err != nil {
		return nil, err
	}
	if x.page, err = s.newCustomerPage(ctx, g, k, true); err != nil {
		return nil, err
	}
	g.hidden.clear = true
	if beside {
		x.Files = map[cx.MediaID]string{}
	}
	for n, f := range k.Feedbacks {
		files, err := s.Door.MediaOf(ctx, f)
		if err != nil {
			return nil, err
		}
		x.Customer.Feedbacks[n].Media = api.MediaItems(files)
		x.said = append(x.said, g.exported(f, x.put(g.lang(), files)))
	}
	if err := s.exportAsked(ctx, g, x); err != nil {
		return nil, err
	}
	return x, s.auditCustomer(ctx, v, "customer.export", k.ID)
}

// put lists files, and gives them their place beside the document when they go with it.
func (x *customerExport) put(l lang.Lang, files []media.Item) []exportedFile {
	var out []exportedFile
	for i, m := range files {
		one := exportedFile{Name: m.Name, Weight: weight(l, m.Size)}
		if one.Name == "" {
			one.Name = l.T("media.alt."+string(m.Kind), "n", i+1)
		}
		if x.Files != nil {
			one.At = fmt.Sprintf("files/%d-%s", len(x.Files)+1, one.Name)
			x.Files[m.ID] = one.At
		}
		out = append(out, one)
	}
	return out
}

// exportAsked adds what the customer was asked, and wishes.
func (s *Server) exportAsked(ctx context.Context, g *ground, x *customerExport) error {
	st, err := s.Invites.StandingOf(ctx, x.Customer.ID)
	if err != nil {
		return err
	}
	x.Wishes, x.Objected = st.Preference, st.Objected
	list, err := s.Invites.Of(ctx, g.scope(), x.Customer.ID)
	if err != nil {
		return err
	}
	for _, i := range list {
		x.Invitations = append(x.Invitations, api.InvitationOf(i))
	}
	if x.page.Asked != nil {
		x.page.Asked.Things, err = s.askedThings(ctx, g, list)
	}
	return err
}

// exported writes one feedback in words, whole.
func (g *ground) exported(f cx.Feedback, files []exportedFile) exportedFeedback {
	out := exportedFeedback{Title: g.saidAt(f.At), Files: files}
	for _, x := range g.scoreLines(f) {
		out.Facts = append(out.Facts, ui.Fact{Label: x.Name, Value: x.Value})
	}
	for _, x := range g.facts(f) {
		out.Facts = append(out.Facts, ui.Fact{Label: x.Label, Value: x.Value})
	}
	for _, x := range f.Verbatims {
		out.Words = append(out.Words, x.Text)
	}
	return out
}

// erasePage says what erasing a customer takes away, before it does.
type erasePage struct {
	frame  ui.Frame
	ground *ground
	ID     cx.PersonID
	Facts  []ui.Fact
}

func (s *Server) serveErase(w http.ResponseWriter, r *http.Request, v *visit) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newErasePage(r.Context(), g, k)
	if err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.read", k.ID); err != nil {
		return err
	}
	return s.render(w, r, eraseView(p))
}

func (s *Server) newErasePage(ctx context.Context, g *ground, k known) (*erasePage, error) {
	l, name := g.lang(), g.personName(k.Person)
	merges, err := s.Customers.Merges(ctx, g.scope(), k.ID)
	if err != nil {
		return nil, err
	}
	p := &erasePage{ground: g, ID: k.ID, frame: g.customerFrame(l.T("customer.erase.of", "name", name), ui.Link{Label: name, Href: customerAddress(k.ID)})}
	p.Facts = []ui.Fact{{Label: l.T("customer.timeline"), Value: l.T("verbatim.total", "count", len(k.Feedbacks))},
		{Label: l.T("customer.identities"), Value: l.Int(int64(len(k.Identities)))},
		{Label: l.T("customer.attributes"), Value: l.Int(int64(len(k.Attributes)))},
		{Label: l.T("customer.consent"), Value: l.Int(int64(len(k.Consent)))},
		{Label: l.T("customer.merges"), Value: l.Int(int64(len(merges)))}}
	return p, nil
}

// doErase erases a customer everywhere and says what went.
func (s *Server) doErase(w http.ResponseWriter, r *http.Request, v *visit) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Door.ErasePerson(r.Context(), k.ID); err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.erase", k.ID); err != nil {
		return err
	}
	l := v.Lang
	s.toast(r, l.T("customer.erased", "feedbacks", l.T("verbatim.total", "count", len(k.Feedbacks)), "identities", l.T("customer.identities.n", "count", len(k.Identities))))
	http.Redirect(w, r, "/customers", http.StatusSeeOther)
	return nil
}
