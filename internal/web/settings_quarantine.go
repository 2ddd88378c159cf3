package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) newQuarantinePage(ctx context.Context, g *ground) (*settingsPage, error) {
	l := g.lang()
	p := s.newSettings(g.visit, "/settings/quarantine")
	waiting, err := s.Door.Waiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("quarantine: %w", err)
	}
	unknown := 0
	for _, q := range waiting {
		field := ui.Field{Name: "to", Label: l.T("settings.quarantine.to", "key", q.Key), Required: true, Max: 64}
		if q.Field == "touchpoint" {
			field.Kind = "select"
			for _, x := range g.Journeys.Touchpoints() {
				field.Options = append(field.Options, ui.Option{Value: string(x.Touchpoint.Key), Label: l.Text(x.Touchpoint.Name)})
			}
		}
		row := rowView{Name: q.Key, Note: l.T("settings.quarantine.kind."+q.Field) + " · " + l.T("settings.quarantine.count", "count", q.N) + " · " + l.T("settings.quarantine.since", "at", q.Since)}
		row.Forms = []rowForm{{Action: "/settings/quarantine", Label: l.T("settings.quarantine.map"), Select: &field,
			Hidden: []ui.Hidden{{Name: "kind", Value: q.Field}, {Name: "from", Value: q.Key}}}}
		if q.Field == "unit" {
			unknown++
			row.Forms = append(row.Forms, rowForm{Action: quarantineUnits, Label: l.T("settings.quarantine.create"), Style: "quiet", Hidden: []ui.Hidden{{Name: "from", Value: q.Key}}})
		}
		p.Rows = append(p.Rows, row)
	}
	if unknown > 1 {
		p.Forms = []formView{{Title: l.T("settings.quarantine.units", "count", unknown), Note: l.T("settings.quarantine.units.note"),
			Action: quarantineUnits, Do: l.T("settings.quarantine.units.create", "count", unknown)}}
	}
	p.Legend = l.T("settings.quarantine.note")
	if len(waiting) == 0 {
		p.Legend, p.Empty = "", &ui.State{Title: l.T("settings.quarantine.none"), Text: l.T("settings.quarantine.none.text")}
	}
	return p, nil
}

// quarantineUnits creates the unit that a form names, or every unknown one that feedback waits for.
const quarantineUnits = "/settings/quarantine/units"

func (s *Server) doCreateWaited(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	waiting, err := s.Door.Waiting(r.Context())
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	one := r.PostForm.Get("from")
	var units []people.Unit
	for _, q := range waiting {
		if q.Field == "unit" && (one == "" || q.Key == one) {
			units = append(units, people.Unit{Key: cx.UnitID(q.Key), Name: cx.Text{v.Lang.Tag(): q.Key}})
		}
	}
	if err := s.People.PutUnits(r.Context(), units); err != nil {
		return err
	}
	n, err := s.Door.Repair(r.Context())
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: fmt.Sprintf("units:%d", len(units))}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.quarantine.repaired", "count", n))
	http.Redirect(w, r, "/settings/quarantine", http.StatusSeeOther)
	return nil
}

func (s *Server) serveQuarantine(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newQuarantinePage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

func (s *Server) doAlias(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	n, err := s.Door.Alias(r.Context(), f.Get("kind"), f.Get("from"), strings.TrimSpace(f.Get("to")))
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "alias.add", Subject: f.Get("kind") + ":" + f.Get("to")}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.quarantine.repaired", "count", n))
	http.Redirect(w, r, "/settings/quarantine", http.StatusSeeOther)
	return nil
}
