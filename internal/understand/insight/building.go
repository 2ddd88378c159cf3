package insight

import (
	"context"
	"sync/atomic"

	"vigie/internal/listen/collect"
)

// Building is how far a file of figures being built has come: feedbacks read, of about so many.
type Building struct{ Done, Total int64 }

// building counts while a file is filled.
type building struct {
	done  atomic.Int64
	total int64
}

// Building tells how far the figures are built anew, false when they are not: a newly projected attribute may be crossed
// once they are.
func (i *Insight) Building() (Building, bool) {
	b := i.progress.Load()
	if b == nil {
		return Building{}, false
	}
	return Building{Done: b.done.Load(), Total: b.total}, true
}

// counted gives the record's feedback as Deps.All does, counting it.
func (i *Insight) counted(ctx context.Context, out func(collect.Stored) error) error {
	b := i.progress.Load()
	return i.d.All(ctx, func(f collect.Stored) error {
		b.done.Add(1)
		return out(f)
	})
}

// begin counts from nothing, towards what the file in use holds; the function it gives ends it.
func (i *Insight) begin(ctx context.Context) func() {
	b := &building{}
	if st, err := i.Stats(ctx); err == nil {
		b.total = st.All
	}
	i.progress.Store(b)
	return func() { i.progress.Store(nil) }
}
