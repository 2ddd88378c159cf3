package api

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"
	"time"
)

// outage tells whether an error without a kind is the database's, full, gone or too busy, rather than ours: the same
// request may succeed later.
func (a *API) outage(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if e, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return passing(e.SQLState())
	}
	if e, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		switch e.Code() & 0xff { // SQLite: busy, locked, read-only, I/O, full, cannot open
		case 5, 6, 8, 10, 13, 14:
			return true
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return a.DB.Ping(ctx) != nil
}

// passing tells PostgreSQL's connection, resource, operator and system errors from the others.
func passing(state string) bool {
	for _, class := range []string{"08", "53", "57", "58", "25006", "40"} {
		if strings.HasPrefix(state, class) {
			return true
		}
	}
	return false
}
