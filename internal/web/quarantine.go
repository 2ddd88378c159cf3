package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// quarantinePage tells what waits and why, and what mappings did.
type quarantinePage struct {
	*settingsPage
	Error    string
	Waiting  []waitingView
	More     string      // says how many keys are not shown
	Units    []ui.Option // offered while one types; none when they are too many
	Many     bool        // they are, and are looked for while one types
	Stages   []ui.Option // where a new touchpoint goes
	Unknown  int         // units that wait to be created
	Mappings []mappingView
}

// waitingView is one unknown key with what may be done of it.
type waitingView struct {
	ID, Kind, Key string
	Says          string
	Typed         string      // what was looked for
	Guesses       []ui.Option // the likeliest, or what was found: one click each
	Known         []ui.Option // touchpoints; units are typed
}

type mappingView struct {
	Kind, Key, Says string
}

const (
	quarantineAt  = "/settings/quarantine"
	unitsTyped    = 1000 // units offered while one types
	guessesShown  = 3
	waitingShown  = 100 // keys on one page, the most wanted first
	aTouchpoint   = "touchpoint"
	aUnit         = "unit"
	doMap, doUndo = "map", "undo"
)

// waitingBuilder draws the keys that wait.
type waitingBuilder struct {
	*ground
	units, touchpoints []candidate
	asked              lookedFor
}

// lookedFor is what somebody typed for one key and that named nothing, or several.
type lookedFor struct{ kind, from, typed string }

func (s *Server) newQuarantinePage(ctx context.Context, g *ground, asked lookedFor) (*quarantinePage, error) {
	l := g.lang()
	p := &quarantinePage{settingsPage: s.newSettings(g.visit, quarantineAt)}
	waiting, err := s.Door.Waiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("quarantine: %w", err)
	}
	mappings, err := s.Door.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	b := &waitingBuilder{ground: g, units: g.knownUnits(), touchpoints: g.knownTouchpoints(), asked: asked}
	for i, w := range waiting {
		if w.Field == aUnit {
			p.Unknown++
		}
		if i < waitingShown || asked.typed != "" && w.Field == asked.kind && w.Key == asked.from {
			p.Waiting = append(p.Waiting, b.view(i, w))
		}
	}
	if more := len(waiting) - len(p.Waiting); more > 0 {
		p.More = l.T("quarantine.more", "count", more)
	}
	for _, m := range mappings {
		p.Mappings = append(p.Mappings, mappingView{Kind: m.Kind, Key: m.Key, Says: g.mappingText(m)})
	}
	p.Many = len(b.units) > unitsTyped
	for _, u := range b.units {
		if !p.Many {
			p.Units = append(p.Units, u.Option)
		}
	}
	for _, j := range g.Journeys.List {
		for _, x := range j.Stages {
			p.Stages = append(p.Stages, ui.Option{Value: string(j.Key) + "/" + string(x.Key), Label: l.Text(j.Name) + " › " + l.Text(x.Name)})
		}
	}
	p.Stages = append(p.Stages, ui.Option{Value: "", Label: l.T("quarantine.newjourney")})
	if len(waiting) == 0 {
		p.Empty = &ui.State{Title: l.T("settings.quarantine.none"), Text: l.T("settings.quarantine.none.text")}
	}
	return p, nil
}

// waitingView of one key; typed is what was looked for in vain, "" when nothing was.
func (b *waitingBuilder) view(n int, w collect.Waits) waitingView {
	l := b.lang()
	v := waitingView{ID: "w" + strconv.Itoa(n), Kind: w.Field, Key: w.Key}
	v.Says = l.T("settings.quarantine.kind."+w.Field) + " · " + l.T("settings.quarantine.count", "count", w.N) + " · " + l.T("settings.quarantine.since", "at", w.Since)
	all := b.units
	if w.Field == aTouchpoint {
		all = b.touchpoints
		for _, o := range all {
			v.Known = append(v.Known, o.Option)
		}
	}
	v.Guesses = alike(w.Key, all)
	if a := b.asked; a.typed != "" && a.kind == w.Field && a.from == w.Key {
		v.Typed, v.Guesses = a.typed, find(a.typed, all, keysFound)
	}
	return v
}

func (g *ground) mappingText(m collect.Mapping) string {
	l := g.lang()
	name := l.T("quarantine.nothing." + m.Kind)
	switch {
	case m.To != "" && m.Kind == aTouchpoint:
		name = g.touchpointName(cx.TouchpointID(m.To))
	case m.To != "":
		name = g.Organisation.Name(cx.UnitID(m.To), l.Tag())
	}
	return l.T("quarantine.mapped", "name", name, "count", m.N, "at", m.Since)
}

func (s *Server) serveQuarantine(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.showQuarantine(w, r, v, nil, lookedFor{})
}

func (s *Server) showQuarantine(w http.ResponseWriter, r *http.Request, v *visit, problem error, asked lookedFor) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newQuarantinePage(r.Context(), g, asked)
	if err != nil {
		return err
	}
	if problem == nil {
		return s.render(w, r, quarantineView(p))
	}
	p.Error = v.Lang.Error(problem)
	return s.renderAs(w, r, api.Status(cx.KindOf(problem)), quarantineView(p))
}

