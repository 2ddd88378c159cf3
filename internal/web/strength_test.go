package web_test

import (
	"net/url"
	"testing"

	"vigie/internal/people"
)

func TestAPasswordIsJudgedWhileItIsTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, c := range []struct{ name, typed, email, tone, says string }{
		{"short", "abc", "", ".watch", "de 12 à 200"},
		{"common", "motdepasse123", "", ".watch", "facile à deviner"},
		{"of the e-mail", "ada.lovelace1", "ada.lovelace@x.fr", ".watch", "votre adresse"},
		{"fair", "kV9#tq2!mZ7x", "", ".good", "Plus long"},
		{"strong", password, "", ".good", "Solide."},
	} {
		p := r.browser().post("/password/strength", url.Values{"password": {c.typed}, "email": {c.email}})
		if p.status != 200 {
			t.Errorf("%s: %d", c.name, p.status)
		}
		p.has(t, c.tone, c.says)
	}
	if p := r.browser().post("/password/strength", nil); p.Find("span").Length() != 0 {
		t.Error("something is said of nothing")
	}
	if f := r.browser().get("/setup").Find("#f-password"); f.AttrOr("hx-post", "") != "/password/strength" {
		t.Error("the first password is not judged while it is typed")
	}
	own := r.as(r.user(people.Director, ""))
	own.post("/password/strength", url.Values{"password": {"directorx.fr"}}).has(t, "span", "votre adresse")
}
