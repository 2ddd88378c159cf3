package intake

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/cx"
)

// Lines of a file of employees' answers are seen by nobody but who brought it, who has the file: not as the draft of an
// import, not as what was refused of it.

// staff tells whether a file holds answers of employees, as far as its map and its first rows say.
func (i Import) staff() bool {
	return i.Map.Constants.Audience == string(cx.Employees) || slices.ContainsFunc(i.Map.Columns, func(c Column) bool { return c.As == "audience" }) ||
		i.Draft.Sample.Kind == NDJSON && slices.ContainsFunc(i.Draft.Sample.Rows, func(r Row) bool { return staffObject(r.Cells) })
}

// staffObject tells whether a line is an object that may be an employee's answer.
func staffObject(cells []string) bool {
	return len(cells) == 1 && strings.Contains(cells[0], `"`+string(cx.Employees)+`"`)
}

// Seen gives an import to somebody. What is prepared or being read of employees' answers is Denied to all but who brought it.
func (d *Desk) Seen(ctx context.Context, id cx.ImportID, actor string) (Import, error) {
	i, err := d.Import(ctx, id)
	if err == nil && i.By.Actor != actor && (i.State == Drafted || i.State == Checking) && i.staff() {
		err = cx.Fail(cx.Denied, "", "import.staff")
	}
	return i, err
}
