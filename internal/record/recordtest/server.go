package recordtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// Server is a PostgreSQL of the test's own, to be killed.
type Server struct {
	URL string

	t    testing.TB
	dir  string
	port int
}

// StartPostgres makes and starts a server of the test's own. Without PostgreSQL's programs the test is skipped, or fails
// under CI=true.
func StartPostgres(t testing.TB) *Server {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("no PostgreSQL programs (Debian package: postgresql)")
		}
		t.Skip("no PostgreSQL programs (Debian package: postgresql)")
	}
	dir, err := os.MkdirTemp("", "vigie-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: dir, port: freePort(t)}
	s.URL = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable&connect_timeout=5", s.port)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		s.run("chown", "postgres", dir)
	}
	slices.Sort(found)
	bin := filepath.Dir(found[len(found)-1])
	s.asPostgres(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
	s.dir = dir
	s.Start()
	t.Cleanup(s.Kill)
	return s
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Start waits until the server answers.
func (s *Server) Start() {
	s.t.Helper()
	s.control("start", "-w", "-l", filepath.Join(s.dir, "log"), "-o", "-p "+strconv.Itoa(s.port)+" -k "+s.dir+" -c listen_addresses=127.0.0.1")
}

// Kill stops the server as a crash does: connections are cut, nothing is flushed. Twice is fine.
func (s *Server) Kill() {
	if _, err := os.Stat(filepath.Join(s.dir, "data", "postmaster.pid")); err == nil {
		s.control("stop", "-m", "immediate")
	}
}

func (s *Server) control(verb string, args ...string) {
	s.t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	slices.Sort(found)
	s.asPostgres(append([]string{found[len(found)-1], "-D", filepath.Join(s.dir, "data"), verb}, args...)...)
}

func (s *Server) asPostgres(command ...string) {
	s.t.Helper()
	if os.Getuid() == 0 {
		command = append([]string{"runuser", "-u", "postgres", "--"}, command...)
	}
	s.run(command...)
}

func (s *Server) run(command ...string) {
	s.t.Helper()
	c := exec.Command(command[0], command[1:]...)
	c.Dir = os.TempDir()
	log, err := os.CreateTemp("", "vigie-postgres-out-")
	if err != nil {
		s.t.Fatal(err)
	}
	defer os.Remove(log.Name())
	defer log.Close()
	c.Stdout, c.Stderr = log, log // a file: the server outlives pg_ctl and would hold a pipe open
	if err := c.Run(); err != nil {
		out, _ := os.ReadFile(log.Name())
		s.t.Fatalf("%s: %v\n%s", command, err, out)
	}
}
