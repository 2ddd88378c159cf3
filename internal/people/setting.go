package people

import (
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
	// Narrow lists the roles whose figures are held to their unit.
	Narrow []Role `json:"narrow,omitempty"`
	// Consultation of the works council, without which nobody sees figures by adviser.
	Consultation *Consultation `json:"consultation,omitempty"`
}

// Consultation is what an administrator recorded of the works council's.
type Consultation struct {
	On      string    `json:"on"` // 2006-01-02
	Purpose string    `json:"purpose"`
	By      string    `json:"by"` // Viewer.Actor
	At      time.Time `json:"at"`
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
	return s.db.Write(ctx, func(tx *record.Tx) error {
		v, err := loadSettings(ctx, tx)
		if err != nil {
			return err
		}
		change(&v)
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
	})
}

// RecordConsultation records the works council's consultation: from then on roles that may see figures by adviser.
func (s *Store) RecordConsultation(ctx context.Context, by Viewer, c Consultation) error {
	if !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	c.By, c.At = by.Actor(), s.now().UTC()
	if err := s.UpdateSettings(ctx, func(v *Settings) { v.Consultation = &c }); err != nil {
		return err
	}
	return s.Audit(ctx, Entry{Actor: c.By, What: "consultation.record", Subject: c.On})
}

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
	return Grant{Role: r, Unit: unit, Narrow: slices.Contains(v.Narrow, r), Consulted: v.Consultation != nil}
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
