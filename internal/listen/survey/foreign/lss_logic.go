package foreign

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/listen/survey"
)

// relevance translates an expression of the file into a condition; nil is always. Not ok: it says more than conditions
// can.
func (l *lime) relevance(s string) (c *survey.Condition, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || s == "1" {
		return nil, true
	}
	return parseExpression(s, l.tested)
}

// parseExpression reads comparisons joined by and, or, not; tested gives the condition of each.
func parseExpression(s string, tested func(name, op, value string) (*survey.Condition, bool)) (*survey.Condition, bool) {
	p := expression{tested: tested, tokens: tokensOf(s)}
	if len(p.tokens) > 400 {
		return nil, false
	}
	c, ok := p.or(0)
	return c, ok && p.at == len(p.tokens)
}

var tokenOf = regexp.MustCompile(`\s*("[^"]*"|'[^']*'|[A-Za-z_][\w.\-]*|\d+X\d+X[\w.\-]+|-?\d+(?:\.\d+)?|==|!=|<>|<=|>=|&&|\|\||[<>=!(),])`)

// tokensOf cuts an expression; nil when part of it is none.
func tokensOf(s string) []string {
	var l []string
	for s != "" {
		m := tokenOf.FindStringSubmatchIndex(s)
		if m == nil || m[0] != 0 {
			return nil
		}
		l = append(l, s[m[2]:m[3]])
		s = strings.TrimSpace(s[m[1]:])
	}
	return l
}

type expression struct {
	tested func(name, op, value string) (*survey.Condition, bool)
	tokens []string
	at     int
}

func (p *expression) next() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *expression) skip(words ...string) bool {
	if slices.Contains(words, strings.ToLower(p.next())) && p.at < len(p.tokens) {
		p.at++
		return true
	}
	return false
}

func (p *expression) or(depth int) (*survey.Condition, bool) {
	return p.chain(depth, p.and, func(l []survey.Condition) *survey.Condition { return &survey.Condition{Any: l} }, "or", "||")
}

func (p *expression) and(depth int) (*survey.Condition, bool) {
	return p.chain(depth, p.unary, func(l []survey.Condition) *survey.Condition { return &survey.Condition{All: l} }, "and", "&&")
}

func (p *expression) chain(depth int, part func(int) (*survey.Condition, bool), join func([]survey.Condition) *survey.Condition, words ...string) (*survey.Condition, bool) {
	c, ok := part(depth)
	if !ok {
		return nil, false
	}
	l := []survey.Condition{*c}
	for p.skip(words...) {
		if c, ok = part(depth); !ok {
			return nil, false
		}
		l = append(l, *c)
	}
	if len(l) == 1 {
		return &l[0], true
	}
	return join(l), true
}

func (p *expression) unary(depth int) (*survey.Condition, bool) {
	if depth > 20 {
		return nil, false
	}
	if p.skip("!", "not") {
		c, ok := p.unary(depth + 1)
		return &survey.Condition{Not: c}, ok
	}
	if p.skip("(") {
		c, ok := p.or(depth + 1)
		return c, ok && p.skip(")")
	}
	if p.skip("is_empty") {
		if !p.skip("(") {
			return nil, false
		}
		name := p.next()
		p.at++
		c, ok := p.tested(name, "==", "")
		return c, ok && p.skip(")")
	}
	return p.comparison()
}

var mirrored = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}

var wordOperators = map[string]string{"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "=": "==", "<>": "!="}

func (p *expression) comparison() (*survey.Condition, bool) {
	if p.at+2 >= len(p.tokens) {
		return nil, false
	}
	left, op, right := p.tokens[p.at], strings.ToLower(p.tokens[p.at+1]), p.tokens[p.at+2]
	p.at += 3
	if o, ok := wordOperators[op]; ok {
		op = o
	}
	value, literal := literalOf(right)
	if !literal {
		if value, literal = literalOf(left); !literal {
			return nil, false
		}
		left = right
		if o, ok := mirrored[op]; ok {
			op = o
		}
	}
	return p.tested(left, op, value)
}

func literalOf(s string) (string, bool) {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') {
		return s[1 : len(s)-1], true
	}
	_, err := strconv.ParseFloat(s, 64)
	return s, err == nil
}

var sgqa = regexp.MustCompile(`^\d+X\d+X(\d+)(.*)$`)

// named finds the question, and its part, that a variable names: Q1, Q1.NAOK, Q1_SQ001, 12X3X45SQ001.
func (l *lime) variable(name string) (t *target, part string) {
	name, _, _ = strings.Cut(name, ".")
	if m := sgqa.FindStringSubmatch(name); m != nil {
		for id := m[1]; id != ""; id = id[:len(id)-1] { // a part may begin with a digit
			if t := l.asked[id]; t != nil {
				return t, strings.TrimPrefix(m[1], id) + m[2]
			}
		}
		return nil, ""
	}
	code, part := name, ""
	for {
		if q := l.byCode[code]; q != nil {
			return l.asked[q.row["qid"]], part
		}
		i := strings.LastIndex(code, "_")
		if i < 0 {
			return nil, ""
		}
		part = strings.Trim(code[i+1:]+"_"+part, "_")
		code = code[:i]
	}
}

