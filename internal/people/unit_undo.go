package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

const changeColumns = `id, batch, at, actor, kind, unit, day, was, becomes, undone`

func scanChanges(rows *sql.Rows) ([]UnitChange, error) {
	defer rows.Close()
	var out []UnitChange
	for rows.Next() {
		var c UnitChange
		var at, undone int64
		var was, becomes string
		if err := rows.Scan(&c.ID, &c.Batch, &at, &c.Actor, &c.Kind, &c.Unit, &c.Day, &was, &becomes, &undone); err != nil {
			return nil, err
		}
		if c.At, c.Undone = fromMicro(at), undone != 0; c.Undone {
			c.UndoneAt = fromMicro(undone)
		}
		if err := json.Unmarshal([]byte(becomes), &c.Becomes); err != nil {
			return nil, err
		}
		if was != "" {
			c.Was = &Unit{}
			if err := json.Unmarshal([]byte(was), c.Was); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Moves gives the units that changed parent on the days [from, until), oldest first, but those undone: for charts to mark.
// An empty day sets no bound.
func (s *Store) Moves(ctx context.Context, from, until string) ([]UnitChange, error) {
	q, args := `SELECT `+changeColumns+` FROM unit_change WHERE kind = 'move' AND undone = 0`, []any{}
	if from != "" {
		q, args = q+` AND day >= ?`, append(args, from)
	}
	if until != "" {
		q, args = q+` AND day < ?`, append(args, until)
	}
	rows, err := s.db.Query(ctx, q+` ORDER BY day, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("moves: %w", err)
	}
	return scanChanges(rows)
}

// EveryMove gives every time a unit changed parent, oldest first, those undone included, and the units that were added and
// taken away again: for figures that must not tell by the difference what two trees say together.
func (s *Store) EveryMove(ctx context.Context) ([]UnitChange, error) {
	rows, err := s.db.Query(ctx, `SELECT `+changeColumns+` FROM unit_change WHERE kind = 'move' OR kind = 'add' AND undone <> 0 ORDER BY at, id`)
	if err != nil {
		return nil, fmt.Errorf("moves: %w", err)
	}
	return scanChanges(rows)
}

// UnitBatch is what was done to the tree at once.
type UnitBatch struct {
	ID     int64
	At     time.Time
	Actor  string
	Day    string
	Undone bool
	Counts map[ChangeKind]int
	First  UnitChange // of its changes
}

// UnitBatches gives the last batches, newest first.
func (s *Store) UnitBatches(ctx context.Context, limit int) ([]UnitBatch, error) {
	const q = `SELECT batch, kind, count(*), min(id) FROM unit_change WHERE batch IN (SELECT DISTINCT batch FROM unit_change ORDER BY batch DESC LIMIT ?)
		GROUP BY batch, kind ORDER BY batch DESC, min(id)`
	rows, err := s.db.Query(ctx, q, limit)
	if err != nil {
		return nil, fmt.Errorf("unit batches: %w", err)
	}
	defer rows.Close()
	var out []UnitBatch
	for rows.Next() {
		var batch, first int64
		var kind ChangeKind
		var n int
		if err := rows.Scan(&batch, &kind, &n, &first); err != nil {
			return nil, fmt.Errorf("unit batches: %w", err)
		}
		if len(out) == 0 || out[len(out)-1].ID != batch {
			out = append(out, UnitBatch{ID: batch, Counts: map[ChangeKind]int{}, First: UnitChange{ID: first}})
		}
		out[len(out)-1].Counts[kind] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("unit batches: %w", err)
	}
	return out, s.fillBatches(ctx, out)
}

func (s *Store) fillBatches(ctx context.Context, all []UnitBatch) error {
	for i := range all {
		rows, err := s.db.Query(ctx, `SELECT `+changeColumns+` FROM unit_change WHERE id = ?`, all[i].First.ID)
		if err != nil {
			return fmt.Errorf("unit batches: %w", err)
		}
		some, err := scanChanges(rows)
		if err != nil || len(some) == 0 {
			return fmt.Errorf("unit batches: %w", err)
		}
		c := some[0]
		all[i].First, all[i].At, all[i].Actor, all[i].Day, all[i].Undone = c, c.At, c.Actor, c.Day, c.Undone
	}
	return nil
}

// UndoUnits puts a batch back as it was; added units go. It is a Conflict when one of them changed since, has others
// under it, or somebody belongs to it.
func (s *Store) UndoUnits(ctx context.Context, actor string, batch int64) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+changeColumns+` FROM unit_change WHERE batch = ? AND undone = 0 ORDER BY id`, batch)
		if err != nil {
			return fmt.Errorf("undo units: %w", err)
		}
		changes, err := scanChanges(rows)
		if err != nil {
			return fmt.Errorf("undo units: %w", err)
		}
		if len(changes) == 0 {
			return cx.Fail(cx.NotFound, "", "people.batch_unknown")
		}
		if err := s.audit(ctx, tx, Entry{Actor: actor, What: "unit.undo", Subject: subjectOf(changes)}); err != nil {
			return err
		}
		if err := takeBack(ctx, tx, changes); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE unit_change SET undone = ? WHERE batch = ?`, unixMicro(s.now()), batch); err != nil {
			return fmt.Errorf("undo units: %w", err)
		}
		return tx.Touch(ctx, unitTables)
	})
}

func takeBack(ctx context.Context, tx *record.Tx, changes []UnitChange) error {
	o, err := loadOrganisation(ctx, tx)
	if err != nil {
		return err
	}
	var back []Unit
	var gone []cx.UnitID
	for _, c := range changes {
		if now, ok := o.Unit(c.Unit); !ok || !same(now, c.Becomes) {
			return cx.Fail(cx.Conflict, "", "people.unit_changed_since", "unit", o.Name(c.Unit, ""))
		}
		if c.Was == nil {
			gone = append(gone, c.Unit)
		} else {
			back = append(back, *c.Was)
		}
	}
	if err := mayGo(ctx, tx, o, gone); err != nil {
		return err
	}
	for some := range slices.Chunk(gone, record.InLimit) {
		in, args := record.In(some)
		if _, err := tx.Exec(ctx, `DELETE FROM unit WHERE key `+in, args...); err != nil {
			return fmt.Errorf("undo units: %w", err)
		}
	}
	left, err := loadOrganisation(ctx, tx)
	if err != nil {
		return err
	}
	if err := checkUnits(back, left); err != nil {
		return cx.Fail(cx.Conflict, "", "people.unit_changed_since", "unit", err.Error())
	}
	return writeUnits(ctx, tx, back)
}

func same(a, b Unit) bool {
	return a.Key == b.Key && a.Parent == b.Parent && a.Level == b.Level && a.Zone == b.Zone && a.Closed == b.Closed && maps.Equal(a.Name, b.Name)
}

// mayGo refuses to lose a unit that others stand under or somebody belongs to.
func mayGo(ctx context.Context, tx *record.Tx, o *Organisation, gone []cx.UnitID) error {
	going := make(map[cx.UnitID]bool, len(gone))
	for _, k := range gone {
		going[k] = true
	}
	for _, k := range gone {
		for _, child := range o.Children(k) {
			if !going[child] {
				return cx.Fail(cx.Conflict, "", "people.unit_in_use", "unit", o.Name(k, ""))
			}
		}
	}
	rows, err := tx.Query(ctx, `SELECT unit, more FROM account UNION ALL SELECT unit, '' FROM api_key WHERE revoked = 0`)
	if err != nil {
		return fmt.Errorf("undo units: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var unit, more string
		if err := rows.Scan(&unit, &more); err != nil {
			return fmt.Errorf("undo units: %w", err)
		}
		for _, k := range append(splitUnits(more), cx.UnitID(unit)) {
			if going[k] {
				return cx.Fail(cx.Conflict, "", "people.unit_in_use", "unit", o.Name(k, ""))
			}
		}
	}
	return rows.Err()
}

// uploadLasts is how long a file of units waits for a yes.
const uploadLasts = 24 * time.Hour

// KeepUpload holds a file of units until it is applied or a day has passed.
func (s *Store) KeepUpload(ctx context.Context, by Viewer, name string, data []byte) (id int64, err error) {
	err = s.db.Write(ctx, func(tx *record.Tx) (err error) {
		if _, err = tx.Exec(ctx, `DELETE FROM unit_upload WHERE at < ?`, unixMicro(s.now().Add(-uploadLasts))); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		if id, err = tx.Next(ctx, "people.upload", 1); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO unit_upload (id, at, actor, name, data) VALUES (?, ?, ?, ?, ?)`, id, unixMicro(s.now()), by.Actor(), name, data)
		return err
	})
	return id, err
}

// Upload gives a file that waits; NotFound to anybody but who brought it.
func (s *Store) Upload(ctx context.Context, by Viewer, id int64) (name string, data []byte, err error) {
	rows, err := s.db.Query(ctx, `SELECT name, data FROM unit_upload WHERE id = ? AND actor = ? AND at >= ?`, id, by.Actor(), unixMicro(s.now().Add(-uploadLasts)))
	if err != nil {
		return "", nil, fmt.Errorf("upload: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return "", nil, err
		}
		return "", nil, cx.Fail(cx.NotFound, "", "people.upload_over")
	}
	err = rows.Scan(&name, &data)
	return name, data, err
}

// DropUpload forgets a file.
func (s *Store) DropUpload(ctx context.Context, id int64) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM unit_upload WHERE id = ?`, id)
		return err
	})
}
