package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// OwnRole is a role that an administrator made from a copy of a built-in one: other rights, another perimeter of figures.
// Whatever else depends on a role (whose customers, the home page, who sees an indicator, the second factor) follows the
// one copied.
type OwnRole struct {
	Key    Role     `json:"key"` // begins with "own_"
	Base   Role     `json:"base"`
	Name   cx.Text  `json:"name"`
	Rights []string `json:"rights"`           // names of rights
	Narrow bool     `json:"narrow,omitempty"` // figures held to the unit
}

const (
	ownPrefix  = "own_"
	ownMost    = 30
	ownNameMax = 60
)

// rightNames are kept in the settings: never rename.
var rightNames = [...]string{ReadFigures: "read_figures", ReadPeople: "read_people", WriteFeedback: "write_feedback", EditStructure: "edit_structure",
	Administer: "administer", ErasePeople: "erase_people", ReadAudit: "read_audit", ImportFiles: "import_files", Protect: "protect"}

func (r Right) String() string {
	if r > 0 && int(r) < len(rightNames) {
		return rightNames[r]
	}
	return ""
}

// Rights gives all rights.
func Rights() []Right {
	return []Right{ReadFigures, ReadPeople, WriteFeedback, ImportFiles, EditStructure, ErasePeople, ReadAudit, Protect, Administer}
}

// May tells whether the role holds a right.
func (o OwnRole) May(r Right) bool { return slices.Contains(o.Rights, r.String()) }

// Copied tells whether a role of one's own may be a copy of r: any that people hold.
func (r Role) Copied() bool { return slices.Contains(Roles(), r) && r != Source }

// Own gives a role of the organisation's own.
func (v Settings) Own(r Role) (OwnRole, bool) {
	i := slices.IndexFunc(v.OwnRoles, func(o OwnRole) bool { return o.Key == r })
	if i < 0 {
		return OwnRole{}, false
	}
	return v.OwnRoles[i], true
}

// Base gives the built-in role that a role is or is a copy of; "" for one that is unknown, which may nothing.
func (v Settings) Base(r Role) Role {
	if o, ok := v.Own(r); ok {
		return o.Base
	}
	if slices.Contains(Roles(), r) {
		return r
	}
	return ""
}

// May tells whether a role, built in or of one's own, holds a right.
func (v Settings) May(r Role, right Right) bool {
	if o, ok := v.Own(r); ok {
		return o.May(right)
	}
	return r.May(right)
}

func (o OwnRole) check() error {
	if !o.Base.Copied() {
		return cx.Fail(cx.Invalid, "base", "people.role_unknown", "role", string(o.Base))
	}
	for _, lang := range []string{"fr", "en"} {
		if o.Name[lang] == "" {
			return cx.Fail(cx.Invalid, "name_"+lang, "people.needed")
		}
		if len([]rune(o.Name[lang])) > ownNameMax {
			return cx.Fail(cx.Invalid, "name_"+lang, "people.too_long", "max", ownNameMax)
		}
	}
	if len(o.Rights) == 0 {
		return cx.Fail(cx.Invalid, "rights", "people.rights_needed")
	}
	for _, name := range o.Rights {
		if !slices.Contains(rightNames[1:], name) {
			return cx.Fail(cx.Invalid, "rights", "people.needed")
		}
	}
	return nil
}

func (o *OwnRole) tidy() {
	o.Name = cx.Text{"fr": strings.TrimSpace(o.Name["fr"]), "en": strings.TrimSpace(o.Name["en"])}
	slices.Sort(o.Rights)
	o.Rights = slices.Compact(o.Rights)
}

// PutRole makes a role (no key yet) or changes one, in force at the next page its holders ask for. It gives the key. What
// checks find wrong with the role as it stands refuses the change.
func (s *Store) PutRole(ctx context.Context, by Viewer, o OwnRole, checks ...func(OwnRole) error) (Role, error) {
	if !by.May(Administer) {
		return "", cx.Fail(cx.Denied, "", "people.denied")
	}
	o.tidy()
	if err := o.check(); err != nil {
		return "", err
	}
	err := s.db.Write(ctx, func(tx *record.Tx) error {
		what := "role.change"
		err := s.updateSettings(ctx, tx, func(v *Settings) error {
			i := slices.IndexFunc(v.OwnRoles, func(x OwnRole) bool { return x.Key == o.Key })
			switch {
			case slices.ContainsFunc(v.OwnRoles, func(x OwnRole) bool { return x.Key != o.Key && x.Name["fr"] == o.Name["fr"] }):
				return cx.Fail(cx.Conflict, "name_fr", "people.role_taken")
			case i >= 0:
				for _, check := range checks {
					if err := check(v.OwnRoles[i]); err != nil {
						return err
					}
				}
				v.OwnRoles[i] = o
				return nil
			case o.Key != "":
				return cx.Fail(cx.NotFound, "", "people.role_unknown", "role", string(o.Key))
			case len(v.OwnRoles) >= ownMost:
				return cx.Fail(cx.Conflict, "", "people.roles_many", "max", ownMost)
			}
			o.Key, what = v.freeKey(), "role.add"
			v.OwnRoles = append(v.OwnRoles, o)
			return nil
		})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: what, Subject: "role:" + string(o.Key)})
	})
	return o.Key, err
}

// freeKey numbers the next role; a number is not used twice, so that the trail stays clear.
func (v *Settings) freeKey() Role {
	v.OwnRolesMade++
	return Role(fmt.Sprint(ownPrefix, v.OwnRolesMade))
}

// RemoveRole takes away a role that neither a user nor a key in use holds.
func (s *Store) RemoveRole(ctx context.Context, by Viewer, key Role) error {
	if !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		var held int
		const q = `SELECT (SELECT count(*) FROM account WHERE role = ?) + (SELECT count(*) FROM api_key WHERE role = ? AND revoked = 0)`
		if err := tx.QueryRow(ctx, q, string(key), string(key)).Scan(&held); err != nil {
			return fmt.Errorf("role: %w", err)
		}
		if held > 0 {
			return cx.Fail(cx.Conflict, "", "people.role_held", "count", held)
		}
		err := s.updateSettings(ctx, tx, func(v *Settings) error {
			if _, ok := v.Own(key); !ok {
				return cx.Fail(cx.NotFound, "", "people.role_unknown", "role", string(key))
			}
			v.OwnRoles = slices.DeleteFunc(v.OwnRoles, func(o OwnRole) bool { return o.Key == key })
			return nil
		})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "role.remove", Subject: "role:" + string(key)})
	})
}

// WouldIn tells what somebody with that role to be, in that unit, would see; nothing is written.
func (s *Store) WouldIn(ctx context.Context, o OwnRole, unit cx.UnitID) (Scope, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return Scope{}, err
	}
	o.Key = ownPrefix + "preview"
	settings.OwnRoles = append(slices.Clone(settings.OwnRoles), o)
	return ScopeOf(settings.grant(o.Key, unit)), nil
}
