package people

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// User is a person who may sign in.
type User struct {
	ID       int64
	Email    string
	Name     string
	Role     Role
	Unit     cx.UnitID   // "" the whole company
	More     []cx.UnitID // further units, beside Unit
	Agent    string      // the adviser's key in feedback
	Lang     string      // "" the organisation's
	Narrow   bool        // figures held to the unit
	Disabled bool
	Created  time.Time
	Seen     time.Time // zero: never signed in
	Second   bool      // a second factor is on
	Joined   bool      // has a password
	// Stamp changes when the password does or the user is disabled: a session of another stamp is over.
	Stamp string
}

// NewUser is a user to be; without a password only sign-in links let it in.
type NewUser struct {
	Email, Name string
	Role        Role
	Unit        cx.UnitID
	More        []cx.UnitID
	Agent, Lang string
	Narrow      bool
	Password    string
}

// AddUser creates a user. Refused with the field: an e-mail that is none or is taken, an unknown role or unit, a role
// that needs a unit and has none, a weak password.
func (s *Store) AddUser(ctx context.Context, n NewUser) (User, error) {
	if err := s.checkUser(ctx, n); err != nil {
		return User{}, err
	}
	var hash string
	if n.Password != "" {
		h, err := s.hash(ctx, n.Password)
		if err != nil {
			return User{}, fmt.Errorf("password: %w", err)
		}
		hash = h
	}
	u := User{Email: normalEmail(n.Email), Name: strings.TrimSpace(n.Name), Role: n.Role, Unit: n.Unit, More: n.More, Agent: n.Agent,
		Lang: n.Lang, Narrow: n.Narrow, Created: s.now().UTC().Truncate(time.Microsecond), Stamp: rand.Text()}
	err := s.db.Write(ctx, func(tx *record.Tx) error { return u.create(ctx, tx, hash) })
	return u, err
}

// FirstUser creates the administrator of a record that has no user yet, and is denied otherwise.
func (s *Store) FirstUser(ctx context.Context, n NewUser) (User, error) {
	n.Role = Administrator
	if err := s.checkUser(ctx, n); err != nil {
		return User{}, err
	}
	if err := CheckPassword(n.Password, n.Email); err != nil {
		return User{}, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return User{}, fmt.Errorf("password: %w", err)
	}
	u := User{Email: normalEmail(n.Email), Name: strings.TrimSpace(n.Name), Role: n.Role, Lang: n.Lang,
		Created: s.now().UTC().Truncate(time.Microsecond), Stamp: rand.Text()}
	err = s.db.Write(ctx, func(tx *record.Tx) error {
		if err := u.create(ctx, tx, hash); err != nil {
			return err
		}
		if u.ID != 1 {
			return cx.Fail(cx.Denied, "", "people.not_first")
		}
		return nil
	})
	return u, err
}

func (u *User) create(ctx context.Context, tx *record.Tx, hash string) error {
	id, err := tx.Next(ctx, "people.user", 1)
	if err != nil {
		return err
	}
	u.ID, u.Joined = id, hash != ""
	const q = `INSERT INTO account (id, email, name, role, unit, more, agent, lang, narrow, disabled, password, stamp, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (email) DO NOTHING`
	r, err := tx.Exec(ctx, q, id, u.Email, u.Name, string(u.Role), string(u.Unit), joinUnits(u.More), u.Agent, u.Lang, oneOrZero(u.Narrow),
		hash, u.Stamp, unixMicro(u.Created))
	if err != nil {
		return fmt.Errorf("user: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return cx.Fail(cx.Conflict, "email", "people.email_taken")
	}
	return nil
}

func oneOrZero(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Store) checkUser(ctx context.Context, n NewUser) error {
	if a, err := mail.ParseAddress(n.Email); err != nil || a.Address != strings.TrimSpace(n.Email) || len(n.Email) > 254 {
		return cx.Fail(cx.Invalid, "email", "people.email")
	}
	if strings.TrimSpace(n.Name) == "" {
		return cx.Fail(cx.Invalid, "name", "people.needed")
	}
	if len(n.Name) > 200 {
		return cx.Fail(cx.Invalid, "name", "people.too_long", "max", 200)
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	if err := settings.checkRole(n.Role); err != nil {
		return err
	}
	if n.Role == Source {
		return cx.Fail(cx.Invalid, "role", "people.role_of_keys", "role", string(n.Role))
	}
	if n.Password != "" {
		if err := CheckPassword(n.Password, n.Email); err != nil {
			return err
		}
	}
	return s.checkUnits(ctx, settings.Base(n.Role), n.Unit, n.More)
}

// Empty tells whether nobody was ever added.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var n int
	err := s.db.QueryRow(ctx, `SELECT count(*) FROM account`).Scan(&n)
	return n == 0, err
}

const userColumns = `id, email, name, role, unit, more, agent, lang, narrow, disabled, stamp, created, seen,
	CASE WHEN totp = '' THEN 0 ELSE 1 END, CASE WHEN password = '' THEN 0 ELSE 1 END`

func scanUser(row interface{ Scan(...any) error }) (User, error) {
	var u User
	var narrow, disabled, created, seen, second, joined int64
	var more string
	err := row.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.Unit, &more, &u.Agent, &u.Lang, &narrow, &disabled, &u.Stamp, &created, &seen, &second, &joined)
	if errors.Is(err, sql.ErrNoRows) {
		return u, cx.Fail(cx.NotFound, "", "people.user_unknown")
	}
	u.Narrow, u.Disabled, u.Created, u.Seen = narrow != 0, disabled != 0, fromMicro(created), fromMicro(seen)
	u.More, u.Second, u.Joined = splitUnits(more), second != 0, joined != 0
	return u, err
}

