package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"vigie/internal/listen/invite"
)

func TestEventsComeAsLines(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		line := `{"event":"order.delivered","at":"2026-01-05T10:00:00Z","customer":{"email":"zoe@example.org"},"id":"A1"}`
		r := w.stream("POST", "/api/v1/events", strings.NewReader(line+"\n\n"+line+"\n"+`{"event":"Wrong","at":"2026-01-05T10:00:00Z","customer":{"ref":"1"}}`+"\nnonsense\n"+strings.Replace(line, "A1", "A2", 1)), with("Content-Type", "application/x-ndjson"))
		for _, want := range []string{`"accepted":2`, `"duplicates":1`, `"rejected_count":2`, `"line":4`, `"line":5`} {
			if r.status != http.StatusOK || !strings.Contains(string(r.body), want) {
				t.Errorf("%d, no %s: %s", r.status, want, r.body)
			}
		}
	})
}

func TestRulesEventsAndLinks(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		survey := `{"key":"pulse","name":{"fr":"Pouls"},"languages":["fr"],"sections":[{"questions":[{"key":"csat","kind":"csat","text":{"fr":"Satisfait ?"}}]}]}`
		rule := `{"name":{"fr":"Après livraison"},"survey":"pulse","trigger":{"event":"order.delivered"},"delay":60,"pilot":{"attribute":"unit","in":["lyon"]}}`
		event := `{"event":"order.delivered","at":"2026-01-05T10:00:00Z","customer":{"email":"zoe@example.org"},"id":"A1"}`
		link := `{"survey":"pulse","customer":{"email":"lea@example.org"},"collected_by":"ivr","id":"L1"}`
		for _, c := range []struct {
			name, method, path, body string
			status                   int
			says                     string
		}{
			{"a survey", "PUT", "/surveys/pulse", survey, http.StatusCreated, ""},
			{"published", "POST", "/surveys/pulse/publish", "", http.StatusOK, ""},
			{"a rule", "PUT", "/invitation-rules/delivered", rule, http.StatusCreated, `"delay":60`},
			{"a rule about no survey", "PUT", "/invitation-rules/other", strings.Replace(rule, "pulse", "none", 1), http.StatusNotFound, ""},
			{"a rule with two triggers", "PUT", "/invitation-rules/other", strings.Replace(rule, `"event"`, `"list":true,"event"`, 1), http.StatusUnprocessableEntity, "trigger"},
			{"does not go unchecked", "POST", "/invitation-rules/delivered/stage", `{"stage":"go"}`, http.StatusConflict, "checks"},
			{"a check", "POST", "/invitation-rules/delivered/checks", `{"check":"dpo","made":true,"note":"Vu le 3"}`, http.StatusOK, "Vu le 3"},
			{"pilot", "POST", "/invitation-rules/delivered/stage", `{"stage":"pilot","note":"Lyon d'abord"}`, http.StatusOK, "Lyon d'abord"},
			{"is not run", "POST", "/invitation-rules/delivered/run", `{"name":"one"}`, http.StatusConflict, "trigger"},
			{"listed", "GET", "/invitation-rules", "", http.StatusOK, `"stage":"pilot"`},
			{"an event", "POST", "/events", event, http.StatusCreated, `"accepted"`},
			{"the same", "POST", "/events", event, http.StatusOK, `"duplicate"`},
			{"another of that id", "POST", "/events", strings.Replace(event, "zoe", "eve", 1), http.StatusConflict, "id"},
			{"of nobody", "POST", "/events", `{"event":"order.delivered","at":"2026-01-05T10:00:00Z"}`, http.StatusUnprocessableEntity, "customer"},
			{"the policy", "GET", "/invitation-policy", "", http.StatusOK, `"caps"`},
			{"a wrong policy", "PUT", "/invitation-policy", `{"caps":[{"n":1,"days":0}],"quiet":{"from":20,"until":8}}`, http.StatusUnprocessableEntity, "caps.0.days"},
			{"another policy", "PUT", "/invitation-policy", `{"caps":[{"n":1,"days":30}],"quiet":{"from":0,"until":0}}`, http.StatusOK, `"days":30`},
			{"a link", "POST", "/invitations", link, http.StatusCreated, `"path":"/s/`},
			{"the same link", "POST", "/invitations", link, http.StatusCreated, `"path":"/s/`},
			{"answered by telephone", "POST", "/invitations/1/answers", `{"answers":{"csat":{"number":4}}}`, http.StatusOK, `"complete":true`},
			{"off its scale", "POST", "/invitations/1/answers", `{"answers":{"csat":{"number":9}}}`, http.StatusUnprocessableEntity, "csat"},
			{"of no invitation", "POST", "/invitations/99/answers", `{"answers":{}}`, http.StatusNotFound, ""},
			{"is answered then", "GET", "/invitations?state=answered", "", http.StatusOK, `"id":1`},
			{"one too many", "POST", "/invitations", strings.Replace(link, "L1", "L2", 1), http.StatusOK, `"why":"cap"`},
			{"the refused one is not answered", "POST", "/invitations/2/answers", `{"answers":{"csat":{"number":4}}}`, http.StatusConflict, ""},
			{"an objection", "POST", "/objections", `{"email":"max@example.org","proof":"lettre"}`, http.StatusNoContent, ""},
			{"holds", "POST", "/invitations", `{"survey":"pulse","customer":{"email":"MAX@example.org"}}`, http.StatusOK, `"why":"objection"`},
			{"all told", "GET", "/invitations?state=refused", "", http.StatusOK, `"why":"objection"`},
			{"who was not asked", "GET", "/invitation-refusals", "", http.StatusOK, `"why":"objection"`},
			{"on a day that is none", "GET", "/invitation-refusals?from=soon", "", http.StatusBadRequest, "from"},
			{"an unknown state", "GET", "/invitations?state=lost", "", http.StatusBadRequest, "state"},
			{"an SMS of nobody", "POST", "/sms-replies", `{"from":"+33600000009","text":"10"}`, http.StatusOK, `"unknown"`},
			{"channels", "PUT", "/invitation-channels", `{"base":"https://avis.example.org","sms":{"url":"https://gate.example.org","from":"Vigie","token":"tiptop"}}`, http.StatusOK, `gate.example.org`},
			{"channels with a mail server", "PUT", "/invitation-channels", `{"base":"https://avis.example.org","mail":{"host":"mx.example.org","user":"vigie","password":"tiptop","from":{"email":"avis@example.org"}}}`, http.StatusOK, `mx.example.org`},
			{"a mail server's field unknown", "PUT", "/invitation-channels", `{"base":"https://avis.example.org","mail":{"hosts":"mx.example.org"}}`, http.StatusBadRequest, "mail.hosts"},
			{"a rule with the checks it was read with", "PUT", "/invitation-rules/noted", strings.Replace(rule, `{"name"`, `{"checks":{"dpo":{"by":"lea","at":"2026-01-05T10:00:00Z"}},"name"`, 1), http.StatusCreated, `"delay":60`},
		} {
			r := w.send(c.method, c.path, c.body)
			if r.status != c.status || !strings.Contains(string(r.body), c.says) || strings.Contains(string(r.body), "tiptop") {
				t.Errorf("%s: %d %s", c.name, r.status, r.body)
			}
		}
	})
}

