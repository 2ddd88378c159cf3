package invite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"vigie/internal/cx"
)

// Answering gives the address of an invitation's response, the same each time: who has it may answer. 128 bits that only
// the holder of the installation's record can tell.
func (s *Store) Answering(ctx context.Context, id InvitationID) (string, error) {
	return s.sign(ctx, fmt.Sprint("answer:", id))
}

// PreferenceToken signs a customer's page of preferences.
func (s *Store) PreferenceToken(ctx context.Context, id cx.IdentityID) (string, error) {
	mac, err := s.sign(ctx, fmt.Sprint("preference:", id))
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(binary.AppendUvarint(nil, uint64(id))) + "." + mac, nil
}

// WhoseToken gives whom a page of preferences is of, NotFound for a token that is not signed here or of somebody erased.
func (s *Store) WhoseToken(ctx context.Context, token string) (cx.IdentityID, cx.PersonID, error) {
	missing := cx.Fail(cx.NotFound, "", "invite.unknown")
	for i := range token {
		if token[i] != '.' {
			continue
		}
		b, err := base64.RawURLEncoding.DecodeString(token[:i])
		n, read := binary.Uvarint(b)
		if err != nil || read <= 0 || read != len(b) {
			return 0, 0, missing
		}
		id := cx.IdentityID(n)
		want, err := s.PreferenceToken(ctx, id)
		if err != nil {
			return 0, 0, err
		}
		if !hmac.Equal([]byte(want), []byte(token)) {
			return 0, 0, missing
		}
		of, err := s.d.Customers.PersonsOf(ctx, s.d.DB, []cx.IdentityID{id})
		if err != nil {
			return 0, 0, err
		}
		if of[id] == 0 {
			return 0, 0, missing
		}
		return id, of[id], nil
	}
	return 0, 0, missing
}

func (s *Store) sign(ctx context.Context, words string) (string, error) {
	secret, err := s.d.DB.Secret(ctx, "invite.link")
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(words))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18]), nil
}
