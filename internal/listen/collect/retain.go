package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Keep says since when what is kept; a zero moment keeps all of it.
type Keep struct {
	Words    time.Time // words of feedbacks, whose scores stay
	Feedback time.Time // whole feedbacks
	Customer time.Time // customers whose last feedback is older, with all their feedback; or without any, and not heard of since
}

// Aged counts what is older than Keep says.
type Aged struct{ Words, Feedback, Customer int64 }

// Aged counts what Forget would take, and takes nothing.
func (d *Door) Aged(ctx context.Context, k Keep) (Aged, error) { return d.sweepAged(ctx, k, false) }

// Forget erases what is older than Keep says and tells how much: words leave a feedback and its scores stay; a feedback
// of words alone is erased whole. Employees' words leave in time too; what else is kept of them goes by whole years, when the
// last week of one is older: figures of a year that went week by week would tell each week by the difference. A run cut short
// goes on at the next one.
func (d *Door) Forget(ctx context.Context, k Keep) (Aged, error) { return d.sweepAged(ctx, k, true) }

func (d *Door) sweepAged(ctx context.Context, k Keep, doing bool) (a Aged, err error) {
	if !k.Customer.IsZero() {
		if a.Customer, err = d.agedCustomers(ctx, k.Customer, doing); err != nil {
			return a, wrap(err)
		}
	}
	if !k.Feedback.IsZero() {
		if a.Feedback, err = d.agedFeedback(ctx, k.Feedback, doing); err != nil {
			return a, wrap(err)
		}
		if a.Words, err = d.agedWords(ctx, ages{wholeYears(k.Feedback), k.Feedback, true}, doing); err != nil {
			return a, wrap(err)
		}
	}
	if !k.Words.IsZero() {
		n, err := d.agedWords(ctx, ages{k.Feedback, k.Words, false}, doing)
		if a.Words += n; err != nil {
			return a, wrap(err)
		}
	}
	return a, nil
}

