package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/tally"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

const tallyAt = "/listen/tally"

// tallyRoutes count reasons of contact.
func (s *Server) tallyRoutes() []Route {
	return []Route{
		{"GET", tallyAt, people.ReadFigures, s.serveTally},
		{"POST", tallyAt, people.ReadFigures, s.doTally},
		{"POST", tallyAt + "/undo", people.ReadFigures, s.doTallyUndo},
		{"POST", tallyAt + "/reasons", people.EditStructure, s.doTallyReasons},
	}
}

// tallyDays are shown beside the buttons.
const tallyDays = 7

// tallyPage is one button a reason, and how often each was tapped.
type tallyPage struct {
	frame   ui.Frame
	visit   *visit
	Tabs    []ui.Tab
	Off     bool // no consultation is recorded
	Council bool // the viewer may record it
	Notes   bool // the viewer notes the answers they had to give
	Today   string
	Taps    []tapView
	Table   ui.Table
	MayEdit bool
	Field   ui.Field
	Error   string
}

type tapView struct {
	Reason, Name, ID string
	N                int
}

func (s *Server) newTallyPage(ctx context.Context, v *visit) (*tallyPage, error) {
	l := v.Lang
	p := &tallyPage{visit: v, frame: v.frame(l.T("tally.title"), ui.SectionListen), Tabs: listenTabs(v, tallyAt), Off: v.Settings.Consultation == nil,
		Council: v.Viewer.May(people.Administer), MayEdit: v.Viewer.May(people.EditStructure), Notes: v.noteTab(notesAt), Today: v.Now.Format(time.DateOnly)}
	p.frame.Sub = l.T("tally.sub")
	reasons, err := s.Tally.Reasons(ctx, true)
	if err != nil {
		return nil, err
	}
	counts, err := s.Tally.Counts(ctx, v.Viewer.Scope, v.Now.AddDate(0, 0, 1-tallyDays).Format(time.DateOnly), p.Today)
	if err != nil {
		return nil, err
	}
	n := map[tally.Count]int{}
	for _, c := range counts {
		n[tally.Count{Reason: c.Reason, Day: c.Day}] = c.N
	}
	var names []string
	for _, r := range reasons {
		if r.Retired {
			continue
		}
		names = append(names, r.Name)
		id, err := tapID()
		if err != nil {
			return nil, err
		}
		p.Taps = append(p.Taps, tapView{Reason: r.Key, Name: r.Name, ID: id, N: n[tally.Count{Reason: r.Key, Day: p.Today}]})
	}
	p.Table = tallyTable(v, reasons, n)
	p.Field = ui.Field{Name: "reasons", Kind: "textarea", Label: l.T("tally.reasons"), Hint: l.T("tally.reasons.hint"), Value: strings.Join(names, "\n"), Max: 4000}
	return p, nil
}

func tapID() (string, error) {
	var b [16]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// tallyTable shows reasons by day, the latest first; a retired reason while its days are shown.
func tallyTable(v *visit, reasons []tally.Reason, n map[tally.Count]int) ui.Table {
	l := v.Lang
	t := ui.Table{Caption: l.T("tally.table"), Empty: l.T("tally.none"), Columns: []ui.Column{{Label: l.T("tally.reason.column")}, {Label: l.T("tally.total"), Numeric: true}}}
	var days []string
	for i := range tallyDays {
		day := v.Now.AddDate(0, 0, -i)
		days = append(days, day.Format(time.DateOnly))
		t.Columns = append(t.Columns, ui.Column{Label: l.Day(day), Numeric: true})
	}
	for _, r := range reasons {
		cells, total := []ui.Cell{}, 0
		for _, day := range days {
			k := n[tally.Count{Reason: r.Key, Day: day}]
			total += k
			cells = append(cells, ui.Cell{Text: l.Number(float64(k), 0)})
		}
		if r.Retired && total == 0 {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append([]ui.Cell{{Text: r.Name}, {Text: l.Number(float64(total), 0)}}, cells...)})
	}
	return t
}

func (s *Server) serveTally(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newTallyPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, tallyView(p))
}

func (s *Server) doTally(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	t := tally.Tap{ID: f.Get("id"), Reason: f.Get("reason"), Unit: v.Viewer.Unit, Day: f.Get("day")}
	if err := s.Tally.Tap(r.Context(), t, v.Now); err != nil {
		return err
	}
	if fromScript(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s.toastUndo(r, v.Lang.T("tally.counted"), &ui.Undo{Action: tallyAt + "/undo", Fields: []ui.Hidden{{Name: "id", Value: t.ID}}})
	http.Redirect(w, r, tallyAt, http.StatusSeeOther)
	return nil
}

// fromScript tells a request of the page's script, which wants no page back.
func fromScript(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

func (s *Server) doTallyUndo(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Tally.Undo(r.Context(), r.PostForm.Get("id"), v.Viewer.Unit); err != nil {
		return err
	}
	if fromScript(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s.toast(r, v.Lang.T("tally.undone"))
	http.Redirect(w, r, tallyAt, http.StatusSeeOther)
	return nil
}

func (s *Server) doTallyReasons(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	text := r.PostForm.Get("reasons")
	err := s.Tally.SetReasons(r.Context(), strings.Split(text, "\n"))
	if cx.KindOf(err) == cx.Invalid {
		p, fresh := s.newTallyPage(r.Context(), v)
		if fresh != nil {
			return fresh
		}
		p.Error, p.Field.Value = v.Lang.Error(err), text
		return s.renderAs(w, r, http.StatusUnprocessableEntity, tallyView(p))
	}
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "tally.reasons", Subject: strconv.Itoa(strings.Count(text, "\n") + 1)}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("tally.reasons.saved"))
	http.Redirect(w, r, tallyAt, http.StatusSeeOther)
	return nil
}
