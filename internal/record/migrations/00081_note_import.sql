-- +goose Up
-- The import that last wrote a note; 0: none did, or its adviser said otherwise since.
ALTER TABLE adviser_note ADD COLUMN import BIGINT NOT NULL DEFAULT 0;
CREATE INDEX adviser_note_import ON adviser_note (import) WHERE import > 0;

-- What stood in a note before an import changed it: it stands there again when that import is undone.
CREATE TABLE adviser_note_was (
  import     BIGINT NOT NULL,
  note       BIGINT NOT NULL,
  by_import  BIGINT NOT NULL, -- adviser_note.import before
  touchpoint TEXT NOT NULL,
  unit       TEXT NOT NULL,
  agent      TEXT NOT NULL,
  value      SMALLINT NOT NULL,
  rule       TEXT NOT NULL,
  PRIMARY KEY (import, note)
);
CREATE INDEX adviser_note_was_note ON adviser_note_was (note);

-- +goose Down
DROP TABLE adviser_note_was;
DROP INDEX adviser_note_import;
ALTER TABLE adviser_note DROP COLUMN import;
