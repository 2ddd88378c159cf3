package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/people"
)

func one(id string, more string) string {
	return `{"source":"crm","source_id":"` + id + `","at":"2026-03-01T09:30:00+01:00","touchpoint":"delivery","channel":"web"` + more + `}`
}

func TestOneFeedbackInAndOut(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		body := one("a1", `,"unit":"lille","customer":{"ref":"C1","email":"jo@example.org","name":"Jo"},"scores":{"nps":9,"fcr":true},"verbatim":"Très bien","attributes":{"segment":"premium"}`)
		first := w.send("POST", "/feedbacks", body)
		if first.status != 201 {
			t.Fatalf("%d %s", first.status, first.body)
		}
		receipt := as[Receipt](t, first)
		path := fmt.Sprintf("/feedbacks/%d", receipt.ID)
		if got := first.header.Get("Location"); got != "/api/v1"+path {
			t.Errorf("location %q", got)
		}
		again := w.send("POST", "/feedbacks", body)
		if again.status != 200 || as[Receipt](t, again).ID != receipt.ID {
			t.Errorf("again: %d %s", again.status, again.body)
		}
		other := w.send("POST", "/feedbacks", one("a1", `,"scores":{"nps":2}`))
		if other.status != 409 || other.problem(t).Errors[0].Field != "source_id" {
			t.Errorf("other content: %d %s", other.status, other.body)
		}
		f := as[Feedback](t, w.send("GET", path, ""))
		if f.Scores["nps"] != 9 || f.Scores["fcr"] != 1 || f.Verbatims[0].Text != "Très bien" || f.Customer == nil || f.Customer.Ref != "C1" || f.State != "live" {
			t.Errorf("read back: %+v", f)
		}
		amended := w.send("PATCH", path, `{"scores":{"nps":10,"fcr":null}}`)
		if f := as[Feedback](t, amended); amended.status != 200 || f.Scores["nps"] != 10 || len(f.Scores) != 1 {
			t.Errorf("amended: %d %s", amended.status, amended.body)
		}
		if r := w.send("PATCH", path, `{"scores":{"nps":11}}`); r.status != 422 || r.problem(t).Errors[0].Field != "scores.nps" {
			t.Errorf("off its scale: %d %s", r.status, r.body)
		}
		if r := w.send("DELETE", path, ""); r.status != 204 {
			t.Errorf("erase: %d %s", r.status, r.body)
		}
		if r := w.send("GET", path, ""); r.status != 404 {
			t.Errorf("erased and read: %d", r.status)
		}
		gone := w.send("POST", "/feedbacks", body)
		if r := as[Receipt](t, gone); gone.status != 200 || !r.Erased {
			t.Errorf("erased and sent again: %d %s", gone.status, gone.body)
		}
	})
}

