package intake

import (
	"bytes"
	"io"
	"strings"

	"vigie/internal/cx"
)

// A record (a row, with its quoted line ends) longer than this is refused.
const maxRecord = 1 << 20

// After so many quotes that never close, the file is not what its separator and quotes say.
const maxOpenQuotes = 1000

// Row is one row of a file. Line counts from 1 in the file as an editor shows it (the row number in a workbook).
type Row struct {
	Line    int
	Cells   []string
	Problem string // message id; the cells then hold what could be read
}

func (r Row) blank() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.Problem == ""
}

// textRows cuts separated values. encoding/csv is not used: it turns CR LF inside quotes into LF, knows no old-Mac
// line ends, and loses its place at a wrong quote. Here a quote inside a quoted cell counts as its end only before a
// separator or a line end; a cell that never ends costs its own line only.
type textRows struct {
	r          io.Reader
	close      func() error
	sep        byte
	cr         bool // a lone CR ends a line
	buf        []byte
	start, end int
	eof        bool
	line       int
	openQuotes int
	plain      bool // quotes mean nothing
	wrong      int  // quotes that stand where none should
}

func newTextRows(r io.Reader, sep byte, cr bool) *textRows {
	return &textRows{r: r, sep: sep, cr: cr, buf: make([]byte, 64<<10), line: 1}
}

func (t *textRows) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// next gives the next row that is not an empty line, or io.EOF.
func (t *textRows) next() (Row, error) {
	for {
		if t.start == t.end && t.eof {
			return Row{}, io.EOF
		}
		c := cut{b: t.buf[t.start:t.end], sep: t.sep, cr: t.cr, eof: t.eof, plain: t.plain}
		switch c.record() {
		case cutOK:
			row := Row{Line: t.line, Cells: c.cells}
			t.start, t.line, t.wrong = t.start+c.at, t.line+c.lines, t.wrong+c.wrong
			if len(row.Cells) == 1 && row.Cells[0] == "" && !c.quoted {
				continue
			}
			return row, nil
		case cutMore:
			if t.end-t.start < maxRecord && !t.eof {
				if err := t.fill(); err != nil {
					return Row{}, err
				}
				continue
			}
			return t.giveUp(c)
		}
	}
}

// giveUp rejects the first line of a record whose quote never closes.
func (t *textRows) giveUp(c cut) (Row, error) {
	line := t.line
	if !c.quoted || t.openQuotes >= maxOpenQuotes {
		return Row{}, cx.Fail(cx.Invalid, "", "intake.record_too_long", "line", line)
	}
	t.openQuotes++
	t.wrong++
	first := cut{b: t.buf[t.start:t.end], sep: t.sep, cr: t.cr, eof: true, plain: true}
	first.record()
	t.start, t.line = t.start+first.at, t.line+first.lines
	return Row{Line: line, Cells: first.cells, Problem: "intake.quote_open"}, nil
}

func (t *textRows) fill() error {
	if t.start > 0 && t.end == len(t.buf) {
		t.end = copy(t.buf, t.buf[t.start:t.end])
		t.start = 0
	}
	if t.end == len(t.buf) {
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	for t.end < len(t.buf) { // not io.ReadFull, which hides that a packed file was cut short
		n, err := t.r.Read(t.buf[t.end:])
		t.end += n
		if err == io.EOF {
			t.eof = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type cutResult int

const (
	cutOK cutResult = iota
	cutMore
)

// cut reads one record from the start of b.
type cut struct {
	b      []byte
	sep    byte
	cr     bool
	eof    bool
	plain  bool // quotes mean nothing
	at     int
	lines  int
	cells  []string
	quoted bool // a quoted cell was met
	wrong  int  // quotes inside quotes, not doubled
}

func (c *cut) record() cutResult {
	for {
		var ok bool
		if !c.plain && c.at < len(c.b) && c.b[c.at] == '"' {
			ok = c.quotedCell()
		} else {
			ok = c.plainCell()
		}
		if !ok {
			return cutMore
		}
		if c.at < len(c.b) && c.b[c.at] == c.sep {
			c.at++
			if c.at == len(c.b) && !c.eof {
				return cutMore
			}
			continue
		}
		n, ok := c.lineEnd(c.at)
		if !ok {
			return cutMore
		}
		c.at += n
		c.lines++
		return cutOK
	}
}

// lineEnd gives the length of the line end at i (0: none, or the end of the file); false when more bytes must tell.
func (c *cut) lineEnd(i int) (int, bool) {
	switch {
	case i >= len(c.b):
		return 0, c.eof
	case c.b[i] == '\n':
		return 1, true
	case c.b[i] != '\r':
		return 0, true
	case i+1 >= len(c.b) && !c.eof:
		return 0, false
	case i+1 < len(c.b) && c.b[i+1] == '\n':
		return 2, true
	case c.cr || i+1 >= len(c.b):
		return 1, true
	}
	return 0, true
}

func (c *cut) plainCell() bool {
	for i := c.at; ; i++ {
		if i >= len(c.b) {
			if c.eof {
				c.take(string(c.b[c.at:]), i)
			}
			return c.eof
		}
		switch c.b[i] {
		case c.sep, '\n':
			c.take(string(c.b[c.at:i]), i)
			return true
		case '\r':
			n, ok := c.lineEnd(i)
			if !ok {
				return false
			}
			if n > 0 {
				c.take(string(c.b[c.at:i]), i)
				return true
			}
		}
	}
}

func (c *cut) quotedCell() bool {
	c.quoted = true
	var out []byte
	from := c.at + 1
	for i := from; ; {
		k := bytes.IndexByte(c.b[i:], '"')
		if k < 0 {
			return false
		}
		i += k
		if i+1 < len(c.b) && c.b[i+1] == '"' {
			out = append(out, c.b[from:i+1]...)
			i += 2
			from = i
			continue
		}
		ends, ok := c.closes(i + 1)
		if !ok {
			return false
		}
		if ends {
			out = append(out, c.b[from:i]...)
			c.lines += c.count(c.b[c.at:i])
			c.take(string(out), i+1)
			return true
		}
		c.wrong++
		i++
	}
}

// closes tells whether what stands at i ends a cell.
func (c *cut) closes(i int) (ends, ok bool) {
	if i >= len(c.b) {
		return c.eof, c.eof
	}
	if c.b[i] == c.sep {
		return true, true
	}
	n, ok := c.lineEnd(i)
	return n > 0, ok
}

func (c *cut) count(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if c.cr {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return n
}

func (c *cut) take(cell string, at int) {
	c.cells = append(c.cells, cell)
	c.at = at
}
