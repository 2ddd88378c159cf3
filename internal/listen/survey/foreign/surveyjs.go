package foreign

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/picture"
)

// surveyJS is one SurveyJS JSON on its way.
type surveyJS struct{ *reader }

func (r *reader) surveyJS(root node) error {
	s := surveyJS{r}
	r.pipes = s.piped
	s.languages(root)
	r.d.Name = s.text("", root.get("title"))
	r.d.Welcome.Why = s.text("", root.get("description"))
	lost := []string{"triggers", "calculatedValues", "navigateToUrl"}
	if logo := picture.FromDataURL(root.get("logo").str()); logo == nil {
		lost = append(lost, "logo") // an address: nothing is fetched
	} else if logo, err := picture.Logo(logo, "logo"); err != nil {
		lost = append(lost, "logo")
	} else {
		r.d.Theme.Logo = picture.DataURL(logo)
	}
	for _, key := range lost {
		if !root.get(key).empty() {
			r.lose("", "foreign.settings", "names", key)
		}
	}
	pages := root.get("pages").each()
	if len(pages) == 0 {
		pages = []node{root}
	}
	for _, p := range pages {
		section := survey.Section{Random: p.get("questionsOrder").str() == "random"}
		if p.get("elements").isList() && !p.get("name").empty() {
			section.Title = s.text("", p.get("title"))
		}
		section.Questions = s.elements(p, s.shownIf("", p.get("visibleIf").str()), 0)
		r.d.Sections = append(r.d.Sections, section)
	}
	s.endings(root)
	return nil
}

// languages are those any text is written in; "default" is the survey's own.
func (s surveyJS) languages(root node) {
	own := cmp.Or(languageOf(root.get("locale").str()), "en")
	found := map[string]bool{}
	var visit func(n node, depth int)
	visit = func(n node, depth int) {
		if depth > depthMost {
			return
		}
		if m, ok := n.v.(map[string]any); ok && m["default"] != nil {
			for tag := range m {
				if one := languageOf(tag); one != "" && tag != "default" {
					found[one] = true
				}
			}
			return
		}
		for _, c := range n.each() {
			visit(c, depth+1)
		}
	}
	visit(root, 0)
	delete(found, own)
	s.d.Languages = append([]string{own}, slices.Sorted(maps.Keys(found))...)
}

// text is one text, or one for each language.
func (s surveyJS) text(question string, n node) cx.Text {
	raw := cx.Text{}
	if v := n.str(); v != "" {
		raw[s.language()] = v
	}
	if _, many := n.v.(map[string]any); many {
		for _, tag := range n.keys() {
			one := languageOf(tag)
			if tag == "default" {
				one = s.language()
			}
			if one != "" && n.get(tag).str() != "" {
				raw[one] = n.get(tag).str()
			}
		}
	}
	return s.words(question, raw)
}

func (s surveyJS) elements(parent node, when *survey.Condition, depth int) []survey.Question {
	var l []survey.Question
	if depth > flowDepthMost {
		return nil
	}
	for _, list := range []string{"elements", "questions"} {
		for _, e := range parent.get(list).each() {
			if e.get("type").str() == "panel" {
				inner := both(when, s.shownIf(e.get("name").str(), e.get("visibleIf").str()))
				if t := s.text(e.get("name").str(), e.get("title")); !blank(t) {
					l = append(l, survey.Question{Key: s.key(e.get("name").str()), Kind: survey.Info, Text: t, If: inner})
				}
				l = append(l, s.elements(e, inner, depth+1)...)
				continue
			}
			l = append(l, s.element(e, when)...)
		}
	}
	return l
}

func (s surveyJS) element(e node, when *survey.Condition) []survey.Question {
	name := e.get("name").str()
	one := &question{tag: name, t: newTarget()}
	if e.get("visible").v == false {
		s.lose(name, "foreign.hidden", "text", shown(s.text(name, e.get("title")).In(s.language())))
		return nil
	}
	one.base.Text = s.text(name, e.get("title"))
	if blank(one.base.Text) && e.get("type").str() != "html" {
		one.base.Text = cx.Text{s.language(): braces(untagged(name))}
	}
	one.base.Help = s.text(name, e.get("description"))
	if !e.get("isRequired").empty() {
		one.base.Need = survey.Required
	}
	one.base.Random = e.get("choicesOrder").str() == "random" || e.get("rowsOrder").str() == "random"
	s.validators(one, e)
	for _, key := range []string{"defaultValue", "enableIf", "requiredIf", "setValueExpression", "choicesByUrl"} {
		if !e.get(key).empty() {
			s.lose(name, "foreign.settings", "names", key)
		}
	}
	s.kinds(one, e)
	s.orTold(one, e.get("type").str())
	s.asked[name] = one.t
	c := both(when, s.shownIf(name, e.get("visibleIf").str()))
	for i := range one.out {
		one.out[i].If = both(c, one.out[i].If)
	}
	return one.out
}