// wholeYears gives the day before which whole years are older.
func wholeYears(before time.Time) time.Time {
	return time.Date(before.UTC().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
}

// agedPage feedbacks are read at once.
const agedPage = 1000

func (d *Door) agedFeedback(ctx context.Context, before time.Time, doing bool) (n int64, err error) {
	old := `FROM feedback f WHERE f.state <> 2 AND f.at < ? AND (f.at < ? OR NOT ` + d.staff() + `)`
	args := []any{before.UnixMicro(), wholeYears(before).UnixMicro()}
	if !doing {
		err = d.d.DB.QueryRow(ctx, `SELECT count(*) `+old, args...).Scan(&n)
		return n, err
	}
	for {
		rows, err := d.d.DB.Query(ctx, `SELECT f.key `+old+` LIMIT ?`, append(args, agedPage)...)
		if err != nil {
			return n, err
		}
		keys, err := record.Column[[]byte](rows)
		if err != nil || len(keys) == 0 {
			return n, err
		}
		if err := d.eraseKeys(ctx, keys); err != nil {
			return n, err
		}
		n += int64(len(keys))
	}
}

// ages are those of feedback lived [from, until): all of it, or employees' alone. A zero from is as old as it gets.
type ages struct {
	from, until time.Time
	staff       bool
}

func (d *Door) agedWords(ctx context.Context, a ages, doing bool) (n int64, err error) {
	from := int64(-1 << 62)
	if !a.from.IsZero() {
		from = a.from.UnixMicro()
	}
	const q = `SELECT ` + storedColumns + ` FROM feedback WHERE id > ? AND state <> 2 AND at >= ? AND at < ? ORDER BY id LIMIT ?`
	for last := cx.FeedbackID(0); ; {
		page, err := d.agedRows(ctx, q, int64(last), from, a.until.UnixMicro(), agedPage)
		if err != nil {
			return n, err
		}
		for _, s := range page {
			last = s.ID
			f, err := Decode(s)
			if err != nil {
				return n, err
			}
			if len(f.Verbatims) == 0 && len(f.Media) == 0 || a.staff && f.Audience != cx.Employees {
				continue
			}
			n++
			if doing {
				if err := d.silence(ctx, f); err != nil {
					return n, err
				}
			}
		}
		if len(page) < agedPage {
			return n, nil
		}
	}
}

func (d *Door) agedRows(ctx context.Context, q string, args ...any) ([]Stored, error) {
	rows, err := d.d.DB.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []Stored
	for rows.Next() {
		var s Stored
		if err := scanStored(rows, &s); err != nil {
			return nil, err
		}
		page = append(page, s)
	}
	return page, rows.Err()
}

// silence takes the words of a feedback away, and the files.
func (d *Door) silence(ctx context.Context, f cx.Feedback) error {
	var err error
	switch {
	case len(f.Scores) == 0:
		err = d.Erase(ctx, f.ID)
	case f.Audience == cx.Employees:
		err = d.d.DB.Write(ctx, func(tx *record.Tx) error { return d.hush(ctx, tx, int64(f.ID)) })
	default:
		if _, err = d.Amend(ctx, f.ID, Amendment{Verbatims: []cx.Verbatim{}, Media: []cx.MediaID{}}); err == nil {
			err = d.d.DB.Write(ctx, func(tx *record.Tx) error { tx.Publish(unsaid(int64(f.ID))); return nil })
		}
	}
	if err == nil && d.d.Media != nil {
		err = d.d.Media.Drop(ctx, f.Media...)
	}
	if cx.KindOf(err) == cx.NotFound { // erased meanwhile
		return nil
	}
	return err
}

func (d *Door) agedCustomers(ctx context.Context, before time.Time, doing bool) (int64, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT identity FROM feedback WHERE identity IS NOT NULL AND state <> 2 GROUP BY identity HAVING max(at) < ?`, before.UnixMicro())
	if err != nil {
		return 0, err
	}
	old, err := record.Column[cx.IdentityID](rows)
	if err != nil {
		return 0, err
	}
	silent := make(map[cx.IdentityID]bool, len(old))
	for _, i := range old {
		silent[i] = true
	}
	gone := map[cx.PersonID]bool{}
	for some := range slices.Chunk(old, record.InLimit) {
		persons, err := d.d.Customers.Customers(ctx, people.Whole(), some)
		if err != nil {
			return 0, fmt.Errorf("customers: %w", err)
		}
		for _, p := range persons {
			quiet, err := d.quiet(ctx, p.Identities, silent)
			if err != nil {
				return 0, err
			}
			if quiet {
				gone[p.ID] = true
			}
		}
	}
	if err := d.unheard(ctx, before, gone); err != nil {
		return 0, err
	}
	if doing {
		for id := range gone {
			if err := d.ErasePerson(ctx, id); err != nil && cx.KindOf(err) != cx.NotFound {
				return 0, err
			}
		}
	}
	return int64(len(gone)), nil
}

// unheard adds those whom no feedback names and of whom nothing came since.
func (d *Door) unheard(ctx context.Context, before time.Time, gone map[cx.PersonID]bool) error {
	const spoke = `EXISTS (SELECT 1 FROM feedback f WHERE f.identity = i.id AND f.state <> 2)`
	for last := cx.PersonID(0); ; {
		ids, next, err := d.d.Customers.Unheard(ctx, before, spoke, last)
		if err != nil {
			return fmt.Errorf("customers: %w", err)
		}
		for _, id := range ids {
			gone[id] = true
		}
		if last = next; last == 0 {
			return nil
		}
	}
}

// quiet tells whether a person was not heard of since: none of the identities has a feedback after the day.
func (d *Door) quiet(ctx context.Context, all []customer.Identity, silent map[cx.IdentityID]bool) (bool, error) {
	for _, i := range all {
		if silent[i.ID] {
			continue
		}
		var n int
		if err := d.d.DB.QueryRow(ctx, `SELECT count(*) FROM feedback WHERE identity = ? AND state <> 2`, int64(i.ID)).Scan(&n); err != nil {
			return false, err
		}
		if n > 0 {
			return false, nil
		}
	}
	return true, nil
}
