package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// fold writes a name as it is looked for: lower case, no accents, one space before each word. Œ and æ are two letters.
func fold(name string) string {
	var b strings.Builder
	gap := true
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteString(spelled(unicode.ToLower(r)))
		default:
			gap = true
		}
	}
	return b.String()
}

func spelled(r rune) string {
	switch r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	}
	return string(r)
}

// Reach says, as SQL, which persons a viewer may know of. The zero value reaches nobody. Feedback tells it, so
// collect makes it.
type Reach struct {
	All bool
	// Spoke is a condition on a row i of identity, with its arguments: this identity gave a feedback that the viewer may
	// see.
	Spoke string
	Args  []any
}

// where gives the condition on a row p of person; ok is false when nobody is reached.
func (r Reach) where() (string, []any, bool) {
	switch {
	case r.All:
		return "1 = 1", nil, true
	case r.Spoke == "":
		return "", nil, false
	}
	return "EXISTS (SELECT 1 FROM identity i WHERE i.person = p.id AND " + r.Spoke + ")", r.Args, true
}

// Search asks for persons. What it names and whom the viewer reaches are one question to the record: nobody else is
// read, counted or paged over.
type Search struct {
	// Text holds beginnings of words of the name, in any order: "lam den" finds Denis Lambert. Without a letter or a
	// digit it finds nobody.
	Text string
	// Exact takes Text for a reference, an e-mail or a phone instead.
	Exact bool
	// Among, when it is not nil, takes these persons instead of Text.
	Among []cx.PersonID
	Reach Reach
	After cx.PersonID // those of a greater number; 0 from the first
	Limit int
}

// Search gives persons in the order of their numbers. All names are read: about a second for some millions.
func (r *Reference) Search(ctx context.Context, s people.Scope, q Search) ([]Person, error) {
	where, args, ok, err := r.sought(ctx, q)
	if err != nil || !ok || nobody(s) {
		return nil, err
	}
	rows, err := r.db.Query(ctx, `SELECT p.id FROM person p WHERE `+where+` ORDER BY p.id LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("persons: %w", err)
	}
	ids, err := record.Column[int64](rows)
	if err != nil {
		return nil, fmt.Errorf("persons: %w", err)
	}
	return r.persons(ctx, s, ids)
}

// Count tells how many persons a search finds, at most its limit.
func (r *Reference) Count(ctx context.Context, s people.Scope, q Search) (n int, err error) {
	where, args, ok, err := r.sought(ctx, q)
	if err != nil || !ok || nobody(s) {
		return 0, err
	}
	err = r.db.QueryRow(ctx, `SELECT count(*) FROM (SELECT p.id FROM person p WHERE `+where+` LIMIT ?) AS found`, append(args, q.Limit)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("persons counted: %w", err)
	}
	return n, nil
}

// sought gives the condition of a search on a row p of person; ok is false when it can find nobody.
func (r *Reference) sought(ctx context.Context, q Search) (string, []any, bool, error) {
	where, args, err := r.named(ctx, q)
	if err != nil || where == "" {
		return "", nil, false, err
	}
	reach, reachArgs, ok := q.Reach.where()
	return "p.id > ? AND " + where + " AND " + reach, slices.Concat([]any{int64(q.After)}, args, reachArgs), ok, nil
}

// named gives what a search names as a condition, "" for nobody.
func (r *Reference) named(ctx context.Context, q Search) (string, []any, error) {
	switch {
	case q.Among != nil:
		return inOrNone("p.id", numbers(q.Among))
	case q.Exact:
		return r.exact(ctx, q.Text)
	}
	var parts []string
	var args []any
	for _, w := range strings.Fields(fold(q.Text)) {
		parts, args = append(parts, "p.sought LIKE ?"), append(args, "% "+w+"%")
	}
	return strings.Join(parts, " AND "), args, nil
}

func (r *Reference) exact(ctx context.Context, typed string) (string, []any, error) {
	secret, err := r.key(ctx)
	if err != nil {
		return "", nil, err
	}
	var hashes [][]byte
	for _, n := range r.names(&Known{Ref: typed, Email: typed, Phone: typed}, secret) {
		hashes = append(hashes, n.hash[:])
	}
	in, args, err := inOrNone("hash", hashes)
	if in == "" {
		return "", nil, err
	}
	return "p.id IN (SELECT person FROM identity WHERE " + in + ")", args, nil
}

func inOrNone[T any](column string, values []T) (string, []any, error) {
	if len(values) == 0 {
		return "", nil, nil
	}
	in, args := record.In(values)
	return column + " " + in, args, nil
}

// nobody tells whether a viewer sees no person at all.
func nobody(s people.Scope) bool { return s.People().Empty() && s.Adviser() == "" }

// persons gives those that there are, in the order of ids.
func (r *Reference) persons(ctx context.Context, s people.Scope, ids []int64) ([]Person, error) {
	if nobody(s) {
		return nil, nil
	}
	seen := make(map[cx.PersonID]Person, len(ids))
	for _, id := range ids {
		seen[cx.PersonID(id)] = Person{}
	}
	if err := loadPersons(ctx, r.db, seen); err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		if p := seen[cx.PersonID(id)]; p.ID != 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// doubtsMost are given of one person.
const doubtsMost = 20

// DoubtsOf gives those whom a source named together with one person and whom the viewer reaches, by number.
func (r *Reference) DoubtsOf(ctx context.Context, s people.Scope, id cx.PersonID, reach Reach) ([]Person, error) {
	rows, err := r.db.Query(ctx, `SELECT other FROM person_doubt WHERE one = ? UNION SELECT one FROM person_doubt WHERE other = ? ORDER BY 1 LIMIT 200`, int64(id), int64(id))
	if err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	ids, err := record.Column[cx.PersonID](rows)
	if err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	return r.Search(ctx, s, Search{Among: append([]cx.PersonID{}, ids...), Reach: reach, Limit: doubtsMost})
}

// unheardPage persons are looked at once.
const unheardPage = 500

// Unheard gives, page after page, the persons of whom nothing came since a moment and whom no feedback names: neither an
// identity, a name, an attribute nor an answer about consent. Spoke is the condition on a row i of identity that a
// feedback names it. It answers to no viewer: for retention alone.
func (r *Reference) Unheard(ctx context.Context, before time.Time, spoke string, after cx.PersonID) (ids []cx.PersonID, last cx.PersonID, err error) {
	at := before.UnixMicro()
	rows, err := r.db.Query(ctx, `SELECT p.id FROM person p WHERE p.id > ? AND p.at < ? AND NOT EXISTS (
		SELECT 1 FROM identity i WHERE i.person = p.id AND (i.since >= ? OR `+spoke+`)) ORDER BY p.id LIMIT ?`, int64(after), at, at, unheardPage)
	if err != nil {
		return nil, 0, fmt.Errorf("unheard: %w", err)
	}
	page, err := record.Column[int64](rows)
	if err != nil || len(page) == 0 {
		return nil, 0, err
	}
	known, err := loadRows(ctx, r.db, page)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range known {
		if !p.heardSince(before) {
			ids = append(ids, p.ID)
		}
	}
	return ids, cx.PersonID(page[len(page)-1]), nil
}

func (p *row) heardSince(t time.Time) bool {
	for _, d := range p.Attributes {
		if d.at >= t.UnixMicro() {
			return true
		}
	}
	for _, c := range p.Consent {
		if !c.At.Before(t) {
			return true
		}
	}
	return false
}
