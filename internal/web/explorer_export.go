package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// exporting is a question whose answer is wanted in another form.
type exporting struct {
	ground *ground
	asked  asked
	as     string
}

func (p *explorerPage) fillExports(st *study) {
	l := p.ground.lang()
	for _, as := range []string{"csv", "xlsx", "parquet"} {
		p.Exports = append(p.Exports, ui.Button{Label: l.T("explorer.export." + as), Href: withParam(p.Link, "as", as), Icon: "download", Style: "quiet", Small: true})
	}
	if p.Drawing.Chart != nil {
		p.Image = withParam(p.Link, "as", "svg")
	}
}

func (s *Server) export(w http.ResponseWriter, r *http.Request, x exporting) error {
	st, err := s.study(r.Context(), x.ground, x.asked)
	if err != nil {
		return err
	}
	var body []byte
	kind := ""
	switch x.as {
	case "csv":
		body, err = st.csv()
		kind = "text/csv; charset=utf-8"
	case "xlsx":
		body, err = st.xlsx()
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case "parquet":
		var b bytes.Buffer
		err = s.Insight.Parquet(r.Context(), st.query, st.answer, &b)
		body = b.Bytes()
		kind = "application/vnd.apache.parquet"
	case "svg":
		body, err = s.image(r, st)
		kind = "image/svg+xml"
	case "option":
		body, err = st.option()
		kind = "application/json"
	default:
		return cx.Fail(cx.NotFound, "as", "web.missing.text")
	}
	if err != nil {
		return err
	}
	if x.as != "option" { // of the chart on the page
		if err := s.People.Audit(r.Context(), people.Entry{Actor: x.ground.Viewer.Actor(), What: "explorer.export", Subject: x.as + ":" + string(x.asked.Indicator)}); err != nil {
			return err
		}
	}
	return s.sendExport(w, r, st, exported{x.as, kind, body})
}

// exported is a file made of an answer.
type exported struct {
	as, kind string
	body     []byte
}

func (s *Server) sendExport(w http.ResponseWriter, r *http.Request, st *study, x exported) error {
	h := w.Header()
	h.Set("Content-Type", x.kind)
	h.Set("Content-Length", strconv.Itoa(len(x.body)))
	if x.as != "svg" && x.as != "option" || r.URL.Query().Get("save") != "" {
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", st.fileName(x.as)))
	}
	if _, err := w.Write(x.body); err != nil {
		s.log.Debug("export not sent", "err", err) // the browser has gone
	}
	return nil
}

// fileName: "vigie-csat-month-channel-2026-11-22.csv".
func (st *study) fileName(ext string) string {
	parts := append([]string{"vigie", string(st.asked.Indicator)}, st.asked.By...)
	parts = append(parts, st.g.Now.Format(time.DateOnly))
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	return name + "." + ext
}

// field is one cell of an export: a text, or a number; nil is empty.
type field any

// lines are the answer as an export holds it: the keys and the names of every dimension, then figures in full.
func (st *study) lines() (header []string, rows [][]field) {
	l := st.g.lang()
	for _, a := range st.axes {
		header = append(header, a.Label, a.Name)
	}
	figure := func(m measured) {
		short := m.short(l)
		header = append(header, short, l.T("explorer.file.low", "indicator", short), l.T("explorer.file.high", "indicator", short), l.T("explorer.file.n", "indicator", short), l.T("explorer.file.enough", "indicator", short))
	}
	figure(st.m)
	if st.asked.Other != "" {
		figure(st.other)
	}
	if st.asked.versus(st.g) != nil {
		for _, id := range []string{"compared", "compared.n", "difference", "file.difference.low", "file.difference.high", "file.significant"} {
			header = append(header, l.T("explorer."+id))
		}
	}
	for _, m := range st.marks {
		rows = append(rows, st.exported(m))
	}
	return header, rows
}

func (st *study) exported(m mark) []field {
	l := st.g.lang()
	var row []field
	for i, k := range m.Keys {
		row = append(row, st.name(i, k), k)
	}
	row = append(row, figureFields(l, m.Figure)...)
	if st.asked.Other != "" {
		row = append(row, figureFields(l, m.Other)...)
	}
	if st.asked.versus(st.g) == nil {
		return row
	}
	v := m.Versus
	if v == nil || !v.Has {
		return append(row, nil, nil, nil, nil, nil, nil)
	}
	return append(row, v.Figure.Value, v.Figure.N, v.Difference, v.Low, v.High, yesNo(l, v.Significant))
}

