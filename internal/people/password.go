package people

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"vigie/internal/cx"
)

const (
	minPassword = 12
	maxPassword = 200
)

// CheckPassword gives what is wrong with a password for that e-mail: shorter than 12 characters, longer than 200, made
// of fewer than 5 different characters, or holding the e-mail's name.
func CheckPassword(password, email string) error {
	n := utf8.RuneCountInString(password)
	if n < minPassword || len(password) > maxPassword {
		return cx.Fail(cx.Invalid, "password", "people.password_length", "min", minPassword, "max", maxPassword)
	}
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	name, _, _ := strings.Cut(normalEmail(email), "@")
	holds := len(name) > 3 && strings.Contains(strings.ToLower(password), name)
	if len(different) < 5 || holds || isCommon(password) {
		return cx.Fail(cx.Invalid, "password", "people.password_weak")
	}
	return nil
}

// isCommon knows the passwords of twelve characters and more that every list of leaked ones begins with.
func isCommon(p string) bool {
	switch strings.ToLower(p) {
	case "123456789012", "1234567890123", "password1234", "motdepasse123", "motdepasse1234", "azertyuiop123",
		"qwertyuiop123", "administrator", "administrateur", "passw0rd1234", "password12345":
		return true
	}
	return false
}

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

// attempts counts failed sign-ins by e-mail and by address, in memory of this node.
type attempts struct {
	mu     sync.Mutex
	failed map[string][]time.Time
}

const (
	attemptWindow  = 15 * time.Minute
	attemptsMail   = 8   // by e-mail
	attemptsFrom   = 40  // by address, behind which a whole agency may be
	attemptsMemory = 1e5 // keys held
)

func newAttempts() *attempts { return &attempts{failed: map[string][]time.Time{}} }

// wait gives how long one must wait before another attempt; 0 when it is allowed.
func (a *attempts) wait(key string, limit int, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	recent := a.failed[key][:0]
	for _, t := range a.failed[key] {
		if now.Sub(t) < attemptWindow {
			recent = append(recent, t)
		}
	}
	if len(recent) == 0 {
		delete(a.failed, key)
		return 0
	}
	a.failed[key] = recent
	if len(recent) < limit {
		return 0
	}
	return attemptWindow - now.Sub(recent[len(recent)-limit])
}

func (a *attempts) add(key string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.failed) >= attemptsMemory {
		clear(a.failed)
	}
	a.failed[key] = append(a.failed[key], now)
}

func (a *attempts) forget(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.failed, key)
}
