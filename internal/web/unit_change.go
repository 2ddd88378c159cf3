package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// unitFind proposes units while one types.
const unitFind = "/settings/units/find?part=find"

// unitFieldsShown are offered to a user, and one more once they are full.
const unitFieldsShown = 2

// unitFields take the units of a user, each by its key.
func unitFields(v *visit, o *people.Organisation, units []cx.UnitID) []ui.Field {
	var out []ui.Field
	for i := range max(unitFieldsShown, len(units)+1) {
		f := ui.Field{Name: "unit", ID: "f-unit-" + strconv.Itoa(i), Label: v.Lang.T("people.unit.more"), Hint: v.Lang.T("people.unit.more.hint"), Max: 64, Find: unitFind, Autocomplete: "off"}
		if i == 0 {
			f.Label, f.Hint = v.Lang.T("cockpit.filter.unit"), v.Lang.T("people.unit.hint")
		}
		if i < len(units) {
			f.Value = string(units[i])
			f.Hint = o.Name(units[i], v.Lang.Tag())
		}
		out = append(out, f)
	}
	return out
}

// unitsFound are offered while one types.
const unitsFound = 20

// serveUnitFind gives the units in use whose name or key holds what is typed.
func (s *Server) serveUnitFind(w http.ResponseWriter, r *http.Request, v *visit) error {
	q := r.URL.Query().Get("unit")
	if !isPart(r) {
		http.Redirect(w, r, "/settings/units?"+url.Values{"q": {q}}.Encode(), http.StatusSeeOther)
		return nil
	}
	o, err := s.People.Present(r.Context())
	if err != nil {
		return err
	}
	var list []ui.Option
	for _, u := range o.Units() {
		name := o.Name(u.Key, v.Lang.Tag())
		if u.Closed || !found(q, name, string(u.Key)) {
			continue
		}
		if list = append(list, ui.Option{Value: string(u.Key), Label: name}); len(list) == unitsFound {
			break
		}
	}
	return s.render(w, r, unitOptions(list))
}

// doUnit adds a unit, or changes one: its name, level, zone, and where it stands.
func (s *Server) doUnit(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.People.Present(r.Context())
	if err != nil {
		return err
	}
	f := r.PostForm
	key := cx.UnitID(strings.TrimSpace(f.Get("key")))
	u, known := o.Unit(key)
	if known && f.Get("new") != "" {
		return s.refuseUnit(w, r, v, cx.Fail(cx.Conflict, "key", "people.unit_twice", "key", string(key)))
	}
	u.Key, u.Level, u.Zone, u.Parent, u.Name = key, strings.TrimSpace(f.Get("level")), strings.TrimSpace(f.Get("zone")), cx.UnitID(strings.TrimSpace(f.Get("unit"))), cx.Text{}
	for _, tag := range []string{"fr", "en"} {
		if name := strings.TrimSpace(f.Get(tag)); name != "" {
			u.Name[tag] = name
		}
	}
	if len(u.Name) == 0 {
		return s.refuseUnit(w, r, v, cx.Fail(cx.Invalid, "fr", "people.needed"))
	}
	batch, err := s.People.ChangeUnits(r.Context(), people.UnitChanges{Actor: v.Viewer.Actor(), Day: f.Get("day"), Units: []people.Unit{u}})
	if err != nil {
		return s.refuseUnit(w, r, v, err)
	}
	return s.unitsChanged(w, r, v, batch, string(key))
}

// unitsChanged goes back to the tree and offers to take the change back.
func (s *Server) unitsChanged(w http.ResponseWriter, r *http.Request, v *visit, batch int64, key string) error {
	if batch == 0 {
		s.toast(r, v.Lang.T("unit.same"))
	} else {
		s.done(r, v, v.Lang.T("settings.saved"), &ui.Undo{Action: "/settings/units/undo", Fields: []ui.Hidden{{Name: "batch", Value: strconv.FormatInt(batch, 10)}, {Name: "key", Value: key}}})
	}
	to := "/settings/units"
	if key != "" {
		to = withParam(to, "unit", key)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// refuseUnit draws the page again with what is wrong beside its field.
func (s *Server) refuseUnit(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	e, ours := err.(*cx.Error)
	if !ours {
		return err
	}
	q := url.Values{"unit": {r.PostForm.Get("key")}}
	if r.PostForm.Get("new") != "" {
		q = url.Values{"unit": {r.PostForm.Get("unit")}, "under": {"1"}}
	}
	p, e2 := s.newUnitsPage(r.Context(), v, q)
	if e2 != nil {
		return e2
	}
	field := strings.TrimPrefix(strings.TrimPrefix(e.Field, "units[0]."), "units[0]")
	if field == "parent" {
		field = "unit"
	}
	if err := v.refuse(&p.Form, &cx.Error{Kind: e.Kind, Field: field, Code: e.Code, Args: e.Args, Cause: e.Cause}, r); err != nil {
		return err
	}
	return s.renderAs(w, r, api.Status(e.Kind), unitsView(p))
}

// doCloseUnit closes a unit with all that is under it, or opens it again.
func (s *Server) doCloseUnit(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	o, err := s.People.Present(r.Context())
	if err != nil {
		return err
	}
	key, closing := cx.UnitID(r.PostForm.Get("key")), r.PostForm.Get("closed") == "1"
	keys := []cx.UnitID{key}
	if closing {
		keys = o.Subtree(key)
	}
	var units []people.Unit
	for _, k := range keys {
		if u, ok := o.Unit(k); ok {
			u.Closed = closing
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	batch, err := s.People.ChangeUnits(r.Context(), people.UnitChanges{Actor: v.Viewer.Actor(), Units: units})
	if err != nil {
		return err
	}
	return s.unitsChanged(w, r, v, batch, string(key))
}

func (s *Server) doUndoUnits(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	batch, err := strconv.ParseInt(r.PostForm.Get("batch"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "people.batch_unknown")
	}
	says := v.Lang.T("shell.undone")
	if err := s.People.UndoUnits(r.Context(), v.Viewer.Actor(), batch); err != nil {
		if k := cx.KindOf(err); k != cx.Conflict {
			return err
		}
		says = v.Lang.Error(err)
	}
	s.toast(r, says)
	http.Redirect(w, r, withParam("/settings/units", "unit", r.PostForm.Get("key")), http.StatusSeeOther)
	return nil
}

func editLevels(change func(*people.Settings)) settingsEdit {
	return settingsEdit{"levels", func(x people.Settings) any { return x.Levels }, change}
}

// doLevels names the levels in the language of the page.
func (s *Server) doLevels(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	change := func(x *people.Settings) {
		names := map[string]cx.Text{}
		for level, name := range x.Levels {
			names[level] = name
		}
		for field := range r.PostForm {
			level, ok := strings.CutPrefix(field, "level-")
			if !ok {
				continue
			}
			name := cx.Text{}
			for tag, text := range names[level] {
				name[tag] = text
			}
			delete(name, v.Lang.Tag())
			if text := strings.TrimSpace(r.PostForm.Get(field)); text != "" && len(text) <= 200 {
				name[v.Lang.Tag()] = text
			}
			names[level] = name
		}
		x.Levels = names
	}
	says := v.Lang.T("settings.saved")
	switch err := s.editSettings(r, v, editLevels(change)); {
	case cx.KindOf(err) == cx.Conflict:
		says = v.Lang.Error(err)
	case err != nil:
		return err
	}
	s.toast(r, says)
	http.Redirect(w, r, "/settings/units", http.StatusSeeOther)
	return nil
}
