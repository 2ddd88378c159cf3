package intake

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"vigie/internal/cx"
)

// PersonRow is one line of a list of persons, with what its cells name them by.
type PersonRow struct {
	Line              int
	Ref, Email, Phone string
	// Any is what names them when the list does not say how.
	Any     string
	Problem string // message id of a line that could not be read
}

// Naming columns of a list, -1 for none.
type personColumns struct{ ref, email, phone, any int }

// Persons reads a list of persons out of a table: whom each line names. column is the header of the one that names them;
// "": those of a reference, an e-mail and a phone are found, or the list has one column.
func Persons(f *File, column string) (iter.Seq2[PersonRow, error], error) {
	if f.Kind == NDJSON {
		return nil, cx.Fail(cx.Invalid, "", "intake.ndjson_no_columns", "file", f.Name)
	}
	l, err := guessLayout(f)
	if err != nil {
		return nil, err
	}
	at, err := findPersons(f, l, column)
	if err != nil {
		return nil, err
	}
	return func(yield func(PersonRow, error) bool) {
		rows, err := f.Rows(l, nil)
		if err != nil {
			yield(PersonRow{}, err)
			return
		}
		defer rows.Close()
		for {
			row, err := rows.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(at.read(row), err) || err != nil {
				return
			}
		}
	}, nil
}

func (at personColumns) read(row Row) PersonRow {
	cell := func(i int) string {
		if i < 0 || i >= len(row.Cells) {
			return ""
		}
		s := strings.TrimSpace(row.Cells[i])
		if slices.Contains(nothingWords, s) {
			return ""
		}
		return s
	}
	return PersonRow{Line: row.Line, Ref: cell(at.ref), Email: cell(at.email), Phone: cell(at.phone), Any: cell(at.any), Problem: row.Problem}
}

func findPersons(f *File, l Layout, column string) (personColumns, error) {
	at := personColumns{-1, -1, -1, -1}
	rows, err := f.Rows(l, nil)
	if err != nil {
		return at, err
	}
	defer rows.Close()
	if column != "" {
		at.any = slices.IndexFunc(rows.Headers, func(h Header) bool { return h.Name == column || h.Label == column })
		if at.any < 0 {
			known := make([]string, len(rows.Headers))
			for i, h := range rows.Headers {
				known[i] = h.Name
			}
			return at, cx.Fail(cx.Invalid, "column", "intake.column_absent", "column", column, "known", strings.Join(known, ", "))
		}
		return at, nil
	}
	g := newGuesser(f, l, rows.Headers)
	if err := g.look(rows); err != nil {
		return at, err
	}
	return at, at.guess(g)
}

func (at *personColumns) guess(g *guesser) error {
	take := func(into *int, is func(*guessed) bool) {
		for i, c := range g.cols {
			if *into < 0 && i != at.ref && i != at.email && i != at.phone && is(c) {
				*into = i
			}
		}
	}
	take(&at.email, func(c *guessed) bool {
		return c.most(c.emails) || c.emails > 0 && hasWord(c.words, "email", "mail", "courriel", "mel")
	})
	take(&at.phone, func(c *guessed) bool {
		return c.phones > 0 && hasWord(c.words, "phone", "telephone", "tel", "mobile", "portable", "gsm")
	})
	take(&at.ref, func(c *guessed) bool { return isCustomerRef(c.words) })
	take(&at.ref, func(c *guessed) bool { return isAnswerID(c.words) || c.words == "client" })
	switch {
	case at.ref >= 0 || at.email >= 0 || at.phone >= 0:
		return nil
	case len(g.cols) == 1:
		at.any = 0
		return nil
	}
	return cx.Fail(cx.Invalid, "column", "intake.no_person_column")
}
