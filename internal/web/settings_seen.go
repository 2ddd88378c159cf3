package web

import (
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// seenName is the field of a form that carries the stamp of what the form showed: who saves over something newer is told,
// with what they typed still there.
const seenName = "seen"

func seenField(shown any) ui.Field {
	return ui.Field{Name: seenName, Kind: "hidden", Value: stamp(shown)}
}

// checkSeen refuses a form that was filled over something else than what stands now. A form without a stamp is taken.
func checkSeen(r *http.Request, now any) error {
	if seen := r.PostForm.Get(seenName); seen != "" && seen != stamp(now) {
		return cx.Fail(cx.Conflict, "", "settings.changed_since")
	}
	return nil
}

// settingsEdit is one form of the settings.
type settingsEdit struct {
	subject string                    // in the audit trail
	part    func(people.Settings) any // what the form shows
	change  func(*people.Settings)
}

// seen is the stamp of the form over settings.
func (e settingsEdit) seen(x people.Settings) ui.Field { return seenField(e.part(x)) }

// after is the stamp of the form once it is saved over settings, for the way back.
func (e settingsEdit) after(x people.Settings) ui.Hidden {
	e.change(&x)
	return ui.Hidden{Name: seenName, Value: stamp(e.part(x))}
}

// editSettings saves a form of the settings, unless somebody else saved it since it was shown.
func (s *Server) editSettings(r *http.Request, v *visit, e settingsEdit) error {
	err := s.People.EditSettings(r.Context(), func(x *people.Settings) error {
		if err := checkSeen(r, e.part(*x)); err != nil {
			return err
		}
		e.change(x)
		return nil
	})
	if err != nil {
		return err
	}
	return s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: e.subject})
}
