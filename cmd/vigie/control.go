package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/note"
	"vigie/internal/people"
)

// Commands act on a data folder through one set of functions: those of the server that holds the folder, over a socket
// in it, else those of this process once it has taken the folder. So no folder ever has two writers.

const socketName = "vigie.sock"

// control is the functions, as net/rpc wants them.
type control struct {
	app  *app
	lang lang.Lang
	open atomic.Int64 // the import that this command has under way
}

// say turns an error into one line, for it crosses the socket as words.
func (c *control) say(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(words(c.lang, err))
}

// KeyArgs, like the other arguments, is exported because net/rpc wants it.
type KeyArgs struct {
	Name, Role, Unit string
}

func (c *control) AddKey(a KeyArgs, secret *string) (err error) {
	*secret, err = c.app.People.AddKey(context.Background(), a.Name, people.Role(a.Role), cx.UnitID(a.Unit))
	return c.say(err)
}

func (c *control) Keys(_ struct{}, out *[]people.Key) (err error) {
	*out, err = c.app.People.Keys(context.Background())
	return c.say(err)
}

func (c *control) RevokeKey(id int64, _ *struct{}) error {
	return c.say(c.app.People.RevokeKey(context.Background(), id))
}

func (c *control) AddUser(u people.NewUser, id *int64) error {
	added, err := c.app.People.AddUser(context.Background(), u)
	*id = added.ID
	return c.say(err)
}

func (c *control) Users(_ struct{}, out *[]people.User) (err error) {
	*out, err = c.app.People.Users(context.Background())
	return c.say(err)
}

func (c *control) EntryLink(email string, token *string) error {
	u, err := c.app.People.UserByEmail(context.Background(), email)
	if err == nil {
		*token, err = c.app.People.EntryLink(context.Background(), u.ID, 24*time.Hour)
	}
	return c.say(err)
}

// BatchArgs is one step of an import; with a map it is a rehearsal, which writes nothing.
type BatchArgs struct {
	Rehearse *intake.Map
	Import   cx.ImportID // that brings the lines
	Lines    []collect.Line
}

func (c *control) Batch(a BatchArgs, out *[]collect.Outcome) (err error) {
	ctx := context.Background()
	if m := a.Rehearse; m != nil {
		made := map[cx.UnitID]bool{}
		for _, l := range a.Lines {
			made[cx.UnitID(l.Incoming.Unit)] = true
		}
		*out, err = c.rehearsal(m, made).Check(ctx, a.Lines)
	} else {
		*out, err = c.app.Door.Bring(ctx, a.Import, a.Lines)
	}
	return c.say(err)
}

// rehearsal knows what a map declares, and the units met when it makes those that nothing knows.
func (c *control) rehearsal(m *intake.Map, met map[cx.UnitID]bool) collect.Rehearsal {
	r := c.app.Door.Rehearse(m.WithMetrics(c.app.Catalogue.Metrics), m.WithTouchpoints(c.app.Journeys.Touchpoints))
	if m.MakesUnits() {
		return r.WithUnits(met)
	}
	return r
}

// NotesOn tells whether advisers' notes are taken.
func (c *control) NotesOn(_ struct{}, on *bool) error {
	err := c.app.Notes.On(context.Background())
	if *on = err == nil; cx.KindOf(err) == cx.Conflict {
		err = nil
	}
	return c.say(err)
}

// NotesArgs is what advisers noted in one step of an import; with a map it is a rehearsal.
type NotesArgs struct {
	Rehearse *intake.Map
	Import   cx.ImportID
	Ruled    bool
	Sent     []note.Sent
}

// TakeNotes keeps them, and answers for each.
func (c *control) TakeNotes(a NotesArgs, out *[]note.Outcome) error {
	ctx := context.Background()
	placer := c.app.Door.Placer
	if a.Rehearse != nil {
		met := map[cx.UnitID]bool{}
		for _, x := range a.Sent {
			met[x.Unit] = true
		}
		placer = c.rehearsal(a.Rehearse, met).Placer
	}
	place, err := placer(ctx)
	if err != nil {
		return c.say(err)
	}
	*out, err = c.app.Notes.Bring(ctx, note.File{Import: a.Import, Place: place, Ruled: a.Ruled, Trial: a.Rehearse != nil}, a.Sent)
	return c.say(err)
}

