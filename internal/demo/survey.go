package demo

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

//go:embed surveys
var surveys embed.FS

// Surveys gives the questionnaires of the company, the one to try first before the others. Their keys are the surveys
// its feedback names.
func (s *Story) Surveys() ([]survey.Definition, error) {
	var l []survey.Definition
	for _, key := range []string{"hot-technician", "hot-call", "barometer", "hot-moving", "field-voice"} {
		b, err := fs.ReadFile(surveys, "surveys/"+key+".yaml")
		if err != nil {
			return nil, err
		}
		d, err := survey.ParseYAML(b)
		if err != nil {
			return nil, fmt.Errorf("survey %s: %w", key, err)
		}
		l = append(l, d)
	}
	return l, nil
}

// ask publishes the surveys the record does not have; what people changed of the others stays.
func (s *Story) ask(ctx context.Context, d Deps) error {
	all, err := s.Surveys()
	if err != nil || d.Surveys == nil {
		return err
	}
	for _, x := range all {
		_, err := d.Surveys.Survey(ctx, x.Key)
		if err == nil {
			continue
		}
		if cx.KindOf(err) != cx.NotFound {
			return err
		}
		if _, err := d.Surveys.Save(ctx, author, x, 0); err != nil {
			return fmt.Errorf("survey %s: %w", x.Key, err)
		}
		if _, err := d.Surveys.Publish(ctx, author, x.Key); err != nil {
			return fmt.Errorf("survey %s: %w", x.Key, err)
		}
	}
	return nil
}
