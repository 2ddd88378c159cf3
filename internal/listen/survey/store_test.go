package survey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestAVersionPublishedNeverChanges(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := survey.New(db)
		s.Now = func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }
		d := delivery()
		edition, err := s.Save(ctx, "lea", d, 0)
		if err != nil {
			t.Fatal(err)
		}
		first, err := s.Publish(ctx, "lea", "delivery")
		if err != nil || first.Name() != "delivery@1" {
			t.Fatalf("%v %v", first.Name(), err)
		}
		if again, err := s.Publish(ctx, "lea", "delivery"); err != nil || again.N != 1 {
			t.Errorf("published again unchanged: %d, %v", again.N, err)
		}
		d.Title = both("New title")
		if _, err := s.Save(ctx, "tom", d, edition); err != nil {
			t.Fatal(err)
		}
		if one, err := s.Survey(ctx, "delivery"); err != nil || !one.Ahead || one.Version != 1 {
			t.Errorf("%+v, %v", one, err)
		}
		second, err := s.Publish(ctx, "tom", "delivery")
		if err != nil || second.N != 2 {
			t.Fatalf("%d %v", second.N, err)
		}
		got, err := s.Published(ctx, "delivery", 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("version 1 changed: %s", diff)
		}
		if last, err := s.Published(ctx, "delivery", 0); err != nil || last.N != 2 || last.By != "tom" {
			t.Errorf("%d %v", last.N, err)
		}
	})
}

func TestTwoWhoEditAtOnceAreTold(t *testing.T) {
	ctx := context.Background()
	s := survey.New(recordtest.SQLite(t))
	d := delivery()
	if _, err := s.Save(ctx, "lea", d, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(ctx, "tom", d, 0); cx.KindOf(err) != cx.Conflict {
		t.Errorf("a new one of the same key: %v", err)
	}
	if _, err := s.Save(ctx, "tom", d, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(ctx, "lea", d, 1); cx.KindOf(err) != cx.Conflict {
		t.Errorf("from an edition passed by: %v", err)
	}
}

func TestOnlyWhatIsRightIsPublished(t *testing.T) {
	ctx := context.Background()
	s := survey.New(recordtest.SQLite(t))
	d := delivery()
	d.Sections[0].Questions[0].Go = []survey.Jump{{To: "words"}} // two questions out of reach
	if _, err := s.Save(ctx, "lea", d, 0); err != nil {
		t.Fatalf("a draft may be wrong: %v", err)
	}
	if _, err := s.Publish(ctx, "lea", "delivery"); len(problems(err)) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := s.Published(ctx, "delivery", 0); cx.KindOf(err) != cx.NotFound {
		t.Errorf("%v", err)
	}
	if err := s.Delete(ctx, "delivery"); err != nil {
		t.Error(err)
	}
	if _, err := s.Publish(ctx, "lea", "delivery"); cx.KindOf(err) != cx.NotFound {
		t.Errorf("%v", err)
	}
}

func TestFilesAreAskedOfCustomersAndNeverUnmask(t *testing.T) {
	photo := survey.Question{Key: "photo", Kind: survey.Media, Text: both("A picture?"), Most: 5, Megabytes: 10}
	for name, c := range map[string]struct {
		change func(*survey.Definition, *survey.Question)
		field  string
	}{
		"a picture":                       {func(*survey.Definition, *survey.Question) {}, ""},
		"a picture, nobody knows of whom": {func(d *survey.Definition, _ *survey.Question) { d.Privacy = survey.Anonymous }, ""},
		"a voice, nobody knows whose": {func(d *survey.Definition, q *survey.Question) {
			d.Privacy, q.Accept = survey.Anonymous, []string{"image", "audio"}
		}, "sections[0].questions[2].accept[1]"},
		"of an employee":   {func(d *survey.Definition, _ *survey.Question) { d.Audience = cx.Employees }, "sections[0].questions[2].kind"},
		"too many":         {func(_ *survey.Definition, q *survey.Question) { q.Most = 11 }, "sections[0].questions[2].most"},
		"at least some":    {func(_ *survey.Definition, q *survey.Question) { q.Least = 2 }, "sections[0].questions[2].least"},
		"a weight of less": {func(_ *survey.Definition, q *survey.Question) { q.Megabytes = -1 }, "sections[0].questions[2].megabytes"},
		"of another kind":  {func(_ *survey.Definition, q *survey.Question) { q.Kind, q.Most = survey.Text, 0 }, "sections[0].questions[2].megabytes"},
	} {
		t.Run(name, func(t *testing.T) {
			d := survey.Definition{Key: "parcel", Name: both("Parcel"), Languages: []string{"fr", "en"}, Sections: []survey.Section{{Questions: []survey.Question{
				{Key: "nps", Kind: survey.NPS, Text: both("Would you recommend us?")}, {Key: "why", Kind: survey.Text, Text: both("Why?")}, photo}}}}
			c.change(&d, &d.Sections[0].Questions[2])
			err := d.Check()
			if c.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.field+": ") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAPublishedSurveyIsArchivedNotDeleted(t *testing.T) {
	ctx := context.Background()
	s := survey.New(recordtest.SQLite(t))
	if _, err := s.Save(ctx, "lea", delivery(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(ctx, "lea", "delivery"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, "delivery"); cx.KindOf(err) != cx.Conflict {
		t.Errorf("%v", err)
	}
	if err := s.Archive(ctx, "lea", "delivery", true); err != nil {
		t.Fatal(err)
	}
	if one, err := s.Survey(ctx, "delivery"); err != nil || one.Asking() {
		t.Errorf("%+v %v", one, err)
	}
	if err := s.Archive(ctx, "lea", "none", true); cx.KindOf(err) != cx.NotFound {
		t.Errorf("%v", err)
	}
}
