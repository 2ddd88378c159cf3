package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/understand/fatalist"
)

// noteRoutes are what concerns the answer that advisers had to give.
func (a *API) noteRoutes() []route {
	return []route{
		at("POST", "/adviser-notes", people.WriteFeedback, a.postNote, opPostNote()),
		at("POST", "/adviser-notes/links", people.WriteFeedback, a.linkNote, opLinkNote()),
		at("GET", "/fatalists", people.ReadPeople, a.fatalists, opFatalists()),
	}
}

// NoteReceipt is the answer to one note.
type NoteReceipt struct {
	ID     int64        `json:"id" yaml:"id"`
	Status note.Verdict `json:"status" yaml:"status"` // accepted, changed or duplicate
}

// postNote takes what an adviser notes of the answer they had to give.
func (a *API) postNote(c *call) error {
	var x note.Sent
	if err := c.structured(&x); err != nil {
		return err
	}
	id, v, err := a.Notes.Take(c.Context(), x)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v == note.Accepted {
		status = http.StatusCreated
	}
	return c.either(status, NoteReceipt{id, v})
}

// NoteLink is where an adviser notes one contact by a tap.
type NoteLink struct {
	Path  string    `json:"path" yaml:"path"` // to append to the address of the server
	Until time.Time `json:"until" yaml:"until"`
}

// linkNote signs a link for one contact; value and rule of what is sent are passed over.
func (a *API) linkNote(c *call) error {
	var x note.Sent
	if err := c.structured(&x); err != nil {
		return err
	}
	token, until, err := a.Notes.Link(c.Context(), x)
	if err != nil {
		return err
	}
	return c.either(http.StatusCreated, NoteLink{"/n/" + token, until})
}

// FatalistList is one of the two lists.
type FatalistList struct {
	List     fatalist.Kind `json:"list"`
	Notes    int           `json:"notes"`    // noted in the period
	Contacts int64         `json:"contacts"` // of which the customer answered too: n of the share
	Value    *float64      `json:"value"`    // share of the list among them, in per cent
	Low      *float64      `json:"low"`
	High     *float64      `json:"high"`
	Enough   bool          `json:"enough"`
	Rows     []FatalistRow `json:"rows"`
}

// FatalistRow is one contact.
type FatalistRow struct {
	Feedback   cx.FeedbackID   `json:"feedback"`
	At         time.Time       `json:"at"`
	Touchpoint cx.TouchpointID `json:"touchpoint,omitempty"`
	Unit       cx.UnitID       `json:"unit,omitempty"`
	Metric     cx.MetricID     `json:"metric"`
	Score      float64         `json:"score"`
	Note       int             `json:"note"` // 1 to 5
	Rule       note.Rule       `json:"rule,omitempty"`
}

const fatalistsMost = 1000

// fatalists gives one list within the caller's people; nothing in it tells who noted.
func (a *API) fatalists(c *call) error {
	q := c.URL.Query()
	kind := fatalist.Kind(q.Get("list"))
	if kind == "" {
		kind = fatalist.Fatalists
	}
	if kind != fatalist.Fatalists && kind != fatalist.Ruled {
		return malformed("list", "note.list", "value", string(kind))
	}
	ask := fatalist.Query{Touchpoint: cx.TouchpointID(q.Get("touchpoint")), Unit: cx.UnitID(q.Get("unit"))}
	for name, into := range map[string]*time.Time{"from": &ask.From, "to": &ask.Until} {
		if v := q.Get(name); v != "" { // days of UTC
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return malformed(name, "people.date", "value", v)
			}
			*into = day
		}
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if q.Get("limit") == "" {
		limit, err = 100, nil
	}
	if err != nil || limit < 1 || limit > fatalistsMost {
		return malformed("limit", "api.limit", "value", q.Get("limit"), "max", fatalistsMost)
	}
	r, err := a.Fatalists.Report(c.Context(), c.viewer.Scope, ask)
	if err != nil {
		return err
	}
	if err := a.audit(c, "fatalist.list", string(kind)); err != nil {
		return err
	}
	return c.json(http.StatusOK, fatalistList(r, kind, limit))
}

func fatalistList(r *fatalist.Report, kind fatalist.Kind, limit int) FatalistList {
	f := r.Share(kind)
	out := FatalistList{List: kind, Notes: r.Notes, Contacts: f.N, Enough: f.Enough, Rows: []FatalistRow{}}
	if f.Has {
		out.Value, out.Low, out.High = &f.Value, &f.Low, &f.High
	}
	list := r.List(kind)
	for _, p := range list[:min(limit, len(list))] {
		out.Rows = append(out.Rows, FatalistRow{p.Feedback.ID, p.Feedback.At, p.Feedback.Touchpoint, p.Feedback.Unit, p.Metric.Key, p.Metric.Raw(p.Point), p.Note.Value, p.Note.Rule})
	}
	return out
}

func opPostNote() operation {
	return operation{id: "post_adviser_note", tag: "adviser_notes", in: note.Sent{}, inTypes: jsonOrYAML(), out: NoteReceipt{}, outTypes: jsonOrYAML(),
		success: []int{http.StatusCreated, http.StatusOK}, refusals: []int{400, 409, 413, 415, 422, 503}}
}

func opLinkNote() operation {
	return operation{id: "link_adviser_note", tag: "adviser_notes", in: note.Sent{}, inTypes: jsonOrYAML(), out: NoteLink{}, outTypes: jsonOrYAML(),
		success: []int{http.StatusCreated}, refusals: []int{400, 409, 413, 415, 422, 503}}
}

func opFatalists() operation {
	return operation{id: "fatalists", tag: "adviser_notes", out: FatalistList{}, refusals: []int{400, 409, 503},
		params: []*huma.Param{inQuery("list", "api.param.fatalists", "string"), inQuery("from", "api.param.from", "string"), inQuery("to", "api.param.to", "string"),
			inQuery("touchpoint", "api.param.filter", "string"), inQuery("unit", "api.param.unit", "string"), inQuery("limit", "api.param.limit", "integer")}}
}
