package chart

import (
	"container/list"
	"sync"
)

// cache keeps the drawings used last.
type cache struct {
	mu    sync.Mutex
	size  int
	order *list.List // of *kept, the last used first
	byKey map[string]*list.Element
}

type kept struct{ key, svg string }

func newCache(size int) *cache {
	return &cache{size: size, order: list.New(), byKey: map[string]*list.Element{}}
}

func (c *cache) find(key string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return "", false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept).svg, true
}

func (c *cache) keep(key, svg string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return
	}
	c.byKey[key] = c.order.PushFront(&kept{key, svg})
	if c.order.Len() > c.size {
		last := c.order.Back()
		delete(c.byKey, last.Value.(*kept).key)
		c.order.Remove(last)
	}
}
