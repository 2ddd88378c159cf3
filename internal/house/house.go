// Package house is the rooms of listening and understanding wired over one record: who is handed to whom, in one place, for
// the program and for the tests of what stands above.
//
// Here: making, starting and stopping the rooms. Not here: a rule of theirs, a page, a command, a file's path.
package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/circumstance"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/media"
	"vigie/internal/listen/note"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/tally"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/chorus"
	"vigie/internal/understand/fatalist"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/search"
	"vigie/internal/understand/view"
)

// Config says where the house keeps its files.
type Config struct {
	// Dir holds what is derived, the log of erasures and the installation's secret.
	Dir string
	// Zone gives the days of figures; nil: that of the organisation's settings.
	Zone *time.Location
	// Patience is how long a question of figures, or a write at the door, may take; 0: as their rooms say.
	Patience time.Duration
	// ImportMax is the size of the largest file to import, in bytes; 0 is 1 GiB.
	ImportMax int64
	// MediaMax is the size of the largest file that a person sends, MediaRoom that of all of them, in bytes; 0: as media says.
	MediaMax, MediaRoom int64
	// Blobs keep these files; nil: a folder in Dir.
	Blobs media.Blobs
}

// Deps is what the house stands on.
type Deps struct {
	DB  *record.DB
	Log *slog.Logger
	// Now is the clock of the door; nil: the wall's.
	Now func() time.Time
}

// House is the rooms. Those that live (Door, Insight, Search) are still until started.
type House struct {
	DB        *record.DB
	People    *people.Store
	Catalogue *catalogue.Store
	Journeys  *journey.Store
	Customers *customer.Reference
	// Circumstances are the context events.
	Circumstances *circumstance.Store
	// Views are the questions kept under a name.
	Views   *view.Store
	Door    *collect.Door
	Insight *insight.Insight
	Search  *search.Index
	// Surveys are the questionnaires; Responses takes what people answer to them.
	Surveys   *survey.Store
	Responses *response.Desk
	// Invites is who is asked, and how that went; Inviting plans and sends.
	Invites  *invite.Store
	Inviting *invite.Engine
	// Inbox is the mailbox whose letters are feedback.
	Inbox *hook.Inbox
	// Media are the files that people send.
	Media *media.Store
	// Tally counts reasons of contact by one tap.
	Tally *tally.Store
	// Notes are what advisers note of the answer they had to give; Fatalists sets them beside what customers said.
	Notes     *note.Store
	Fatalists *fatalist.Lists
	// Chorus is what employees write, by listings of at least five people.
	Chorus *chorus.Chorus
	// Imports is where files wait, are imported and remembered.
	Imports *intake.Desk

	log   *slog.Logger
	stops []func()
}

