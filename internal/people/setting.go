package people

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Settings of the organisation. A new record has the zone Europe/Paris, the language fr and no name.
type Settings struct {
	Name string `json:"name"`
	Zone string `json:"zone"` // IANA
	Lang string `json:"lang"`
	// Contact is whom to tell what keeps from working: an e-mail address; "" not said.
	Contact string `json:"contact,omitempty"`
	// Customer is how customers are called: a key of lang.CustomerWords; "" « client ».
	Customer string `json:"customer,omitempty"`
	// Accent and AccentDark colour the pages: "#rrggbb"; "" the product's own.
	Accent     string `json:"accent,omitempty"`
	AccentDark string `json:"accent_dark,omitempty"`
	// LogoVersion names the logo kept by SetLogo; "" there is none.
	LogoVersion string `json:"logo_version,omitempty"`
	// Narrow lists the roles whose figures are held to their unit.
	Narrow []Role `json:"narrow,omitempty"`
	// Consultation of the works council, without which nobody sees figures by adviser.
	Consultation *Consultation `json:"consultation,omitempty"`
	// PastConsultations were revoked or replaced, the latest last.
	PastConsultations []Consultation `json:"past_consultations,omitempty"`
	// SecondFactor lists the roles that must have one.
	SecondFactor []Role `json:"second_factor,omitempty"`
	// OwnRoles are the organisation's own, beside Roles; OwnRolesMade counts all there ever were.
	OwnRoles     []OwnRole `json:"own_roles,omitempty"`
	OwnRolesMade int       `json:"own_roles_made,omitempty"`
	// Levels names the levels of the organisation, by what units call them.
	Levels map[string]cx.Text `json:"levels,omitempty"`
	// Retention says how long what is kept.
	Retention Retention `json:"retention"`
}

// LevelName gives the name of a level in a language, what units call it when it was given none.
func (s Settings) LevelName(level, lang string) string {
	return cmp.Or(s.Levels[level].In(lang), level)
}

// Consultation is what an administrator recorded of the works council's.
type Consultation struct {
	On        string    `json:"on"` // 2006-01-02
	Purpose   string    `json:"purpose"`
	Reference string    `json:"reference,omitempty"` // of the document: minutes, opinion
	By        string    `json:"by"`                  // Viewer.Actor
	At        time.Time `json:"at"`
	// Ended and EndedBy: when and by whom it was revoked or replaced.
	Ended   time.Time `json:"ended,omitzero"`
	EndedBy string    `json:"ended_by,omitempty"`
}

// Retention says after how many months what is erased; 0 keeps it.
type Retention struct {
	Words    int `json:"words,omitempty"`    // words of feedbacks, their scores stay
	Feedback int `json:"feedback,omitempty"` // whole feedbacks
	Customer int `json:"customer,omitempty"` // customers nobody heard of since, with all their feedback
	Audit    int `json:"audit,omitempty"`    // entries of the audit trail
}

// Location gives the time zone of the organisation.
func (s Settings) Location() *time.Location {
	l, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Settings gives those of now.
func (s *Store) Settings(ctx context.Context) (Settings, error) {
	a, err := s.access.Present(ctx)
	if err != nil {
		return Settings{}, err
	}
	return a.settings, nil
}

// UpdateSettings changes settings in one transaction.
func (s *Store) UpdateSettings(ctx context.Context, change func(*Settings)) error {
	return s.EditSettings(ctx, func(v *Settings) error { change(v); return nil })
}

// EditSettings changes settings in one transaction, unless change refuses what it finds. Those who change them at once come
// one after the other: each finds what the one before left.
func (s *Store) EditSettings(ctx context.Context, change func(*Settings) error) error {
	return s.db.Write(ctx, func(tx *record.Tx) error { return s.updateSettings(ctx, tx, change) })
}

func (s *Store) updateSettings(ctx context.Context, tx *record.Tx, change func(*Settings) error) error {
	if tx.Dialect() == record.Postgres {
		if _, err := tx.Exec(ctx, `LOCK TABLE people_setting IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("settings: %w", err)
		}
	}
	v, err := loadSettings(ctx, tx)
	if err != nil {
		return err
	}
	if err := change(&v); err != nil {
		return err
	}
	if err := v.check(); err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	const q = `INSERT INTO people_setting (name, value) VALUES ('organisation', ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	if _, err := tx.Exec(ctx, q, string(b)); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return tx.Touch(ctx, accessTables)
}

// RecordConsultation records the works council's consultation: from then on roles that may see figures by adviser. The
// one before is kept among the past ones.
func (s *Store) RecordConsultation(ctx context.Context, by Viewer, c Consultation) error {
	if !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	c.By, c.At = by.Actor(), s.now().UTC()
	if err := s.UpdateSettings(ctx, func(v *Settings) { v.endConsultation(c.By, c.At); v.Consultation = &c }); err != nil {
		return err
	}
	return s.Audit(ctx, Entry{Actor: c.By, What: "consultation.record", Subject: c.On})
}

// RevokeConsultation closes figures by adviser again, for everybody and at once.
func (s *Store) RevokeConsultation(ctx context.Context, by Viewer) error {
	if !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	if err := s.UpdateSettings(ctx, func(v *Settings) { v.endConsultation(by.Actor(), s.now().UTC()) }); err != nil {
		return err
	}
	return s.Audit(ctx, Entry{Actor: by.Actor(), What: "consultation.revoke"})
}

func (v *Settings) endConsultation(by string, at time.Time) {
	if v.Consultation == nil {
		return
	}
	past := *v.Consultation
	past.Ended, past.EndedBy = at, by
	v.PastConsultations, v.Consultation = append(slices.Clone(v.PastConsultations), past), nil
}

// maxRetention in months: fifty years.
const maxRetention = 600

func (v Settings) check() error {
	if _, err := time.LoadLocation(v.Zone); err != nil || v.Zone == "" {
		return cx.Fail(cx.Invalid, "zone", "people.zone", "zone", v.Zone)
	}
	if v.Lang != "fr" && v.Lang != "en" {
		return cx.Fail(cx.Invalid, "lang", "people.lang", "lang", v.Lang)
	}
	if len(v.Name) > 200 {
		return cx.Fail(cx.Invalid, "name", "people.too_long", "max", 200)
	}
	for _, months := range []int{v.Retention.Words, v.Retention.Feedback, v.Retention.Customer, v.Retention.Audit} {
		if months < 0 || months > maxRetention {
			return cx.Fail(cx.Invalid, "", "people.months", "max", maxRetention)
		}
	}
	if c := v.Consultation; c != nil {
		if _, err := time.Parse(time.DateOnly, c.On); err != nil {
			return cx.Fail(cx.Invalid, "on", "people.date", "value", c.On)
		}
		if c.Purpose == "" {
			return cx.Fail(cx.Invalid, "purpose", "people.needed")
		}
	}
	return nil
}

func (v Settings) grant(r Role, unit cx.UnitID) Grant {
	g := Grant{Role: v.Base(r), Unit: unit, Narrow: slices.Contains(v.Narrow, v.Base(r)), Consulted: v.Consultation != nil}
	if o, ok := v.Own(r); ok {
		g.Own, g.Narrow = &o, o.Narrow
	}
	return g
}

func loadSettings(ctx context.Context, q record.Querier) (Settings, error) {
	v := Settings{Zone: "Europe/Paris", Lang: "fr"}
	var text string
	err := q.QueryRow(ctx, `SELECT value FROM people_setting WHERE name = 'organisation'`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return v, nil
	}
	if err != nil {
		return v, fmt.Errorf("settings: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("settings: %w", err)
	}
	return v, nil
}
