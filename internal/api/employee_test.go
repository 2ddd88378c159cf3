package api

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// staffSurvey is published, asks employees, and has been asked of one by a link.
func staffSurvey(t *testing.T, w *world) {
	t.Helper()
	for _, c := range [][3]string{
		{"PUT", "/surveys/staff", `{"key":"staff","name":{"fr":"Vos outils"},"languages":["fr"],"audience":"employee","privacy":"anonymous","program":"relational","sections":[{"questions":[
			{"key":"enps","kind":"nps","metric":"enps","text":{"fr":"Recommandez-vous ?"}},{"key":"why","kind":"text","text":{"fr":"Pourquoi ?"}}]}]}`},
		{"POST", "/surveys/staff/publish", ""},
		{"POST", "/invitations", `{"survey":"staff","customer":{"email":"zoe@example.org"},"unit":"lille","id":"Z1"}`},
	} {
		if r := w.send(c[0], c[1], c[2]); r.status >= 300 {
			t.Fatalf("%s %s: %d %s", c[0], c[1], r.status, r.body)
		}
	}
}

// answersOf what each door of the API says, by role and address: every GET, its parameters filled in, and every question.
func (w *world) everyDoor() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	var paths []string
	for _, r := range w.api.Routes() {
		path := strings.TrimPrefix(r.Path, "/api/v1")
		if r.Method != "GET" || path == r.Path {
			continue
		}
		if path == "/feedbacks/{id}" {
			for id := range 12 {
				paths = append(paths, fmt.Sprint("/feedbacks/", id+1))
			}
			continue
		}
		for _, p := range []struct{ name, value string }{{"{id}", "1"}, {"{media}", "1"}, {"{key}", "staff"}} {
			path = strings.ReplaceAll(path, p.name, p.value)
		}
		paths = append(paths, path)
	}
	paths = append(paths, "/feedbacks?audience=employee", "/feedbacks?verbatim=true", "/feedbacks?channel=web", "/feedbacks?limit=1000", "/invitations?state=answered",
		"/invitations?state=opened", "/invitations?state=sent", "/invitations?state=expired", "/units", "/surveys/staff/versions")
	for _, role := range []people.Role{people.Administrator, people.Director, people.Manager, people.DPO} {
		for _, path := range paths {
			r := w.send("GET", path, "", w.role(role))
			out[fmt.Sprint(role, " GET ", path)] = same(r)
		}
		for _, key := range []string{"enps", "nps", "csat", "response_rate", "delivery_rate"} {
			for _, by := range []string{``, `"month"`, `"week"`, `"unit"`, `"unit.agency","month"`, `"touchpoint","year"`, `"channel"`, `"wording"`, `"segment"`, `"survey"`} {
				for _, accept := range []string{"application/json", "text/csv"} {
					q := fmt.Sprintf(`{"indicator":%q,"by":[%s]}`, key, by)
					out[fmt.Sprint(role, " asks ", q, accept)] = same(w.send("POST", "/query", q, w.role(role), with("Accept", accept)))
				}
			}
		}
		out[fmt.Sprint(role, " finds")] = same(w.send("POST", "/customers/find", `{"identity":"zoe@example.org"}`, w.role(role)))
	}
	return out
}

// whereAt is the position of the feed, which moves with whatever happens and says nothing of what.
var whereAt = regexp.MustCompile(`"position":\s*"[^"]*"`)

func same(r reply) string {
	return fmt.Sprint(r.status, " ", whereAt.ReplaceAllString(string(r.body), ""))
}

