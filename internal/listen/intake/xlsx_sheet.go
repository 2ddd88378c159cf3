package intake

import (
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"time"

	"vigie/internal/cx"
)

// xlsxRows streams the rows of one sheet. The workbook is read here, not by excelize, because a streaming reader of
// excelize gives either the raw number of a date or its local spelling ("3-1-20"), never the date.
type xlsxRows struct {
	part   io.Closer
	x      *xml.Decoder
	shared []string
	dates  []bool // by cell style: shown as a date
	d1904  bool
	row    int
}

// filled looks for one row, on a second reading of the part.
func (x *xlsxRows) filled(w workbook, part string) bool {
	again, err := w.rows(part)
	if err != nil {
		return false
	}
	defer again.Close()
	for {
		row, err := again.next()
		if err != nil {
			return false
		}
		if !row.blank() {
			return true
		}
	}
}

func (x *xlsxRows) Close() error { return x.part.Close() }

func (x *xlsxRows) next() (Row, error) {
	for {
		tok, err := x.x.Token()
		if err == io.EOF {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, x.damaged(err)
		}
		s, ok := tok.(xml.StartElement)
		if !ok || s.Name.Local != "row" {
			continue
		}
		x.row++
		if n, err := strconv.Atoi(attr(s, "r")); err == nil && n >= x.row {
			x.row = n
		}
		cells, err := x.cells()
		if err != nil {
			return Row{}, x.damaged(err)
		}
		return Row{Line: x.row, Cells: cells}, nil
	}
}

func (x *xlsxRows) damaged(err error) error {
	return &cx.Error{Kind: cx.Invalid, Code: "intake.sheet_damaged", Args: map[string]any{"line": x.row}, Cause: err}
}

func (x *xlsxRows) cells() ([]string, error) {
	var out []string
	for {
		tok, err := x.x.Token()
		if err != nil {
			return nil, err
		}
		switch e := tok.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return out, nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			col := columnNumber(attr(e, "r"), len(out))
			text, err := x.cell(e)
			if err != nil {
				return nil, err
			}
			if text == "" || col >= 16384 {
				continue
			}
			for len(out) <= col {
				out = append(out, "")
			}
			out[col] = text
		}
	}
}

func (x *xlsxRows) cell(c xml.StartElement) (string, error) {
	kind, text := attr(c, "t"), ""
	for {
		tok, err := x.x.Token()
		if err != nil {
			return "", err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "v":
				if err := x.x.DecodeElement(&text, &e); err != nil {
					return "", err
				}
			case "is":
				if text, err = richText(x.x, "is"); err != nil {
					return "", err
				}
			default:
				if err := x.x.Skip(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			return x.value(kind, text, attr(c, "s")), nil
		}
	}
}

func (x *xlsxRows) value(kind, text, style string) string {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(x.shared) {
			return x.shared[n]
		}
		return ""
	case "b":
		return map[string]string{"1": "true", "0": "false"}[text]
	case "", "n":
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return text
		}
		if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(x.dates) && x.dates[n] {
			return serialDate(v, x.d1904)
		}
		return excelNumber(v)
	case "str":
		return unescapeExcel(text)
	}
	return text // "d": ISO date; "e": #N/A as shown; "inlineStr"
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// columnNumber reads the letters of a reference ("C7" is 2); without one, the cell follows the last.
func columnNumber(ref string, next int) int {
	n := 0
	for i := 0; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

// excelNumber writes a number as Excel shows it: 15 significant digits, so 4.0999999999999996 is 4.1.
func excelNumber(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		short = v
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// serialDate writes an Excel day number as a date, with its time when it has one; under one day, a time alone.
func serialDate(v float64, d1904 bool) string {
	if v < 0 || v > 2958466 || math.IsNaN(v) {
		return excelNumber(v)
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if d1904 {
		day = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if v >= 1 && v < 60 { // Excel believes in 29 February 1900
		v++
	}
	days, part := math.Modf(v)
	at := day.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	switch {
	case v < 1 && !d1904:
		return at.Format("15:04:05")
	case at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0:
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02 15:04:05")
}
