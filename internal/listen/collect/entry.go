package collect

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"vigie/internal/cx"
)

// Key is the unique key of a feedback: a keyed hash of (source, source_id), else of the API key and its Idempotency-Key,
// else random.
type Key [16]byte

// entry is one feedback on its way through the door.
type entry struct {
	in       *Incoming
	brought  cx.ImportID // by a file; 0: not
	key      Key
	random   bool
	hash     [16]byte
	f        cx.Feedback
	missing  []missing // what it waits for
	mapped   []missing // what a mapping placed, as it was sent
	payload  []byte
	identity cx.IdentityID
	first    *entry // the twin before it in the batch
	kept     bool   // on disk by an earlier attempt
	out      Outcome
	err      error
}

// missing is a key that is not known, yet.
type missing struct{ field, key string }

// known is what the record knows of a key.
type known struct {
	id    cx.FeedbackID
	hash  [16]byte
	state cx.State
}

func (e *entry) failed() bool { return e.err != nil || e.out.Verdict == Rejected }
func (e *entry) fresh() bool {
	return !e.kept && (e.out.Verdict == Accepted || e.out.Verdict == Waiting)
}

func (e *entry) number(id int64) { e.out.ID = cx.FeedbackID(id) }

func (e *entry) reject(err *cx.Error) {
	e.out.Verdict = Rejected
	e.out.Errors = append(e.out.Errors, err)
}

func (e *entry) conflict() {
	e.out.Verdict = Conflicting
	e.out.Errors = []*cx.Error{cx.Fail(cx.Conflict, "source_id", "collect.conflict")}
}

// meet settles an entry whose key is in the record. One that carries the number of the row is that row: a COMMIT of
// which the answer was lost.
func (e *entry) meet(old known) {
	switch {
	case old.id == e.out.ID:
		e.out.Verdict = Accepted
		if len(e.missing) > 0 {
			e.out.Verdict = Waiting
		}
		e.kept = true
	case old.state == cx.Erased:
		e.out.Verdict = Gone
	case old.hash != e.hash:
		e.conflict()
	default:
		e.out.Verdict = Duplicate
	}
	e.out.ID = old.id
}

// seal computes the entry's key and content hash.
func (e *entry) seal(secret []byte, senderKey string) {
	var space [1024]byte
	b := append(space[:0], secret...)
	switch {
	case e.in.SourceID != "":
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(e.in.Source)))
		b = append(b, e.in.Source...)
		b = append(b, e.in.SourceID...)
	case senderKey != "":
		b = append(append(b, 2), senderKey...)
	default:
		rand.Read(e.key[:])
		e.random = true
	}
	if !e.random {
		sum := sha256.Sum256(b)
		e.key = Key(sum[:16])
	}
	b = append(append(b[:0], secret...), 3)
	sum := sha256.Sum256(appendSent(b, e.in))
	e.hash = [16]byte(sum[:16])
}
