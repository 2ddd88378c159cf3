package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// draftView is an import being prepared: what was understood, every choice to correct it, and the first rows as feedback.
type draftView struct {
	Action   string
	Problem  string // why it cannot go on
	Known    bool   // the map of an earlier file is used
	Notes    []string
	Layout   []ui.Field
	About    []ui.Field // which touchpoint they speak of, and where it stands
	Context  []ui.Field
	Question []npsQuestion
	Units    []unitsQuestion
	Columns  []columnView
	Aside    string // says how many columns are ignored; "": none
	Bare     bool   // all of them are
	Creates  string // what the import will create, in words
	Preview  []previewView
	Counts   *importCounts // of the rehearsal
	Seen     string
	Objects  bool // a file of feedback objects: nothing to choose
}

// npsQuestion asks whether a rating from 0 to 10 is a recommendation.
type npsQuestion struct {
	Name, Column, Wording, Answer string
}

// columnView is one entry of the map.
type columnView struct {
	Index    int
	Name     string
	Label    string // the wording, when it is another
	Samples  string
	Filled   string
	Role     string
	Groups   []roleGroup
	Fields   []ui.Field
	Says     string // what the fields hold, in a line
	Values   []valueView
	More     string // values that are not listed
	Notes    []string
	Open     bool // something is wrong in Fields
	Ignored  bool
	Again    bool // the column stands above, with another role
	ValuesOf string
	// OpenValues: something is wrong in Values.
	OpenValues bool
}

type roleGroup struct {
	Label   string
	Options []ui.Option
}

// valueView is one value of a column with its meaning.
type valueView struct {
	Name, Text, Count string
	Key               string // hidden: the value itself
	Options           []ui.Option
	Value, Error      string // when it is typed
}

// previewView is a row as the feedback it would become.
type previewView struct {
	Line    string
	Voice   ui.Voice
	Tags    []ui.Tag
	Reasons []string
}

// draftBuilder builds the view of one draft.
type draftBuilder struct {
	*ground
	i intake.Import
	p *draftView
	// problem is what the last form was refused for.
	problem error
}

const previewShown = 8

func (s *Server) newDraftView(ctx context.Context, v *visit, i intake.Import, problem error) (*draftView, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	b := &draftBuilder{ground: g, i: i, problem: problem, p: &draftView{Action: importAddress(i.ID), Known: i.Draft.Known, Objects: i.Draft.Sample.Kind == intake.NDJSON}}
	l := g.lang()
	switch {
	case problem != nil:
		b.p.Problem = l.Error(problem)
	case i.Problem != nil:
		b.p.Problem = l.Error(i.Problem)
	}
	if i.Report != nil {
		b.p.Counts = newImportCounts(v, i.Report)
	}
	b.p.Seen = l.T("import.seen", "count", i.Draft.Sample.Seen)
	if !i.Draft.Sample.Whole {
		b.p.Seen = l.T("import.seen.more", "rows", i.Draft.Sample.Seen)
	}
	if !b.p.Objects {
		b.choices()
	}
	rows, err := s.Imports.Preview(ctx, i, previewShown)
	if err != nil {
		if problem == nil {
			b.p.Problem = l.Error(err)
		}
		return b.p, nil
	}
	for _, r := range rows {
		b.p.Preview = append(b.p.Preview, b.preview(r))
	}
	return b.p, nil
}

func (b *draftBuilder) choices() {
	for _, n := range b.i.Draft.Notes {
		if n.Column == "" {
			b.p.Notes = append(b.p.Notes, noteText(b.lang(), n))
		}
	}
	b.p.Layout = b.layout()
	b.p.About = b.about()
	b.p.Context = b.context()
	seen := map[string]bool{}
	for n, c := range b.i.Map.Columns {
		v := b.column(n, c)
		v.Again = seen[c.Column]
		seen[c.Column] = true
		b.p.Columns = append(b.p.Columns, v)
		if q, ask := b.nps(n, c); ask {
			b.p.Question = append(b.p.Question, q)
		}
		if q, ask := b.units(n, c); ask {
			b.p.Units = append(b.p.Units, q)
		}
	}
	b.places()
	b.aside()
}

// aside counts the columns that the import does not take.
func (b *draftBuilder) aside() {
	n := 0
	for _, c := range b.p.Columns {
		if c.Ignored {
			n++
		}
	}
	if n > 0 {
		b.p.Aside, b.p.Bare = b.lang().T("import.aside", "count", n), n == len(b.p.Columns)
	}
}

func (b *draftBuilder) options(family, chosen string, values ...string) []ui.Option {
	var out []ui.Option
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: b.word(family, v), Selected: v == chosen})
	}
	return out
}

