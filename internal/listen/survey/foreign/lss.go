package foreign

import (
	"cmp"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/survey"
)

// limeQuestion is one question of a LimeSurvey file, all its languages together.
type limeQuestion struct {
	row
	text, help cx.Text
	subs       [2][]item // by scale
	answers    [2][]item
	set        map[string]string  // attributes of no language
	said       map[string]cx.Text // attributes in words
}

// lime is one .lss on its way.
type lime struct {
	*reader
	tables map[string][]row
	byID   map[string]*limeQuestion
	byCode map[string]*limeQuestion
	order  []*limeQuestion
	index  map[string]map[string][]row // table and id column → id → rows
}

func (r *reader) limeSurvey(b []byte) error {
	t, languages, err := tables(b)
	if err != nil {
		return err
	}
	if len(t["=LimeSurveyDocType"]) == 0 && len(t["surveys"]) == 0 {
		return cx.Fail(cx.Invalid, "", "foreign.unknown")
	}
	l := &lime{reader: r, tables: t, byID: map[string]*limeQuestion{}, byCode: map[string]*limeQuestion{}, index: map[string]map[string][]row{}}
	r.pipes = l.piped
	var s row
	if len(t["surveys"]) > 0 {
		s = t["surveys"][0]
	}
	l.languages(s, languages)
	l.gather()
	l.head(s)
	for _, g := range merged(t["groups"], "gid", "group_order") {
		l.group(g)
	}
	l.strays()
	l.others()
	return nil
}

func (l *lime) languages(s row, listed []string) {
	all := append([]string{s["language"]}, strings.Fields(s["additional_languages"])...)
	for _, tag := range append(all, listed...) {
		one := languageOf(tag)
		switch {
		case strings.TrimSpace(tag) == "":
		case one == "":
			l.lose("", "foreign.language", "value", shown(tag))
		case !slices.Contains(l.d.Languages, one):
			l.d.Languages = append(l.d.Languages, one)
		}
	}
	if len(l.d.Languages) == 0 {
		l.d.Languages = []string{"en"}
	}
}

// texts gives a column in every language: of the table itself (old form) or of its _l10ns (new form).
func (l *lime) texts(question, table, local, id, value, column string) cx.Text {
	raw := cx.Text{}
	for _, name := range []string{table, local} {
		for _, r := range l.rowsOf(name, id, value) {
			if r[column] == "" {
				continue
			}
			tag := languageOf(r["language"])
			if r["language"] == "" {
				tag = l.language()
			}
			if _, have := raw[tag]; tag != "" && !have {
				raw[tag] = r[column]
			}
		}
	}
	return l.words(question, raw)
}

// rowsOf gives the rows of a table with that id.
func (l *lime) rowsOf(table, id, value string) []row {
	at := table + "." + id
	if l.index[at] == nil {
		l.index[at] = map[string][]row{}
		for _, r := range l.tables[table] {
			l.index[at][r[id]] = append(l.index[at][r[id]], r)
		}
	}
	return l.index[at][value]
}

// gather puts questions, subquestions, answers and attributes together.
func (l *lime) gather() {
	subs := slices.Clone(l.tables["subquestions"])
	var own []row
	for _, r := range l.tables["questions"] {
		if p := r["parent_qid"]; p != "" && p != "0" {
			subs = append(subs, r)
		} else {
			own = append(own, r)
		}
	}
	for _, r := range merged(own, "qid", "question_order") {
		q := &limeQuestion{row: r, set: map[string]string{}, said: map[string]cx.Text{}}
		l.byID[r["qid"]], l.byCode[r["title"]] = q, q
		l.order = append(l.order, q)
	}
	for _, q := range l.order {
		q.text = l.texts(q.row["title"], "questions", "question_l10ns", "qid", q.row["qid"], "question")
		q.help = l.texts(q.row["title"], "questions", "question_l10ns", "qid", q.row["qid"], "help")
	}
	l.gatherSubs(subs)
	l.gatherAnswers()
	l.gatherAttributes()
	l.gatherScripts()
}

func scaleOf(r row) int {
	if r["scale_id"] == "1" {
		return 1
	}
	return 0
}

func (l *lime) gatherSubs(subs []row) {
	for _, r := range merged(subs, "qid", "question_order") {
		q := l.byID[r["parent_qid"]]
		if q == nil {
			continue
		}
		text := l.texts(q.row["title"], "subquestions", "question_l10ns", "qid", r["qid"], "question")
		if text == nil {
			text = l.texts(q.row["title"], "questions", "", "qid", r["qid"], "question")
		}
		q.subs[scaleOf(r)] = append(q.subs[scaleOf(r)], item{id: r["title"], code: r["title"], text: text})
		if c := r["relevance"]; c != "" && c != "1" {
			l.lose(q.row["title"], "foreign.choice_condition", "choice", r["title"], "condition", shown(c))
		}
	}
}

func (l *lime) gatherAnswers() {
	rows := slices.Clone(l.tables["answers"])
	for i, r := range rows { // old form: an answer is its question and code
		if r["aid"] == "" {
			r["aid"] = r["qid"] + "/" + r["code"] + "/" + r["scale_id"]
		}
		rows[i] = r
	}
	for _, r := range merged(rows, "aid", "sortorder") {
		if q := l.byID[r["qid"]]; q != nil {
			text := l.texts(q.row["title"], "answers", "answer_l10ns", "aid", r["aid"], "answer")
			q.answers[scaleOf(r)] = append(q.answers[scaleOf(r)], item{id: r["code"], code: r["code"], text: text, absent: isAbsent(text)})
			if v := r["assessment_value"]; v != "" && v != "0" {
				l.lose(q.row["title"], "foreign.points")
			}
		}
	}
}

