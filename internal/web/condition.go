package web

import (
	"net/url"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
)

// conditions narrow questions and lists beyond plain values. In an address each is a repeated parameter: "in" and "not" hold
// "key:value", "range" holds "key:low..high" (one of the bounds may be left out), "missing" and "known" hold a key. Keys are
// those of a question: a dimension, attributes.<key>, scores.<metric>. One key has one condition.
type conditions struct {
	In, Not, Range, Missing, Known []string
}

func parseConditions(q url.Values) conditions {
	return conditions{In: some(q["in"]), Not: some(q["not"]), Range: some(q["range"]), Missing: some(q["missing"]), Known: some(q["known"])}
}

// lists gives each kind under its name in the address.
func (c *conditions) lists() map[string]*[]string {
	return map[string]*[]string{"in": &c.In, "not": &c.Not, "range": &c.Range, "missing": &c.Missing, "known": &c.Known}
}

func (c conditions) fill(q url.Values) {
	for name, list := range c.lists() {
		if len(*list) > 0 {
			q[name] = *list
		}
	}
}

// keyed splits "key:rest".
func keyed(entry string) (key, rest string) {
	key, rest, _ = strings.Cut(entry, ":")
	return key, rest
}

// grouped gives the values of "key:value" entries by key, in the order the keys are first met.
func grouped(entries []string) (keys []string, values map[string][]string) {
	values = map[string][]string{}
	for _, e := range entries {
		key, v := keyed(e)
		if _, met := values[key]; !met {
			keys = append(keys, key)
		}
		if v != "" {
			values[key] = append(values[key], v)
		}
	}
	return keys, values
}

// fillWhere adds the conditions of a question.
func (c conditions) fillWhere(w insight.Where) {
	for key, values := range second(grouped(c.In)) {
		w[key] = insight.Condition{In: anys(values)}
	}
	for key, values := range second(grouped(c.Not)) {
		w[key] = insight.Condition{Not: anys(values)}
	}
	for _, entry := range c.Range {
		key, _ := keyed(entry)
		if r, err := scoreCondition(entry); err == nil {
			w[key] = r
		}
	}
	yes, no := true, false
	for _, key := range c.Missing {
		w[key] = insight.Condition{Missing: &yes}
	}
	for _, key := range c.Known {
		w[key] = insight.Condition{Missing: &no}
	}
}

func second(_ []string, values map[string][]string) map[string][]string { return values }

// check refuses a range that is none, an entry without value, and a second condition on one key.
func (f *filters) checkConditions() error {
	for field, list := range map[string][]string{"in": f.In, "not": f.Not, "range": f.Range} {
		for _, entry := range list {
			if key, rest := keyed(entry); key == "" || rest == "" {
				return cx.Fail(cx.Invalid, field, "web.condition", "value", entry)
			}
		}
	}
	for _, entry := range f.Range {
		if r, err := scoreCondition(entry); err != nil || r.Missing != nil || r.GTE != nil && r.LTE != nil && *r.GTE > *r.LTE {
			return cx.Fail(cx.Invalid, "range", "web.range", "value", entry)
		}
	}
	if key := f.twice(); key != "" {
		return cx.Fail(cx.Invalid, key, "web.condition_twice", "key", key)
	}
	return nil
}

// twice gives a key that a condition narrows beside another condition or plain values; "" when there is none.
func (f filters) twice() string {
	plain := f
	plain.conditions = conditions{Missing: f.Missing}
	met := map[string]bool{}
	for key := range plain.where() {
		met[key] = true
	}
	for _, key := range f.conditions.keys() {
		if met[key] {
			return key
		}
		met[key] = true
	}
	return ""
}

// keys gives those of the lists, the ranges and the known: each list's once.
func (c conditions) keys() []string {
	in, _ := grouped(c.In)
	not, _ := grouped(c.Not)
	out := slices.Concat(in, not)
	for _, entry := range c.Range {
		key, _ := keyed(entry)
		out = append(out, key)
	}
	return append(out, c.Known...)
}

