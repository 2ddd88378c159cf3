package web_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

func formOfRule(key string) string { return formAt("/listen/rules/" + key + "/edit") }

// published gives a survey that may be asked.
func (r *rig) published(b *browser) {
	r.t.Helper()
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(r.t.Context(), "test", "delivery"); err != nil {
		r.t.Fatal(err)
	}
}

func TestARuleIsWrittenByItsForm(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	b.get("/listen/rules/new").has(t, "main", "Une enquête d’abord")
	r.published(b)
	if _, err := r.Invites.Receive(t.Context(), []invite.Happening{{Event: "order.delivered", At: time.Now(), Customer: &collect.Customer{Ref: "A1", Email: "zoe@example.org"}, Attributes: map[string]any{"basket": 80.0}}}); err != nil {
		t.Fatal(err)
	}
	p := b.get("/listen/rules/new")
	p.has(t, "main", "Aucun message ne part encore")
	if p.Find("option[value='a:basket']").Length() == 0 || p.Find("[name='trigger.event']").AttrOr("value", "") != "order.delivered" {
		t.Error("what events say is not proposed")
	}
	f := p.typed(formOfRule("new"), url.Values{"name_fr": {"Après livraison"}, "delay": {"2"}, "delay_unit": {"days"}, "sampling.share": {"12,5"}, "channels": {"sms email"},
		"if_what": {"a:unit", "a:basket", ""}, "if_test": {"in", "from", "in"}, "if_value": {"Nantes ; Lille", "50", ""}, "if_to": {"", "", ""},
		"reminders.0": {"4"}, "priority": {"-3"}, "clock.n": {"1"}, "clock.days": {"90"}})
	f.Set("do", "add wordings")
	p = b.post("/listen/rules/new/edit", f)
	f = p.typed(formOfRule("new"), url.Values{"wordings_subject_fr": {"Alors, cette livraison ?"}, "wordings_sms_fr": {"Un mot ?"}})
	if p = b.post("/listen/rules/new/edit", f); p.path != "/listen/rules/apres-livraison" && p.path != "/listen/rules/apres_livraison" {
		t.Fatalf("%d %s: %s", p.status, p.path, squeeze(p.Find(".notice, .err").Text()))
	}
	rules, err := r.Invites.Rules(t.Context())
	if err != nil || len(rules) != 1 {
		t.Fatal(rules, err)
	}
	fifty := 50.0
	want := invite.Rule{Key: rules[0].Key, Name: cx.Text{"fr": "Après livraison"}, Survey: "delivery", Trigger: invite.Trigger{Event: "order.delivered"}, Delay: 2 * 24 * 60,
		If:       &survey.Condition{All: []survey.Condition{{Attribute: "unit", In: []string{"nantes", "lille"}}, {Attribute: "basket", From: &fifty}}},
		Sampling: invite.Sampling{Share: 12.5}, Channels: []string{"sms", "email"}, Reminders: []int{4}, Priority: -3, Clock: &invite.Cap{N: 1, Days: 90},
		Wordings: []invite.Wording{{Key: "a", Subject: cx.Text{"fr": "Alors, cette livraison ?"}, SMS: cx.Text{"fr": "Un mot ?"}}}}
	if d := cmp.Diff(want, rules[0].Rule); d != "" {
		t.Errorf("the rule is not what was typed:\n%s", d)
	}
	form := "/listen/rules/" + want.Key + "/edit"
	p = b.get(form)
	p.has(t, "#rule-preview", "Alors, cette livraison ?", "Un mot ?", "1 SMS")
	b.post(form, p.typed(formAt(form), nil))
	if again, err := r.Invites.Rule(t.Context(), want.Key); err != nil || cmp.Diff(want, again.Rule) != "" {
		t.Errorf("saved as it was shown, it changed: %v\n%s", err, cmp.Diff(want, again.Rule))
	}
}

func TestAllThatIsWrongInARuleIsToldByField(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	r.published(b)
	f := b.get("/listen/rules/new").typed(formOfRule("new"), url.Values{"delay": {"bientôt"}, "sampling.share": {"120"}, "trigger.event": {"Commande livrée !"}, "priority": {"1000"},
		"if_what": {"a:unit"}, "if_test": {"in"}, "if_value": {""}, "if_to": {""}, "wordings_key": {"a", "a"}, "wordings_subject_fr": {"Un", "Deux"}})
	p := b.post("/listen/rules/new/edit", f)
	if p.status != 422 {
		t.Fatal(p.status)
	}
	for _, id := range []string{"f-delay", "f-sampling.share", "f-trigger.event", "f-priority", "f-name_fr", "f-wordings_key-1"} {
		if p.Find("[id='"+id+"'][aria-invalid]").Length() != 1 {
			t.Errorf("nothing wrong at %s", id)
		}
	}
	if p.Find(".card .line-error").Length() != 1 || p.Find("#f-wordings_subject_fr-1").AttrOr("value", "") != "Deux" {
		t.Error("the condition is not told, or what was typed is gone")
	}
}

func TestARuleSavedOverAnothersIsAConflictThatKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	r.published(b)
	rule := invite.Rule{Key: "livree", Name: cx.Text{"fr": "Livrée"}, Survey: "delivery", Trigger: invite.Trigger{Event: "order.delivered"}}
	if err := r.Invites.SaveRule(t.Context(), "test", rule, 0); err != nil {
		t.Fatal(err)
	}
	form := "/listen/rules/livree/edit"
	f := b.get(form).typed(formAt(form), url.Values{"delay": {"7"}})
	rule.Priority = 5
	if err := r.Invites.SaveRule(t.Context(), "test", rule, -1); err != nil {
		t.Fatal(err)
	}
	p := b.post(form, f)
	if p.status != 409 || p.Find("[name=delay]").AttrOr("value", "") != "7" {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	if p = b.post(form, p.typed(formAt(form), nil)); p.status != 200 || p.path != "/listen/rules/livree" {
		t.Errorf("saved again: %d %s", p.status, p.path)
	}
}

func TestWordingsAreShownAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	r.published(b)
	p := b.post("/listen/rules/new/preview", url.Values{"survey": {"delivery"}, "wordings_key": {"b"}, "wordings_subject_fr": {"{name}, un mot ?"}, "wordings_text_fr": {"Commande {@order|passée}."}, "wordings_sms_fr": {"Œuf 🥚"}})
	p.has(t, "#rule-preview", "Camille Martin, un mot ?", "Commande passée.", "70 caractères par partie à cause de 🥚")
	if rules, err := r.Invites.Rules(t.Context()); err != nil || len(rules) > 0 {
		t.Errorf("a preview kept %v %v", rules, err)
	}
}
