package invite

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

// Deps of the store.
type Deps struct {
	DB        *record.DB
	Customers *customer.Reference
	Surveys   *survey.Store
	// Ledger outlives a restore: what people forbade is noted there too; nil: it is not.
	Ledger *collect.Door
	// Placer gives others' keys of touchpoint and unit our own (collect.Door.Placer); nil: they are kept as they come.
	Placer func(context.Context) (collect.Placer, error)
	// Zone gives the time zone of a unit, "" of the organisation.
	Zone func(ctx context.Context, unit string) *time.Location
	// Seal and Unseal keep what must not be read from a copy of the record; the name is of what is kept.
	Seal, Unseal func(name, text string) (string, error)
	Now          func() time.Time // nil: time.Now
	Log          *slog.Logger     // nil: discarded
}

// Store keeps rules, the policy, preferences, occurrences and invitations. Safe for concurrent use, on several nodes too.
type Store struct {
	d        Deps
	snapshot *record.Snapshot[*tables]
}

// counter that versions the slow tables: rules and settings.
const counter = "invite"

// lock is a counter: who takes it decides alone who is asked, until its transaction ends.
const lock = "invite.lock"

// New is inert.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Customers == nil || d.Surveys == nil {
		return nil, errors.New("invite: DB, Customers and Surveys are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Zone == nil {
		d.Zone = func(context.Context, string) *time.Location { return time.UTC }
	}
	return &Store{d: d, snapshot: record.NewSnapshot(d.DB, counter, loadTables)}, nil
}

// tables are what changes slowly, as of one moment.
type tables struct {
	rules   []Kept
	policy  Policy
	pace    Pace
	setting map[string]string
}

// Kept is a rule as it is kept.
type Kept struct {
	Rule
	Edition int64
	Changed time.Time
	By      string
}

// Pace is how messages are sent, beside the policy.
type Pace struct {
	// Stopped: nothing leaves.
	Stopped bool `json:"stopped,omitempty"`
	// Resend those left unsure by a crash; their Message-ID is the same.
	Resend bool `json:"resend,omitempty"`
}

func loadTables(ctx context.Context, q record.Querier) (*tables, error) {
	t := &tables{policy: DefaultPolicy(), setting: map[string]string{}}
	rows, err := q.Query(ctx, `SELECT definition, edition, changed, changed_by FROM invite_rule ORDER BY place, key`)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k Kept
		var definition string
		var changed int64
		if err := rows.Scan(&definition, &k.Edition, &changed, &k.By); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(definition), &k.Rule); err != nil {
			return nil, fmt.Errorf("rule: %w", err)
		}
		k.Changed = time.UnixMicro(changed).UTC()
		t.rules = append(t.rules, k)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return t, t.loadSettings(ctx, q)
}

func (t *tables) loadSettings(ctx context.Context, q record.Querier) error {
	rows, err := q.Query(ctx, `SELECT name, value FROM invite_setting`)
	if err != nil {
		return fmt.Errorf("settings of invitations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		t.setting[name] = value
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for name, into := range map[string]any{"policy": &t.policy, "pace": &t.pace} {
		if v := t.setting[name]; v != "" {
			if name == "policy" { // what it leaves out is not the default's
				t.policy = Policy{}
			}
			if err := json.Unmarshal([]byte(v), into); err != nil {
				return fmt.Errorf("setting %s: %w", name, err)
			}
		}
	}
	return nil
}

// rule gives one by its key, nil when there is none.
func (t *tables) rule(key string) *Rule {
	for i := range t.rules {
		if t.rules[i].Key == key {
			return &t.rules[i].Rule
		}
	}
	return nil
}

// keep writes a setting.
func (s *Store) keep(ctx context.Context, tx *record.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO invite_setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}

func (s *Store) keepJSON(ctx context.Context, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.KeepSetting(ctx, name, string(b))
}

// KeepSetting keeps a text under a name, for the channels (sealed by who hands it); "policy" and "pace" have their own.
func (s *Store) KeepSetting(ctx context.Context, name, value string) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, counter); err != nil {
			return err
		}
		return s.keep(ctx, tx, name, value)
	})
}

// Setting gives a text kept, "" for none.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return "", err
	}
	return t.setting[name], nil
}

// Policy gives the solicitation policy in force.
func (s *Store) Policy(ctx context.Context) (Policy, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return Policy{}, err
	}
	return t.policy, nil
}

// SetPolicy puts another in force, from the next message on.
func (s *Store) SetPolicy(ctx context.Context, p Policy) error {
	if l := p.Check(); len(l) > 0 {
		return joined(l)
	}
	return s.keepJSON(ctx, "policy", p)
}

// Pace gives how messages are sent.
func (s *Store) Pace(ctx context.Context) (Pace, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return Pace{}, err
	}
	return t.pace, nil
}

// SetPace changes it.
func (s *Store) SetPace(ctx context.Context, p Pace) error { return s.keepJSON(ctx, "pace", p) }

// hash of words, keyed by the record's secret.
func (s *Store) hash(ctx context.Context, words string) ([]byte, error) {
	secret, err := s.d.DB.Secret(ctx, "invite")
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(secret)
	h.Write([]byte(words))
	return h.Sum(nil)[:16], nil
}

func notFound(err error) bool { return cx.KindOf(err) == cx.NotFound }

func joined(l []*cx.Error) error {
	all := make([]error, len(l))
	for i, e := range l {
		all[i] = e
	}
	return errors.Join(all...)
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
