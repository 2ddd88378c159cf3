package foreign

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// target is where the answer to one of the file's questions is found, for conditions and pipes that name it.
type target struct {
	key    survey.QuestionID           // the question that stands for it
	keys   []survey.QuestionID         // all of them
	taken  map[string]survey.Condition // choice, or row/choice → it was taken
	number map[string]survey.Condition // "", or row → the number answered
	items  []item                      // its choices, to be carried forward
}

func newTarget() *target {
	return &target{taken: map[string]survey.Condition{}, number: map[string]survey.Condition{}}
}

// item is a choice, a row or a point of the file.
type item struct {
	id     string // as conditions name it
	code   string // as answers name it
	text   cx.Text
	other  bool // the person may write
	alone  bool // excludes all others
	absent bool // says that there is no answer ("no opinion")
}

// Points of one scale, rows of one matrix: more are asked apart.
const (
	pointsMost = 11
	rowsMost   = 30
)

// question is one question of the file on its way.
type question struct {
	tag  string // its name in the file
	base survey.Question
	t    *target
	out  []survey.Question
}

// add gives the survey one question, named by the parts of its tag.
func (r *reader) add(q *question, one survey.Question, part ...string) survey.QuestionID {
	one = settled(one)
	one.Key = r.key(strings.Join(append([]string{q.tag}, part...), "_"))
	r.source[one.Key] = q.tag
	q.out = append(q.out, one)
	q.t.keys = append(q.t.keys, one.Key)
	if q.t.key == "" {
		q.t.key = one.Key
	}
	return one.Key
}

// list asks to choose among items.
func (r *reader) list(q *question, kind survey.Kind, items []item, part ...string) {
	if low, high, ok := numbered(items); ok && (kind == survey.Choice || kind == survey.Dropdown) {
		r.rating(q, items, low, high)
		return
	}
	if len(items) < 2 {
		r.lone(q, items, part...)
		return
	}
	one := q.base
	one.Kind = kind
	options, written := r.options(q, kind, items)
	one.Choices = options
	key := r.add(q, one, part...)
	for i, o := range options {
		q.t.taken[rowed(part, items[i].id)] = survey.Condition{Question: key, In: []string{o.Key}}
	}
	q.t.items = items
	for _, i := range written {
		r.specify(q, key, options[i], part...)
	}
}

// settled keeps of what was set before the kind was known what is of the kind.
func settled(q survey.Question) survey.Question {
	free := 0
	for _, o := range q.Choices {
		if !o.Alone {
			free++
		}
	}
	counted := q.Kind == survey.Choices || q.Kind == survey.Ranking
	if !counted && q.Kind != survey.Text || counted && (q.Least > free || q.Most > len(q.Choices)) {
		q.Least, q.Most = 0, 0
	}
	if !q.Kind.Points() && q.Kind != survey.Matrix {
		q.Min, q.Max, q.Step = 0, 0, 0
	}
	if !q.Kind.Lists() && q.Kind != survey.Matrix {
		q.Random = false
	}
	if q.Kind == survey.Info {
		q.Need = survey.Optional
	}
	return q
}

// orTold tells of a question nothing stands for.
func (r *reader) orTold(q *question, kind string) {
	if len(q.out) == 0 {
		r.lose(q.tag, "foreign.question", "kind", shown(kind), "text", shown(q.base.Text.In(r.language())))
	}
}

func rowed(part []string, id string) string { return strings.Join(append(slices.Clone(part), id), "/") }

// options makes choices of items; written lists those, beyond the first, where the person may write too.
func (r *reader) options(q *question, kind survey.Kind, items []item) (l []survey.Option, written []int) {
	taken := map[string]bool{}
	other := false
	for i, it := range items {
		key := keyOf(it.code)
		if key == "" {
			key = "c" + strconv.Itoa(i+1)
		}
		o := survey.Option{Key: free(key, taken), Text: it.text}
		if blank(o.Text) {
			o.Text = cx.Text{r.language(): it.code}
		}
		o.Alone = (it.alone || it.absent) && kind == survey.Choices
		switch {
		case it.other && !other && kind != survey.Ranking:
			o.Other, other = true, true
		case it.other:
			written = append(written, i)
		}
		if it.absent {
			r.note(q.tag, "foreign.no_basis_choice", "choice", shown(it.text.In(r.language())))
		}
		l = append(l, o)
	}
	return l, written
}

// specify asks for the words of a further "please specify" in a question of its own.
func (r *reader) specify(q *question, key survey.QuestionID, o survey.Option, part ...string) {
	words := survey.Question{Kind: survey.Text, Text: o.Text, If: &survey.Condition{Question: key, In: []string{o.Key}}}
	r.add(q, words, append(slices.Clone(part), o.Key, "text")...)
	r.note(q.tag, "foreign.specify", "choice", shown(o.Text.In(r.language())))
}

