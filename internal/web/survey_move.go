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

// doSurveyQuestions adds, moves, copies and takes away questions.
func (s *Server) doSurveyQuestions(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	f, to, key := r.PostForm, x.at(""), survey.QuestionID(r.PostForm.Get("question"))
	var gone survey.Question
	var was [2]int
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		switch f.Get("do") {
		case "add":
			added, err := addQuestion(d, f)
			to = x.at("questions/" + string(added))
			return err
		case "put":
			return putBack(d, f)
		}
		var found bool
		if was[0], was[1], found = placeOf(d, key); !found {
			return cx.Fail(cx.Conflict, "question", "survey.no_question", "key", string(key))
		}
		gone = d.Sections[was[0]].Questions[was[1]]
		return changePlace(d, f.Get("do"), was)
	})
	if err == nil && f.Get("do") == "delete" {
		err = s.offerBack(r, x, gone, was)
	} else if err == nil && f.Get("do") == "put" {
		s.done(r, v, "", nil)
	}
	if err == nil && key != "" && to == x.at("") {
		to += "#q-" + string(key)
	}
	return s.rewritten(w, r, x, to, err)
}

// offerBack says that a question is gone, and how to have it again.
func (s *Server) offerBack(r *http.Request, x *surveyRoom, gone survey.Question, was [2]int) error {
	b, err := json.Marshal(gone)
	if err != nil {
		return err
	}
	s.toastUndo(r, x.lang().T("surveys.question.deleted"), &ui.Undo{Action: x.at("questions"), Fields: []ui.Hidden{{Name: "do", Value: "put"}, {Name: "base", Value: strconv.FormatInt(x.Edition, 10)},
		{Name: "section", Value: strconv.Itoa(was[0])}, {Name: "place", Value: strconv.Itoa(was[1])}, {Name: "definition", Value: string(b)}}})
	return nil
}

func placeOf(d *survey.Definition, key survey.QuestionID) (section, place int, found bool) {
	for i := range d.Sections {
		for j := range d.Sections[i].Questions {
			if d.Sections[i].Questions[j].Key == key {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// sectionOf reads which section a form is about.
func sectionOf(d *survey.Definition, text string) (*survey.Section, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= len(d.Sections) {
		return nil, cx.Fail(cx.Invalid, "section", "journey.what")
	}
	return &d.Sections[n], nil
}

func addQuestion(d *survey.Definition, f form) (survey.QuestionID, error) {
	kind := survey.Kind(f.Get("kind"))
	if !slices.Contains(survey.Kinds, kind) {
		return "", cx.Fail(cx.Invalid, "kind", "survey.kind", "value", string(kind))
	}
	if len(d.Sections) == 0 {
		d.Sections = []survey.Section{{}}
	}
	at, err := sectionOf(d, f.Get("section"))
	if err != nil {
		return "", err
	}
	q := survey.Question{Key: freeKey(survey.QuestionID(kind), taken(d)), Kind: kind}
	if kind == survey.Consent {
		q.Purpose = "recontact"
	}
	at.Questions = append(at.Questions, q)
	return q.Key, nil
}

func taken(d *survey.Definition) map[survey.QuestionID]bool {
	out := map[survey.QuestionID]bool{survey.End: true}
	for _, q := range d.Questions() {
		out[q.Key] = true
	}
	return out
}

// putBack gives back a question that was taken away.
func putBack(d *survey.Definition, f form) error {
	var q survey.Question
	at, err := sectionOf(d, f.Get("section"))
	place, e := strconv.Atoi(f.Get("place"))
	if err != nil || e != nil || json.Unmarshal([]byte(f.Get("definition")), &q) != nil || place < 0 || place > len(at.Questions) || taken(d)[q.Key] {
		return cx.Fail(cx.Invalid, "do", "journey.what")
	}
	at.Questions = slices.Insert(at.Questions, place, q)
	return nil
}

func changePlace(d *survey.Definition, do string, was [2]int) error {
	at := &d.Sections[was[0]]
	q := at.Questions[was[1]]
	switch do {
	case "copy":
		q.Key = freeKey(q.Key, taken(d))
		at.Questions = slices.Insert(at.Questions, was[1]+1, q)
	case "delete":
		at.Questions = slices.Delete(at.Questions, was[1], was[1]+1)
	case "up":
		return shift(d, was, -1)
	case "down":
		return shift(d, was, 1)
	default:
		return cx.Fail(cx.Invalid, "do", "journey.what")
	}
	return nil
}

// shift moves a question one place, over to the neighbouring section at the end of its own.
func shift(d *survey.Definition, was [2]int, by int) error {
	at := &d.Sections[was[0]]
	q, to := at.Questions[was[1]], was[1]+by
	if to >= 0 && to < len(at.Questions) {
		at.Questions[was[1]], at.Questions[to] = at.Questions[to], q
		return nil
	}
	next := was[0] + by
	if next < 0 || next >= len(d.Sections) {
		return nil
	}
	at.Questions = slices.Delete(at.Questions, was[1], was[1]+1)
	other, place := &d.Sections[next], 0
	if by < 0 {
		place = len(other.Questions)
	}
	other.Questions = slices.Insert(other.Questions, place, q)
	return nil
}
