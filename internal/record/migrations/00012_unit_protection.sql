-- +goose Up
ALTER TABLE unit ADD COLUMN closed SMALLINT NOT NULL DEFAULT 0;

-- What changed in the tree of units. kind: add, move, close, open, rename or edit; was and becomes: JSON of the unit, ''
-- none; day: from when a move counts, 2006-01-02. What was done together has one batch and is undone together.
CREATE TABLE unit_change (
  id      {id},
  batch   BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  actor   TEXT NOT NULL,
  kind    TEXT NOT NULL,
  unit    TEXT NOT NULL,
  day     TEXT NOT NULL,
  was     TEXT NOT NULL,
  becomes TEXT NOT NULL,
  undone  BIGINT NOT NULL
);
CREATE INDEX unit_change_batch ON unit_change (batch);
CREATE INDEX unit_change_kind ON unit_change (kind, day);

-- A file of units that was shown what it would change, and waits for a yes.
CREATE TABLE unit_upload (
  id    {id},
  at    BIGINT NOT NULL,
  actor TEXT NOT NULL,
  name  TEXT NOT NULL,
  data  {bytes} NOT NULL
);

-- What somebody asked of their data. kind: access, rectification, erasure, objection, portability; state: open, done or
-- refused; person: 0 when not found among customers.
CREATE TABLE rights_request (
  id       {id},
  kind     TEXT NOT NULL,
  state    TEXT NOT NULL,
  received TEXT NOT NULL,
  due      TEXT NOT NULL,
  person   BIGINT NOT NULL,
  who      TEXT NOT NULL,
  note     TEXT NOT NULL,
  proof    TEXT NOT NULL,
  actor    TEXT NOT NULL,
  at       BIGINT NOT NULL,
  closed   BIGINT NOT NULL
);

-- What was written over the text a register or an assessment comes with.
CREATE TABLE protection_text (
  document TEXT NOT NULL,
  section  TEXT NOT NULL,
  value    TEXT NOT NULL,
  actor    TEXT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (document, section)
);

-- +goose Down
DROP TABLE protection_text;
DROP TABLE rights_request;
DROP TABLE unit_upload;
DROP TABLE unit_change;
ALTER TABLE unit DROP COLUMN closed;
