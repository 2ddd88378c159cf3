package survey

import (
	"vigie/internal/cx"
	"vigie/internal/picture"
)

// Picture gives the logo as a PNG, nil when the survey has none of its own.
func (t Theme) Picture() []byte { return picture.FromDataURL(t.Logo) }

// redraw makes of the logo a small PNG of which nothing but the points comes from outside.
func (t *Theme) redraw() error {
	if t.Logo == "" {
		return nil
	}
	b := t.Picture()
	if b == nil {
		return cx.Fail(cx.Invalid, "theme.logo", "survey.logo")
	}
	b, err := picture.Logo(b, "theme.logo")
	if err != nil {
		return err
	}
	t.Logo = picture.DataURL(b)
	return nil
}

// Brief gives the definition as it is read by people: the logo by its weight alone.
func (d Definition) Brief() Definition {
	if b := d.Theme.Picture(); b != nil {
		d.Theme.Logo = "data:image/png;base64,…"
	}
	return d
}
