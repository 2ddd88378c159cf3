package note

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"vigie/internal/cx"
)

// linkLasts is how long a contact may be noted by its link.
const linkLasts = 14 * 24 * time.Hour

// linked is what a link carries: the contact, without the note.
type linked struct {
	Until      int64           `json:"u"` // s
	At         int64           `json:"t"` // s
	Contact    string          `json:"c,omitempty"`
	Identity   cx.IdentityID   `json:"i,omitempty"`
	Touchpoint cx.TouchpointID `json:"p,omitempty"`
	Unit       cx.UnitID       `json:"n,omitempty"`
	Agent      string          `json:"a"`
}

// Link signs the address at which one adviser notes one contact by a tap; who has it may note that contact, and reads
// nothing. What is sent is a note without its value.
func (s *Store) Link(ctx context.Context, x Sent) (token string, until time.Time, err error) {
	if err := s.On(ctx); err != nil {
		return "", until, err
	}
	now := s.d.Now()
	probe := x
	probe.Value = Most
	if l := probe.Check(now); len(l) > 0 {
		return "", until, l
	}
	if x.At.IsZero() {
		x.At = now
	}
	until = now.Add(linkLasts).UTC().Truncate(time.Second)
	claims := linked{Until: until.Unix(), At: x.At.Unix(), Contact: x.Contact, Touchpoint: x.Touchpoint, Unit: x.Unit, Agent: x.Agent}
	n, err := s.placed(ctx, x)
	if err != nil {
		return "", until, err
	}
	claims.Identity = n.Identity
	b, err := json.Marshal(claims)
	if err != nil {
		return "", until, err
	}
	body := base64.RawURLEncoding.EncodeToString(b)
	mac, err := s.sign(ctx, body)
	return body + "." + mac, until, err
}

// Linked gives what a link notes, NotFound for one that is not signed here, or too old.
func (s *Store) Linked(ctx context.Context, token string) (Sent, error) {
	missing := cx.Fail(cx.NotFound, "", "note.link")
	body, mac, ok := strings.Cut(token, ".")
	want, err := s.sign(ctx, body)
	if err != nil {
		return Sent{}, err
	}
	if !ok || !hmac.Equal([]byte(mac), []byte(want)) {
		return Sent{}, missing
	}
	b, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return Sent{}, missing
	}
	var l linked
	if err := json.Unmarshal(b, &l); err != nil || s.d.Now().Unix() > l.Until {
		return Sent{}, missing
	}
	return Sent{At: time.Unix(l.At, 0).UTC(), Contact: l.Contact, identity: l.Identity, Touchpoint: l.Touchpoint, Unit: l.Unit, Agent: l.Agent}, nil
}

func (s *Store) sign(ctx context.Context, body string) (string, error) {
	secret, err := s.d.DB.Secret(ctx, "note.link")
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18]), nil
}
