package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// crowd is the customers of the story: who they are never changes, when they joined neither.
type crowd struct {
	people  []resident
	byPlace [][]int32 // by place, customers in the order they joined
}

type resident struct {
	first, last      int32 // in the lists of words
	place            int16
	joined           int16 // day
	woman            bool
	segment, persona int8
	offer, os        int8
	english          bool
}

var systems = [2]string{"android", "ios"}

// rand gives a source of its own to each named thing of the story.
func (s *Story) rand(names ...string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(strings.Join(names, "/")))
	return rand.New(rand.NewPCG(s.file.Company.Seed, h.Sum64()))
}

func (s *Story) person(r *rand.Rand, women float64) person {
	p := person{woman: r.Float64() < women}
	list := s.lists["men"]
	if p.woman {
		list = s.lists["women"]
	}
	p.first = list[r.IntN(len(list))]
	p.name = p.first + " " + s.lists["last"][r.IntN(len(s.lists["last"]))]
	p.slug = slug(p.name)
	return p
}

func lastName(name string) string {
	_, last, _ := strings.Cut(name, " ")
	return last
}

// castCustomer is the number, in the crowd, of the cast's customer.
const castCustomer = 0

// cast gives the first of the crowd the name and place of the cast's customer; nobody else takes his part.
func (s *Story) cast(c *crowd) {
	for _, m := range s.file.Cast {
		if m.Role != "customer" {
			continue
		}
		first, last, _ := strings.Cut(m.Name, " ")
		p := &c.people[castCustomer]
		*p = resident{joined: int16(-s.file.Company.Days - 1460), first: int32(slices.Index(s.lists["men"], first)), last: int32(slices.Index(s.lists["last"], last)),
			place: int16(slices.IndexFunc(s.places, func(pl place) bool { return pl.Key == m.Unit }))}
	}
}

func newCrowd(s *Story) *crowd {
	c := &crowd{byPlace: make([][]int32, len(s.places))}
	r := s.rand("crowd")
	places := weights(s.places, func(p place) float64 { return p.Weight })
	offers := weights(s.file.Offers, func(o offer) float64 { return o.Weight })
	segments := weights(s.file.Segments, func(w weighted) float64 { return w.Weight })
	personas := weights(s.file.Personas, func(w weighted) float64 { return w.Weight })
	for i := range s.file.Volumes.People {
		m := resident{place: int16(places.draw(r)), offer: int8(offers.draw(r)), segment: int8(segments.draw(r)),
			persona: int8(personas.draw(r)), joined: s.joined(r), woman: r.Float64() < 0.54,
			english: r.Float64() < s.file.Volumes.English}
		m.last, m.first = int32(r.IntN(len(s.lists["last"]))), int32(r.IntN(1<<20))
		if r.Float64() < 0.42 {
			m.os = 1
		}
		s.settle(&m, segments, r)
		c.people = append(c.people, m)
		if i != castCustomer {
			c.byPlace[m.place] = append(c.byPlace[m.place], int32(i))
		}
	}
	s.cast(c)
	for _, l := range c.byPlace {
		slices.SortFunc(l, func(a, b int32) int { return int(c.people[a].joined) - int(c.people[b].joined) })
	}
	return c
}

// settle keeps segment and offer coherent: the professionals' offer is for professionals, and only for them.
func (s *Story) settle(m *resident, segments wheel, r *rand.Rand) {
	for i, o := range s.file.Offers {
		if o.Segment == "" {
			continue
		}
		seg := slices.IndexFunc(s.file.Segments, func(w weighted) bool { return w.Key == o.Segment })
		switch {
		case int(m.offer) == i:
			m.segment = int8(seg)
		case int(m.segment) == seg && r.Float64() < 0.5:
			m.offer = int8(i)
		}
	}
}

// joined draws the day a customer joins: six in ten before the story, up to fifteen years; the others along it.
func (s *Story) joined(r *rand.Rand) int16 {
	days := s.file.Company.Days
	if r.Float64() < 0.55 {
		age := r.Float64()
		return int16(-days - int(age*age*4700) - 1)
	}
	return int16(r.IntN(days+90) - days)
}

// between gives the customers of a place who joined in [from, to].
func (c *crowd) between(place, from, to int) []int32 {
	l := c.byPlace[place]
	at := func(day int) int {
		i, _ := slices.BinarySearchFunc(l, day, func(id int32, d int) int {
			if int(c.people[id].joined) < d {
				return -1
			}
			return 1
		})
		return i
	}
	return l[at(from):at(to+1)]
}

func (s *Story) nameOf(m resident) (first, last string) {
	list := s.lists["men"]
	if m.woman {
		list = s.lists["women"]
	}
	return list[int(m.first)%len(list)], s.lists["last"][m.last]
}

func ref(id int32) string { return fmt.Sprintf("FB%06d", 100000+int(id)*7) }

// wheel draws an index by weight.
type wheel struct {
	upTo  []float64
	total float64
}

func weights[T any](items []T, weight func(T) float64) wheel {
	var w wheel
	for _, it := range items {
		w.total += weight(it)
		w.upTo = append(w.upTo, w.total)
	}
	return w
}

func (w wheel) draw(r *rand.Rand) int {
	i, _ := slices.BinarySearch(w.upTo, r.Float64()*w.total)
	return min(i, len(w.upTo)-1)
}
