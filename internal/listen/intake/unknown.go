package intake

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// What becomes of the units of a column that nothing knows yet (Column.Unknown); "" lets them wait in quarantine.
const (
	UnknownCreate = "create" // made, at the top of the tree, named by the column Column.Names or by their own text
	UnknownNone   = "none"   // their feedback counts without unit
)

// Meet is told the units of a file as they are first met, key → name. With create those that nothing knows are made; it
// answers which of them stay unknown.
type Meet func(ctx context.Context, units map[string]string, create bool) (unknown []string, err error)

// mostMade units of one file are made: more are rather something else than units.
const mostMade = 20_000

// newcomers settles the units of a file before its lines go to the door.
type newcomers struct {
	column  Column
	names   int // where the names stand, -1: nowhere
	meet    Meet
	settled map[string]bool // key → its feedback counts without
}

// newcomers is nil when the map leaves unknown units waiting.
func (m Map) newcomers(headers []Header, meet Meet) *newcomers {
	i := slices.IndexFunc(m.Columns, func(c Column) bool { return c.As == "unit" })
	if i < 0 || m.Columns[i].Unknown == "" || meet == nil {
		return nil
	}
	n := &newcomers{column: m.Columns[i], meet: meet, settled: map[string]bool{}}
	n.names = slices.IndexFunc(headers, func(h Header) bool { return n.column.Names != "" && h.Name == n.column.Names })
	return n
}

// settle makes the units of a batch, or takes them off; rows are those of the lines.
func (n *newcomers) settle(ctx context.Context, lines []collect.Line, rows []Row) error {
	if n == nil {
		return nil
	}
	met := map[string]string{}
	for i, l := range lines {
		if _, known := n.settled[l.Incoming.Unit]; l.Incoming.Unit == "" || known || met[l.Incoming.Unit] != "" {
			continue
		}
		met[l.Incoming.Unit] = n.nameOf(rows[i], l.Incoming.Unit)
	}
	if len(n.settled)+len(met) > mostMade {
		return badMap(n.column.Column, "intake.too_many_units", "count", mostMade)
	}
	if len(met) > 0 {
		unknown, err := n.meet(ctx, met, n.column.Unknown == UnknownCreate)
		if err != nil {
			return err
		}
		for key := range met {
			n.settled[key] = slices.Contains(unknown, key)
		}
	}
	for i := range lines {
		if n.settled[lines[i].Incoming.Unit] {
			lines[i].Incoming.Unit = ""
		}
	}
	return nil
}

// nameOf is the name that a row gives to its unit: of the column of names, else the unit's own cell.
func (n *newcomers) nameOf(row Row, key string) string {
	if n.names >= 0 && n.names < len(row.Cells) {
		if name := strings.TrimSpace(row.Cells[n.names]); name != "" {
			return shorten(name)
		}
	}
	for _, cell := range row.Cells {
		if cell = strings.TrimSpace(cell); Slug(cell) == key {
			return shorten(cell)
		}
	}
	return key
}

// checkUnknown refuses what cannot be done with unknown values.
func (c Column) checkUnknown() error {
	switch {
	case c.Unknown == "" && c.Names == "":
		return nil
	case c.As != "unit":
		return badMap(c.Column, "intake.map_value", "field", "unknown", "value", c.Unknown, "known", "—")
	case c.Unknown != "" && c.Unknown != UnknownCreate && c.Unknown != UnknownNone:
		return badMap(c.Column, "intake.map_value", "field", "unknown", "value", c.Unknown, "known", UnknownCreate+", "+UnknownNone)
	}
	return nil
}

// MakesUnits tells whether the map has units made that nothing knows.
func (m Map) MakesUnits() bool {
	return slices.ContainsFunc(m.Columns, func(c Column) bool { return c.As == "unit" && c.Unknown == UnknownCreate })
}

// Meet answers for a house that creates units; those its mappings know are known.
func (d *Desk) Meet(ctx context.Context, units map[string]string, create bool) ([]string, error) {
	unknown, err := d.d.Door.UnknownUnits(ctx, units)
	if err != nil || !create {
		return unknown, err
	}
	fresh := map[string]string{}
	for _, key := range unknown {
		fresh[key] = units[key]
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	return nil, d.d.Units(ctx, fresh)
}

// rehearsal is the door of a draft: what its map declares and what it would make is known there, and nothing is written.
func (d *Desk) rehearsal(i Import) (collect.Rehearsal, Meet) {
	made := map[cx.UnitID]bool{}
	for key := range i.Draft.Units {
		made[cx.UnitID(key)] = true
	}
	meet := func(ctx context.Context, units map[string]string, create bool) ([]string, error) {
		unknown, err := d.d.Door.UnknownUnits(ctx, units)
		if err != nil {
			return nil, err
		}
		unknown = slices.DeleteFunc(unknown, func(key string) bool { return made[cx.UnitID(key)] })
		if !create {
			return unknown, nil
		}
		for _, key := range unknown {
			made[cx.UnitID(key)] = true
		}
		return nil, nil
	}
	return d.d.Door.Rehearse(i.Map.WithMetrics(d.d.Metrics), i.Map.WithTouchpoints(d.d.Touchpoints)).WithUnits(made), meet
}
