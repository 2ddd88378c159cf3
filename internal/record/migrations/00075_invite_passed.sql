-- +goose Up
-- How many a rule was not about, or did not draw in a run: counted, since their reason can be told again from what is known
-- of each. rule '' counts events that no rule listens to.
CREATE TABLE invite_passed (
  rule TEXT NOT NULL,
  day  BIGINT NOT NULL, -- days since 1970 (UTC)
  unit TEXT NOT NULL,   -- of the event; '': none, or a run
  why  TEXT NOT NULL,
  n    BIGINT NOT NULL,
  PRIMARY KEY (rule, day, unit, why)
);

-- +goose Down
DROP TABLE invite_passed;
