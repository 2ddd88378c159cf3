package record

import (
	"context"
	"database/sql"
	"strings"
)

// Rows is a multi-row INSERT: "INSERT INTO t (a, b) VALUES", the number of columns, and what follows the rows.
type Rows struct {
	Into  string // up to and with VALUES
	Cols  int
	After string // "ON CONFLICT …" or ""
}

// insertRows a statement: a power of two, so that few statements are prepared.
const insertRows = 128

// Insert writes the rows whose values stand one after the other in args, and tells how many were written.
func (t *Tx) Insert(ctx context.Context, r Rows, args []any) (int64, error) {
	var written int64
	for n := insertRows; len(args) > 0; {
		for n*r.Cols > len(args) {
			n /= 2
		}
		res, err := t.Exec(ctx, r.statement(n), args[:n*r.Cols]...)
		if err != nil {
			return written, err
		}
		some, err := res.RowsAffected()
		if err != nil {
			return written, err
		}
		written += some
		args = args[n*r.Cols:]
	}
	return written, nil
}

func (r Rows) statement(n int) string {
	return r.Into + " " + Marks(n, r.Cols) + " " + r.After
}

// InLimit is the most values In takes.
const InLimit = 512

// In gives "IN (?,…)" and its values, padded to a power of two with the last one, so that few statements are prepared.
// At least 1 and at most InLimit values.
func In[T any](values []T) (string, []any) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return "IN (" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")", args
}

// Column reads and closes rows of one column.
func Column[T any](rows *sql.Rows) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
