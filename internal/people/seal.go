package people

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// KeyFile stands in the data folder, outside the record and its backups: the installation's secret, 32 bytes in
// hexadecimal. What is sealed under it cannot be read from a copy of the database alone.
const KeyFile = "vigie.key"

// sealed marks a secret as sealed; the number is the form's.
const sealed = "v1:"

// seals seals the secrets of second factors: AES-256-GCM under a key derived from the installation's secret, bound to the
// account.
type seals struct {
	dir string // "": nothing can be sealed

	mu  sync.Mutex
	key cipher.AEAD
}

// SealIn tells where the installation's secret is kept; it is made there when it is first needed.
func (s *Store) SealIn(dir string) *Store {
	s.seals = &seals{dir: dir}
	return s
}

func (k *seals) aead() (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.key, nil
	}
	if k.dir == "" {
		return nil, cx.Fail(cx.Unavailable, "", "people.no_key")
	}
	secret, err := secretFile(filepath.Join(k.dir, KeyFile))
	if err != nil {
		return nil, fmt.Errorf("installation's secret: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "vigie second factor", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	k.key, err = cipher.NewGCM(block)
	return k.key, err
}

// secretFile reads the secret, or makes it: whoever comes first wins. It appears whole or not at all.
func secretFile(path string) ([]byte, error) {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return readSecret(path)
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	aside, err := writeAside(filepath.Dir(path), hex.EncodeToString(fresh)+"\n")
	if err != nil {
		return nil, err
	}
	err = place(aside, path)
	if err := errors.Join(err, removed(aside)); err != nil {
		return nil, err
	}
	return readSecret(path)
}

// writeAside writes a file nobody looks for, down to the disk.
func writeAside(dir, text string) (string, error) {
	f, err := os.CreateTemp(dir, KeyFile+".*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// place gives a file its name, unless another has it already; a file system without links renames.
func place(aside, path string) error {
	err := os.Link(aside, path)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		err = os.Rename(aside, path)
	}
	return errors.Join(err, syncFolder(filepath.Dir(path)))
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readSecret(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil, cx.Fail(cx.Unavailable, "", "people.key_empty", "file", filepath.Base(path))
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, cx.Fail(cx.Unavailable, "", "people.key_damaged", "file", filepath.Base(path))
	}
	return secret, nil
}

func (k *seals) seal(account int64, secret string) (string, error) {
	a, err := k.aead()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, a.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return sealed + base64.RawStdEncoding.EncodeToString(a.Seal(nonce, nonce, []byte(secret), sealedFor(account))), nil
}

// errSealed says that a secret was sealed under another key, or is damaged.
var errSealed = errors.New("sealed under another key")

// open gives a secret as it was before seal. One from before secrets were sealed is given as it stands.
func (k *seals) open(account int64, kept string) (string, error) {
	text, ok := strings.CutPrefix(kept, sealed)
	if !ok {
		return kept, nil
	}
	a, err := k.aead()
	if err != nil {
		return "", err
	}
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(b) < a.NonceSize() {
		return "", errSealed
	}
	plain, err := a.Open(nil, b[:a.NonceSize()], b[a.NonceSize():], sealedFor(account))
	if err != nil {
		return "", errSealed
	}
	return string(plain), nil
}

func sealedFor(account int64) []byte { return []byte("account:" + formatID(account)) }

// SealSecrets seals the secrets kept before there was a seal, and tells how many others are sealed under another key: their
// holders need a recovery code, or an administrator who takes their second factor away.
func (s *Store) SealSecrets(ctx context.Context) (lost int, err error) {
	err = s.db.Write(ctx, func(tx *record.Tx) error {
		lost = 0
		kept, err := secrets(ctx, tx)
		if err != nil {
			return err
		}
		for id, secret := range kept {
			if strings.HasPrefix(secret, sealed) {
				if _, err := s.seals.open(id, secret); errors.Is(err, errSealed) {
					lost++
				} else if err != nil {
					return err
				}
				continue
			}
			text, err := s.seals.seal(id, secret)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE account SET totp = ? WHERE id = ? AND totp = ?`, text, id, secret); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return lost, fmt.Errorf("seal second factors: %w", err)
	}
	return lost, nil
}

func secrets(ctx context.Context, tx *record.Tx) (map[int64]string, error) {
	rows, err := tx.Query(ctx, `SELECT id, totp FROM account WHERE totp <> ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var id int64
		var secret string
		if err := rows.Scan(&id, &secret); err != nil {
			return nil, err
		}
		out[id] = secret
	}
	return out, rows.Err()
}

// Seal gives a text such that only this installation reads it, under the name it is kept by.
func (s *Store) Seal(name, text string) (string, error) {
	a, err := s.seals.aead()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, a.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return sealed + base64.RawStdEncoding.EncodeToString(a.Seal(nonce, nonce, []byte(text), sealedAs(name))), nil
}

// Unseal gives back what Seal was given. One sealed under another installation's key, or another name, is an error.
func (s *Store) Unseal(name, kept string) (string, error) {
	a, err := s.seals.aead()
	if err != nil {
		return "", err
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(kept, sealed))
	if err != nil || len(b) < a.NonceSize() {
		return "", errSealed
	}
	plain, err := a.Open(nil, b[:a.NonceSize()], b[a.NonceSize():], sealedAs(name))
	if err != nil {
		return "", errSealed
	}
	return string(plain), nil
}

func sealedAs(name string) []byte { return []byte("setting:" + name) }
