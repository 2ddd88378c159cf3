package internal_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// heaviest is the size of a file, in bytes, over which it is a program or data rather than a source.
const heaviest = 1 << 20

func TestNothingBuiltIsKeptAmongTheSources(t *testing.T) {
	out, err := exec.Command("git", "ls-tree", "-r", "-l", "--full-tree", "HEAD").Output()
	if err != nil {
		t.Skip("not in a checkout")
	}
	for line := range strings.Lines(string(out)) {
		what, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		words := strings.Fields(what) // mode, type, object, size
		if size, err := strconv.Atoi(words[len(words)-1]); err != nil || size > heaviest {
			t.Errorf("%s: %s bytes", name, words[len(words)-1])
		}
	}
}
