package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Amendment changes one feedback: the JSON of PATCH /api/v1/feedbacks/{id}. Members not given change nothing; a score or
// an attribute that is null goes; verbatims replace all of them.
type Amendment struct {
	Touchpoint *string        `json:"touchpoint,omitempty"`
	Unit       *string        `json:"unit,omitempty"`
	Scores     map[string]any `json:"scores,omitempty"` // number, boolean or null
	Verbatims  []cx.Verbatim  `json:"verbatims,omitempty"`
	Verbatim   *string        `json:"verbatim,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	// Media replace all of them; those left out are deleted unless another answer of the same person takes them up.
	Media []cx.MediaID `json:"media,omitempty"`
}

// Problems are all that is wrong with one input.
type Problems []*cx.Error

func (p Problems) Error() string {
	if len(p) == 0 {
		return "no problem"
	}
	s := p[0].Error()
	for _, e := range p[1:] {
		s += "; " + e.Error()
	}
	return s
}

// Unwrap lets errors.As and cx.KindOf find them.
func (p Problems) Unwrap() []error {
	out := make([]error, len(p))
	for i, e := range p {
		out[i] = e
	}
	return out
}

// Amend changes a feedback and gives it as it is now: errors are Problems (Invalid) or NotFound. Whether the caller may
// see the feedback is asked of Feedbacks before. What was sent first keeps its content hash: sent again, it is a
// duplicate and does not undo the amendment.
func (d *Door) Amend(ctx context.Context, id cx.FeedbackID, a Amendment) (cx.Feedback, error) {
	p, err := d.present(ctx)
	if err != nil {
		return cx.Feedback{}, unavailable(err)
	}
	var out cx.Feedback
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		s, err := lockStored(ctx, tx, int64(id))
		if errors.Is(err, errNone) || err == nil && s.State == cx.Erased {
			return cx.Fail(cx.NotFound, "", "collect.unknown_feedback")
		}
		if err != nil {
			return err
		}
		if out, err = Decode(s); err != nil {
			return err
		}
		if err := veiled(&out, d.d.Now()); err != nil {
			return err
		}
		was, held := out.State, out.Media
		miss, problems := a.apply(&out, p)
		if len(problems) > 0 {
			return problems
		}
		out.Amended = d.d.Now().UTC()
		if out.Audience == cx.Employees {
			out.Amended = cx.Week(out.Amended)
		}
		tx.Publish(record.Event{Subject: record.Feedback, ID: int64(id), Kind: record.Amended})
		if was == cx.Quarantined && out.State == cx.Live {
			tx.Publish(record.Event{Subject: record.Feedback, ID: int64(id), Kind: record.Repaired})
		}
		if err := d.holdAgain(ctx, tx, &out, held); err != nil {
			return err
		}
		return replaceStored(ctx, tx, &out, miss, d.d.Now())
	})
	if err == nil {
		d.tell(ctx, []*entry{{f: out}})
	}
	return out, wrap(err)
}

// wrap makes an error without a kind Unavailable: it is the database's.
func wrap(err error) error {
	if err == nil || cx.KindOf(err) != cx.Internal {
		return err
	}
	return unavailable(err)
}

// apply changes f, or says every reason not to.
func (a Amendment) apply(f *cx.Feedback, p present) (placing, Problems) {
	e := &entry{in: &Incoming{}}
	if a.Touchpoint != nil {
		e.checkText("touchpoint", *a.Touchpoint, maxKey)
		f.Touchpoint = cx.TouchpointID(*a.Touchpoint)
	}
	if a.Unit != nil {
		e.checkText("unit", *a.Unit, maxKey)
		f.Unit = cx.UnitID(*a.Unit)
	}
	if a.Verbatims != nil || a.Verbatim != nil {
		e.in.Verbatims = a.Verbatims
		if a.Verbatim != nil {
			e.in.Verbatim = *a.Verbatim
		}
		e.check(len(a.Verbatims) <= maxVerbatims, "verbatims", "collect.too_many", "max", maxVerbatims)
		e.checkTexts()
		f.Verbatims = verbatimsOf(e.in.Verbatim, e.in.Verbatims)
	}
	if a.Media != nil {
		e.check(len(a.Media) == 0 || f.Audience != cx.Employees, "media", "collect.employee_media")
		e.check(len(a.Media) <= maxMedia, "media", "collect.too_many", "max", maxMedia)
		f.Media = a.Media
	}
	a.applyScores(e, f, p)
	a.applyAttributes(e, f)
	e.check(len(f.Scores) > 0 || len(f.Verbatims) > 0 || len(f.Media) > 0, "scores", "collect.no_content")
	miss, mapped := p.place(f)
	f.State = stateOf(miss)
	return placing{miss, mapped}, Problems(e.out.Errors)
}

func (a Amendment) applyScores(e *entry, f *cx.Feedback, p present) {
	raw := Scores{}
	scores := maps.Clone(f.Scores)
	for k, v := range a.Scores {
		delete(scores, cx.MetricID(k))
		switch v := v.(type) {
		case nil:
		case float64:
			raw[k] = v
		case bool:
			raw[k] = 0
			if v {
				raw[k] = 1
			}
		default:
			e.check(false, "scores."+k, "collect.score_not_number", "value", fmt.Sprint(v))
		}
	}
	points, _, problems := p.points(raw)
	e.out.Errors = append(e.out.Errors, problems...)
	if scores == nil {
		scores = map[cx.MetricID]int64{}
	}
	maps.Copy(scores, points)
	e.check(len(scores) <= maxScores, "scores", "collect.too_many", "max", maxScores)
	f.Scores = scores
}

func (a Amendment) applyAttributes(e *entry, f *cx.Feedback) {
	given := e.attributes("attributes.", a.Attributes, nil)
	if len(a.Attributes) == 0 {
		return
	}
	all := maps.Clone(f.Attributes)
	if all == nil {
		all = map[cx.AttributeID]any{}
	}
	for k := range a.Attributes {
		delete(all, cx.AttributeID(k))
	}
	maps.Copy(all, given)
	e.check(len(all) <= maxAttributes, "attributes", "collect.too_many", "max", maxAttributes)
	f.Attributes = all
}

var errNone = errors.New("no such feedback")

// lockStored reads a row to change it; on PostgreSQL it holds the row.
func lockStored(ctx context.Context, tx *record.Tx, id int64) (Stored, error) {
	q := `SELECT ` + storedColumns + ` FROM feedback WHERE id = ?`
	if tx.Dialect() == record.Postgres {
		q += ` FOR UPDATE`
	}
	rows, err := tx.Query(ctx, q, id)
	if err != nil {
		return Stored{}, err
	}
	defer rows.Close()
	var s Stored
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return s, err
		}
		return s, errNone
	}
	err = scanStored(rows, &s)
	return s, err
}

// placing is what came of placing a feedback: what it waits for, what a mapping placed.
type placing struct{ missing, mapped []missing }

// replaceStored writes a changed feedback and what it waits for.
func replaceStored(ctx context.Context, tx *record.Tx, f *cx.Feedback, at placing, now time.Time) error {
	id := int64(f.ID)
	if _, err := tx.Exec(ctx, `UPDATE feedback SET state = ?, payload = ? WHERE id = ?`, int64(f.State), appendPayload(nil, f), id); err != nil {
		return fmt.Errorf("replace feedback: %w", err)
	}
	if err := dropWaiting(ctx, tx, id); err != nil {
		return err
	}
	if f.Audience == cx.Employees {
		now = cx.Week(now)
	}
	e := &entry{f: *f, missing: at.missing, mapped: at.mapped, out: Outcome{ID: f.ID}}
	e.f.Received = now
	return storePlaces(ctx, tx, []*entry{e})
}

func dropWaiting(ctx context.Context, tx *record.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM quarantine WHERE feedback = ?`, id)
	return err
}
