package web

import (
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// unitRoutes are those of the organisation's tree.
func (s *Server) unitRoutes() []Route {
	return []Route{
		{"GET", "/settings/units/find", people.EditStructure, s.serveUnitFind},
	}
}

// unitField takes one unit by its key.
type unitField struct {
	Label, Hint, Error string
	Value              cx.UnitID
}

// unitFieldsShown are offered to a user, and one more once they are full.
const unitFieldsShown = 2

func unitFields(v *visit, o *people.Organisation, units []cx.UnitID) []unitField {
	var out []unitField
	for i := 0; i < max(unitFieldsShown, len(units)+1); i++ {
		f := unitField{Label: v.Lang.T("people.unit.more"), Hint: v.Lang.T("people.unit.more.hint")}
		if i == 0 {
			f.Label, f.Hint = v.Lang.T("cockpit.filter.unit"), v.Lang.T("people.unit.hint")
		}
		if i < len(units) {
			f.Value = units[i]
			f.Hint = o.Name(units[i], v.Lang.Tag())
		}
		out = append(out, f)
	}
	return out
}

// unitsFound are offered while one types.
const unitsFound = 20

// serveUnitFind gives units whose name or key holds what is typed.
func (s *Server) serveUnitFind(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !isPart(r) {
		http.Redirect(w, r, "/settings", http.StatusSeeOther)
		return nil
	}
	o, err := s.People.Present(r.Context())
	if err != nil {
		return err
	}
	var list []ui.Option
	for _, u := range o.Units() {
		name := o.Name(u.Key, v.Lang.Tag())
		if !found(r.URL.Query().Get("unit"), name, string(u.Key)) {
			continue
		}
		list = append(list, ui.Option{Value: string(u.Key), Label: name})
		if len(list) == unitsFound {
			break
		}
	}
	return s.render(w, r, unitOptions(list))
}
