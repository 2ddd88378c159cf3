package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/response"
	"vigie/internal/web/ui"
)

// surveyAnsweringPage tells how people answer a survey over a period: who begins, who finishes, in how long, and where the
// others stop.
type surveyAnsweringPage struct {
	*surveyRoom
	frame     ui.Frame
	Periods   []ui.Tab
	Employees bool // nothing is told of them
	Days      int
	Heads     ui.Heads
	Steps     []surveyStep
	Says      string // where most stop, in words
	Versions  ui.Table
	CSV       string
	found     response.Answering
}

// surveyStep is one question: the part of those who began that met it, and of these, those who left there.
type surveyStep struct {
	Text, Kind, Met, Left string
	Width, Gone           float64 // of those who began, 0…100
	Most                  bool    // where most stop
}

func (s *Server) serveSurveyAnswering(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	p, err := s.newSurveyAnsweringPage(r.Context(), x, r.URL.Query())
	if err != nil {
		return err
	}
	if r.URL.Query().Get("as") != "csv" || p.Employees {
		return s.render(w, r, surveyAnsweringView(p))
	}
	b, err := p.csv()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d.csv"`, x.Draft.Key, p.found.Version.N))
	_, err = w.Write(b)
	return err
}

func (s *Server) newSurveyAnsweringPage(ctx context.Context, x *surveyRoom, q url.Values) (*surveyAnsweringPage, error) {
	p := &surveyAnsweringPage{surveyRoom: x, frame: x.page(x.name()), Days: refusalDays[0]}
	if n, err := strconv.Atoi(q.Get("days")); err == nil && slices.Contains(refusalDays, n) {
		p.Days = n
	}
	version, _ := strconv.ParseInt(q.Get("version"), 10, 64) // what is no number is the last
	if x.Version == 0 {
		return p, nil
	}
	now := x.Now
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	var err error
	p.found, err = s.Responses.Answering(ctx, x.scope(), response.During{Survey: x.Draft.Key, Version: max(version, 0), From: today.AddDate(0, 0, 1-p.Days), To: today.AddDate(0, 0, 1)})
	if cx.KindOf(err) == cx.Denied {
		p.Employees = true
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Sorted(slices.Values(refusalDays)) {
		p.Periods = append(p.Periods, ui.Tab{Label: x.lang().T("invitation.refusals.days", "count", n), Href: p.link(n, version, ""), Current: n == p.Days})
	}
	p.CSV = p.link(p.Days, p.found.N, "csv")
	p.fill()
	return p, nil
}

func (p *surveyAnsweringPage) link(days int, version int64, as string) string {
	q := url.Values{"days": {strconv.Itoa(days)}}
	if version > 0 {
		q.Set("version", strconv.FormatInt(version, 10))
	}
	if as != "" {
		q.Set("as", as)
	}
	return p.at("answering") + "?" + q.Encode()
}

func (p *surveyAnsweringPage) fill() {
	l := p.lang()
	p.Heads = ui.Heads{Label: l.T("surveys.answering.heads"), Items: []ui.Head{
		{Title: l.T("surveys.answering.begun"), Value: l.Int(p.found.Begun), Foot: l.T("surveys.version", "n", p.found.N)},
		{Title: l.T("surveys.answering.finished"), Value: l.Int(p.found.Finished), Foot: l.T("surveys.answering.left", "count", int(p.found.Begun-p.found.Finished))},
		p.completion(), p.median()}}
	p.steps()
	p.Versions = ui.Table{Caption: l.T("surveys.answering.versions"), Columns: []ui.Column{{Label: l.T("surveys.answering.version")}, {Label: l.T("surveys.answering.begun"), Numeric: true},
		{Label: l.T("surveys.answering.finished"), Numeric: true}, {Label: l.T("surveys.answering.completion"), Numeric: true}}}
	for _, b := range p.found.Versions {
		f := b.Completion()
		row := ui.Row{Href: p.link(p.Days, b.N, ""), Cells: []ui.Cell{{Text: l.T("surveys.version", "n", b.N)}, {Text: l.Int(b.Begun)}, {Text: l.Int(b.Finished)}, {Text: "—", Note: l.T("invitation.rate.few.short")}}}
		if f.Enough {
			row.Cells[3] = ui.Cell{Text: l.Percent(f.Value, 0), Note: "[" + shareRange(p.ground, f) + "]"}
		}
		p.Versions.Rows = append(p.Versions.Rows, row)
	}
}

func (p *surveyAnsweringPage) completion() ui.Head {
	l, f := p.lang(), p.found.Completion()
	h := ui.Head{Title: l.T("surveys.answering.completion"), Few: !f.Enough, Foot: l.T("surveys.answering.n", "n", l.Int(f.N))}
	if f.Has {
		h.Value, h.Range = l.Percent(f.Value, 0), shareRange(p.ground, f)
	}
	if f.Has && !f.Enough {
		h.Strong = l.T("invitation.rate.few.short")
	}
	return h
}

func (p *surveyAnsweringPage) median() ui.Head {
	l, f := p.lang(), p.found.Median()
	h := ui.Head{Title: l.T("surveys.answering.median"), Few: !f.Enough, Foot: l.T("surveys.answering.n", "n", l.Int(f.N))}
	switch {
	case !p.found.Timed:
		h.Foot = l.T("surveys.answering.untimed")
	case f.Has:
		h.Value = secondsWords(l, f.Value)
		if !math.IsInf(f.Low, 0) && !math.IsInf(f.High, 0) {
			h.Foot = l.T("surveys.answering.n.range", "n", l.Int(f.N), "low", secondsWords(l, f.Low), "high", secondsWords(l, f.High))
		}
	}
	return h
}

// secondsWords writes a time a person takes: "45 s", "1 min 40 s", "2 h 05".
func secondsWords(l lang.Lang, v float64) string {
	d := time.Duration(math.Round(v)) * time.Second
	switch {
	case d < time.Minute:
		return l.T("surveys.answering.seconds", "s", int(d.Seconds()))
	case d < time.Hour:
		return l.T("surveys.answering.minutes", "m", int(d.Minutes()), "s", int(d.Seconds())%60)
	}
	return l.T("surveys.answering.hours", "h", int(d.Hours()), "m", fmt.Sprintf("%02d", int(d.Minutes())%60))
}

// steps draw the questions in the order they are written, and say where most people stop when that is beyond chance.
func (p *surveyAnsweringPage) steps() {
	l := p.lang()
	for _, step := range p.found.Steps {
		left := step.Left()
		one := surveyStep{Text: p.short(step.Question), Kind: string(step.Question.Kind), Met: l.Int(step.Met)}
		if p.found.Begun > 0 {
			one.Width, one.Gone = 100*float64(step.Met)/float64(p.found.Begun), 100*float64(step.Stopped)/float64(p.found.Begun)
		}
		if step.Stopped > 0 {
			one.Left = l.T("surveys.answering.stopped", "count", int(step.Stopped))
			if left.Enough {
				one.Left = l.T("surveys.answering.stopped.share", "count", int(step.Stopped), "share", l.Percent(left.Value, 0), "range", shareRange(p.ground, left))
			}
		}
		p.Steps = append(p.Steps, one)
	}
	first, second := p.worst()
	switch {
	case second < 0 || p.found.Steps[first].Stopped == 0:
	case !cx.Difference(p.found.Steps[first].Left(), p.found.Steps[second].Left()).Significant:
		p.Says = l.T("surveys.answering.level")
	default:
		f := p.found.Steps[first].Left()
		p.Steps[first].Most = true
		p.Says = l.T("surveys.answering.most", "name", p.Steps[first].Text, "share", l.Percent(f.Value, 0), "range", shareRange(p.ground, f), "n", l.Int(f.N))
	}
}

// worst gives the two questions that most people leave at among those of which something may be concluded; −1: there are
// not that many.
func (p *surveyAnsweringPage) worst() (first, second int) {
	first, second = -1, -1
	for i, step := range p.found.Steps {
		f := step.Left()
		switch {
		case !f.Enough:
		case first < 0 || f.Value > p.found.Steps[first].Left().Value:
			first, second = i, first
		case second < 0 || f.Value > p.found.Steps[second].Left().Value:
			second = i
		}
	}
	return first, second
}

// csv gives every question with its figures, as a spreadsheet of the reader's language reads it.
func (p *surveyAnsweringPage) csv() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	l := p.lang()
	french := l.Tag() == "fr"
	if french {
		w.Comma = ';'
	}
	head := make([]string, 0, 9)
	for _, id := range []string{"version", "key", "question", "met", "left", "share", "low", "high"} {
		head = append(head, l.T("surveys.answering.csv."+id))
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, step := range p.found.Steps {
		f := step.Left()
		row := []field{p.found.N, string(step.Question.Key), p.say(step.Question.Text), step.Met, step.Stopped, nil, nil, nil}
		if f.Enough {
			row[5], row[6], row[7] = f.Value, f.Low, f.High
		}
		cells := make([]string, len(row))
		for i, one := range row {
			cells[i] = csvField(one, french)
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (p *surveyAnsweringPage) empty() ui.State {
	l := p.lang()
	st := ui.State{Title: l.T("surveys.answering.none"), Text: l.T("surveys.answering.none.text")}
	if last := refusalDays[len(refusalDays)-1]; p.Days < last {
		st.Actions = []ui.Button{{Label: l.T("invitation.refusals.days", "count", last), Href: p.link(last, 0, ""), Style: "quiet"}}
	}
	return st
}
