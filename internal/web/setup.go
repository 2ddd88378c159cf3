package web

import (
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// setupRoutes lead the first user from an empty folder to a cockpit.
func (s *Server) setupRoutes() []Route {
	return []Route{
		{"GET", "/setup", Anyone, s.serveSetup},
		{"POST", "/setup", Anyone, s.doSetup},
		{"GET", "/setup/organisation", people.Administer, s.serveSetupOrganisation},
		{"POST", "/setup/organisation", people.Administer, s.doSetupOrganisation},
		{"GET", "/setup/journey", people.Administer, s.serveSetupJourney},
		{"POST", "/setup/journey", people.Administer, s.doSetupJourney},
	}
}

// setupPage is one of the three steps.
type setupPage struct {
	visit  *visit
	Step   int // 1 to 3
	Title  string
	Sub    string
	Action string
	Error  string // said on top when it belongs to no field
	Fields []ui.Field
	Choice []ui.ChoiceCard
	Do     string
}

const setupSteps = 3

func newSetupPage(v *visit, token string) *setupPage {
	l := v.Lang
	return &setupPage{visit: v, Step: 1, Title: l.T("setup.admin.title"), Sub: l.T("setup.admin.sub"), Action: "/setup", Do: l.T("setup.next"),
		Fields: []ui.Field{
			{Name: "name", Label: l.T("setup.name"), Required: true, Autocomplete: "name", Autofocus: true, Max: 200},
			{Name: "email", Label: l.T("setup.email"), Kind: "email", Required: true, Autocomplete: "username", Max: 254},
			{Name: "password", Label: l.T("setup.password"), Kind: "password", Required: true, Autocomplete: "new-password", Hint: l.T("me.password.rules"), Strength: strengthPath},
			{Name: "token", Kind: "hidden", Value: token},
		}}
}

func newSetupOrganisationPage(v *visit) *setupPage {
	l := v.Lang
	return &setupPage{visit: v, Step: 2, Title: l.T("setup.organisation.title"), Sub: l.T("setup.organisation.sub"),
		Action: "/setup/organisation", Do: l.T("setup.next"), Fields: organisationFields(v)}
}

// organisationFields ask for what the settings page asks again.
func organisationFields(v *visit) []ui.Field {
	l := v.Lang
	langs := []ui.Option{
		{Value: "fr", Label: "Français", Selected: v.Settings.Lang == "fr"},
		{Value: "en", Label: "English", Selected: v.Settings.Lang == "en"},
	}
	return []ui.Field{
		{Name: "name", Label: l.T("settings.organisation.name"), Value: v.Settings.Name, Required: true, Autocomplete: "organization", Max: 200},
		{Name: "lang", Label: l.T("settings.organisation.lang"), Kind: "select", Options: langs, Required: true},
		{Name: "zone", Label: l.T("settings.organisation.zone"), Value: v.Settings.Zone, Required: true, Hint: l.T("settings.organisation.zone.hint")},
		{Name: "contact", Label: l.T("settings.organisation.contact"), Kind: "email", Value: v.Settings.Contact, Hint: l.T("settings.organisation.contact.hint"), Max: 254},
	}
}

func newSetupJourneyPage(v *visit) (*setupPage, error) {
	templates, err := journey.Templates()
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &setupPage{visit: v, Step: 3, Title: l.T("setup.journey.title"), Sub: l.T("setup.journey.sub"), Action: "/setup/journey", Do: l.T("setup.finish")}
	for i, t := range templates {
		p.Choice = append(p.Choice, ui.ChoiceCard{Value: t.Key, Title: l.Text(t.Name), Text: l.Text(t.Summary), Selected: i == 0})
	}
	p.Choice = append(p.Choice, ui.ChoiceCard{Value: "", Title: l.T("setup.journey.later"), Text: l.T("setup.journey.later.text")})
	return p, nil
}

// refuse puts what is wrong beside its field. It gives err back when it is not the person's to correct.
func (p *setupPage) refuse(err error) error {
	e, ok := errors.AsType[*cx.Error](err)
	if !ok || e.Kind == cx.Internal || e.Kind == cx.Unavailable {
		return err
	}
	for i := range p.Fields {
		if p.Fields[i].Name == e.Field {
			p.Fields[i].Error = p.visit.Lang.Error(e)
			return nil
		}
	}
	p.Error = p.visit.Lang.Error(e)
	return nil
}

// keep puts what was typed back, but passwords and the stamp of what was shown then.
func (p *setupPage) keep(r *http.Request) {
	for i, f := range p.Fields {
		switch {
		case f.Kind == "password", f.Name == seenName:
		case f.Kind == "select":
			for k := range f.Options {
				f.Options[k].Selected = f.Options[k].Value == r.PostForm.Get(f.Name)
			}
		default:
			p.Fields[i].Value = r.PostForm.Get(f.Name)
		}
	}
}

func (s *Server) serveSetup(w http.ResponseWriter, r *http.Request, v *visit) error {
	empty, err := s.isEmpty(r.Context())
	if err != nil {
		return err
	}
	if !empty {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	token := r.URL.Query().Get("token")
	if err := s.checkSetupToken(r, token); err != nil {
		return err
	}
	return s.render(w, r, setupView(newSetupPage(v, token)))
}

func (s *Server) checkSetupToken(r *http.Request, given string) error {
	if (s.SetupToken == "" || s.SetupLocal) && sameMachine(r) {
		return nil
	}
	if s.SetupToken == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.SetupToken)) != 1 {
		return cx.Fail(cx.Denied, "", "setup.token")
	}
	return nil
}