func TestAListIsRunFromAFileOrNames(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		steps := []string{`PUT /surveys/pulse {"name":{"fr":"Pouls"},"languages":["fr"],"sections":[{"questions":[{"key":"csat","kind":"csat","text":{"fr":"Satisfait ?"}}]}]}`,
			`POST /surveys/pulse/publish `, `PUT /invitation-rules/wave {"name":{"fr":"Vague"},"survey":"pulse","trigger":{"list":true},"pilot":{"attribute":"region","answered":true}}`}
		for _, check := range invite.Checklist() {
			steps = append(steps, `POST /invitation-rules/wave/checks {"check":"`+check+`","made":true}`)
		}
		steps = append(steps, `POST /invitation-rules/wave/stage {"stage":"go"}`)
		for i, email := range []string{"zoe", "lea", "max"} {
			steps = append(steps, fmt.Sprintf(`POST /events {"event":"seen","at":"2026-01-05T10:00:00Z","customer":{"ref":"C%d","email":"%s@example.org","attributes":{"region":"nord"}}}`, i, email))
		}
		for _, s := range steps {
			part := strings.SplitN(s, " ", 3)
			if r := w.send(part[0], part[1], part[2]); r.status >= 300 {
				t.Fatal(s, r.status, string(r.body))
			}
		}
		csv := "Réf client;Courriel\nC0;\n;lea@example.org\n;nobody@example.org\nC1;\n;broken@\n"
		for _, c := range []struct {
			name, kind, query, body string
			status                  int
			says                    []string
		}{
			{"tried", "text/csv", "?name=w1&try=true", csv, http.StatusOK, []string{`"planned":2`}},
			{"a file", "text/csv", "?name=w1", csv, http.StatusOK, []string{`"planned":2`, `"read":5`, `"found":2`, `{"line":4,"why":"unknown"}`, `{"line":5,"why":"twice"}`, `{"line":6,"why":"malformed"}`}},
			{"again", "text/csv", "?name=w1", csv, http.StatusOK, []string{`"again":2`}},
			{"no name", "text/csv", "", csv, http.StatusUnprocessableEntity, []string{"name"}},
			{"no such column", "text/csv", "?name=w2&column=x", csv, http.StatusUnprocessableEntity, []string{"column"}},
			{"names", "application/json", "", `{"name":"w3","customers":["max@example.org","C9"]}`, http.StatusOK, []string{`"planned":1`, `{"line":2,"why":"unknown"}`}},
			{"a segment", "application/json", "", `{"name":"w4","if":{"attribute":"region","in":["sud"]}}`, http.StatusOK, []string{`"condition":3`}},
			{"of them that are not known, made", "text/csv", "?name=w6&make=true", "Courriel\nnew@example.org\nlea@example.org\n", http.StatusOK, []string{`"found":2`, `"made":1`, `"planned":2`}},
			{"the same as names", "application/json", "", `{"name":"w7","make":true,"customers":["newer@example.org","C99"]}`, http.StatusOK, []string{`"made":1`, `{"line":2,"why":"unknown"}`}},
			{"no condition", "application/json", "", `{"name":"w5","if":{}}`, http.StatusUnprocessableEntity, []string{`"if"`}},
		} {
			r := w.stream("POST", "/api/v1/invitation-rules/wave/run"+c.query, strings.NewReader(c.body), with("Content-Type", c.kind))
			for _, want := range c.says {
				if r.status != c.status || !strings.Contains(string(r.body), want) {
					t.Errorf("%s: %d, no %s: %s", c.name, r.status, want, r.body)
				}
			}
		}
		if r := w.send("GET", "/invitation-rules/wave/runs", ""); !strings.Contains(string(r.body), `"w4"`) || strings.Contains(string(r.body), "example.org") {
			t.Error(string(r.body))
		}
	})
}