// without gives the conditions that are not about a key.
func (c conditions) without(key string) conditions {
	for _, list := range c.lists() {
		*list = slices.DeleteFunc(slices.Clone(*list), func(entry string) bool {
			own, _ := keyed(entry)
			return own == key
		})
	}
	return c
}

// clear takes off whatever narrows a key.
func (f *filters) clear(key string) {
	f.conditions = f.conditions.without(key)
	switch key {
	case "unit":
		f.Unit = ""
	case "journey":
		f.Journey = ""
	case "touchpoint":
		f.Touchpoint = ""
	case "channel":
		f.Channel = nil
	case "language":
		f.Language = nil
	case "source":
		f.Source = nil
	}
	if attribute, ok := strings.CutPrefix(key, attributePrefix); ok {
		delete(f.Attributes, attribute)
	}
	if metric, ok := strings.CutPrefix(key, scorePrefix); ok {
		for _, score := range []*string{&f.Score, &f.Also} {
			if own, _ := keyed(*score); own == metric {
				*score = ""
			}
		}
	}
	delete(f.Context, key)
}

const scorePrefix = "scores."

// among keeps one of some values of a key, where the address has always kept them when it has a place for them.
func (f *filters) among(key string, values []string) {
	attribute, ofAttribute := strings.CutPrefix(key, attributePrefix)
	switch {
	case ofAttribute:
		if f.Attributes == nil {
			f.Attributes = map[string][]string{}
		}
		f.Attributes[attribute] = values
	case key == "channel":
		f.Channel = values
	case key == "language":
		f.Language = values
	case key == "source":
		f.Source = values
	case slices.Contains(contextFilters[:], key):
		if f.Context == nil {
			f.Context = map[string][]string{}
		}
		f.Context[key] = values
	default:
		f.In = append(slices.Clone(f.In), prefixed(key, values)...)
	}
}

func prefixed(key string, values []string) []string {
	var out []string
	for _, v := range values {
		out = append(out, key+":"+v)
	}
	return out
}

// conditionWords is a condition as it is said, with the entries of the address that hold it.
type conditionWords struct {
	Text, Key, Kind string
	Entries         []string
}

// conditionsSaid says the conditions in the order of the address.
func (g *ground) conditionsSaid() []conditionWords {
	var out []conditionWords
	for _, kind := range []string{"in", "not"} {
		list := *g.conditions.lists()[kind]
		keys, values := grouped(list)
		for _, key := range keys {
			out = append(out, conditionWords{g.valuesSaid(kind, key, values[key]), key, kind, prefixed(key, values[key])})
		}
	}
	for _, entry := range g.Range {
		key, _ := keyed(entry)
		out = append(out, conditionWords{g.rangeSaid(entry), key, "range", []string{entry}})
	}
	for _, kind := range []string{"missing", "known"} {
		for _, key := range *g.conditions.lists()[kind] {
			text := g.lang().T("cockpit.filter.is", "name", g.axisLabel(key), "value", g.lang().T("explorer."+kind))
			out = append(out, conditionWords{text, key, kind, []string{key}})
		}
	}
	return out
}

func (g *ground) valuesSaid(kind, key string, values []string) string {
	var names []string
	for _, v := range values {
		names = append(names, g.valueName(axis{Name: key}, v))
	}
	word := "cockpit.filter.is"
	if kind == "not" {
		word = "explorer.filter.not"
	}
	return g.lang().T(word, "name", g.axisLabel(key), "value", strings.Join(names, ", "))
}

// rangeSaid writes "Âge : de 30 à 50", "Âge : à partir de 30".
func (g *ground) rangeSaid(entry string) string {
	l := g.lang()
	key, _ := keyed(entry)
	r, err := scoreCondition(entry)
	if err != nil {
		return entry
	}
	word := "both"
	switch {
	case r.LTE == nil:
		word, r.LTE = "from", r.GTE
	case r.GTE == nil:
		word, r.GTE = "to", r.LTE
	}
	return l.T("explorer.filter."+word, "name", g.axisLabel(key), "low", l.Short(*r.GTE, 4), "high", l.Short(*r.LTE, 4))
}