// User gives one user.
func (s *Store) User(ctx context.Context, id int64) (User, error) {
	return scanUser(s.db.QueryRow(ctx, `SELECT `+userColumns+` FROM account WHERE id = ?`, id))
}

// UserByEmail gives one user.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return scanUser(s.db.QueryRow(ctx, `SELECT `+userColumns+` FROM account WHERE email = ?`, normalEmail(email)))
}

// Users gives everybody, by name.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	rows, err := s.db.Query(ctx, `SELECT `+userColumns+` FROM account ORDER BY name, id`)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	defer rows.Close()
	var out []User
	for rows.Next() {
		u, err := scanUser(rows)
		if err != nil {
			return nil, fmt.Errorf("users: %w", err)
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// SetPassword changes a password and ends the sessions opened before.
func (s *Store) SetPassword(ctx context.Context, id int64, password string) error {
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, u.Email); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE account SET password = ?, stamp = ? WHERE id = ?`, hash, rand.Text(), id)
		return err
	})
}

// DisableUser shuts somebody out, or in again; it ends the sessions opened before. The last administrator stays.
func (s *Store) DisableUser(ctx context.Context, id int64, disabled bool) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if disabled {
			if err := keepAdministrator(ctx, tx, id); err != nil {
				return err
			}
		}
		r, err := tx.Exec(ctx, `UPDATE account SET disabled = ?, stamp = ? WHERE id = ?`, oneOrZero(disabled), rand.Text(), id)
		if err != nil {
			return fmt.Errorf("user: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return cx.Fail(cx.NotFound, "", "people.user_unknown")
		}
		_, err = tx.Exec(ctx, `DELETE FROM sign_in WHERE account = ?`, id)
		return err
	})
}

// SetLang keeps the language somebody chose.
func (s *Store) SetLang(ctx context.Context, id int64, lang string) error {
	if lang != "fr" && lang != "en" {
		return cx.Fail(cx.Invalid, "lang", "people.lang", "lang", lang)
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE account SET lang = ? WHERE id = ?`, lang, id)
		return err
	})
}

// ViewerByUser gives what a user may see now. A disabled one is denied.
func (s *Store) ViewerByUser(ctx context.Context, id int64) (Viewer, error) {
	u, err := s.User(ctx, id)
	if err != nil {
		return Viewer{}, err
	}
	return s.ViewerOf(ctx, u)
}

// ViewerOf gives what that user may see now. A disabled one is denied.
func (s *Store) ViewerOf(ctx context.Context, u User) (Viewer, error) {
	if u.Disabled {
		return Viewer{}, cx.Fail(cx.Denied, "", "people.user_disabled")
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return Viewer{}, err
	}
	g := settings.grant(u.Role, u.Unit)
	g.More, g.Agent, g.Narrow = u.More, u.Agent, g.Narrow || u.Narrow
	v := Viewer{UserID: u.ID, Name: u.Name, Email: u.Email, Role: g.Role, Own: g.Own, Unit: u.Unit, Scope: ScopeOf(g), Lang: u.Lang}
	if v.Lang == "" {
		v.Lang = settings.Lang
	}
	return v, nil
}
