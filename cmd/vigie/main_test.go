package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests run the real program: this very binary, told by a variable to be vigie.
const beVigie = "VIGIE_TEST_BE_VIGIE"

func TestMain(m *testing.M) {
	if os.Getenv(beVigie) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := run(ctx, os.Args[1:])
		stop()
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// folder for data, closed to others as ours are.
func folder(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data")
}

// command is the program with its arguments, not yet started.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	// Under the race detector a program otherwise sleeps a second before it ends.
	c.Env = append(os.Environ(), beVigie+"=1", "LANG=en_GB.UTF-8", "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	return c
}

// vigie runs a command to its end and gives what it printed on both outputs.
func vigie(t testing.TB, args ...string) (stdout, stderr string) {
	t.Helper()
	out, diag, err := tryVigie(t, "", args...)
	if err != nil {
		t.Fatalf("vigie %s: %v\n%s%s", strings.Join(args, " "), err, out, diag)
	}
	return out, diag
}

func tryVigie(t testing.TB, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	c := command(t, args...)
	var out, diag bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &diag
	err = c.Run()
	raceless(t, args[0], diag.String())
	return out.String(), diag.String(), err
}

// running is a server of the real program.
type running struct {
	t       testing.TB
	cmd     *exec.Cmd
	address string // http://127.0.0.1:port
	log     *said
	ended   chan struct{}
}

// serving is what a server says once it serves.
var serving = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// said keeps what a running program says, to be read while it speaks.
type said struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// serve starts `vigie serve` on a free port of loopback and waits until it is ready.
func serve(t testing.TB, args ...string) *running {
	t.Helper()
	return start(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
}

// start runs a command that serves, and waits for the address it says and until it is ready there.
func start(t testing.TB, args ...string) *running {
	t.Helper()
	s := &running{t: t, cmd: command(t, args...), log: &said{}, ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.cmd.Wait(); close(s.ended) }()
	t.Cleanup(s.kill)
	until(t, "ready", func() bool {
		select {
		case <-s.ended:
			t.Fatalf("vigie %s ended: %s", strings.Join(args, " "), s.log)
		default:
		}
		if s.address = serving.FindString(s.log.String()); s.address == "" {
			return false
		}
		r, err := http.Get(s.address + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return s
}

// kill ends the server as a power cut would.
func (s *running) kill() {
	s.t.Helper()
	_ = s.cmd.Process.Kill()
	<-s.ended
	raceless(s.t, "serve", s.log.String())
}

// raceless holds that the race detector, in the program run, complained of nothing.
func raceless(t testing.TB, what, said string) {
	t.Helper()
	if strings.Contains(said, "WARNING: DATA RACE") {
		t.Errorf("vigie %s: %s", what, said)
	}
}

// until waits for a condition, with a deadline far beyond what it takes even on a busy machine.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never %s", what)
		}
		time.Sleep(20 * time.Millisecond) // a poll: another process tells no one
	}
}

func shared(t testing.TB, path string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "shared", "data", path)
	if _, err := os.Stat(p); err != nil {
		t.Skip("the shared files are not beside this checkout")
	}
	return p
}
