package journey

import (
	"slices"

	"vigie/internal/cx"
)

// Clone gives a copy whose stages and touchpoints may be moved, added and replaced without touching j. What a touchpoint
// holds (lists, maps, texts) is shared: replace it, do not write into it.
func (j Journey) Clone() Journey {
	j.Stages = slices.Clone(j.Stages)
	for n := range j.Stages {
		j.Stages[n].Touchpoints = slices.Clone(j.Stages[n].Touchpoints)
	}
	return j
}

// Find gives the places of a touchpoint among the stages and in its stage, or NotFound.
func (j Journey) Find(key cx.TouchpointID) (stage, touchpoint int, err error) {
	for s := range j.Stages {
		for t := range j.Stages[s].Touchpoints {
			if j.Stages[s].Touchpoints[t].Key == key {
				return s, t, nil
			}
		}
	}
	return 0, 0, cx.Fail(cx.NotFound, "touchpoint", "journey.no_touchpoint", "key", string(key))
}

// FindStage gives the place of a stage, or NotFound.
func (j Journey) FindStage(key cx.StageID) (int, error) {
	n := slices.IndexFunc(j.Stages, func(s Stage) bool { return s.Key == key })
	if n < 0 {
		return 0, cx.Fail(cx.NotFound, "stage", "journey.no_stage", "key", string(key))
	}
	return n, nil
}

// AddStage puts a stage last.
func (j *Journey) AddStage(name cx.Text) {
	key := cx.FreeKey(name, "stage", func(k string) bool {
		_, err := j.FindStage(cx.StageID(k))
		return err == nil
	})
	j.Stages = append(j.Stages, Stage{Key: cx.StageID(key), Name: name})
}

// MoveStage puts a stage that many places further; it stops at the ends.
func (j *Journey) MoveStage(key cx.StageID, by int) error {
	n, err := j.FindStage(key)
	if err != nil {
		return err
	}
	s := j.Stages[n]
	j.Stages = slices.Delete(j.Stages, n, n+1)
	j.Stages = slices.Insert(j.Stages, min(max(n+by, 0), len(j.Stages)), s)
	return nil
}

// RemoveStage takes an empty stage away; one with touchpoints is refused (Conflict).
func (j *Journey) RemoveStage(key cx.StageID) error {
	n, err := j.FindStage(key)
	if err != nil {
		return err
	}
	if count := len(j.Stages[n].Touchpoints); count > 0 {
		return cx.Fail(cx.Conflict, "stage", "journey.stage_full", "count", count)
	}
	j.Stages = slices.Delete(j.Stages, n, n+1)
	return nil
}

// AddTouchpoint puts a touchpoint last in a stage. Without a key it gets one from its name, which taken refuses when
// another touchpoint has it, in this journey or elsewhere.
func (j *Journey) AddTouchpoint(stage cx.StageID, t Touchpoint, taken func(cx.TouchpointID) bool) (cx.TouchpointID, error) {
	n, err := j.FindStage(stage)
	if err != nil {
		return "", err
	}
	if t.Key == "" {
		t.Key = cx.TouchpointID(cx.FreeKey(t.Name, "touchpoint", func(k string) bool {
			_, _, err := j.Find(cx.TouchpointID(k))
			return err == nil || taken(cx.TouchpointID(k))
		}))
	}
	j.Stages[n].Touchpoints = append(j.Stages[n].Touchpoints, t)
	return t.Key, nil
}

// MoveTouchpoint puts a touchpoint at a place of a stage, counted without it; a place beyond the ends is the end.
func (j *Journey) MoveTouchpoint(key cx.TouchpointID, stage cx.StageID, place int) error {
	to, err := j.FindStage(stage)
	if err != nil {
		return err
	}
	s, n, err := j.Find(key)
	if err != nil {
		return err
	}
	t := j.Stages[s].Touchpoints[n]
	j.Stages[s].Touchpoints = slices.Delete(j.Stages[s].Touchpoints, n, n+1)
	l := j.Stages[to].Touchpoints
	j.Stages[to].Touchpoints = slices.Insert(l, min(max(place, 0), len(l)), t)
	return nil
}

// RemoveTouchpoint takes a touchpoint away.
func (j *Journey) RemoveTouchpoint(key cx.TouchpointID) error {
	s, n, err := j.Find(key)
	if err != nil {
		return err
	}
	j.Stages[s].Touchpoints = slices.Delete(j.Stages[s].Touchpoints, n, n+1)
	return nil
}

// NewKey gives a free key for a journey of that name.
func (j *Journeys) NewKey(name cx.Text) cx.JourneyID {
	return cx.JourneyID(cx.FreeKey(name, "journey", func(k string) bool {
		_, err := j.Journey(cx.JourneyID(k))
		return err == nil
	}))
}

// Fresh gives a journey that may be added beside the others: its key and those of its touchpoints get a number where
// they are taken.
func (j *Journeys) Fresh(one Journey) Journey {
	one = one.Clone()
	one.Key = cx.JourneyID(cx.Numbered(string(one.Key), func(k string) bool {
		_, err := j.Journey(cx.JourneyID(k))
		return err == nil
	}))
	for s := range one.Stages {
		for n := range one.Stages[s].Touchpoints {
			t := &one.Stages[s].Touchpoints[n]
			t.Key = cx.TouchpointID(cx.Numbered(string(t.Key), func(k string) bool { return j.known[cx.TouchpointID(k)] }))
		}
	}
	return one
}
