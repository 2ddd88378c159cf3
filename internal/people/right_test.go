package people

import (
	"context"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestRightsRequestsAreDueInAMonthAndClosedWithAProof(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		dpo := Viewer{UserID: 1, Role: DPO}
		for name, r := range map[string]RightsRequest{"kind": {Kind: "x", Who: "a", Received: "2026-01-01"}, "nobody": {Kind: "access", Received: "2026-01-01"}, "day": {Kind: "access", Who: "a", Received: "hier"}} {
			_, err := s.AddRequest(ctx, dpo, r)
			kindOf(t, name, err, cx.Invalid)
		}
		_, err := s.AddRequest(ctx, Viewer{Role: Director}, RightsRequest{Kind: "access", Who: "a", Received: "2026-01-01"})
		kindOf(t, "a director", err, cx.Denied)
		access, err := s.AddRequest(ctx, dpo, RightsRequest{Kind: "access", Who: "Denis", Received: "2026-01-15"})
		if err != nil {
			t.Fatal(err)
		}
		erasure, _ := s.AddRequest(ctx, dpo, RightsRequest{Kind: "erasure", Who: "jeanne@x.fr", Received: "2026-01-10", Person: 7})
		all, err := s.Requests(ctx, dpo)
		if err != nil || len(all) != 2 || all[0].ID != erasure || all[0].Due != "2026-02-10" || all[1].Due != "2026-02-15" || all[0].Person != 7 {
			t.Fatalf("%+v %v", all, err)
		}
		kindOf(t, "without proof", s.UpdateRequest(ctx, dpo, erasure, RequestUpdate{State: "done"}), cx.Invalid)
		if err := s.UpdateRequest(ctx, dpo, erasure, RequestUpdate{State: "done", Proof: "courrier du 12"}); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Request(ctx, dpo, erasure); err != nil || r.Who != "" || r.Proof == "" || r.Closed.IsZero() {
			t.Errorf("%+v %v", r, err)
		}
		if all, _ = s.Requests(ctx, dpo); all[0].ID != access {
			t.Error("what is answered stands first")
		}
		kindOf(t, "unknown", s.UpdateRequest(ctx, dpo, 99, RequestUpdate{State: "open"}), cx.NotFound)
		if _, err = s.Requests(ctx, Viewer{Role: Director}); cx.KindOf(err) != cx.Denied {
			t.Errorf("read by a director: %v", err)
		}
	})
}

func TestDocumentsKeepWhatIsWrittenOverThem(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		dpo := Viewer{UserID: 1, Role: DPO}
		if err := s.WriteProtection(ctx, dpo, "register", map[string]string{"dpo": "Hélène", "basis": "x"}); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteProtection(ctx, dpo, "register", map[string]string{"dpo": "Hélène V.", "basis": " "}); err != nil {
			t.Fatal(err)
		}
		got, err := s.ProtectionTexts(ctx, "register")
		if err != nil || len(got) != 1 || got["dpo"] != "Hélène V." {
			t.Errorf("%v %v", got, err)
		}
		kindOf(t, "a director", s.WriteProtection(ctx, Viewer{Role: Director}, "register", nil), cx.Denied)
	})
}