func TestEventsSpeakOfTouchpointsAndUnitsByOthersKeys(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, s := range []string{
			`PUT /surveys/pulse {"name":{"fr":"Pouls"},"languages":["fr"],"sections":[{"questions":[{"key":"csat","kind":"csat","text":{"fr":"Satisfait ?"}}]}]}`, `POST /surveys/pulse/publish `,
			`PUT /units {"units":[{"key":"lyon","name":{"fr":"Lyon"}}]}`, `POST /aliases {"kind":"unit","from":"L-69","to":"lyon"}`,
			`POST /invitations {"survey":"pulse","unit":"L-69","customer":{"email":"zoe@example.org"}}`,
		} {
			part := strings.SplitN(s, " ", 3)
			if r := w.send(part[0], part[1], part[2]); r.status >= 300 {
				t.Fatal(s, r.status, string(r.body))
			}
		}
		if r := w.send("GET", "/invitations", ""); !strings.Contains(string(r.body), `"unit":"lyon"`) {
			t.Error(string(r.body))
		}
	})
}

func TestGatewaysAndMailServicesSayWhatBecameOfMessages(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		dsn := "From: MAILER-DAEMON@mx.example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; zoe@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
		form := "application/x-www-form-urlencoded"
		for _, c := range []struct {
			name, path, kind, body string
			status                 int
			says                   string
		}{
			{"a receipt", "sms-receipts", "application/json", `{"id":"inv.1.0","status":"delivered","extra":1}`, http.StatusOK, `"unknown":1`},
			{"a form", "sms-receipts", form, "MessageSid=SM1&MessageStatus=failed&To=%2B33600000009&ErrorCode=30005", http.StatusOK, `"unknown":1`},
			{"no receipt", "sms-receipts", "application/json", `{"hello":1}`, http.StatusUnprocessableEntity, "status"},
			{"a reply", "sms-replies", form, "From=%2B33600000009&Body=10&SmsSid=SM2", http.StatusOK, `"unknown"`},
			{"a reply with more", "sms-replies", "application/json", `{"from":"+33600000009","text":"10","network":"x"}`, http.StatusOK, `"unknown"`},
			{"a failure report", "bounces", "message/rfc822", dsn, http.StatusOK, `"unknown":1`},
			{"what a service says", "bounces", "application/json", `[{"type":"hard","email":"zoe@example.org","ts":3},{"type":"delivered","email":"lea@example.org"}]`, http.StatusOK, `"unknown":2`},
			{"an unknown word", "bounces", "application/json", `{"type":"lost","email":"zoe@example.org"}`, http.StatusUnprocessableEntity, "type"},
		} {
			r := w.stream("POST", "/api/v1/hooks/"+c.path, strings.NewReader(c.body), with("Content-Type", c.kind))
			if r.status != c.status || !strings.Contains(string(r.body), c.says) {
				t.Errorf("%s: %d %s", c.name, r.status, r.body)
			}
		}
	})
}