func TestRefusedFeedbackNamesTheField(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for name, x := range map[string]struct {
		body   string
		status int
		fields []string
	}{
		"nothing":           {``, 400, []string{""}},
		"not JSON":          {`{"source":`, 400, []string{""}},
		"a list":            {`[]`, 400, []string{""}},
		"two objects":       {one("b1", `,"scores":{"nps":1}`) + one("b2", ``), 400, []string{""}},
		"not UTF-8":         {"{\"source\":\"\xff\"}", 400, []string{""}},
		"unknown field":     {one("b", `,"colour":"red"`), 400, []string{"colour"}},
		"field in customer": {one("b", `,"customer":{"ref":"x","shoe":44}`), 400, []string{"customer.shoe"}},
		"field in verbatim": {one("b", `,"verbatims":[{"text":"x"},{"text":"y","mood":1}]`), 400, []string{"verbatims[1].mood"}},
		"wrong type":        {one("b", `,"unit":3`), 400, []string{"unit"}},
		"no time":           {`{"source":"crm","at":"yesterday","scores":{"nps":1}}`, 400, []string{"at"}},
		"time as number":    {`{"source":"crm","at":17,"scores":{"nps":1}}`, 400, []string{"at"}},
		"score as text":     {one("b", `,"scores":{"nps":"nine"}`), 422, []string{"scores.nps"}},
		"off its scale":     {one("b", `,"scores":{"nps":11}`), 422, []string{"scores.nps"}},
		"a fraction":        {one("b", `,"scores":{"csat":3.5}`), 422, []string{"scores.csat"}},
		"unknown metric":    {one("b", `,"scores":{"joy":3}`), 422, []string{"scores.joy"}},
		"far future":        {`{"source":"crm","at":"2099-01-01T00:00:00Z","scores":{"nps":1}}`, 422, []string{"at"}},
		"several at once":   {`{"at":"2099-01-01T00:00:00Z","channel":"pigeon"}`, 422, []string{"source", "at", "channel", "scores"}},
		"nothing said":      {one("b", ``), 422, []string{"scores"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.send("POST", "/feedbacks", x.body)
			if r.status != x.status {
				t.Fatalf("%d %s", r.status, r.body)
			}
			var fields []string
			for _, e := range r.problem(t).Errors {
				fields = append(fields, e.Field)
				if e.Message == "" || strings.Contains(e.Message, "⟨") || strings.Contains(e.Message, "{") {
					t.Errorf("%s: message %q", e.Code, e.Message)
				}
			}
			if diff := cmp.Diff(x.fields, fields); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrorsSpeakTheReadersLanguage(t *testing.T) {
	w := newWorld(t, sqlite(t))
	body := one("b", `,"scores":{"nps":11}`)
	en := w.send("POST", "/feedbacks", body).problem(t).Errors[0].Message
	fr := w.send("POST", "/feedbacks", body, with("Accept-Language", "fr-FR, en;q=0.5")).problem(t).Errors[0].Message
	if en == fr || en == "" || fr == "" {
		t.Errorf("%q, %q", en, fr)
	}
}

func TestTooBigAndOtherTypesAreRefused(t *testing.T) {
	w := newWorld(t, sqlite(t))
	if r := w.send("POST", "/feedbacks", one("b", `,"verbatim":"`+strings.Repeat("a", maxFeedback)+`"`)); r.status != 413 {
		t.Errorf("too big: %d", r.status)
	}
	if r := w.send("POST", "/feedbacks", "<a/>", with("Content-Type", "text/xml")); r.status != 415 || r.problem(t).Errors[0].Field != "Content-Type" {
		t.Errorf("XML: %d %s", r.status, r.body)
	}
	if r := w.send("POST", "/feedbacks", one("b", ``), with("Idempotency-Key", strings.Repeat("k", 256))); r.status != 400 {
		t.Errorf("long key: %d", r.status)
	}
}

func TestIdempotencyKeyMakesOneOfTwo(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		body := `{"source":"web","at":"2026-03-01T09:30:00Z","scores":{"nps":9}}`
		key := with("Idempotency-Key", "abc")
		a, b := as[Receipt](t, w.send("POST", "/feedbacks", body, key)), as[Receipt](t, w.send("POST", "/feedbacks", body, key))
		if a.ID != b.ID || b.Status != "duplicate" {
			t.Errorf("%+v, %+v", a, b)
		}
		if c := as[Receipt](t, w.send("POST", "/feedbacks", body)); c.ID == a.ID {
			t.Error("without a key it is another feedback")
		}
		if c := as[Receipt](t, w.send("POST", "/feedbacks", body, key, w.role(people.Source))); c.ID == a.ID {
			t.Error("the same key of another sender is another feedback")
		}
	})
}

func TestListPagesNewestFirstWithFilters(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for n := range 7 {
		channel, unit := "web", "lille"
		if n%2 == 1 {
			channel, unit = "phone", "south"
		}
		body := fmt.Sprintf(`{"source":"crm","source_id":"l%d","at":"2026-03-%02dT10:00:00Z","touchpoint":"delivery","channel":%q,"unit":%q,"scores":{"nps":%d},
			"attributes":{"segment":"s%d","home_phone":"0102030405"}}`, n, n+1, channel, unit, n, n%3)
		if r := w.send("POST", "/feedbacks", body); r.status != 201 {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	w.caughtUp()
	for name, x := range map[string]struct {
		query string
		who   people.Role
		want  []string
	}{
		"all":              {"", people.Administrator, []string{"l6", "l5", "l4", "l3", "l2", "l1", "l0"}},
		"one channel":      {"channel=phone", people.Administrator, []string{"l5", "l3", "l1"}},
		"not that channel": {"channel.not=phone", people.Administrator, []string{"l6", "l4", "l2", "l0"}},
		"a range":          {"scores.nps.gte=2&scores.nps.lt=4", people.Administrator, []string{"l3", "l2"}},
		"an attribute":     {"attributes.segment=s0&attributes.segment=s1", people.Administrator, []string{"l6", "l4", "l3", "l1", "l0"}},
		"days":             {"from=2026-03-02&to=2026-03-04", people.Administrator, []string{"l2", "l1"}},
		"where as JSON":    {"where=%7B%22channel%22:%5B%22web%22%5D%7D", people.Administrator, []string{"l6", "l4", "l2", "l0"}},
		"one's own region": {"", people.Manager, []string{"l6", "l4", "l2", "l0"}},
		"with words":       {"verbatim=true", people.Administrator, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for next := ""; ; {
				r := w.send("GET", "/feedbacks?limit=2&"+x.query+"&"+next, "", w.role(x.who))
				if r.status != 200 {
					t.Fatalf("%d %s", r.status, r.body)
				}
				page := as[FeedbackPage](t, r)
				for _, f := range page.Feedbacks {
					got = append(got, f.SourceID)
					if f.Attributes["home_phone"] != masked {
						t.Errorf("personal attribute in a list: %v", f.Attributes)
					}
				}
				if page.Next == "" {
					break
				}
				next = "cursor=" + page.Next
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for query, field := range map[string]string{"limit=0": "limit", "cursor=zz": "cursor", "channel.missing=x": "channel.missing", "scores.nps.gte=x": "scores.nps.gte",
		"program=none": "program", "from=2026-01-01": "from", "where=%7B": ""} {
		r := w.send("GET", "/feedbacks?"+query, "")
		if r.status != 400 || r.problem(t).Errors[0].Field != field {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	if r := w.send("GET", "/feedbacks?colour=red", ""); r.status != 400 || !strings.Contains(r.problem(t).Errors[0].Field, "colour") {
		t.Errorf("unknown filter: %d %s", r.status, r.body)
	}
}

func TestUnknownForeignAndMalformedIdsAnswerAlike(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		south := as[Receipt](t, w.send("POST", "/feedbacks", one("s1", `,"unit":"south","customer":{"ref":"S1"},"scores":{"nps":1}`))).ID
		f := as[Feedback](t, w.send("GET", fmt.Sprintf("/feedbacks/%d", south), ""))
		person := f.Customer.ID
		manager := w.role(people.Manager)
		seen := map[string]bool{}
		for _, path := range []string{fmt.Sprintf("/feedbacks/%d", south), "/feedbacks/999999", "/feedbacks/abc", "/feedbacks/0", "/feedbacks/-1", "/feedbacks/01",
			"/feedbacks/99999999999999999999", fmt.Sprintf("/customers/%d", person), "/customers/999999", "/customers/x"} {
			r := w.send("GET", path, "", manager)
			if r.status != 404 {
				t.Errorf("%s: %d", path, r.status)
			}
			seen[string(r.body)] = true
		}
		r := w.send("POST", "/customers/find", `{"identity":"S1"}`, manager)
		seen[string(r.body)] = true
		if len(seen) != 1 {
			t.Errorf("%d different answers: %v", len(seen), seen)
		}
		if r := w.send("POST", "/customers/find", `{"identity":"S1"}`); r.status != 200 || as[Customer](t, r).ID != person {
			t.Errorf("found by reference: %d %s", r.status, r.body)
		}
	})
}

func TestCustomerTimelineAndErasure(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var id int64
		for n := range 3 {
			r := w.send("POST", "/feedbacks", fmt.Sprintf(`{"source":"crm","source_id":"t%d","at":"2026-03-%02dT10:00:00Z","customer":{"ref":"T1","email":"t@example.org"},"scores":{"nps":%d}}`, n, n+1, n))
			id = int64(as[Receipt](t, r).ID)
		}
		f := as[Feedback](t, w.send("GET", fmt.Sprintf("/feedbacks/%d", id), ""))
		path := fmt.Sprintf("/customers/%d", f.Customer.ID)
		c := as[Customer](t, w.send("GET", path, ""))
		if len(c.Feedbacks) != 3 || c.Feedbacks[0].SourceID != "t2" || len(c.Identities) != 2 {
			t.Errorf("timeline: %+v", c)
		}
		if r := w.send("DELETE", path, ""); r.status != 204 {
			t.Fatalf("erase: %d %s", r.status, r.body)
		}
		if r := w.send("GET", path, ""); r.status != 404 {
			t.Errorf("erased and read: %d", r.status)
		}
		if r := w.send("GET", fmt.Sprintf("/feedbacks/%d", id), ""); r.status == 200 && as[Feedback](t, r).Customer != nil {
			t.Errorf("erased and named: %s", r.body)
		}
	})
}

func TestEmployeesRowsAreNobodys(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.send("POST", "/feedbacks", one("e1", `,"audience":"employee","unit":"lille","scores":{"enps":3},"verbatim":"Outils lents"`))
	path := fmt.Sprintf("/feedbacks/%d", as[Receipt](t, r).ID)
	w.caughtUp()
	if r := w.send("GET", path, ""); r.status != 404 {
		t.Errorf("read: %d %s", r.status, r.body)
	}
	if r := w.send("GET", "/feedbacks?audience=employee", ""); r.status == 200 && len(as[FeedbackPage](t, r).Feedbacks) > 0 {
		t.Errorf("listed: %d %s", r.status, r.body)
	}
	if r := w.send("PATCH", path, `{"verbatim":"Outils trop lents"}`); r.status != 404 || strings.Contains(string(r.body), "Outils") {
		t.Errorf("amended: %d %s", r.status, r.body)
	}
	if r := w.send("DELETE", path, "", w.role(people.DPO)); r.status != 204 {
		t.Errorf("erased: %d %s", r.status, r.body)
	}
}

func TestReadingPeopleIsAudited(t *testing.T) {
	w := newWorld(t, sqlite(t))
	id := as[Receipt](t, w.send("POST", "/feedbacks", one("au", `,"customer":{"ref":"A1","email":"a@example.org"},"scores":{"nps":3}`))).ID
	w.send("GET", fmt.Sprintf("/feedbacks/%d", id), "")
	w.send("POST", "/customers/find", `{"identity":"a@example.org"}`)
	l, err := w.people.Trail(t.Context(), 0, 2)
	if err != nil || len(l) != 2 || l[0].What != "customer.read" || l[1].What != "feedback.read" || l[1].Subject != fmt.Sprint(id) || !strings.HasPrefix(l[0].Actor, "key:") {
		t.Errorf("%+v, %v", l, err)
	}
}

// hurried notes the deadlines that are set on its connection.
type hurried struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (h *hurried) SetReadDeadline(t time.Time) error {
	h.deadlines = append(h.deadlines, t)
	return nil
}

func TestASlowSenderIsNotWaitedForWithoutEnd(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := httptest.NewRequest("POST", "/api/v1/feedbacks", strings.NewReader(one("slow", `,"scores":{"nps":1}`)))
	r.Header.Set("Authorization", "Bearer "+w.key(people.Source))
	seen := &hurried{ResponseRecorder: httptest.NewRecorder()}
	w.api.ServeHTTP(seen, r)
	if seen.Code != 201 || len(seen.deadlines) != 2 || seen.deadlines[0].IsZero() || !seen.deadlines[1].IsZero() {
		t.Errorf("%d, deadlines %v", seen.Code, seen.deadlines)
	}
}
