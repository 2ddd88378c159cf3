package web_test

import (
	"net/url"
	"testing"

	"vigie/internal/people"
)

func TestAnAdministratorMakesARoleFromACopy(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	p := b.get("/settings/roles/new?from=committee")
	if n := p.Find("input[name=right][checked]").Length(); n != 1 || p.Find("select[name=base] option[selected]").AttrOr("value", "") != "committee" {
		t.Errorf("%d rights ticked of the copy", n)
	}
	p.has(t, "#sight", "Ce que", "lire les chiffres")
	form := url.Values{"base": {"manager"}, "name_fr": {"Veilleur"}, "name_en": {"Watcher"}, "right": {"read_figures", "read_audit"}, "figures": {"unit"}}
	if p := b.get("/settings/roles/sight?part=sight&" + form.Encode()); p.status != 200 {
		t.Errorf("preview: %d", p.status)
	}
	bad := url.Values{"base": {"manager"}, "name_fr": {"Veilleur"}, "name_en": {"Watcher"}}
	if p := b.post("/settings/roles/new", bad); p.status != 422 {
		t.Errorf("without a right: %d", p.status)
	}
	b.post("/settings/roles/new", form).has(t, ".roles-table", "Veilleur", "copie de Responsable d’entité")
	v, err := r.People.Settings(t.Context())
	if err != nil || len(v.OwnRoles) != 1 {
		t.Fatal(v.OwnRoles, err)
	}
	key := v.OwnRoles[0].Key
	holder := r.as(r.user(key, "north"))
	if a, p := holder.get("/settings/audit").status, holder.get("/verbatims").status; a != 200 || p != 403 {
		t.Errorf("reads the trail %d, words %d", a, p)
	}
	b.get("/settings/people?role="+string(key)).has(t, "table", "Veilleur")
	at := "/settings/roles/" + string(key)
	b.get(at).has(t, "main", "Un rôle tenu ne se retire pas")
	if p := b.post(at+"/remove", nil); p.status != 409 {
		t.Errorf("removed while held: %d", p.status)
	}
	b.get("/settings/audit").has(t, "table", "rôle créé", "Veilleur")
}
