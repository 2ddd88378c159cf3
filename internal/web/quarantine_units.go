package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
)

// quarantineUnits creates every unknown unit that feedback waits for.
const quarantineUnits = "/settings/quarantine/units"

// waitedName begins the field of the name of a unit to create; the key that waits ends it.
const waitedName = "name:"

// mostUnitName is how many characters of a name are taken.
const mostUnitName = 100

// waited are the units to create, and what they bring.
type waited struct {
	units   []people.Unit
	foreign map[string]string // keys that may not be ours as they are, to the unit each becomes
	waits   int               // feedbacks
}

// unitsWaited lists the units that feedback waits for, one alone when one is named, each under the name given to it. Those
// there are already are taken as they are.
func unitsWaited(r *http.Request, l lang.Lang, o *people.Organisation, waiting []collect.Waits) waited {
	w, one := waited{foreign: map[string]string{}}, r.PostForm.Get("from")
	for _, q := range waiting {
		if q.Field != aUnit || one != "" && q.Key != one {
			continue
		}
		key := intake.Slug(q.Key)
		name := []rune(cmp.Or(strings.TrimSpace(r.PostForm.Get(waitedName+q.Key)), q.Key))
		if _, known := o.Unit(cx.UnitID(key)); !known {
			w.units = append(w.units, people.Unit{Key: cx.UnitID(key), Name: cx.Text{l.Tag(): string(name[:min(len(name), mostUnitName)])}})
		}
		if w.waits += q.N; key != q.Key {
			w.foreign[q.Key] = key
		}
	}
	return w
}

func (s *Server) doCreateWaited(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	waiting, err := s.Door.Waiting(r.Context())
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	o, err := s.People.Present(r.Context())
	if err != nil {
		return err
	}
	all := unitsWaited(r, v.Lang, o, waiting)
	if err := s.People.PutUnits(r.Context(), all.units); err != nil {
		return err
	}
	for from, to := range all.foreign {
		if _, err := s.Door.Alias(r.Context(), aUnit, from, to); err != nil {
			return err
		}
	}
	if _, err := s.Door.Repair(r.Context()); err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: fmt.Sprintf("units:%d", len(all.units))}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.quarantine.repaired", "count", all.waits))
	http.Redirect(w, r, quarantineAt, http.StatusSeeOther)
	return nil
}
