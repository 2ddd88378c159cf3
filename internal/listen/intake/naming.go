package intake

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Naming is what the columns beside tell of the units of a column: which of them name each unit, the likeliest first.
type Naming struct {
	Column string // the unit's
	From   []NameSource
}

// NameSource is a column that gives each unit one name.
type NameSource struct {
	Column string
	Names  map[string]string // unit's cell → name, of the first ones
}

const (
	namedMost   = 500 // units whose names are kept
	sourcesMost = 3
)

// Name is what a column says of a unit's cell; "" when it says nothing.
func (n Naming) Name(column, cell string) string {
	for _, s := range n.From {
		if s.Column == column {
			return s.Names[cell]
		}
	}
	return ""
}

// names gathers what one column says of each unit.
type names struct {
	at, said, against int
	of                map[string]string
}

func (n *names) add(unit, name string) {
	if name == "" {
		return
	}
	n.said++
	switch old, met := n.of[unit]; {
	case !met && len(n.of) < profileRows:
		n.of[unit] = name
	case met && old != name:
		n.against++
	}
}

// naming reads the rows that a page looks at, and finds the columns that name the units of one.
func naming(f *File, l Layout, column string) (Naming, error) {
	out := Naming{Column: column}
	rows, err := f.Rows(l, nil)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	unit := slices.IndexFunc(rows.Headers, func(h Header) bool { return h.Name == column })
	if unit < 0 {
		return out, nil
	}
	all := make([]*names, len(rows.Headers))
	for i := range all {
		all[i] = &names{at: i, of: map[string]string{}}
	}
	units := map[string]bool{}
	for range profileRows {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return out, f.unpackError(err)
		}
		if unit >= len(row.Cells) || strings.TrimSpace(row.Cells[unit]) == "" {
			continue
		}
		key := strings.TrimSpace(row.Cells[unit])
		units[key] = true
		for i, n := range all {
			if i != unit && i < len(row.Cells) {
				n.add(key, strings.TrimSpace(row.Cells[i]))
			}
		}
	}
	out.From = sources(all, rows.Headers, unit, len(units))
	return out, nil
}

// sources keeps the columns that give nearly every unit one name of its own, the likeliest first.
func sources(all []*names, headers []Header, unit, units int) []NameSource {
	var good []*names
	for _, n := range all {
		if n.at != unit && n.names(units) {
			good = append(good, n)
		}
	}
	far := func(n *names) int {
		d := max(n.at-unit, unit-n.at)
		if namesThings(headers[n.at].Name) {
			d -= len(headers)
		}
		return d
	}
	slices.SortStableFunc(good, func(a, b *names) int { return far(a) - far(b) })
	var out []NameSource
	for _, n := range good[:min(len(good), sourcesMost)] {
		out = append(out, NameSource{Column: headers[n.at].Name, Names: n.first()})
	}
	return out
}

// names tells whether a column gives nearly each of so many units one name, in letters, and not the same to all.
func (n *names) names(units int) bool {
	if units == 0 || len(n.of)*10 < units*9 || n.against*50 > n.said {
		return false
	}
	different, lettered := map[string]bool{}, 0
	for _, name := range n.of {
		different[name] = true
		if strings.ContainsFunc(name, unicode.IsLetter) && len(name) <= 2*longValue {
			lettered++
		}
	}
	return len(different)*10 >= len(n.of)*7 && lettered*10 >= len(n.of)*9
}

func (n *names) first() map[string]string {
	out := map[string]string{}
	for _, unit := range slices.Sorted(maps.Keys(n.of)) {
		if len(out) == namedMost {
			break
		}
		out[unit] = n.of[unit]
	}
	return out
}

func namesThings(header string) bool {
	words := strings.FieldsFunc(fold(header), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"nom", "name", "libelle", "label", "intitule", "title", "titre", "designation", "denomination"}, w)
	})
}

// askUnits prepares what a page asks of the units of a draft, once for each column that holds them.
func (d *Desk) askUnits(ctx context.Context, i *Import) error {
	n := slices.IndexFunc(i.Map.Columns, func(c Column) bool { return c.As == "unit" })
	if n < 0 || i.Draft.Naming.Column == i.Map.Columns[n].Column {
		return nil
	}
	f, err := d.file(*i)
	if err != nil {
		return err
	}
	found, err := naming(f, i.Map.Layout(), i.Map.Columns[n].Column)
	if err != nil {
		return err
	}
	i.Draft.Naming = found
	if i.Draft.Known {
		return nil
	}
	i.Map.Columns = slices.Clone(i.Map.Columns)
	return d.proposeUnits(ctx, i, &i.Map.Columns[n])
}

// proposeUnits has the units made where there is no organisation yet, named by the column beside when theirs are codes.
func (d *Desk) proposeUnits(ctx context.Context, i *Import, c *Column) error {
	known, err := d.d.KnownUnits(ctx)
	if err != nil {
		return err
	}
	if len(known) == 0 && c.Unknown == "" {
		c.Unknown = UnknownCreate
	}
	if from := i.Draft.Naming.From; len(from) > 0 && c.Names == "" && codes(i.Draft.Sample.Parts(*c)) {
		c.Names = from[0].Column
	}
	return nil
}

// codes tells values that no person would read as names: most are one word with a digit or without vowel.
func codes(values []Value) bool {
	n := 0
	for _, v := range values {
		if !strings.ContainsFunc(v.Text, unicode.IsSpace) && (strings.ContainsAny(v.Text, "0123456789") || !strings.ContainsAny(fold(v.Text), "aeiouy")) {
			n++
		}
	}
	return n*2 > len(values)
}
