package respond

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/picture"
)

// emblem is the picture of who asks: the survey's own logo, else the organisation's.
type emblem struct {
	Light, Dark string // addresses, by the theme of the page; "" none
	Alt         string
}

// wear gives a page the logo of the version of a survey that is answered.
func (f *frame) wear(d *survey.Definition, n int64) {
	if d.Theme.Logo == "" || d.Theme.NoLogo {
		return
	}
	at := fmt.Sprintf("/q/logo/%s/%d", url.PathEscape(string(d.Key)), n)
	f.Emblem = emblem{Light: at + ".png", Dark: at + "-dark.png", Alt: f.altOf(d)}
}

// carry is wear for a preview: of a draft there is no address, so that the page holds the picture.
func (f *frame) carry(d *survey.Definition) error {
	b := d.Theme.Picture()
	if b == nil || d.Theme.NoLogo {
		return nil
	}
	light, err := picture.On(b, false)
	if err != nil {
		return err
	}
	dark, err := picture.On(b, true)
	if err != nil {
		return err
	}
	f.Emblem = emblem{Light: picture.DataURL(light), Dark: picture.DataURL(dark), Alt: f.altOf(d)}
	return nil
}

func (f *frame) altOf(d *survey.Definition) string {
	return cmp.Or(d.In(d.Theme.LogoAlt, f.Tag), d.In(d.Welcome.Who, f.Tag), f.Name)
}

// serveLogo gives the logo of a published version, which never changes: 3.png on a light page, 3-dark.png on a dark one.
func (s *Server) serveLogo(w http.ResponseWriter, r *http.Request) error {
	name, png := strings.CutSuffix(r.PathValue("file"), ".png")
	number, dark := strings.CutSuffix(name, "-dark")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !png || n < 1 {
		return cx.Fail(cx.NotFound, "", "response.unknown")
	}
	v, err := s.d.Surveys.Published(r.Context(), cx.SurveyID(r.PathValue("survey")), n)
	if err != nil {
		return err
	}
	b := v.Theme.Picture()
	if b == nil {
		return cx.Fail(cx.NotFound, "", "response.unknown")
	}
	if b, err = picture.On(b, dark); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(b) // the browser has gone: nobody to tell
	return nil
}
