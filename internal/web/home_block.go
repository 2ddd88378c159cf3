package web

import (
	"context"

	"github.com/a-h/templ"

	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// homeBlocks are all there are, in the order in which they are offered.
func homeBlocks() []homeBlock {
	return []homeBlock{
		{"health", people.Administer, false, (*Server).healthBlock},
		{"find", people.ReadPeople, false, (*Server).findBlock},
		{"waiting", people.EditStructure, false, (*Server).waitingBlock},
		{"relation", people.ReadFigures, true, (*Server).relationBlock},
		{"promises", people.ReadFigures, true, (*Server).promisesBlock},
		{"heads", people.ReadFigures, false, (*Server).headsBlock},
		{"norm", people.ReadFigures, false, (*Server).normBlock},
		{"map", people.ReadFigures, false, (*Server).mapHomeBlock},
		{"worst", people.ReadFigures, true, (*Server).worstBlock},
		{"moves", people.ReadFigures, true, (*Server).movesBlock},
		{"unhappy", people.ReadPeople, true, (*Server).unhappyBlock},
		{"praise", people.ReadPeople, true, (*Server).praiseBlock},
		{"own", people.ReadPeople, true, (*Server).ownBlock},
		{"voices", people.ReadPeople, true, (*Server).voicesHomeBlock},
		{"views", people.ReadFigures, true, (*Server).viewsBlock},
		{"silent", people.ReadFigures, true, (*Server).silentBlock},
		{"odd", people.ReadFigures, true, (*Server).oddBlock},
		{"trail", people.ReadAudit, false, (*Server).trailBlock},
		{"doors", people.ReadFigures, false, (*Server).doorsBlock},
	}
}

// roleBlocks are what each role comes for (product.md, "Who uses it").
func roleBlocks(r people.Role) []string {
	switch r {
	case people.Administrator:
		return []string{"health", "waiting", "heads", "map", "moves", "voices"}
	case people.Committee:
		return []string{"relation", "worst", "promises", "moves"}
	case people.Manager:
		return []string{"norm", "map", "unhappy", "moves", "silent", "odd"}
	case people.Adviser:
		return []string{"find", "praise", "own", "doors"}
	case people.Relay:
		return []string{"norm", "moves", "praise", "unhappy", "worst", "views"}
	case people.Analyst:
		return []string{"moves", "views", "unhappy", "voices", "worst", "odd"}
	case people.Marketing:
		return []string{"moves", "worst", "unhappy", "praise", "voices", "views"}
	case people.DPO:
		return []string{"doors", "trail"}
	}
	return []string{"waiting", "heads", "map", "moves", "voices"}
}

// cockpitPart draws one part of the live journey, narrowed as the home page is; the block it stands in asks for it again.
func (s *Server) cockpitPart(ctx context.Context, h *homeStand, part string) *cockpitPage {
	p := &cockpitPage{ground: h.ground, Reads: h.mayRead()}
	if part == "map" || part == "moves" { // both come from one question
		p.Map.Value, p.Map.Err = h.mapped()
	} else {
		s.fillCockpit(ctx, p, h.journey, choice{Part: part})
	}
	p.Heads.Value.Live, p.Map.Value.Live, p.Map.Value.Journey.Live, p.Voices.Value.Live = nil, nil, nil, nil
	return p
}

func (s *Server) headsBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	p := s.cockpitPart(ctx, h, "heads")
	return headsPart(p), p.Heads.Err
}

func (s *Server) mapHomeBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	p := s.cockpitPart(ctx, h, "map")
	return mapPart(p), p.Map.Err
}

func (s *Server) movesBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	p := s.cockpitPart(ctx, h, "moves")
	return movesPart(p), p.Map.Err
}

func (s *Server) voicesHomeBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	p := s.cockpitPart(ctx, h, "voices")
	return voicesPart(p), p.Voices.Err
}

// waitingBlock tells what quarantine holds, when it holds something.
func (s *Server) waitingBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	n, err := s.waiting(ctx, h.ground)
	if err != nil || n == 0 {
		return nil, err
	}
	return waitingNotice(h.lang(), n), nil
}

// normBlock sets the viewer's unit beside those above it.
func (s *Server) normBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	l := h.lang()
	m, ok := measure(h.Catalogue, defaultNorm, nil)
	if !ok {
		return nil, nil
	}
	p := &normPage{ground: h.ground, m: m}
	if p.unit, ok = h.Organisation.Unit(firstUnit(h)); !ok {
		return nil, nil
	}
	heads, err := s.newNormHeads(ctx, p)
	if err != nil {
		return nil, err
	}
	more := ui.Link{Label: l.T("home.norm.open"), Href: h.normAddress(string(p.unit.Key), m.Key)}
	return titledHeads(l, l.T("home.block.norm"), l.T("norm.sub", "unit", l.Text(p.unit.Name), "indicator", l.Text(m.Name)), more, heads), nil
}

// silentBlock lists where nobody answers any more.
func (s *Server) silentBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	t, err := s.newSilent(ctx, h.ground)
	return findingCard(h.ground, block[finding]{Value: t, Err: err}, "trust.silent.note"), err
}

// oddBlock lists the days on which far more came than usual.
func (s *Server) oddBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	t, err := s.newBursts(ctx, h.ground)
	return findingCard(h.ground, block[finding]{Value: t, Err: err}, "trust.bursts.note"), err
}
