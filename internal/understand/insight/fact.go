package insight

import (
	"database/sql/driver"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

const (
	customerCode = 1
	employeeCode = 2
)

// programCode numbers the programs in the file: never renumber.
func programCode(p string) uint8 {
	switch cx.Program(p) {
	case cx.Relational:
		return 1
	case cx.Transactional:
		return 2
	case cx.Spontaneous:
		return 3
	}
	return 0
}

func audienceCode(a string) uint8 {
	switch cx.Audience(a) {
	case cx.Customers:
		return customerCode
	case cx.Employees:
		return employeeCode
	}
	return 0
}

// coder turns feedbacks into rows of facts. Several may work on one store at once.
type coder struct {
	s     *store
	shape *structure
	dims  [contextFields]*dictionary
	extra []*dictionary // by column, nil when not coded
	cols  *columns
	sig   signal
}

func newCoder(s *store, shape *structure) *coder {
	c := &coder{s: s, shape: shape, cols: s.columns.Load()}
	for n, name := range contextColumns {
		c.dims[n] = s.dict(name)
	}
	c.extra = make([]*dictionary, len(c.cols.list))
	for n, col := range c.cols.list {
		if col.text {
			c.extra[n] = s.dict(col.name)
		}
	}
	return c
}

// row gives the row of a live feedback, or the metrics that have no column yet.
func (c *coder) row(f collect.Stored) (row []driver.Value, lacking []string, err error) {
	if err := c.sig.decode(f.Payload); err != nil {
		return nil, nil, fmt.Errorf("feedback %d: %w", f.ID, err)
	}
	row = make([]driver.Value, fixedColumns+contextFields+len(c.cols.list))
	c.fixed(row, f)
	employee := row[5] == uint8(employeeCode)
	for n, text := range c.sig.context {
		if len(text) > 0 && !(employee && n == agentField) {
			row[fixedColumns+n] = c.dims[n].code(text)
		}
	}
	values := row[fixedColumns+contextFields:]
	for _, p := range c.sig.scores {
		n, ok := c.cols.metrics[string(p.metric)]
		if !ok {
			lacking = append(lacking, string(p.metric))
			continue
		}
		if values[n], ok = narrow(p.point, c.cols.list[n].typ); !ok {
			lacking = append(lacking, string(p.metric))
		}
	}
	if !employee {
		c.attributes(values)
	}
	return row, lacking, nil
}

// fixed sets the columns before the context. Of an employee's feedback the week is kept, not the instant, which is the week
// that it arrived in, when that is later; who answered is a number of their own, and the contact is not kept.
func (c *coder) fixed(row []driver.Value, f collect.Stored) {
	at := c.sig.at
	local := at.In(c.shape.zoneOf(c.sig.context[unitField]))
	day, month, instant := dayOf(local), monthOf(local), at.UnixMicro()
	audience := audienceCode(string(c.sig.audience))
	if audience == employeeCode {
		day = floorMonday(day)
		monday := dayTime(int64(day))
		month, instant = monthOf(monday), max(monday.UnixMicro(), dayTime(int64(floorMonday(dayOf(c.sig.received)))).UnixMicro())
	}
	row[0], row[1], row[2], row[3] = int64(f.ID), instant, day, month
	row[4], row[5] = programCode(string(c.sig.program)), audience
	switch {
	case audience == employeeCode && len(c.sig.respondent) > 0:
		row[6] = -cx.ContactHashOf(c.sig.respondent)
	case f.Identity != 0:
		row[6] = int64(f.Identity)
	}
	row[7] = c.sig.words
	if audience != employeeCode && len(c.sig.contact) > 0 {
		row[8] = cx.ContactHashOf(c.sig.contact)
	}
}

// attributes sets the projected ones; a value of another type than the column's is not projected.
func (c *coder) attributes(values []driver.Value) {
	for _, a := range c.sig.attributes {
		n, ok := c.cols.attributes[string(a.key)]
		if !ok {
			continue
		}
		col := c.cols.list[n]
		switch {
		case a.kind == textValue && col.text && len(a.text) > 0:
			values[n] = c.extra[n].code(a.text)
		case a.kind == numberValue && col.typ == "DOUBLE":
			values[n] = a.number
		case a.kind == boolValue && col.typ == "BOOLEAN":
			values[n] = a.yes
		default:
			values[n] = nil
		}
	}
}

// narrow gives a point in the integer of its column; false when it does not fit.
func narrow(point int64, typ string) (driver.Value, bool) {
	switch typ {
	case "SMALLINT":
		return int16(point), int64(int16(point)) == point
	case "INTEGER":
		return int32(point), int64(int32(point)) == point
	}
	return point, true
}

// columnsFor gives the columns to add and those to widen (by number, with the type) so that all metrics in lacking and
// in the catalogue have room.
func columnsFor(cols *columns, shape *structure, lacking []string) (add []column, widen map[int]string) {
	widen = map[int]string{}
	for key, m := range shape.catalogue.Metrics {
		if m.Counts != "" {
			continue // a column of the invitations
		}
		typ := metricType(m)
		if n, ok := cols.metrics[string(key)]; !ok {
			add = append(add, column{name: "m", key: string(key), typ: typ})
		} else if widths[typ] > widths[cols.list[n].typ] {
			widen[n] = typ
		}
	}
	slices.SortFunc(add, func(a, b column) int { return compareText(a.key, b.key) })
	for _, key := range lacking {
		n, ok := cols.metrics[key]
		_, known := shape.catalogue.Metrics[cx.MetricID(key)]
		switch {
		case ok && cols.list[n].typ != "BIGINT":
			widen[n] = "BIGINT"
		case !ok && !known && !slices.ContainsFunc(add, func(c column) bool { return c.key == key }):
			add = append(add, column{name: "m", key: key, typ: "BIGINT"})
		}
	}
	return add, widen
}
