package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// arrangePage lets somebody choose the blocks of their home page and their order, with buttons alone.
type arrangePage struct {
	frame  ui.Frame
	visit  *visit
	Shown  []homeBlock
	Hidden []homeBlock
	Own    bool
}

func (s *Server) newArrangePage(ctx context.Context, v *visit) (*arrangePage, error) {
	p := &arrangePage{visit: v, frame: v.frame(v.Lang.T("home.arrange.title"), ui.SectionCockpit)}
	p.frame.Sub, p.frame.Crumb = v.Lang.T("home.arrange.sub"), []ui.Link{{Label: v.Lang.T("ui.nav.cockpit"), Href: "/"}}
	var err error
	if p.Shown, p.Own, err = s.homeOf(ctx, v.Viewer); err != nil {
		return nil, err
	}
	for _, b := range homeBlocks() {
		if v.Viewer.May(b.Right) && !slices.ContainsFunc(p.Shown, func(x homeBlock) bool { return x.Key == b.Key }) {
			p.Hidden = append(p.Hidden, b)
		}
	}
	return p, nil
}

func (s *Server) serveArrange(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newArrangePage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, arrangeView(p))
}

// doArrange moves, hides, adds or drops one block ("do" and "block"), or gives the role's page again.
func (s *Server) doArrange(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	do, key := r.PostForm.Get("do"), r.PostForm.Get("block")
	if do == "reset" {
		if err := s.People.ResetHome(r.Context(), v.Viewer.UserID); err != nil {
			return err
		}
		s.done(r, v, v.Lang.T("home.reset.done"), nil)
		http.Redirect(w, r, arrangePath, http.StatusSeeOther)
		return nil
	}
	p, err := s.newArrangePage(r.Context(), v)
	if err != nil {
		return err
	}
	keys, ok := p.arranged(do, key)
	if do == "drop" {
		keys, ok = p.dropped(key, dropPlace{r.PostForm.Get("into"), r.PostForm.Get("place")})
	}
	if !ok {
		return cx.Fail(cx.Invalid, "block", "home.unknown")
	}
	if err := s.People.SetHome(r.Context(), v.Viewer.UserID, keys); err != nil {
		return err
	}
	before := []ui.Hidden{{Name: "do", Value: "all"}, {Name: "block", Value: strings.Join(p.keys(), " ")}}
	if do == "all" {
		s.done(r, v, v.Lang.T("settings.saved"), nil)
		http.Redirect(w, r, arrangePath, http.StatusSeeOther)
		return nil
	}
	s.done(r, v, v.Lang.T("home.done."+do, "block", v.Lang.T("home.block."+key)), &ui.Undo{Action: arrangePath, Fields: before})
	http.Redirect(w, r, arrangePath+"#b-"+key, http.StatusSeeOther)
	return nil
}

func (p *arrangePage) keys() []string {
	keys := make([]string, len(p.Shown))
	for i, b := range p.Shown {
		keys[i] = b.Key
	}
	return keys
}

// arranged gives the keys shown after one change; false when there is no such block or no such change.
func (p *arrangePage) arranged(do, key string) ([]string, bool) {
	keys := p.keys()
	at := slices.Index(keys, key)
	switch {
	case do == "all":
		return p.known(strings.Fields(key))
	case do == "add":
		_, hidden := p.known([]string{key})
		return append(keys, key), hidden && at < 0
	case at < 0:
		return nil, false
	case do == "hide":
		return slices.Delete(keys, at, at+1), true
	case do == "up" && at > 0:
		keys[at], keys[at-1] = keys[at-1], keys[at]
	case do == "down" && at < len(keys)-1:
		keys[at], keys[at+1] = keys[at+1], keys[at]
	case do != "up" && do != "down":
		return nil, false
	}
	return keys, true
}

// dropPlace is where a block was dropped: among those shown, before the place-th of the others, or among the hidden.
type dropPlace struct{ into, place string }

// dropped gives the keys shown after a block was dragged; false when there is no such block or no such place.
func (p *arrangePage) dropped(key string, to dropPlace) ([]string, bool) {
	if _, ok := p.known([]string{key}); !ok {
		return nil, false
	}
	keys := slices.DeleteFunc(p.keys(), func(k string) bool { return k == key })
	if to.into == "hidden" {
		return keys, true
	}
	at, err := strconv.Atoi(to.place)
	if err != nil || at < 0 || at > len(keys) || to.into != "shown" {
		return nil, false
	}
	return slices.Insert(keys, at, key), true
}

// known tells whether all keys are of blocks that the viewer may put on the page, each once.
func (p *arrangePage) known(keys []string) ([]string, bool) {
	for i, k := range keys {
		is := func(b homeBlock) bool { return b.Key == k }
		if slices.Contains(keys[:i], k) || !slices.ContainsFunc(p.Shown, is) && !slices.ContainsFunc(p.Hidden, is) {
			return nil, false
		}
	}
	return keys, true
}

// arrangeDo is a button beside a block.
type arrangeDo struct {
	do, icon string
	off      bool
}

// id stays the same when a block goes from one list to the other, so that the focus goes with it.
func (a arrangeDo) id(key string) string {
	if a.do == "hide" || a.do == "add" {
		return "put-" + key
	}
	return a.do + "-" + key
}