// layout says how the file is written.
func (b *draftBuilder) layout() []ui.Field {
	l, m := b.lang(), b.i.Map
	var out []ui.Field
	if b.i.Draft.Sample.Kind == intake.Text {
		var encodings []ui.Option
		for _, e := range intake.Encodings {
			encodings = append(encodings, ui.Option{Value: e, Label: e, Selected: e == m.Encoding})
		}
		separators := []ui.Option{}
		for _, x := range []struct{ value, id string }{{",", "comma"}, {";", "semicolon"}, {"\t", "tab"}, {"|", "bar"}} {
			separators = append(separators, ui.Option{Value: x.value, Label: l.T("import.separator." + x.id), Selected: x.value == m.Layout().Separator})
		}
		out = append(out, ui.Field{Name: "encoding", Label: l.T("import.encoding"), Kind: "select", Options: encodings, Required: true},
			ui.Field{Name: "separator", Label: l.T("import.separator"), Kind: "select", Options: separators, Required: true})
	} else {
		out = append(out, ui.Field{Name: "sheet", Label: l.T("import.sheet"), Value: m.Sheet, Hint: l.T("import.sheet.hint")})
	}
	heads := []ui.Option{}
	for n := range 4 {
		heads = append(heads, ui.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), Selected: n == m.HeaderRows})
	}
	marks := []ui.Option{{Value: ".", Label: l.T("import.decimal.point"), Selected: m.Decimal != ","}, {Value: ",", Label: l.T("import.decimal.comma"), Selected: m.Decimal == ","}}
	return append(out, ui.Field{Name: "header_rows", Label: l.T("import.header_rows"), Kind: "select", Options: heads, Required: true},
		ui.Field{Name: "skip", Label: l.T("import.skip"), Kind: "number", Value: strconv.Itoa(m.Skip), Required: true},
		ui.Field{Name: "decimal", Label: l.T("import.decimal"), Kind: "select", Options: marks, Required: true})
}

// noteText is a note of the guess as a page says it: the map's own words speak of its YAML.
func noteText(l lang.Lang, n intake.Note) string {
	if id := "import." + strings.TrimPrefix(n.Code, "intake."); l.Has(id) {
		return l.T(id, n.Args...)
	}
	return n.Say(l)
}

// about asks which touchpoint the rows speak of, when no column says.
func (b *draftBuilder) about() []ui.Field {
	l, m := b.lang(), b.i.Map
	if b.has("touchpoint") {
		return nil
	}
	one := ui.Field{Name: "touchpoint", Label: l.T("import.touchpoint"), Kind: "select", Required: true, Options: []ui.Option{{Value: "", Label: l.T("import.touchpoint.none")}}}
	one.Options = append(one.Options, b.touchpoints(m.Constants.Touchpoint)...)
	fresh := b.i.Draft.Touchpoint
	one.Options = append(one.Options, ui.Option{Value: intake.New, Label: l.T("import.touchpoint.new"), Selected: fresh != "" && m.Constants.Touchpoint == intake.Slug(fresh)})
	if fresh == "" {
		return []ui.Field{one}
	}
	return []ui.Field{one, {Name: "touchpoint_name", Label: l.T("import.touchpoint.name"), Value: fresh, Max: 100, Required: true, Hint: l.T("import.touchpoint.name.hint")}}
}

// context says what holds for all rows.
func (b *draftBuilder) context() []ui.Field {
	l, m := b.lang(), b.i.Map
	fields := []ui.Field{{Name: "source", Label: l.T("import.source"), Value: m.Source, Required: true, Max: 100, Hint: l.T("import.source.hint")}}
	programs := []ui.Option{{Value: "", Label: l.T("import.program.auto"), Selected: m.Constants.Program == ""}}
	for _, x := range cx.Programs() {
		programs = append(programs, ui.Option{Value: string(x), Label: l.T("verbatim.program." + string(x)), Selected: string(x) == m.Constants.Program})
	}
	fields = append(fields, ui.Field{Name: "program", Label: l.T("import.program"), Kind: "select", Options: programs, Required: true, Hint: l.T("import.program.hint")})
	if !b.has("channel") {
		channels := append([]ui.Option{{Value: "", Label: l.T("import.none")}}, b.options("cockpit.channel.", m.Constants.Channel, cx.Channels...)...)
		fields = append(fields, ui.Field{Name: "channel", Label: l.T("import.channel"), Kind: "select", Options: channels, Required: true})
	}
	if !b.has("collected_by") {
		fields = append(fields, ui.Field{Name: "collected_by", Label: l.T("import.collected_by"), Kind: "select", Required: true,
			Options: b.options("cockpit.collected.", m.Constants.CollectedBy, cx.Collections...)})
	}
	if !b.has("at") {
		fields = append(fields, ui.Field{Name: "at", Label: l.T("import.at"), Kind: "date", Value: m.Constants.At, Hint: l.T("import.at.hint")})
	}
	return fields
}

