package invite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Rules lists them in the order they were made; do not modify them.
func (s *Store) Rules(ctx context.Context) ([]Kept, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return nil, err
	}
	return t.rules, nil
}

// Rule gives one, or NotFound.
func (s *Store) Rule(ctx context.Context, key string) (Kept, error) {
	l, err := s.Rules(ctx)
	if err != nil {
		return Kept{}, err
	}
	i := slices.IndexFunc(l, func(k Kept) bool { return k.Key == key })
	if i < 0 {
		return Kept{}, unknownRule(key)
	}
	return l[i], nil
}

func unknownRule(key string) error {
	return cx.Fail(cx.NotFound, "rule", "invite.no_rule", "key", key)
}

// SaveRule keeps a rule. base is the edition it was made from: Conflict when there is another by now; 0: it must be new;
// -1: whatever is there is replaced. Stage, checks and decisions are those known: Decide and Checked change them.
func (s *Store) SaveRule(ctx context.Context, by string, r Rule, base int64) error {
	if l := r.Check(); len(l) > 0 {
		return joined(l)
	}
	if _, err := s.d.Surveys.Survey(ctx, r.Survey); err != nil {
		return err
	}
	return s.writeRules(ctx, func(tx *record.Tx, known []Kept) error {
		was := slices.IndexFunc(known, func(k Kept) bool { return k.Key == r.Key })
		edition := int64(0)
		r.Stage, r.Checks, r.Decisions = Framing, nil, nil
		if was >= 0 {
			k := known[was]
			edition, r.Stage, r.Checks, r.Decisions = k.Edition, k.Stage, k.Checks, k.Decisions
		}
		if base >= 0 && base != edition {
			return cx.Fail(cx.Conflict, "rule", "invite.changed_meanwhile")
		}
		return s.putRule(ctx, tx, by, r)
	})
}

// Decide moves a rule to a stage and keeps the decision. To go, the whole checklist must have been made.
func (s *Store) Decide(ctx context.Context, by, key string, to Stage, note string) error {
	if !slices.Contains(Stages(), to) {
		return cx.Fail(cx.Invalid, "stage", "invite.word", "value", string(to))
	}
	return s.changeRule(ctx, by, key, func(r *Rule) error {
		return r.move(Decided{Stage: to, By: by, At: s.d.Now().UTC(), Note: cut(note, 2000)})
	})
}

func (r *Rule) move(d Decided) error {
	if missing := r.Missing(); d.Stage == Going && len(missing) > 0 {
		return cx.Fail(cx.Conflict, "checks", "invite.checks", "count", len(missing))
	}
	if d.Stage == Pilot && r.Pilot == nil {
		return cx.Fail(cx.Conflict, "pilot", "invite.no_pilot")
	}
	r.Stage = d.Stage
	r.Decisions = append(slices.Clone(r.Decisions), d)
	return nil
}

// Missing gives the checks of the launch not made yet.
func (r *Rule) Missing() []string {
	return slices.DeleteFunc(Checklist(), func(name string) bool { _, made := r.Checks[name]; return made })
}

// Checked notes a check of the launch, or takes it back.
func (s *Store) Checked(ctx context.Context, by, key, name, note string, made bool) error {
	if !slices.Contains(Checklist(), name) {
		return cx.Fail(cx.Invalid, "check", "invite.word", "value", name)
	}
	return s.changeRule(ctx, by, key, func(r *Rule) error {
		checks := map[string]Check{}
		for k, v := range r.Checks {
			checks[k] = v
		}
		delete(checks, name)
		if made {
			checks[name] = Check{By: by, At: s.d.Now().UTC(), Note: cut(note, 2000)}
		}
		r.Checks = checks
		return nil
	})
}

// DeleteRule removes a rule in framing that never asked anybody; others are paused (Conflict).
func (s *Store) DeleteRule(ctx context.Context, key string) error {
	return s.writeRules(ctx, func(tx *record.Tx, known []Kept) error {
		i := slices.IndexFunc(known, func(k Kept) bool { return k.Key == key })
		if i < 0 {
			return unknownRule(key)
		}
		if len(known[i].Decisions) > 0 {
			return cx.Fail(cx.Conflict, "rule", "invite.rule_asked")
		}
		_, err := tx.Exec(ctx, `DELETE FROM invite_rule WHERE key = ?`, key)
		return err
	})
}

func (s *Store) changeRule(ctx context.Context, by, key string, change func(*Rule) error) error {
	return s.writeRules(ctx, func(tx *record.Tx, known []Kept) error {
		i := slices.IndexFunc(known, func(k Kept) bool { return k.Key == key })
		if i < 0 {
			return unknownRule(key)
		}
		r := known[i].Rule
		if err := change(&r); err != nil {
			return err
		}
		return s.putRule(ctx, tx, by, r)
	})
}

// writeRules takes the tables' version first, so that what fn is given stays true to its commit.
func (s *Store) writeRules(ctx context.Context, fn func(*record.Tx, []Kept) error) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, counter); err != nil {
			return err
		}
		t, err := loadTables(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, t.rules)
	})
}

func (s *Store) putRule(ctx context.Context, tx *record.Tx, by string, r Rule) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO invite_rule (key, place, definition, edition, changed, changed_by)
		VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM invite_rule), ?, 1, ?, ?)
		ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, edition = invite_rule.edition + 1, changed = excluded.changed, changed_by = excluded.changed_by`,
		r.Key, string(b), s.d.Now().UnixMicro(), by)
	if err != nil {
		return fmt.Errorf("rule: %w", err)
	}
	return nil
}

// Check gives everything wrong with a policy.
func (p Policy) Check() []*cx.Error {
	var l problems
	for i, c := range p.Caps {
		l.within(fmt.Sprintf("caps.%d.n", i), c.N, 0, 10_000)
		l.within(fmt.Sprintf("caps.%d.days", i), c.Days, 1, 3660)
	}
	for program, days := range p.Rest {
		l.within("rest."+string(program), days, 0, 3660)
	}
	for i, b := range p.Blackouts {
		from, e1 := time.Parse(time.DateOnly, b.From)
		until, e2 := time.Parse(time.DateOnly, b.Until)
		if e1 != nil || e2 != nil || !from.Before(until) {
			l.add(fmt.Sprintf("blackouts.%d", i), "invite.blackout")
		}
	}
	l.within("quiet.from", p.Quiet.From, 0, 23)
	l.within("quiet.until", p.Quiet.Until, 0, 23)
	for i, d := range p.Quiet.Days {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			l.add(fmt.Sprintf("quiet.days.%d", i), "invite.blackout")
		}
	}
	if h := p.Quiet.Holidays; h != "" && h != "fr" {
		l.add("quiet.holidays", "invite.word", "value", h)
	}
	l.within("ahead", p.Ahead, 0, 366)
	return l
}

// cut shortens a text to so many bytes, at a letter.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most]
}
