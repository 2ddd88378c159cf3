package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
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
	c.Env = append(os.Environ(), beVigie+"=1", "LANG=en_GB.UTF-8")
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
	return out.String(), diag.String(), err
}

// running is a server of the real program.
type running struct {
	cmd     *exec.Cmd
	address string // http://127.0.0.1:port
	log     *bytes.Buffer
}

// serve starts `vigie serve` on a free port of loopback and waits until it is ready.
func serve(t testing.TB, args ...string) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := ln.Addr().String()
	_ = ln.Close()
	s := &running{address: "http://" + listen, log: &bytes.Buffer{}}
	s.cmd = command(t, append([]string{"serve", "--listen", listen}, args...)...)
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	until(t, "ready", func() bool {
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
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// until waits for a condition, with a deadline far beyond what it takes.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
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
