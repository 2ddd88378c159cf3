package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// pickAsked is where a picker stands and what is being picked in it.
type pickAsked struct {
	here   string     // the page, with what goes along beside the filters
	list   bool       // of feedback, which is narrowed by more than a question is
	of     cx.Counted // what the question counts
	key    string     // what is being narrowed; "": not chosen yet
	query  string     // what is searched among its values
	chosen []string   // of its values, not yet applied
}

// filterPicker is everything a question or a list may be narrowed by: first what, then how.
type filterPicker struct {
	Label  string
	Groups []pickGroup
	How    *pickHow // of the one chosen
}

type pickGroup struct {
	Label string
	Items []pickItem
}

// pickItem leads to how its key is narrowed: as a page, or as a part of this one.
type pickItem struct{ Label, Href, Part string }

// pickHow narrows one key.
type pickHow struct {
	Key, Label, Op   string
	Ops              []ui.Option
	Values           []ui.Option
	One              bool // of the values at most
	Query, FindPart  string
	More             string // how many values are not shown
	Range            *ui.DateRange
	LowHint, TopHint string
	Back             pickItem
}

// mostPicked values are shown at once; the others are found by their letters.
const mostPicked = 30

// keepFilters lets all that is set but has no list in the bar go along in its form.
func keepFilters(bar *ui.FilterBar, f filters) {
	q := f.values()
	for _, d := range bar.Drops {
		q.Del(d.Name)
		if d.Dates != nil {
			q.Del(d.Dates.FromName)
			q.Del(d.Dates.ToName)
		}
	}
	bar.Keep = append(bar.Keep, hidden(q)...)
	bar.More = nil
}

// picker makes the first step.
func (s *Server) picker(ctx context.Context, g *ground, a pickAsked) (templ.Component, error) {
	p, err := s.newPicker(ctx, g, g.pickOf(a))
	if err != nil {
		return nil, err
	}
	return pickerDrop(g.lang(), p), nil
}

func (s *Server) newPicker(ctx context.Context, g *ground, a pickAsked) (filterPicker, error) {
	p := filterPicker{Label: g.lang().T("ui.filter.more")}
	for _, key := range g.pickKeys(a) {
		label := g.pickGroup(key)
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Label != label {
			p.Groups = append(p.Groups, pickGroup{Label: label})
		}
		group := &p.Groups[len(p.Groups)-1]
		group.Items = append(group.Items, g.pickItem(a, key, g.pickLabel(key)))
	}
	if a.key == "" || !slices.Contains(g.pickKeys(a), a.key) {
		return p, nil
	}
	how, err := s.pickHow(ctx, g, a)
	p.How = &how
	return p, err
}

func (g *ground) pickItem(a pickAsked, key, label string) pickItem {
	q := g.filters.values()
	q.Set("pick", key)
	page := address(a.here, q)
	return pickItem{Label: label, Href: page, Part: withParam(page, "part", "pick")}
}

// pickKeys are what may be narrowed, group by group.
func (g *ground) pickKeys(a pickAsked) []string {
	if a.of == cx.Invitations {
		return slices.DeleteFunc(g.axisNames(a.of), func(name string) bool { return name == "unit" || slices.Contains(grains[:], name) })
	}
	out := []string{"journey", "stage", "touchpoint"}
	for _, level := range g.Organisation.Levels() {
		out = append(out, "unit."+level)
	}
	if g.closedAxis("agent") == "" {
		out = append(out, "agent")
	}
	if a.list {
		out = append(out, "words", "program")
	}
	out = append(out, "channel", "collected_by", "survey", "language", "source")
	for _, m := range g.Catalogue.Scored() {
		out = append(out, scorePrefix+string(m.Key))
	}
	for _, a := range g.Catalogue.Projected() {
		if !a.Personal {
			out = append(out, attributePrefix+string(a.Key))
		}
	}
	return out
}

func (g *ground) pickGroup(key string) string {
	l := g.lang()
	if strings.HasPrefix(key, scorePrefix) {
		return l.T("explorer.group.scores")
	}
	return l.T("explorer.group." + [...]string{"", "time", "journey", "organisation", "how", "attributes"}[axisGroup(key)])
}

