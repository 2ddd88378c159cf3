package api

import (
	"encoding/csv"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

func TestStructureBothWays(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, x := range []struct{ path, body, field, wrong string }{
			{"/journeys/second", `{"name":{"fr":"Deux"},"purpose":"Servir","stages":[{"key":"a","name":"A","touchpoints":[{"key":"t2","name":{"fr":"T"},"lead":"csat","objectives":{"csat":80},"promises":[{"text":{"fr":"Vite"},"public":true}]}]}]}`,
				"stages[0].touchpoints[0].key", `{"name":{"fr":"Deux"},"stages":[{"key":"a","name":{"fr":"A"},"touchpoints":[{"key":"delivery","name":{"fr":"T"}}]}]}`},
			{"/metrics/taste", `{"name":{"fr":"Goût"},"min":0,"max":20,"step":0.5,"direction":"higher"}`, "max", `{"name":{"fr":"Goût"},"min":0,"max":0}`},
			{"/indicators/taste", `{"name":{"fr":"Goût"},"metric":"taste","formula":"mean","program":"transactional","audience":"customer","objective":15}`,
				"objective", `{"name":{"fr":"Goût"},"metric":"taste","formula":"mean","program":"transactional","audience":"customer","objective":25}`},
			{"/units/arras", `{"name":{"fr":"Arras"},"parent":"north","level":"agency","zone":"Europe/Paris"}`, "parent", `{"name":{"fr":"Arras"},"parent":"west"}`},
			{"/attributes/plan", `{"type":"text","projected":true}`, "projected", `{"type":"text","projected":true,"personal":true}`},
		} {
			if r := w.send("PUT", x.path, x.body); r.status != 201 {
				t.Errorf("PUT %s: %d %s", x.path, r.status, r.body)
				continue
			}
			if r := w.send("PUT", x.path, x.body); r.status != 200 {
				t.Errorf("PUT %s again: %d %s", x.path, r.status, r.body)
			}
			text := w.send("GET", x.path, "", with("Accept", "application/yaml"))
			if text.status != 200 || !strings.HasPrefix(text.header.Get("Content-Type"), "application/yaml") {
				t.Errorf("GET %s: %d %s", x.path, text.status, text.body)
			}
			before := w.send("GET", x.path, "")
			if r := w.send("PUT", x.path, string(text.body), with("Content-Type", "application/yaml")); r.status != 200 || string(r.body) != string(before.body) {
				t.Errorf("PUT %s as YAML: %d %s, was %s", x.path, r.status, r.body, before.body)
			}
			if r := w.send("PUT", x.path, x.wrong); r.status != 422 || r.problem(t).Errors[0].Field != x.field {
				t.Errorf("PUT %s wrong: %d %s", x.path, r.status, r.body)
			}
			if r := w.send("PUT", x.path, strings.Replace(x.body, "{", `{"colour":1,`, 1)); r.status != 400 || r.problem(t).Errors[0].Field != "colour" {
				t.Errorf("PUT %s with an unknown field: %d %s", x.path, r.status, r.body)
			}
			if r := w.send("PUT", x.path, strings.Replace(x.body, "{", `{"key":"other",`, 1)); r.status != 422 || r.problem(t).Errors[0].Field != "key" {
				t.Errorf("PUT %s with another key: %d %s", x.path, r.status, r.body)
			}
			list := x.path[:strings.LastIndexByte(x.path, '/')]
			key := x.path[len(list)+1:]
			if r := w.send("GET", list, ""); r.status != 200 || !strings.Contains(string(r.body), `"key":"`+key+`"`) {
				t.Errorf("GET %s: %d %s", list, r.status, r.body)
			}
			if r := w.send("GET", list+"/none", ""); r.status != 404 {
				t.Errorf("GET %s/none: %d", list, r.status)
			}
		}
	})
}

