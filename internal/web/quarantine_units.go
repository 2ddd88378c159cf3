package web

import (
	"fmt"
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
)

// quarantineUnits creates every unknown unit that feedback waits for.
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
	foreign := map[string]string{} // keys that may not be ours as they are
	waits := 0
	for _, q := range waiting {
		if q.Field != aUnit || one != "" && q.Key != one {
			continue
		}
		key := intake.Slug(q.Key)
		units = append(units, people.Unit{Key: cx.UnitID(key), Name: cx.Text{v.Lang.Tag(): q.Key}})
		if waits += q.N; key != q.Key {
			foreign[q.Key] = key
		}
	}
	if err := s.People.PutUnits(r.Context(), units); err != nil {
		return err
	}
	for from, to := range foreign {
		if _, err := s.Door.Alias(r.Context(), aUnit, from, to); err != nil {
			return err
		}
	}
	if _, err := s.Door.Repair(r.Context()); err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: fmt.Sprintf("units:%d", len(units))}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.quarantine.repaired", "count", waits))
	http.Redirect(w, r, quarantineAt, http.StatusSeeOther)
	return nil
}
