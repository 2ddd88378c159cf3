package foreign_test

import (
	"encoding/json"
	"encoding/xml"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/lang"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/survey/foreign"
)

// realFiles gives the files of other tools that lie beside the project, when they do.
func realFiles(t *testing.T, ext string) []string {
	t.Helper()
	var l []string
	err := filepath.WalkDir("../../../../../shared/data/definitions", func(p string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ext) {
			l = append(l, p)
		}
		return err
	})
	if err != nil || len(l) == 0 {
		t.Skipf("no real files here (%v)", err)
	}
	return l
}

// present lists the questions of a file, read apart from the code under test.
func present(t *testing.T, path string, b []byte) (l []string) {
	t.Helper()
	if strings.HasSuffix(path, ".lss") {
		var d struct {
			Rows []struct {
				Title  string `xml:"title"`
				Parent string `xml:"parent_qid"`
				QID    string `xml:"qid"`
			} `xml:"questions>rows>row"`
		}
		if err := xml.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, r := range d.Rows {
			if !seen[r.QID] {
				l = append(l, r.Title)
			}
			seen[r.QID] = true
		}
		return l
	}
	var d struct {
		SurveyElements []struct {
			Element string
			Payload json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	for _, e := range d.SurveyElements {
		var p struct{ DataExportTag string }
		if e.Element == "SQ" && json.Unmarshal(e.Payload, &p) == nil {
			l = append(l, p.DataExportTag)
		}
	}
	return l
}

var aTag = regexp.MustCompile(`<[a-zA-Z/!?]|\$\{`)

func TestRealFilesAreCarriedOrToldQuestionByQuestion(t *testing.T) {
	t.Parallel()
	for _, ext := range []string{".lss", ".qsf"} {
		for _, path := range realFiles(t, ext) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			d, losses, err := foreign.Read(filepath.Base(path), b)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if err := d.Check(); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			carried, lost := 0, 0
			for _, tag := range present(t, path, b) {
				switch in, out := has(&d, tag), leftOut(losses, tag); {
				case in:
					carried++
				case out:
					lost++
				default:
					t.Errorf("%s: %s is neither carried nor told", path, tag)
				}
			}
			t.Logf("%s: %d carried, %d left out, %d losses and notes", filepath.Base(path), carried, lost, len(losses))
			clean(t, path, &d)
			readable(t, losses)
		}
	}
}

func has(d *survey.Definition, tag string) bool {
	key := strings.ToLower(tag)
	for _, q := range d.Questions() {
		if string(q.Key) == key || strings.HasPrefix(string(q.Key), key+"_") {
			return true
		}
	}
	return false
}

func leftOut(l []foreign.Loss, tag string) bool {
	for _, x := range l {
		if x.Question == tag && foreign.LeftOut(x) {
			return true
		}
	}
	return false
}

// clean wants no markup and no pipe of another tool in any text.
func clean(t *testing.T, name string, d *survey.Definition) {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	each(v, func(s string) {
		if aTag.MatchString(s) {
			t.Errorf("%s: %q", name, s)
		}
	})
}

func each(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, x := range v {
			each(x, visit)
		}
	case map[string]any:
		for _, x := range v {
			each(x, visit)
		}
	}
}

// readable wants each loss to have words, all its values put in.
func readable(t *testing.T, l []foreign.Loss) {
	t.Helper()
	for _, x := range l {
		for _, tag := range lang.Tags() {
			var args []any
			for k, v := range x.Args {
				args = append(args, k, v)
			}
			if !lang.For(tag).Has(x.Code) {
				t.Errorf("%s has no words in %s", x.Code, tag)
			}
			if s := lang.For(tag).T(x.Code, args...); regexp.MustCompile(`^\{[a-z]+\}|[^{$]\{(kind|text|n|point|choice|name|value|names|condition|to|section|address|label|language|max|codes|key)\}`).MatchString(s) {
				t.Errorf("%s: a value is missing: %q (%v)", x.Code, s, x.Args)
			}
		}
	}
}

// The columns of an export of answers are the keys of the survey, so that answers find their questions.
func TestKeysAreTheColumnsOfExportedAnswers(t *testing.T) {
	t.Parallel()
	for _, path := range realFiles(t, ".qsf") {
		dir := filepath.Dir(path)
		tables, err := filepath.Glob(filepath.Join(dir, "*(Insights).csv"))
		if len(tables) == 0 {
			tables, err = filepath.Glob(filepath.Join(dir, "Matrix_Single*.csv"))
		}
		if err != nil || len(tables) == 0 {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d, _, err := foreign.Read(path, b)
		if err != nil {
			t.Fatal(err)
		}
		columns := columnsOf(&d)
		csv, err := os.ReadFile(tables[0])
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(csv), "\n")
		for _, h := range strings.Split(strings.TrimSpace(head), ",") {
			h = strings.ToLower(strings.Trim(h, `"`))
			if (strings.HasPrefix(h, "q") || strings.HasPrefix(h, "m")) && !columns[h] && !strings.HasSuffix(h, "_text") {
				t.Errorf("%s: no question for the column %s", filepath.Base(path), h)
			}
		}
	}
}

func columnsOf(d *survey.Definition) map[string]bool {
	l := map[string]bool{}
	for _, q := range d.Questions() {
		key := string(q.Key)
		l[key] = true
		for _, o := range q.Choices {
			l[key+"_"+o.Key] = true
		}
		for _, r := range q.Rows {
			l[key+"_"+r.Key] = true
		}
	}
	return l
}
