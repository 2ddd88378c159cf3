package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// Layout says how a file is cut in rows and named columns.
type Layout struct {
	Encoding   string // of a text; "" is utf-8
	Separator  string // of a text: one ASCII character
	Quotes     string // of a text: "none" when quotes are characters like others
	HeaderRows int    // 0: columns are named #1, #2…
	Skip       int    // rows before the header; empty lines are never counted
	Sheet      string // of a workbook; "": the first with something in it
}

// Header is a column as the file names it.
type Header struct {
	Name  string // unique in the file: "note", "note (2)", "#3" when blank
	Label string // the longer wording when the file has one (Qualtrics' second row), else Name
	ID    string // what the tool itself calls it (Qualtrics' third row), or SurveyMonkey's word under a question; often ""
}

// Rows walks through the rows of a table, header done.
type Rows struct {
	Headers []Header
	Blank   int // rows with nothing in them, passed over
	Mended  *Mended

	src   source
	ahead []Row // rows read before they were asked for
}

type source interface {
	next() (Row, error) // io.EOF at the end
	Close() error
}

// Rows opens the table. seen (may be nil) is told how many stored bytes were read, for a progress bar.
func (f *File) Rows(l Layout, seen func(int64)) (*Rows, error) {
	rows := &Rows{Mended: &Mended{}}
	var err error
	switch f.Kind {
	case XLSX:
		rows.src, err = openXLSX(f, l.Sheet)
	case XLS:
		rows.src, err = openXLS(f, l.Sheet)
	case NDJSON:
		return nil, cx.Fail(cx.Invalid, "", "intake.ndjson_no_columns", "file", f.Name)
	default:
		rows.src, err = f.textSource(l, rows.Mended, seen)
	}
	if err != nil {
		return nil, err
	}
	if f.Kind == XLSX || f.Kind == XLS {
		rows.src = mendedCells{rows.src, rows.Mended}
	}
	if err := rows.readHeader(l); err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return rows, nil
}

// mendedCells repairs the texts of a workbook as those of a text file are, so that the same rows are the same feedback.
type mendedCells struct {
	source
	m *Mended
}

func (c mendedCells) next() (Row, error) {
	row, err := c.source.next()
	for i, cell := range row.Cells {
		row.Cells[i] = c.m.cell(cell)
	}
	return row, err
}

func (f *File) textSource(l Layout, m *Mended, seen func(int64)) (source, error) {
	enc, ok := encodingNamed(l.Encoding)
	if !ok {
		return nil, cx.Fail(cx.Invalid, "encoding", "intake.encoding_unknown", "value", l.Encoding, "known", strings.Join(Encodings, ", "))
	}
	if !validSeparator(l.Separator) {
		return nil, cx.Fail(cx.Invalid, "separator", "intake.separator_bad", "value", l.Separator)
	}
	r, err := f.reader(seen)
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(decode(r, enc, m), 64<<10)
	start, _ := text.Peek(32 << 10)
	if _, n := separatorLine(start); n > 0 {
		text.Discard(n)
	}
	t := newTextRows(text, l.Separator[0], macLines(start))
	if _, n := separatorLine(start); n > 0 {
		t.line = 2
	}
	t.close, t.plain = r.Close, l.Quotes == "none"
	return t, nil
}

func validSeparator(s string) bool {
	return len(s) == 1 && s[0] < 0x80 && s[0] != '"' && s[0] != '\n' && s[0] != '\r' && s[0] != 0
}

// separatorLine reads the line "sep=;" that Excel understands at the top of a file.
func separatorLine(b []byte) (sep string, length int) {
	rest, ok := bytes.CutPrefix(b, []byte("sep="))
	if !ok || len(rest) < 2 || !validSeparator(string(rest[:1])) {
		return "", 0
	}
	for i, end := range []string{"\r\n", "\n", "\r"} {
		if bytes.HasPrefix(rest[1:], []byte(end)) {
			return string(rest[:1]), 5 + len([]string{"\r\n", "\n", "\r"}[i])
		}
	}
	return "", 0
}

// macLines tells whether lone carriage returns end the lines: they stand outside quotes and no line feed does.
func macLines(b []byte) bool {
	quoted, cr := false, false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n':
			return false
		case c == '\r' && i+1 < len(b) && b[i+1] != '\n':
			cr = true
		case c == '\r' && i+1 == len(b):
			cr = cr || len(b) < 32<<10
		}
	}
	return cr
}

