package api

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/understand/insight"
)

// listQuery reads the words of a query's where from the address: channel=phone&channel=web, touchpoint.not=…,
// scores.csat.lte=2, agent.missing=true, or where={…} as JSON; from and to are days, [from, to).
func (a *API) listQuery(ctx context.Context, v url.Values) (insight.ListQuery, error) {
	q := insight.ListQuery{Limit: 50, Where: insight.Where{}}
	if s := v.Get("where"); s != "" {
		if err := decode([]byte(s), &q.Where); err != nil {
			return q, asBadRequest(err)
		}
	}
	cat, err := a.Catalogue.Present(ctx)
	if err != nil {
		return q, err
	}
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		done, err := listing(&q, key, v[key])
		if err == nil && !done {
			err = filter(q.Where, cat, key, v[key])
		}
		if err != nil {
			return q, err
		}
	}
	if q.During != nil && (q.During.From == "" || q.During.To == "") {
		return q, malformed("from", "api.both_days")
	}
	return q, nil
}

// listing reads the parameters that are no filter.
func listing(q *insight.ListQuery, key string, values []string) (bool, error) {
	value := values[len(values)-1]
	var err error
	switch key {
	case "where":
	case "from", "to":
		if q.During == nil {
			q.During = &insight.Period{}
		}
		if key == "from" {
			q.During.From = value
		} else {
			q.During.To = value
		}
	case "program":
		q.Program = cx.Program(value)
		err = oneOf("program", q.Program, cx.Programs())
	case "audience":
		q.Audience = cx.Audience(value)
		err = oneOf("audience", q.Audience, cx.Audiences())
	case "verbatim":
		var b bool
		if b, err = strconv.ParseBool(value); err != nil {
			err = malformed(key, "api.not_bool", "value", value)
		}
		q.Verbatim = &b
	case "limit":
		if q.Limit, err = strconv.Atoi(value); err != nil || q.Limit < 1 || q.Limit > 1000 {
			err = malformed(key, "api.limit", "value", value, "max", 1000)
		}
	case "cursor":
		q.Before, err = markOf(value)
	default:
		return false, nil
	}
	return true, err
}

func oneOf[T ~string](field string, v T, all []T) error {
	if slices.Contains(all, v) {
		return nil
	}
	return malformed(field, "api.unknown_value", "value", string(v))
}

// filter adds one parameter to the conditions.
func filter(w insight.Where, cat *catalogue.Catalogue, key string, values []string) error {
	name, op := key, ""
	if i := strings.LastIndexByte(key, '.'); i > 0 && slices.Contains([]string{"not", "missing", "gte", "gt", "lte", "lt"}, key[i+1:]) {
		name, op = key[:i], key[i+1:]
	}
	c := w[name]
	value := values[len(values)-1]
	switch op {
	case "", "not":
		l, err := typed(cat, name, values)
		if err != nil {
			return err
		}
		if op == "" {
			c.In = append(c.In, l...)
		} else {
			c.Not = append(c.Not, l...)
		}
	case "missing":
		b, err := strconv.ParseBool(value)
		if err != nil {
			return malformed(key, "api.not_bool", "value", value)
		}
		c.Missing = &b
	default:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return malformed(key, "api.not_number", "value", value)
		}
		bound(&c, op, &n)
	}
	w[name] = c
	return nil
}

func bound(c *insight.Condition, op string, n *float64) {
	switch op {
	case "gte":
		c.GTE = n
	case "gt":
		c.GT = n
	case "lte":
		c.LTE = n
	case "lt":
		c.LT = n
	}
}

// typed gives texts the type of what they are compared with.
func typed(cat *catalogue.Catalogue, name string, values []string) ([]any, error) {
	kind := catalogue.TextAttribute
	if key, ok := strings.CutPrefix(name, "attributes."); ok {
		kind = cat.Attributes[cx.AttributeID(key)].Type
	}
	if strings.HasPrefix(name, "scores.") {
		kind = catalogue.NumberAttribute
	}
	out := make([]any, len(values))
	for n, s := range values {
		out[n] = s
		var err error
		switch kind {
		case catalogue.NumberAttribute:
			if out[n], err = strconv.ParseFloat(s, 64); err != nil {
				return nil, malformed(name, "api.not_number", "value", s)
			}
		case catalogue.BoolAttribute:
			if out[n], err = strconv.ParseBool(s); err != nil {
				return nil, malformed(name, "api.not_bool", "value", s)
			}
		}
	}
	return out, nil
}

// cursorOf and markOf write and read a place in a list.
func cursorOf(m insight.Mark) string {
	text := strconv.FormatInt(m.At.UnixMicro(), 10) + "." + strconv.FormatInt(int64(m.ID), 10)
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func markOf(cursor string) (*insight.Mark, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, malformed("cursor", "api.cursor")
	}
	at, id, _ := strings.Cut(string(b), ".")
	micro, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil {
		return nil, malformed("cursor", "api.cursor")
	}
	return &insight.Mark{At: time.UnixMicro(micro).UTC(), ID: cx.FeedbackID(n)}, nil
}
