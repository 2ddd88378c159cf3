package web_test

import (
	"net/url"
	"strconv"
	"testing"

	"vigie/internal/people"
)

// typed gives the fields of a form of a page as a browser would send them, with what somebody changes.
func (p page) typed(form string, change url.Values) url.Values {
	out := url.Values{}
	p.Find(form).First().Find("input, select, textarea").Each(func(_ int, x *selection) {
		name, ok := x.Attr("name")
		if !ok {
			return
		}
		value, _ := x.Attr("value")
		switch {
		case x.Is("textarea"):
			value = x.Text()
		case x.Is("select"):
			value, _ = x.Find("option[selected]").Attr("value")
		case x.Is("[type=checkbox]"):
			if _, on := x.Attr("checked"); !on {
				return
			}
		}
		out.Add(name, value)
	})
	for k, v := range change {
		out[k] = v
	}
	return out
}

func formAt(action string) string { return `form[action="` + action + `"]` }

func TestWhoSavesOverAnothersSettingsIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	boss := r.user(people.Administrator, "")
	north, err := r.People.AddUser(t.Context(), people.NewUser{Email: "nina@x.fr", Name: "Nina", Role: people.Analyst, Lang: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	user := "/settings/people/" + strconv.FormatInt(north.ID, 10)
	role, err := r.People.PutRole(t.Context(), people.Viewer{Role: people.Administrator}, people.OwnRole{Base: people.Manager, Name: map[string]string{"fr": "Veilleur", "en": "Watcher"}, Rights: []string{"read_figures"}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := r.People.AddRequest(t.Context(), people.Viewer{Role: people.Administrator}, people.RightsRequest{Kind: "access", Who: "Zoé", Received: "2026-01-05"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, page, action string
		first, second      url.Values
		kept               string // what the second typed, still on the page
	}{
		{"the organisation", "/settings", "/settings/organisation", url.Values{"name": {"Alpha"}}, url.Values{"name": {"Omega"}}, `input[name=name][value="Omega"]`},
		{"the brand", "/settings/brand", "/settings/brand", url.Values{"accent": {"#0b6b50"}}, url.Values{"accent": {"#3246d3"}}, `input[name=accent][value="#3246d3"]`},
		{"the roles", "/settings/roles", "/settings/roles", url.Values{"narrow-manager": {"1"}}, url.Values{"second-adviser": {"1"}}, `input[name=second-adviser][checked]`},
		{"a role of ours", "/settings/roles/" + string(role), "/settings/roles/" + string(role), url.Values{"name_en": {"Lookout"}}, url.Values{"name_en": {"Guard"}}, `input[name=name_en][value="Guard"]`},
		{"a user", user, user, url.Values{"agent": {"a1"}}, url.Values{"agent": {"a2"}}, `input[name=agent][value="a2"]`},
		{"how long", "/settings/protection", "/settings/protection/retention", url.Values{"words": {"12"}}, url.Values{"words": {"24"}}, `input[name=words][value="24"]`},
		{"a rights request", "/settings/protection", "/settings/protection/requests/" + strconv.FormatInt(request, 10), url.Values{"note": {"appelée"}}, url.Values{"note": {"écrit"}}, `details[open] form`},
		{"a section of the register", "/settings/protection/register", "/settings/protection/register", url.Values{"basis": {"Contrat."}}, url.Values{"basis": {"Loi."}}, `textarea[name=basis]:contains("Loi.")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			one, two := r.as(boss), r.as(boss)
			first, second := one.get(c.page).typed(formAt(c.action), c.first), two.get(c.page).typed(formAt(c.action), c.second)
			if p := one.post(c.action, first); p.status != 200 {
				t.Fatalf("the first: %d %s", p.status, squeeze(p.Find("main").Text()))
			}
			late := two.post(c.action, second)
			late.has(t, "main", "Quelqu’un d’autre a changé ces réglages")
			if late.status != 409 || late.Find(c.kept).Length() == 0 {
				t.Errorf("the second: %d, and what was typed is lost: %s", late.status, squeeze(late.Find("main").Text()))
			}
			if p := two.post(c.action, late.typed(formAt(c.action), c.second)); p.status != 200 {
				t.Errorf("saved again, knowing: %d %s", p.status, squeeze(p.Find("main").Text()))
			}
		})
	}
}

func TestSectionsOfADocumentWrittenByTwoPeopleBothStand(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	boss := r.user(people.Administrator, "")
	one, two := r.as(boss), r.as(boss)
	at := "/settings/protection/register"
	first, second := one.get(at).typed(formAt(at), url.Values{"basis": {"Contrat."}}), two.get(at).typed(formAt(at), url.Values{"transfers": {"Aucun."}})
	one.post(at, first)
	if p := two.post(at, second); p.status != 200 {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	p := one.get(at)
	p.has(t, "textarea[name=basis]", "Contrat.")
	p.has(t, "textarea[name=transfers]", "Aucun.")
}

func TestAWayBackTakesNothingFromSomebodyElse(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	boss := r.user(people.Administrator, "")
	one, two := r.as(boss), r.as(boss)
	at := "/settings/organisation"
	one.post(at, one.get("/settings").typed(formAt(at), url.Values{"name": {"Alpha"}}))
	mine := one.post(at, one.get("/settings").typed(formAt(at), url.Values{"name": {"Beta"}}))
	back := mine.typed(".toast form", nil)
	two.post(at, two.get("/settings").typed(formAt(at), url.Values{"name": {"Gamma"}}))
	if p := one.post(at, back); p.status != 409 {
		t.Errorf("the way back is taken over somebody else’s change: %d", p.status)
	}
	if v, err := r.People.Settings(t.Context()); err != nil || v.Name != "Gamma" {
		t.Errorf("%q %v", v.Name, err)
	}
}