func figureFields(l lang.Lang, f cx.Figure) []field {
	if !f.Has {
		return []field{nil, nil, nil, f.N, yesNo(l, false)}
	}
	return []field{f.Value, f.Low, f.High, f.N, yesNo(l, f.Enough)}
}

func yesNo(l lang.Lang, yes bool) string {
	if yes {
		return l.T("verbatim.yes")
	}
	return l.T("verbatim.no")
}

// harmless keeps a text from being run as a formula by a spreadsheet: an apostrophe before what one starts with.
func harmless(s string) string {
	if trimmed := strings.TrimLeft(s, " \u00a0"); trimmed != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(trimmed[0])) {
		return "'" + s
	}
	return s
}

// csv is read by a spreadsheet of the reader's language: semicolons and decimal commas in French.
func (st *study) csv() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	french := st.g.lang().Tag() == "fr"
	if french {
		w.Comma = ';'
	}
	header, rows := st.lines()
	for i, h := range header {
		header[i] = harmless(h)
	}
	if err := w.Write(header); err != nil {
		return nil, fmt.Errorf("csv: %w", err)
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, f := range row {
			cells[i] = csvField(f, french)
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("csv: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func csvField(f field, comma bool) string {
	switch f := f.(type) {
	case string:
		return harmless(f)
	case int64:
		return strconv.FormatInt(f, 10)
	case float64:
		if math.IsInf(f, 0) {
			return ""
		}
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if comma {
			return strings.Replace(s, ".", ",", 1)
		}
		return s
	}
	return ""
}

// xlsx is one sheet of figures and one that says the question.
func (st *study) xlsx() (_ []byte, err error) {
	l := st.g.lang()
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); e != nil && err == nil {
			err = fmt.Errorf("xlsx: %w", e)
		}
	}()
	sheet := l.T("explorer.file.sheet")
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	if err := st.writeSheet(f, sheet); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	about := l.T("explorer.file.about")
	if _, err := f.NewSheet(about); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	for i, line := range []string{st.sentence(), st.judged(), periodText(l, st.g.during()), l.T("explorer.file.made", "when", st.g.Now)} {
		if err := f.SetCellStr(about, "A"+strconv.Itoa(i+1), harmless(line)); err != nil {
			return nil, fmt.Errorf("xlsx: %w", err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return b.Bytes(), nil
}

func (st *study) writeSheet(f *excelize.File, sheet string) error {
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	header, rows := st.lines()
	cells := make([]any, len(header))
	for i, h := range header {
		cells[i] = harmless(h)
	}
	if err := w.SetRow("A1", cells); err != nil {
		return err
	}
	for n, row := range rows {
		cells := make([]any, len(row))
		for i, x := range row {
			switch x := x.(type) {
			case string:
				cells[i] = harmless(x)
			case float64:
				if !math.IsInf(x, 0) {
					cells[i] = x
				}
			case int64:
				cells[i] = x
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// option is a line for the interactive library.
func (st *study) option() ([]byte, error) {
	line, ok := st.draw().Chart.(chart.Line)
	if !ok {
		return nil, cx.Fail(cx.Invalid, "shape", "explorer.no_image")
	}
	return json.Marshal(chart.InteractiveOf(line))
}

// image is the picture of the answer, standing alone.
func (s *Server) image(r *http.Request, st *study) ([]byte, error) {
	d := st.draw()
	if d.Chart == nil {
		return nil, cx.Fail(cx.Invalid, "shape", "explorer.no_image")
	}
	l := st.g.lang()
	foot := l.T("explorer.image.foot", "n", st.whole.Figure.N, "period", periodText(l, st.g.during()), "organisation", st.g.Settings.Name)
	svg, err := s.Charts.Image(r.Context(), d.Chart, chart.Poster{Title: wrapped(st.sentence(), 110), Foot: foot})
	return []byte(svg), err
}

// wrapped breaks a sentence into lines of at most width characters, three at most.
func wrapped(text string, width int) []string {
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	out = append(out, line)
	return out[:min(3, len(out))]
}
