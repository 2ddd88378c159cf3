package insight

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
)

// Parquet writes the rows of an answer to q as a Parquet file: the dimensions in their order, then the columns of the
// CSV form (n, value, low, high, enough, and those of the comparison when q has one). Days are dates, scores and number
// attributes doubles, yes-or-no attributes booleans, other dimensions texts; what is missing is null. Nothing reaches w
// before the file is whole. Errors as Ask's; those of w as they are.
func (i *Insight) Parquet(ctx context.Context, q Query, a Answer, w io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	free, err := i.place(ctx)
	if err != nil {
		return err
	}
	defer free()
	if err := os.MkdirAll(i.exportDir(), 0o700); err != nil {
		return fmt.Errorf("export folder: %w", err)
	}
	dir, err := os.MkdirTemp(i.exportDir(), "figures-")
	if err != nil {
		return fmt.Errorf("export folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "figures.parquet")
	sheet := sheetOf(q, i.shape.Load())
	if err := sheet.write(ctx, a.Rows, path); err != nil {
		return late(ctx, fmt.Errorf("parquet: %w", err))
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(w, f)
	return err
}

// exportDir is the only folder that an engine of exports reaches; what a crash left there goes at the next start.
func (i *Insight) exportDir() string { return filepath.Join(i.c.Dir, "insight-export") }

// sheet is a flat table of figures: names, SQL types, and the value of each column for a row.
type sheet struct{ columns []sheetColumn }

type sheetColumn struct {
	name, typ string
	value     func(Row) (driver.Value, error)
}

func (s *sheet) add(name, typ string, value func(Row) driver.Value) {
	s.columns = append(s.columns, sheetColumn{name, typ, func(r Row) (driver.Value, error) { return value(r), nil }})
}

func sheetOf(q Query, shape *structure) *sheet {
	s := &sheet{}
	for _, by := range q.By {
		typ, parse := keyType(by, shape)
		s.columns = append(s.columns, sheetColumn{by, typ, func(r Row) (driver.Value, error) {
			if key := r.By[by]; key != "" {
				return parse(key)
			}
			return nil, nil
		}})
	}
	s.figure(q.Versus != nil)
	return s
}

func (s *sheet) figure(versus bool) {
	number := func(name string, value func(Row) (float64, bool)) {
		s.add(name, "DOUBLE", func(r Row) driver.Value {
			if v, has := value(r); has && finite(v) != nil {
				return v
			}
			return nil
		})
	}
	s.add("n", "BIGINT", func(r Row) driver.Value { return r.Figure.N })
	number("value", func(r Row) (float64, bool) { return r.Figure.Value, r.Figure.Has })
	number("low", func(r Row) (float64, bool) { return r.Figure.Low, r.Figure.Has })
	number("high", func(r Row) (float64, bool) { return r.Figure.High, r.Figure.Has })
	s.add("enough", "BOOLEAN", func(r Row) driver.Value { return r.Figure.Enough })
	if !versus {
		return
	}
	beside := func(r Row) Compared {
		if r.Versus == nil {
			return Compared{}
		}
		return *r.Versus
	}
	s.add("versus_n", "BIGINT", func(r Row) driver.Value { return beside(r).Figure.N })
	number("versus_value", func(r Row) (float64, bool) { return beside(r).Figure.Value, beside(r).Figure.Has })
	number("difference", func(r Row) (float64, bool) { return beside(r).Difference, beside(r).Has })
	number("difference_low", func(r Row) (float64, bool) { return beside(r).Compared.Low, beside(r).Has })
	number("difference_high", func(r Row) (float64, bool) { return beside(r).Compared.High, beside(r).Has })
	s.add("significant", "BOOLEAN", func(r Row) driver.Value { return beside(r).Significant })
}

// keyType gives the SQL type of a dimension's keys and how to read one that is not missing.
func keyType(by string, shape *structure) (string, func(string) (driver.Value, error)) {
	number := func(key string) (driver.Value, error) { return strconv.ParseFloat(key, 64) }
	switch by {
	case "day":
		return "DATE", func(key string) (driver.Value, error) { return time.Parse(time.DateOnly, key) }
	case "score":
		return "DOUBLE", number
	}
	if key, ok := strings.CutPrefix(by, "attributes."); ok && shape != nil {
		switch shape.projected[cx.AttributeID(key)].Type {
		case catalogue.NumberAttribute:
			return "DOUBLE", number
		case catalogue.BoolAttribute:
			return "BOOLEAN", func(key string) (driver.Value, error) { return strconv.ParseBool(key) }
		}
	}
	return "VARCHAR", func(key string) (driver.Value, error) { return key, nil }
}

// engineOf gives an engine in memory that reaches no folder but dir.
func engineOf(ctx context.Context, dir string) (*sql.DB, error) {
	connector, err := duckdb.NewConnector("?"+url.Values{"memory_limit": {"128MiB"}, "threads": {"1"}, "temp_directory": {dir},
		"autoinstall_known_extensions": {"false"}, "autoload_known_extensions": {"false"}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	_, err = db.ExecContext(ctx, "SET GLOBAL allowed_directories = ["+quoted(dir, '\'')+
		"]; SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (s *sheet) write(ctx context.Context, rows []Row, path string) (err error) {
	db, err := engineOf(ctx, filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, "CREATE TABLE figures ("+s.definition()+")"); err != nil {
		return err
	}
	if err := c.Raw(func(dc any) error { return s.append(ctx, dc.(driver.Conn), rows) }); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "COPY figures TO "+quoted(path, '\'')+" (FORMAT parquet, COMPRESSION zstd)")
	return err
}

func (s *sheet) definition() string {
	var out []string
	for _, c := range s.columns {
		out = append(out, quoted(c.name, '"')+" "+c.typ)
	}
	return strings.Join(out, ", ")
}

func quoted(text string, mark byte) string {
	m := string(mark)
	return m + strings.ReplaceAll(text, m, m+m) + m
}

func (s *sheet) append(ctx context.Context, dc driver.Conn, rows []Row) (err error) {
	app, err := duckdb.NewAppenderFromConn(dc, "", "figures")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	line := make([]driver.Value, len(s.columns))
	for n, r := range rows {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for k, c := range s.columns {
			if line[k], err = c.value(r); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		if err := app.AppendRow(line...); err != nil {
			return err
		}
	}
	return nil
}
