package foreign

import (
	"bytes"
	"errors"
	"path"
	"strings"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// Loss is one thing of the file that is not in the survey as it was, or that somebody should look at.
type Loss = survey.Loss

// LeftOut tells that the question itself is not in the survey.
func LeftOut(l Loss) bool {
	switch l.Code {
	case "foreign.question", "foreign.hidden", "foreign.trash", "foreign.unused":
		return true
	}
	return false
}

const sizeMost = 20 << 20

// Read gives the survey a file defines and what could not be carried. name is the file's, for want of another. The error
// says why the file is not one (*cx.Error) or, the survey being given nonetheless, why it may not be published yet
// (what survey.Definition.Check says).
func Read(name string, b []byte) (survey.Definition, []Loss, error) {
	if len(b) > sizeMost {
		return survey.Definition{}, nil, cx.Fail(cx.Invalid, "", "foreign.large", "max", sizeMost>>20)
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	r := newReader()
	var err error
	switch {
	case bytes.HasPrefix(b, []byte("<")):
		err = r.limeSurvey(b)
	case bytes.HasPrefix(b, []byte("{")) && utf8.Valid(b):
		err = r.json(b)
	default:
		err = cx.Fail(cx.Invalid, "", "foreign.unknown")
	}
	if err != nil {
		return survey.Definition{}, nil, err
	}
	r.named(name)
	err = r.mend()
	return r.d, r.losses, err
}

func (r *reader) json(b []byte) error {
	root, err := parseJSON(b)
	if err != nil {
		return err
	}
	switch {
	case root.get("SurveyElements").isList():
		return r.qualtrics(root)
	case root.get("pages").isList() || root.get("elements").isList():
		return r.surveyJS(root)
	}
	return cx.Fail(cx.Invalid, "", "foreign.unknown")
}

// reader gathers one survey.
type reader struct {
	d      survey.Definition
	losses []Loss
	told   map[string]bool // losses that are told once
	keys   map[string]bool // of questions, taken
	asked  map[string]*target
	source map[survey.QuestionID]string // the file's name of a question
	pipes  func(r *reader, question, text string) string
}

func newReader() *reader {
	return &reader{told: map[string]bool{}, keys: map[string]bool{}, asked: map[string]*target{}, source: map[survey.QuestionID]string{}}
}

// lose notes a loss; the same one of the same question is told once.
func (r *reader) lose(question, code string, args ...any) { r.tell(question, code, false, args) }

func (r *reader) note(question, code string, args ...any) { r.tell(question, code, true, args) }

func (r *reader) tell(question, code string, note bool, args []any) {
	e := cx.Fail(cx.Invalid, question, code, args...)
	id := question + "\x00" + code
	for _, a := range args {
		if s, ok := a.(string); ok {
			id += "\x00" + s
		}
	}
	if r.told[id] {
		return
	}
	r.told[id] = true
	r.losses = append(r.losses, Loss{Question: question, Code: code, Args: e.Args, Note: note})
}

// named gives the survey the name and key it has none of.
func (r *reader) named(file string) {
	file = strings.TrimSuffix(path.Base(strings.ReplaceAll(file, "\\", "/")), path.Ext(file))
	if len(r.d.Languages) == 0 {
		r.d.Languages = []string{"en"}
	}
	if blank(r.d.Name) {
		if strings.TrimSpace(file) == "" || file == "." {
			file = "survey"
		}
		r.d.Name = cx.Text{r.d.Languages[0]: file}
	}
	for _, s := range []string{r.d.Name.In(r.d.Languages[0]), file, "survey"} {
		if r.d.Key == "" {
			r.d.Key = cx.SurveyID(cx.KeyOf(s))
		}
	}
}

// broken is a file that is of the kind but cannot be read.
func broken(reason error) error {
	e := cx.Fail(cx.Invalid, "", "foreign.broken", "reason", reason.Error())
	e.Cause = reason
	return e
}

var errDeep = errors.New("nested too deep")
