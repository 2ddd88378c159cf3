package invite

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// Population is whom a run of a list rule looks at: all customers when it is zero.
type Population struct {
	// If chooses a segment, by the attributes of customers, status and language; nil: everybody.
	If *survey.Condition
	// List names them one by one; nil: everybody.
	List iter.Seq2[Listed, error]
	// Make makes persons of the lines of the list by which nobody is known and who can be written to. What they forbade holds.
	Make bool
	// Try counts what would become of them and keeps nothing; quotas are not counted.
	Try bool
}

// Listed is one line of a list.
type Listed struct {
	Line              int
	Ref, Email, Phone string
	Any               string // a reference, an address or a number
	Problem           string // message id of a line that could not be read
}

// Lines says what became of the lines of a list: Read = Found + Unknown + Malformed + Twice.
type Lines struct {
	Read      int `json:"read"`
	Found     int `json:"found"`          // persons, counted in Reasons
	Made      int `json:"made,omitempty"` // of those found: nobody was known by the line
	Unknown   int `json:"unknown,omitempty"`
	Malformed int `json:"malformed,omitempty"`
	Twice     int `json:"twice,omitempty"` // the same person as a line before
	// Troubles are the first lines that found nobody, in order. What they said is not kept: it may name somebody.
	Troubles []Trouble `json:"troubles,omitempty"`
}

// Trouble is a line that found nobody.
type Trouble struct {
	Line int    `json:"line"`
	Why  string `json:"why"` // one of Unknown…, Malformed…, Twice…
}

// Why a line of a list found nobody.
const (
	LineUnknown   = "unknown"
	LineMalformed = "malformed"
	LineTwice     = "twice"
)

// troublesMost are told of one list; all are counted.
const troublesMost = 1000

func (l *Lines) trouble(line int, why string) {
	*map[string]*int{LineUnknown: &l.Unknown, LineMalformed: &l.Malformed, LineTwice: &l.Twice}[why]++
	if len(l.Troubles) < troublesMost {
		l.Troubles = append(l.Troubles, Trouble{line, why})
	}
}

// RunOn runs a rule triggered by lists on a population. The same name again plans nobody twice: a list is read anew, a
// segment goes on where it stopped. Conflict when the rule is triggered otherwise or asks nobody, or when the name is that
// of a run on another segment.
func (s *Store) RunOn(ctx context.Context, rule, name string, p Population) (Run, error) {
	if !cx.ValidKey(name) {
		return Run{}, cx.Fail(cx.Invalid, "name", "invite.key", "key", name)
	}
	if l := checkSegment(p.If); len(l) > 0 {
		return Run{}, joined(l)
	}
	k, err := s.Rule(ctx, rule)
	if err != nil {
		return Run{}, err
	}
	if !k.Trigger.List {
		return Run{}, cx.Fail(cx.Conflict, "trigger", "invite.no_list")
	}
	if asks, _ := k.Stage.Asks(); !asks {
		return Run{}, cx.Fail(cx.Conflict, "stage", "invite.not_asking")
	}
	runs, err := s.resume(ctx, name, []string{rule})
	if err != nil {
		return Run{}, err
	}
	was, err := s.runOf(ctx, s.d.DB, rule, name)
	if err != nil {
		return Run{}, err
	}
	if was != nil && ((was.Lines == nil) != (p.List == nil) || !reflect.DeepEqual(was.If, p.If)) {
		return Run{}, cx.Fail(cx.Conflict, "name", "invite.other_run", "name", name)
	}
	if p.List != nil || p.Try {
		earlier := 0
		if was != nil {
			earlier = was.Earlier + was.Reasons[Planned.String()]
		}
		runs[0] = Run{Rule: rule, Name: name, Stage: k.Stage, Begun: runs[0].Begun, Reasons: map[string]int{}, Earlier: earlier, Again: true}
	}
	runs[0].If = p.If
	w, err := s.newWalk(ctx, runs, p.Try)
	if err != nil {
		return Run{}, err
	}
	if p.List != nil {
		err = w.list(ctx, p)
	} else {
		err = w.everybody(ctx)
	}
	return w.runs[0], err
}

// listing reads a list: who each line names, everybody once.
type listing struct {
	s    *Store
	into *Lines
	make *maker
	seen bitmap
	// unborn are those whom a trial would make.
	unborn bitmap
}

