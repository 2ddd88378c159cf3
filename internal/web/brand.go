package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/colour"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
	"vigie/internal/picture"
	"vigie/internal/web/ui"
)

// brandRoutes give the pages the organisation's face: its name, logo and colours, its word for customers.
func (s *Server) brandRoutes() []Route {
	return []Route{
		{"GET", brandStyle, Anyone, s.serveBrandStyle},
		{"GET", brandLogo, Anyone, s.serveBrandLogo},
		{"GET", brandPath, people.Administer, s.serveBrand},
		{"POST", brandPath, people.Administer, s.doBrand},
		{"POST", brandPath + "/logo", people.Administer, s.doLogo},
	}
}

const (
	brandStyle = "/brand.css"
	brandLogo  = "/brand/logo.png"
	brandPath  = "/settings/brand"
)

// brandOf gives what every page shows of the organisation.
func brandOf(v people.Settings) ui.Brand {
	b := ui.Brand{Name: v.Name}
	if v.LogoVersion != "" {
		b.Logo = brandLogo + "?v=" + v.LogoVersion
	}
	if v.Accent != "" {
		sum := sha256.Sum256([]byte(brandCSS(v)))
		b.Style = brandStyle + "?v=" + hex.EncodeToString(sum[:5])
	}
	return b
}

// brandCSS sets the tokens of the accent in both themes.
func brandCSS(v people.Settings) string {
	light, ok := colour.Parse(v.Accent)
	if !ok {
		return ""
	}
	dark, ok := colour.Parse(v.AccentDark)
	if !ok {
		dark = colour.Dark().Nearest(light)
	}
	set := func(c colour.Colour, g colour.Ground) string {
		return fmt.Sprintf("{--accent:%s;--accent-ink:%s;--accent-soft:%s;--on-accent:%s}", c, c, c.Mix(g.Surface, g.Soft), g.On)
	}
	return ":root" + set(light, colour.Light()) + "\n:root[data-theme=dark]" + set(dark, colour.Dark()) +
		"\n@media (prefers-color-scheme:dark){:root:not([data-theme=light])" + set(dark, colour.Dark()) + "}\n"
}

// face gives the pages of those who are asked the organisation's style sheet and logo.
func face(v people.Settings) (style, logo string) {
	b := brandOf(v)
	return b.Style, b.Logo
}

// themeOf gives the style sheet of an accent of their own.
func themeOf(accent string) string { return brandCSS(people.Settings{Accent: accent}) }

