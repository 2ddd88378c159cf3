-- +goose Up
CREATE TABLE feedback (
  id       {id},
  key      {bytes} NOT NULL UNIQUE, -- 16 bytes, keyed hash; all that an erased feedback keeps
  hash     {bytes} NOT NULL,        -- 16 bytes, keyed hash of the content as sent
  at       BIGINT NOT NULL,         -- µs, UTC
  received BIGINT NOT NULL,
  state    SMALLINT NOT NULL,       -- 0 live, 1 quarantined, 2 erased
  identity BIGINT,
  payload  {bytes} NOT NULL         -- JSON of cx.Feedback with its schema number; empty once erased
);
CREATE INDEX feedback_identity ON feedback (identity) WHERE identity IS NOT NULL;

-- What a waiting feedback waits for. field: touchpoint or unit.
CREATE TABLE quarantine (
  feedback BIGINT NOT NULL,
  field    TEXT NOT NULL,
  key      TEXT NOT NULL,
  since    BIGINT NOT NULL,
  PRIMARY KEY (feedback, field)
);
CREATE INDEX quarantine_key ON quarantine (field, key);

-- Keys of other people mapped once to ours. kind: touchpoint or unit.
CREATE TABLE alias (
  kind   TEXT NOT NULL,
  key    TEXT NOT NULL,
  target TEXT NOT NULL,
  since  BIGINT NOT NULL,
  PRIMARY KEY (kind, key)
);

-- Erasures, on PostgreSQL; a SQLite record keeps them beside it in erasures.log. what: feedback or identity.
CREATE TABLE erasure (
  what TEXT NOT NULL,
  hash {bytes} NOT NULL,
  at   BIGINT NOT NULL,
  PRIMARY KEY (what, hash, at)
);

-- +goose Down
DROP TABLE erasure;
DROP TABLE alias;
DROP TABLE quarantine;
DROP TABLE feedback;
