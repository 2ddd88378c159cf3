package web

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// posted is what a browser sends of a form left as it was drawn.
func posted(p *surveyFormPage) url.Values {
	f := url.Values{}
	option := func(l []ui.Option) string {
		for _, o := range l {
			if o.Selected {
				return o.Value
			}
		}
		return ""
	}
	row := func(c *condForm, r condRow) {
		for name, v := range map[string]string{"_what": r.What, "_test": r.Test, "_value": r.Value, "_to": r.To} {
			f.Add(c.Prefix+name, v)
		}
	}
	for _, g := range p.Groups {
		for _, one := range g.Fields {
			switch {
			case one.Kind == "select":
				f.Set(one.Name, option(one.Options))
			case one.Kind != "checkbox":
				f.Set(one.Name, one.Value)
			case one.Checked:
				f.Set(one.Name, "1")
			}
		}
		for _, line := range g.Lines {
			for _, one := range line.Fields {
				if one.Kind == "select" {
					f.Add(one.Name, option(one.Options))
				} else {
					f.Add(one.Name, one.Value)
				}
			}
		}
		if g.If != nil {
			for _, r := range g.If.Rows {
				row(g.If, r)
			}
			if g.If.Any {
				f.Set(g.If.Prefix+"_any", "1")
			}
		}
		for _, j := range g.Jumps {
			f.Add("go_target", option(j.To))
			row(j.If, j.Row)
		}
	}
	return f
}

func TestAFormSentBackAsItWasDrawnChangesNothing(t *testing.T) {
	templates, err := survey.Templates()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range templates {
		for _, tag := range lang.Tags() {
			x := &surveyRoom{ground: &ground{visit: &visit{Lang: lang.For(tag)}, Catalogue: &catalogue.Catalogue{}, Journeys: &journey.Journeys{}}, Survey: survey.Survey{Draft: d}}
			got, err := cloned(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := readSettings(posted(x.newSettingsPage()), &got); err != nil {
				t.Fatal(err)
			}
			if err := x.readEndings(posted(x.newEndingsPage()), &got); err != nil {
				t.Fatal(err)
			}
			for i := range got.Sections {
				if err := x.readSection(posted(x.newSectionPage(strconv.Itoa(i), &d.Sections[i])), &got.Sections[i]); err != nil {
					t.Fatal(err)
				}
			}
			for _, q := range got.Questions() {
				if *q, err = x.readQuestion(posted(&surveyFormPage{Groups: x.questionGroups(d.Question(q.Key))}), *q); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(d, got); diff != "" {
				t.Errorf("%s in %s: %s", d.Key, tag, diff)
			}
		}
	}
}
