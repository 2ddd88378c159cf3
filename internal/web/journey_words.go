package web

import (
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
)

// changesView is what a version changed, in words.
type changesView struct {
	By    string
	At    time.Time
	Lines []changeLine
}

// changeLine is one change: where, and what it became.
type changeLine struct{ Where, Text string }

// diffWords writes changes for people.
func (g *ground) diffWords(l []journey.Change) []changeLine {
	var out []changeLine
	for _, c := range l {
		out = append(out, changeLine{g.changeWhere(c), g.changeText(c)})
	}
	return out
}

func (g *ground) changeWhere(c journey.Change) string {
	switch {
	case c.Touchpoint != nil:
		return g.lang().Text(c.Touchpoint)
	case c.Stage != nil:
		return g.lang().T("journey.diff.stage", "name", c.Stage)
	}
	return g.lang().T("journey.diff.journey")
}

func (g *ground) changeText(c journey.Change) string {
	l := g.lang()
	switch {
	case c.Kind == journey.Moved:
		return l.T("journey.diff.moved", "before", c.Before, "after", c.After)
	case c.Kind == journey.Ordered:
		return l.T("journey.diff.ordered", "after", c.After)
	case c.Field != "":
		return g.fieldChange(c)
	case c.Kind == journey.Added && c.Touchpoint != nil:
		return l.T("journey.diff.added_to", "stage", c.Stage)
	case c.Kind == journey.Removed && c.Touchpoint != nil:
		return l.T("journey.diff.removed_from", "stage", c.Stage)
	case c.Kind == journey.Added:
		return l.T("journey.diff.added")
	}
	return l.T("journey.diff.removed")
}

func (g *ground) fieldChange(c journey.Change) string {
	l := g.lang()
	field := l.T("journey.field."+c.Field) + g.itemWords(c)
	before, after := g.changeValue(c, c.Before), g.changeValue(c, c.After)
	switch {
	case c.Kind == journey.Removed:
		return l.T("journey.diff.field_removed", "field", field)
	case c.Kind == journey.Added && after == "":
		return l.T("journey.diff.field_added", "field", field)
	case before == "" && after == "":
		return l.T("journey.diff.field_changed", "field", field)
	case before == "":
		return l.T("journey.diff.field_set", "field", field, "after", after)
	case after == "":
		return l.T("journey.diff.field_cleared", "field", field, "before", before)
	}
	return l.T("journey.diff.field", "field", field, "before", before, "after", after)
}

// itemWords tells which of several: a language, an indicator, a promise.
func (g *ground) itemWords(c journey.Change) string {
	l := g.lang()
	switch {
	case c.Item == "":
		return ""
	case c.Field == "promises":
		return " " + l.T("journey.quoted", "text", c.Item)
	case c.Field == "objectives", c.Field == "thresholds":
		return " " + g.indicatorShort(cx.IndicatorID(c.Item))
	case l.Has("journey.in." + c.Item):
		return " " + l.T("journey.in."+c.Item)
	}
	return " " + c.Item
}

func (g *ground) indicatorShort(key cx.IndicatorID) string {
	if m, ok := measure(g.Catalogue, key, nil); ok {
		return m.short(g.lang())
	}
	return string(key)
}

func (g *ground) changeValue(c journey.Change, v any) string {
	l := g.lang()
	switch v := v.(type) {
	case bool:
		return l.T(map[bool]string{true: "verbatim.yes", false: "journey.no"}[v])
	case string:
		switch c.Field {
		case "lead":
			return g.indicatorShort(cx.IndicatorID(v))
		case "channels":
			return g.channelNames(strings.Split(v, ", "))
		case "from", "until", "mapped":
			return g.dayWords(v)
		}
		return l.T("journey.quoted", "text", v)
	case float64:
		switch c.Field {
		case "mood":
			return g.moodWords(int(v))
		case "objectives", "thresholds":
			if m, ok := measure(g.Catalogue, cx.IndicatorID(c.Item), nil); ok {
				return m.text(l, v)
			}
		}
		return l.Short(v, 2)
	}
	return ""
}

func (g *ground) channelNames(keys []string) string {
	var l []string
	for _, k := range keys {
		l = append(l, g.channelName(k))
	}
	return strings.Join(l, ", ")
}

// dayWords writes a day kept as 2006-01-02.
func (g *ground) dayWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return g.lang().Date(t)
}

// moodWords names a mood, from MoodLow to MoodHigh.
func (g *ground) moodWords(mood int) string {
	names := [...]string{"journey.mood.awful", "journey.mood.bad", "journey.mood.even", "journey.mood.good", "journey.mood.great"}
	if mood < journey.MoodLow || mood > journey.MoodHigh {
		return ""
	}
	return g.lang().T(names[mood-journey.MoodLow])
}
