package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/record"
)

const personColumns = `p.id, p.name, p.status, p.at, p.attributes, p.consent`

func scanPerson(p *row, attributes, consent string) error {
	if attributes != "{}" {
		if err := json.Unmarshal([]byte(attributes), &p.Attributes); err != nil {
			return fmt.Errorf("attributes of person %d: %w", p.ID, err)
		}
	}
	if consent != "{}" {
		if err := json.Unmarshal([]byte(consent), &p.Consent); err != nil {
			return fmt.Errorf("consent of person %d: %w", p.ID, err)
		}
	}
	return nil
}

// loadIdentities reads what the record knows of the hashes, with the persons behind and whether they have a reference.
func (s *resolution) loadIdentities(ctx context.Context, tx *record.Tx, hashes [][]byte) error {
	for some := range slices.Chunk(hashes, record.InLimit) {
		in, args := record.In(some)
		rows, err := tx.Query(ctx, `SELECT i.id, i.hash, i.import, `+personColumns+`,
			EXISTS (SELECT 1 FROM identity r WHERE r.person = p.id AND r.kind = 1)
			FROM identity i JOIN person p ON p.id = i.person WHERE i.hash `+in, args...)
		if err != nil {
			return fmt.Errorf("identities: %w", err)
		}
		if err := s.scanIdentities(rows); err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	return nil
}

func (s *resolution) scanIdentities(rows *sql.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var i identityRow
		var hash []byte
		var attributes, consent string
		p := &row{}
		if err := rows.Scan(&i.ID, &hash, &i.by, &p.ID, &p.Name, &p.Status, &p.At, &attributes, &consent, &p.hasRef); err != nil {
			return err
		}
		if known, ok := s.persons[p.ID]; ok {
			p = known
		} else if err := scanPerson(p, attributes, consent); err != nil {
			return err
		} else {
			s.persons[p.ID] = p
		}
		i.hash, i.person = Hash(hash), p
		s.known[i.hash] = &i
	}
	return rows.Err()
}

var personRows = record.Rows{Into: `INSERT INTO person (id, name, sought, status, at, attributes, consent) VALUES`, Cols: 7,
	After: `ON CONFLICT (id) DO UPDATE SET name = excluded.name, sought = excluded.sought, status = excluded.status, at = excluded.at,
		attributes = excluded.attributes, consent = excluded.consent`}

func (s *resolution) storePersons(ctx context.Context, tx *record.Tx) error {
	return writePersons(ctx, tx, s.changed())
}

func writePersons(ctx context.Context, tx *record.Tx, persons []*row) error {
	args := make([]any, 0, len(persons)*personRows.Cols)
	for _, p := range persons {
		attributes, err := jsonOf(p.Attributes, len(p.Attributes))
		if err != nil {
			return err
		}
		consent, err := jsonOf(p.Consent, len(p.Consent))
		if err != nil {
			return err
		}
		args = append(args, int64(p.ID), p.Name, fold(p.Name), p.Status, p.At, attributes, consent)
	}
	if _, err := tx.Insert(ctx, personRows, args); err != nil {
		return fmt.Errorf("persons: %w", err)
	}
	return nil
}

func jsonOf(v any, n int) (string, error) {
	if n == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

var identityRows = record.Rows{Into: `INSERT INTO identity (id, hash, kind, value, person, since, import) VALUES`, Cols: 7,
	After: `ON CONFLICT (hash) DO NOTHING`}

// ErrMet says that another node wrote one of the identities a moment ago: the whole transaction is to be tried again, so
// that no person is left whom nothing names.
var ErrMet = errors.New("identity is known")

func (s *resolution) storeIdentities(ctx context.Context, tx *record.Tx) error {
	args := make([]any, 0, len(s.fresh)*identityRows.Cols)
	for _, i := range s.fresh {
		args = append(args, int64(i.ID), i.hash[:], int64(i.Kind), i.Value, int64(i.person.ID), s.now, int64(i.by))
	}
	n, err := tx.Insert(ctx, identityRows, args)
	if err != nil {
		return fmt.Errorf("identities: %w", err)
	}
	if n != int64(len(s.fresh)) {
		return ErrMet
	}
	return nil
}

func (s *resolution) storeDoubts(ctx context.Context, tx *record.Tx) error {
	args := make([]any, 0, len(s.doubts)*3)
	for d := range s.doubts {
		args = append(args, int64(d[0]), int64(d[1]), s.now)
	}
	_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO person_doubt (one, other, since) VALUES`, Cols: 3, After: `ON CONFLICT DO NOTHING`}, args)
	return err
}

func personsOf(ctx context.Context, q record.Querier, ids []cx.IdentityID) (map[cx.IdentityID]cx.PersonID, error) {
	out := make(map[cx.IdentityID]cx.PersonID, len(ids))
	for some := range slices.Chunk(ids, record.InLimit) {
		in, args := record.In(numbers(some))
		rows, err := q.Query(ctx, `SELECT id, person FROM identity WHERE id `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("persons of identities: %w", err)
		}
		for rows.Next() {
			var id cx.IdentityID
			var p cx.PersonID
			if err := rows.Scan(&id, &p); err != nil {
				rows.Close()
				return nil, err
			}
			out[id] = p
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func numbers[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

func personByHash(ctx context.Context, q record.Querier, h Hash) (cx.PersonID, error) {
	var p cx.PersonID
	err := q.QueryRow(ctx, `SELECT person FROM identity WHERE hash = ?`, h[:]).Scan(&p)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return p, err
}

// loadPersons fills the values of want; those unknown stay zero.
func loadPersons(ctx context.Context, q record.Querier, want map[cx.PersonID]Person) error {
	ids := make([]int64, 0, len(want))
	for id := range want {
		ids = append(ids, int64(id))
	}
	for some := range slices.Chunk(ids, record.InLimit) {
		identities, err := identitiesOf(ctx, q, some)
		if err != nil {
			return err
		}
		rows, err := loadRows(ctx, q, some)
		if err != nil {
			return err
		}
		for _, p := range rows {
			want[p.ID] = p.person(identities[p.ID])
		}
	}
	return nil
}

func loadRows(ctx context.Context, q record.Querier, ids []int64) ([]*row, error) {
	in, args := record.In(ids)
	return selectRows(ctx, q, `p.id `+in, args...)
}

func selectRows(ctx context.Context, q record.Querier, where string, args ...any) ([]*row, error) {
	rows, err := q.Query(ctx, `SELECT `+personColumns+` FROM person p WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("persons: %w", err)
	}
	defer rows.Close()
	var out []*row
	for rows.Next() {
		var attributes, consent string
		p := &row{}
		if err := rows.Scan(&p.ID, &p.Name, &p.Status, &p.At, &attributes, &consent); err != nil {
			return nil, err
		}
		if err := scanPerson(p, attributes, consent); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func identitiesOf(ctx context.Context, q record.Querier, persons []int64) (map[cx.PersonID][]Identity, error) {
	in, args := record.In(persons)
	rows, err := q.Query(ctx, `SELECT person, id, kind, value FROM identity WHERE person `+in+` ORDER BY kind, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("identities: %w", err)
	}
	defer rows.Close()
	out := map[cx.PersonID][]Identity{}
	for rows.Next() {
		var p cx.PersonID
		var i Identity
		if err := rows.Scan(&p, &i.ID, &i.Kind, &i.Value); err != nil {
			return nil, err
		}
		out[p] = append(out[p], i)
	}
	return out, rows.Err()
}
