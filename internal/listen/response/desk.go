package response

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/media"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

// Deps of the desk.
type Deps struct {
	DB      *record.DB
	Door    *collect.Door
	Surveys *survey.Store
	// Customers is told what people agree to; nil: nobody is.
	Customers *customer.Reference
	// Media keeps the files that are sent; nil: none may be.
	Media *media.Store
	// Keep is how long a response that said nothing is kept; 0: 180 days.
	Keep time.Duration
	// Answered is told, in the transaction that notes it, that an invitation has its first answer. nil: nobody is told.
	Answered func(ctx context.Context, tx *record.Tx, invitation int64) error
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: discarded
}

// Desk takes the answers. Safe for concurrent use, on several nodes too.
type Desk struct {
	d Deps

	mu       sync.Mutex
	follower *record.Follower
	stop     context.CancelFunc
	done     chan struct{}
}

// New is inert.
func New(d Deps) (*Desk, error) {
	if d.DB == nil || d.Door == nil || d.Surveys == nil {
		return nil, errors.New("response: DB, Door and Surveys are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	d.Keep = cmp.Or(d.Keep, silentKept)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{d: d}, nil
}

// Token is the address of a response: who has it may read and change it. 128 random bits; only its hash is kept.
type Token string

func (t Token) hash() []byte {
	h := sha256.Sum256([]byte(t))
	return h[:]
}

func newToken() Token {
	var b [16]byte
	rand.Read(b[:])
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// State of a response.
type State int

const (
	Open     State = 0
	Complete State = 1
	Closed   State = 2 // may be read, changed no more
)

// Opening is what is known when somebody begins to answer.
type Opening struct {
	Survey  cx.SurveyID `json:"-"`
	Version int64       `json:"-"` // 0: the last published
	// Invitation it answers; 0: none (a QR code, a kiosk, a widget). Never kept of an anonymous survey.
	Invitation int64 `json:"-"`

	Language    string `json:"language,omitempty"`
	Channel     string `json:"channel,omitempty"` // lived
	CollectedBy string `json:"collected_by,omitempty"`
	Touchpoint  string `json:"touchpoint,omitempty"` // "": the survey's own
	Unit        string `json:"unit,omitempty"`
	Agent       string `json:"agent,omitempty"`
	Contact     string `json:"contact,omitempty"`
	// Expires: nothing is answered from then on; zero: always open.
	Expires time.Time `json:"expires,omitzero"`
	// Customer and Attributes are never kept of an anonymous survey.
	Customer   *collect.Customer `json:"customer,omitempty"`
	Attributes map[string]any    `json:"attributes,omitempty"` // string, float64 or bool
}

// Response is what is known of one person answering.
type Response struct {
	ID       int64
	State    State
	Feedback cx.FeedbackID // 0: nothing entered yet
	Started  time.Time
	Changed  time.Time
	Opening
	Answers map[survey.QuestionID]survey.Answer
	Passed  map[survey.QuestionID]bool
	After   After
	Agreed  map[string]Agreed // by topic of consent
	// Version answered, its random orders dealt for this person.
	Version  *survey.Definition
	Number   int64
	revision int64
	entered  int64
}

// Known gives what the survey's conditions and texts may use.
func (r *Response) Known() survey.State {
	known := map[string]any{}
	if r.Customer != nil {
		maps.Copy(known, r.Customer.Attributes)
	}
	maps.Copy(known, r.Attributes)
	return survey.State{Answers: r.Answers, Channel: r.Channel, Language: r.Language, Attributes: known}
}

// Path gives the questions that this person meets.
func (r *Response) Path() survey.Path { return r.Version.Path(r.Known()) }

// Open begins a response and gives its address.
func (d *Desk) Open(ctx context.Context, o Opening) (Token, error) {
	token := newToken()
	return token, d.OpenAs(ctx, token, o)
}

// OpenAs begins a response under an address that the caller can tell again: 128 bits that nobody guesses. One that is
// open already stays as it is.
func (d *Desk) OpenAs(ctx context.Context, token Token, o Opening) error {
	if len(token) < 22 {
		return errors.New("response: an address this short may be guessed")
	}
	v, err := d.d.Surveys.Published(ctx, o.Survey, o.Version)
	if err != nil {
		return err
	}
	one, err := d.d.Surveys.Survey(ctx, o.Survey)
	if err != nil {
		return err
	}
	if !one.Asking() {
		return cx.Fail(cx.NotFound, "survey", "survey.unknown", "key", string(o.Survey))
	}
	if v.Untied() {
		o = Opening{Survey: o.Survey, Language: o.Language, Channel: o.Channel, CollectedBy: o.CollectedBy, Touchpoint: o.Touchpoint, Unit: o.Unit}
	}
	r := &Response{Opening: o, Number: v.N, Started: d.now(&v.Definition)}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error { return insert(ctx, tx, token, r) })
}

// now is the moment, or the day of it for an anonymous survey, the week for one of employees: nothing finer is kept.
func (d *Desk) now(of *survey.Definition) time.Time {
	now := d.d.Now().UTC()
	switch {
	case of.Audience == cx.Employees:
		return cx.Week(now)
	case of.Untied():
		return now.Truncate(24 * time.Hour)
	}
	return now
}

// Find gives a response by its address, or NotFound.
func (d *Desk) Find(ctx context.Context, t Token) (*Response, error) {
	r, err := find(ctx, d.d.DB, `token = ?`, t.hash())
	if err != nil {
		return nil, err
	}
	return r, d.dress(ctx, r)
}

// dress gives a response the version it answers.
func (d *Desk) dress(ctx context.Context, r *Response) error {
	v, err := d.d.Surveys.Published(ctx, r.Survey, r.Number)
	if err != nil {
		return err
	}
	r.Version = v.Dealt(uint64(r.ID))
	if limit := time.Duration(v.EditDays) * 24 * time.Hour; r.State == Complete && limit > 0 && d.d.Now().Sub(r.Changed) > limit {
		r.State = Closed
	}
	if v.Audience == cx.Employees && !d.d.Now().Before(cx.Closes(r.Started)) {
		r.State = Closed // figures may show it
	}
	if !r.Expires.IsZero() && d.d.Now().After(r.Expires) {
		r.State = Closed
	}
	return nil
}

// Said is what comes from one screen.
type Said struct {
	Answers map[survey.QuestionID]survey.Answer // an empty answer takes back what was answered
	Passed  []survey.QuestionID                 // seen and left without an answer
	// Language chosen from now on; "" as before.
	Language string
}

// Answer keeps what one screen says, then tells the door. What is refused is told by question (errors.Join of *cx.Error)
// and nothing of the screen is kept. An error of kind Unavailable means *unknown*: say it again.
func (d *Desk) Answer(ctx context.Context, t Token, said Said) (*Response, error) {
	return d.change(ctx, t, func(r *Response) error { return r.take(said) })
}

// change keeps what fn does to a response, then tells the door.
func (d *Desk) change(ctx context.Context, t Token, fn func(*Response) error) (*Response, error) {
	var r *Response
	err := d.d.DB.Write(ctx, func(tx *record.Tx) error {
		var err error
		if r, err = lock(ctx, tx, t); err != nil {
			return err
		}
		if err := d.dress(ctx, r); err != nil {
			return err
		}
		if r.State == Closed {
			return cx.Fail(cx.Conflict, "", "response.closed")
		}
		if err := fn(r); err != nil {
			return err
		}
		r.Changed = d.now(r.Version)
		r.agree(r.Changed)
		r.revision++
		if err := update(ctx, tx, r); err != nil {
			return err
		}
		return walk(ctx, tx, r, r.Changed)
	})
	if err != nil {
		return nil, err
	}
	return r, d.enter(ctx, r)
}

// After is what the last screen asks of those it concerns.
type After struct {
	// Callback: the person asks to be called back, there (a number, an address; "" where they are known) and then.
	Callback bool   `json:"callback,omitempty"`
	Reach    string `json:"reach,omitempty"`
	Slot     string `json:"slot,omitempty"` // one of Slots
	// Quote: the person agrees in writing to be quoted; taken back the same way.
	Quote bool `json:"quote,omitempty"`
	// Words of short messages that no question of the survey takes; Doubt: see DoubtAttribute.
	Words string `json:"words,omitempty"`
	Doubt bool   `json:"doubt,omitempty"`
}

// Slots of a day in which a person may be called back.
var Slots = []string{"any", "morning", "noon", "afternoon", "evening"}

// Finish keeps what the last screen asked, as far as the ending met offers it.
func (d *Desk) Finish(ctx context.Context, t Token, a After) (*Response, error) {
	if a.Slot != "" && !slices.Contains(Slots, a.Slot) {
		return nil, cx.Fail(cx.Invalid, "slot", "survey.word", "value", a.Slot)
	}
	if len(a.Reach) > 200 {
		return nil, cx.Fail(cx.Invalid, "reach", "survey.answer_long", "max", 200)
	}
	return d.change(ctx, t, func(r *Response) error {
		e := r.Path().Ending
		if e == nil {
			e = &survey.Ending{}
		}
		r.After.Quote = a.Quote && e.Testify
		r.After.Callback, r.After.Reach, r.After.Slot = false, "", ""
		if a.Callback && e.CallBack {
			r.After.Callback, r.After.Reach, r.After.Slot = true, a.Reach, a.Slot
		}
		return nil
	})
}

// take merges what a screen says into the response.
func (r *Response) take(said Said) error {
	var problems []error
	for key, a := range said.Answers {
		q := r.Version.Question(key)
		if q == nil {
			problems = append(problems, cx.Fail(cx.Invalid, string(key), "survey.no_question", "key", string(key)))
			continue
		}
		if q.Kind == survey.Media {
			a.Files = r.Answers[key].Files // Attach and Detach alone change them
		}
		kept, err := q.Take(a)
		switch {
		case err != nil:
			problems = append(problems, err)
		case kept.Empty():
			delete(r.Answers, key)
		default:
			r.Answers[key] = kept
			delete(r.Passed, key)
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	for _, key := range said.Passed {
		if q := r.Version.Question(key); q != nil {
			r.Passed[key] = true
		}
	}
	if said.Language != "" {
		r.Language = said.Language
	}
	r.settle()
	return nil
}

// settle tells by the answers whether the response is complete.
func (r *Response) settle() {
	r.State = Open
	if p := r.Path(); p.Open(r.Passed) == nil && !r.missing(p) {
		r.State = Complete
	}
}

// missing tells whether something required is left open.
func (r *Response) missing(p survey.Path) bool {
	for _, q := range p.Questions {
		if q.Missing(p.Known[q.Key]) {
			return true
		}
	}
	return false
}

// Sweep tells the door what it has not been told yet (the program stopped, or the door was closed, between an answer kept
// and its feedback). It gives how many responses it entered.
func (d *Desk) Sweep(ctx context.Context) (int, error) {
	late, err := list(ctx, d.d.DB, d.d.Now().Add(-sweepAge))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range late {
		if err := d.dress(ctx, r); err != nil {
			return n, fmt.Errorf("response %d: %w", r.ID, err)
		}
		if err := d.enter(ctx, r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// sweepAge is how long an answer may be on its way to the door.
const sweepAge = 10 * time.Second
