package insight

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// TiedQuery asks for the feedbacks of customers about some contacts, or from some of them.
type TiedQuery struct {
	Contacts   []int64 // cx.ContactHash
	Identities []cx.IdentityID
	Where      Where
	During     *Period // nil: everything
}

// Tied is one of them. Contact is 0 when it names none.
type Tied struct {
	ID       cx.FeedbackID
	At       time.Time
	Contact  int64
	Identity cx.IdentityID
}

// Tied gives the feedbacks that a viewer may read about contacts or from customers, in no order. Errors as Ask's.
func (i *Insight) Tied(ctx context.Context, scope people.Scope, q TiedQuery) ([]Tied, error) {
	if len(q.Contacts) == 0 && len(q.Identities) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var out []Tied
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		w, err := i.plan(ctx, s, scope).listed(ListQuery{Where: q.Where, During: q.During})
		if err != nil {
			return err
		}
		identities := make([]int64, len(q.Identities))
		for n, id := range q.Identities {
			identities[n] = int64(id)
		}
		w.add("(contact IN (SELECT unnest(?::BIGINT[])) OR identity IN (SELECT unnest(?::BIGINT[])))", q.Contacts, identities)
		text := "SELECT id, instant, COALESCE(contact, 0), COALESCE(identity, 0) FROM facts WHERE " + w.String()
		return stream(ctx, tx, text, w.args, func(v []driver.Value) error {
			out = append(out, Tied{cx.FeedbackID(codeOf(v[0])), time.UnixMicro(codeOf(v[1])).UTC(), codeOf(v[2]), cx.IdentityID(codeOf(v[3]))})
			return nil
		})
	})
	return out, err
}
