package invite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestOpeningsAreWatchedOnlyWhereItIsSet(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		p := newPost(t, db)
		p.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		watches := func(n int) bool {
			p.happen("order.delivered", n)
			p.work()
			l := p.smtp.Messages()
			raw := strings.ReplaceAll(string(l[len(l)-1].Raw), "=\r\n", "") // lines as they were before quoted-printable
			token, err := p.OpenToken(t.Context(), InvitationID(n))
			must(t, err)
			for _, opened := range []string{"", ".", token + "x", "AQ." + token, token} {
				must(t, p.Opened(t.Context(), opened))
			}
			return strings.Contains(raw, "https://avis.filambre.example/p/"+token+"/seen.gif")
		}
		if watches(1) {
			t.Error("openings are watched as it comes")
		}
		c, err := p.Channels(t.Context())
		must(t, err)
		c.Opens = true
		must(t, p.SetChannels(t.Context(), c))
		if !watches(2) {
			t.Error("openings are not watched though it is set")
		}
		if d := cmp.Diff(map[string]int{"sent": 1, "opened": 1}, p.states()); d != "" {
			t.Error(d)
		}
	})
}

func TestNobodyIsWatchedWhereAnswersAreNobodys(t *testing.T) {
	for name, x := range map[string]struct {
		set  bool
		d    survey.Definition
		want bool
	}{
		"as it comes":     {false, survey.Definition{}, false},
		"set":             {true, survey.Definition{}, true},
		"set, anonymous":  {true, survey.Definition{Privacy: survey.Anonymous}, false},
		"set, employees'": {true, survey.Definition{Audience: cx.Employees}, false},
	} {
		if got := opens(x.set, &x.d); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
