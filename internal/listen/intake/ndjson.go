package intake

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"golang.org/x/text/encoding"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// runLines imports NDJSON: one feedback object a line.
func (w *worker) runLines(ctx context.Context) error {
	r, err := w.job.File.reader(func(n int64) { w.read = n })
	if err != nil {
		return err
	}
	defer r.Close()
	text := bufio.NewReaderSize(decode(r, encoding.Nop, &w.report.Mended), maxRecord)
	for line := 1; ; line++ {
		b, err := text.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			return cx.Fail(cx.Invalid, "", "intake.record_too_long", "line", line)
		}
		if err != nil && err != io.EOF {
			return stopped(w.flush(ctx), w.job.File.unpackError(err))
		}
		if b = bytes.TrimSpace(b); len(b) > 0 {
			if err := w.addObject(ctx, line, b); err != nil {
				return err
			}
		} else if err == nil {
			w.report.Blank++
		}
		if err == io.EOF {
			return w.flush(ctx)
		}
	}
}

func (w *worker) addObject(ctx context.Context, line int, b []byte) error {
	w.report.Rows++
	in, bad := readObject(b)
	if bad == nil && in.Source == "" {
		in.Source = w.job.Map.Source
	}
	if bad == nil && in.SourceID == "" {
		bad = cx.Fail(cx.Invalid, "source_id", "intake.no_id")
	}
	if bad != nil {
		w.refuse(Row{Line: line, Cells: []string{string(b)}}, []Rejection{{Line: line, Column: bad.Field, Code: bad.Code, Args: bad.Args, Value: shorten(string(b))}})
		return nil
	}
	row := Row{Line: line}
	if w.job.Refuse != nil {
		row.Cells = []string{string(b)}
	}
	return w.add(ctx, reading{in: in, heard: true}, row)
}

func readObject(b []byte) (collect.Incoming, *cx.Error) {
	var in collect.Incoming
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if err == nil && d.More() {
		err = errors.New("more than one object")
	}
	if err == nil {
		in.Media = nil // an export names files; they travel in backups
		return in, nil
	}
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return in, e
	}
	return in, cx.Fail(cx.Invalid, "", "intake.json_bad", "reason", err.Error())
}
