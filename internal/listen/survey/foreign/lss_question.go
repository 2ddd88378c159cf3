package foreign

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// question gives what stands for one question of the file.
func (l *lime) question(q *limeQuestion) []survey.Question {
	one := &question{tag: cmp.Or(q.row["title"], q.row["qid"]), t: newTarget()}
	one.base = survey.Question{Text: q.text, Help: q.help, Random: q.set["random_order"] == "1" || q.set["answer_order"] == "random"}
	l.asked[q.row["qid"]] = one.t
	switch q.row["mandatory"] {
	case "Y":
		one.base.Need = survey.Required
	case "S":
		one.base.Need = survey.Soft
	}
	relevance := strings.TrimSpace(q.row["relevance"])
	if q.set["hidden"] == "1" || relevance == "0" {
		l.lose(one.tag, "foreign.hidden", "text", shown(q.text.In(l.language())))
		return nil
	}
	l.asks(one, q)
	if len(one.out) == 0 {
		return nil
	}
	l.settings(one.tag, q)
	c, ok := l.relevance(relevance)
	if !ok {
		l.lose(one.tag, "foreign.condition", "condition", shown(relevance))
	}
	for i := range one.out {
		one.out[i].If = both(c, one.out[i].If)
	}
	return one.out
}

func both(a, b *survey.Condition) *survey.Condition {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &survey.Condition{All: []survey.Condition{*a, *b}}
}

func (l *lime) theme(q *limeQuestion) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(q.set["question_template"] + " " + q.row["question_theme_name"]))
}

func (l *lime) asks(one *question, q *limeQuestion) {
	b := &one.base
	switch kind := q.row["type"]; kind {
	case "L", "!", "O":
		l.choosing(one, q, kind)
	case "M", "P":
		l.ticking(one, q, kind)
	case "5":
		l.rating(one, numbers(1, 5), 1, 5)
	case "G":
		l.list(one, survey.Choice, []item{{id: "F", code: "F", text: l.word(one.tag, "foreign.word_female")}, {id: "M", code: "M", text: l.word(one.tag, "foreign.word_male")}})
	case "Y":
		b.Kind = survey.YesNo
		key := l.add(one, *b)
		for code, v := range map[string]float64{"Y": 1, "N": 0} {
			one.t.taken[code] = survey.Condition{Question: key, From: &v, To: &v}
		}
	case "R":
		b.Most = 0
		l.list(one, survey.Ranking, q.answers[0])
	case "N":
		l.number(one, q)
	case "K":
		l.numbers(one, q)
	case "Q":
		l.cells(one, survey.Text, q.subs[0], nil)
	case "S", "T", "U", "D", "X", "|":
		l.plainKind(one, q, kind)
	case "A", "B", "C", "E", "F", "H", "1", ":", ";":
		l.array(one, q, kind)
	}
	l.orTold(one, cmp.Or(limeKinds[q.row["type"]], q.row["type"]))
}

var limeKinds = map[string]string{"*": "equation", "I": "language switch"}

// plainKind are questions of one field, and of none.
func (l *lime) plainKind(one *question, q *limeQuestion, kind string) {
	b := &one.base
	switch kind {
	case "D":
		b.Kind = survey.Date
	case "X":
		b.Kind, b.Need = survey.Info, survey.Optional
	case "|":
		b.Kind, b.Accept = survey.Media, []string{"file", "image"}
	default:
		b.Kind = survey.Text
		if n, err := strconv.Atoi(q.set["maximum_chars"]); err == nil && n > 0 && n <= 5000 {
			b.Most = n
		}
		if q.set["numbers_only"] == "1" {
			l.number(one, q)
			return
		}
	}
	if q.row["preg"] != "" {
		l.lose(one.tag, "foreign.validation", "kind", shown(q.row["preg"]))
	}
	b.Random = false
	l.add(one, *b)
}

// numbers are choices from one number to another.
func numbers(low, high int) []item {
	var out []item
	for n := low; n <= high; n++ {
		s := strconv.Itoa(n)
		out = append(out, item{id: s, code: s, text: cx.Text{"en": s}})
	}
	return out
}

func (l *lime) choosing(one *question, q *limeQuestion, kind string) {
	items := q.answers[0]
	if strings.Contains(l.theme(q), "netpromoterscore") {
		one.base.Low, one.base.High = l.attribute(q, "nps_left_text"), l.attribute(q, "nps_right_text")
		low, high, ok := numbered(items)
		if ok && low == 0 && high == 10 {
			l.nps(one, items, false)
			return
		}
		l.note(one.tag, "foreign.not_nps")
	}
	if q.row["other"] == "Y" {
		items = append(slices.Clone(items), l.otherItem(one.tag, q))
	}
	as := survey.Choice
	if kind == "!" {
		as = survey.Dropdown
	}
	l.list(one, as, items)
	if kind == "O" && len(one.out) > 0 {
		l.add(one, survey.Question{Kind: survey.Text, Text: joined(one.base.Text, l.word(one.tag, "foreign.word_comment"))}, "comment")
	}
}

func (l *lime) otherItem(tag string, q *limeQuestion) item {
	text := l.attribute(q, "other_replace_text")
	if blank(text) {
		text = l.word(tag, "foreign.word_other")
	}
	return item{id: "-oth-", code: "other", text: text, other: true}
}

