-- +goose Up
-- Feedbacks that a mapping placed, with the key as it was sent: undoing the mapping gives it back. field: touchpoint or unit.
CREATE TABLE placed (
  feedback BIGINT NOT NULL,
  field    TEXT NOT NULL,
  key      TEXT NOT NULL,
  PRIMARY KEY (feedback, field)
);
CREATE INDEX placed_key ON placed (field, key);

-- +goose Down
DROP TABLE placed;
