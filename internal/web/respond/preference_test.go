package respond_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

// customer gives the token of the page of one who answered, and who that is.
func (r *rig) customer() (string, cx.PersonID) {
	r.t.Helper()
	ctx := r.t.Context()
	l, err := r.Invites.Want(ctx, invite.Wanted{Survey: "contact", Customer: &collect.Customer{Email: "zoe@example.org", Phone: "0600000001"}})
	if err != nil {
		r.t.Fatal(err)
	}
	path, err := r.OpenInvitation(ctx, l)
	if err != nil {
		r.t.Fatal(err)
	}
	p := r.get(path)
	name, _ := p.Find("form[data-survey] input[type=radio]").First().Attr("name")
	value, _ := p.Find("form[data-survey] input[type=radio]").Last().Attr("value")
	r.send(p, url.Values{name: {value}})
	token, err := r.Invites.PreferenceToken(ctx, l.Identity)
	if err != nil {
		r.t.Fatal(err)
	}
	return token, l.Person
}

func (r *rig) preference(token string, form url.Values) page {
	r.t.Helper()
	return r.read(http.PostForm(r.http.URL+"/p/"+token, form))
}

func (r *rig) standing(id cx.PersonID) invite.Standing {
	r.t.Helper()
	st, err := r.Invites.StandingOf(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

func TestAPersonSaysHowTheyWantToBeAsked(t *testing.T) {
	r := open(t, 0)
	token, person := r.customer()
	l, err := r.Invites.Of(t.Context(), people.Whole(), person)
	if err != nil || len(l) != 1 || l[0].State != invite.Answered {
		t.Fatalf("the answer did not reach the invitation: %+v %v", l, err)
	}
	p := r.get("/p/" + token)
	if p.status != http.StatusOK || p.Find("input[name=topic]").Length() == 0 || p.Find(".answered").Length() != 1 {
		t.Fatalf("%d: %d topics, %d answers", p.status, p.Find("input[name=topic]").Length(), p.Find(".answered").Length())
	}
	p = r.preference(token, url.Values{"do": {"wishes"}, "topic": {"contact"}, "channel": {"email"}, "yearly": {"2"}, "pause": {"3"}})
	st := r.standing(person)
	if p.status != http.StatusOK || st.Topics["contact"] || !st.Channels["sms"] || st.Channels["email"] || st.Yearly != 2 || st.Paused.IsZero() || len(st.Topics) == 0 {
		t.Fatalf("%d %+v", p.status, st)
	}
	p = r.preference(token, url.Values{"do": {"object"}})
	if st := r.standing(person); !st.Objection || st.Yearly != 2 || p.Find("input[name=topic]").Length() != 0 {
		t.Fatalf("%+v", st)
	}
	r.preference(token, url.Values{"do": {"accept"}})
	if r.standing(person).Objection {
		t.Fatal("the objection was not withdrawn")
	}
	answer, _ := r.get("/p/" + token).Find("input[name=answer]").Attr("value")
	if p = r.preference(token, url.Values{"do": {"erase"}, "answer": {answer}}); p.Find(".answered").Length() != 0 || answer == "" {
		t.Fatalf("the answer is still there: %d", p.status)
	}
	if p = r.preference(token, url.Values{"do": {"erase"}, "answer": {"1"}}); p.status != http.StatusNotFound {
		t.Fatalf("an answer that is none of theirs: %d", p.status)
	}
}

// A mail program posts and shows nothing; a scanner that follows links gets a page and changes nothing.
func TestOneClickStopsAndALinkFollowedDoesNot(t *testing.T) {
	r := open(t, 0)
	token, person := r.customer()
	if p := r.get("/p/" + token + "/stop"); p.status != http.StatusOK || r.standing(person).Off {
		t.Fatalf("a GET stopped everything: %d", p.status)
	}
	p := r.read(http.Post(r.http.URL+"/p/"+token+"/stop", "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click")))
	if st := r.standing(person); p.status != http.StatusOK || !st.Off || st.Objection {
		t.Fatalf("%d %+v", p.status, st)
	}
	for _, wrong := range []string{"nobody", token[:len(token)-1] + "x", "Ag" + token[2:] + "A"} {
		if p := r.get("/p/" + wrong); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, p.status)
		}
	}
}
