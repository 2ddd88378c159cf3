package web

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// follow lets an open page hear of what the customer says next.
func (p *customerPage) follow(all []cx.Feedback) {
	at := customerAddress(p.ID) + "?part=timeline&seen=" + seenMark(all)
	if p.AllHref == "" && len(p.Timeline) > timelineShown {
		at += "&all=1"
	}
	p.frame.LiveURL = p.ground.liveURL()
	p.Live = &ui.Live{URL: at, Events: liveEvent, Hold: true}
}

// seenMark names a timeline as it is: another feedback, one gone or one changed give another.
func seenMark(all []cx.Feedback) string {
	h := fnv.New64a()
	for _, f := range all {
		var b [17]byte
		binary.LittleEndian.PutUint64(b[:], uint64(f.ID))
		if !f.Amended.IsZero() {
			binary.LittleEndian.PutUint64(b[8:], uint64(f.Amended.UnixMicro()))
		}
		b[16] = byte(f.State)
		h.Write(b[:])
	}
	return fmt.Sprintf("%x", h.Sum64())
}

// lived is a feedback on the customer's own line of time: its mood, what was delivered, every other score, whether it waits
// and whether it was changed since.
func (g *ground) lived(f cx.Feedback) ui.Voice {
	l := g.lang()
	v := g.voice(f, nil)
	main, point, ok := g.mood(f)
	if ok {
		v.Score, v.Tone = g.scoreText(main.Metric, point), boxOf(main.Indicator, main.Metric, point)
	}
	if main.Metric.Key != "" && v.Score != "" {
		v.Context = strings.TrimPrefix(v.Context+" · "+main.short(l), " · ")
	}
	kept := g.promisedBy(f.Touchpoint)
	for _, s := range g.scoreLines(f) {
		chip := ui.Chip{Text: s.Name + " " + s.Value, Sign: map[ui.Tone]string{ui.Good: "pos", ui.Bad: "neg"}[s.Tone]}
		switch {
		case s.Name == l.Text(main.Metric.Name): // the score itself
		case slices.Contains(kept, s.Name):
			chip.Text = l.T("customer.delivered", "name", s.Name, "value", s.Value)
			v.Chips = slices.Insert(v.Chips, 0, chip)
		default:
			v.Chips = append(v.Chips, chip)
		}
	}
	if f.State == cx.Quarantined {
		v.Chips = append(v.Chips, ui.Chip{Text: l.T("customer.waits")})
	}
	return g.changed(v, f)
}

// changed marks a feedback that is not as it came.
func (g *ground) changed(v ui.Voice, f cx.Feedback) ui.Voice {
	if !f.Amended.IsZero() {
		v.Chips = append(v.Chips, ui.Chip{Text: g.lang().T("customer.amended", "when", g.saidAt(f.Amended))})
	}
	return v
}

// promisedBy names the metrics by which the promises of a touchpoint are measured: what customers say was delivered.
func (g *ground) promisedBy(t cx.TouchpointID) []string {
	place, ok := g.Journeys.Place(t)
	if !ok {
		return nil
	}
	var out []string
	for _, p := range place.Touchpoint.Promises {
		if i, ok := g.Catalogue.Indicators[p.Indicator]; ok {
			out = append(out, g.lang().Text(g.Catalogue.Metrics[i.Metric].Name))
		}
	}
	return out
}
