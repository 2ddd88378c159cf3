package insight

import (
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Query is one question, in the words of POST /api/v1/query.
type Query struct {
	Indicator cx.IndicatorID `json:"indicator"`
	// By: none (one row) to three of day, week, month, quarter, year, journey, stage, touchpoint, channel, collected_by,
	// unit, unit.<level>, agent, survey, language, source, attributes.<key>, score. For employees: touchpoint, one
	// unit.<level>, and one of month, quarter, year.
	By     []string `json:"by,omitempty"`
	Where  Where    `json:"where,omitempty"`
	During *Period  `json:"during,omitempty"` // nil: everything
	Versus *Versus  `json:"versus,omitempty"`
}

// Where are conditions, ANDed: key → Condition. Keys: those of By, and scores.<metric>. A unit holds those below it; a
// stage is journey/stage, or its own key in whatever journey.
type Where map[string]Condition

// Condition is one of: In (any of the values), Not (none of them), a range, Missing. In JSON a list, {"gte","gt","lte",
// "lt"}, {"not":[…]} or {"missing":true}; values are strings, numbers or booleans. Not keeps what is missing too.
type Condition struct {
	In, Not          []any
	GTE, GT, LTE, LT *float64
	Missing          *bool
}

// Period is [From, To) in local days, written 2006-01-02.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Versus: "previous" (the period of the same length before), "year" (the same period a year before), both of which take
// a During; another period, beside which a question without During sets everything; or the same period under other
// conditions.
type Versus struct {
	Named  string // "previous", "year" or ""
	During *Period
	Where  Where
}

// Answer holds the rows in the order of their By values (time ascending, others by n descending).
type Answer struct {
	Position record.Position `json:"position"`
	Rows     []Row           `json:"rows"`
}

// Row is one figure. By holds keys as shown in questions ("delivery", "2026-01", "2026-W03", a stage as "main/buy"), ""
// for missing. Rows of Versus that have no row here are left out; figures kept back by the employees' floor are too.
type Row struct {
	By     map[string]string `json:"by"`
	Figure cx.Figure         `json:"-"`
	Versus *Compared         `json:"-"`
}

// Compared is the figure beside and the difference (this minus that).
type Compared struct {
	Figure cx.Figure
	cx.Compared
}

// ListQuery asks for feedback ids, newest first.
type ListQuery struct {
	Where    Where
	During   *Period
	Audience cx.Audience // "": customers. Employees' rows are never listed.
	Program  cx.Program  // "": any
	Verbatim *bool       // only with (or without) words
	// Among: only these ids (a step of a text search); nil for all.
	Among  []cx.FeedbackID
	Before *Mark // continue after this one; nil from the newest
	Limit  int   // 1 to 1,000; 0 is 50
}

// Mark is a place in a list ordered by (At, ID) descending.
type Mark struct {
	At time.Time
	ID cx.FeedbackID
}

// List is one page of ids.
type List struct {
	Position record.Position
	IDs      []Mark
	Total    int // exact to 10,000, then 10,001
	More     bool
}
