package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
)

// query answers one question, as JSON or, when asked, as CSV.
func (a *API) query(c *call) error {
	b, err := c.body(maxBody)
	if err != nil {
		return err
	}
	var q insight.Query
	if err := decode(b, &q); err != nil {
		return asBadRequest(err)
	}
	if err := a.mayAsk(c, q.Indicator); err != nil {
		return err
	}
	answer, err := a.Ask(c.Context(), c.viewer.Scope, q)
	if err != nil {
		return asBadRequest(err)
	}
	if answer.Rows == nil {
		answer.Rows = []insight.Row{}
	}
	c.w.Header().Set("Vary", "Accept")
	if !c.accepts("text/csv") {
		return c.json(http.StatusOK, answer)
	}
	text, err := csvOf(q, answer)
	if err != nil {
		return err
	}
	c.w.Header().Set("Vigie-Position", answer.Position.String())
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+string(q.Indicator)+`.csv"`)
	c.bytes(http.StatusOK, "text/csv; charset=utf-8", text)
	return nil
}

// mayAsk refuses an indicator that is unknown or not for the viewer's role, alike.
func (a *API) mayAsk(c *call, key cx.IndicatorID) error {
	cat, err := a.Catalogue.Present(c.Context())
	if err != nil {
		return err
	}
	i, ok := cat.Indicators[key]
	if !ok || !forRole(i, c.viewer.Role) {
		return malformed("indicator", "api.no_indicator", "key", string(key))
	}
	return nil
}

func forRole(i cx.Indicator, r people.Role) bool {
	return r == people.Administrator || i.SeenBy(string(r))
}

// asBadRequest gives what is wrong in a question the status 400: it cannot be asked, or not so widely.
func asBadRequest(err error) error {
	if k := cx.KindOf(err); k == cx.Invalid || k == cx.TooMany {
		return &refusal{status: http.StatusBadRequest, err: err}
	}
	return err
}

func csvOf(q insight.Query, answer insight.Answer) ([]byte, error) {
	head := slices.Clone(q.By)
	head = append(head, "n", "value", "low", "high", "enough")
	if q.Versus != nil {
		head = append(head, "versus_n", "versus_value", "difference", "difference_low", "difference_high", "significant")
	}
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, r := range answer.Rows {
		if err := w.Write(cells(q, r)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return buf.Bytes(), w.Error()
}

func cells(q insight.Query, r insight.Row) []string {
	var l []string
	for _, by := range q.By {
		l = append(l, Harmless(r.By[by]))
	}
	f := r.Figure
	l = append(l, strconv.FormatInt(f.N, 10))
	l = append(append(l, numbers(f.Has, f.Value, f.Low, f.High)...), strconv.FormatBool(f.Enough))
	if q.Versus == nil {
		return l
	}
	if r.Versus == nil {
		return append(l, make([]string, 6)...)
	}
	v := r.Versus
	l = append(l, strconv.FormatInt(v.Figure.N, 10))
	l = append(l, numbers(v.Figure.Has, v.Figure.Value)...)
	l = append(l, numbers(v.Has, v.Difference, v.Compared.Low, v.Compared.High)...)
	return append(l, strconv.FormatBool(v.Significant))
}

func numbers(has bool, values ...float64) []string {
	l := make([]string, len(values))
	for n, v := range values {
		if has {
			l[n] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return l
}

// Harmless keeps a spreadsheet from running a text as a formula: an apostrophe stands before it. Numbers stay.
func Harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
