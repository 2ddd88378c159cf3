package web_test

import (
	"net/url"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
)

func TestAnAttributeIsRenamedDeclaredPersonalAndTakenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	for _, a := range []catalogue.Attribute{{Key: "offer", Type: catalogue.TextAttribute, Projected: true}, {Key: "meter", Type: catalogue.TextAttribute, Personal: true}, {Key: "note", Type: catalogue.TextAttribute}} {
		if err := r.Catalogue.PutAttribute(t.Context(), "test", a); err != nil {
			t.Fatal(err)
		}
	}
	b := r.as(r.user(people.Director, ""))
	b.get("/catalogue/attributes").has(t, "main", "offer", "filtre et croise", "personnel, jamais croisé", "gardé, non croisé", "Connu depuis")
	b.get("/catalogue/attributes/meter").has(t, "main", "ni comptées ni listées")
	p := b.get("/catalogue/attributes/offer")
	form := p.values("main form")
	form.Set("name_fr", "Offre souscrite")
	form.Set("personal", "1")
	p = b.post("/catalogue/attributes/offer", form)
	if p.status != 200 {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	p.has(t, "h1", "Offre souscrite")
	p.has(t, "main", "Donnée personnelle", "Ce qui a changé")
	want := catalogue.Attribute{Key: "offer", Name: cx.Text{"fr": "Offre souscrite"}, Type: catalogue.TextAttribute, Personal: true}
	if d := diff(want, r.attribute("offer")); d != "" {
		t.Error(d)
	}
	if p := b.post("/catalogue/attributes/offer", form); p.status != 409 {
		t.Errorf("over what nobody looked at: %d", p.status)
	}
	p = b.post("/catalogue/attributes/offer", p.values(".toasts form"))
	if got := r.attribute("offer"); !got.Projected || got.Personal {
		t.Errorf("taken back: %d %+v", p.status, got)
	}
	if p := r.as(r.user(people.Committee, "")).post("/catalogue/attributes/offer", form); p.status != 403 {
		t.Errorf("the committee declares: %d", p.status)
	}
}

func (r *rig) attribute(key cx.AttributeID) catalogue.Attribute {
	r.t.Helper()
	c, err := r.Catalogue.Present(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Attributes[key]
}

func TestWhatServesIsNotRetiredAndWhatIsRetiredIsNoLongerOffered(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	retire := url.Values{"do": {"retire"}}
	if p := b.post("/catalogue/indicators/csat/retire", retire); p.status != 409 {
		t.Errorf("a lead indicator retired: %d", p.status)
	}
	b.get("/catalogue/indicators/csat").has(t, "main", "choisissez-y d’abord un autre indicateur")
	if p := b.post("/catalogue/metrics/smiley/retire", retire); p.status != 409 {
		t.Errorf("a metric under an indicator retired: %d", p.status)
	}
	p := b.post("/catalogue/indicators/smiley/retire", retire)
	p.has(t, "main", "Il est retiré", "retiré")
	undo := p.values(".toasts form")
	b.post("/catalogue/metrics/smiley/retire", retire).has(t, ".toasts", "Trois smileys", "est retiré")
	b.get("/catalogue").has(t, "section[aria-label='Retirés']", "Smileys contents")
	offered := func() bool {
		return b.get("/explorer").Find("option[value=smiley]").Length() > 0
	}
	if offered() {
		t.Error("the explorer offers it")
	}
	b.get("/catalogue/indicators/smiley").has(t, "h1", "Smileys contents")
	b.post("/catalogue/indicators/smiley/retire", undo).has(t, ".toasts", "annulé")
	if !offered() {
		t.Error("put back, it is not offered")
	}
}

func TestTheSixPillarsAreAddedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	b.get("/catalogue/metrics").has(t, "main", "six piliers", "Non comparable à un classement publié")
	p := b.post("/catalogue/pillars", url.Values{})
	p.has(t, "main", "Empathie", "Temps et effort (moyenne sur 10)")
	if p.Find("form[action='/catalogue/pillars']").Length() > 0 {
		t.Error("offered again")
	}
}
