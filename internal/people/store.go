package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// The counters that version what a snapshot holds.
const (
	unitTables   = "people.unit"
	accessTables = "people.access"
)

// Store keeps everything of this package in the record. It is safe for concurrent use.
type Store struct {
	db      *record.DB
	now     func() time.Time
	units   *record.Snapshot[*Organisation]
	access  *record.Snapshot[*access]
	hashing chan struct{} // argon2id takes 64 MB at once: few at a time
	seals   *seals
}

// New reads and writes nothing until asked.
func New(db *record.DB) *Store {
	return &Store{
		db: db, now: time.Now,
		units:   record.NewSnapshot(db, unitTables, loadOrganisation),
		access:  record.NewSnapshot(db, accessTables, loadAccess),
		hashing: make(chan struct{}, 2),
		seals:   &seals{},
	}
}

// Present gives the organisation as of now.
func (s *Store) Present(ctx context.Context) (*Organisation, error) { return s.units.Present(ctx) }

// access is what every request needs of this package beside the user.
type access struct {
	keys     map[string]Key // by hash, the revoked ones left out
	settings Settings
}

func loadAccess(ctx context.Context, q record.Querier) (*access, error) {
	keys, err := loadKeys(ctx, q)
	if err != nil {
		return nil, err
	}
	settings, err := loadSettings(ctx, q)
	if err != nil {
		return nil, err
	}
	a := &access{keys: make(map[string]Key, len(keys)), settings: settings}
	for _, k := range keys {
		if k.Revoked.IsZero() {
			a.keys[k.hash] = k
		}
	}
	return a, nil
}

// secretHash of a random secret of ours: long enough that no salt is needed.
func secretHash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

func unixMicro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// normalEmail is the form an e-mail is compared and kept in.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (s *Store) checkUnits(ctx context.Context, r Role, unit cx.UnitID, more []cx.UnitID) error {
	if err := s.checkUnit(ctx, r, unit); err != nil {
		return err
	}
	if unit == "" && len(more) > 0 {
		return cx.Fail(cx.Invalid, "unit", "people.unit_first")
	}
	for _, u := range more {
		if err := s.checkUnit(ctx, r, u); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) checkUnit(ctx context.Context, r Role, unit cx.UnitID) error {
	if unit == "" {
		if r.local() {
			return cx.Fail(cx.Invalid, "unit", "people.unit_needed", "role", string(r))
		}
		return nil
	}
	o, err := s.Present(ctx)
	if err != nil {
		return err
	}
	if _, ok := o.Unit(unit); !ok {
		return cx.Fail(cx.Invalid, "unit", "people.unit_unknown", "unit", string(unit))
	}
	return nil
}
