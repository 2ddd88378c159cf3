package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// The parts of a workbook may not unpack to more than this, one by one.
const maxPart = 2 << 30

// Strings shared by the cells of a workbook are held in memory, up to this many bytes.
const maxShared = 512 << 20

func openXLSX(f *File, sheet string) (source, error) {
	b, err := f.whole()
	if err != nil {
		return nil, err
	}
	damaged := func(err error) error {
		return &cx.Error{Kind: cx.Invalid, Code: "intake.workbook_damaged", Args: map[string]any{"file": f.Name}, Cause: err}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, damaged(err)
	}
	w := workbook{z: z}
	if err := w.load(); err != nil {
		return nil, damaged(err)
	}
	names, err := w.choose(f.Name, sheet)
	if err != nil {
		return nil, err
	}
	for i, p := range names {
		rows, err := w.rows(p)
		if err != nil {
			return nil, damaged(err)
		}
		if i == len(names)-1 || rows.filled(w, p) {
			return rows, nil
		}
		rows.Close()
	}
	return nil, cx.Fail(cx.Invalid, "", "intake.file_empty")
}

type workbook struct {
	z      *zip.Reader
	sheets []struct{ name, part string }
	shared []string
	dates  []bool
	d1904  bool
}

func (w *workbook) load() error {
	var book struct {
		Props struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"` // r:id, whose namespace has two spellings
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := w.decode("xl/workbook.xml", &book); err != nil {
		return err
	}
	if err := w.decode("xl/_rels/workbook.xml.rels", &rels); err != nil {
		return err
	}
	w.d1904 = book.Props.Date1904 == "1" || book.Props.Date1904 == "true"
	target := map[string]string{}
	for _, r := range rels.List {
		target[r.ID] = strings.TrimPrefix(path.Join("/xl", r.Target), "/")
		if strings.HasPrefix(r.Target, "/") {
			target[r.ID] = strings.TrimPrefix(path.Clean(r.Target), "/")
		}
	}
	for _, s := range book.Sheets {
		if s.State == "" || s.State == "visible" {
			w.sheets = append(w.sheets, struct{ name, part string }{s.Name, target[s.ID]})
		}
	}
	if err := w.loadStyles(); err != nil {
		return err
	}
	return w.loadShared()
}

// choose gives the parts to look at: the one named, or all.
func (w *workbook) choose(file, sheet string) ([]string, error) {
	var parts, names []string
	for _, s := range w.sheets {
		if sheet == "" || sheet == s.name {
			parts = append(parts, s.part)
		}
		names = append(names, s.name)
	}
	switch {
	case len(names) == 0:
		return nil, cx.Fail(cx.Invalid, "", "intake.workbook_damaged", "file", file)
	case len(parts) == 0:
		return nil, cx.Fail(cx.Invalid, "sheet", "intake.sheet_unknown", "value", sheet, "known", strings.Join(names, ", "))
	}
	return parts, nil
}

func (w *workbook) part(name string) (io.ReadCloser, error) {
	f, err := w.z.Open(name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f, maxPart), f}, nil
}

func (w *workbook) decode(name string, v any) error {
	r, err := w.part(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(io.LimitReader(r, 16<<20)).Decode(v)
}

func (w *workbook) loadStyles() error {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if _, err := w.z.Open("xl/styles.xml"); err != nil {
		return nil // styles are optional
	}
	if err := w.decode("xl/styles.xml", &s); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, f := range s.Formats {
		codes[f.ID] = f.Code
	}
	for _, c := range s.Cells {
		w.dates = append(w.dates, dateFormat(c.Format, codes[c.Format]))
	}
	return nil
}

// dateFormat tells whether a number format of Excel shows dates or times: built in ones by number (ECMA-376 18.8.30),
// own ones by their letters outside quotes and brackets.
func dateFormat(id int, code string) bool {
	if id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 {
		return true
	}
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == ';':
			return false
		case strings.IndexByte("dmyhsDMYHS", c) >= 0:
			return true
		}
	}
	return false
}

func (w *workbook) loadShared() error {
	r, err := w.part("xl/sharedStrings.xml")
	if err != nil {
		return nil // a workbook of numbers has none
	}
	defer r.Close()
	x, size := xml.NewDecoder(r), 0
	for {
		tok, err := x.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "si" {
			text, err := richText(x, "si")
			if err != nil {
				return err
			}
			if size += len(text) + 16; size > maxShared {
				return cx.Fail(cx.Invalid, "", "intake.workbook_too_big", "megabytes", maxShared>>20)
			}
			w.shared = append(w.shared, text)
		}
	}
}

// richText joins the runs of a string until its element ends; phonetic readings are left out.
func richText(x *xml.Decoder, end string) (string, error) {
	var b strings.Builder
	inText := false
	for {
		tok, err := x.Token()
		if err != nil {
			return "", err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if e.Name.Local == "rPh" {
				if err := x.Skip(); err != nil {
					return "", err
				}
			}
			inText = e.Name.Local == "t"
		case xml.CharData:
			if inText {
				b.Write(e)
			}
		case xml.EndElement:
			inText = false
			if e.Name.Local == end {
				return unescapeExcel(b.String()), nil
			}
		}
	}
}

// unescapeExcel reads _x000D_, Excel's writing of characters that XML cannot hold.
func unescapeExcel(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+7 <= len(s) && s[i:i+2] == "_x" && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil && n > 0 && (n < 0xd800 || n > 0xdfff) {
				b.WriteRune(rune(n))
				i += 6
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (w *workbook) rows(part string) (*xlsxRows, error) {
	r, err := w.part(part)
	if err != nil {
		return nil, err
	}
	return &xlsxRows{part: r, x: xml.NewDecoder(r), shared: w.shared, dates: w.dates, d1904: w.d1904}, nil
}
