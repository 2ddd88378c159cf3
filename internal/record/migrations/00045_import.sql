-- +goose Up
-- Imports of files. state: draft, checking, running, done, failed, undoing, undone.
CREATE TABLE import (
  id       {id},
  state    TEXT NOT NULL,
  origin   TEXT NOT NULL,    -- page or command
  file     TEXT NOT NULL,    -- its name
  size     BIGINT NOT NULL,  -- bytes
  actor    TEXT NOT NULL,    -- Viewer.Actor, or "vigie import"
  who      TEXT NOT NULL,    -- their name, as the history shows it
  created  BIGINT NOT NULL,  -- µs
  started  BIGINT NOT NULL,  -- µs, 0: not yet
  ended    BIGINT NOT NULL,
  header   TEXT NOT NULL,    -- hash of the columns' names: files of the same make
  map      TEXT NOT NULL,    -- YAML
  draft    TEXT NOT NULL,    -- JSON: what the page needs to draw the choices; '' once done
  progress TEXT NOT NULL,    -- JSON: how far it is
  report   TEXT NOT NULL,    -- JSON of the last rehearsal or of the import; ''
  problem  TEXT NOT NULL,    -- why it failed: JSON of a cx.Error; ''
  gone     BIGINT NOT NULL   -- feedbacks that undoing took back
);
CREATE INDEX import_header ON import (header, id);

-- The import that brought a feedback; NULL: none did.
ALTER TABLE feedback ADD COLUMN import BIGINT;
CREATE INDEX feedback_import ON feedback (import) WHERE import IS NOT NULL;

-- +goose Down
DROP INDEX feedback_import;
ALTER TABLE feedback DROP COLUMN import;
DROP TABLE import;
