package intake

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
)

// Draft is an import that a person prepares: what its page shows beside the map.
type Draft struct {
	Sample Sample
	Notes  []Note
	// Answers to what is never assumed: column → AnswerNPS or AnswerOwn.
	Answers map[string]string
	// Known: the map is that of an earlier import of a file with the same columns.
	Known bool
	// Units to create, at the top of the tree: key → name.
	Units map[string]string
	// Naming is what other columns call the units of the column that holds them.
	Naming Naming
	// Given is the journey that came with the map: a preset's, or that of an earlier import.
	Given *journey.Journey
	// Touchpoint is the name of the one to create for all rows, "" for none.
	Touchpoint string
	// Place of the touchpoints to create; the zero value is a journey of their own.
	Place Place
}

// Place says in which journey new touchpoints go. Journey "" is a new one, named Name; Stage "" is a new stage of it.
type Place struct {
	Journey cx.JourneyID
	Stage   cx.StageID
	Name    string
}

// Answers to "is this 0–10 a recommendation question?".
const (
	AnswerNPS = "nps"
	AnswerOwn = "own"
)

// RoleID is, on a page, the role of a column that names the answer: the map's source_id.
const RoleID = "id"

// Pick is what a person chose for one entry of Map.Columns.
type Pick struct {
	Role     string // one of Roles, or RoleID
	Key      string // metric or attribute; "new" is a metric of the column's own
	Name     string // of the own metric
	Min, Max float64
	Aspect   bool
	Type     string
	Personal bool
	Unknown  string // of units; see Column
	Names    string
	Question string
	Dates    string // formats, one comma between
	// Values: cell → meaning. For touchpoints and units New is to create one of that name, Wait to leave it unknown.
	Values map[string]string
}

// Meanings of a touchpoint's or a unit's value beside a key and "" (nothing).
const (
	New  = "+"
	Wait = "?"
)

// Complete gives every column of the file an entry: those that the map does not name are ignored.
func (m Map) Complete(s Sample) Map {
	m.Columns = slices.Clone(m.Columns)
	for i, h := range s.Headers {
		if slices.ContainsFunc(m.Columns, func(c Column) bool { return c.Column == h.Name }) {
			continue
		}
		at := slices.IndexFunc(m.Columns, func(c Column) bool {
			k, ok := s.column(c.Column)
			return ok && k > i
		})
		if at < 0 {
			at = len(m.Columns)
		}
		m.Columns = slices.Insert(m.Columns, at, Column{Column: h.Name, As: "ignore"})
	}
	return m
}

// Lean is the map without what a person need not read: the entries of columns that are ignored.
func (m Map) Lean() Map {
	m.Columns = slices.DeleteFunc(slices.Clone(m.Columns), func(c Column) bool { return c.As == "ignore" && !slices.Contains(m.SourceID, c.Column) })
	return m
}

// Take lays a person's picks over the map, one per entry of Columns.
func (d *Draft) Take(m Map, picks []Pick) (Map, error) {
	if len(picks) != len(m.Columns) {
		return m, cx.Fail(cx.Conflict, "", "import.changed")
	}
	m.Columns, m.SourceID = slices.Clone(m.Columns), []string{}
	for i, p := range picks {
		c := Column{Column: m.Columns[i].Column, Split: m.Columns[i].Split, Decimal: m.Columns[i].Decimal, Empty: m.Columns[i].Empty}
		was := m.Columns[i]
		c.As = p.Role
		switch {
		case p.Role == RoleID:
			c.As = "ignore"
			m.SourceID = append(m.SourceID, c.Column)
		case p.Role == "score":
			m = d.score(m, &c, was, p)
		case p.Role == "at", strings.HasSuffix(p.Role, "attribute"):
			d.typed(&c, was, p)
		case p.Role == "verbatim":
			if c.Question = p.Question; was.As != "verbatim" {
				c.Question = d.label(c.Column)
			}
		case p.Role == "touchpoint", p.Role == "unit", p.Role == "channel", p.Role == RoleRule:
			d.meant(&c, was, p)
		case p.Role == RoleNote:
			d.noted(&c, was, p)
		}
		m.Columns[i] = c
	}
	return m, nil
}

func (d *Draft) label(column string) string {
	if i, ok := d.Sample.column(column); ok {
		return d.Sample.Headers[i].Label
	}
	return column
}

// typed gives an attribute its key and type, a date its formats.
func (d *Draft) typed(c *Column, was Column, p Pick) {
	c.Dates = was.Dates
	if formats := splitList(p.Dates); p.Dates != "" {
		c.Dates = formats
	}
	if c.As == "at" || p.Type == "date" {
		if len(c.Dates) == 0 {
			c.Dates = d.datesOf(c.Column)
		}
	}
	if c.As == "at" {
		return
	}
	c.Key, c.Type, c.Personal = Slug(p.Key), p.Type, p.Personal
	if p.Key == "" || p.Key == "new" || !strings.HasSuffix(was.As, "attribute") {
		c.Key = Slug(headerWords(c.Column))
	}
	if !strings.HasSuffix(was.As, "attribute") { // a role just given: addresses are somebody's until a person says otherwise
		c.Personal = p.Personal || d.addresses(c.Column)
	}
}

// addresses tells whether values of a column are e-mail addresses or telephone numbers.
func (d *Draft) addresses(column string) bool {
	return slices.ContainsFunc(d.Sample.FactOf(column).Values, func(v Value) bool { return emailShape.MatchString(v.Text) || phoneShape.MatchString(v.Text) })
}

func splitList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (d *Draft) datesOf(column string) []string {
	p := d.Sample.profileOf(column)
	formats, _, _ := p.dates(true)
	return formats
}