// Declare creates what a map brings and the house has not.
func (c *control) Declare(m intake.Map, _ *struct{}) error {
	return c.say(intake.Declare(context.Background(), m, "vigie import", intake.House{Catalogue: c.app.Catalogue, Journeys: c.app.Journeys}))
}

// PutUnits lays units of a file over those known.
func (c *control) PutUnits(units []people.Unit, _ *struct{}) error {
	ctx := context.Background()
	o, err := c.app.People.Present(ctx)
	if err != nil {
		return c.say(err)
	}
	_, err = c.app.People.ChangeUnits(ctx, people.UnitChanges{Actor: "program", Units: o.Adopt(units, false)})
	return c.say(err)
}

// DiffUnits counts what PutUnits would do, by kind; "absent" counts the units that the file does not have.
func (c *control) DiffUnits(units []people.Unit, out *map[string]int) error {
	o, err := c.app.People.Present(context.Background())
	if err != nil {
		return c.say(err)
	}
	*out = map[string]int{}
	in := map[cx.UnitID]bool{}
	for _, u := range units {
		in[u.Key] = true
	}
	for _, u := range o.Units() {
		if !in[u.Key] {
			(*out)["absent"]++
		}
	}
	for _, x := range o.Diff(o.Adopt(units, false)) {
		(*out)[string(x.Kind)]++
	}
	return nil
}

// Rebuild throws away what is derived and builds it from the record; it answers how many feedbacks were read.
func (c *control) Rebuild(_ struct{}, n *int64) (err error) {
	*n, err = c.app.rebuild(context.Background())
	return c.say(err)
}

func (c *control) Compact(_ struct{}, _ *struct{}) error {
	return c.say(c.app.compact(context.Background()))
}

func (c *control) Zone(_ struct{}, name *string) error {
	*name = c.app.Zone(context.Background()).String()
	return nil
}

// functions dials the server that holds the folder, or opens the folder here. Close gives it back.
func (e *environment) functions(ctx context.Context) (*functions, error) {
	if conn, err := net.DialTimeout("unix", filepath.Join(e.Data, socketName), time.Second); err == nil {
		return &functions{Client: rpc.NewClient(conn)}, nil
	}
	a, err := openApp(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := a.StartDoor(ctx); err != nil {
		a.close()
		return nil, err
	}
	here, there := net.Pipe()
	go func() {
		if err := serveConn(a, e.lang, there); err != nil {
			a.env.log.Error("command", "err", err)
		}
	}()
	return &functions{Client: rpc.NewClient(here), app: a}, nil
}

type functions struct {
	*rpc.Client
	app *app // nil when a server answers
}

func (f *functions) call(method string, args, reply any) error {
	return f.Client.Call("Vigie."+method, args, reply)
}

func (f *functions) close() {
	_ = f.Client.Close()
	if f.app != nil {
		f.app.close()
	}
}

// serveConn answers one command until it hangs up. An import that it leaves open is noted as cut.
func serveConn(a *app, l lang.Lang, conn io.ReadWriteCloser) error {
	c := &control{app: a, lang: l}
	s := rpc.NewServer()
	if err := s.RegisterName("Vigie", c); err != nil {
		return fmt.Errorf("control: %w", err)
	}
	s.ServeConn(conn)
	return c.hungUp()
}

// serveControl answers commands on the socket of the data folder, open to the owner of the process only.
func serveControl(a *app, dir string, l lang.Lang) (io.Closer, error) {
	path := filepath.Join(dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a killed server: we hold the lock
		return nil, err
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = ln.Close()
		return nil, err
	}
	go acceptControl(ln, a, l)
	return ln, nil
}

// acceptControl answers until the listener closes.
func acceptControl(ln net.Listener, a *app, l lang.Lang) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			if err := serveConn(a, l, conn); err != nil {
				a.env.log.Error("command", "err", err)
			}
		}()
	}
}