// kept lets a browser keep what its address names by version.
func kept(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("v") != "" {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
}

func (s *Server) serveBrandStyle(w http.ResponseWriter, r *http.Request, v *visit) error {
	kept(w, r)
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = io.WriteString(w, brandCSS(v.Settings)) // the browser has gone: nobody to tell
	return nil
}

func (s *Server) serveBrandLogo(w http.ResponseWriter, r *http.Request, v *visit) error {
	b, err := s.People.Logo(r.Context())
	if err == nil && r.URL.Query().Has("on") {
		b, err = picture.On(b, r.URL.Query().Get("on") == "dark")
	}
	if err != nil {
		return err
	}
	kept(w, r)
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(b) // the browser has gone: nobody to tell
	return nil
}

// brandPage chooses the organisation's face.
type brandPage struct {
	frame    ui.Frame
	visit    *visit
	Tabs     []ui.Tab
	Form     formView
	Contrast []contrastLine
	Logo     string   // "" none
	Send     formView // another logo
}

func (s *Server) newBrandPage(v *visit) *brandPage {
	l := v.Lang
	shell := s.newSettings(v, brandPath)
	p := &brandPage{frame: shell.frame, visit: v, Tabs: shell.Tabs, Logo: v.frame("", "").Brand.Logo}
	words := ui.Field{Name: "customer", Label: l.T("brand.customer"), Kind: "select", Hint: l.T("brand.customer.hint"), Required: true}
	for _, k := range lang.CustomerWords() {
		words.Options = append(words.Options, ui.Option{Value: k, Label: l.CustomerWord(k), Selected: k == v.Settings.Customer})
	}
	p.Form = formView{Title: l.T("brand.title"), Note: l.T("brand.note"), Action: brandPath, Do: l.T("settings.save"), Fields: []ui.Field{words,
		{Name: "accent", Label: l.T("brand.accent"), Value: v.Settings.Accent, Hint: l.T("brand.accent.hint"), Max: 7},
		{Name: "accent_dark", Label: l.T("brand.accent.dark"), Value: v.Settings.AccentDark, Hint: l.T("brand.accent.dark.hint"), Max: 7}, editBrand("", "", "").seen(v.Settings)}}
	p.Contrast = contrastLines(v)
	p.Send = formView{Note: l.T("brand.logo.note"), Action: brandPath + "/logo", Do: l.T("brand.logo.send"), Icon: "upload", Files: true, Fields: []ui.Field{
		{Name: "logo", Label: l.T("brand.logo.file"), Kind: "file", Required: true, Accept: "image/png,image/jpeg,image/webp"}}}
	return p
}

func (s *Server) serveBrand(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.render(w, r, brandView(s.newBrandPage(v)))
}

func editBrand(customer, light, dark string) settingsEdit {
	return settingsEdit{"brand", func(x people.Settings) any { return [...]string{x.Customer, x.Accent, x.AccentDark} },
		func(x *people.Settings) { x.Customer, x.Accent, x.AccentDark = customer, light, dark }}
}

func (s *Server) doBrand(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	light, dark := strings.ToLower(strings.TrimSpace(f.Get("accent"))), strings.ToLower(strings.TrimSpace(f.Get("accent_dark")))
	edit := editBrand(f.Get("customer"), light, dark)
	err := cmp.Or(colour.Light().Check("accent", light), colour.Dark().Check("accent_dark", dark))
	if err == nil {
		err = s.editSettings(r, v, edit)
	}
	if err == nil {
		before := v.Settings
		s.done(r, v, v.Lang.T("settings.saved"), &ui.Undo{Action: brandPath, Fields: []ui.Hidden{{Name: "customer", Value: before.Customer},
			{Name: "accent", Value: before.Accent}, {Name: "accent_dark", Value: before.AccentDark}, edit.after(before)}})
		http.Redirect(w, r, brandPath, http.StatusSeeOther)
		return nil
	}
	p := s.newBrandPage(v)
	if e := v.refuse(&p.Form, err, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), brandView(p))
}

const mostLogoFile = 2 << 20

// doLogo takes a picture, or with "remove" takes the present one away.
func (s *Server) doLogo(w http.ResponseWriter, r *http.Request, v *visit) error {
	b, err := readLogo(w, r)
	if err == nil {
		err = s.People.SetLogo(r.Context(), b)
	}
	if err == nil {
		err = s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: "logo"})
	}
	if err == nil {
		s.done(r, v, v.Lang.T("settings.saved"), nil)
		http.Redirect(w, r, brandPath, http.StatusSeeOther)
		return nil
	}
	if cx.KindOf(err) != cx.Invalid {
		return err
	}
	p := s.newBrandPage(v)
	p.Send.Fields[0].Error = v.Lang.Error(err)
	return s.renderAs(w, r, api.Status(cx.Invalid), brandView(p))
}

func readLogo(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	wait(w, time.Now().Add(formPatience))
	defer wait(w, time.Time{})
	r.Body = http.MaxBytesReader(w, r.Body, mostLogoFile+1<<16)
	if err := r.ParseMultipartForm(mostLogoFile); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, cx.Fail(cx.Invalid, "logo", "brand.logo.large", "max", mostLogoFile>>20)
	}
	if r.FormValue("remove") != "" {
		return nil, nil
	}
	file, _, err := r.FormFile("logo")
	if err != nil {
		return nil, cx.Fail(cx.Invalid, "logo", "brand.logo.none")
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, mostLogoFile))
	if err != nil {
		return nil, cx.Fail(cx.Invalid, "logo", "brand.logo.none")
	}
	return picture.Logo(b, "logo")
}