func TestUnitsComeManyAtOnce(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.send("PUT", "/units", `{"units":[{"key":"lens","name":"Lens","parent":"east"},{"key":"east","name":{"fr":"Est"},"level":"region"}]}`)
	if got := as[Units](t, r).Units; r.status != 200 || len(got) != 5 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.send("PUT", "/units", `{"units":[{"key":"a","name":"A"},{"key":"b","name":"B","parent":"none"}]}`); r.status != 422 || r.problem(t).Errors[0].Field != "units[1].parent" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestEveryUnknownFieldIsToldWithItsPath(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.send("PUT", "/journeys/x", `{"name":{"fr":"X"},"owners":1,"stages":[{"key":"a","name":{"fr":"A"},"touchpoints":[{"key":3,"name":{"fr":"T"},"objective":{}}]}]}`)
	var got []string
	for _, e := range r.problem(t).Errors {
		got = append(got, e.Field)
	}
	if diff := cmp.Diff([]string{"owners", "stages[0].touchpoints[0].key", "stages[0].touchpoints[0].objective"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHostileYAMLIsRefused(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for name, body := range map[string]string{
		"aliases":     "a: &a [x,x]\nb: &b [*a,*a]\n",
		"deep":        strings.Repeat("[", 100_000),
		"deep dashes": strings.Repeat("- ", 100_000),
		"no YAML":     "\t:::",
	} {
		if r := w.send("PUT", "/journeys/x", body, with("Content-Type", "application/yaml")); r.status != 400 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestIndicatorOfOtherRolesIsUnknown(t *testing.T) {
	w := newWorld(t, sqlite(t))
	w.put("/indicators/secret", `{"name":{"fr":"S"},"metric":"csat","formula":"mean","program":"transactional","audience":"customer","roles":["committee"]}`)
	asked := w.send("POST", "/query", `{"indicator":"secret"}`, w.role(people.Analyst))
	none := w.send("POST", "/query", `{"indicator":"none"}`, w.role(people.Analyst))
	if asked.status != 400 || strings.ReplaceAll(string(asked.body), "secret", "none") != string(none.body) {
		t.Errorf("%s, %s", asked.body, none.body)
	}
	if r := w.send("GET", "/indicators/secret", "", w.role(people.Analyst)); r.status != 404 {
		t.Errorf("read: %d", r.status)
	}
	if r := w.send("POST", "/query", `{"indicator":"secret"}`, w.role(people.Committee)); r.status != 200 {
		t.Errorf("the committee: %d %s", r.status, r.body)
	}
}

func TestQueryAsJSONAndCSV(t *testing.T) {
	w := newWorld(t, sqlite(t))
	var lines []string
	for n := range 40 {
		lines = append(lines, one(fmt.Sprint("q", n), fmt.Sprintf(`,"unit":"lille","scores":{"nps":%d},"attributes":{"segment":"=cmd()"}`, n%11)))
	}
	ndjson(w, strings.NewReader(strings.Join(lines, "\n")))
	w.caughtUp()
	body := `{"indicator":"nps","by":["touchpoint","attributes.segment"],"during":{"from":"2026-03-01","to":"2026-03-02"},"versus":"previous"}`
	r := w.send("POST", "/query", body)
	if r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	got := as[struct {
		Position string
		Rows     []struct {
			By     map[string]string
			N      int
			Value  *float64
			Enough *bool
		}
	}](t, r)
	if len(got.Rows) != 1 || got.Rows[0].N != 40 || got.Rows[0].By["touchpoint"] != "delivery" || got.Position == "" || got.Rows[0].Enough == nil {
		t.Errorf("%s", r.body)
	}
	text := w.send("POST", "/query", body, with("Accept", "text/csv"))
	rows, err := csv.NewReader(strings.NewReader(string(text.body))).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][0] != "touchpoint" || rows[1][1] != "'=cmd()" || rows[1][2] != "40" {
		t.Errorf("%s, %v", text.body, err)
	}
	for body, field := range map[string]string{`{"indicator":"none"}`: "indicator", `{"indicator":"nps","colour":1}`: "colour",
		`{"indicator":"nps","by":["shoe"]}`: "by", `{"indicator":"nps","where":{"shoe":["x"]}}`: "where.shoe", `{"indicator":"nps","where":{"channel":{}}}`: "where.channel",
		`{"indicator":"nps","where":{"channel":"phone"}}`: "where.channel", `{"indicator":"nps","where":{"channel":null}}`: "where.channel",
		`{"indicator":"nps","during":{"from":"2026"}}`: "during"} {
		r := w.send("POST", "/query", body)
		if r.status != 400 || !strings.HasPrefix(r.problem(t).Errors[0].Field, field) {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}

func TestHarmlessCells(t *testing.T) {
	for in, want := range map[string]string{"": "", "Nord": "Nord", "-5": "-5", "-a": "'-a", "=1+1": "'=1+1", "+33": "+33", "+a": "'+a", "@x": "'@x", "\tx": "'\tx"} {
		if got := Harmless(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestQuarantineIsSeenAndRepaired(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		body := strings.Replace(one("w1", `,"scores":{"nps":1}`), "delivery", "LIV-01", 1)
		r := w.send("POST", "/feedbacks", body)
		if got := as[Receipt](t, r); r.status != 201 || got.Status != "quarantined" {
			t.Errorf("%d %s", r.status, r.body)
		}
		l := as[WaitingList](t, w.send("GET", "/quarantine", "")).Waiting
		if len(l) != 1 || l[0].Kind != "touchpoint" || l[0].Key != "LIV-01" || l[0].Feedbacks != 1 {
			t.Errorf("%+v", l)
		}
		if r := w.send("POST", "/aliases", `{"kind":"touchpoint","from":"LIV-01","to":"nowhere"}`); r.status != 422 || r.problem(t).Errors[0].Field != "to" {
			t.Errorf("to nowhere: %d %s", r.status, r.body)
		}
		if r := w.send("POST", "/aliases", `{"kind":"touchpoint","from":"LIV-01","to":"delivery"}`); r.status != 200 || as[Repaired](t, r).Repaired != 1 {
			t.Errorf("%d %s", r.status, r.body)
		}
		if l := as[WaitingList](t, w.send("GET", "/quarantine", "")).Waiting; len(l) != 0 {
			t.Errorf("still waiting: %+v", l)
		}
	})
}

func FuzzStructured(f *testing.F) {
	f.Add([]byte("name: {fr: A}\nstages: []\n"))
	f.Add([]byte("- - - [{a: b}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := yamlTree(b)
		if err == nil {
			_ = shape(&tree, typeOfJourney(), "")
		} else if cx.KindOf(err) != cx.Invalid {
			t.Error(err)
		}
	})
}

func typeOfJourney() reflect.Type { return reflect.TypeFor[journey.Journey]() }
