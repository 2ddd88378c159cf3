package chart

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dop251/goja"

	"vigie/assets"
)

// Config of a Drawer.
type Config struct {
	Engines int           // JavaScript engines at most; 0: two
	Keep    int           // drawings kept; 0: five hundred
	Within  time.Duration // a drawing may take; 0: five seconds
}

// Deps of a Drawer.
type Deps struct {
	Log *slog.Logger // nil: the default one
}

// Drawer draws charts. It may be used by many at once; it needs no Start, which only warms it.
type Drawer struct {
	config Config
	log    *slog.Logger
	slots  chan *engine // nil: an engine yet to be made
	script func() (*goja.Program, error)
	warm   sync.WaitGroup
	kept   *cache
}

// Drawing is a chart as SVG, for a desk and for a phone: trusted markup.
type Drawing struct{ Wide, Narrow string }

// New makes a Drawer: no engine yet.
func New(c Config, d Deps) *Drawer {
	if c.Engines <= 0 {
		c.Engines = 2
	}
	if c.Keep <= 0 {
		c.Keep = 500
	}
	if c.Within <= 0 {
		c.Within = 5 * time.Second
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	w := &Drawer{config: c, log: d.Log, slots: make(chan *engine, c.Engines), kept: newCache(c.Keep)}
	for range c.Engines {
		w.slots <- nil
	}
	w.script = sync.OnceValues(compile)
	return w
}

// Start makes the engines ready in the background. It returns at once.
func (d *Drawer) Start(ctx context.Context) error {
	for range d.config.Engines {
		d.warm.Add(1)
		go func() {
			defer d.warm.Done()
			e, err := d.take(ctx)
			if err != nil {
				d.log.Warn("charts cannot be drawn", "err", err)
				return
			}
			d.slots <- e
		}()
	}
	return nil
}

// Stop waits for the warming. Idempotent, safe before Start.
func (d *Drawer) Stop() { d.warm.Wait() }

// Draw gives the drawings of a chart; the same chart again comes from memory.
func (d *Drawer) Draw(ctx context.Context, c Chart) (Drawing, error) {
	var out Drawing
	var side sync.WaitGroup
	var failed error
	side.Go(func() { out.Narrow, failed = d.draw(ctx, c, Narrow) })
	var err error
	out.Wide, err = d.draw(ctx, c, Wide)
	side.Wait()
	if err = errors.Join(err, failed); err != nil {
		return Drawing{}, err
	}
	return out, nil
}

// DrawAt gives the drawing of a chart at one size: for a mail or a wall.
func (d *Drawer) DrawAt(ctx context.Context, c Chart, s Size) (string, error) {
	return d.draw(ctx, c, s)
}

func (d *Drawer) draw(ctx context.Context, c Chart, s Size) (string, error) {
	return d.drawIn(ctx, c, s, c.frame())
}

// drawIn draws a chart with the name and links of a frame.
func (d *Drawer) drawIn(ctx context.Context, c Chart, s Size, f frame) (string, error) {
	if x, ok := c.(fitted); ok {
		s = x.fit(s)
	}
	option, err := json.Marshal(c.Option(s))
	if err != nil {
		return "", fmt.Errorf("chart: option: %w", err)
	}
	key := keyOf(option, f, s)
	if svg, ok := d.kept.find(key); ok {
		return svg, nil
	}
	o := drawn{size: s, plot: c.plot(), prefix: "c" + key[:8] + "-"}
	if p, ok := c.(spotted); ok {
		o.spots = p.spots(s)
	}
	svg := ""
	if h, ok := c.(handmade); ok {
		svg = root(f, o) + h.svg(s) + links(f, o) + "</svg>"
	} else if svg, err = d.render(ctx, string(option), s); err == nil {
		svg, err = clean(svg, f, o)
	}
	if err != nil {
		return "", err
	}
	d.kept.keep(key, svg)
	return svg, nil
}

func keyOf(option []byte, f frame, s Size) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d×%d %q %q\n", s.Width, s.Height, f.label, f.hits)
	h.Write(option)
	return hex.EncodeToString(h.Sum(nil))
}

// render runs the script in an engine of the pool. An engine that failed or was interrupted is thrown away.
func (d *Drawer) render(ctx context.Context, option string, s Size) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.config.Within)
	defer cancel()
	e, err := d.take(ctx)
	if err != nil {
		return "", err
	}
	svg, err := e.render(ctx, option, s)
	if err != nil {
		e = nil
	}
	d.slots <- e
	return svg, err
}

// take waits for a slot and makes its engine when it has none.
func (d *Drawer) take(ctx context.Context) (*engine, error) {
	var e *engine
	select {
	case e = <-d.slots:
	case <-ctx.Done():
		return nil, fmt.Errorf("chart: waiting for an engine: %w", ctx.Err())
	}
	if e != nil {
		return e, nil
	}
	program, err := d.script()
	if err == nil {
		e, err = newEngine(program)
	}
	if err != nil {
		d.slots <- nil
		return nil, err
	}
	return e, nil
}

func compile() (*goja.Program, error) {
	source, err := assets.File("ssr.js")
	if err != nil {
		return nil, fmt.Errorf("chart: assets are not built: %w", err)
	}
	return goja.Compile("ssr.js", string(source), false)
}

// engine is one JavaScript world; used by one at a time.
type engine struct {
	vm *goja.Runtime
	fn goja.Callable
}

func newEngine(p *goja.Program) (*engine, error) {
	vm := goja.New()
	if _, err := vm.RunProgram(p); err != nil {
		return nil, fmt.Errorf("chart: script: %w", err)
	}
	fn, ok := goja.AssertFunction(vm.Get("vigieRender"))
	if !ok {
		return nil, fmt.Errorf("chart: the script has no vigieRender")
	}
	return &engine{vm: vm, fn: fn}, nil
}

func (e *engine) render(ctx context.Context, option string, s Size) (string, error) {
	stop := context.AfterFunc(ctx, func() { e.vm.Interrupt(ctx.Err()) })
	v, err := e.fn(goja.Undefined(), e.vm.ToValue(option), e.vm.ToValue(s.Width), e.vm.ToValue(s.Height))
	if !stop() && err == nil {
		err = ctx.Err() // the interrupt may hit the next call: this engine is done
	}
	if err != nil {
		return "", fmt.Errorf("chart: draw: %w", err)
	}
	return v.String(), nil
}
