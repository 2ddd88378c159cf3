package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// formLines is a list in a form to which lines are added and from which they are taken away, without a script.
type formLines struct {
	Name   string // of the list, which begins the names of its fields: "caps", "caps_days"
	At     string // address that the form is sent to
	Label  string // of one line
	None   string // said when there is none
	Add    string
	Blocks bool // each line is a block of its own
	Lines  []formLine
}

type formLine struct {
	Fields []ui.Field
	Error  string
	Label  string // what it is, for who does not see
	Drop   string // value of the button that takes it away
}

const linesOfForm = 100 // more are not read

// columns are the names of the fields of one line.
type columns []string

// count gives the lines of a list in a form.
func (c columns) count(f url.Values) int {
	n := 0
	for _, name := range c {
		n = max(n, len(f[name]))
	}
	return min(n, linesOfForm)
}

// empty tells whether nothing was typed in a line.
func (c columns) empty(f url.Values, n int) bool {
	return !slices.ContainsFunc(c, func(name string) bool { return strings.TrimSpace(nth(f[name], n)) != "" })
}

func (c columns) add(f url.Values, values ...string) {
	n := c.count(f)
	for i, name := range c {
		for len(f[name]) < n {
			f[name] = append(f[name], "")
		}
		f[name] = append(f[name], nth(values, i))
	}
}

func (c columns) drop(f url.Values, n int) {
	for _, name := range c {
		if n >= 0 && n < len(f[name]) {
			f[name] = slices.Delete(slices.Clone(f[name]), n, n+1)
		}
	}
}

// pack leaves out the lines in which nothing was typed.
func (c columns) pack(f url.Values) {
	for n := c.count(f) - 1; n >= 0; n-- {
		if c.empty(f, n) {
			c.drop(f, n)
		}
	}
}

// moveLines does what a button of a list asks for: "add caps", "drop caps 2". false: the form is to be kept.
func moveLines(f url.Values, lists map[string]columns) bool {
	words := strings.Fields(f.Get("do"))
	if len(words) < 2 || lists[words[1]] == nil {
		return false
	}
	c := lists[words[1]]
	switch {
	case words[0] == "add":
		c.add(f)
	case words[0] == "drop" && len(words) == 3:
		if n, err := strconv.Atoi(words[2]); err == nil {
			c.drop(f, n)
		}
	default:
		return false
	}
	return true
}

// lineOf makes the n-th line of a list of its fields, whose values are those typed; wrong are the problems by field.
func (v *visit) lineOf(l *formLines, f url.Values, n int, fields []ui.Field) {
	for i := range fields {
		one := &fields[i]
		one.ID = "f-" + one.Name + "-" + strconv.Itoa(n)
		if one.Value = nth(f[one.Name], n); one.Kind == "select" {
			one.Options = selected(one.Options, one.Value)
		}
		*one = one.Plainly()
	}
	l.Lines = append(l.Lines, formLine{Fields: fields, Label: v.Lang.T("lines.one", "label", l.Label, "n", n+1), Drop: "drop " + l.Name + " " + strconv.Itoa(n)})
}

// wrong puts what is wrong beside its field: caps.0.days is the field caps_days of the first line. It gives back what is
// about none of them.
func (l *formLines) wrong(problems []problem) []problem {
	var rest []problem
	for _, p := range problems {
		if !l.place(p) {
			rest = append(rest, p)
		}
	}
	return rest
}

func (l *formLines) place(p problem) bool {
	after, ok := strings.CutPrefix(p.Field, l.Name+".")
	if !ok {
		return false
	}
	number, part, _ := strings.Cut(after, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(l.Lines) {
		return false
	}
	part = strings.ReplaceAll(part, ".", "_")
	for i := range l.Lines[n].Fields {
		if f := &l.Lines[n].Fields[i]; f.Name == l.Name+"_"+part {
			f.Error = p.Text
			return true
		}
	}
	l.Lines[n].Error = p.Text
	return true
}

// whole reads a whole number of a form, 0 when nothing was typed.
func (c *collector) whole(field, text string) int {
	v := c.number(field, text)
	if v == nil {
		return 0
	}
	if *v != float64(int(*v)) {
		c.l = append(c.l, cx.Fail(cx.Invalid, field, "lines.whole", "value", text))
		return 0
	}
	return int(*v)
}
