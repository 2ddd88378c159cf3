package intake

import (
	"io"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// UnitRow is one unit of an organisation as a file gives it, ready for the tree: every Parent is the Key of a row of
// the same file, and no unit is above itself.
type UnitRow struct {
	Line     int       `json:"line"`
	Key      cx.UnitID `json:"key"`  // Slug of what the file calls it: the same in every import
	Code     string    `json:"code"` // as written in the file
	Name     string    `json:"name"`
	Parent   cx.UnitID `json:"parent,omitempty"` // "": top of the tree
	Level    string    `json:"level,omitempty"`
	External string    `json:"external,omitempty"`
}

// UnitReport tells what of a file of units cannot be used (Rejected) or had to be moved to the top (Moved).
type UnitReport struct {
	Rows     int         `json:"rows"`
	Units    int         `json:"units"`
	Rejected []Rejection `json:"rejected"`
	Moved    []Rejection `json:"moved"` // parent missing, or a cycle
}

// Say writes the reasons in a language.
func (r *UnitReport) Say(l lang.Lang) {
	for _, list := range [][]Rejection{r.Rejected, r.Moved} {
		for i := range list {
			list[i].Reason = list[i].Say(l)
		}
	}
}

// ReadUnits reads an organisation tree in the order of the file. The whole tree is held in memory.
func ReadUnits(f *File, m Map) ([]UnitRow, UnitReport, error) {
	report := UnitReport{Rejected: []Rejection{}, Moved: []Rejection{}}
	if m.Kind != kindUnits {
		return nil, report, cx.Fail(cx.Invalid, "kind", "intake.map_is_feedback")
	}
	if err := m.Check(); err != nil {
		return nil, report, err
	}
	rows, err := f.Rows(m.Layout(), nil)
	if err != nil {
		return nil, report, err
	}
	defer rows.Close()
	t := &unitTree{report: &report, place: map[cx.UnitID]int{}}
	if t.rules, err = rulesOf(m, rows.Headers); err != nil {
		return nil, report, err
	}
	for {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, report, f.unpackError(err)
		}
		t.add(row)
	}
	t.plant()
	report.Units = len(t.units)
	return t.units, report, nil
}

type unitTree struct {
	rules  []rule
	units  []UnitRow
	place  map[cx.UnitID]int
	report *UnitReport
}

func (t *unitTree) add(row Row) {
	t.report.Rows++
	u := UnitRow{Line: row.Line}
	parent := ""
	for _, r := range t.rules {
		if r.at >= len(row.Cells) {
			continue
		}
		text := strings.TrimSpace(row.Cells[r.at])
		if v, ok := r.mean(text); ok {
			text = v
		}
		switch r.As {
		case "key":
			u.Code = text
		case "name":
			u.Name = text
		case "parent":
			parent = text
		case "level":
			u.Level = text
		case "external":
			u.External = text
		}
	}
	if code, column := t.fault(row, u); code != "" {
		t.report.Rejected = append(t.report.Rejected, t.problem(row.Line, code, column, u.Code))
		return
	}
	u.Key = cx.UnitID(Slug(u.Code))
	if parent != "" {
		u.Parent = cx.UnitID(Slug(parent))
	}
	if first, twice := t.place[u.Key]; twice {
		p := t.problem(row.Line, "intake.unit_twice", "key", u.Code)
		p.Args["first"] = t.units[first].Line
		t.report.Rejected = append(t.report.Rejected, p)
		return
	}
	t.place[u.Key] = len(t.units)
	t.units = append(t.units, u)
}

func (t *unitTree) fault(row Row, u UnitRow) (code, role string) {
	switch {
	case row.Problem != "":
		return row.Problem, ""
	case u.Code == "":
		return "intake.unit_no_key", "key"
	case u.Name == "":
		return "intake.unit_no_name", "name"
	}
	return "", ""
}

func (t *unitTree) problem(line int, code, role, value string) Rejection {
	column := ""
	for _, r := range t.rules {
		if r.As == role {
			column = r.Column.Column
		}
	}
	return Rejection{Line: line, Column: column, Code: code, Value: shorten(value), Args: map[string]any{"value": shorten(value), "column": column}}
}

// plant lifts to the top the units whose parent is missing, and cuts cycles at their first unit of the file.
func (t *unitTree) plant() {
	const unseen, onPath, done = 0, 1, 2
	state := make([]int, len(t.units))
	for i := range t.units {
		var path []int
		for at := i; state[at] == unseen; {
			state[at] = onPath
			path = append(path, at)
			u := &t.units[at]
			if u.Parent == "" {
				break
			}
			next, ok := t.place[u.Parent]
			if !ok {
				t.lift(u, "intake.unit_orphan")
				break
			}
			if state[next] == onPath {
				t.lift(&t.units[next], "intake.unit_cycle")
				break
			}
			at = next
		}
		for _, at := range path {
			state[at] = done
		}
	}
}

func (t *unitTree) lift(u *UnitRow, code string) {
	t.report.Moved = append(t.report.Moved, t.problem(u.Line, code, "parent", string(u.Parent)))
	u.Parent = ""
}