// validators bound how many choices are taken; others are told.
func (s surveyJS) validators(one *question, e node) {
	most, _ := strconv.Atoi(e.get("maxSelectedChoices").str())
	least, _ := strconv.Atoi(e.get("minSelectedChoices").str())
	for _, v := range e.get("validators").each() {
		if v.get("type").str() != "answercount" {
			s.lose(one.tag, "foreign.validation", "kind", shown(v.get("type").str()))
			continue
		}
		if n, err := strconv.Atoi(v.get("maxCount").str()); err == nil {
			most = n
		}
		if n, err := strconv.Atoi(v.get("minCount").str()); err == nil {
			least = n
		}
	}
	if least >= 0 && most >= 0 && (most == 0 || least <= most) {
		one.base.Least, one.base.Most = least, most
	}
}

func (s surveyJS) kinds(one *question, e node) {
	b := &one.base
	switch kind := e.get("type").str(); kind {
	case "text":
		s.entry(one, e.get("inputType").str())
	case "comment":
		b.Kind = survey.Text
		b.Least, b.Most = 0, 0
		s.add(one, *b)
	case "radiogroup", "imagepicker", "buttongroup":
		s.list(one, survey.Choice, s.choices(one.tag, e))
	case "dropdown":
		s.list(one, survey.Dropdown, s.choices(one.tag, e))
	case "checkbox", "tagbox":
		s.list(one, survey.Choices, s.choices(one.tag, e))
	case "ranking":
		s.list(one, survey.Ranking, s.choices(one.tag, e))
	case "rating":
		s.rate(one, e)
	case "boolean":
		b.Kind = survey.YesNo
		key := s.add(one, *b)
		for code, v := range map[string]float64{"true": 1, "false": 0} {
			one.t.taken[code] = survey.Condition{Question: key, From: &v, To: &v}
		}
	case "matrix":
		s.matrix(one, s.items(one.tag, e.get("rows")), s.items(one.tag, e.get("columns")))
	case "multipletext":
		b.Least, b.Most = 0, 0
		s.cells(one, survey.Text, s.items(one.tag, e.get("items")), nil)
	case "html":
		b.Kind, b.Text = survey.Info, s.text(one.tag, e.get("html"))
		s.add(one, *b)
	case "file":
		b.Kind, b.Accept = survey.Media, []string{"file", "image"}
		s.add(one, *b)
	}
}

func (s surveyJS) entry(one *question, input string) {
	b := &one.base
	switch input {
	case "number", "range":
		b.Kind = survey.Number
	case "date":
		b.Kind = survey.Date
	default:
		b.Kind = survey.Text
		b.Least, b.Most = 0, 0
		if input != "" && input != "text" {
			s.lose(one.tag, "foreign.validation", "kind", shown(input))
		}
	}
	key := s.add(one, *b)
	if b.Kind == survey.Number {
		one.t.number[""] = survey.Condition{Question: key}
	}
}

// rate is a scale of numbers; SurveyJS knows no NPS, so from 0 to 10 it is asked.
func (s surveyJS) rate(one *question, e node) {
	one.base.Low, one.base.High = s.text(one.tag, e.get("minRateDescription")), s.text(one.tag, e.get("maxRateDescription"))
	if v := e.get("rateValues"); !v.empty() {
		s.list(one, survey.Choice, s.items(one.tag, v))
		return
	}
	low, errLow := strconv.Atoi(cmp.Or(e.get("rateMin").str(), "1"))
	high, errHigh := strconv.Atoi(cmp.Or(e.get("rateMax").str(), e.get("rateCount").str(), "5"))
	if errLow != nil || errHigh != nil || low >= high || high-low >= pointsMost {
		s.lose(one.tag, "foreign.question", "kind", "rating", "text", shown(one.base.Text.In(s.language())))
		return
	}
	if low == 1 && high == 10 && s.saysZeroToTen(one.base.Text) {
		s.note(one.tag, "foreign.not_nps")
	}
	s.rating(one, numbers(low, high), low, high)
}

var zeroToTen = regexp.MustCompile(`(?i)\b0\s*(to|a|à|bis|al|tot|-|–)\s*10\b`)

