package insight

import (
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// inside adds a perimeter: units of its subtrees only; feedback without unit is outside of any but the whole.
func (p *plan) inside(w *sqlWhere, in people.Perimeter) {
	if term, args := p.insideSQL(in); term != "TRUE" {
		w.add(term, args...)
	}
}

func (p *plan) insideSQL(in people.Perimeter) (string, []any) {
	if in.All {
		return "TRUE", nil
	}
	roots := map[cx.UnitID]bool{}
	for _, r := range in.Roots {
		roots[r] = true
	}
	return amongSQL("unit", p.codes("unit", func(v string) bool { return p.shape.under(cx.UnitID(v), roots) }))
}

// agentCondition lets those who may not see advisers name only themselves.
func (p *plan) agentCondition(c Condition, field string) error {
	if p.scope.Agents() {
		return nil
	}
	if own := p.scope.Adviser(); own != "" && len(c.In) == 1 && text(c.In[0]) == own {
		return nil
	}
	return cx.Fail(cx.Denied, field, "insight.denied_agents")
}

// advisers adds what bounds any figure by adviser: the people perimeter, or one's own.
func (p *plan) advisers(w *sqlWhere) {
	var terms []string
	var args []any
	if p.scope.Agents() {
		term, a := p.insideSQL(p.scope.People())
		terms, args = append(terms, term), append(args, a...)
	}
	if own := p.scope.Adviser(); own != "" {
		code, ok := p.store.dict("agent").find(own)
		if ok {
			terms, args = append(terms, "agent = ?"), append(args, int64(code))
		}
	}
	if len(terms) == 0 {
		w.add("FALSE")
		return
	}
	w.add("("+strings.Join(terms, " OR ")+")", args...)
}
