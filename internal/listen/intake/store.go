package intake

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/record"
)

// State of an import.
type State string

// A draft is prepared by a person; checking is its rehearsal; the others tell how the import stands.
const (
	Drafted  State = "draft"
	Checking State = "checking"
	Running  State = "running"
	Done     State = "done"
	Failed   State = "failed"
	Stopped  State = "stopped" // by somebody, half-way
	Undoing  State = "undoing"
	Undone   State = "undone"
)

// Who starts an import: the page's person, or the command.
const (
	FromPage    = "page"
	FromCommand = "command"
)

// By names who imports: Actor for the audit trail, Name for people.
type By struct{ Actor, Name string }

// Import is one file's way into the record.
type Import struct {
	ID      cx.ImportID
	State   State
	Origin  string
	File    string // its name
	Size    int64
	By      By
	Created time.Time
	Started time.Time // zero: not yet
	Ended   time.Time
	Header  string // Sample.Signature
	Map     Map
	Draft   Draft // empty once done
	// Progress of what goes on.
	Progress Progress
	// Report of the rehearsal while it is a draft, then of the import; nil: none yet. Its list of refusals is short.
	Report  *Report
	Problem *cx.Error // why it failed
	Gone    int       // feedbacks that undoing took back
}

// Busy tells whether something goes on by itself.
func (i Import) Busy() bool { return i.State == Checking || i.State == Running || i.State == Undoing }

const importColumns = `id, state, origin, file, size, actor, who, created, started, ended, header, map, draft, progress, report, problem, gone`

func scanImport(rows *sql.Rows) (i Import, err error) {
	var created, started, ended int64
	var m, draft, progress, report, problem string
	err = rows.Scan(&i.ID, &i.State, &i.Origin, &i.File, &i.Size, &i.By.Actor, &i.By.Name, &created, &started, &ended, &i.Header, &m, &draft, &progress,
		&report, &problem, &i.Gone)
	if err != nil {
		return i, err
	}
	i.Created, i.Started, i.Ended = fromMicro(created), fromMicro(started), fromMicro(ended)
	if m != "" {
		if i.Map, err = parseMap([]byte(m)); err != nil {
			return i, fmt.Errorf("map of import %d: %w", i.ID, err)
		}
	}
	return i, errors.Join(fromJSON(draft, &i.Draft), fromJSON(progress, &i.Progress), fromJSON(report, &i.Report), fromJSON(problem, &i.Problem))
}

func fromMicro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromJSON(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

func asJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "" // nothing of ours fails to encode
	}
	return b.String()
}

func (i Import) values() []any {
	draft, report, problem := "", "", ""
	if i.State != Done && i.State != Undone && i.State != Undoing {
		draft = asJSON(i.Draft)
	}
	if i.Report != nil {
		report = asJSON(i.Report)
	}
	if i.Problem != nil {
		problem = asJSON(i.Problem)
	}
	text := ""
	if i.Header != "" {
		text = string(i.Map.YAML(lang.For("en"), nil))
	}
	return []any{string(i.State), i.Origin, i.File, i.Size, i.By.Actor, i.By.Name, micro(i.Created), micro(i.Started), micro(i.Ended), i.Header, text, draft,
		asJSON(i.Progress), report, problem, i.Gone}
}

func queryImports(ctx context.Context, q record.Querier, where string, args ...any) ([]Import, error) {
	rows, err := q.Query(ctx, `SELECT `+importColumns+` FROM import `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("imports: %w", err)
	}
	defer rows.Close()
	var out []Import
	for rows.Next() {
		i, err := scanImport(rows)
		if err != nil {
			return nil, fmt.Errorf("imports: %w", err)
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

func unknownImport() error { return cx.Fail(cx.NotFound, "", "import.unknown") }

func oneImport(ctx context.Context, q record.Querier, id cx.ImportID) (Import, error) {
	all, err := queryImports(ctx, q, `WHERE id = ?`, int64(id))
	if err == nil && len(all) == 0 {
		err = unknownImport()
	}
	if err != nil {
		return Import{}, err
	}
	return all[0], nil
}

// Import gives one, or NotFound.
func (d *Desk) Import(ctx context.Context, id cx.ImportID) (Import, error) {
	return oneImport(ctx, d.d.DB, id)
}

// Imports gives the history, newest first: those before the number given (0: from the newest), at most limit.
func (d *Desk) Imports(ctx context.Context, before cx.ImportID, limit int) ([]Import, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return queryImports(ctx, d.d.DB, `WHERE id < ? ORDER BY id DESC LIMIT ?`, int64(before), limit)
}

// LastMap gives the map of the latest import of a file with the same columns, false when there was none.
func (d *Desk) LastMap(ctx context.Context, header string) (Map, bool, error) {
	all, err := queryImports(ctx, d.d.DB, `WHERE header = ? AND started > 0 AND state <> 'draft' ORDER BY id DESC LIMIT 1`, header)
	if err != nil || len(all) == 0 {
		return Map{}, false, err
	}
	return all[0].Map, true, nil
}

// create gives a new import its number.
func (d *Desk) create(ctx context.Context, i Import) (Import, error) {
	err := d.d.DB.Write(ctx, func(tx *record.Tx) error {
		id, err := tx.Next(ctx, "import", 1)
		if err != nil {
			return err
		}
		i.ID = cx.ImportID(id)
		_, err = tx.Insert(ctx, record.Rows{Into: `INSERT INTO import (` + importColumns + `) VALUES`, Cols: 17}, append([]any{id}, i.values()...))
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("import: %w", err)
	}
	return i, nil
}

// update changes one import in one transaction; what change refuses is not written.
func (d *Desk) update(ctx context.Context, id cx.ImportID, change func(*Import) error) (i Import, err error) {
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		if i, err = oneImport(ctx, tx, id); err != nil {
			return err
		}
		if err := change(&i); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE import SET state = ?, origin = ?, file = ?, size = ?, actor = ?, who = ?, created = ?, started = ?, ended = ?, header = ?,
			map = ?, draft = ?, progress = ?, report = ?, problem = ?, gone = ? WHERE id = ?`, append(i.values(), int64(id))...)
		return err
	})
	return i, err
}

func (d *Desk) forget(ctx context.Context, id cx.ImportID) error {
	return d.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM import WHERE id = ?`, int64(id))
		return err
	})
}
