package invite

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

// opens tells whether e-mails of a survey may say that they were opened: only where it is set, and never where nobody is to
// know who answered.
func opens(set bool, d *survey.Definition) bool {
	return set && d.Privacy != survey.Anonymous && d.Audience != cx.Employees
}

// OpenToken signs the image that tells that the message of an invitation was opened.
func (s *Store) OpenToken(ctx context.Context, id InvitationID) (string, error) {
	mac, err := s.sign(ctx, fmt.Sprint("open:", id))
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(nil, uint64(id))) + "." + mac, nil
}

// Opened notes that the message of an invitation was opened. A token that is not signed here, an invitation that is further
// on, and openings that are not watched (any more) change nothing.
func (s *Store) Opened(ctx context.Context, token string) error {
	number, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(number)
	id, read := binary.Uvarint(b)
	if err != nil || read <= 0 || read != len(b) {
		return nil
	}
	want, err := s.OpenToken(ctx, InvitationID(id))
	if err != nil || !hmac.Equal([]byte(want), []byte(token)) {
		return err
	}
	c, err := s.Channels(ctx)
	if err != nil || !c.Opens {
		return err
	}
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		i, err := find(ctx, tx, InvitationID(id))
		if cx.KindOf(err) == cx.NotFound {
			return nil
		}
		if err != nil || i.State != Sent && i.State != Delivered && i.State != Unsure {
			return err
		}
		i.State, i.Settled = Opened, s.d.Now().UTC()
		return s.update(ctx, tx, i)
	})
}
