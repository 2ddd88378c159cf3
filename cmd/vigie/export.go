package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
)

type exportCmd struct {
	Format string `help:"ndjson (can be imported again) or csv (one row a feedback)." enum:"ndjson,csv" default:"ndjson"`
}

// Run streams the record; it only reads, so a server may hold the folder.
func (c exportCmd) Run(ctx context.Context, e *environment) error {
	a, err := readApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	metrics, err := a.Catalogue.Metrics(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	x := exporting{app: a, metrics: metrics}
	finish := x.to(out, c.Format)
	if err := a.Door.All(ctx, func(s collect.Stored) error { return x.add(ctx, s) }); err != nil {
		return err
	}
	if err := x.flush(ctx); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	return out.Flush()
}

// exporting writes feedback as it would be sent: the objects that POST /api/v1/feedbacks takes.
type exporting struct {
	app     *app
	metrics map[cx.MetricID]cx.Metric
	write   func(cx.FeedbackID, collect.Incoming) error
	waiting []cx.Feedback
}

func (x *exporting) to(out *bufio.Writer, format string) (finish func() error) {
	if format == "csv" {
		w := csv.NewWriter(out)
		_ = w.Write(csvHeader) // errors of a csv.Writer are kept and told by Error
		x.write = func(id cx.FeedbackID, in collect.Incoming) error { return w.Write(csvRow(id, in)) }
		return func() error { w.Flush(); return w.Error() }
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	x.write = func(id cx.FeedbackID, in collect.Incoming) error {
		if in.SourceID == "" { // an import wants one
			in.SourceID = "vigie-" + strconv.FormatInt(int64(id), 10)
		}
		return enc.Encode(in)
	}
	return func() error { return nil }
}

// exportStep feedbacks have their customers looked up at once.
const exportStep = 1000

func (x *exporting) add(ctx context.Context, s collect.Stored) error {
	f, err := collect.Decode(s)
	if err != nil {
		return err
	}
	x.waiting = append(x.waiting, f)
	if len(x.waiting) < exportStep {
		return nil
	}
	return x.flush(ctx)
}

func (x *exporting) flush(ctx context.Context) error {
	var ids []cx.IdentityID
	for _, f := range x.waiting {
		if f.Identity != 0 {
			ids = append(ids, f.Identity)
		}
	}
	known, err := x.app.Customers.Customers(ctx, people.Whole(), ids)
	if err != nil {
		return fmt.Errorf("customers: %w", err)
	}
	for _, f := range x.waiting {
		in := x.sent(f)
		if p, ok := known[f.Identity]; ok {
			in.Customer = sentCustomer(p)
		}
		if err := x.write(f.ID, in); err != nil {
			return err
		}
	}
	x.waiting = x.waiting[:0]
	return nil
}

// sent writes scores in the values of their scales; attributes are those of the moment, the customer's included.
func (x *exporting) sent(f cx.Feedback) collect.Incoming {
	in := collect.Incoming{Source: f.Source, SourceID: f.SourceID, At: f.At, Touchpoint: string(f.Touchpoint), Channel: f.Channel,
		CollectedBy: f.CollectedBy, Program: string(f.Program), Audience: string(f.Audience), Contact: f.Contact, Unit: string(f.Unit),
		Agent: f.Agent, Lang: f.Lang, Survey: f.Survey, Verbatims: f.Verbatims, Media: f.Media}
	if len(f.Scores) > 0 {
		in.Scores = make(collect.Scores, len(f.Scores))
	}
	for key, point := range f.Scores {
		in.Scores[string(key)] = x.metrics[key].Raw(point)
	}
	if len(f.Attributes) > 0 {
		in.Attributes = make(map[string]any, len(f.Attributes))
	}
	for key, v := range f.Attributes {
		in.Attributes[string(key)] = v
	}
	return in
}

// sentCustomer names a person by the first identity of each kind; what is known of the person today is not what was known
// at each feedback, so attributes stay out.
func sentCustomer(p customer.Person) *collect.Customer {
	c := &collect.Customer{Name: p.Name, Status: p.Status}
	for _, i := range p.Identities {
		switch {
		case i.Kind == customer.Ref && c.Ref == "":
			c.Ref = i.Value
		case i.Kind == customer.Email && c.Email == "":
			c.Email = i.Value
		case i.Kind == customer.Phone && c.Phone == "":
			c.Phone = i.Value
		}
	}
	return c
}

var csvHeader = []string{"id", "source", "source_id", "at", "touchpoint", "channel", "collected_by", "program", "audience", "contact",
	"unit", "agent", "lang", "survey", "scores", "verbatims", "attributes", "media"}

// csvRow writes what has a varying number of values as JSON in one cell; a cell that a spreadsheet would read as a
// formula is defused. Customers stay out: a table is made to be handed on.
func csvRow(id cx.FeedbackID, f collect.Incoming) []string {
	row := []string{strconv.FormatInt(int64(id), 10), f.Source, f.SourceID, f.At.Format(time.RFC3339), f.Touchpoint, f.Channel,
		f.CollectedBy, f.Program, f.Audience, f.Contact, f.Unit, f.Agent, f.Lang, f.Survey,
		jsonCell(f.Scores), jsonCell(f.Verbatims), jsonCell(f.Attributes), jsonCell(f.Media)}
	for i := range row {
		row[i] = api.Harmless(row[i])
	}
	return row
}

func jsonCell(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return ""
	}
	return string(b)
}
