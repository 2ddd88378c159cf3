-- +goose Up
-- Files that people sent. Their bytes are blobs under the same id, in the data folder or in an object store. feedback is
-- the one that holds the file, 0 while none does. state 1: the blob is to be deleted, then the row.
CREATE TABLE media (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL, -- image, audio, video, file
  type     TEXT NOT NULL,
  name     TEXT NOT NULL,
  size     BIGINT NOT NULL,
  width    BIGINT NOT NULL,
  height   BIGINT NOT NULL,
  hash     {bytes} NOT NULL,
  created  BIGINT NOT NULL,
  feedback BIGINT NOT NULL,
  state    SMALLINT NOT NULL
);
CREATE INDEX media_feedback ON media (feedback) WHERE feedback > 0;
CREATE INDEX media_free ON media (created) WHERE feedback = 0;
CREATE INDEX media_going ON media (id) WHERE state = 1;

-- +goose Down
DROP TABLE media;
