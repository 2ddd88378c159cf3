package foreign

import (
	"maps"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// qualtrics is one .qsf on its way.
type qualtrics struct {
	*reader
	questions map[string]node // by QuestionID
	blocks    map[string]node
	placed    map[string]bool // blocks the flow led to
	seen      map[string]bool // questions met
	skips     []skip
	ended     []survey.Condition // what ends the survey early: sections that follow are kept away
}

func (r *reader) qualtrics(root node) error {
	q := &qualtrics{reader: r, questions: map[string]node{}, blocks: map[string]node{}, placed: map[string]bool{}, seen: map[string]bool{}}
	r.pipes = q.piped
	entry := root.get("SurveyEntry")
	r.d.Name = cx.Text{}
	flow := q.gather(root.get("SurveyElements"))
	q.languages(entry.get("SurveyLanguage").str())
	if name := qsfPipe.ReplaceAllString(r.plain("", entry.get("SurveyName").str()), "…"); name != "" {
		r.d.Name[r.language()] = name
	}
	q.flow(flow.get("Flow"), nil, 0)
	if flow.empty() {
		for _, id := range slices.Sorted(maps.Keys(q.blocks)) {
			q.block(id, nil)
		}
	}
	q.leftOut()
	q.resolveSkips()
	return nil
}

// gather sorts the elements of the file and tells of those that have no counterpart.
func (q *qualtrics) gather(elements node) (flow node) {
	for _, e := range elements.each() {
		p := e.get("Payload")
		switch e.get("Element").str() {
		case "SQ":
			id := p.get("QuestionID").str()
			if id == "" {
				id = e.get("PrimaryAttribute").str()
			}
			q.questions[id] = p
		case "BL":
			for _, b := range p.each() {
				q.blocks[b.get("ID").str()] = b
			}
		case "FL":
			flow = p
		case "SO":
			q.options(p)
		case "SCO":
			if !p.get("ScoringCategories").empty() {
				q.lose("", "foreign.scoring")
			}
		case "QO", "QG":
			if name := p.get("Name").str(); name != "" && !strings.HasPrefix(name, "Default") {
				q.lose("", "foreign.quota", "name", shown(name))
			}
		case "NT":
			q.lose("", "foreign.notes")
		}
	}
	return flow
}

func (q *qualtrics) options(p node) {
	if q.plain("", p.get("Header").str()) != "" || q.plain("", p.get("Footer").str()) != "" {
		q.lose("", "foreign.header")
	}
	if !p.get("CustomStyles").empty() {
		q.lose("", "foreign.formatting")
	}
	switch p.get("SurveyTermination").str() {
	case "", "DefaultMessage":
	case "Redirect":
		q.lose("", "foreign.end_address", "address", shown(p.get("EOSRedirectURL").str()))
	default:
		q.lose("", "foreign.end_message")
	}
	if p.get("AnonymizeResponse").str() == "Yes" {
		q.d.Privacy = survey.Anonymous
	}
}

// languages are the survey's own, then those its questions are translated into.
func (q *qualtrics) languages(own string) {
	if own = languageOf(own); own == "" {
		own = "en"
	}
	found := map[string]bool{}
	for _, p := range q.questions {
		if p.get("Language").isList() {
			continue
		}
		for _, l := range p.get("Language").keys() {
			if lang := languageOf(l); lang != "" {
				found[lang] = true
			} else {
				q.lose("", "foreign.language", "value", shown(l))
			}
		}
	}
	delete(found, own)
	q.d.Languages = append([]string{own}, slices.Sorted(maps.Keys(found))...)
}

const (
	flowDepthMost = 30
	endsMost      = 20
)

// flow walks the survey flow; when holds of all that is in it.
func (q *qualtrics) flow(l node, when []survey.Condition, depth int) {
	if depth > flowDepthMost {
		return
	}
	for _, f := range l.each() {
		switch kind := f.get("Type").str(); kind {
		case "Block", "Standard":
			q.block(f.get("ID").str(), when)
		case "Branch":
			q.branch(f, when, depth)
		case "Group", "Root":
			q.flow(f.get("Flow"), when, depth+1)
		case "BlockRandomizer", "Randomizer":
			q.lose("", "foreign.random_blocks", "n", len(f.get("Flow").keys()))
			q.flow(f.get("Flow"), when, depth+1)
		case "EmbeddedData":
			q.embedded(f)
		case "EndSurvey":
			q.endSurvey(f, when)
		default:
			q.lose("", "foreign.flow", "kind", shown(kind), "address", shown(f.get("URL").str()))
			q.flow(f.get("Flow"), when, depth+1)
		}
	}
}

func (q *qualtrics) branch(f node, when []survey.Condition, depth int) {
	c, ok := q.logic(f.get("BranchLogic"))
	if !ok {
		q.lose("", "foreign.branch", "condition", described(f.get("BranchLogic")))
		q.flow(f.get("Flow"), when, depth+1)
		return
	}
	q.flow(f.get("Flow"), append(slices.Clone(when), *c), depth+1)
}

// endSurvey keeps what follows away from those it concerns.
func (q *qualtrics) endSurvey(f node, when []survey.Condition) {
	switch {
	case len(when) > 0 && len(q.ended) >= endsMost:
		q.lose("", "foreign.branch", "condition", spell(all(when)))
	case len(when) > 0:
		q.ended = append(q.ended, survey.Condition{Not: all(when)})
	}
	if o := f.get("Options"); !o.empty() {
		if a := o.get("EOSRedirectURL").str(); a != "" {
			q.lose("", "foreign.end_address", "address", shown(a))
		} else if o.get("Advanced").str() == "true" {
			q.lose("", "foreign.end_message")
		}
	}
}

func (q *qualtrics) embedded(f node) {
	for _, e := range f.get("EmbeddedData").each() {
		name, value := e.get("Field").str(), e.get("Value").str()
		if value == "" {
			q.note("", "foreign.attribute", "name", shown(name), "key", keyOf(name))
			continue
		}
		q.lose("", "foreign.embedded", "name", shown(name), "value", shown(value))
	}
}

// block makes a section of a block.
func (q *qualtrics) block(id string, when []survey.Condition) {
	b, known := q.blocks[id]
	if !known || b.get("Type").str() == "Trash" {
		return
	}
	if q.placed[id] {
		q.lose("", "foreign.block_twice", "name", shown(b.get("Description").str()))
		return
	}
	q.placed[id] = true
	s := survey.Section{If: all(append(slices.Clone(when), q.ended...))}
	switch o := b.get("Options"); o.get("RandomizeQuestions").str() {
	case "", "false":
	case "RandomWithXPerPage", "true", "RandomWithoutSubset":
		s.Random = true
	default:
		q.lose("", "foreign.order", "section", shown(b.get("Description").str()))
	}
	if o := b.get("Options", "Looping"); !o.empty() && o.str() != "None" {
		q.lose("", "foreign.loop", "section", shown(b.get("Description").str()))
	}
	for _, e := range b.get("BlockElements").each() {
		if e.get("Type").str() == "Question" {
			s.Questions = append(s.Questions, q.asking(e)...)
		}
	}
	q.d.Sections = append(q.d.Sections, s)
}

// asking gives what stands for one question of a block.
func (q *qualtrics) asking(e node) []survey.Question {
	id := e.get("QuestionID").str()
	p, known := q.questions[id]
	if !known || q.seen[id] {
		return nil
	}
	q.seen[id] = true
	one := q.question(p)
	q.asked[id] = one.t
	if d := p.get("DisplayLogic"); !d.empty() {
		q.shownIf(one, d)
	}
	if d := p.get("InPageDisplayLogic"); !d.empty() {
		q.shownIf(one, d)
	}
	for _, l := range []node{e.get("SkipLogic"), p.get("SkipLogic")} {
		for _, s := range l.each() {
			q.skips = append(q.skips, skip{from: one, section: len(q.d.Sections), logic: s})
		}
	}
	return one.out
}

func (q *qualtrics) shownIf(one *question, d node) {
	c, ok := q.logic(d)
	if !ok {
		q.lose(one.tag, "foreign.condition", "condition", described(d))
		return
	}
	for i := range one.out {
		both := []survey.Condition{*c}
		if one.out[i].If != nil {
			both = append(both, *one.out[i].If)
		}
		one.out[i].If = all(both)
	}
}

// leftOut tells of questions in the trash, or in no block of the flow.
func (q *qualtrics) leftOut() {
	trash := map[string]bool{}
	for _, b := range q.blocks {
		for _, e := range b.get("BlockElements").each() {
			trash[e.get("QuestionID").str()] = b.get("Type").str() == "Trash"
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(q.questions), byNumber) {
		switch {
		case q.seen[id]:
		case trash[id]:
			q.lose(tagOf(q.questions[id]), "foreign.trash")
		default:
			q.lose(tagOf(q.questions[id]), "foreign.unused")
		}
	}
}

func tagOf(p node) string {
	if tag := p.get("DataExportTag").str(); tag != "" {
		return tag
	}
	return p.get("QuestionID").str()
}

func all(l []survey.Condition) *survey.Condition {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return &l[0]
	}
	return &survey.Condition{All: l}
}
