-- +goose Up
-- Each fortnight of a pilot: what became of those asked, as it was when the fortnight was over, and what was decided of it.
CREATE TABLE invite_fortnight (
  rule       TEXT NOT NULL,
  began      BIGINT NOT NULL, -- µs
  ended      BIGINT NOT NULL,
  kept       BIGINT NOT NULL,
  report     TEXT NOT NULL,
  verdict    TEXT NOT NULL,   -- "": nothing decided yet
  decided    BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  PRIMARY KEY (rule, began)
);

-- +goose Down
DROP TABLE invite_fortnight;
