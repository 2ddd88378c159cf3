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
	"vigie/internal/listen/customer"
	"vigie/internal/web/ui"
)

// customerExport is all that is kept of one person, for themselves: article 15 of the GDPR.
type customerExport struct {
	Exported     time.Time         `json:"exported"`
	Organisation string            `json:"organisation"`
	Customer     api.Customer      `json:"customer"`
	Merges       []customer.Merged `json:"merges,omitempty"`
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
}

// exportedMost is what the door gives of one customer.
const exportedMost = 1000

func (s *Server) serveCustomerJSON(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.exportCustomer(r, v)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return fmt.Errorf("export of a customer: %w", err)
	}
	s.attach(w, exportFile{"application/json; charset=utf-8", exportName(x, "json"), body})
	return nil
}

func (s *Server) serveCustomerHTML(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.exportCustomer(r, v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := customerDocument(v.Lang, x).Render(r.Context(), &b); err != nil {
		return fmt.Errorf("export of a customer: %w", err)
	}
	s.attach(w, exportFile{"text/html; charset=utf-8", exportName(x, "html"), b.Bytes()})
	return nil
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

// exportCustomer gathers all that the viewer may see of a customer, nothing masked, and notes it.
func (s *Server) exportCustomer(r *http.Request, v *visit) (*customerExport, error) {
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
	for _, f := range k.Feedbacks {
		x.said = append(x.said, g.exported(f))
	}
	return x, s.auditCustomer(ctx, v, "customer.export", k.ID)
}

// exported writes one feedback in words, whole.
func (g *ground) exported(f cx.Feedback) exportedFeedback {
	out := exportedFeedback{Title: g.saidAt(f.At)}
	for _, x := range g.scoreLines(f) {
		out.Facts = append(out.Facts, ui.Fact{Label: x.Name, Value: x.Value})
	}
	for _, x := range g.facts(f) {
		out.Facts = append(out.Facts, ui.Fact{Label: x.Label, Value: x.Value})
	}
	for _, x := range f.Verbatims {
		out.Words = append(out.Words, x.Text)
	}
	if n := len(f.Media); n > 0 {
		out.Facts = append(out.Facts, ui.Fact{Label: g.lang().T("media.title"), Value: g.lang().T("media.count", "count", n)})
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
