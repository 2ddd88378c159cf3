package intake

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// crmFile is an export of contacts: head, then forty rows of the columns given, the nth of each list.
func crmFile(t *testing.T, head string, columns ...string) *File {
	t.Helper()
	var b strings.Builder
	b.WriteString(head + "\n")
	for i := range 40 {
		var cells []string
		for _, c := range columns {
			l := strings.Split(c, " ")
			cells = append(cells, strings.NewReplacer("_", " ", "#", fmt.Sprint(i)).Replace(l[i%len(l)]))
		}
		b.WriteString(strings.Join(cells, ";") + "\n")
	}
	return memory(t, "crm.csv", b.String())
}

const (
	days  = "2026-01-01 2026-01-02 2026-01-03 2026-01-04 2026-01-05"
	calls = "a-#"
)

func TestAnAdvisersNoteIsGuessedAndNoCustomersScoreIs(t *testing.T) {
	for name, c := range map[string]struct {
		head    string
		columns []string
		want    string // roles, in order
	}{
		"usual": {"date;id appel;conseiller;note du conseiller;règle;csat;commentaire", []string{days, calls, "ann bob", "1 5 3", "aucune respectée imposée", "4 5", "Merci_beaucoup_pour_tout"},
			"at contact agent adviser.note adviser.rule score"},
		"english": {"date;call id;agent;Adviser note;Rule imposed;nps", []string{days, calls, "ann bob", "1 5 3", "yes no", "0 9 10"},
			"at contact agent adviser.note adviser.rule score"},
		"in so many words": {"date;contact;conseiller;Ma réponse était bonne pour le client (1 à 5)", []string{days, calls, "ann bob", "2 4"},
			"at contact agent adviser.note"},
		"by customer and touchpoint": {"date;numero client;point de contact;conseiller;note conseiller", []string{days, "C#", "sav", "ann bob", "2 4"},
			"at customer.ref touchpoint agent adviser.note"},
		"the customer's, of the adviser": {"date;id;note du conseiller;commentaire", []string{days, calls, "1 5 3", "Merci_beaucoup_pour_tout"},
			"at ignore score attribute"},
		"a satisfaction": {"date;id appel;conseiller;satisfaction conseiller", []string{days, calls, "ann bob", "1 5 3"},
			"at ignore agent score"},
		"out of ten, the customer's": {"date;id appel;conseiller;note conseiller", []string{days, calls, "ann bob", "0 10 7"},
			"at ignore agent score"},
		"with a slip": {"date;id appel;conseiller;note conseiller", []string{days, calls, "ann bob", strings.Repeat("5 4 1 ", 13) + "8"},
			"at contact agent adviser.note"},
		"a word of their own among the rules": {"date;id appel;conseiller;note conseiller;règle", []string{days, calls, "ann bob", "1 5 3", strings.Repeat("aucune imposée respectée ", 4) + "R7"},
			"at contact agent adviser.note adviser.rule"},
		"rules that say nothing of it": {"date;id appel;conseiller;note conseiller;règle", []string{days, calls, "ann bob", "1 5 3", "R1 R2 R3"},
			"at contact agent adviser.note attribute"},
		"nobody to give it to": {"date;id;réponse bonne pour le client", []string{days, calls, "1 5 3"},
			"at ignore ignore"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustGuess(t, crmFile(t, c.head, c.columns...))
			var got []string
			for _, x := range m.Columns {
				got = append(got, x.As)
			}
			if said := strings.Join(got, " "); !strings.HasPrefix(said, c.want) {
				t.Errorf("%s, want %s", said, c.want)
			}
			if m.Noted() {
				if err := m.Check(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestAMapOfNotesSaysWhatItLacks(t *testing.T) {
	const whole = `
source: crm
columns:
  - {column: date, as: at}
  - {column: appel, as: contact}
  - {column: qui, as: agent}
  - {column: note, as: adviser.note}
  - {column: règle, as: adviser.rule, values: {"R1": imposed, "*": ""}}
`
	for name, c := range map[string]struct{ from, to, want string }{
		"all well":         {"", "", ""},
		"no adviser":       {"as: agent", "as: ignore", "intake.map_note_agent"},
		"no contact":       {"as: contact", "as: customer.ref", "intake.map_note_untied"},
		"by the customer":  {"{column: appel, as: contact}", "{column: appel, as: customer.ref}\n  - {column: lieu, as: touchpoint}", ""},
		"a rule alone":     {"as: adviser.note", "as: score, key: csat", "intake.map_rule_alone"},
		"no such part":     {"imposed", "bent", "intake.map_value"},
		"no such value":    {"as: adviser.note", "as: adviser.note, values: {bon: 6}", "intake.map_score_value"},
		"two notes":        {"as: agent}", "as: agent}\n  - {column: n2, as: adviser.note}", "intake.map_role_twice"},
		"note in words":    {"as: adviser.note", "as: adviser.note, values: {bon: 5, mauvais: 1}", ""},
		"nothing to hear ": {"  - {column: note, as: adviser.note}\n  - {column: règle, as: adviser.rule, values: {\"R1\": imposed, \"*\": \"\"}}\n", "", "intake.map_no_voice"},
	} {
		if _, err := ReadMap(strings.NewReader(strings.Replace(whole, c.from, c.to, 1))); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const crmMap = `
separator: ";"
source: crm
columns:
  - {column: date, as: at}
  - {column: appel, as: contact}
  - {column: qui, as: agent}
  - {column: note, as: adviser.note}
  - {column: règle, as: adviser.rule}
  - {column: csat, as: score, key: csat}
`

const crmRows = `date;appel;qui;note;règle;csat
2026-01-01;c1;ann;2;imposée;4
2026-01-01;c2;ann;5;;
2026-01-01;c3;ann;;aucune;3
2026-01-01;c4;ann;6;respectée;2
2026-01-01;c5;ann;7;;
2026-01-01;c6;ann;4;tordue;
2026-01-01;c7;ann;;imposée;1
2026-01-01;c8;ann;;;
2026-01-01;c9;ann;3;No rule;5
`

func TestARowGivesAFeedbackANoteOrBoth(t *testing.T) {
	for name, on := range map[string]bool{"on": true, "off": false} {
		t.Run(name, func(t *testing.T) {
			var k keeping
			var notes []note.Sent
			var refused, refusedNotes []int
			j := Job{File: memory(t, "crm.csv", crmRows), Map: mapOf(t, crmMap), Refuse: func(r Row, _ []Rejection) { refused = append(refused, r.Line) },
				RefuseNote: func(r Row, _ []Rejection) { refusedNotes = append(refusedNotes, r.Line) }}
			if on {
				j.Notes = func(_ context.Context, sent []note.Sent) ([]note.Outcome, error) {
					notes = append(notes, sent...)
					out := make([]note.Outcome, len(sent))
					for i := range out {
						out[i].Verdict = []note.Verdict{note.Accepted, note.Changed, note.Refused}[i%3]
					}
					return out, nil
				}
			}
			rep, err := Run(t.Context(), j, k.door)
			if err != nil {
				t.Fatal(err)
			}
			want, rows, bad, badNotes := NoteCounts{Off: true, Left: 7}, 3, []int{9}, []int(nil)
			if on {
				want, rows, bad, badNotes = NoteCounts{Taken: 1, Changed: 1, Refused: 5}, 1, []int{6, 7, 9}, []int{5, 8, 10}
			}
			if diff := cmp.Diff(want, *rep.Notes); diff != "" {
				t.Error(diff)
			}
			if rep.NoteRows != rows || rep.Accepted != 5 || rep.RejectedRows != len(bad) || rep.Rows != 5+rows+len(bad) {
				t.Errorf("%+v", rep)
			}
			if diff := cmp.Diff([][]int{bad, badNotes}, [][]int{refused, refusedNotes}); diff != "" {
				t.Error(diff)
			}
			if !on {
				return
			}
			got := ""
			for _, n := range notes {
				got += fmt.Sprint(n.Contact, n.Agent, n.Value, n.Rule, " ")
			}
			if got != "c1ann2imposed c2ann5 c9ann3 " {
				t.Error(got)
			}
			for _, r := range rep.Rejected {
				if r.Line == 5 && (r.Column != "note" || r.Value != "6" || !strings.Contains(r.Say(lang.For("fr")), "de 1 à 5")) {
					t.Errorf("%+v: %s", r, r.Say(lang.For("fr")))
				}
			}
		})
	}
}

func TestANoteThatComesLaterMakesNoOtherFeedback(t *testing.T) {
	var k keeping
	m := mapOf(t, crmMap)
	for _, text := range []string{"date;appel;qui;note;règle;csat\n2026-01-01;c1;ann;;;4\n", "date;appel;qui;note;règle;csat\n2026-01-01;c1;ann;2;imposée;4\n"} {
		mustRun(t, memory(t, "crm.csv", text), m, &k)
	}
	if len(k.seen) != 1 {
		t.Errorf("%d feedbacks", len(k.seen))
	}
}

func TestARowTheDoorRefusesKeepsItsNoteForItsCorrection(t *testing.T) {
	taken := 0
	for verdict, want := range map[collect.Verdict]int{collect.Rejected: 0, collect.Gone: 0, collect.Duplicate: 1, collect.Conflicting: 1, collect.Waiting: 1} {
		taken = 0
		j := Job{File: memory(t, "crm.csv", "date;appel;qui;note;règle;csat\n2026-01-01;c1;ann;2;;4\n"), Map: mapOf(t, crmMap), Notes: func(_ context.Context, sent []note.Sent) ([]note.Outcome, error) {
			taken += len(sent)
			return []note.Outcome{{Verdict: note.Accepted}}, nil
		}}
		_, err := Run(t.Context(), j, func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
			return []collect.Outcome{{Verdict: verdict, Errors: []*cx.Error{cx.Fail(cx.Invalid, "", "collect.past")}}}, nil
		})
		if err != nil || taken != want {
			t.Errorf("%s: %d taken, %v", verdict, taken, err)
		}
	}
}

func TestTheWordsOfARuleAreRead(t *testing.T) {
	for text, want := range map[string]note.Rule{"": "", "Aucune": "", "none": "", "Respectée": "followed", "FOLLOWED": "followed", "imposée par la règle": "imposed", "Imposed": "imposed", "règle imposée": "imposed"} {
		if got, ok := ParseRule(text); !ok || got != want {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
	if _, ok := ParseRule("peut-être"); ok {
		t.Error("a word that says nothing is read")
	}
}