func (g *ground) pickLabel(key string) string {
	l := g.lang()
	switch {
	case key == "words" || key == "program":
		return l.T("verbatim." + key)
	case strings.HasPrefix(key, scorePrefix):
		metric := cx.MetricID(strings.TrimPrefix(key, scorePrefix))
		if m, ok := g.Catalogue.Metrics[metric]; ok && l.Text(m.Name) != "" {
			return l.Text(m.Name)
		}
	}
	return g.axisLabel(key)
}

// pickHow offers the ways of narrowing a key, the one in force chosen.
func (s *Server) pickHow(ctx context.Context, g *ground, a pickAsked) (pickHow, error) {
	l := g.lang()
	how := pickHow{Key: a.key, Label: g.pickLabel(a.key), Query: a.query, Back: pickItem{Label: l.T("explorer.pick.back")}}
	q := g.filters.values()
	how.Back.Href = address(a.here, q)
	how.Back.Part = withParam(how.Back.Href, "part", "pick")
	how.FindPart = g.pickItem(a, a.key, "").Part
	if a.key == "words" || a.key == "program" {
		how.One = true
		how.Values = g.listChoices(a.key)
		return how, nil
	}
	metric, scored := strings.CutPrefix(a.key, scorePrefix)
	number := scored || g.numeric(a.key)
	ops := []string{"in", "not", "missing", "known"}
	switch {
	case scored:
		ops = []string{"range", "known", "missing"}
	case number:
		ops = []string{"range", "in", "not", "missing", "known"}
	}
	how.Op = ops[0]
	c, narrowed := g.where()[a.key]
	var met []string
	if !scored {
		var err error
		if met, err = s.valuesOf(ctx, g.scope(), a.of, a.key); err != nil {
			return how, err
		}
		chosen := append(texts(c.In), texts(c.Not)...)
		how.fillValues(g, met, append(chosen, a.chosen...))
	}
	if number {
		how.Range = &ui.DateRange{FromName: "pick_low", ToName: "pick_high", From: boundText(c.GTE), To: boundText(c.LTE), FromLabel: l.T("explorer.ask.low"), ToLabel: l.T("explorer.ask.high")}
		how.LowHint, how.TopHint = g.ends(metric, met)
	}
	if narrowed {
		how.Op = opOf(c.In != nil, c.Not != nil, c.Missing, how.Op)
	}
	for _, op := range ops {
		how.Ops = append(how.Ops, ui.Option{Value: op, Label: l.T("explorer.pick." + op), Selected: op == how.Op})
	}
	return how, nil
}

func opOf(in, not bool, missing *bool, otherwise string) string {
	switch {
	case in:
		return "in"
	case not:
		return "not"
	case missing != nil && *missing:
		return "missing"
	case missing != nil:
		return "known"
	}
	return otherwise
}