// TestAnEmployeesAnswerMovesNoDoorOfTheAPI: whoever asks, whatever they ask, the moment before and the moment after an employee
// answered, on a page and through another tool, say the same.
func TestAnEmployeesAnswerMovesNoDoorOfTheAPI(t *testing.T) {
	w := newWorld(t, sqlite(t))
	staffSurvey(t, w)
	w.send("POST", "/feedbacks", one("c1", `,"customer":{"email":"zoe@example.org"},"touchpoint":"delivery","unit":"lille","scores":{"nps":9,"csat":5}`))
	w.caughtUp()
	_ = w.everyDoor() // reading may leave a trace of its own
	before := w.everyDoor()
	token, err := w.house.Responses.Open(t.Context(), response.Opening{Survey: "staff", Language: "fr", CollectedBy: "email", Unit: "lille", Invitation: 1})
	w.must(err)
	two := 2.0
	got, err := w.house.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"enps": {Number: &two}, "why": {Text: "Outils lents"}}})
	w.must(err)
	if got.Feedback == 0 || got.Invitation != 0 || !got.Started.Equal(cx.Week(time.Now())) {
		t.Errorf("kept: %+v", got)
	}
	in := `{"source":"hr","source_id":"e1","at":"` + time.Now().UTC().Format(time.RFC3339) + `","audience":"employee","program":"relational","touchpoint":"support","unit":"lille","channel":"store","lang":"de",
		"survey":"another@1","attributes":{"segment":"cadre"},"customer":{"email":"zoe@example.org"},"scores":{"enps":3},"verbatim":"Outils lents"}`
	if r := w.send("POST", "/feedbacks", in); r.status != 201 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	w.caughtUp()
	after := w.everyDoor()
	if d := cmp.Diff(before, after); d != "" || len(before) < 400 {
		t.Errorf("%d doors: %s", len(before), d)
	}
	for name, text := range after {
		if strings.Contains(text, "Outils") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestALinkToEmployeesIsEverybodys(t *testing.T) {
	w := newWorld(t, sqlite(t))
	staffSurvey(t, w)
	for _, c := range [][3]string{
		{"POST", "/surveys/staff/responses", `{"language":"fr","unit":"lille","customer":{"email":"zoe@example.org"}}`},
		{"POST", "/invitations", `{"survey":"staff","customer":{"email":"max@example.org"},"unit":"lille"}`},
	} {
		r := w.send(c[0], c[1], c[2])
		if r.status != 201 || !strings.Contains(string(r.body), `"path":"/q/staff?`) || strings.Contains(string(r.body), "zoe") {
			t.Errorf("%s: %d %s", c[1], r.status, r.body)
		}
	}
	if r := w.send("POST", "/invitations/1/answers", `{"answers":{"enps":{"number":4}}}`); r.status != 409 {
		t.Errorf("answered by telephone: %d %s", r.status, r.body)
	}
	l, err := w.house.Invites.Invitations(t.Context(), people.Whole(), invite.Filter{Limit: 10})
	w.must(err)
	if len(l) != 2 || slices.ContainsFunc(l, func(i invite.Invitation) bool { return i.State != invite.Sent }) {
		t.Errorf("%+v", l)
	}
}

func TestNobodyMovesEmployeesAnswersAroundOne(t *testing.T) {
	w := newWorld(t, sqlite(t))
	now := time.Now().UTC().Format("2006-01-02T15:04:05Z")
	r := w.send("POST", "/feedbacks", `{"source":"crm","source_id":"e1","at":"`+now+`","audience":"employee","unit":"lille","scores":{"enps":3}}`)
	path := fmt.Sprintf("/feedbacks/%d", as[Receipt](t, r).ID)
	for _, change := range []string{`{"unit":"south"}`, `{"scores":{"enps":9}}`, `{"verbatim":"Moi"}`} {
		if r := w.send("PATCH", path, change); r.status != 404 {
			t.Errorf("%s: %d %s", change, r.status, r.body)
		}
	}
	for score := range 11 {
		again := fmt.Sprintf(`{"source":"crm","source_id":"e1","at":%q,"audience":"employee","unit":"lille","scores":{"enps":%d}}`, now, score)
		if r := w.send("POST", "/feedbacks", again); r.status != 200 || as[Receipt](t, r).Status != "duplicate" {
			t.Errorf("tried with %d: %d %s", score, r.status, r.body)
		}
	}
}
