package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// doSurveySections adds, moves and takes away sections, questions and all.
func (s *Server) doSurveySections(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	do, n := r.PostForm.Get("do"), 0
	var gone survey.Section
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		switch do {
		case "add":
			d.Sections = append(d.Sections, survey.Section{})
			return nil
		case "put":
			return putSectionBack(d, r.PostForm)
		}
		at, err := sectionOf(d, r.PostForm.Get("section"))
		if err != nil {
			return err
		}
		if n, err = strconv.Atoi(r.PostForm.Get("section")); err != nil {
			return err
		}
		gone = *at
		return moveSection(d, do, n)
	})
	if err == nil && do == "delete" {
		err = s.offerSectionBack(r, x, gone, n)
	} else if err == nil && do == "put" {
		s.done(r, v, "", nil)
	}
	return s.rewritten(w, r, x, x.at(""), err)
}

func moveSection(d *survey.Definition, do string, n int) error {
	to := n
	switch do {
	case "delete":
		d.Sections = slices.Delete(d.Sections, n, n+1)
		return nil
	case "up":
		to--
	case "down":
		to++
	default:
		return cx.Fail(cx.Invalid, "do", "journey.what")
	}
	if to >= 0 && to < len(d.Sections) {
		d.Sections[n], d.Sections[to] = d.Sections[to], d.Sections[n]
	}
	return nil
}

// offerSectionBack says that a section is gone, and how to have it again.
func (s *Server) offerSectionBack(r *http.Request, x *surveyRoom, gone survey.Section, n int) error {
	b, err := json.Marshal(gone)
	if err != nil {
		return err
	}
	s.toastUndo(r, x.lang().T("surveys.section.deleted", "count", len(gone.Questions)), &ui.Undo{Action: x.at("sections"), Fields: []ui.Hidden{{Name: "do", Value: "put"},
		{Name: "base", Value: strconv.FormatInt(x.Edition, 10)}, {Name: "section", Value: strconv.Itoa(n)}, {Name: "definition", Value: string(b)}}})
	return nil
}

func putSectionBack(d *survey.Definition, f form) error {
	var back survey.Section
	n, err := strconv.Atoi(f.Get("section"))
	known := taken(d)
	if err != nil || json.Unmarshal([]byte(f.Get("definition")), &back) != nil || n < 0 || n > len(d.Sections) ||
		slices.ContainsFunc(back.Questions, func(q survey.Question) bool { return known[q.Key] }) {
		return cx.Fail(cx.Invalid, "do", "journey.what")
	}
	d.Sections = slices.Insert(d.Sections, n, back)
	return nil
}
