-- +goose Up
-- Reasons of contact counted by one tap. Who tapped is not kept, nor the hour: a unit and a day.
CREATE TABLE tally_reason (
  key     TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  place   BIGINT NOT NULL,
  retired SMALLINT NOT NULL
);
CREATE TABLE tally (
  id     TEXT PRIMARY KEY, -- drawn by the page, so that a tap sent twice is one
  day    TEXT NOT NULL,
  reason TEXT NOT NULL,
  unit   TEXT NOT NULL -- '': none
);
CREATE INDEX tally_day ON tally (day, reason);

-- +goose Down
DROP TABLE tally;
DROP TABLE tally_reason;
