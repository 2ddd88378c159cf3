-- +goose Up
CREATE TABLE context_event (
  key        TEXT PRIMARY KEY,
  begins     TEXT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

-- +goose Down
DROP TABLE context_event;
