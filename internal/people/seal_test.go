package people

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record/recordtest"
)

func TestTheInstallationsSecretIsMadeOnceAndWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), KeyFile)
	var all [8][]byte
	var done sync.WaitGroup
	for i := range all {
		done.Go(func() {
			secret, err := secretFile(path)
			if err != nil {
				t.Error(err)
			}
			all[i] = secret
		})
	}
	done.Wait()
	for _, x := range all {
		if len(x) != 32 || !bytes.Equal(x, all[0]) {
			t.Errorf("%x is not %x", x, all[0])
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Errorf("left beside the secret: %v", files)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("read by others: %v %v", info.Mode(), err)
	}
}

func TestASecretThatIsNoneIsNamedForWhatItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, code string }{
		{"empty", "", "people.key_empty"},
		{"an empty line", "\n", "people.key_empty"},
		{"cut short", "abcd", "people.key_damaged"},
		{"no digits", strings.Repeat("z", 64), "people.key_damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), KeyFile)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := secretFile(path)
			if cx.KindOf(err) != cx.Unavailable || !strings.Contains(err.Error(), c.code) {
				t.Errorf("%v", err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != c.text {
				t.Errorf("the file was written over: %q %v", text, err)
			}
		})
	}
}

func TestAnEmptySecretIsSaidWhenSecretsAreSealedUnderIt(t *testing.T) {
	t.Parallel()
	ctx, dir, db := context.Background(), t.TempDir(), recordtest.SQLite(t)
	now := time.Date(2026, 10, 5, 8, 0, 0, 0, time.UTC)
	s := New(db).SealIn(dir)
	s.now = func() time.Time { return now }
	u, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director})
	if err != nil {
		t.Fatal(err)
	}
	secret := NewSecret()
	if _, err := s.TurnOnSecond(ctx, Viewer{UserID: u.ID}, secret, codeAt(secret, now)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, KeyFile), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := New(db).SealIn(dir).SealSecrets(ctx); err == nil || !strings.Contains(err.Error(), "people.key_empty") {
		t.Errorf("a start with an emptied secret: %v", err)
	}
}
