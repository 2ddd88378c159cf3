package insight

import "sync"

// dictionary turns the texts of one dimension into integer codes from 0. Codes are never reused; the projector adds,
// questions read at the same time.
type dictionary struct {
	mu     sync.RWMutex
	codes  map[string]int32
	values []string
	saved  int // how many stand in the file
}

func newDictionary() *dictionary { return &dictionary{codes: map[string]int32{}} }

// code gives the code of a value, adding it when it is new.
func (d *dictionary) code(value []byte) int32 {
	d.mu.RLock()
	c, ok := d.codes[string(value)]
	d.mu.RUnlock()
	if ok {
		return c
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.add(string(value))
}

func (d *dictionary) add(value string) int32 {
	if c, ok := d.codes[value]; ok {
		return c
	}
	c := int32(len(d.values))
	d.codes[value] = c
	d.values = append(d.values, value)
	return c
}

// find gives the code of a value that is known.
func (d *dictionary) find(value string) (int32, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	c, ok := d.codes[value]
	return c, ok
}

// all gives the values by code; what is added later does not show.
func (d *dictionary) all() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.values[:len(d.values):len(d.values)]
}

// unsaved gives the values that the file lacks and the code of the first.
func (d *dictionary) unsaved() (values []string, from int) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.values[d.saved:], d.saved
}

func (d *dictionary) kept(upTo int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saved = upTo
}
