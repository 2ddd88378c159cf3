package intake

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"

	"vigie/internal/cx"
)

const layoutRows = 200

// guessLayout looks at the start of a file: encoding, separator, rows to skip, header rows.
func guessLayout(f *File) (Layout, error) {
	l := Layout{Separator: ","}
	var rows [][]string
	if f.Kind == Text {
		enc := GuessEncoding(f.start)
		text, whole := startText(f, enc)
		l, rows = guessSeparator(text, whole)
		l.Encoding = enc
	} else {
		var err error
		if rows, err = firstRows(f); err != nil {
			return l, err
		}
	}
	if len(rows) == 0 {
		return l, cx.Fail(cx.Invalid, "", "intake.file_empty")
	}
	l.Skip = guessSkip(rows)
	l.HeaderRows = guessHeaderRows(rows[l.Skip:])
	return l, nil
}

// startText decodes the start of the file; whole tells that it is all of it.
func startText(f *File, encodingName string) (text []byte, whole bool) {
	enc, _ := encodingNamed(encodingName)
	if enc == nil {
		enc = encoding.Nop
	}
	text, err := io.ReadAll(decode(bytes.NewReader(f.start), enc, &Mended{}))
	return text, err == nil && len(f.start) < sniffSize
}

func firstRows(f *File) ([][]string, error) {
	r, err := f.Rows(Layout{}, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out [][]string
	for len(out) < layoutRows {
		row, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, row.Cells)
	}
	return out, nil
}

// guessSeparator takes the one that cuts most rows in the same number of cells, the more cells the better; "," when
// none cuts. Where quotes often stand wrong, or in one column at all, they are no quotes.
func guessSeparator(text []byte, whole bool) (l Layout, rows [][]string) {
	if sep, n := separatorLine(text); n > 0 {
		rows, _ = cutStart(text[n:], Layout{Separator: sep}, whole)
		return Layout{Separator: sep}, rows
	}
	best, top, wrong := Layout{Separator: ","}, 0.0, 0
	rows, wrong = cutStart(text, best, whole)
	for _, sep := range []string{",", ";", "\t", "|"} {
		try := Layout{Separator: sep}
		cut, bad := cutStart(text, try, whole)
		if s := evenness(cut); s > top {
			best, rows, wrong, top = try, cut, bad, s
		}
	}
	if wrong > 0 && (top == 0 || wrong*10 > len(rows)) {
		try := Layout{Separator: best.Separator, Quotes: "none"}
		if cut, _ := cutStart(text, try, whole); evenness(cut) >= top {
			return try, cut
		}
	}
	return best, rows
}

func evenness(rows [][]string) float64 {
	width, n := usualWidth(rows)
	if width < 2 || width == 2 && len(rows[0]) != 2 {
		return 0
	}
	return float64(n)/float64(len(rows)) + float64(min(width, 100))/1000
}

func usualWidth(rows [][]string) (width, n int) {
	count := map[int]int{}
	for _, r := range rows {
		count[len(r)]++
	}
	for w, k := range count {
		if k > n || k == n && w > width {
			width, n = w, k
		}
	}
	return width, n
}

// cutStart gives the rows with something in them; the last one is left out when the sample cuts it.
func cutStart(text []byte, l Layout, whole bool) (out [][]string, wrongQuotes int) {
	t := newTextRows(bytes.NewReader(text), l.Separator[0], macLines(text[:min(len(text), 32<<10)]))
	t.plain = l.Quotes == "none"
	for len(out) < layoutRows {
		row, err := t.next()
		if err != nil {
			break
		}
		if t.start == t.end && t.eof && !whole && len(out) > 0 {
			break
		}
		if !row.blank() {
			out = append(out, row.Cells)
		}
	}
	return out, t.wrong
}

// guessSkip passes over a title above the header: rows with at most one filled cell before wide ones.
func guessSkip(rows [][]string) int {
	width, n := usualWidth(rows)
	if width < 3 || n < 2 {
		return 0
	}
	for i := 0; i < min(10, len(rows)); i++ {
		if filled(rows[i]) > 1 {
			return i
		}
	}
	return 0
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func guessHeaderRows(rows [][]string) int {
	row := func(i int) []string {
		if i < len(rows) {
			return rows[i]
		}
		return nil
	}
	importID := func(s string) bool {
		s = strings.TrimSpace(s)
		return strings.HasPrefix(s, `{"ImportId"`) || strings.HasPrefix(s, `{'ImportId'`)
	}
	switch {
	case slices.ContainsFunc(row(2), importID):
		return 3
	case slices.ContainsFunc(row(1), importID), slices.ContainsFunc(row(1), fillerPart), wordingRow(row(0), row(1)):
		return 2
	case headless(row(0)):
		return 0
	}
	return 1
}

// wordingRow recognises the second row of older Qualtrics exports: ResponseID… again, or under V1.
func wordingRow(first, second []string) bool {
	if len(second) == 0 || len(first) == 0 {
		return false
	}
	isID := func(s string) bool { return strings.EqualFold(cleanHeader(s), "ResponseID") }
	if !slices.ContainsFunc(second, isID) {
		return false
	}
	return cleanHeader(first[0]) == "V1" || slices.ContainsFunc(first, isID)
}

// headless: more than half of the filled cells are numbers, dates or addresses, which no header is.
func headless(first []string) bool {
	values := 0
	for _, c := range first {
		s := strings.TrimSpace(c)
		_, dot := ParseNumber(s, ".")
		_, comma := ParseNumber(s, ",")
		if dot || comma || emailShape.MatchString(s) || fitsDate(s, "iso") || fitsDate(s, "DD/MM/YYYY") || fitsDate(s, "MM/DD/YYYY") {
			values++
		}
	}
	return values*2 > filled(first)
}