func (l *lime) gatherAttributes() {
	for _, r := range l.tables["question_attributes"] {
		q := l.byID[r["qid"]]
		if q == nil {
			continue
		}
		name := r["attribute"]
		if r["language"] == "" {
			q.set[name] = r["value"]
			continue
		}
		if tag := languageOf(r["language"]); tag != "" && r["value"] != "" {
			if q.said[name] == nil {
				q.said[name] = cx.Text{}
			}
			q.said[name][tag] = l.plain(q.row["title"], r["value"])
		}
	}
	for _, r := range l.tables["defaultvalues"] {
		if q := l.byID[r["qid"]]; q != nil {
			l.lose(q.row["title"], "foreign.default")
		}
	}
}

func (l *lime) gatherScripts() {
	for _, r := range l.tables["question_l10ns"] {
		if q := l.byID[r["qid"]]; q != nil && strings.TrimSpace(r["script"]) != "" {
			l.lose(q.row["title"], "foreign.script")
		}
	}
}

// head is the survey itself: name, welcome, thanks.
func (l *lime) head(s row) {
	ls := "surveys_languagesettings"
	of := func(column string) cx.Text {
		raw := cx.Text{}
		for _, r := range l.tables[ls] {
			if tag := languageOf(r["surveyls_language"]); tag != "" && r[column] != "" {
				raw[tag] = r[column]
			}
		}
		return l.words("", raw)
	}
	l.d.Name = of("surveyls_title")
	l.d.Welcome.Why = under(of("surveyls_description"), of("surveyls_welcometext"))
	if end := of("surveyls_endtext"); !blank(end) {
		l.d.Endings = []survey.Ending{{Text: end}}
	}
	if u := of("surveyls_url"); !blank(u) {
		l.lose("", "foreign.end_address", "address", shown(u.In(l.language())))
	}
	if !blank(of("surveyls_policy_notice")) || !blank(of("surveyls_legal_notice")) {
		l.lose("", "foreign.policy")
	}
	for _, r := range l.tables[ls] {
		for column, v := range r {
			if strings.HasPrefix(column, "surveyls_email") || strings.HasPrefix(column, "email_") {
				if strings.TrimSpace(v) != "" {
					l.lose("", "foreign.emails")
				}
			}
		}
	}
	if s["anonymized"] == "Y" {
		l.d.Privacy = survey.Anonymous
	}
	if s["format"] == "A" {
		l.d.Display = survey.Whole
	}
}

// under puts one text below another.
func under(a, b cx.Text) cx.Text {
	if blank(a) {
		return b
	}
	for tag, s := range b {
		a[tag] = strings.TrimSpace(a[tag] + "\n\n" + s)
	}
	return a
}

func (l *lime) group(g row) {
	s := survey.Section{Title: l.texts("", "groups", "group_l10ns", "gid", g["gid"], "group_name")}
	name := shown(s.Title.In(l.language()))
	if c, ok := l.relevance(g["grelevance"]); ok {
		s.If = c
	} else {
		l.lose("", "foreign.branch", "condition", shown(g["grelevance"]))
	}
	if g["randomization_group"] != "" {
		l.lose("", "foreign.random_group", "section", name)
	}
	if about := l.texts("", "groups", "group_l10ns", "gid", g["gid"], "description"); !blank(about) {
		s.Questions = append(s.Questions, survey.Question{Key: l.key("group_" + g["gid"]), Kind: survey.Info, Text: about})
	}
	for _, q := range l.order {
		if q.row["gid"] == g["gid"] {
			s.Questions = append(s.Questions, l.question(q)...)
			q.row["gid"] = ""
		}
	}
	l.d.Sections = append(l.d.Sections, s)
}

// strays are questions of no group.
func (l *lime) strays() {
	for _, q := range l.order {
		if q.row["gid"] != "" {
			l.lose(q.row["title"], "foreign.unused")
		}
	}
}

// others tells of the tables that have no counterpart.
func (l *lime) others() {
	for _, r := range l.tables["quota"] {
		l.lose("", "foreign.quota", "name", shown(cmp.Or(r["name"], r["id"])))
	}
	for _, r := range merged(l.tables["assessments"], "id", "id") {
		l.lose("", "foreign.assessment", "name", shown(cmp.Or(r["name"], r["id"])))
	}
	if len(l.tables["survey_url_parameters"]) > 0 {
		for _, r := range l.tables["survey_url_parameters"] {
			l.note("", "foreign.attribute", "name", shown(r["parameter"]), "key", keyOf(r["parameter"]))
		}
	}
}

// word is one of LimeSurvey's own words ("yes", "other"…) in the survey's languages.
func (l *lime) word(question, id string) cx.Text {
	t := cx.Text{}
	for _, tag := range l.d.Languages {
		base, _, _ := strings.Cut(tag, "-")
		if base != "fr" && base != "en" {
			l.lose(question, "foreign.untranslated", "language", tag)
			base = "en"
		}
		t[tag] = lang.For(base).T(id)
	}
	return t
}
