package insight

import (
	"slices"
	"strings"
)

// sqlWhere gathers conditions: text of whitelisted names, values always bound.
type sqlWhere struct {
	terms []string
	args  []any
}

func (w *sqlWhere) add(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

func (w *sqlWhere) String() string {
	if len(w.terms) == 0 {
		return "TRUE"
	}
	return strings.Join(w.terms, " AND ")
}

// among keeps the rows whose column holds one of the codes.
func (w *sqlWhere) among(col string, codes []int64) {
	term, args := amongSQL(col, codes)
	w.add(term, args...)
}

// maxSingles written one by one: beyond, the codes go as one list to be joined.
const maxSingles = 32

// amongSQL writes runs of codes as ranges: subtrees have neighbouring codes more often than not.
func amongSQL(col string, codes []int64) (string, []any) {
	slices.Sort(codes)
	codes = slices.Compact(codes)
	var terms, single []string
	var args, singles []any
	for n := 0; n < len(codes); {
		m := n
		for m+1 < len(codes) && codes[m+1] == codes[m]+1 {
			m++
		}
		if m-n < 2 {
			for ; n <= m; n++ {
				single, singles = append(single, "?"), append(singles, codes[n])
			}
			continue
		}
		terms, args = append(terms, "("+col+" BETWEEN ? AND ?)"), append(args, codes[n], codes[m])
		n = m + 1
	}
	if len(single)+len(terms) > maxSingles {
		return col + " IN (SELECT unnest(?::BIGINT[]))", []any{codes}
	}
	if len(single) > 0 {
		terms, args = append(terms, col+" IN ("+strings.Join(single, ",")+")"), append(args, singles...)
	}
	if len(terms) == 0 {
		return "FALSE", nil
	}
	return "(" + strings.Join(terms, " OR ") + ")", args
}

// rangeOrMissing adds bounds; convert gives each in the column's own values.
func rangeOrMissing(w *sqlWhere, col string, c Condition, convert func(float64) any) error {
	if c.Missing != nil {
		missingOrNot(w, col, *c.Missing)
		return nil
	}
	for _, b := range []struct {
		value *float64
		op    string
	}{{c.GTE, " >= ?"}, {c.GT, " > ?"}, {c.LTE, " <= ?"}, {c.LT, " < ?"}} {
		if b.value != nil {
			w.add(col+b.op, convert(*b.value))
		}
	}
	return nil
}

func missingOrNot(w *sqlWhere, col string, absent bool) {
	if absent {
		w.add(col + " IS NULL")
	} else {
		w.add(col + " IS NOT NULL")
	}
}

// inOrNot: rows where the value is missing are not among any values, and so pass a "not".
func inOrNot(w *sqlWhere, col string, codes []int64, not bool) {
	term, args := amongSQL(col, codes)
	if not {
		term = "(" + col + " IS NULL OR NOT " + term + ")"
	}
	w.add(term, args...)
}
