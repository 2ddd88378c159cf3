package web

import (
	"context"
	"net/http"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// document is a register or an assessment: its sections come with a text that may be written over.
type document struct {
	name     string
	sections []string
}

// register is the record of processing activities (GDPR, article 30).
func register() document {
	return document{"register", []string{"controller", "dpo", "purposes", "basis", "people", "data", "recipients", "transfers", "retention", "security"}}
}

// assessment is the data-protection impact assessment (GDPR, article 35).
func assessment() document {
	return document{"assessment", []string{"context", "necessity", "rights", "risk_access", "risk_change", "risk_loss", "employees", "measures", "opinion", "decision"}}
}

// documentPage is a document, to write and to print.
type documentPage struct {
	frame    ui.Frame
	visit    *visit
	Name     string
	Error    string
	Sections []sectionView
}

// form lets every section be written over.
func (p *documentPage) form() formView {
	l := p.visit.Lang
	f := formView{Note: l.T("protect.document.note"), Error: p.Error, Action: p.at(), Do: l.T("settings.save"), Class: "document",
		Beside: &ui.Button{Label: l.T("protect.file"), Href: p.at() + ".html", Style: "quiet", Icon: "download"}}
	for _, x := range p.Sections {
		field := ui.Field{Name: x.Key, Label: x.Title, Kind: "textarea", Value: x.Text, Max: 20000, Quiet: true}
		if x.Own {
			field.Mark = &ui.Tag{Text: l.T("protect.own"), Tone: ui.Good}
		}
		f.Fields = append(f.Fields, field, ui.Field{Name: seenName + "-" + x.Key, Kind: "hidden", Value: x.Seen})
	}
	return f
}

type sectionView struct {
	Key, Title, Text string
	Seen             string // stamp of the text shown
	Own              bool   // written over
}

func (p *documentPage) at() string { return "/settings/protection/" + p.Name }

func (s *Server) newDocumentPage(ctx context.Context, v *visit, d document) (*documentPage, error) {
	l := v.Lang
	p := &documentPage{visit: v, Name: d.name, frame: v.frame(l.T("protect."+d.name), ui.SectionSettings)}
	p.frame.Crumb = []ui.Link{{Label: l.T("settings.protection"), Href: "/settings/protection"}}
	p.frame.Sub = v.Settings.Name
	own, err := s.People.ProtectionTexts(ctx, d.name)
	if err != nil {
		return nil, err
	}
	facts, err := s.documentFacts(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, key := range d.sections {
		x := sectionView{Key: key, Title: l.T("protect." + d.name + "." + key), Text: own[key], Own: own[key] != ""}
		if !x.Own {
			x.Text = l.T("protect."+d.name+"."+key+".text", facts...)
		}
		x.Seen = stamp(x.Text)
		p.Sections = append(p.Sections, x)
	}
	return p, nil
}

// documentFacts is what Vigie knows by itself and fills documents with.
func (s *Server) documentFacts(ctx context.Context, v *visit) ([]any, error) {
	l := v.Lang
	c, err := s.Catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	var personal, others []string
	for _, a := range c.AttributeList {
		name := l.Text(a.Name)
		if name == "" {
			name = string(a.Key)
		}
		if a.Personal {
			personal = append(personal, name)
		} else {
			others = append(others, name)
		}
	}
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	var dpo []string
	for _, u := range users {
		if u.Role == people.DPO && !u.Disabled {
			dpo = append(dpo, u.Name+" ("+u.Email+")")
		}
	}
	council := l.T("protect.fact.no_council")
	if x := v.Settings.Consultation; x != nil {
		council = l.T("protect.fact.council", "on", dayWords(v, x.On), "purpose", strings.TrimRight(x.Purpose, ". "))
	}
	return []any{"name", orElse(v.Settings.Name, l.T("protect.fact.organisation")), "dpo", orElse(strings.Join(dpo, ", "), l.T("protect.fact.no_dpo")),
		"personal", orElse(strings.Join(personal, ", "), l.T("protect.fact.none")), "attributes", orElse(strings.Join(others, ", "), l.T("protect.fact.none")),
		"retention", retentionWords(v), "council", council, "users", len(users)}, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func retentionWords(v *visit) string {
	l, k := v.Lang, v.Settings.Retention
	var parts []string
	for _, x := range []struct {
		id     string
		months int
	}{{"words", k.Words}, {"feedback", k.Feedback}, {"customer", k.Customer}, {"audit", k.Audit}} {
		how := l.T("protect.fact.unlimited")
		if x.months > 0 {
			how = l.T("protect.fact.months", "count", x.months)
		}
		parts = append(parts, l.T("ui.named", "what", l.T("protect.keep."+x.id), "of", how))
	}
	return strings.Join(parts, l.T("ui.then"))
}

func (s *Server) serveDocument(d document) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		p, err := s.newDocumentPage(r.Context(), v, d)
		if err != nil {
			return err
		}
		return s.render(w, r, documentView(p))
	}
}

// serveDocumentFile gives the document as a page of its own, to keep, send or print.
func (s *Server) serveDocumentFile(d document) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		p, err := s.newDocumentPage(r.Context(), v, d)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+`.html"`)
		return s.render(w, r, documentFile(p))
	}
}

func (s *Server) doDocument(d document) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		if err := readForm(w, r); err != nil {
			return err
		}
		p, err := s.newDocumentPage(r.Context(), v, d)
		if err != nil {
			return err
		}
		changed, err := p.write(r)
		if err == nil && len(changed) > 0 {
			err = s.People.WriteProtection(r.Context(), v.Viewer, d.name, changed)
		}
		if kind := cx.KindOf(err); err != nil && (kind == cx.Invalid || kind == cx.Conflict) {
			p.Error = v.Lang.Error(err)
			return s.renderAs(w, r, api.Status(kind), documentView(p))
		}
		if err != nil {
			return err
		}
		s.toast(r, v.Lang.T("settings.saved"))
		http.Redirect(w, r, p.at(), http.StatusSeeOther)
		return nil
	}
}

// write gives the sections that were written over. One that somebody else wrote over meanwhile is left as it is, unless it
// was changed here too: a conflict, with what was typed kept on the page.
func (p *documentPage) write(r *http.Request) (map[string]string, error) {
	changed := map[string]string{}
	var err error
	for i, x := range p.Sections {
		text := strings.ReplaceAll(r.PostForm.Get(x.Key), "\r\n", "\n")
		seen := r.PostForm.Get(seenName + "-" + x.Key)
		if !r.PostForm.Has(x.Key) || text == x.Text || seen == stamp(text) {
			continue
		}
		if seen != "" && seen != x.Seen {
			err = cx.Fail(cx.Conflict, x.Key, "settings.changed_since")
		}
		changed[x.Key], p.Sections[i].Text = text, text
	}
	return changed, err
}

func paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
