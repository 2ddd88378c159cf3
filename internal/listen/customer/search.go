package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// Exact gives the persons whom what is typed names exactly, as a reference, an e-mail or a phone: three at most. The
// same rule of perimeter as Customers: collect.SearchCustomers applies it.
func (r *Reference) Exact(ctx context.Context, s people.Scope, typed string) ([]Person, error) {
	secret, err := r.key(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, n := range r.names(&Known{Ref: typed, Email: typed, Phone: typed}, secret) {
		p, err := personByHash(ctx, r.db, n.hash)
		if err != nil {
			return nil, fmt.Errorf("exact identity: %w", err)
		}
		if p != 0 && !slices.Contains(ids, int64(p)) {
			ids = append(ids, int64(p))
		}
	}
	return r.persons(ctx, s, ids)
}

// Named asks for persons by name.
type Named struct {
	// Text holds beginnings of words of the name, in any order: "lam den" finds Denis Lambert. Without a letter or a
	// digit it finds nobody.
	Text  string
	After cx.PersonID // those of a greater number; 0 from the first
	Limit int
}

// Named gives persons by the beginnings of the words of their name, in the order of their numbers. All names are read:
// about a second for some millions. The same rule of perimeter as Exact.
func (r *Reference) Named(ctx context.Context, s people.Scope, q Named) ([]Person, error) {
	words := strings.Fields(fold(q.Text))
	if len(words) == 0 {
		return nil, nil
	}
	where, args := "id > ?", []any{int64(q.After)}
	for _, w := range words {
		where += " AND sought LIKE ?"
		args = append(args, "% "+w+"%")
	}
	rows, err := r.db.Query(ctx, `SELECT id FROM person WHERE `+where+` ORDER BY id LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("persons by name: %w", err)
	}
	ids, err := record.Column[int64](rows)
	if err != nil {
		return nil, fmt.Errorf("persons by name: %w", err)
	}
	return r.persons(ctx, s, ids)
}

// persons gives those that there are, in the order of ids.
func (r *Reference) persons(ctx context.Context, s people.Scope, ids []int64) ([]Person, error) {
	if s.People().Empty() && s.Adviser() == "" {
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

// DoubtsOf gives those whom a source named together with one person, by number. The same rule of perimeter as Exact.
func (r *Reference) DoubtsOf(ctx context.Context, s people.Scope, id cx.PersonID) ([]Person, error) {
	rows, err := r.db.Query(ctx, `SELECT other FROM person_doubt WHERE one = ? UNION SELECT one FROM person_doubt WHERE other = ? ORDER BY 1 LIMIT 20`, int64(id), int64(id))
	if err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	ids, err := record.Column[int64](rows)
	if err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	return r.persons(ctx, s, ids)
}
