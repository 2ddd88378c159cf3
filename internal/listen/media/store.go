package media

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

const columns = `id, kind, type, name, size, width, height, hash, created, feedback`

// Blobs of a row: kept, or to be deleted with it.
const (
	kept  = 0
	going = 1
)

func (s *Store) insert(ctx context.Context, m Item) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		var all sql.NullInt64
		if err := tx.QueryRow(ctx, `SELECT CAST(SUM(size) AS BIGINT) FROM media`).Scan(&all); err != nil {
			return fmt.Errorf("media: %w", err)
		}
		if all.Int64+m.Size > s.c.Room {
			return cx.Fail(cx.Invalid, "", "media.full")
		}
		_, err := tx.Exec(ctx, `INSERT INTO media (`+columns+`, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
			string(m.ID), string(m.Kind), m.Type, m.Name, m.Size, int64(m.Width), int64(m.Height), m.Hash, m.At.UnixMicro())
		if err != nil {
			return fmt.Errorf("media: %w", err)
		}
		return nil
	})
}

func scan(rows *sql.Rows) (m Item, err error) {
	var at int64
	err = rows.Scan(&m.ID, &m.Kind, &m.Type, &m.Name, &m.Size, &m.Width, &m.Height, &m.Hash, &at, &m.Feedback)
	m.At = time.UnixMicro(at).UTC()
	return m, err
}

// Items gives those of ids that are kept, in the order of ids. It asks for no scope: who may see a file is who may see the
// feedback that holds it, or who sent it.
func (s *Store) Items(ctx context.Context, ids []cx.MediaID) ([]Item, error) {
	return itemsIn(ctx, s.d.DB, ids)
}

func itemsIn(ctx context.Context, q record.Querier, ids []cx.MediaID) ([]Item, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := map[cx.MediaID]Item{}
	for some := range slices.Chunk(ids, record.InLimit) {
		in, args := record.In(texts(some))
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM media WHERE state = 0 AND id `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
		for rows.Next() {
			m, err := scan(rows)
			if err != nil {
				rows.Close()
				return nil, fmt.Errorf("media: %w", err)
			}
			found[m.ID] = m
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
	}
	out := make([]Item, 0, len(found))
	for _, id := range ids {
		if m, ok := found[id]; ok {
			out = append(out, m)
			delete(found, id)
		}
	}
	return out, nil
}

func texts(ids []cx.MediaID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// Hold makes a feedback hold these files and no other, in the transaction that writes it. A file that another feedback
// holds, or that is gone, is passed over: it gives those held.
func Hold(ctx context.Context, tx *record.Tx, feedback cx.FeedbackID, ids []cx.MediaID) ([]cx.MediaID, error) {
	if _, err := tx.Exec(ctx, `UPDATE media SET feedback = 0 WHERE feedback > 0 AND feedback = ?`, int64(feedback)); err != nil {
		return nil, fmt.Errorf("hold media: %w", err)
	}
	for some := range slices.Chunk(ids, record.InLimit) {
		in, args := record.In(texts(some))
		if _, err := tx.Exec(ctx, `UPDATE media SET feedback = ? WHERE feedback = 0 AND state = 0 AND id `+in, append([]any{int64(feedback)}, args...)...); err != nil {
			return nil, fmt.Errorf("hold media: %w", err)
		}
	}
	l, err := itemsIn(ctx, tx, ids)
	var held []cx.MediaID
	for _, m := range l {
		if m.Feedback == feedback {
			held = append(held, m.ID)
		}
	}
	return held, err
}

// Release gives up the files of feedbacks that are erased, in the transaction that erases them: nobody sees them from then
// on, and the next Clear deletes their bytes. At most record.InLimit feedbacks.
func Release(ctx context.Context, tx *record.Tx, feedbacks []int64) error {
	in, args := record.In(feedbacks)
	_, err := tx.Exec(ctx, `UPDATE media SET state = 1, name = '', hash = ? WHERE feedback > 0 AND feedback `+in, append([]any{[]byte{}}, args...)...)
	if err != nil {
		return fmt.Errorf("release media: %w", err)
	}
	return nil
}

// Drop deletes files that no feedback holds, bytes included.
func (s *Store) Drop(ctx context.Context, ids ...cx.MediaID) error {
	return s.giveUp(ctx, `feedback = 0 AND`, ids)
}

// Delete deletes files whoever holds them, bytes included: who sent them takes them back.
func (s *Store) Delete(ctx context.Context, ids ...cx.MediaID) error {
	return s.giveUp(ctx, ``, ids)
}

func (s *Store) giveUp(ctx context.Context, those string, ids []cx.MediaID) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.d.DB.Write(ctx, func(tx *record.Tx) error {
		in, args := record.In(texts(ids))
		_, err := tx.Exec(ctx, `UPDATE media SET state = 1, name = '' WHERE `+those+` id `+in, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop media: %w", err)
	}
	_, err = s.Clear(ctx)
	return err
}

// sweepBatch files are deleted between two looks at the record.
const sweepBatch = 200

// Sweep is Clear after giving up what no feedback came to hold in the time it is kept.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	err := s.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE media SET state = 1, name = '' WHERE feedback = 0 AND created < ? AND state = 0`, s.d.Now().Add(-s.c.Keep).UnixMicro())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("media that nobody holds: %w", err)
	}
	return s.Clear(ctx)
}

// Clear deletes the bytes of what was released, and gives how many files went. What cannot be deleted now is tried again
// by the next one.
func (s *Store) Clear(ctx context.Context) (int, error) {
	n := 0
	for {
		rows, err := s.d.DB.Query(ctx, `SELECT id FROM media WHERE state = 1 ORDER BY id LIMIT ?`, sweepBatch)
		if err != nil {
			return n, fmt.Errorf("media to delete: %w", err)
		}
		ids, err := record.Column[string](rows)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		for _, id := range ids {
			if err := s.erase(ctx, cx.MediaID(id)); err != nil {
				return n, err
			}
			n++
		}
		if err := s.forget(ctx, ids); err != nil {
			return n, err
		}
	}
}

// forget deletes rows whose blobs are gone.
func (s *Store) forget(ctx context.Context, ids []string) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		in, args := record.In(ids)
		_, err := tx.Exec(ctx, `DELETE FROM media WHERE state = 1 AND id `+in, args...)
		return err
	})
}

// All gives every file kept, by id.
func (s *Store) All(ctx context.Context, yield func(Item) error) error {
	for last := ""; ; {
		rows, err := s.d.DB.Query(ctx, `SELECT `+columns+` FROM media WHERE state = 0 AND id > ? ORDER BY id LIMIT 1000`, last)
		if err != nil {
			return fmt.Errorf("all media: %w", err)
		}
		var page []Item
		for rows.Next() {
			m, err := scan(rows)
			if err != nil {
				rows.Close()
				return fmt.Errorf("all media: %w", err)
			}
			page = append(page, m)
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("all media: %w", err)
		}
		for _, m := range page {
			if err := yield(m); err != nil {
				return err
			}
			last = string(m.ID)
		}
		if len(page) == 0 {
			return nil
		}
	}
}
