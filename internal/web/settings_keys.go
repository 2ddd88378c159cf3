package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) newKeysPage(ctx context.Context, v *visit) (*settingsPage, error) {
	l := v.Lang
	p := s.newSettings(v, "/settings/keys")
	keys, err := s.People.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		row := rowView{Thing: ui.Thing{Name: k.Name, Note: k.Hint + "… · " + v.roleName(k.Role) + " · " + l.T("settings.keys.since", "at", k.Created)}}
		if !k.Revoked.IsZero() {
			row.Tags = []ui.Tag{{Text: l.T("settings.keys.revoked"), Tone: ui.Watch}}
		} else {
			row.Forms = []rowForm{{Action: "/settings/keys/" + strconv.FormatInt(k.ID, 10) + "/revoke",
				Button: ui.Button{Label: l.T("settings.keys.revoke"), Says: l.T("ui.named", "what", l.T("settings.keys.revoke"), "of", k.Name), Style: "danger", Small: true}}}
		}
		p.Rows = append(p.Rows, row)
	}
	if len(keys) == 0 {
		p.Empty = &ui.State{Title: l.T("settings.keys.none"), Text: l.T("settings.keys.none.text")}
	}
	p.Legend = l.T("settings.keys.count", "count", len(keys))
	roles := roleOptions(v, people.Adviser)
	slices.Reverse(roles) // the least powerful first
	p.Forms = []formView{{Title: l.T("settings.keys.add"), Note: l.T("settings.keys.note"), Action: "/settings/keys", Do: l.T("settings.add"), Fields: []ui.Field{
		{Name: "name", Label: l.T("settings.keys.name"), Required: true, Max: 100},
		{Name: "role", Label: l.T("settings.role"), Kind: "select", Required: true, Options: roles},
		{Name: "unit", Label: l.T("cockpit.filter.unit"), Hint: l.T("settings.unit.hint"), Max: 64, Find: unitFind, Autocomplete: "off"},
	}}}
	return p, nil
}

func (s *Server) serveKeys(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newKeysPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

func (s *Server) doAddKey(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	secret, addErr := s.People.AddKey(r.Context(), f.Get("name"), people.Role(f.Get("role")), cx.UnitID(strings.TrimSpace(f.Get("unit"))))
	if addErr == nil {
		if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "key.add", Subject: f.Get("role")}); err != nil {
			return err
		}
	}
	p, err := s.newKeysPage(r.Context(), v)
	if err != nil {
		return err
	}
	if addErr != nil {
		if err := p.refuse(addErr, r.URL.Path, r); err != nil {
			return err
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(addErr)), settingsView(p))
	}
	p.Once, p.Says = secret, v.Lang.T("settings.keys.once", "name", strings.TrimSpace(f.Get("name")))
	return s.render(w, r, settingsView(p))
}

func (s *Server) doRevokeKey(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "key")
	if err != nil {
		return err
	}
	if err := s.People.RevokeKey(r.Context(), id); err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "key.revoke", Subject: "key:" + strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/keys", http.StatusSeeOther)
	return nil
}