// meant gives the values of a touchpoint, a unit or a channel their meaning.
func (d *Draft) meant(c *Column, was Column, p Pick) {
	c.Values = map[string]string{}
	if was.As != c.As { // a role just given: nobody was asked yet
		d.firstMeaning(c)
		return
	}
	if c.As == "unit" {
		c.Unknown, c.Names = p.Unknown, p.Names
	}
	for v, to := range was.Values { // of values beyond those shown
		c.Values[v] = to
	}
	for v, to := range p.Values {
		delete(d.Units, Slug(v))
		switch {
		case to == Wait:
			delete(c.Values, v)
		case to == New && c.As == "unit":
			if d.Units == nil {
				d.Units = map[string]string{}
			}
			c.Values[v], d.Units[Slug(v)] = Slug(v), cmp.Or(d.Naming.Name(c.Names, v), v)
		case to == New:
			c.Values[v] = Slug(v)
		default:
			c.Values[v] = to
		}
	}
}

// noted gives a note in words its values.
func (d *Draft) noted(c *Column, was Column, p Pick) {
	if was.As != RoleNote {
		c.Values = d.wordValues(c.Column)
		return
	}
	c.Values = maps.Clone(was.Values)
	for v, to := range p.Values {
		if c.Values == nil {
			c.Values = map[string]string{}
		}
		c.Values[v] = to
	}
}

// mostCreated touchpoints are proposed from the values of a column; more are rather something else.
const mostCreated = 30

func (d *Draft) firstMeaning(c *Column) {
	values := d.Sample.Parts(*c)
	for _, v := range values {
		switch {
		case c.As == "channel":
			c.Values[v.Text] = channelNamed(v.Text)
		case c.As == "touchpoint" && len(values) <= mostCreated:
			c.Values[v.Text] = Slug(v.Text)
		}
	}
	if c.As == "channel" {
		c.Values["*"] = ""
	}
}

// score ties a column to a metric: one of the catalogue, or its own.
func (d *Draft) score(m Map, c *Column, was Column, p Pick) Map {
	c.Values = was.Values
	if was.As == "score" && len(p.Values) > 0 {
		c.Values = map[string]string{}
		for v, to := range p.Values {
			c.Values[v] = to
		}
	}
	if d.Answers[c.Column] == AnswerNPS && p.Key == "new" {
		p.Key = "nps"
	}
	if p.Key != "new" && p.Key != "" && was.As == "score" {
		c.Key = p.Key
		return m
	}
	own, scale := d.ownScale(m, *c, was)
	if was.As == "score" && own && p.Max > p.Min {
		scale.Min, scale.Max = p.Min, p.Max
	}
	if was.As != "score" && c.Values == nil {
		c.Values = d.wordValues(c.Column)
	}
	i, _ := d.Sample.column(c.Column)
	x := ownMetric(d.Sample.Headers[i], scale, p.Aspect)
	if p.Name != "" {
		x.Name = cx.Text{"fr": p.Name, "en": p.Name}
	}
	if had := m.metric(was.Key); had != nil && was.As == "score" {
		if p.Name == "" || p.Name == had.Name["fr"] || p.Name == had.Name["en"] {
			x.Name = had.Name
		}
		x.NonAnswers, x.Wording, x.Direction = had.NonAnswers, had.Wording, had.Direction
		if had.SameScale(x) {
			x.Key, x.Top, x.Bottom = had.Key, had.Top, had.Bottom
		}
	}
	c.Key = string(x.Key)
	m.Metrics = append(slices.DeleteFunc(slices.Clone(m.Metrics), func(y cx.Metric) bool { return y.Key == x.Key || string(y.Key) == was.Key }), x)
	return m
}

// metric gives the one that the map declares, nil when it declares none of that key.
func (m Map) metric(key string) *cx.Metric {
	for i := range m.Metrics {
		if string(m.Metrics[i].Key) == key {
			return &m.Metrics[i]
		}
	}
	return nil
}

// ownScale is the scale of a column's own metric: the one declared, or the one its values show; 0–10 when they show none.
func (d *Draft) ownScale(m Map, c, was Column) (declared bool, scale cx.Metric) {
	if had := m.metric(was.Key); had != nil && was.As == "score" {
		return true, cx.Metric{Min: had.Min, Max: had.Max, Step: had.Step}
	}
	p := d.Sample.profileOf(c.Column)
	if scale, ok := p.numberScale(); ok {
		return false, scale
	}
	if _, points := p.wordScale(); points > 0 {
		return false, cx.Metric{Min: 1, Max: float64(points)}
	}
	return false, cx.Metric{Min: 0, Max: 10}
}

func (d *Draft) wordValues(column string) map[string]string {
	values, _ := d.Sample.profileOf(column).wordScale()
	return values
}

// profileOf is the profile of a column as far as its facts tell.
func (s Sample) profileOf(column string) *profile {
	f := s.FactOf(column)
	p := &profile{values: map[string]int{}, hashes: map[uint64]struct{}{}, n: f.Filled, min: f.Min, max: f.Max}
	for i, v := range f.Values {
		p.values[v.Text] = v.N
		p.hashes[uint64(i)] = struct{}{}
		p.sample = append(p.sample, v.Text)
	}
	if f.More {
		for i := len(p.values); i <= profileValues; i++ {
			p.hashes[uint64(i)] = struct{}{}
		}
	}
	if f.Numeric {
		p.dot = f.Filled
		if f.Step == 1 || f.Step == 0 && f.Min == float64(int64(f.Min)) && f.Max == float64(int64(f.Max)) {
			p.whole = f.Filled
		}
	}
	return p
}
