package invite

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// asked is what planning and sending need of a survey.
type asked struct {
	*survey.Definition
	version int64
	topic   string
	program cx.Program
	asking  bool
}

// askedOf reads surveys once each.
type askedOf struct {
	s     *Store
	known map[cx.SurveyID]asked
}

func (s *Store) surveys() *askedOf { return &askedOf{s: s, known: map[cx.SurveyID]asked{}} }

// of gives a survey as it is asked; one that is unknown or not published is not asking.
func (k *askedOf) of(ctx context.Context, key cx.SurveyID) (asked, error) {
	if a, ok := k.known[key]; ok {
		return a, nil
	}
	a := asked{topic: string(key), program: cx.Transactional}
	one, err := k.s.d.Surveys.Survey(ctx, key)
	if cx.KindOf(err) == cx.NotFound {
		k.known[key] = a
		return a, nil
	}
	if err != nil {
		return a, err
	}
	if one.Version > 0 {
		v, err := k.s.d.Surveys.Published(ctx, key, 0)
		if err != nil {
			return a, err
		}
		a.Definition, a.version, a.asking = &v.Definition, v.N, one.Asking()
		if v.Topic != "" {
			a.topic = v.Topic
		}
		if v.Program != "" {
			a.program = v.Program
		}
	}
	k.known[key] = a
	return a, nil
}
