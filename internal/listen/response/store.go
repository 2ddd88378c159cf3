package response

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

const columns = `id, survey, version, invitation, feedback, state, said, revision, entered, started, changed`

// said is the JSON of what is known and answered.
type said struct {
	Opening
	Answers map[survey.QuestionID]survey.Answer `json:"answers,omitempty"`
	Passed  map[survey.QuestionID]bool          `json:"passed,omitempty"`
	After   After                               `json:"after,omitzero"`
	Agreed  map[string]Agreed                   `json:"agreed,omitempty"`
}

// insert keeps a new response. One under the same address of which nothing is answered yet follows the invitation that was
// sent instead of the first.
func insert(ctx context.Context, tx *record.Tx, t Token, r *Response) error {
	id, err := tx.Next(ctx, "response", 1)
	if err != nil {
		return err
	}
	b, err := json.Marshal(said{Opening: r.Opening})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO response (id, token, survey, version, invitation, feedback, state, said, revision, entered, started, changed)
		VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0, 0, ?, ?) 
		ON CONFLICT (token) DO UPDATE SET invitation = excluded.invitation, said = excluded.said WHERE response.revision = 0 AND response.invitation <> excluded.invitation`, id, t.hash(), string(r.Survey), r.Number, r.Invitation, string(b), r.Started.UnixMicro(), r.Started.UnixMicro())
	if err != nil {
		return fmt.Errorf("response: %w", err)
	}
	return nil
}

type scanner interface{ Scan(...any) error }

func scan(row scanner) (*Response, error) {
	r := &Response{Answers: map[survey.QuestionID]survey.Answer{}, Passed: map[survey.QuestionID]bool{}}
	var key, text string
	var invitation, feedback, started, changed int64
	err := row.Scan(&r.ID, &key, &r.Number, &invitation, &feedback, &r.State, &text, &r.revision, &r.entered, &started, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, cx.Fail(cx.NotFound, "", "response.unknown")
	}
	if err != nil {
		return nil, fmt.Errorf("response: %w", err)
	}
	s := said{Answers: r.Answers, Passed: r.Passed}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("response %d: %w", r.ID, err)
	}
	r.Opening, r.Answers, r.Passed, r.After, r.Agreed = s.Opening, s.Answers, s.Passed, s.After, s.Agreed
	r.Survey, r.Invitation, r.Feedback = cx.SurveyID(key), invitation, cx.FeedbackID(feedback)
	r.Started, r.Changed = time.UnixMicro(started).UTC(), time.UnixMicro(changed).UTC()
	return r, nil
}

func find(ctx context.Context, q record.Querier, where string, arg any) (*Response, error) {
	return scan(q.QueryRow(ctx, `SELECT `+columns+` FROM response WHERE `+where, arg))
}

// lock reads a response to change it; on PostgreSQL it holds the row.
func lock(ctx context.Context, tx *record.Tx, t Token) (*Response, error) {
	where := `token = ?`
	if tx.Dialect() == record.Postgres {
		where += ` FOR UPDATE`
	}
	return find(ctx, tx, where, t.hash())
}

func update(ctx context.Context, tx *record.Tx, r *Response) error {
	b, err := json.Marshal(said{Opening: r.Opening, Answers: r.Answers, Passed: r.Passed, After: r.After, Agreed: r.Agreed})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE response SET state = ?, said = ?, revision = ?, changed = ?, walked = 1 WHERE id = ?`, int64(r.State), string(b), r.revision, r.Changed.UnixMicro(), r.ID)
	return err
}

// settled notes what the door was told.
func (d *Desk) settled(ctx context.Context, r *Response) error {
	return d.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE response SET entered = ?, feedback = ? WHERE id = ? AND entered <= ?`, r.revision, int64(r.Feedback), r.ID, r.revision)
		if err == nil && r.Invitation > 0 && r.Feedback > 0 && d.d.Answered != nil {
			err = d.d.Answered(ctx, tx, r.Invitation)
		}
		return err
	})
}

// list gives up to 1,000 responses that the door was not told since a moment.
func list(ctx context.Context, db *record.DB, before time.Time) ([]*Response, error) {
	return query(ctx, db, `entered < revision AND changed < ? ORDER BY changed LIMIT 1000`, before.UnixMicro())
}

func query(ctx context.Context, db *record.DB, where string, arg any) ([]*Response, error) {
	rows, err := db.Query(ctx, `SELECT `+columns+` FROM response WHERE `+where, arg)
	if err != nil {
		return nil, fmt.Errorf("responses: %w", err)
	}
	defer rows.Close()
	var l []*Response
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		l = append(l, r)
	}
	return l, rows.Err()
}