// tested translates one comparison of a variable with a value.
func (l *lime) tested(name, op, value string) (*survey.Condition, bool) {
	t, part := l.variable(name)
	return t.tested(part, op, value)
}

// tested translates the comparison of an answer, or a part of it, with a value.
func (t *target) tested(part, op, value string) (*survey.Condition, bool) {
	if t == nil || len(t.keys) == 0 {
		return nil, false
	}
	if c, ok := t.taken[part]; ok && part != "" && (value == "Y" || value == "") { // a box of several
		is := (value == "Y") == (op == "==")
		if !is {
			c = survey.Condition{Not: &survey.Condition{Question: c.Question, In: c.In, From: c.From, To: c.To}}
		}
		return &c, op == "==" || op == "!="
	}
	if value == "" {
		return t.filled(part, op)
	}
	if op == "==" || op == "!=" {
		c, ok := t.taken[strings.Trim(part+"/"+value, "/")]
		if ok && op == "!=" {
			return &survey.Condition{Not: &c}, true
		}
		if ok {
			return &c, true
		}
	}
	if c, ok := t.number[part]; ok {
		return compare(c, qsfOperator[op], value, false)
	}
	return t.among(part, op, value)
}

var qsfOperator = map[string]string{"==": "EqualTo", "!=": "NotEqualTo", "<": "LessThan", "<=": "LessThanOrEqual", ">": "GreaterThan", ">=": "GreaterThanOrEqual"}

// filled tests whether there is an answer at all.
func (t *target) filled(part, op string) (*survey.Condition, bool) {
	is := op == "!="
	if op != "==" && op != "!=" || part != "" && t.number[part].Question == "" {
		return nil, false
	}
	c := survey.Condition{Question: t.key, Answered: &is}
	if part != "" {
		c.Question, c.Row = t.number[part].Question, t.number[part].Row
	}
	return &c, true
}

// among tests choices whose codes are numbers.
func (t *target) among(part, op, value string) (*survey.Condition, bool) {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || part != "" || len(t.items) == 0 {
		return nil, false
	}
	var in []string
	for _, it := range t.items {
		n, err := strconv.ParseFloat(it.code, 64)
		if err != nil {
			continue
		}
		if op == "<" && n < v || op == "<=" && n <= v || op == ">" && n > v || op == ">=" && n >= v {
			in = append(in, t.taken[it.id].In...)
		}
	}
	return &survey.Condition{Question: t.key, In: in}, len(in) > 0
}

var limePipe = regexp.MustCompile(`\{([A-Za-z][^{}\n]*|INSERTANS:[^}]*)\}`)

var tokenNames = map[string]string{"TOKEN:FIRSTNAME": "first_name", "TOKEN:LASTNAME": "last_name", "TOKEN:EMAIL": "email", "FIRSTNAME": "first_name", "LASTNAME": "last_name"}

// piped turns {Q1.shown} and {TOKEN:FIRSTNAME} into ours; other expressions are told and leave dots.
func (l *lime) piped(_ *reader, question, text string) string {
	var b strings.Builder
	at := 0
	for _, m := range limePipe.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(braces(text[at:m[0]]))
		at = m[1]
		mark := l.pipe(text[m[2]:m[3]])
		if mark == "" {
			l.lose(question, "foreign.pipe", "name", shown(text[m[2]:m[3]]))
			mark = "…"
		}
		b.WriteString(mark)
	}
	return strings.ReplaceAll(b.String()+braces(text[at:]), "${", "$ {")
}

var codeName = regexp.MustCompile(`^[A-Za-z]\w*(\.(shown|NAOK|value|code))*$`)

func (l *lime) pipe(name string) string {
	name = strings.TrimSpace(name)
	if key := tokenNames[name]; key != "" {
		return "{@" + key + "}"
	}
	if rest, ok := strings.CutPrefix(name, "TOKEN:"); ok && keyOf(rest) != "" {
		return "{@" + keyOf(rest) + "}"
	}
	if rest, ok := strings.CutPrefix(name, "INSERTANS:"); ok {
		if m := sgqa.FindStringSubmatch(rest); m != nil && l.byID[m[1]] != nil {
			return "{" + keyOf(l.byID[m[1]].row["title"]) + "}"
		}
		return ""
	}
	code, _, _ := strings.Cut(name, ".")
	if codeName.MatchString(name) && l.byCode[code] != nil {
		return "{" + keyOf(code) + "}"
	}
	return ""
}