// sameMachine tells whether a request comes from a browser on this machine: a proxy on it names itself or keeps the name
// under which the world knows it.
func sameMachine(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return (host == "localhost" || ip.IsLoopback()) && net.ParseIP(remoteIP(r)).IsLoopback()
}

func (s *Server) doSetup(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.checkSetupToken(r, r.PostForm.Get("token")); err != nil {
		return err
	}
	f := r.PostForm
	u, err := s.People.FirstUser(r.Context(), people.NewUser{Name: f.Get("name"), Email: f.Get("email"), Password: f.Get("password"), Lang: v.Lang.Tag()})
	if err != nil {
		p := newSetupPage(v, f.Get("token"))
		p.keep(r)
		if err := p.refuse(err); err != nil {
			return err
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), setupView(p))
	}
	if err := s.open(r, u); err != nil {
		return err
	}
	http.Redirect(w, r, "/setup/organisation", http.StatusSeeOther)
	return nil
}

func (s *Server) serveSetupOrganisation(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.render(w, r, setupView(newSetupOrganisationPage(v)))
}

func (s *Server) doSetupOrganisation(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.saveOrganisation(r, v, organisationOf(r.PostForm)); err != nil {
		p := newSetupOrganisationPage(v)
		p.keep(r)
		if err := p.refuse(err); err != nil {
			return err
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), setupView(p))
	}
	http.Redirect(w, r, "/setup/journey", http.StatusSeeOther)
	return nil
}

type organisation struct{ name, lang, zone, contact string }

func organisationOf(f url.Values) organisation {
	return organisation{f.Get("name"), f.Get("lang"), f.Get("zone"), strings.TrimSpace(f.Get("contact"))}
}

func editOrganisation(o organisation) settingsEdit {
	return settingsEdit{"organisation", func(x people.Settings) any { return [...]string{x.Name, x.Lang, x.Zone, x.Contact} },
		func(x *people.Settings) { x.Name, x.Lang, x.Zone, x.Contact = o.name, o.lang, o.zone, o.contact }}
}

func (s *Server) saveOrganisation(r *http.Request, v *visit, o organisation) error {
	if o.name == "" {
		return cx.Fail(cx.Invalid, "name", "people.needed")
	}
	if _, err := mail.ParseAddress(o.contact); err != nil && o.contact != "" {
		return cx.Fail(cx.Invalid, "contact", "people.email", "value", o.contact)
	}
	if _, err := time.LoadLocation(o.zone); err != nil || o.zone == "" {
		return cx.Fail(cx.Invalid, "zone", "people.zone", "zone", o.zone)
	}
	return s.editSettings(r, v, editOrganisation(o))
}

func (s *Server) serveSetupJourney(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := newSetupJourneyPage(v)
	if err != nil {
		return err
	}
	return s.render(w, r, setupView(p))
}

func (s *Server) doSetupJourney(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	templates, err := journey.Templates()
	if err != nil {
		return err
	}
	for _, t := range templates {
		if t.Key == r.PostForm.Get("template") {
			if err := s.Journeys.Put(r.Context(), v.Viewer.Actor(), t.Journey); err != nil {
				return err
			}
			s.toast(r, v.Lang.T("setup.journey.done", "name", t.Journey.Name))
		}
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
