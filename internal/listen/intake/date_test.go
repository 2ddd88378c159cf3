package intake

import (
	"testing"
	"time"
)

func TestDatesWrittenByPeople(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, format, want string }{
		{"2024-05-31", "iso", "2024-05-31T00:00:00+02:00"},
		{"2024-05-31 08:09:10", "iso", "2024-05-31T08:09:10+02:00"},
		{"2024-05-31T08:09:10.5Z", "iso", "2024-05-31T08:09:10.5Z"},
		{"2024-05-31 08:09:10 UTC", "iso", "2024-05-31T08:09:10Z"},
		{"2024-01-31T08:09+05:00", "iso", ""},
		{"1/2/2024", "DD/MM/YYYY", "2024-02-01T00:00:00+01:00"},
		{"1/2/2024", "MM/DD/YYYY", "2024-01-02T00:00:00+01:00"},
		{"06/10/2022 15:07", "DD/MM/YYYY HH:mm", "2022-10-06T15:07:00+02:00"},
		{"06.10.22", "DD.MM.YY", "2022-10-06T00:00:00+02:00"},
		{"12/31/2023 1:05 PM", "MM/DD/YYYY hh:mm AM", "2023-12-31T13:05:00+01:00"},
		{"31 août 2024", "DD MMM YYYY", "2024-08-31T00:00:00+02:00"},
		{"5 févr. 2024", "DD MMM YYYY", "2024-02-05T00:00:00+01:00"},
		{"March 5, 2024", "MMM DD, YYYY", "2024-03-05T00:00:00+01:00"},
		{"20240531", "YYYYMMDD", "2024-05-31T00:00:00+02:00"},
		{"45443.5", "excel", "2024-05-31T12:00:00+02:00"},
		{"1717142950", "unix", "2024-05-31T10:09:10+02:00"},
		{"31/02/2024", "DD/MM/YYYY", ""}, {"31/12/2023", "MM/DD/YYYY", ""}, {"", "iso", ""}, {"0000-00-00", "iso", ""}, {"demain", "iso", ""},
	} {
		got, ok := ParseDate(c.text, []string{c.format}, paris)
		if want, _ := time.Parse(time.RFC3339Nano, c.want); ok != (c.want != "") || ok && !got.Equal(want) {
			t.Errorf("%q as %s: %v %v", c.text, c.format, got, ok)
		}
	}
}

func TestDateFormatsAreGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		rows        string
		want        []string
		mixed, open bool
	}{
		"day first":        {"d\n31/12/2023\n01/02/2024\n", []string{"DD/MM/YYYY"}, false, false},
		"month first":      {"d\n12/31/2023\n01/02/2024\n", []string{"MM/DD/YYYY"}, false, false},
		"nothing tells":    {"d\n03/04/2024\n01/02/2024\n", []string{"DD/MM/YYYY"}, false, true},
		"both, mixed":      {"d\n31/12/2023\n12/31/2023\n30/12/2023\n", []string{"DD/MM/YYYY", "MM/DD/YYYY"}, true, false},
		"two ways to say":  {"d\n2015-07-20\n19-07-2015\n2015-07-21\n", []string{"iso", "DD-MM-YYYY"}, false, false},
		"French months":    {"d\n31 août 2024\n1 février 2024\n", []string{"DD MMM YYYY"}, false, false},
		"numbers are none": {"d\n1.5\n2.5\n", nil, false, false},
		"words are none":   {"d\nlundi\nmardi\n", nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := memory(t, "d.csv", c.rows).Rows(Layout{Separator: ",", HeaderRows: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			g := newGuesser(&File{Kind: Text, Name: "d.csv"}, Layout{}, rows.Headers)
			if err := g.look(rows); err != nil {
				t.Fatal(err)
			}
			got, mixed, open := g.cols[0].profile.dates(false)
			if len(got) != len(c.want) || mixed != c.mixed || open != c.open {
				t.Fatalf("%v mixed %v open %v", got, mixed, open)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%v", got)
				}
			}
		})
	}
}