// New wires the rooms. Nothing runs yet, and nothing was written.
func New(ctx context.Context, c Config, d Deps) (*House, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	h := &House{DB: d.DB, People: people.New(d.DB).SealIn(c.Dir), Catalogue: catalogue.New(d.DB), Journeys: journey.New(d.DB), log: d.Log}
	h.Circumstances, h.Views = circumstance.New(d.DB), view.NewStore(d.DB, h.path)
	h.Customers = customer.New(customer.Config{}, customer.Deps{DB: d.DB})
	h.Journeys.Indicators = h.Catalogue.Specs
	var err error
	if h.Media, err = media.New(media.Config{Dir: c.Dir, Max: c.MediaMax, Room: c.MediaRoom}, media.Deps{DB: d.DB, Blobs: c.Blobs, Now: d.Now, Log: d.Log}); err != nil {
		return nil, err
	}
	h.Door, err = collect.New(collect.Config{Dir: c.Dir, Patience: c.Patience}, collect.Deps{
		DB: d.DB, Customers: h.Customers, Metrics: h.Catalogue.Metrics, Touchpoints: h.Journeys.Touchpoints, Units: h.knownUnits,
		Attributes: h.Catalogue.Met, Within: h.within, Media: h.Media, Now: d.Now, Log: d.Log,
	})
	if err != nil {
		return nil, err
	}
	h.Surveys = survey.New(d.DB)
	h.Tally = tally.New(d.DB, h.consulted)
	h.Surveys.Metrics, h.Surveys.Now = h.metrics, d.Now
	if err := h.newInviting(d.Now); err != nil {
		return nil, err
	}
	if c.Zone == nil {
		c.Zone = h.Zone(ctx)
	}
	h.Insight = insight.New(insight.Config{Dir: c.Dir, Deadline: c.Patience}, insight.Deps{
		DB: d.DB, Read: h.Door.Present, All: h.Door.All, Invitations: h.Invites.Facts, AllInvitations: h.Invites.AllFacts, Catalogue: h.figuresCatalogue, Journeys: h.journeyList, Units: h.unitList, Moves: h.People.EveryMove,
		Zone: c.Zone, Log: d.Log,
	})
	h.Catalogue.Used = h.scored
	if h.Chorus, err = chorus.New(chorus.Deps{DB: d.DB, Gather: h.Insight.Gather, Present: h.Door.Present, Now: d.Now}); err != nil {
		return nil, err
	}
	h.Notes, err = note.New(note.Deps{DB: d.DB, Customers: h.Customers, Consulted: h.consulted, Touchpoints: h.Journeys.Touchpoints, Units: h.knownUnits, Now: d.Now})
	if err != nil {
		return nil, err
	}
	h.Imports = intake.NewDesk(intake.DeskConfig{Dir: c.Dir, MaxBytes: c.ImportMax}, intake.DeskDeps{
		DB: d.DB, Door: h.Door, House: intake.House{Catalogue: h.Catalogue, Journeys: h.Journeys}, Metrics: h.Catalogue.Metrics,
		Touchpoints: h.Journeys.Touchpoints, KnownUnits: h.knownUnits, Units: h.addUnits, Notes: h.Notes, Zone: h.Zone, Now: d.Now, Log: d.Log,
	})
	h.Fatalists = fatalist.New(fatalist.Deps{DB: d.DB, Notes: h.Notes, Customers: h.Customers, Tied: h.Insight.Tied, Feedbacks: h.Door.Feedbacks,
		Metrics: h.Catalogue.Metrics, Lead: h.leads})
	h.Search = search.New(c.Dir, search.Deps{DB: d.DB, Read: h.docs, List: h.Insight.List})
	return h, nil
}

// path gives a unit and those above it, as the organisation is today.
func (h *House) path(ctx context.Context, unit cx.UnitID) ([]cx.UnitID, error) {
	o, err := h.People.Present(ctx)
	if err != nil {
		return nil, fmt.Errorf("organisation: %w", err)
	}
	return o.Path(unit), nil
}

// StartDoor opens the door alone, for those who bring and ask nothing.
func (h *House) StartDoor(ctx context.Context) error {
	if err := h.Door.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Door.Stop)
	lost, err := h.People.SealSecrets(ctx)
	if lost > 0 {
		h.log.Warn("second factors sealed under another key: a recovery code or an administrator lets their holders in", "file", people.KeyFile, "count", lost)
	}
	return err
}

// StartImports takes up the imports that were under way.
func (h *House) StartImports(ctx context.Context) error {
	if err := h.Imports.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Imports.Stop)
	return nil
}

// StartResponses tells the door what it was not told of answers, and erases what was erased, files that nobody holds too.
func (h *House) StartResponses(ctx context.Context) error {
	if err := h.Media.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Media.Stop)
	if err := h.Responses.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Responses.Stop)
	return nil
}

// StartDerived starts the figures and the words, which follow the record.
func (h *House) StartDerived(ctx context.Context) error {
	if err := h.Insight.Start(ctx); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	h.OnStop(h.Insight.Stop)
	if err := h.Search.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Search.Stop)
	return nil
}

// StartNotes forgets what is noted of erased customers.
func (h *House) StartNotes(ctx context.Context) error {
	if err := h.Notes.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Notes.Stop)
	return nil
}

// OnStop keeps what Stop has to call before the rooms stop.
func (h *House) OnStop(fn func()) { h.stops = append(h.stops, fn) }

// Stop stops what was started, last first.
func (h *House) Stop() {
	for i := len(h.stops) - 1; i >= 0; i-- {
		h.stops[i]()
	}
	h.stops = nil
}

// CaughtUp waits until figures and words hold all that the record held when it was called.
func (h *House) CaughtUp(ctx context.Context) error {
	head, err := h.DB.Head(ctx)
	if err != nil {
		return err
	}
	return errors.Join(h.Insight.WaitFor(ctx, head), h.Search.Follower().WaitFor(ctx, head))
}
