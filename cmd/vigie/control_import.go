package main

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
)

// What an import by the command does through the socket: it stands in the same history as the page's.

const commandName = "vigie import"

// EnterArgs names the file of an import.
type EnterArgs struct {
	File string
	Size int64
}

// LeaveArgs says how an import ended; its report comes without the refused rows.
type LeaveArgs struct {
	Import  cx.ImportID
	Report  intake.Report
	Stopped bool
}

// MeetArgs names units that a file brings: key → name.
type MeetArgs struct {
	Units  map[string]string
	Create bool // those that nothing knows
}

func (c *control) MeetUnits(a MeetArgs, unknown *[]string) (err error) {
	*unknown, err = c.app.Imports.Meet(context.Background(), a.Units, a.Create)
	return c.say(err)
}

func (c *control) EnterImport(a EnterArgs, id *cx.ImportID) (err error) {
	*id, err = c.app.Imports.Enter(context.Background(), intake.By{Actor: commandName, Name: commandName}, a.File, a.Size)
	c.open.Store(int64(*id))
	return c.say(err)
}

func (c *control) LeaveImport(a LeaveArgs, _ *struct{}) error {
	var stopped error
	if a.Stopped {
		stopped = cutShort()
	}
	c.open.Store(0)
	return c.say(c.app.Imports.Leave(context.Background(), a.Import, a.Report, stopped))
}

// hungUp notes that a command went away in the middle of its import.
func (c *control) hungUp() error {
	if id := c.open.Swap(0); id != 0 {
		return c.app.Imports.Leave(context.Background(), cx.ImportID(id), intake.Report{}, cutShort())
	}
	return nil
}

func cutShort() error { return cx.Fail(cx.Unavailable, "", "import.cut") }
