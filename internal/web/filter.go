package web

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
)

// filters are what a page is narrowed to. They live in its address, under the names of a question's dimensions.
type filters struct {
	During     string // "7", "30", "90" (default), "365" days to today, or "range"
	From, To   string // of "range": the first and the last day
	Usual      bool   // the address names no period: this is the one that shows most (usual.go)
	Unit       string
	Channel    []string
	Attributes map[string][]string

	// Of lists of feedback alone.
	Journey, Touchpoint, Program string
	Language, Source             []string
	Score                        string              // "nps", "nps:0..6": a score of that metric, between two of its values
	Also                         string              // another score, as Score
	Words                        string              // "with" (default), "without", "any"
	Text                         string              // what is searched
	Context                      map[string][]string // values of contextFilters
	conditions
}

// contextFilters are dimensions that only a question of the explorer, and the list behind it, are narrowed by.
var contextFilters = [...]string{"stage", "collected_by", "survey", "agent", "rule", "wording", "segment", "why"}

const attributePrefix = "attributes."

// presets of the period, in days.
var presets = [...]string{"7", "30", "90", "365"}

const defaultDuring = "90"

// parseFilters reads an address. A date or a number that is none is refused with its field.
func parseFilters(q url.Values) (filters, error) {
	f := filters{During: q.Get("during"), From: q.Get("from"), To: q.Get("to"), Unit: q.Get("unit"), Channel: some(q["channel"]),
		Journey: q.Get("journey"), Touchpoint: q.Get("touchpoint"), Program: q.Get("program"), Language: some(q["language"]),
		Source: some(q["source"]), Score: q.Get("score"), Also: q.Get("also"), conditions: parseConditions(q), Words: q.Get("words"), Text: strings.TrimSpace(q.Get("q"))}
	for name, values := range q {
		if key, ok := strings.CutPrefix(name, attributePrefix); ok && len(some(values)) > 0 {
			if f.Attributes == nil {
				f.Attributes = map[string][]string{}
			}
			f.Attributes[key] = some(values)
		}
	}
	for _, name := range contextFilters {
		if v := some(q[name]); len(v) > 0 {
			if f.Context == nil {
				f.Context = map[string][]string{}
			}
			f.Context[name] = v
		}
	}
	if f.Words != "without" && f.Words != "any" {
		f.Words = "with"
	}
	if f.During == "" && f.From != "" {
		f.During = "range"
	}
	if f.During != "range" {
		if !slices.Contains(presets[:], f.During) {
			f.During, f.Usual = defaultDuring, true
		}
		f.From, f.To = "", ""
	}
	return f, f.check()
}

func (f *filters) check() error {
	if f.During == "range" {
		from, err := time.Parse(time.DateOnly, f.From)
		if err != nil {
			return cx.Fail(cx.Invalid, "from", "people.date", "value", f.From)
		}
		if f.To == "" {
			f.To = f.From
		}
		to, err := time.Parse(time.DateOnly, f.To)
		if err != nil || to.Before(from) {
			return cx.Fail(cx.Invalid, "to", "people.date", "value", f.To)
		}
	}
	if _, err := scoreCondition(f.Score); err != nil {
		return err
	}
	if _, err := scoreCondition(f.Also); err != nil {
		return err
	}
	return f.checkConditions()
}

// some leaves empty values out.
func some(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

// values write the address anew, defaults left out.
func (f filters) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if !f.Usual {
		set("during", f.During)
		set("from", f.From)
		set("to", f.To)
	}
	set("unit", f.Unit)
	set("journey", f.Journey)
	set("touchpoint", f.Touchpoint)
	set("program", f.Program)
	set("score", f.Score)
	set("also", f.Also)
	if f.Words != "with" {
		set("words", f.Words)
	}
	set("q", f.Text)
	for name, values := range map[string][]string{"channel": f.Channel, "language": f.Language, "source": f.Source} {
		if len(values) > 0 {
			q[name] = values
		}
	}
	f.conditions.fill(q)
	for key, values := range f.Attributes {
		q[attributePrefix+key] = values
	}
	for name, values := range f.Context {
		q[name] = values
	}
	return q
}

// at gives an address with these filters.
func (f filters) at(path string) string { return address(path, f.values()) }

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	if strings.Contains(path, "?") {
		return path + "&" + q.Encode()
	}
	return path + "?" + q.Encode()
}

// common are the filters that every page understands: what goes along from page to page.
func (f filters) common() filters {
	return filters{During: f.During, From: f.From, To: f.To, Usual: f.Usual, Unit: f.Unit, Channel: f.Channel, Attributes: f.Attributes}
}

// with gives these filters changed.
func (f filters) with(change func(*filters)) filters {
	f.Attributes, f.Context = maps.Clone(f.Attributes), maps.Clone(f.Context)
	was := [...]string{f.During, f.From, f.To}
	change(&f)
	f.Usual = f.Usual && was == [...]string{f.During, f.From, f.To}
	return f
}