// attribute is a setting in words.
func (l *lime) attribute(q *limeQuestion, name string) cx.Text {
	t := cx.Text{}
	for tag, s := range q.said[name] {
		if s != "" && slices.Contains(l.d.Languages, tag) {
			t[tag] = braces(s)
		}
	}
	if s := l.plain(q.row["title"], q.set[name]); s != "" && t[l.language()] == "" {
		t[l.language()] = braces(s)
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// ticking is several choices; with comments, a question of words for each.
func (l *lime) ticking(one *question, q *limeQuestion, kind string) {
	items := slices.Clone(q.subs[0])
	for i := range items {
		items[i].alone = slices.Contains(strings.Split(q.set["exclude_all_others"], ";"), items[i].code)
	}
	if q.row["other"] == "Y" {
		items = append(items, l.otherItem(one.tag, q))
	}
	least, _ := strconv.Atoi(q.set["min_answers"])
	most, _ := strconv.Atoi(q.set["max_answers"])
	if least >= 0 && most >= 0 && least <= len(items) && most <= len(items) && (most == 0 || least <= most) && len(items) > 1 {
		one.base.Least, one.base.Most = least, most
	}
	l.list(one, survey.Choices, items)
	if kind != "P" {
		return
	}
	for _, it := range items {
		if c, ok := one.t.taken[it.id]; ok && !it.other {
			l.add(one, survey.Question{Kind: survey.Text, Text: joined(it.text, l.word(one.tag, "foreign.word_comment")), If: &c}, it.code+"comment")
		}
	}
}

// number is a number between the bounds set.
func (l *lime) number(one *question, q *limeQuestion) {
	l.bounds(&one.base, q)
	one.base.Random = false
	key := l.add(one, one.base)
	one.t.number[""] = survey.Condition{Question: key}
}

func (l *lime) bounds(b *survey.Question, q *limeQuestion) {
	b.Kind = survey.Number
	low, errLow := strconv.ParseFloat(cmp.Or(q.set["min_num_value_n"], q.set["min_num_value"]), 64)
	high, errHigh := strconv.ParseFloat(cmp.Or(q.set["max_num_value_n"], q.set["max_num_value"]), 64)
	if errLow != nil {
		low = -1e12
	}
	if errHigh != nil {
		high = 1e12
	}
	if (errLow == nil || errHigh == nil) && low < high && low >= -1e12 && high <= 1e12 {
		b.Min, b.Max = low, high
	}
	if q.set["num_value_int_only"] == "1" && b.Min == float64(int64(b.Min)) && b.Max == float64(int64(b.Max)) {
		b.Step = 1
	}
}

// numbers asks a number for each part: sliders when the file shows them so.
func (l *lime) numbers(one *question, q *limeQuestion) {
	one.base.Random = false
	prefix := ""
	switch {
	case strings.Contains(l.theme(q), "rangeslider"):
		prefix = "range_slider_"
		l.note(one.tag, "foreign.range")
	case q.set["slider_layout"] == "1":
		prefix = "slider_"
	}
	l.bounds(&one.base, q)
	if prefix != "" {
		l.slider(&one.base, q, prefix)
	}
	l.cells(one, one.base.Kind, q.subs[0], nil)
}

func (l *lime) slider(b *survey.Question, q *limeQuestion, prefix string) {
	b.Kind, b.Min, b.Max, b.Step = survey.Slider, 0, 0, 0
	low, errLow := strconv.ParseFloat(q.set[prefix+"min"], 64)
	high, errHigh := strconv.ParseFloat(q.set[prefix+"max"], 64)
	step, errStep := strconv.ParseFloat(cmp.Or(q.set[prefix+"step"], q.set[prefix+"accuracy"]), 64)
	if errLow == nil && errHigh == nil && low < high && high-low < 1e6 {
		b.Min, b.Max = low, high
	}
	from, to, _ := b.Scale()
	if n := (to - from) / step; errStep == nil && step > 0 && n == float64(int64(n)) {
		b.Step = step
	}
}

// carriedSettings are attributes that are in the survey, or say how a page looks or a statistic is drawn.
var carriedSettings = []string{"random_order", "answer_order", "hidden", "nps_left_text", "nps_right_text", "question_template", "other_replace_text", "exclude_all_others", "min_answers", "max_answers", "maximum_chars", "numbers_only", "num_value_int_only", "min_num_value_n", "max_num_value_n", "slider_layout", "slider_min", "slider_max", "slider_accuracy", "range_slider_min", "range_slider_max", "range_slider_step", "multiflexible_min", "multiflexible_max", "multiflexible_step", "multiflexible_checkbox", "dualscale_headerA", "dualscale_headerB", "save_as_default", "clear_default", "hide_tip", "page_break", "cssclass", "statistics_graphtype", "statistics_showgraph", "public_statistics", "display_rows", "display_columns", "text_input_width", "value_range_allows_missing", "time_limit_action", "nps_show_colors", "slider_separator", "printable_help"}

// settings tells of the attributes that have no counterpart.
func (l *lime) settings(tag string, q *limeQuestion) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(q.set)) {
		switch v := strings.TrimSpace(q.set[name]); {
		case v == "" || v == "0" || v == "N" || v == "no" || slices.Contains(carriedSettings, name):
		case strings.Contains(name, "colo") || strings.Contains(name, "_css"):
		default:
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		l.lose(tag, "foreign.settings", "names", shown(strings.Join(names, ", ")))
	}
}
