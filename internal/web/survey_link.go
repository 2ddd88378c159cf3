package web

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// framePolicy is that of a page that frames one of ours.
const framePolicy = policy + "; frame-src 'self'"

// framedPolicy is that of a page which stands in one of ours.
func framedPolicy() string {
	return strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1)
}

// surveyLinkPage gives the address at which anybody answers, its QR code, and the same survey on a site or a tablet.
type surveyLinkPage struct {
	*surveyRoom
	frame          ui.Frame
	Fields         []ui.Field
	Link, QR       string
	Button, Inline string // tags of the widget
	Kiosk          string
}

func (x *surveyRoom) newLinkPage(root string, q url.Values) (*surveyLinkPage, error) {
	l := x.lang()
	p := &surveyLinkPage{surveyRoom: x, frame: x.page(x.name())}
	p.Fields = x.linkFields(q)
	if x.Version == 0 {
		return p, nil
	}
	where := url.Values{}
	for _, name := range []string{"touchpoint", "unit", "channel"} {
		if v := q.Get(name); v != "" && len(v) <= 100 {
			where.Set(name, v)
		}
	}
	p.Button, p.Inline = widgetTag(root, x.Draft.Key, where, ""), widgetTag(root, x.Draft.Key, where, "inline")
	page := root + "/q/" + url.PathEscape(string(x.Draft.Key))
	p.Kiosk = page + "?kiosk=1"
	if len(where) > 0 {
		p.Kiosk += "&" + where.Encode()
	}
	if via := q.Get("via"); slices.Contains(linkWays, via) {
		where.Set("via", via)
	}
	p.Link = page
	if len(where) > 0 {
		p.Link += "?" + where.Encode()
	}
	var err error
	p.QR, err = drawQR(p.Link, l.T("surveys.link.qr"))
	return p, err
}

// linkWays are the ways in which a link is handed out; a tablet has an address of its own.
var linkWays = []string{"qr", "web", "paper", "email", "sms"}

func (x *surveyRoom) linkFields(q url.Values) []ui.Field {
	l := x.lang()
	none := ui.Option{Label: l.T("surveys.link.none")}
	channels, ways := []ui.Option{none}, []ui.Option{none}
	for _, c := range cx.Channels {
		channels = append(channels, ui.Option{Value: c, Label: x.channelName(c), Selected: c == q.Get("channel")})
	}
	for _, c := range linkWays {
		ways = append(ways, ui.Option{Value: c, Label: l.T("surveys.via." + c), Selected: c == q.Get("via")})
	}
	return []ui.Field{
		{Name: "touchpoint", Kind: "select", Label: l.T("surveys.field.touchpoint"), Options: x.touchpointOptions(cx.TouchpointID(q.Get("touchpoint")))},
		x.linkUnit(cx.UnitID(q.Get("unit"))),
		{Name: "channel", Kind: "select", Label: l.T("surveys.link.channel"), Options: channels}, {Name: "via", Kind: "select", Label: l.T("surveys.link.via"), Options: ways}}
}

// linkUnit is where the unit's code is typed, or picked as long as there are few enough.
func (x *surveyRoom) linkUnit(chosen cx.UnitID) ui.Field {
	f := ui.Field{Name: "unit", Label: x.lang().T("surveys.link.unit"), Value: string(chosen), Max: 100}
	known := chosen == ""
	for _, u := range x.Organisation.Units() {
		known = known || u.Key == chosen
		if !u.Closed && len(f.Options) < mostUnits {
			f.Options = append(f.Options, ui.Option{Value: string(u.Key), Label: x.unitLabel(u.Key)})
		}
	}
	if !known {
		f.Error = x.lang().T("surveys.link.unit_unknown")
	}
	return f
}

// widgetTag is the line that puts a survey on a site; mode "" is the button.
func widgetTag(root string, key cx.SurveyID, where url.Values, mode string) string {
	var b strings.Builder
	b.WriteString(`<script src="` + html.EscapeString(root) + `/w.js" data-survey="` + html.EscapeString(string(key)) + `"`)
	if mode != "" {
		b.WriteString(` data-mode="` + mode + `"`)
	}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		b.WriteString(` data-` + name + `="` + html.EscapeString(where.Get(name)) + `"`)
	}
	return b.String() + ` async></script>`
}

// touchpointOptions lists the touchpoints, none first.
func (g *ground) touchpointOptions(chosen cx.TouchpointID) []ui.Option {
	out := []ui.Option{{Label: g.lang().T("surveys.link.none")}}
	known := false
	for _, t := range g.Journeys.Touchpoints() {
		out = append(out, ui.Option{Value: string(t.Touchpoint.Key), Label: g.lang().Text(t.Touchpoint.Name), Selected: t.Touchpoint.Key == chosen})
		known = known || t.Touchpoint.Key == chosen
	}
	if !known && chosen != "" {
		out = append(out, ui.Option{Value: string(chosen), Label: string(chosen), Selected: true})
	}
	return out
}

func (s *Server) serveSurveyLink(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	p, err := x.newLinkPage(s.publicURL(v), r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, r, surveyLinkView(p))
}

// serveSurveyYAML gives the draft as a file, or the version asked for.
func (s *Server) serveSurveyYAML(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	d, name := x.Draft, string(x.Draft.Key)
	if n := queryID(r.URL.Query().Get("version")); n > 0 {
		version, err := s.Surveys.Published(r.Context(), x.Draft.Key, n)
		if err != nil {
			return err
		}
		d, name = version.Definition, name+"-"+strconv.FormatInt(n, 10)
	}
	text, err := d.YAML()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.yaml"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	if _, err := w.Write(text); err != nil {
		s.log.Debug("file not sent", "err", err) // the browser has gone
	}
	return nil
}

// surveyImportPage replaces the draft by a definition.
type surveyImportPage struct {
	*surveyRoom
	frame   ui.Frame
	Text    string
	Refused *refusedSurvey
}

func (x *surveyRoom) newYAMLPage(text string) *surveyImportPage {
	return &surveyImportPage{surveyRoom: x, frame: x.under(x.lang().T("surveys.yaml.in")), Text: text}
}

func (s *Server) serveSurveyImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	text, err := x.Draft.YAML()
	if err != nil {
		return err
	}
	return s.render(w, r, surveyImportView(x.newYAMLPage(string(text))))
}

func (s *Server) doSurveyImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	text, err := readYAML(w, r)
	if err != nil {
		return err
	}
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		next, err := survey.ParseYAML([]byte(text))
		if err != nil {
			return err
		}
		if next.Key == "" {
			next.Key = d.Key
		}
		if next.Key != d.Key {
			return cx.Fail(cx.Invalid, "key", "surveys.other_key", "key", string(next.Key), "survey", string(d.Key))
		}
		*d = next
		return nil
	})
	if err == nil {
		s.toast(r, v.Lang.T("journey.yaml.adopted"))
		http.Redirect(w, r, x.at(""), http.StatusSeeOther)
		return nil
	}
	p := x.newYAMLPage(text)
	if p.Refused, err = x.refuse(err); err != nil {
		return err
	}
	status := cx.Invalid
	if p.Refused.Conflict {
		status = cx.Conflict
	}
	return s.renderAs(w, r, api.Status(status), surveyImportView(p))
}