func (s surveyJS) saysZeroToTen(t cx.Text) bool {
	for _, words := range t {
		if zeroToTen.MatchString(words) {
			return true
		}
	}
	return false
}

func (s surveyJS) choices(tag string, e node) []item {
	l := s.items(tag, e.get("choices"))
	if !e.get("hasNone").empty() || !e.get("showNoneItem").empty() {
		l = append(l, item{id: "none", code: "none", text: cmpText(s.text(tag, e.get("noneText")), "None"), alone: true})
	}
	if !e.get("hasOther").empty() || !e.get("showOtherItem").empty() {
		l = append(l, item{id: "other", code: "other", text: cmpText(s.text(tag, e.get("otherText")), "Other"), other: true})
	}
	return l
}

func cmpText(t cx.Text, otherwise string) cx.Text {
	if blank(t) {
		return cx.Text{"en": otherwise}
	}
	return t
}

// items are values, or values with a text.
func (s surveyJS) items(tag string, list node) []item {
	var l []item
	for _, n := range list.each() {
		it := item{code: n.str(), text: s.text(tag, n)}
		if it.code == "" {
			it.code = cmp.Or(n.get("value").str(), n.get("name").str())
			if it.text = s.text(tag, n.get("text")); it.text == nil {
				it.text = s.text(tag, n.get("title"))
			}
		}
		if blank(it.text) {
			it.text = cx.Text{s.language(): cmp.Or(braces(untagged(strings.ReplaceAll(it.code, "${", "$ {"))), "–")}
		}
		it.id = it.code
		if c := n.get("visibleIf").str(); c != "" {
			s.lose(tag, "foreign.choice_condition", "choice", shown(it.code), "condition", shown(c))
		}
		l = append(l, it)
	}
	return l
}

var (
	braced = regexp.MustCompile(`\{([A-Za-z_][\w.\-]*)\}`)
	truth  = regexp.MustCompile(`(=|<>)\s*(true|false)\b`)
	filled = regexp.MustCompile(`(\{[^{}]*\})\s*(notempty|empty)\b`)
)

// condition translates an expression such as {nps} <= 6 or {again} = false; nil is always.
func (s surveyJS) condition(expression string) (*survey.Condition, bool) {
	if strings.TrimSpace(expression) == "" {
		return nil, true
	}
	e := filled.ReplaceAllStringFunc(expression, func(m string) string {
		of, word := filled.FindStringSubmatch(m)[1], filled.FindStringSubmatch(m)[2]
		return of + map[string]string{"notempty": ` != ""`, "empty": ` == ""`}[word]
	})
	e = truth.ReplaceAllString(e, `$1 '$2'`)
	return parseExpression(braced.ReplaceAllString(e, "$1"), func(name, op, value string) (*survey.Condition, bool) {
		if t := s.asked[name]; t != nil {
			return t.tested("", op, value)
		}
		return nil, false
	})
}

func (s surveyJS) shownIf(question, expression string) *survey.Condition {
	c, ok := s.condition(expression)
	if !ok {
		s.lose(question, "foreign.condition", "condition", shown(expression))
		return nil
	}
	return c
}

func (s surveyJS) endings(root node) {
	for _, e := range root.get("completedHtmlOnCondition").each() {
		c, ok := s.condition(e.get("expression").str())
		text := s.text("", e.get("html"))
		if !ok || c == nil || blank(text) {
			s.lose("", "foreign.ending_lost", "text", shown(text.In(s.language())))
			continue
		}
		s.d.Endings = append(s.d.Endings, survey.Ending{If: c, Text: text})
	}
	if text := s.text("", root.get("completedHtml")); !blank(text) {
		s.d.Endings = append(s.d.Endings, survey.Ending{Text: text})
	}
}

var jsPipe = regexp.MustCompile(`\{([A-Za-z_][\w.\-]*)\}`)

// piped turns {name} into the answer's key; others are told and leave dots.
func (s surveyJS) piped(_ *reader, question, text string) string {
	var b strings.Builder
	at := 0
	for _, m := range jsPipe.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(braces(text[at:m[0]]))
		at = m[1]
		if t := s.asked[text[m[2]:m[3]]]; t != nil && t.key != "" {
			b.WriteString("{" + string(t.key) + "}")
		} else {
			s.lose(question, "foreign.pipe", "name", shown(text[m[2]:m[3]]))
			b.WriteString("…")
		}
	}
	return strings.ReplaceAll(b.String()+braces(text[at:]), "${", "$ {")
}
