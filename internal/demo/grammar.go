package demo

import (
	"bufio"
	"fmt"
	"strings"
)

// tone of a fragment.
type tone int

const (
	unhappy tone = iota
	mixed
	content
	tones
)

// A grammar is fragments by section ("technician", "voice:missed", "open") and tone.
type grammar map[string]*[tones][]fragment

// A fragment is a sequence of words, slots and choices.
type fragment []node

type node struct {
	text   string     // words, or the slot's name
	slot   bool       // text is a slot
	choice []fragment // one of these, when not nil
}

var toneOf = map[byte]tone{'+': content, '=': mixed, '-': unhappy}

// parseGrammar reads the form of texts/*.txt: "@ section", then one fragment a line, its tone first.
func parseGrammar(name, src string) (grammar, error) {
	g := grammar{}
	var sec *[tones][]fragment
	sc := bufio.NewScanner(strings.NewReader(src))
	for line := 1; sc.Scan(); line++ {
		s := strings.TrimSpace(sc.Text())
		switch {
		case s == "" || s[0] == '#':
			continue
		case s[0] == '@':
			sec = g.section(strings.TrimSpace(s[1:]))
			continue
		}
		t, known := toneOf[s[0]]
		if !known || sec == nil || len(s) < 3 {
			return nil, fmt.Errorf("%s:%d: neither a section nor a fragment", name, line)
		}
		f, err := parseFragment(s[2:])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		sec[t] = append(sec[t], f)
	}
	return g, sc.Err()
}

func (g grammar) section(key string) *[tones][]fragment {
	if g[key] == nil {
		g[key] = &[tones][]fragment{}
	}
	return g[key]
}

// of gives the fragments of a section in a tone; none when there is no such section.
func (g grammar) of(key string, t tone) []fragment {
	if s := g[key]; s != nil {
		return s[t]
	}
	return nil
}

// parseFragment reads words, {slot} and [choice|choice]; choices do not nest.
func parseFragment(s string) (fragment, error) {
	var f fragment
	for s != "" {
		i := strings.IndexAny(s, "[{]}")
		if i < 0 {
			return append(f, node{text: s}), nil
		}
		if i > 0 {
			f = append(f, node{text: s[:i]})
		}
		end := strings.IndexByte(s, map[byte]byte{'[': ']', '{': '}'}[s[i]])
		if s[i] == ']' || s[i] == '}' || end < i {
			return nil, fmt.Errorf("bracket not closed or not opened at %q", s[i:])
		}
		if s[i] == '{' {
			f = append(f, node{text: s[i+1 : end], slot: true})
		} else {
			n, err := parseChoice(s[i+1 : end])
			if err != nil {
				return nil, err
			}
			f = append(f, n)
		}
		s = s[end+1:]
	}
	return f, nil
}

func parseChoice(s string) (node, error) {
	var n node
	for _, part := range strings.Split(s, "|") {
		f, err := parseFragment(part)
		if err != nil {
			return n, err
		}
		n.choice = append(n.choice, f)
	}
	return n, nil
}

// parseLists reads "name: a | b | c" lines.
func parseLists(name, src string) (map[string][]string, error) {
	lists := map[string][]string{}
	for i, line := range strings.Split(src, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, values, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("%s:%d: no list name", name, i+1)
		}
		for _, v := range strings.Split(values, "|") {
			lists[key] = append(lists[key], strings.TrimSpace(v))
		}
	}
	return lists, nil
}
