package insight

import (
	"runtime"
	"slices"
	"sync"

	"vigie/internal/cx"
)

// rowsAtOnce are made by one goroutine: fewer are not worth another.
const rowsAtOnce = 2000

// rows makes figures of cells and puts them in order: time and scores ascending, the rest by n of their value.
func (p *plan) rows(cells *tally, beside *besides) []Row {
	cells.sort()
	out := make([]Row, len(cells.list))
	m := rowMaker{spec: cx.NewSpec(p.indicator, p.metric), cells: cells, beside: beside}
	share := max(rowsAtOnce, (len(out)+runtime.NumCPU()-1)/runtime.NumCPU())
	var wg sync.WaitGroup
	from := 0
	for part := range slices.Chunk(out, share) {
		list := cells.list[from : from+len(part)]
		from += len(part)
		wg.Go(func() { m.make(part, list) })
	}
	wg.Wait()
	return out
}

// rowMaker makes rows of cells; several may work at once, each on cells of its own.
type rowMaker struct {
	spec   cx.Spec
	cells  *tally
	beside *besides
}

func (m rowMaker) make(out []Row, list []*counted) {
	var h cx.Histogram
	for k, c := range list {
		r := &out[k]
		r.By = make(map[string]string, len(m.cells.axes))
		for n, a := range m.cells.axes {
			r.By[a.d.name] = a.names[c.ids[n]]
		}
		r.Figure = c.figure(m.spec, &h)
		if m.beside == nil {
			continue
		}
		var f cx.Figure
		if there := m.beside.find(m.cells.codes(c)); there != nil {
			f = there.figure(m.spec, &h)
		}
		r.Versus = &Compared{Figure: f, Compared: cx.Difference(r.Figure, f)}
	}
}
