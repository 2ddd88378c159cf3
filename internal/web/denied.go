package web

import (
	"context"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
)

// lacks says that a page asks for a right which the viewer's role does not give.
type lacks struct {
	denied *cx.Error
	right  people.Right
}

func (e *lacks) Error() string { return e.denied.Error() }

func (e *lacks) Unwrap() error { return e.denied }

func needs(right people.Right) error {
	return &lacks{cx.Fail(cx.Denied, "", "web.denied"), right}
}

// firstPlace is where somebody who reads no figure begins: the first of the settings they may open, else their account.
func (s *Server) firstPlace(v *visit) string {
	if tabs := s.newSettings(v, "").Tabs; len(tabs) > 0 {
		return tabs[0].Href
	}
	return "/me"
}

// askedShown are the administrators named on a page that is denied.
const askedShown = 3

// whomToAsk says which roles open the page and who may give one: names, to those who are signed in, and no address.
func (s *Server) whomToAsk(ctx context.Context, v *visit, e *lacks) (string, error) {
	users, err := s.People.Users(ctx)
	if err != nil {
		return "", err
	}
	l := v.Lang
	var roles, names []string
	for _, r := range people.Roles() {
		if r != people.Source && v.Settings.May(r, e.right) {
			roles = append(roles, v.roleName(r))
		}
	}
	for _, o := range v.Settings.OwnRoles {
		if o.May(e.right) {
			roles = append(roles, v.roleName(o.Key))
		}
	}
	for _, u := range users {
		if !u.Disabled && v.Settings.May(u.Role, people.Administer) {
			names = append(names, u.Name)
		}
	}
	says := l.T("web.denied.roles", "role", v.roleName(v.Viewer.Held()), "roles", strings.Join(roles, ", "))
	if len(names) == 0 {
		return says + " " + l.T("web.denied.nobody"), nil
	}
	return says + " " + l.T("web.denied.ask", "names", someOf(l, names)), nil
}

// someOf names the first few.
func someOf(l lang.Lang, names []string) string {
	if left := len(names) - askedShown; left > 0 {
		return l.T("web.denied.more", "names", strings.Join(names[:askedShown], ", "), "count", left)
	}
	if n := len(names); n > 1 {
		return l.T("web.denied.or", "names", strings.Join(names[:n-1], ", "), "last", names[n-1])
	}
	return names[0]
}