// Next gives the next row with something in it, or io.EOF.
func (r *Rows) Next() (Row, error) {
	for {
		row, err := r.pull()
		if err != nil {
			return row, err
		}
		if !row.blank() {
			return row, nil
		}
		r.Blank++
	}
}

// Close releases the file.
func (r *Rows) Close() error { return r.src.Close() }

func (r *Rows) pull() (Row, error) {
	if len(r.ahead) > 0 {
		row := r.ahead[0]
		r.ahead = r.ahead[1:]
		return row, nil
	}
	return r.src.next()
}

func (r *Rows) readHeader(l Layout) error {
	for i := 0; i < l.Skip; i++ {
		if _, err := r.Next(); err != nil {
			return eofIsEmpty(err)
		}
	}
	heads := make([][]string, 0, 3)
	for i := 0; i < l.HeaderRows; i++ {
		row, err := r.Next()
		if err != nil {
			return eofIsEmpty(err)
		}
		heads = append(heads, row.Cells)
	}
	if l.HeaderRows == 0 {
		row, err := r.Next()
		if err != nil {
			return eofIsEmpty(err)
		}
		heads = append(heads, make([]string, len(row.Cells)))
		r.ahead = append([]Row{row}, r.ahead...)
	}
	r.Headers = nameColumns(heads)
	return nil
}

func eofIsEmpty(err error) error {
	if err == io.EOF {
		return cx.Fail(cx.Invalid, "", "intake.file_empty")
	}
	return err
}

// nameColumns joins the header rows. Two rows with blanks in the first (SurveyMonkey): a question over its parts; two
// or three full rows (Qualtrics): keys, wordings, import ids.
func nameColumns(heads [][]string) []Header {
	width := 0
	for _, h := range heads {
		width = max(width, len(h))
	}
	cell := func(row, col int) string {
		if row < len(heads) && col < len(heads[row]) {
			return cleanHeader(heads[row][col])
		}
		return ""
	}
	stacked := len(heads) == 2 && questionsOverParts(cell, width)
	out, over := make([]Header, width), ""
	for i := range out {
		name, label := cell(0, i), cell(1, i)
		id := importID(cell(2, i))
		if stacked {
			if name != "" {
				over = name
			}
			id = label
			name = joinParts(over, label)
			label = name
		}
		if name == "" {
			name = "#" + strconv.Itoa(i+1)
		}
		if label == "" {
			label = name
		}
		out[i] = Header{Name: name, Label: label, ID: id}
	}
	return unique(out)
}

// importID reads {"ImportId":"QID2_TEXT"}; "" for anything else.
func importID(cell string) string {
	if m := importIDShape.FindStringSubmatch(cell); m != nil {
		return m[1]
	}
	return ""
}

var importIDShape = regexp.MustCompile(`^\{\s*["']ImportId["']\s*:\s*["']([^"']*)["']`)

func questionsOverParts(cell func(int, int) string, width int) bool {
	for i := range width {
		if (cell(0, i) == "" && cell(1, i) != "" && i > 0) || fillerPart(cell(1, i)) {
			return true
		}
	}
	return false
}

func joinParts(question, part string) string {
	switch {
	case part == "" || fillerPart(part) || part == question:
		return question
	case question == "":
		return part
	}
	return question + " – " + part
}

// fillerPart is what SurveyMonkey writes under a question that has no parts.
func fillerPart(s string) bool {
	switch s {
	case "Response", "Open-Ended Response", "Réponse", "Réponse libre", "Réponse ouverte":
		return true
	}
	return false
}

// cleanHeader takes out byte order marks, quotes left around a name, and runs of spaces.
func cleanHeader(s string) string {
	if strings.Contains(s, "\ufeff") {
		s = strings.TrimSpace(strings.ReplaceAll(s, "\ufeff", ""))
		if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
			s = s[1 : len(s)-1]
		}
	}
	return strings.Join(strings.Fields(s), " ")
}

func unique(hs []Header) []Header {
	seen := map[string]bool{}
	for i := range hs {
		name := hs[i].Name
		for n := 2; seen[name]; n++ {
			name = hs[i].Name + " (" + strconv.Itoa(n) + ")"
		}
		seen[name] = true
		hs[i].Name = name
	}
	return hs
}
