package people

import (
	"context"

	"github.com/alexedwards/argon2id"
)

// hash of a password: a few at a time, as each takes 64 MB.
func (s *Store) hash(ctx context.Context, password string) (string, error) {
	if err := s.enterHashing(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// noHash is compared with when there is no such user, so that the answer takes as long.
const noHash = "$argon2id$v=19$m=65536,t=1,p=2$c29tZXRoaW5nIHNhbHR5$3ZPxnpQGpXYnkqMJiAgXV8mIfdhhWNnDsZSsZRsLmQM"

func (s *Store) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := s.enterHashing(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	if hash == "" {
		hash = noHash
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && hash != noHash, err
}

func (s *Store) enterHashing(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