// days gives how many the period has.
func (f filters) days(now time.Time) int {
	p := f.period(now)
	from, _ := time.Parse(time.DateOnly, p.From)
	to, _ := time.Parse(time.DateOnly, p.To)
	return int(to.Sub(from).Hours()/24 + 0.5)
}

// period gives the days asked for, to the end of today.
func (f filters) period(now time.Time) insight.Period {
	if f.During == "range" {
		to, _ := time.Parse(time.DateOnly, f.To)
		return insight.Period{From: f.From, To: to.AddDate(0, 0, 1).Format(time.DateOnly)}
	}
	n, _ := strconv.Atoi(cmp.Or(f.During, defaultDuring))
	return insight.Period{From: now.AddDate(0, 0, 1-n).Format(time.DateOnly), To: now.AddDate(0, 0, 1).Format(time.DateOnly)}
}

// where gives the conditions of a question. A unit stands for everything under it.
func (f filters) where() insight.Where {
	w := insight.Where{}
	one := func(name, value string) {
		if value != "" {
			w[name] = insight.Condition{In: []any{value}}
		}
	}
	many := func(name string, values []string) {
		if len(values) > 0 {
			w[name] = insight.Condition{In: anys(values)}
		}
	}
	one("unit", f.Unit)
	one("journey", f.Journey)
	one("touchpoint", f.Touchpoint)
	many("channel", f.Channel)
	many("language", f.Language)
	many("source", f.Source)
	for key, values := range f.Attributes {
		many(attributePrefix+key, values)
	}
	for key, values := range f.Context {
		many(key, values)
	}
	for _, score := range []string{f.Also, f.Score} {
		if c, err := scoreCondition(score); err == nil && score != "" {
			metric, _, _ := strings.Cut(score, ":")
			w[scorePrefix+metric] = c
		}
	}
	f.fillWhere(w)
	return w
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// also gives the conditions of w and one more.
func also(w insight.Where, name string, values ...any) insight.Where {
	out := maps.Clone(w)
	if out == nil {
		out = insight.Where{}
	}
	out[name] = insight.Condition{In: values}
	return out
}

// listQuery asks for the feedback that the filters leave, newest first.
func (f filters) listQuery(now time.Time) insight.ListQuery {
	p := f.period(now)
	q := insight.ListQuery{Where: f.where(), During: &p, Program: cx.Program(f.Program)}
	if f.Words == "with" || f.Words == "without" {
		words := f.Words == "with"
		q.Verbatim = &words
	}
	return q
}

// grain is the step in which a period is drawn.
func (f filters) grain(now time.Time) string {
	switch n := f.days(now); {
	case n <= 31:
		return "day"
	case n <= 200:
		return "week"
	}
	return "month"
}

// bins gives the keys of every step of a period, as questions answer them.
func bins(p insight.Period, grain string) []string {
	from, err := time.Parse(time.DateOnly, p.From)
	to, err2 := time.Parse(time.DateOnly, p.To)
	if err != nil || err2 != nil {
		return nil
	}
	var out []string
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		k := binOf(d, grain)
		if len(out) == 0 || out[len(out)-1] != k {
			out = append(out, k)
		}
	}
	return out
}

func binOf(d time.Time, grain string) string {
	switch grain {
	case "day":
		return d.Format(time.DateOnly)
	case "week":
		year, week := d.ISOWeek()
		return strconv.Itoa(year) + "-W" + pad2(week)
	case "quarter":
		return strconv.Itoa(d.Year()) + "-Q" + strconv.Itoa((int(d.Month())+2)/3)
	case "year":
		return strconv.Itoa(d.Year())
	}
	return d.Format("2006-01")
}

func pad2(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// scoreCondition reads the range of a score: "nps" any, "nps:0..6" between both, one of which may be left out.
func scoreCondition(score string) (insight.Condition, error) {
	_, span, ranged := strings.Cut(score, ":")
	if !ranged {
		no := false
		return insight.Condition{Missing: &no}, nil
	}
	low, high, ok := strings.Cut(span, "..")
	var c insight.Condition
	for _, end := range []struct {
		text string
		to   **float64
	}{{low, &c.GTE}, {high, &c.LTE}} {
		if end.text == "" {
			continue
		}
		v, err := strconv.ParseFloat(end.text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			ok = false
		}
		*end.to = &v
	}
	if !ok || c.GTE == nil && c.LTE == nil {
		return insight.Condition{}, cx.Fail(cx.Invalid, "score", "web.score", "value", score)
	}
	return c, nil
}

// between writes the range of a score as scoreCondition reads it.
func between(metric cx.MetricID, low, high float64) string {
	write := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return string(metric) + ":" + write(low) + ".." + write(high)
}
