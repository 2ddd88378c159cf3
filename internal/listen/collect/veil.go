package collect

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// veil keeps of an employee's answer no more than figures above the floor need: the week instead of the instant, no
// customer, no adviser, no contact, no number of another tool. What it was sent with counts for its key alone.
func (e *entry) veil(secret []byte) {
	in, f := *e.in, &e.f
	f.Respondent = respondent(secret, &in, f.At)
	f.At, f.Received = cx.Week(f.At), cx.Week(f.Received)
	f.SourceID, f.Contact, f.Agent = "", "", ""
	in.Customer, in.Agent, in.Contact = nil, "", ""
	e.in = &in
}

// respondent tells one employee from another within a year, so that one person answering often never makes a crowd: a keyed
// hash, another every year, "" when the sender names nobody.
func respondent(secret []byte, in *Incoming, at time.Time) string {
	who := in.Agent
	if c := in.Customer; c != nil {
		who = cmp.Or(c.Ref, c.Email, c.Phone, who)
	}
	if who == "" {
		return ""
	}
	b := append(append([]byte{}, secret...), 4)
	b = strconv.AppendInt(b, int64(cx.Week(at).Year()), 10)
	b = append(append(b, 0), strings.ToLower(strings.TrimSpace(who))...)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

// veiled refuses to change an employee's answer once figures may show it: they never move by one answer.
func veiled(f *cx.Feedback, now time.Time) error {
	if f.Audience == cx.Employees && !now.Before(cx.Closes(f.At)) {
		return cx.Fail(cx.Conflict, "", "collect.employee_closed")
	}
	return nil
}
