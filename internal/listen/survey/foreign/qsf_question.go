package foreign

import (
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// question gives what stands for one question of the file.
func (q *qualtrics) question(p node) *question {
	one := &question{tag: tagOf(p), t: newTarget()}
	one.base.Text = q.translated(one.tag, p, "QuestionText")
	q.settings(one, p)
	switch kind, selector := p.get("QuestionType").str(), p.get("Selector").str(); kind {
	case "MC":
		q.multiple(one, p, selector)
	case "Matrix":
		q.matrixOf(one, p)
	case "SBS":
		q.sideBySide(one, p)
	case "TE":
		q.textEntry(one, p, selector)
	case "DB":
		one.base.Kind, one.base.Need = survey.Info, survey.Optional
		if strings.HasPrefix(selector, "GR") {
			q.lose(one.tag, "foreign.image", "address", shown(p.get("Graphics").str()))
		}
		q.add(one, one.base)
	case "RO":
		q.list(one, survey.Ranking, q.items(one.tag, p, "Choices", false))
	case "Slider":
		q.slider(one, p, selector)
	case "CS":
		q.lose(one.tag, "foreign.validation", "kind", "constant sum")
		q.cells(one, survey.Number, q.items(one.tag, p, "Choices", false), nil)
	case "FileUpload":
		one.base.Kind, one.base.Accept = survey.Media, []string{"file", "image"}
		q.add(one, one.base)
	}
	q.orTold(one, strings.TrimSpace(p.get("QuestionType").str()+" "+p.get("Selector").str()))
	return one
}

// settings are those of all kinds: whether an answer is wanted, order, scripts.
func (q *qualtrics) settings(one *question, p node) {
	s := p.get("Validation", "Settings")
	switch s.get("ForceResponse").str() {
	case "ON":
		one.base.Need = survey.Required
	case "RequestResponse":
		one.base.Need = survey.Soft
	}
	switch kind := s.get("Type").str(); kind {
	case "", "None", "ContentType", "MinChoices", "MaxChoices", "ChoiceRange", "MinChar", "MaxChar", "CharRange":
	default:
		q.lose(one.tag, "foreign.validation", "kind", shown(kind))
	}
	switch kind := p.get("Randomization", "Type").str(); kind {
	case "", "None":
	case "All":
		one.base.Random = true
	default:
		q.lose(one.tag, "foreign.random_choices", "kind", shown(kind))
	}
	if script := p.get("QuestionJS").str(); runs(script) {
		q.lose(one.tag, "foreign.script")
	}
	if d := p.get("DefaultChoices"); !d.empty() && d.str() != "false" {
		q.lose(one.tag, "foreign.default")
	}
	for _, g := range p.get("ChoiceGroups").each() {
		q.lose(one.tag, "foreign.choice_group", "label", shown(q.plain(one.tag, g.get("GroupLabel").str())))
	}
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)

// runs tells whether a script does anything beyond the tool's empty hooks.
func runs(script string) bool {
	s := strings.Join(strings.Fields(comment.ReplaceAllString(script, "")), "")
	for _, hook := range []string{"addOnload", "addOnReady", "addOnUnload"} {
		s = strings.ReplaceAll(s, "Qualtrics.SurveyEngine."+hook+"(function(){});", "")
	}
	return s != ""
}

// translated gives a text of the file in every language.
func (q *qualtrics) translated(tag string, p node, path ...string) cx.Text {
	raw := cx.Text{}
	if !p.get("Language").isList() {
		for _, l := range p.get("Language").keys() {
			if lang := languageOf(l); lang != "" {
				raw[lang] = p.get("Language", l).get(path...).str()
			}
		}
	}
	if s := p.get(path...).str(); s != "" {
		raw[q.language()] = s
	}
	return q.words(tag, raw)
}

// items gives choices, rows or points in their order; recoded: their codes are the recoded values.
func (q *qualtrics) items(tag string, p node, list string, recoded bool) []item {
	order := p.get(strings.TrimSuffix(list, "s") + "Order")
	var ids []string
	for _, id := range order.each() {
		if s := id.str(); !p.get(list, s).empty() {
			ids = append(ids, s)
		}
	}
	if len(ids) == 0 {
		ids = p.get(list).keys()
	}
	codes := q.recoded(p, ids, recoded)
	var l []item
	for i, id := range ids {
		c := p.get(list, id)
		it := item{id: id, code: codes[i], text: q.translated(tag, p, list, id, "Display")}
		entry := c.get("TextEntry").str()
		it.other = entry == "true" || entry == "on"
		it.alone = !c.get("ExclusiveAnswer").empty()
		it.absent = recoded && (strings.HasPrefix(codes[i], "-") || isAbsent(it.text))
		if d := c.get("DisplayLogic"); !d.empty() {
			q.lose(tag, "foreign.choice_condition", "choice", shown(it.text.In(q.language())), "condition", described(d))
		}
		if a := c.get("Image", "ImageLocation").str() + c.get("Image", "Display").str(); a != "" {
			q.lose(tag, "foreign.image", "address", shown(a))
		}
		l = append(l, it)
	}
	return l
}

// recoded gives the codes answers bear: recoded values, or export tags of rows, when each has its own.
func (q *qualtrics) recoded(p node, ids []string, values bool) []string {
	table := p.get("ChoiceDataExportTags")
	if values {
		table = p.get("RecodeValues")
	}
	codes, taken := make([]string, len(ids)), map[string]bool{}
	for i, id := range ids {
		codes[i] = table.get(id).str()
		if codes[i] == "" || taken[keyOf(codes[i])] {
			return ids
		}
		taken[keyOf(codes[i])] = true
	}
	return codes
}

var fromOne = regexp.MustCompile(`(?i)\b1\s*(to|a|à|bis|al|tot|-|–)\s*10\b`)
var startOne = regexp.MustCompile(`(?i)start\w*\s*=\s*1\b`)

func (q *qualtrics) multiple(one *question, p node, selector string) {
	items := q.items(one.tag, p, "Choices", true)
	if d := p.get("DynamicChoices"); !d.empty() {
		if m := locator.FindStringSubmatch(d.get("Locator").str()); m != nil && q.asked[m[1]] != nil {
			items = append(append([]item{}, q.asked[m[1]].items...), items...)
		}
		q.lose(one.tag, "foreign.carried_choices")
	}
	q.counts(one, p.get("Validation", "Settings"), len(items))
	switch selector {
	case "NPS":
		q.ends(one, p)
		from1 := startOne.MatchString(p.get("QuestionJS").str())
		for _, s := range one.base.Text {
			from1 = from1 || fromOne.MatchString(s)
		}
		q.nps(one, items, from1 || len(items) != 11)
	case "DL", "SB":
		one.base.Least, one.base.Most = 0, 0
		q.list(one, survey.Dropdown, items)
	case "MAVR", "MAHR", "MACOL", "MSB":
		q.list(one, survey.Choices, items)
	default:
		one.base.Least, one.base.Most = 0, 0
		q.list(one, survey.Choice, items)
	}
}

// counts bounds how many choices are taken.
func (q *qualtrics) counts(one *question, s node, n int) {
	least, _ := strconv.Atoi(s.get("MinChoices").str())
	most, _ := strconv.Atoi(s.get("MaxChoices").str())
	if kind := s.get("Type").str(); kind != "MinChoices" && kind != "MaxChoices" && kind != "ChoiceRange" {
		return
	}
	if least >= 0 && least <= n && most >= least && most <= n || most == 0 && least <= n {
		one.base.Least, one.base.Most = max(least, 0), most
		return
	}
	q.lose(one.tag, "foreign.validation", "kind", "choices")
}

// ends says what the ends of an NPS mean.
func (q *qualtrics) ends(one *question, p node) {
	one.base.Low = q.translated(one.tag, p, "ColumnLabels", "0", "Display")
	one.base.High = q.translated(one.tag, p, "ColumnLabels", "1", "Display")
	if n := len(p.get("ColumnLabels").keys()); n > 2 {
		one.base.High = q.translated(one.tag, p, "ColumnLabels", strconv.Itoa(n-1), "Display")
		q.lose(one.tag, "foreign.middle_label", "label", shown(q.plain(one.tag, p.get("ColumnLabels", "1", "Display").str())))
	}
}

func (q *qualtrics) textEntry(one *question, p node, selector string) {
	if selector == "FORM" {
		q.cells(one, survey.Text, q.items(one.tag, p, "Choices", false), nil)
		return
	}
	s := p.get("Validation", "Settings")
	b := &one.base
	b.Kind = survey.Text
	if s.get("Type").str() == "ContentType" {
		q.content(one, s)
	}
	if selector == "PW" {
		q.lose(one.tag, "foreign.validation", "kind", "password")
	}
	most, _ := strconv.Atoi(s.get("MaxChars").str())
	least, _ := strconv.Atoi(s.get("MinChars").str())
	if b.Kind == survey.Text && strings.Contains(s.get("Type").str(), "Char") && most >= 0 && most <= 5000 && least >= 0 && (most == 0 || least <= most) {
		b.Least, b.Most = least, most
	}
	key := q.add(one, *b)
	if b.Kind == survey.Number {
		one.t.number[""] = survey.Condition{Question: key}
	}
}

func (q *qualtrics) content(one *question, s node) {
	b := &one.base
	switch kind := s.get("ContentType").str(); kind {
	case "ValidNumber":
		b.Kind = survey.Number
		low, errLow := strconv.ParseFloat(s.get("ValidNumber", "Min").str(), 64)
		high, errHigh := strconv.ParseFloat(s.get("ValidNumber", "Max").str(), 64)
		if errLow != nil {
			low = -1e12
		}
		if errHigh != nil {
			high = 1e12
		}
		if (errLow == nil || errHigh == nil) && low < high {
			b.Min, b.Max = low, high
		}
		if d := s.get("ValidNumber", "NumDecimals").str(); d == "0" && b.Min == float64(int64(b.Min)) && b.Max == float64(int64(b.Max)) {
			b.Step = 1
		}
	case "ValidDate":
		b.Kind = survey.Date
	default:
		q.lose(one.tag, "foreign.validation", "kind", shown(kind))
	}
}