func texts(values []any) []string {
	var out []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (g *ground) numeric(key string) bool {
	attribute, ok := strings.CutPrefix(key, attributePrefix)
	if !ok {
		return false
	}
	a, err := g.Catalogue.Attribute(cx.AttributeID(attribute))
	return err == nil && a.Type == "number"
}

// ends are between what a range lies: the scale of a metric, or the values met of an attribute.
func (g *ground) ends(metric string, met []string) (low, high string) {
	if m, ok := g.Catalogue.Metrics[cx.MetricID(metric)]; ok {
		return scoreKey(m.Min), scoreKey(m.Max)
	}
	for i, v := range met {
		n := floatOf(v)
		if i == 0 || n < floatOf(low) {
			low = v
		}
		if i == 0 || n > floatOf(high) {
			high = v
		}
	}
	return low, high
}

// fillValues shows the chosen values, then the most frequent that answer to what is searched; when none does, the words
// themselves may be a value.
func (h *pickHow) fillValues(g *ground, met, chosen []string) {
	ax := g.axis(h.Key)
	for _, v := range slices.Compact(slices.Sorted(slices.Values(chosen))) {
		h.Values = append(h.Values, ui.Option{Value: v, Label: g.valueName(ax, v), Selected: true})
	}
	left, found := 0, false
	wanted := folded(strings.TrimSpace(h.Query))
	for _, v := range met {
		name := g.valueName(ax, v)
		if !strings.Contains(folded(name), wanted) && !strings.Contains(folded(v), wanted) {
			continue
		}
		found = true
		switch {
		case slices.Contains(chosen, v):
		case len(h.Values) < mostPicked+len(chosen):
			h.Values = append(h.Values, ui.Option{Value: v, Label: name})
		default:
			left++
		}
	}
	if !found && wanted != "" && !slices.Contains(chosen, h.Query) {
		h.Values = append(h.Values, ui.Option{Value: h.Query, Label: g.lang().T("explorer.pick.exactly", "value", h.Query)})
	}
	if left > 0 {
		h.More = g.lang().T("explorer.pick.more", "count", left)
	}
}

// listChoices are those of what only a list is narrowed by.
func (g *ground) listChoices(key string) []ui.Option {
	var out []ui.Option
	if key == "words" {
		for _, k := range []string{"with", "without", "any"} {
			out = append(out, ui.Option{Value: k, Label: g.lang().T("verbatim.words." + k), Selected: g.Words == k})
		}
		return out
	}
	for _, k := range append([]cx.Program{""}, cx.Programs()...) {
		out = append(out, ui.Option{Value: string(k), Label: g.lang().T("verbatim.program." + orAny(string(k))), Selected: g.Program == string(k)})
	}
	return out
}

// pick puts the fields of a picker into the filters; false when nothing was chosen.
func (f *filters) pick(q url.Values) bool {
	key, op, values := q.Get("pick_key"), q.Get("pick_op"), some(q["pick_value"])
	low, high := bound(q.Get("pick_low")), bound(q.Get("pick_high"))
	switch {
	case key == "words" && len(values) > 0:
		f.Words = values[0]
		return true
	case key == "program":
		f.Program = strings.Join(values[:min(1, len(values))], "")
		return true
	case op == "range" && low+high == "", (op == "in" || op == "not") && len(values) == 0:
		return false
	}
	if low != "" && high != "" && floatOf(low) > floatOf(high) {
		low, high = high, low
	}
	f.clear(key)
	switch op {
	case "in":
		f.among(key, values)
	case "not":
		f.Not = append(f.Not, prefixed(key, values)...)
	case "range":
		f.Range = append(f.Range, key+":"+low+".."+high)
	case "missing":
		f.Missing = append(f.Missing, key)
	case "known":
		f.Known = append(f.Known, key)
	default:
		return false
	}
	return true
}

// bound reads a number as it is typed, a decimal comma too; what is none stays as it is, to be refused by its words.
func bound(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", ".")
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return scoreKey(v)
	}
	return text
}

// doPick leads to the address that says what was just picked; to the picker again when nothing was.
func doPick(w http.ResponseWriter, r *http.Request, here string, f filters) error {
	q := r.URL.Query()
	done := f.pick(q)
	if err := f.check(); err != nil {
		return err
	}
	to := f.values()
	if !done {
		to.Set("pick", q.Get("pick_key"))
		to.Set("pick_q", q.Get("pick_q"))
	}
	http.Redirect(w, r, address(here, to), http.StatusSeeOther)
	return nil
}

// servePick writes the picker alone.
func (s *Server) servePick(w http.ResponseWriter, r *http.Request, g *ground, a pickAsked) error {
	p, err := s.newPicker(r.Context(), g, g.pickOf(a))
	if err != nil {
		return err
	}
	return s.render(w, r, pickerPanel(g.lang(), p))
}

// pickOf reads from the address what is being picked.
func (g *ground) pickOf(a pickAsked) pickAsked {
	u, err := url.Parse(g.Path)
	if err != nil {
		return a
	}
	q := u.Query()
	a.key, a.query, a.chosen = q.Get("pick"), q.Get("pick_q"), some(q["pick_value"])
	return a
}
