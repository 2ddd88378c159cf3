package insight

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// missing is the code of a value that is not there.
const missing = math.MinInt64

// dimension is one way to cut: an SQL expression made of whitelisted names, and how its codes read.
type dimension struct {
	name string
	sql  string
	// nodes gives the code of the dimension for each code of the column (a unit's region), −1 for none; nil: the same.
	nodes []int32
	// key writes a code of the dimension as questions show it.
	key func(code int64) string
	// ordered: rows stand in the order of codes, not by n.
	ordered bool
	grain   string // of time; "" otherwise
}

// node gives the code of the dimension for a code of its column.
func (d *dimension) node(code int64) int64 {
	switch {
	case d.nodes == nil:
		return code
	case code < 0 || code >= int64(len(d.nodes)):
		return -1
	}
	return int64(d.nodes[code])
}

// dimensionOf resolves a name of By; field is where it stands in the question.
func (p *plan) dimensionOf(name, field string) (*dimension, error) {
	if d := timeDimension(name); d != nil {
		return d, nil
	}
	if err := p.cuts(name, field); err != nil {
		return nil, err
	}
	switch name {
	case "score":
		return p.scoreDimension(field)
	case "journey":
		return p.folded(name, "touchpoint", func(v string) string { return p.shape.journeyOf[v] }), nil
	case "stage":
		return p.folded(name, "touchpoint", func(v string) string { return p.shape.stageOf[v] }), nil
	}
	if level, ok := strings.CutPrefix(name, "unit."); ok && p.shape.levels[level] {
		return p.folded(name, "unit", func(v string) string { return p.shape.atLevel(cx.UnitID(v), level) }), nil
	}
	if key, ok := strings.CutPrefix(name, "attributes."); ok {
		return p.attributeDimension(key, field)
	}
	if slices.Contains(p.contextColumns(), name) {
		return &dimension{name: name, sql: name, key: p.values(name)}, nil
	}
	return nil, cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", name)
}

func timeDimension(name string) *dimension {
	d := &dimension{name: name, ordered: true, grain: name}
	switch name {
	case "day":
		d.sql = "day"
	case "week":
		d.sql = "(day + 7000003) // 7"
	case "month":
		d.sql = "month"
	case "quarter":
		d.sql = "month // 3"
	case "year":
		d.sql = "month // 12"
	default:
		return nil
	}
	d.key = func(code int64) string { return timeKey(name, code) }
	return d
}

// timeKey writes a bucket: 2026-01-31, 2026-W05, 2026-01, 2026-Q1, 2026.
func timeKey(grain string, code int64) string {
	switch grain {
	case "day":
		return dayTime(code).Format(time.DateOnly)
	case "week":
		y, w := dayTime(mondayOf(code)).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case "month":
		return fmt.Sprintf("%04d-%02d", code/12, code%12+1)
	case "quarter":
		return fmt.Sprintf("%04d-Q%d", code/4, code%4+1)
	}
	return fmt.Sprintf("%04d", code)
}

// timeCode reads what timeKey writes.
func timeCode(grain, key string) (int64, bool) {
	var code int64
	switch grain {
	case "day":
		t, err := time.Parse(time.DateOnly, key)
		if err != nil {
			return 0, false
		}
		code = int64(dayOf(t))
	case "week":
		var y, w int
		if _, err := fmt.Sscanf(key, "%4d-W%2d", &y, &w); err != nil {
			return 0, false
		}
		fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
		code = weekOf(int64(dayOf(fourth))) + int64(w) - 1
	case "month":
		t, err := time.Parse("2006-01", key)
		if err != nil {
			return 0, false
		}
		code = int64(monthOf(t))
	case "quarter":
		var y, q int64
		if _, err := fmt.Sscanf(key, "%4d-Q%1d", &y, &q); err != nil {
			return 0, false
		}
		code = y*4 + q - 1
	default:
		y, err := strconv.ParseInt(key, 10, 32)
		if err != nil {
			return 0, false
		}
		code = y
	}
	return code, timeKey(grain, code) == key
}

// bucketOf gives the bucket of a grain that a day falls in.
func bucketOf(grain string, day int64) int64 {
	month := int64(monthOf(dayTime(day)))
	switch grain {
	case "day":
		return day
	case "week":
		return weekOf(day)
	case "month":
		return month
	case "quarter":
		return month / 3
	}
	return month / 12
}

// values reads the codes of a dictionary.
func (p *plan) values(dim string) func(int64) string {
	all := p.store.dict(dim).all()
	return func(code int64) string {
		if code < 0 || code >= int64(len(all)) {
			return ""
		}
		return all[code]
	}
}

// folded is a dimension joined to today's tree: the values of a column, each in at most one node.
func (p *plan) folded(name, column string, node func(value string) string) *dimension {
	keys, numbers := []string{}, map[string]int32{"": -1}
	d := &dimension{name: name, sql: column, nodes: []int32{}}
	for _, value := range p.store.dict(column).all() {
		key := node(value)
		n, ok := numbers[key]
		if !ok {
			n = int32(len(keys))
			numbers[key] = n
			keys = append(keys, key)
		}
		d.nodes = append(d.nodes, n)
	}
	d.key = func(code int64) string {
		if code < 0 {
			return ""
		}
		return keys[code]
	}
	return d
}

func (p *plan) scoreDimension(field string) (*dimension, error) {
	if p.column == "" && p.indicator.Key == "" {
		return nil, cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", "score")
	}
	return &dimension{name: "score", sql: p.column, ordered: true, key: func(code int64) string {
		return strconv.FormatFloat(p.metric.Raw(code), 'f', -1, 64)
	}}, nil
}

// maxDistinct is how many values a text attribute may have to be a dimension.
const maxDistinct = 50_000

func (p *plan) attributeDimension(key, field string) (*dimension, error) {
	col, err := p.attribute(key, field)
	if err != nil {
		return nil, err
	}
	d := &dimension{name: "attributes." + key, sql: col.name}
	switch {
	case col.text:
		if len(p.store.dict(col.name).all()) > maxDistinct {
			return nil, cx.Fail(cx.Invalid, field, "insight.too_many_values", "key", key, "most", maxDistinct)
		}
		d.key = p.values(col.name)
	case col.typ == "BOOLEAN":
		d.key = func(code int64) string { return boolKey(code) }
	default:
		d.ordered = true
		d.key = func(code int64) string { return floatKey(code) }
	}
	return d, nil
}

func boolKey(code int64) string {
	if code == missing {
		return ""
	}
	return strconv.FormatBool(code == 1)
}

// Numbers are coded so that codes stand in their order.

func floatCode(f float64) int64 {
	b := int64(math.Float64bits(f + 0)) // −0 is 0
	if b < 0 {
		b ^= math.MaxInt64
	}
	return b
}

func floatKey(code int64) string {
	if code == missing {
		return ""
	}
	if code < 0 {
		code ^= math.MaxInt64
	}
	return strconv.FormatFloat(math.Float64frombits(uint64(code)), 'f', -1, 64)
}

// attribute gives the column of a projected attribute; Unavailable while it is not back-filled.
func (p *plan) attribute(key, field string) (column, error) {
	_, known := p.shape.projected[cx.AttributeID(key)]
	if !known && !p.coming(cx.AttributeID(key)) {
		return column{}, cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", "attributes."+key)
	}
	n, ok := p.cols.attributes[key]
	if !ok || !known {
		return column{}, cx.Fail(cx.Unavailable, field, "insight.backfilling", "key", key)
	}
	return p.cols.list[n], nil
}
