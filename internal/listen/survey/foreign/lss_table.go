package foreign

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// row of a LimeSurvey table: its filled columns.
type row map[string]string

const (
	xmlDepthMost = 12
	rowsOfFile   = 200_000
)

var (
	errDoctype = errors.New("a document type declaration")
	errRows    = errors.New("too many rows")
)

// tables reads the tables of a LimeSurvey file. A document type is refused: nothing may come from elsewhere.
func tables(b []byte) (map[string][]row, []string, error) {
	t := tableReader{out: map[string][]row{}}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Entity = xml.HTMLEntity
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.take(tok)
		}
		if err != nil {
			return nil, nil, broken(err)
		}
	}
	return t.out, t.languages, nil
}

type tableReader struct {
	out       map[string][]row
	languages []string
	path      []string
	current   row
	text      strings.Builder
	n         int
}

func (t *tableReader) take(tok xml.Token) error {
	switch tok := tok.(type) {
	case xml.Directive:
		return errDoctype
	case xml.StartElement:
		if t.path = append(t.path, tok.Name.Local); len(t.path) > xmlDepthMost {
			return errDeep
		}
		t.text.Reset()
		if len(t.path) == 4 && tok.Name.Local == "row" {
			if t.n++; t.n > rowsOfFile {
				return errRows
			}
			t.current = row{}
		}
	case xml.CharData:
		t.text.Write(tok)
	case xml.EndElement:
		t.end(tok.Name.Local)
		t.path = t.path[:len(t.path)-1]
	}
	return nil
}

func (t *tableReader) end(name string) {
	switch {
	case len(t.path) == 5 && t.current != nil:
		if s := t.text.String(); s != "" {
			t.current[name] = s
		}
	case len(t.path) == 4 && name == "row" && t.current != nil:
		t.out[t.path[1]] = append(t.out[t.path[1]], t.current)
		t.current = nil
	case len(t.path) == 3 && t.path[1] == "languages":
		t.languages = append(t.languages, t.text.String())
	case len(t.path) == 2:
		t.out["="+name] = append(t.out["="+name], row{"value": strings.TrimSpace(t.text.String())})
	}
	t.text.Reset()
}

// merged gives one row for each id, in order of a column; a row a language gave is the same one.
func merged(l []row, id, order string) []row {
	seen := map[string]bool{}
	var out []row
	for _, r := range l {
		key := r[id] + "\x00" + r["scale_id"]
		if r[id] != "" && !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b row) int {
		x, _ := strconv.Atoi(a[order])
		y, _ := strconv.Atoi(b[order])
		return cmp.Compare(x, y)
	})
	return out
}