// first tells whether a person was not met before.
func (l *listing) first(id cx.PersonID) bool {
	if id < 0 {
		return l.unborn.add(-int64(id))
	}
	return l.seen.add(int64(id))
}

// list looks at those named, planning as it goes.
func (w *walk) list(ctx context.Context, p Population) error {
	r := &w.runs[0]
	r.Lines = &Lines{}
	l := listing{s: w.s, into: r.Lines, make: p.maker(w.s)}
	batch := make([]Listed, 0, planBatch)
	for one, err := range p.List {
		if err != nil {
			return err
		}
		if batch = append(batch, one); len(batch) == planBatch {
			if err := w.listed(ctx, &l, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := w.listed(ctx, &l, batch); err != nil {
		return err
	}
	slices.SortStableFunc(r.Lines.Troubles, func(a, b Trouble) int { return a.Line - b.Line })
	return w.batch(ctx, herd{})
}

func (w *walk) listed(ctx context.Context, l *listing, batch []Listed) error {
	if len(batch) == 0 {
		return nil
	}
	persons, err := l.find(ctx, batch)
	if err != nil || len(persons) == 0 {
		return err
	}
	h := herd{persons: persons}
	if h.contacts, err = w.s.contacts(ctx, persons); err != nil {
		return err
	}
	return w.batch(ctx, h)
}

// find gives the persons of some lines who were not met before.
func (l *listing) find(ctx context.Context, batch []Listed) ([]customer.Person, error) {
	good := make([]customer.Known, 0, len(batch))
	lines := make([]Listed, 0, len(batch))
	for _, one := range batch {
		l.into.Read++
		k, ok := one.known(l.s)
		if !ok {
			l.into.trouble(one.Line, LineMalformed)
			continue
		}
		good, lines = append(good, k), append(lines, one)
	}
	found, err := l.s.d.Customers.FindEach(ctx, people.Whole(), good)
	if err != nil {
		return nil, err
	}
	made, err := l.make.fill(ctx, lines, found)
	if err != nil {
		return nil, err
	}
	persons := make([]customer.Person, 0, len(found))
	for i, p := range found {
		switch {
		case p.ID == 0:
			l.into.trouble(lines[i].Line, LineUnknown)
		case !l.first(p.ID):
			l.into.trouble(lines[i].Line, LineTwice)
		default:
			l.into.Found++
			if made[i] {
				l.into.Made++
			}
			persons = append(persons, p)
		}
	}
	return persons, nil
}

// known reads a line as names of a customer; false for one that names nobody, or by what is no address or number.
func (l *Listed) known(s *Store) (customer.Known, bool) {
	k := customer.Known{Ref: l.Ref, Email: l.Email, Phone: l.Phone}
	if any := strings.TrimSpace(l.Any); any != "" {
		k.Ref, k.Phone = any, any
		if strings.Contains(any, "@") {
			k = customer.Known{Ref: any, Email: any}
		} else if s.d.Customers.Check(&customer.Known{Phone: any}) != "" {
			k.Phone = ""
		}
	}
	if l.Problem != "" || k.Ref == "" && k.Email == "" && k.Phone == "" {
		return k, false
	}
	for _, v := range []string{k.Ref, k.Email, k.Phone} {
		if len(v) > 200 || !utf8.ValidString(v) {
			return k, false
		}
	}
	return k, s.d.Customers.Check(&k) == ""
}

// Pasted reads references, addresses and numbers out of a text: one a line, or several between commas and semicolons.
func Pasted(text string) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' }) {
				if part = strings.TrimSpace(part); part != "" && !yield(Listed{Line: n, Any: part}, nil) {
					return
				}
			}
		}
	}
}

// checkSegment gives what is wrong with the condition of a segment.
func checkSegment(c *survey.Condition) []*cx.Error {
	var l problems
	l.condition("if", c, 1)
	return l
}

// bitmap is a set of numbers as the record gives them: dense.
type bitmap []uint64

// add tells whether n was not in it.
func (b *bitmap) add(n int64) bool {
	for int64(len(*b)) <= n/64 {
		*b = append(*b, 0)
	}
	word := &(*b)[n/64]
	was := *word&(1<<(n%64)) != 0
	*word |= 1 << (n % 64)
	return !was
}
