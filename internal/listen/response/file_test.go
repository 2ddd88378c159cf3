package response_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/media"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// parcel asks for a file before anything a feedback could hold.
func parcel(privacy survey.Privacy) survey.Definition {
	text := func(s string) cx.Text { return cx.Text{"fr": s} }
	return survey.Definition{Key: "parcel", Name: text("Colis"), Languages: []string{"fr"}, Privacy: privacy, Sections: []survey.Section{{Questions: []survey.Question{
		{Key: "proof", Kind: survey.Media, Text: text("Une photo ?"), Accept: []string{"image"}}, {Key: "nps", Kind: survey.NPS, Text: text("Recommander ?")}}}}}
}

// gif is the smallest of pictures, another for each colour.
func gif(colour byte) []byte {
	return []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00" + string([]byte{colour, 0, 0}) + "\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
}

func (w *world) attach(token response.Token, name string, b []byte) (*response.Response, error) {
	return w.Responses.Attach(w.t.Context(), token, "proof", response.Sent{Name: name, Reader: bytes.NewReader(b)})
}

// blobs counts the files under the data folder's media.
func (w *world) blobs() int {
	w.t.Helper()
	n := 0
	if err := w.Media.Keys(w.t.Context(), func(string) error { n++; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestFilesEnterWithTheAnswersAndGoWithThem(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		w.publish(parcel(""))
		ctx := t.Context()
		token := w.begin(response.Opening{Survey: "parcel", Customer: &collect.Customer{Email: "zoe@example.org"}})
		r, err := w.attach(token, "a.gif", gif(1))
		if err != nil || r.Feedback == 0 {
			t.Fatalf("%+v %v", r, err)
		}
		if r, err = w.attach(token, "again.gif", gif(1)); err != nil || len(r.Answers["proof"].Files) != 1 || w.blobs() != 1 {
			t.Fatalf("the same file twice: %+v, %d blobs, %v", r.Answers, w.blobs(), err)
		}
		if r, err = w.attach(token, "b.gif", gif(2)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"nps": num(2), "proof": {}}}); err != nil {
			t.Fatal(err)
		}
		l, err := w.Door.Media(ctx, people.Whole(), r.Feedback)
		if err != nil || len(l) != 2 || l[1].Name != "b.gif" || w.blobs() != 2 {
			t.Fatalf("%+v %v", l, err)
		}
		if _, err := w.Responses.Detach(ctx, token, l[0].ID); err != nil {
			t.Fatal(err)
		}
		if l, err = w.Door.Media(ctx, people.Whole(), r.Feedback); err != nil || len(l) != 1 || w.blobs() != 1 {
			t.Errorf("%+v %v, %d blobs", l, err, w.blobs())
		}
		if err := w.Door.Erase(ctx, r.Feedback); err != nil {
			t.Fatal(err)
		}
		if n := w.blobs(); n != 0 {
			t.Errorf("%d blobs are left", n)
		}
		if _, err := w.Door.Media(ctx, people.Whole(), r.Feedback); cx.KindOf(err) != cx.NotFound {
			t.Errorf("%v", err)
		}
	})
}

func TestThePersonsFilesGoWithThePerson(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.publish(parcel(""))
	token := w.begin(response.Opening{Survey: "parcel", Customer: &collect.Customer{Email: "zoe@example.org"}})
	r, err := w.attach(token, "a.gif", gif(1))
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Door.Feedbacks(t.Context(), people.Whole(), []cx.FeedbackID{r.Feedback})
	if err != nil || len(l) != 1 {
		t.Fatal(err)
	}
	known, err := w.Customers.Customers(t.Context(), people.Whole(), []cx.IdentityID{l[0].Identity})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Door.ErasePerson(t.Context(), known[l[0].Identity].ID); err != nil || w.blobs() != 0 {
		t.Errorf("%v, %d blobs", err, w.blobs())
	}
}

func TestFilesGoWithTheWordsThatAreTooOld(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.publish(parcel(""))
	token := w.begin(response.Opening{Survey: "parcel"})
	r, err := w.attach(token, "a.gif", gif(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"nps": num(2)}}); err != nil {
		t.Fatal(err)
	}
	gone, err := w.Door.Forget(t.Context(), collect.Keep{Words: w.now.AddDate(0, 0, 1)})
	if err != nil || gone.Words != 1 || w.blobs() != 0 {
		t.Errorf("%+v %v, %d blobs", gone, err, w.blobs())
	}
	l, err := w.Door.Feedbacks(t.Context(), people.Whole(), []cx.FeedbackID{r.Feedback})
	if err != nil || len(l) != 1 || len(l[0].Media) != 0 || len(l[0].Scores) != 1 {
		t.Errorf("%+v %v", l, err)
	}
}

func TestAnAnonymousFileHasNoName(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.publish(parcel(survey.Anonymous))
	r, err := w.attach(w.begin(response.Opening{Survey: "parcel"}), "Zoé Martin.gif", gif(1))
	if err != nil {
		t.Fatal(err)
	}
	if l, err := w.Door.Media(t.Context(), people.Whole(), r.Feedback); err != nil || len(l) != 1 || l[0].Name != "" {
		t.Errorf("%+v %v", l, err)
	}
}

func TestNoMoreFilesThanAskedFor(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.publish(parcel(""))
	token := w.begin(response.Opening{Survey: "parcel"})
	for n := range byte(3) {
		if _, err := w.attach(token, "a.gif", gif(n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.attach(token, "a.gif", gif(9)); cx.KindOf(err) != cx.Invalid || w.blobs() != 3 {
		t.Errorf("%v, %d blobs", err, w.blobs())
	}
	if _, err := w.attach(token, "a.pdf", []byte("%PDF-1.7")); cx.KindOf(err) != cx.Invalid || w.blobs() != 3 {
		t.Errorf("%v, %d blobs", err, w.blobs())
	}
	if _, err := w.Responses.Attach(context.Background(), token, "nps", response.Sent{Reader: strings.NewReader("x")}); cx.KindOf(err) != cx.Invalid {
		t.Errorf("%v", err)
	}
}

func TestAFileIsOfOneFeedbackHoweverOftenItIsSent(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.publish(parcel(""))
	token := w.begin(response.Opening{Survey: "parcel"})
	r, err := w.attach(token, "a.gif", gif(1))
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Door.Put(t.Context(), "", collect.Incoming{Source: "elsewhere", SourceID: "1", At: w.now, Media: []cx.MediaID{cx.MediaID(r.Answers["proof"].Files[0])}})
	if err != nil || again.Verdict != collect.Rejected || again.Errors[0].Code != "collect.unknown_media" {
		t.Errorf("a file that another holds was taken: %+v %v", again, err)
	}
	free, err := w.Media.Put(t.Context(), bytes.NewReader(gif(4)), media.Upload{})
	if err != nil {
		t.Fatal(err)
	}
	in := collect.Incoming{Source: "elsewhere", SourceID: "2", At: w.now, Media: []cx.MediaID{free.ID}}
	for _, want := range []collect.Verdict{collect.Accepted, collect.Duplicate} {
		if out, err := w.Door.Put(t.Context(), "", in); err != nil || out.Verdict != want {
			t.Errorf("%+v %v, wanted %s", out, err, want)
		}
	}
}
