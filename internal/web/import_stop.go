package web

import (
	"context"
	"net/http"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
)

func (s *Server) doStopImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.changeImport(w, r, v, importChange{"import.stop", s.Imports.Cancel})
}

func (s *Server) doResumeImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.changeImport(w, r, v, importChange{"import.resume", s.Imports.Resume})
}

func (s *Server) doUndoImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.changeImport(w, r, v, importChange{"import.undo", s.Imports.Undo})
}

// importChange is something done to an import, as the audit trail calls it.
type importChange struct {
	what string
	do   func(context.Context, cx.ImportID) error
}

// changeImport does it and shows the import. One that is in another state by now is shown as it is, with a word.
func (s *Server) changeImport(w http.ResponseWriter, r *http.Request, v *visit, c importChange) error {
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	err = c.do(r.Context(), i.ID)
	switch {
	case cx.KindOf(err) == cx.Conflict:
		s.toast(r, v.Lang.Error(err))
	case err != nil:
		return err
	default:
		entry := people.Entry{Actor: v.Viewer.Actor(), What: c.what, Subject: "import:" + strconv.FormatInt(int64(i.ID), 10)}
		if err := s.People.Audit(r.Context(), entry); err != nil {
			return err
		}
	}
	http.Redirect(w, r, importAddress(i.ID), http.StatusSeeOther)
	return nil
}

// mapRoom is the largest map taken.
const mapRoom = 4 << 20

// doLayMap lays a map kept in a file over a draft.
func (s *Server) doLayMap(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, mapRoom+formRoom)
	var laid intake.Import
	part, problem := s.filePart(r)
	if problem == nil {
		laid, problem = s.Imports.Lay(r.Context(), i.ID, part)
	}
	switch kind := cx.KindOf(problem); {
	case problem != nil && (kind == cx.Internal || kind == cx.Unavailable):
		return problem
	case problem != nil:
		return s.showImport(w, r, v, i, problem)
	}
	s.toast(r, v.Lang.T("import.map.taken"))
	http.Redirect(w, r, importAddress(laid.ID), http.StatusSeeOther)
	return nil
}
