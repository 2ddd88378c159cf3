package survey

import (
	"fmt"
	"math"
	"slices"

	"vigie/internal/cx"
)

// condition wants exactly one thing said, of what is known by then.
func (c *checker) condition(at string, cond *Condition) { c.conditionDeep(at, cond, 1) }

const depthMost = 8

func (c *checker) conditionDeep(at string, cond *Condition, depth int) {
	if cond == nil {
		return
	}
	said := 0
	for _, is := range []bool{cond.All != nil, cond.Any != nil, cond.Not != nil, cond.Question != "", cond.Attribute != "", cond.Channel != nil, cond.Language != nil} {
		if is {
			said++
		}
	}
	if said != 1 || depth > depthMost {
		c.fail(said != 1, at, "survey.condition_one")
		c.fail(depth > depthMost, at, "survey.condition_deep", "max", depthMost)
		return
	}
	c.conditions(at+".all", cond.All, depth)
	c.conditions(at+".any", cond.Any, depth)
	c.conditionDeep(at+".not", cond.Not, depth+1)
	c.leaf(at, cond)
}

func (c *checker) conditions(at string, l []Condition, depth int) {
	c.fail(l != nil && len(l) == 0, at, "survey.condition_empty")
	for i := range l {
		c.conditionDeep(fmt.Sprintf("%s[%d]", at, i), &l[i], depth+1)
	}
}

func (c *checker) leaf(at string, cond *Condition) {
	tests := 0
	for _, is := range []bool{cond.In != nil, cond.From != nil || cond.To != nil, cond.Answered != nil} {
		if is {
			tests++
		}
	}
	tested := cond.Question != "" || cond.Attribute != ""
	c.fail(tested && tests != 1, at, "survey.condition_test")
	c.fail(!tested && tests > 0 || cond.Question == "" && cond.Row != "", at, "survey.condition_one")
	c.bounds(at, cond)
	for i, ch := range cond.Channel {
		c.fail(!slices.Contains(cx.Channels, ch), fmt.Sprintf("%s.channel[%d]", at, i), "survey.word", "value", ch)
	}
	for i, l := range cond.Language {
		c.fail(!slices.Contains(c.d.Languages, l), fmt.Sprintf("%s.language[%d]", at, i), "survey.language_not", "value", l)
	}
	c.fail(cond.Attribute != "" && c.d.Privacy == Anonymous, at+".attribute", "survey.pipe_anonymous", "name", cond.Attribute)
	if cond.Question != "" {
		c.asks(at, cond)
	}
}

func (c *checker) bounds(at string, cond *Condition) {
	wild := func(v *float64) bool { return v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) }
	c.fail(wild(cond.From), at+".from", "survey.condition_bound")
	c.fail(wild(cond.To), at+".to", "survey.condition_bound")
	c.fail(cond.From != nil && cond.To != nil && *cond.From > *cond.To, at+".to", "survey.condition_bound")
}

// asks checks a test on an earlier answer.
func (c *checker) asks(at string, cond *Condition) {
	q := c.before[cond.Question]
	if q == nil {
		later := c.d.Question(cond.Question) != nil
		c.fail(later, at+".question", "survey.later", "key", string(cond.Question))
		c.fail(!later, at+".question", "survey.no_question", "key", string(cond.Question))
		return
	}
	c.fail(q.Kind == Info, at+".question", "survey.condition_kind", "key", string(q.Key))
	c.fail(cond.In != nil && !q.Kind.Lists(), at+".in", "survey.condition_kind", "key", string(q.Key))
	numbered := q.Kind.Points() && cond.Row == "" || q.Kind == Matrix && cond.Row != ""
	c.fail((cond.From != nil || cond.To != nil) && !numbered, at+".from", "survey.condition_kind", "key", string(q.Key))
	c.fail(cond.Row != "" && !slices.ContainsFunc(q.Rows, func(r Row) bool { return r.Key == cond.Row }), at+".row", "survey.no_row", "row", cond.Row)
	for i, key := range cond.In {
		known := slices.ContainsFunc(q.Choices, func(o Option) bool { return o.Key == key })
		c.fail(q.Kind.Lists() && !known, fmt.Sprintf("%s.in[%d]", at, i), "survey.no_choice", "choice", key, "key", string(q.Key))
	}
}
