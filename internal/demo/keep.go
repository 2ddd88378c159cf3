package demo

import (
	"context"
	"slices"

	"vigie/internal/understand/view"
)

// keep saves the questions that the cast keeps in the explorer, each once.
func (s *Story) keep(ctx context.Context, d Deps) error {
	for _, k := range s.file.Views {
		m := s.file.Cast[slices.IndexFunc(s.file.Cast, func(m Member) bool { return m.Key == k.Owner })]
		u, err := d.People.UserByEmail(ctx, m.Email)
		if err != nil {
			return err
		}
		who, err := d.People.ViewerOf(ctx, u)
		if err != nil {
			return err
		}
		have, err := d.Views.Views(ctx, who)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(have, func(v view.View) bool { return v.Name == k.Name }) {
			continue
		}
		if _, err := d.Views.Save(ctx, who, view.New{Name: k.Name, Question: k.Question, SeenBy: k.For}); err != nil {
			return err
		}
	}
	return nil
}
