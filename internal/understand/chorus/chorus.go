// Package chorus shows what employees write: texts of at least five people together, in an order that tells nothing, with no
// score, date, number, channel nor unit finer than the cell beside. Each text belongs to one listing, chosen once and for good
// as cells close (insight.Gather says which may be made), so that no two listings hold each other.
//
// Here: keeping which answer is in which listing, giving listings within a perimeter. An answer that was erased, or whose words
// were, is shown no more; a listing with fewer than five people left is not either. Not here: which cells (insight), the words
// themselves (they are read from the record each time), pages. Search, lists of feedback and exports stay closed to employees'
// answers: nothing here gives an id.
package chorus

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

// Deps of the room.
type Deps struct {
	DB *record.DB
	// Gather gives the listings that may be made at a moment (insight.Insight).
	Gather func(ctx context.Context, now time.Time, known func(context.Context, []int64) (map[int64]bool, error)) ([]insight.Listing, error)
	// Present gives the present rows of answers (collect.Door).
	Present func(context.Context, []int64) ([]collect.Stored, error)
	Now     func() time.Time // nil: time.Now
}

// Chorus keeps the listings. Safe for concurrent use.
type Chorus struct {
	d Deps

	mu      sync.Mutex
	settled string // the day for which all listings are made
}

// New is inert.
func New(d Deps) (*Chorus, error) {
	if d.DB == nil || d.Gather == nil || d.Present == nil {
		return nil, errors.New("chorus: DB, Gather and Present are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Chorus{d: d}, nil
}

// Query chooses listings.
type Query struct {
	Touchpoint *cx.TouchpointID // of one touchpoint; "" is what speaks of none; nil: any
	Unit       cx.UnitID        // and those below; "": any
	Before     int64            // listings older than this one; 0: from the newest
	Limit      int              // 0: 20, at most 100
}

// Listing is what at least five people wrote.
type Listing struct {
	ID int64 // for Query.Before alone
	insight.Listing
	Texts []string // in an order of their own
}

// Page of listings, the newest period first.
type Page struct {
	Listings []Listing
	Next     int64 // Query.Before of the next page; 0: there is none
}

const (
	listed     = 20
	listedMost = 100
)

// Listings gives those of the viewer's people. Errors: Denied to who may not read verbatims or hears no employees,
// Unavailable while figures are built.
func (c *Chorus) Listings(ctx context.Context, scope people.Scope, q Query) (Page, error) {
	in := scope.People()
	if !scope.Employees() || in.Empty() {
		return Page{}, cx.Fail(cx.Denied, "", "chorus.denied")
	}
	if err := c.settle(ctx); err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = listed
	}
	q.Limit = min(q.Limit, listedMost)
	var p Page
	for {
		some, err := c.some(ctx, in, q)
		if err != nil {
			return Page{}, err
		}
		shown, err := c.read(ctx, some)
		if err != nil {
			return Page{}, err
		}
		for _, l := range shown {
			if len(p.Listings) == q.Limit {
				p.Next = p.Listings[q.Limit-1].ID
				return p, nil
			}
			p.Listings = append(p.Listings, l)
		}
		if len(some) <= q.Limit {
			return p, nil
		}
		q.Before = some[len(some)-1].ID
	}
}

// some reads the listings of a query without their texts, one more than its limit when there are more.
func (c *Chorus) some(ctx context.Context, in people.Perimeter, q Query) ([]Listing, error) {
	var where []string
	var args []any
	and := func(term string, more ...any) { where, args = append(where, term), append(args, more...) }
	if !in.All {
		units, more := in.Units()
		and(`unit IN (`+units+`)`, more...)
	}
	if q.Unit != "" {
		units, more := people.Perimeter{Roots: []cx.UnitID{q.Unit}}.Units()
		and(`unit IN (`+units+`)`, more...)
	}
	if q.Touchpoint != nil {
		and(`touchpoint = ? AND mixed = 0`, string(*q.Touchpoint))
	}
	if q.Before > 0 {
		and(`id < ?`, q.Before)
	}
	and(`1 = 1`)
	rows, err := c.d.DB.Query(ctx, `SELECT id, touchpoint, mixed, unit, grain, bucket FROM employee_listing WHERE `+strings.Join(where, ` AND `)+` ORDER BY id DESC LIMIT ?`,
		append(args, q.Limit+1)...)
	if err != nil {
		return nil, wrap(err)
	}
	defer rows.Close()
	var out []Listing
	for rows.Next() {
		var l Listing
		mixed := 0
		if err := rows.Scan(&l.ID, &l.Touchpoint, &mixed, &l.Unit, &l.Grain, &l.Bucket); err != nil {
			return nil, wrap(err)
		}
		l.Mixed = mixed != 0
		out = append(out, l)
	}
	return out, wrap(rows.Err())
}

// read gives listings their texts, and leaves out those with too few people left.
func (c *Chorus) read(ctx context.Context, some []Listing) ([]Listing, error) {
	key, err := c.d.DB.Secret(ctx, "employee.words")
	if err != nil {
		return nil, err
	}
	var out []Listing
	for _, l := range some {
		rows, err := c.d.DB.Query(ctx, `SELECT feedback FROM employee_listed WHERE listing = ?`, l.ID)
		if err != nil {
			return nil, wrap(err)
		}
		ids, err := record.Column[int64](rows)
		if err != nil {
			return nil, wrap(err)
		}
		stored, err := c.d.Present(ctx, ids)
		if err != nil {
			return nil, wrap(err)
		}
		texts, enough, err := words(stored, l.ID, key)
		if err != nil {
			return nil, wrap(err)
		}
		if enough {
			l.Texts = texts
			out = append(out, l)
		}
	}
	return out, nil
}

// words gives the texts that stand, in the order of a keyed hash; enough tells whether five people wrote them.
func words(stored []collect.Stored, listing int64, key []byte) (texts []string, enough bool, err error) {
	type placed struct{ at, text string }
	var all []placed
	who := map[string]bool{}
	for _, s := range stored {
		if s.State != cx.Live {
			continue
		}
		f, err := collect.Decode(s)
		if err != nil {
			return nil, false, err
		}
		for n, v := range f.Verbatims {
			if strings.TrimSpace(v.Text) == "" || f.Audience != cx.Employees {
				continue
			}
			all = append(all, placed{order(key, listing, int64(f.ID), int64(n)), v.Text})
			if f.Respondent == "" {
				who[fmt.Sprint(f.ID)] = true
			} else {
				who["·"+f.Respondent] = true
			}
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return strings.Compare(a.at, b.at) })
	for _, p := range all {
		texts = append(texts, p.text)
	}
	return texts, len(who) >= insight.Floor, nil
}

// order places a text by a keyed hash: nothing of when it came, nor of what else its author wrote, shows in it.
func order(key []byte, numbers ...int64) string {
	m := hmac.New(sha256.New, key)
	for _, n := range numbers {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	return string(m.Sum(nil))
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("employees' words: %w", err)
	}
	return nil
}