func (b *draftBuilder) has(role string) bool {
	return slices.ContainsFunc(b.i.Map.Columns, func(c intake.Column) bool { return c.As == role })
}

func (b *draftBuilder) touchpoints(chosen string) []ui.Option {
	var out []ui.Option
	for _, x := range b.Journeys.Touchpoints() {
		key := string(x.Touchpoint.Key)
		out = append(out, ui.Option{Value: key, Label: b.lang().Text(x.Touchpoint.Name), Selected: key == chosen})
	}
	return out
}

// nps tells whether a column must be asked about: a rating from 0 to 10 of its own, or one that was said to be an NPS.
func (b *draftBuilder) nps(n int, c intake.Column) (npsQuestion, bool) {
	q := npsQuestion{Name: "nps-" + strconv.Itoa(n), Column: c.Column, Wording: c.Column, Answer: b.i.Draft.Answers[c.Column]}
	if c.As != "score" {
		return q, false
	}
	m, ok := b.metric(c.Key)
	ten := ok && m.Min == 0 && m.Max == 10 && m.Points() == 11 && !m.Aspect
	return q, ten && (q.Answer != "" || c.Key != "nps" && !b.declared(c.Key))
}

// declared tells whether a metric stood in the catalogue before this file.
func (b *draftBuilder) declared(key string) bool {
	_, there := b.Catalogue.Metrics[cx.MetricID(key)]
	return there
}

func (b *draftBuilder) metric(key string) (cx.Metric, bool) {
	for _, m := range b.i.Map.Metrics {
		if string(m.Key) == key {
			return m, true
		}
	}
	m, ok := b.Catalogue.Metrics[cx.MetricID(key)]
	return m, ok
}

// places asks where new touchpoints go, and says what the import creates.
func (b *draftBuilder) places() {
	l := b.lang()
	var fresh, measures []string
	if j := b.i.Map.Journey; j != nil {
		for _, s := range j.Stages {
			for _, t := range s.Touchpoints {
				if !b.Journeys.Known()[t.Key] {
					fresh = append(fresh, l.Text(t.Name))
				}
			}
		}
	}
	for _, m := range b.i.Map.Metrics {
		if !b.declared(string(m.Key)) {
			measures = append(measures, l.Text(m.Name))
		}
	}
	var said []string
	for _, x := range []struct {
		id    string
		names []string
	}{{"import.creates.touchpoints", fresh}, {"import.creates.metrics", measures}} {
		if len(x.names) > 0 {
			said = append(said, l.T(x.id, "count", len(x.names), "names", shortNames(x.names)))
		}
	}
	if n := b.madeUnits(); n > 0 {
		said = append(said, l.T("import.creates.units", "count", n))
	}
	b.p.Creates = strings.Join(said, " ")
	if len(fresh) > 0 && b.i.Draft.Given == nil {
		b.p.About = append(b.p.About, b.place()...)
	}
}

// madeUnits counts those that the import makes, as far as the rows were looked at.
func (b *draftBuilder) madeUnits() int {
	n := len(b.i.Draft.Units)
	for _, c := range b.i.Map.Columns {
		if c.As == "unit" && c.Unknown == intake.UnknownCreate {
			n = b.strangers(c)
		}
	}
	return n
}

func (b *draftBuilder) place() []ui.Field {
	l, at := b.lang(), b.i.Draft.Place
	where := ui.Field{Name: "place", Label: l.T("import.place"), Kind: "select", Required: true}
	for _, j := range b.Journeys.List {
		for _, s := range j.Stages {
			where.Options = append(where.Options, ui.Option{Value: string(j.Key) + "/" + string(s.Key), Label: l.Text(j.Name) + " › " + l.Text(s.Name),
				Selected: j.Key == at.Journey && s.Key == at.Stage})
		}
	}
	where.Options = append(where.Options, ui.Option{Value: "", Label: l.T("import.place.new"), Selected: at.Journey == ""})
	if at.Journey != "" {
		return []ui.Field{where}
	}
	name := at.Name
	if name == "" {
		name = l.T("import.journey")
	}
	return []ui.Field{where, {Name: "place_name", Label: l.T("import.place.name"), Value: name, Max: 100, Required: true}}
}

func shortNames(names []string) string {
	const most = 6
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + "…"
}

