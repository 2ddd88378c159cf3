package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// UserUpdate is what an administrator may change of somebody.
type UserUpdate struct {
	Name   string
	Role   Role
	Unit   cx.UnitID
	More   []cx.UnitID
	Agent  string
	Narrow bool
}

// UpdateUser changes somebody's role and perimeter, in force at the next page they ask for. Refused with the field like
// AddUser; the last administrator stays one.
func (s *Store) UpdateUser(ctx context.Context, by Viewer, id int64, c UserUpdate) error {
	if !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	n := NewUser{Email: u.Email, Name: c.Name, Role: c.Role, Unit: c.Unit, More: c.More}
	if err := s.checkUser(ctx, n); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if c.Role != Administrator {
			if err := keepAdministrator(ctx, tx, id); err != nil {
				return err
			}
		}
		const q = `UPDATE account SET name = ?, role = ?, unit = ?, more = ?, agent = ?, narrow = ? WHERE id = ?`
		if _, err := tx.Exec(ctx, q, strings.TrimSpace(c.Name), string(c.Role), string(c.Unit), joinUnits(c.More), c.Agent, oneOrZero(c.Narrow), id); err != nil {
			return fmt.Errorf("user: %w", err)
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "user.change", Subject: "user:" + formatID(id)})
	})
}

// Rename changes one's own name.
func (s *Store) Rename(ctx context.Context, by Viewer, name string) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return cx.Fail(cx.Invalid, "name", "people.needed")
	}
	if len(name) > 200 {
		return cx.Fail(cx.Invalid, "name", "people.too_long", "max", 200)
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE account SET name = ? WHERE id = ?`, name, by.UserID); err != nil {
			return fmt.Errorf("user: %w", err)
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "user.change", Subject: "user:" + formatID(by.UserID)})
	})
}

// ChangePassword changes one's own password, once the present one is given (who has none gives none), and ends the other
// sessions. keep is the session one is in. It gives the user with its new stamp.
func (s *Store) ChangePassword(ctx context.Context, by Viewer, c PasswordChange) (User, error) {
	u, err := s.User(ctx, by.UserID)
	if err != nil {
		return u, err
	}
	if u.Joined {
		if err := s.provePassword(ctx, u, c.Present); err != nil {
			return u, err
		}
	}
	if err := s.SetPassword(ctx, u.ID, c.New); err != nil {
		return u, err
	}
	if err := s.RevokeOthers(ctx, by, u.ID, c.Keep); err != nil {
		return u, err
	}
	if err := s.Audit(ctx, Entry{Actor: by.Actor(), What: "password.change", Subject: "user:" + formatID(u.ID)}); err != nil {
		return u, err
	}
	return s.User(ctx, u.ID)
}

// PasswordChange is the present password, the new one, and the session that goes on.
type PasswordChange struct {
	Present, New string
	Keep         int64
}

func (s *Store) provePassword(ctx context.Context, u User, password string) error {
	try := byMail(u.Email)
	if err := s.mayTry(ctx, try); err != nil {
		return err
	}
	var hash string
	if err := s.db.QueryRow(ctx, `SELECT password FROM account WHERE id = ?`, u.ID).Scan(&hash); err != nil {
		return fmt.Errorf("password: %w", err)
	}
	if len(password) > maxPassword {
		password = ""
	}
	ok, err := s.matches(ctx, password, hash)
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	if !ok {
		if err := s.failed(ctx, try); err != nil {
			return err
		}
		return cx.Fail(cx.Invalid, "present", "people.password_present")
	}
	return nil
}

// keepAdministrator refuses to lose the last one who may sign in.
func keepAdministrator(ctx context.Context, tx *record.Tx, but int64) error {
	if tx.Dialect() == record.Postgres { // two of them leaving at once wait for each other here
		rows, err := tx.Query(ctx, `SELECT id FROM account WHERE role = ? ORDER BY id FOR UPDATE`, string(Administrator))
		if err != nil {
			return fmt.Errorf("administrators: %w", err)
		}
		rows.Close()
	}
	var others, is int
	const q = `SELECT count(CASE WHEN id <> ? THEN 1 END), count(CASE WHEN id = ? THEN 1 END) FROM account WHERE role = ? AND disabled = 0`
	if err := tx.QueryRow(ctx, q, but, but, string(Administrator)).Scan(&others, &is); err != nil {
		return fmt.Errorf("administrators: %w", err)
	}
	if is > 0 && others == 0 {
		return cx.Fail(cx.Conflict, "role", "people.last_administrator")
	}
	return nil
}

// Through gives what a viewer who may administer sees through somebody's eyes, to look and no more.
func (s *Store) Through(ctx context.Context, by Viewer, user int64) (Viewer, error) {
	if !by.May(Administer) || by.By != 0 {
		return Viewer{}, cx.Fail(cx.Denied, "", "people.denied")
	}
	v, err := s.ViewerByUser(ctx, user)
	v.By = by.UserID
	return v, err
}

// Would tells what somebody with that role and those units would see; nothing is written.
func (s *Store) Would(ctx context.Context, n NewUser) (Scope, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return Scope{}, err
	}
	if err := settings.checkRole(n.Role); err != nil {
		return Scope{}, err
	}
	if err := s.checkUnits(ctx, settings.Base(n.Role), n.Unit, n.More); err != nil {
		return Scope{}, err
	}
	g := settings.grant(n.Role, n.Unit)
	g.More, g.Agent, g.Narrow = n.More, n.Agent, g.Narrow || n.Narrow
	return ScopeOf(g), nil
}

func joinUnits(l []cx.UnitID) string {
	var words []string
	for _, u := range l {
		if u != "" && !slices.Contains(words, string(u)) {
			words = append(words, string(u))
		}
	}
	return strings.Join(words, " ")
}

func splitUnits(s string) []cx.UnitID {
	var l []cx.UnitID
	for _, u := range strings.Fields(s) {
		l = append(l, cx.UnitID(u))
	}
	return l
}