// lone is a list of one choice: a yes or nothing. Of none, words.
func (r *reader) lone(q *question, items []item, part ...string) {
	one := q.base
	if len(items) == 0 {
		one.Kind = survey.Text
		r.lose(q.tag, "foreign.no_choice")
		r.add(q, one, part...)
		return
	}
	one.Kind = survey.YesNo
	one.Text = joined(one.Text, items[0].text)
	key := r.add(q, one, part...)
	yes := 1.0
	q.t.taken[rowed(part, items[0].id)] = survey.Condition{Question: key, From: &yes, To: &yes}
	r.note(q.tag, "foreign.lone_choice", "choice", shown(items[0].text.In(r.language())))
}

// numbered tells whether the items are the numbers from low to high, one after the other, up or down.
func numbered(items []item) (low, high int, ok bool) {
	var l []int
	for _, it := range items {
		n, err := strconv.Atoi(strings.TrimSpace(it.text.In("")))
		if err != nil || it.other || it.absent {
			return 0, 0, false
		}
		for _, s := range it.text {
			if strings.TrimSpace(s) != strconv.Itoa(n) {
				return 0, 0, false
			}
		}
		l = append(l, n)
	}
	if len(l) < 3 || len(l) > pointsMost {
		return 0, 0, false
	}
	slices.Sort(l)
	for i, n := range l {
		if n != l[0]+i {
			return 0, 0, false
		}
	}
	return l[0], l[len(l)-1], true
}

// rating is a scale of numbers; 0 to 10 may be an NPS, which the file does not say.
func (r *reader) rating(q *question, items []item, low, high int) {
	one := q.base
	one.Kind, one.Min, one.Max, one.Random = survey.Rating, float64(low), float64(high), false
	key := r.add(q, one)
	if low == 0 && high == 10 {
		r.note(q.tag, "foreign.maybe_nps")
	}
	for _, it := range items {
		n, err := strconv.ParseFloat(strings.TrimSpace(it.text.In("")), 64)
		if err == nil {
			q.t.taken[it.id] = survey.Condition{Question: key, From: &n, To: &n}
		}
	}
	q.t.number[""] = survey.Condition{Question: key}
}

// nps is a question its author made an NPS. What the text or a script asks from 1 to 10 is none.
func (r *reader) nps(q *question, items []item, from1 bool) {
	one := q.base
	one.Kind = survey.NPS
	switch {
	case from1:
		r.note(q.tag, "foreign.not_nps")
		one.Kind, one.Min, one.Max = survey.Rating, 1, 10
	case r.told["nps"]:
		r.note(q.tag, "foreign.second_nps")
		one.Kind, one.Min, one.Max = survey.Rating, 0, 10
	default:
		r.told["nps"] = true
	}
	key := r.add(q, one)
	for i, it := range items {
		n, err := strconv.ParseFloat(strings.TrimSpace(it.text.In("")), 64)
		if err != nil {
			n = float64(i)
		}
		q.t.taken[it.id] = survey.Condition{Question: key, From: &n, To: &n}
	}
	q.t.number[""] = survey.Condition{Question: key}
}

// joined puts a part's words after the question's.
func joined(stem, part cx.Text) cx.Text {
	if blank(part) {
		return stem
	}
	if blank(stem) {
		return part
	}
	out := cx.Text{}
	for lang, s := range stem {
		out[lang] = s
		if p := part.In(lang); p != s {
			out[lang] = beside(s, p)
		}
	}
	for lang, p := range part {
		if _, ok := out[lang]; !ok {
			out[lang] = beside(stem.In(lang), p)
		}
	}
	return out
}

func beside(stem, part string) string {
	if strings.Contains(stem, "\n") {
		return stem + "\n\n" + part
	}
	return stem + " — " + part
}

func (r *reader) language() string {
	if len(r.d.Languages) > 0 {
		return r.d.Languages[0]
	}
	return "en"
}

// noOpinion recognises the point of a scale that says there is no answer.
var noOpinion = regexp.MustCompile(`(?i)^(n\.? ?/? ?a\.?|not applicable|no (opinion|basis.*|answer)|(i )?(don.t|do not) know|prefer not to (answer|say)|(never|did not|have not|haven.t) (tried|participated?|used).*|sans (avis|opinion|objet)|non (concernée?|applicable)|ne se prononce pas|ne sa(is|it) pas|je ne sais pas|nsp|nspp|keine (angabe|meinung)|weiß nicht|trifft nicht zu|no (sabe|aplica|contesta).*|não (sei|se aplica).*|geen mening|weet niet)$`)

func isAbsent(t cx.Text) bool {
	for _, s := range t {
		if noOpinion.MatchString(strings.TrimSpace(s)) {
			return true
		}
	}
	return false
}
