-- +goose Up
-- A question kept under a name. seen_by: me, role or all. deleted: 0, else when (µs): it may come back for a while.
CREATE TABLE saved_view (
  id       {id},
  name     TEXT NOT NULL,
  question TEXT NOT NULL, -- the query of the explorer's address
  owner    BIGINT NOT NULL,
  role     TEXT NOT NULL, -- of the owner, when it was saved
  seen_by  TEXT NOT NULL,
  created  BIGINT NOT NULL,
  deleted  BIGINT NOT NULL
);
CREATE INDEX saved_view_owner ON saved_view (owner);