// preview draws one row as the feedback it would become.
func (b *draftBuilder) preview(r intake.Previewed) previewView {
	l := b.lang()
	v := previewView{Line: l.T("import.line", "line", r.Line)}
	for _, why := range r.Why {
		v.Reasons = append(v.Reasons, reasonText(l, why))
	}
	switch r.Verdict {
	case collect.Duplicate, collect.Waiting, collect.Conflicting, collect.Gone, collect.Rejected:
		tone := ui.Watch
		if r.Verdict == collect.Rejected || r.Verdict == collect.Conflicting {
			tone = ui.Bad
		}
		v.Tags = append(v.Tags, ui.Tag{Text: l.T("import.verdict." + string(r.Verdict)), Tone: tone})
	}
	v.Voice = b.voiceOf(r.Incoming)
	return v
}

func reasonText(l lang.Lang, why intake.Reason) string {
	text := l.Error(&cx.Error{Kind: cx.Invalid, Field: why.Column, Code: why.Code, Args: why.Args})
	if why.Column != "" && !strings.Contains(text, why.Column) {
		return why.Column + " · " + text
	}
	return text
}

// voiceOf shows what a source sent as lists show feedback: main score, words, aspects as chips, context.
func (b *draftBuilder) voiceOf(in collect.Incoming) ui.Voice {
	l := b.lang()
	v := ui.Voice{When: l.T("import.nodate")}
	if !in.At.IsZero() {
		v.When, v.WhenISO = b.saidAt(in.At), in.At.Format(time.RFC3339)
	}
	for _, c := range b.i.Map.Columns {
		raw, said := in.Scores[c.Key]
		m, ok := b.metric(c.Key)
		if c.As != "score" || !said || !ok {
			continue
		}
		if text := scoreOf(l, m, raw); v.Score == "" && !m.Aspect {
			v.Score, v.Unit, v.Tone = text, l.Text(m.Name), toneOf(m, raw)
			if len([]rune(text)) <= 4 {
				continue
			}
			v.Score = ""
		}
		v.Chips = append(v.Chips, ui.Chip{Text: l.Text(m.Name) + " " + scoreOf(l, m, raw)})
	}
	for _, x := range in.Verbatims {
		v.Texts = append(v.Texts, ui.Quote{Question: x.Question, Parts: []ui.Part{{Text: firstWords(x.Text)}}})
	}
	v.Context = b.where(in)
	return v
}

func scoreOf(l lang.Lang, m cx.Metric, raw float64) string {
	if m.Min == 0 && m.Max == 1 && m.Points() == 2 {
		return l.T(map[bool]string{true: "import.yes", false: "import.no"}[raw == 1])
	}
	return l.Short(raw, 2)
}

func toneOf(m cx.Metric, raw float64) ui.Tone {
	better := func(a, b float64) bool { return a >= b }
	if m.Direction == cx.LowerBetter {
		better = func(a, b float64) bool { return a <= b }
	}
	switch {
	case m.Top != nil && better(raw, *m.Top):
		return ui.Good
	case m.Bottom != nil && better(*m.Bottom, raw):
		return ui.Bad
	}
	return ui.Plain
}

const previewRunes = 240

func firstWords(s string) string {
	if r := []rune(s); len(r) > previewRunes {
		return string(r[:previewRunes]) + "…"
	}
	return s
}

// where says all that places a feedback: touchpoint, channel, unit, customer, attributes.
func (b *draftBuilder) where(in collect.Incoming) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(b.newName(in.Touchpoint))
	add(b.channelName(in.Channel))
	if in.Unit != "" {
		add(b.unitName(in.Unit))
	}
	if c := in.Customer; c != nil {
		add(strings.Join(strings.Fields(c.Name+" "+c.Ref+" "+c.Email+" "+c.Phone), " "))
	}
	return strings.Join(parts, " · ")
}

// newName names a touchpoint that is known, or that the import creates.
func (b *draftBuilder) newName(key string) string {
	if j := b.i.Map.Journey; j != nil {
		for _, s := range j.Stages {
			for _, t := range s.Touchpoints {
				if string(t.Key) == key {
					return b.lang().Text(t.Name)
				}
			}
		}
	}
	if key == "" {
		return ""
	}
	return b.touchpointName(cx.TouchpointID(key))
}

// fitting lists the metrics of the catalogue in use on whose scale all the values seen stand, and the one chosen.
func fitting(c *catalogue.Catalogue, f intake.Fact, chosen string) []cx.Metric {
	var out []cx.Metric
	for _, m := range c.MetricList {
		fits := !f.Numeric || m.Min <= f.Min && m.Max >= f.Max
		if string(m.Key) == chosen || fits && !m.Retired {
			out = append(out, m)
		}
	}
	return out
}
