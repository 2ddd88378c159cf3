package web

import (
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/web/ui"
)

// help says in words how an indicator is computed: the formula on its scale, the question, the interval, the least number of
// answers, the objective, where the answers come from.
func (m measured) help(l lang.Lang) *ui.Help {
	h := &ui.Help{ID: string(m.Key), Name: l.Text(m.Name), Href: indicatorAddress(m.Key)}
	add := func(id, value string) {
		if value != "" {
			h.Items = append(h.Items, ui.Fact{Label: l.T("shell.help." + id), Value: value})
		}
	}
	add("formula", m.formulaWords(l))
	add("question", l.Text(m.Metric.Wording))
	add("n", l.T("shell.help.n.text"))
	add("interval", l.T("shell.help.interval."+m.intervalKind()))
	add("least", m.leastWords(l))
	if m.Objective != nil {
		add("objective", m.text(l, *m.Objective))
	} else {
		add("objective", l.T("shell.help.objective.none"))
	}
	add("source", m.sourceWords(l))
	add("why", l.Text(m.Why))
	return h
}

// helpAt is the help of an indicator shown at several places of a page.
func (m measured) helpAt(l lang.Lang, place string) *ui.Help {
	h := m.help(l)
	h.ID = place + "-" + h.ID
	return h
}

// cardHelp is the same for all the cards of a journey shown in one indicator towards one objective.
func (m measured) cardHelp(l lang.Lang) *ui.Help {
	place := "card"
	if m.Objective != nil {
		place += strconv.FormatFloat(*m.Objective, 'f', -1, 64)
	}
	return m.helpAt(l, place)
}

// warmthHelp says how the temperature of a customer is read.
func warmthHelp(l lang.Lang) ui.Help {
	h := ui.Help{ID: "temperature", Name: l.T("customer.temperature")}
	for _, x := range []struct{ label, says string }{
		{l.T("customer.warmth.warm"), "warm"}, {l.T("customer.warmth.tepid"), "tepid"}, {l.T("customer.warmth.cold"), "cold"}, {l.T("customer.warmth.unknown"), "unknown"},
		{l.T("customer.help.open"), "open.text"}, {l.T("customer.help.trend"), "trend.text"}, {l.T("customer.help.advice"), "advice.text"},
	} {
		h.Items = append(h.Items, ui.Fact{Label: x.label, Value: l.T("customer.help." + x.says)})
	}
	return h
}

// formulaWords is the formula with the numbers of its scale.
func (m measured) formulaWords(l lang.Lang) string {
	top, bottom := m.ends(l)
	switch {
	case m.Formula == cx.NetShare && top != "" && bottom != "":
		return l.T("shell.help.formula.net", "top", top, "bottom", bottom)
	case m.yesNo() && (m.Formula == cx.TopShare || m.Formula == cx.Ratio && (m.Per == 0 || m.Per == 100) && slices.Equal(m.Numerator, []float64{1})):
		return l.T(m.said("shell.help.formula.yes"))
	case m.Formula == cx.TopShare && top != "":
		return l.T("shell.help.formula.top", "top", top, "scale", m.span(l, m.Metric.Min, m.Metric.Max))
	case m.Formula == cx.Mean:
		return l.T("shell.help.formula.mean", "scale", m.span(l, m.Metric.Min, m.Metric.Max))
	case m.Formula == cx.Median:
		return l.T("shell.help.formula.median")
	case m.Formula == cx.Sum:
		return l.T("shell.help.formula.sum")
	case m.Formula == cx.Ratio:
		per := m.Per
		if per == 0 {
			per = 100
		}
		return l.T("shell.help.formula.ratio", "per", l.Short(per, 0))
	}
	return ""
}

func (m measured) yesNo() bool {
	return m.Metric.Min == 0 && m.Metric.Max == 1 && m.Metric.Points() == 2
}

// ends names the best and the worst answers; "" where the scale has none.
func (m measured) ends(l lang.Lang) (top, bottom string) {
	high, low := m.Metric.Top, m.Metric.Bottom
	if m.Top != nil {
		high = m.Top
	}
	if m.Bottom != nil {
		low = m.Bottom
	}
	least, most := m.Metric.Min, m.Metric.Max
	if m.Metric.Direction == cx.LowerBetter {
		least, most = most, least
	}
	if high != nil {
		top = m.span(l, *high, most)
	}
	if low != nil {
		bottom = m.span(l, least, *low)
	}
	return top, bottom
}

func (m measured) span(l lang.Lang, a, b float64) string {
	if a == b {
		return l.Short(a, 1)
	}
	return l.T("verbatim.scale.span", "min", min(a, b), "max", max(a, b))
}

// intervalKind names the method of cx/interval.go.
func (m measured) intervalKind() string {
	switch m.Formula {
	case cx.NetShare:
		return "net"
	case cx.TopShare, cx.Ratio:
		return "share"
	case cx.Median:
		return "median"
	case cx.Sum:
		return "sum"
	}
	if m.Spec.IsScale() {
		return "scale"
	}
	return "mean"
}

func (m measured) leastWords(l lang.Lang) string {
	n := m.MinN
	if n == 0 {
		n = defaultLeast
	}
	text := l.T("shell.help.least.text", "count", n)
	if m.MaxWidth > 0 {
		text += " " + l.T("shell.help.least.width", "width", l.Short(m.MaxWidth, 1))
	}
	return text
}

// defaultLeast is what a MinN of 0 is read as.
const defaultLeast = 30

func (m measured) sourceWords(l lang.Lang) string {
	source := l.T("shell.help.source.any")
	if m.Program != "" {
		source = l.T("shell.help.source.text", "program", l.T("verbatim.program."+string(m.Program)))
	}
	return source + " " + l.T("shell.help.source.metric", "metric", l.Text(m.Metric.Name))
}
