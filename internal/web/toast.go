package web

import (
	"encoding/json"
	"net/http"

	"vigie/internal/web/ui"
)

// toast says something on top of the next page.
func (s *Server) toast(r *http.Request, text string) { s.toastUndo(r, text, nil) }

// toastUndo says what was done, and offers to take it back. A form that takes something back carries undoing: what it
// did is not offered to be taken back again.
func (s *Server) toastUndo(r *http.Request, text string, undo *ui.Undo) {
	if undo != nil {
		undo.Fields = append(undo.Fields, ui.Hidden{Name: undoing, Value: "1"})
	}
	b, err := json.Marshal(ui.Toast{Text: text, Undo: undo})
	if err != nil {
		return // strings alone: never
	}
	s.sessions.Put(r.Context(), sessionToast, string(b))
}

// undoing marks a form sent by the button of a toast.
const undoing = "undoing"

// done is toastUndo after a form: its own words when the form itself took something back.
func (s *Server) done(r *http.Request, v *visit, text string, undo *ui.Undo) {
	if r.PostForm.Get(undoing) != "" {
		text, undo = v.Lang.T("shell.undone"), nil
	}
	s.toastUndo(r, text, undo)
}

// popToast gives what is to be said on this page, once.
func (s *Server) popToast(r *http.Request) []ui.Toast {
	var t ui.Toast
	if json.Unmarshal([]byte(s.sessions.PopString(r.Context(), sessionToast)), &t) != nil || t.Text == "" {
		return nil
	}
	return []ui.Toast{t}
}
