package insight

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
)

// The tables of a file: what people said, and what became of what customers were asked. No row of one is ever counted with the
// other's.
const (
	facts       = "facts"
	invitations = "invitations"
)

// invitedColumns are the coded context of an invitation. Those that feedback has too share its codes.
var invitedColumns = [...]string{"touchpoint", "channel", "unit", "survey", "language", "rule", "wording", "segment", "why"}

// verdictColumns are what is told of an invitation: 1, 0, or null when it is not of those it is told of.
var verdictColumns = [...]cx.MetricID{cx.InvitationAnswered, cx.InvitationDelivered, cx.InvitationBounced, cx.InvitationWithheld}

const createInvitations = `CREATE TABLE invitations (id BIGINT, instant BIGINT, day INTEGER, month INTEGER, program UTINYINT,
	touchpoint INTEGER, channel INTEGER, unit INTEGER, survey INTEGER, language INTEGER, rule INTEGER, wording INTEGER, segment INTEGER, why INTEGER,
	invitation_answered UTINYINT, invitation_delivered UTINYINT, invitation_bounced UTINYINT, invitation_withheld UTINYINT)`

// onlyInvited tells whether only invitations may be cut by a dimension.
func onlyInvited(name string) bool {
	return slices.Contains(invitedColumns[:], name) && !slices.Contains(contextColumns[:], name)
}

// contextColumns are the coded context of the table asked.
func (p *plan) contextColumns() []string {
	if p.table == invitations {
		return invitedColumns[:]
	}
	return contextColumns[:]
}

// cuts refuses, in the words of who asked, what the other table alone knows.
func (p *plan) cuts(key, field string) error {
	if p.table == facts {
		if onlyInvited(key) {
			return cx.Fail(cx.Invalid, field, "insight.only_invitations", "key", key)
		}
		return nil
	}
	spoken := strings.HasPrefix(key, "scores.") || strings.HasPrefix(key, "attributes.") || slices.Contains(contextColumns[:], key)
	if spoken && !slices.Contains(invitedColumns[:], key) {
		return cx.Fail(cx.Invalid, field, "insight.not_of_invitations", "key", key)
	}
	return nil
}

// askedCoder turns invitations into rows.
type askedCoder struct {
	shape *structure
	dims  [len(invitedColumns)]*dictionary
}

func newAskedCoder(s *store, shape *structure) *askedCoder {
	c := &askedCoder{shape: shape}
	for n, name := range invitedColumns {
		c.dims[n] = s.dict(name)
	}
	return c
}

func (c *askedCoder) rows(all []invite.Fact) [][]driver.Value {
	out := make([][]driver.Value, 0, len(all))
	for n := range all {
		out = append(out, c.row(&all[n]))
	}
	return out
}

func (c *askedCoder) row(f *invite.Fact) []driver.Value {
	local := f.At.In(c.shape.zoneOf([]byte(f.Unit)))
	row := make([]driver.Value, 5, 5+len(invitedColumns)+len(verdictColumns))
	row[0], row[1], row[2], row[3], row[4] = int64(f.ID), f.At.UnixMicro(), dayOf(local), monthOf(local), programCode(string(f.Program))
	for n, text := range [len(invitedColumns)]string{f.Touchpoint, f.Channel, f.Unit, f.Survey, f.Lang, f.Rule, f.Wording, f.Segment, string(f.Why)} {
		if text == "" {
			row = append(row, nil)
			continue
		}
		row = append(row, c.dims[n].code([]byte(text)))
	}
	for _, v := range [len(verdictColumns)]invite.Verdict{f.Answered, f.Delivered, f.Bounced, f.Withheld} {
		if v == invite.Silent {
			row = append(row, nil)
			continue
		}
		row = append(row, uint8(v-invite.No))
	}
	return row
}

// pourInvitations streams all invitations into the file.
func (s *store) pourInvitations(ctx context.Context, shape *structure, all func(context.Context, func(invite.Fact) error) error) error {
	c := newAskedCoder(s, shape)
	var rows [][]driver.Value
	flush := func() error {
		var kept func()
		err := s.within(ctx, func(ctx context.Context) (err error) {
			kept, err = s.take(ctx, []changed{{table: invitations, rows: rows}})
			return err
		})
		if err == nil {
			kept()
			rows = rows[:0]
		}
		return err
	}
	err := all(ctx, func(f invite.Fact) error {
		rows = append(rows, c.row(&f))
		if len(rows) < 32*batchRows {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
