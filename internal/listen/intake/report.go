package intake

import (
	"sort"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// Rejections listed in a report; all are counted, and Job.Reject hears of each.
const maxListed = 10_000

// Rejection is one thing wrong with one row. A row may have several.
type Rejection struct {
	Line   int            `json:"line"`
	Column string         `json:"column,omitempty"` // as the header names it
	Code   string         `json:"code"`             // message id
	Reason string         `json:"reason,omitempty"` // the message, see Report.Say
	Value  string         `json:"value,omitempty"`  // what stood there, at most 80 characters
	Args   map[string]any `json:"-"`
}

// Report accounts for every row of a file: Rows = Accepted + Duplicates + Conflicts + Quarantined + Erased + NoteRows +
// RejectedRows.
type Report struct {
	Rows         int `json:"rows"`
	Accepted     int `json:"accepted"`
	Duplicates   int `json:"duplicates"`
	Conflicts    int `json:"conflicts"`
	Quarantined  int `json:"quarantined"`
	Erased       int `json:"erased"` // already erased on somebody's demand: not brought back
	RejectedRows int `json:"rejected_rows"`
	NoteRows     int `json:"note_rows"` // nothing but an adviser's note
	Blank        int `json:"blank"`     // rows with nothing in them, not in Rows

	Rejected      []Rejection    `json:"rejected"`                 // the first 10,000
	Reasons       map[string]int `json:"reasons,omitempty"`        // code → how many times
	ConflictLines []int          `json:"conflict_lines,omitempty"` // the first 10,000
	Unmapped      []string       `json:"unmapped,omitempty"`       // columns of the file that the map does not name
	Beyond        int            `json:"beyond,omitempty"`         // cells of a workbook right of the header, passed over
	Mended        Mended         `json:"mended"`
	// Notes of advisers; nil: the map has none. Those refused beside a customer's answer stand in Rejected too.
	Notes *NoteCounts `json:"notes,omitempty"`
}

// Say writes the reasons in a language.
func (r *Report) Say(l lang.Lang) {
	for i := range r.Rejected {
		r.Rejected[i].Reason = r.Rejected[i].Say(l)
	}
}

// Say renders the reason.
func (r Rejection) Say(l lang.Lang) string {
	return l.Error(&cx.Error{Kind: cx.Invalid, Field: r.Column, Code: r.Code, Args: r.Args})
}

// TopReasons gives the codes, the most frequent first.
func (r *Report) TopReasons() []string {
	codes := make([]string, 0, len(r.Reasons))
	for c := range r.Reasons {
		codes = append(codes, c)
	}
	sort.Slice(codes, func(i, j int) bool {
		if a, b := r.Reasons[codes[i]], r.Reasons[codes[j]]; a != b {
			return a > b
		}
		return codes[i] < codes[j]
	})
	return codes
}

func (r *Report) reject(problems []Rejection, tell func(Rejection)) {
	r.RejectedRows++
	r.list(problems, tell)
}

// list says what is wrong.
func (r *Report) list(problems []Rejection, tell func(Rejection)) {
	if r.Reasons == nil {
		r.Reasons = map[string]int{}
	}
	for _, p := range problems {
		r.Reasons[p.Code]++
		if len(r.Rejected) < maxListed {
			r.Rejected = append(r.Rejected, p)
		}
		if tell != nil {
			tell(p)
		}
	}
}

func shorten(s string) string {
	s = strings.TrimSpace(s)
	n := 0
	for i := range s {
		if n++; n > 80 {
			return s[:i] + "…"
		}
	}
	return s
}
