package web

import (
	"context"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
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
	Unknown  []unknownQuestion
	Columns  []columnView
	Aside    string // says how many columns are ignored; "": none
	Bare     bool   // all of them are
	Creates  string // what the import will create, in words
	Preview  []previewView
	Counts   *importCounts // of the rehearsal
	Seen     string
	Off      string // why advisers' notes are left out; "": they are not
	Objects  bool   // a file of feedback objects: nothing to choose
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
	rows, off, err := s.Imports.Preview(ctx, i, previewShown)
	if off {
		b.p.Off = l.T("import.notes.off")
	}
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
			b.p.Unknown = append(b.p.Unknown, q)
		}
		if q, ask := b.touchpointsAsk(n, c); ask {
			b.p.Unknown = append(b.p.Unknown, q)
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

// fitting lists the metrics of the catalogue in use on whose scale all the values seen stand, and the one chosen.
func fitting(c *catalogue.Catalogue, f intake.Fact, chosen string) []cx.Metric {
	var out []cx.Metric
	for _, m := range c.Scored() {
		fits := !f.Numeric || m.Min <= f.Min && m.Max >= f.Max
		if string(m.Key) == chosen || fits && !m.Retired {
			out = append(out, m)
		}
	}
	return out
}