// doAlias maps a waiting key, to something known, new or nothing, or takes a mapping back; what followed is said.
func (s *Server) doAlias(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	x := mapping{s: s, v: v, r: r, kind: r.PostForm.Get("kind"), from: r.PostForm.Get("from")}
	said, what, err := x.do(r.Context())
	if kind := cx.KindOf(err); err != nil && kind != cx.Internal && kind != cx.Unavailable {
		return s.showQuarantine(w, r, v, err, lookedFor{x.kind, x.from, strings.TrimSpace(r.PostForm.Get("to"))})
	}
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: x.kind + ":" + x.from}); err != nil {
		return err
	}
	s.toast(r, said)
	http.Redirect(w, r, quarantineAt, http.StatusSeeOther)
	return nil
}

// mapping is one form of the quarantine page.
type mapping struct {
	s          *Server
	v          *visit
	r          *http.Request
	kind, from string
}

func (x mapping) do(ctx context.Context) (said, what string, err error) {
	f, l := x.r.PostForm, x.v.Lang
	if x.kind != aTouchpoint && x.kind != aUnit {
		return "", "", cx.Fail(cx.Invalid, "kind", "collect.alias_kind", "value", x.kind)
	}
	if f.Get("do") == doUndo {
		n, err := x.s.Door.Unalias(ctx, x.kind, x.from)
		return l.T("quarantine.undone", "count", n), "alias.undo", err
	}
	to := strings.TrimSpace(f.Get("to"))
	switch f.Get("do") {
	case "create":
		to, err = x.create(ctx, cmp.Or(strings.TrimSpace(f.Get("name")), x.from))
	case "ignore":
		to = ""
	case "", doMap:
		if to == "" {
			return "", "", cx.Fail(cx.Invalid, "to", "quarantine.choose")
		}
		if x.kind == aUnit {
			to, err = x.unit(ctx, to)
		}
	default: // a guess, by its button
		to = strings.TrimPrefix(f.Get("do"), "to:")
	}
	if err != nil {
		return "", "", err
	}
	n, err := x.s.Door.Alias(ctx, x.kind, x.from, to)
	return l.T("settings.quarantine.repaired", "count", n), "alias.add", err
}

// unit finds the one that was typed: its key or its name.
func (x mapping) unit(ctx context.Context, typed string) (string, error) {
	o, err := x.s.People.Present(ctx)
	if err != nil {
		return "", err
	}
	if _, known := o.Unit(cx.UnitID(typed)); known {
		return typed, nil
	}
	var same []string
	for _, u := range o.Units() {
		if intake.Slug(o.Name(u.Key, x.v.Lang.Tag())) == intake.Slug(typed) {
			same = append(same, string(u.Key))
		}
	}
	if len(same) == 1 {
		return same[0], nil
	}
	if len(same) > 1 {
		return "", cx.Fail(cx.Invalid, "to", "quarantine.several", "value", typed, "keys", shortNames(same))
	}
	near := find(typed, (&ground{visit: x.v, Organisation: o}).knownUnits(), 2)
	if len(near) == 0 {
		return "", cx.Fail(cx.Invalid, "to", "collect.unknown_unit", "value", typed)
	}
	return "", cx.Fail(cx.Invalid, "to", "quarantine.choose_found", "value", typed)
}

// create makes the touchpoint or the unit that a key stands for, and gives its key here.
func (x mapping) create(ctx context.Context, name string) (string, error) {
	key := intake.Slug(x.from)
	if x.kind == aUnit {
		o, err := x.s.People.Present(ctx)
		if err != nil {
			return "", err
		}
		if _, taken := o.Unit(cx.UnitID(key)); taken {
			return "", cx.Fail(cx.Conflict, "name", "quarantine.unit_taken", "key", key)
		}
		return key, x.s.People.PutUnits(ctx, []people.Unit{{Key: cx.UnitID(key), Name: cx.Text{x.v.Lang.Tag(): name}}})
	}
	at, err := x.s.Journeys.Present(ctx)
	if err != nil {
		return "", err
	}
	where, stage, _ := strings.Cut(x.r.PostForm.Get("stage"), "/")
	j := journey.Journey{Key: cx.JourneyID(where)}
	if have, err := at.Journey(j.Key); err == nil {
		j.Name = have.Name
	} else {
		title := x.v.Lang.T("import.journey")
		j.Key, j.Name, stage = cx.JourneyID(intake.Slug(title)), cx.Text{"fr": title}, "imported"
	}
	j.Stages = []journey.Stage{{Key: cx.StageID(stage), Name: cx.Text{"fr": x.v.Lang.T("import.stage")},
		Touchpoints: []journey.Touchpoint{{Key: cx.TouchpointID(key), Name: cx.Text{"fr": name}}}}}
	return key, intake.Declare(ctx, intake.Map{Journey: &j}, x.v.Viewer.Actor(), intake.House{Catalogue: x.s.Catalogue, Journeys: x.s.Journeys})
}
