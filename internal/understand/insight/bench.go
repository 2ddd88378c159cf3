package insight

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

// What follows makes a projection to measure, without a record: for `vigie bench` and benchmarks only.

// syntheticDays are the two years over which synthetic feedback is spread, in order.
const syntheticDays = 730

const (
	syntheticTouchpoints = 25
	syntheticUnits       = 500
	syntheticCrowd       = 5000 // distinct values of attribute 0; the others have ten times less each, down to 5
)

var syntheticStart = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// Synthetic makes a projection in dir with that many scores (two a feedback: nps, and csat or ces) and text attributes
// ("a0" has 5,000 values, "a1" 500, "a2" 50, the others 5), and gives it open: Ask answers, nothing follows. Stop it.
func Synthetic(ctx context.Context, dir string, scores int64, attributes int) (*Insight, error) {
	i := New(Config{Dir: dir}, syntheticDeps(attributes))
	if err := i.Start(ctx); err != nil {
		return nil, err
	}
	if err := i.cur.synthesise(ctx, scores/2, attributes); err != nil {
		i.Stop()
		return nil, fmt.Errorf("synthetic projection: %w", err)
	}
	i.hold.Lock()
	i.cur.complete = true
	i.hold.Unlock()
	return i, nil
}

// SyntheticRebuild measures the way from payloads to a whole file: feedbacks of two scores, decoded, coded and
// appended as a rebuild does. Reading the record is not in it. The file is in dir.
func SyntheticRebuild(ctx context.Context, dir string, feedbacks int64, attributes int) (time.Duration, error) {
	i := New(Config{Dir: dir}, syntheticDeps(attributes))
	if err := i.Start(ctx); err != nil {
		return 0, err
	}
	defer i.Stop()
	payloads := syntheticPayloads(attributes)
	started := time.Now()
	err := i.cur.pour(ctx, i.shape.Load(), func(_ context.Context, yield func(collect.Stored) error) error {
		for n := range feedbacks {
			near := n*int64(len(payloads)-256)/feedbacks + n*7919%256 // about in order of time, as a record is
			if err := yield(collect.Stored{ID: cx.FeedbackID(n + 1), Identity: cx.IdentityID(n%100_000 + 1), Payload: payloads[near]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = i.cur.w.ExecContext(ctx, "CHECKPOINT")
	}
	return time.Since(started), err
}

func syntheticDeps(attributes int) Deps {
	scale := func(key cx.MetricID, low, high, top float64) cx.Metric {
		return cx.Metric{Key: key, Min: low, Max: high, Top: &top, Direction: cx.HigherBetter}
	}
	c := &Catalogue{Metrics: map[cx.MetricID]cx.Metric{"nps": scale("nps", 0, 10, 9), "csat": scale("csat", 1, 5, 4),
		"ces": scale("ces", 1, 7, 5)}, Indicators: map[cx.IndicatorID]cx.Indicator{}}
	for key, f := range map[cx.MetricID]cx.Formula{"nps": cx.NetShare, "csat": cx.TopShare, "ces": cx.Mean} {
		c.Indicators[cx.IndicatorID(key)] = cx.Indicator{Key: cx.IndicatorID(key), Metric: key, Formula: f,
			Program: cx.Transactional, Audience: cx.Customers}
	}
	for n := range attributes {
		c.Attributes = append(c.Attributes, catalogue.Attribute{Key: cx.AttributeID(fmt.Sprintf("a%d", n)),
			Type: catalogue.TextAttribute, Projected: true})
	}
	return Deps{
		Catalogue: func(context.Context) (*Catalogue, error) { return c, nil },
		Journeys:  func(context.Context) ([]journey.Journey, error) { return nil, nil },
		Units:     func(context.Context) ([]people.Unit, error) { return syntheticTree(), nil },
	}
}

func syntheticTree() []people.Unit {
	var out []people.Unit
	for n := range 5 {
		out = append(out, people.Unit{Key: cx.UnitID(fmt.Sprintf("region-%d", n)), Level: "region"})
	}
	for n := range syntheticUnits {
		out = append(out, people.Unit{Key: cx.UnitID(fmt.Sprintf("agency-%d", n)), Level: "agency", Parent: out[n%5].Key})
	}
	return out
}

var syntheticChannels = []string{"phone", "store", "web", "app", "chat", "email"}

func syntheticSize(attribute int) int {
	size := syntheticCrowd
	for range attribute {
		size /= 10
	}
	return max(5, size)
}

// synthesise appends rows already coded, as fast as the engine takes them.
func (s *store) synthesise(ctx context.Context, rows int64, attributes int) error {
	s.syntheticWords(attributes)
	return s.within(ctx, func(ctx context.Context) error {
		var kept func()
		err := s.w.Raw(func(dc any) (err error) {
			if err = s.syntheticRows(ctx, dc.(driver.Conn), rows, attributes); err == nil {
				kept, err = s.keepDictionaries(dc.(driver.Conn))
			}
			return err
		})
		if err == nil {
			kept()
		}
		return err
	})
}

// syntheticWords fills the dictionaries: the codes of rows are their places.
func (s *store) syntheticWords(attributes int) {
	for n := range syntheticTouchpoints {
		s.dict("touchpoint").add(fmt.Sprintf("touchpoint-%d", n))
	}
	for n := range syntheticUnits {
		s.dict("unit").add(fmt.Sprintf("agency-%d", n))
	}
	for _, c := range syntheticChannels {
		s.dict("channel").add(c)
	}
	for _, dim := range []string{"collected_by", "language", "source", "survey"} {
		s.dict(dim).add(dim + "-0")
		s.dict(dim).add(dim + "-1")
	}
	cols := s.columns.Load()
	for a := range attributes {
		d := s.dict(cols.list[cols.attributes[fmt.Sprintf("a%d", a)]].name)
		for v := range syntheticSize(a) {
			d.add(fmt.Sprintf("value-%d", v))
		}
	}
}

func (s *store) syntheticRows(ctx context.Context, dc driver.Conn, rows int64, attributes int) (err error) {
	app, err := duckdb.NewAppenderFromConn(dc, "", "facts")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	r := rand.New(rand.NewPCG(1, 2))
	cols := s.columns.Load()
	row := make([]driver.Value, fixedColumns+contextFields+len(cols.list))
	values := row[fixedColumns+contextFields:]
	for n := range rows {
		at := syntheticStart.Add(time.Duration(float64(n) / float64(rows) * syntheticDays * 24 * float64(time.Hour)))
		copy(row, []driver.Value{n + 1, at.UnixMicro(), dayOf(at), monthOf(at), uint8(2), uint8(customerCode),
			r.Int64N(100_000) + 1, r.IntN(3) == 0, nil, r.Int32N(syntheticTouchpoints), r.Int32N(int32(len(syntheticChannels))),
			r.Int32N(2), r.Int32N(syntheticUnits), r.Int32N(2), r.Int32N(2), r.Int32N(2), nil})
		clear(values)
		values[cols.metrics["nps"]] = int16(r.IntN(11))
		if r.IntN(2) == 0 {
			values[cols.metrics["csat"]] = int16(r.IntN(5) + 1)
		} else {
			values[cols.metrics["ces"]] = int16(r.IntN(7) + 1)
		}
		for a := range attributes {
			values[cols.attributes[fmt.Sprintf("a%d", a)]] = r.Int32N(int32(syntheticSize(a)))
		}
		if err := app.AppendRow(row...); err != nil {
			return err
		}
		if n%100_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// syntheticPayloads makes payloads like those of the record, in order of time.
func syntheticPayloads(attributes int) [][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([][]byte, 20_000)
	for n := range out {
		at := syntheticStart.Add(time.Duration(n) * syntheticDays * 24 * time.Hour / time.Duration(len(out)))
		f := cx.Feedback{Source: "crm", SourceID: fmt.Sprint("response-", n), At: at, Received: at.Add(time.Minute),
			Touchpoint: cx.TouchpointID(fmt.Sprintf("touchpoint-%d", r.IntN(syntheticTouchpoints))),
			Channel:    syntheticChannels[r.IntN(len(syntheticChannels))], CollectedBy: "email", Program: cx.Transactional,
			Audience: cx.Customers, Contact: fmt.Sprint("call-", n), Unit: cx.UnitID(fmt.Sprintf("agency-%d", r.IntN(syntheticUnits))),
			Lang: "fr", Scores: map[cx.MetricID]int64{"nps": int64(r.IntN(11)), "csat": int64(r.IntN(5) + 1)},
			Attributes: map[cx.AttributeID]any{}}
		if n%3 == 0 {
			f.Verbatims = []cx.Verbatim{{Text: "J’ai attendu le technicien toute la matinée, il n’est jamais venu. Au téléphone, on m’a répondu vite et bien."}}
		}
		for a := range attributes {
			f.Attributes[cx.AttributeID(fmt.Sprintf("a%d", a))] = fmt.Sprintf("value-%d", r.IntN(syntheticSize(a)))
		}
		b, err := json.Marshal(struct {
			Schema int `json:"schema"`
			cx.Feedback
		}{payloadSchema, f})
		if err != nil {
			panic(err) // of a value made here
		}
		out[n] = b
	}
	return out
}
