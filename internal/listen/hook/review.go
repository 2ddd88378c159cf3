package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
)

// Review is a review, or a post on a social network or a forum, written where nobody asked.
type Review struct {
	Site string `json:"site"`           // where it was found ("google", "trustpilot", "x")
	Kind string `json:"kind,omitempty"` // review (also "") or post
	ID   string `json:"id,omitempty"`   // there; "": its address, else what it says
	// At: when it was written.
	At     time.Time `json:"at"`
	Author string    `json:"author,omitempty"`
	URL    string    `json:"url,omitempty"`
	// Stars from 1 to 5. Another scale names its own Metric, on whose scale they are: scales are not converted.
	Stars      *float64       `json:"stars,omitempty"`
	Metric     string         `json:"metric,omitempty"`
	Title      string         `json:"title,omitempty"`
	Text       string         `json:"text,omitempty"`
	Lang       string         `json:"lang,omitempty"`
	Touchpoint string         `json:"touchpoint,omitempty"`
	Unit       string         `json:"unit,omitempty"`
	Channel    string         `json:"channel,omitempty"` // lived, when it is known
	Attributes map[string]any `json:"attributes,omitempty"`
}

// Attributes of a feedback that tell where a review stands.
const (
	AuthorAttribute = "review.author"
	URLAttribute    = "review.url"
)

// Attributes are those to declare before the first review: an author's name describes a person.
func Attributes() []catalogue.Attribute {
	return []catalogue.Attribute{
		{Key: AuthorAttribute, Type: catalogue.TextAttribute, Personal: true, Name: cx.Text{"fr": "Auteur de l’avis", "en": "Author of the review"}},
		{Key: URLAttribute, Type: catalogue.TextAttribute, Personal: true, Name: cx.Text{"fr": "Adresse de l’avis", "en": "Address of the review"}},
	}
}

// Incoming is the feedback of a review: spontaneous, with its author and address kept as personal attributes.
func (r Review) Incoming() (collect.Incoming, error) {
	in := collect.Incoming{Source: r.Site, SourceID: r.id(), At: r.At, Touchpoint: r.Touchpoint, Unit: r.Unit, Channel: r.Channel, CollectedBy: "review_site", Lang: r.Lang,
		Program: string(cx.Spontaneous), Attributes: map[string]any{}}
	switch r.Kind {
	case "", "review":
	case "post":
		if in.Channel == "" {
			in.Channel = "social"
		}
	default:
		return in, cx.Fail(cx.Invalid, "kind", "hook.kind", "value", r.Kind)
	}
	for key, v := range r.Attributes {
		in.Attributes[key] = v
	}
	if r.Author != "" {
		in.Attributes[AuthorAttribute] = r.Author
	}
	if r.URL != "" {
		if !strings.HasPrefix(r.URL, "https://") && !strings.HasPrefix(r.URL, "http://") {
			return in, cx.Fail(cx.Invalid, "url", "hook.url", "value", r.URL)
		}
		in.Attributes[URLAttribute] = r.URL
	}
	if r.Stars != nil {
		metric := r.Metric
		if metric == "" {
			metric = "stars"
		}
		in.Scores = collect.Scores{metric: *r.Stars}
	}
	if r.Title != "" {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Question: "Titre", Text: r.Title})
	}
	if r.Text != "" {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Text: r.Text})
	}
	return in, nil
}

func (r Review) id() string {
	switch {
	case r.ID != "":
		return r.ID
	case r.URL != "" && len(r.URL) <= 200:
		return r.URL
	}
	h := sha256.Sum256([]byte(r.URL + "\x00" + r.Author + "\x00" + r.At.UTC().Format(time.RFC3339) + "\x00" + r.Title + "\x00" + r.Text))
	return "said:" + hex.EncodeToString(h[:16])
}
