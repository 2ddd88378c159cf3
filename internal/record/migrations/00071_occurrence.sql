-- +goose Up
-- A business event received: key is the hash of the sender's number for it, content that of what was sent.
CREATE TABLE occurrence (
  id         BIGINT PRIMARY KEY,
  key        {bytes} NOT NULL UNIQUE,
  content    {bytes} NOT NULL,
  event      TEXT NOT NULL,
  at         BIGINT NOT NULL,
  received   BIGINT NOT NULL,
  identity   BIGINT NOT NULL,  -- 0: erased
  said       TEXT NOT NULL,    -- touchpoint, unit, language, attributes as sent
  planned    SMALLINT NOT NULL -- 1: the rules saw it
);
CREATE INDEX occurrence_waiting ON occurrence (id) WHERE planned = 0;
CREATE INDEX occurrence_identity ON occurrence (identity) WHERE identity > 0;

-- +goose Down
DROP TABLE occurrence;
