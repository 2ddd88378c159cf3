-- +goose Up
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('feed', 0);

CREATE TABLE feed (
  position {id},
  subject  SMALLINT NOT NULL,
  id       BIGINT NOT NULL,
  kind     SMALLINT NOT NULL
);

CREATE TABLE feed_cursor (
  follower TEXT PRIMARY KEY,
  era      TEXT NOT NULL,
  position BIGINT NOT NULL
);

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- +goose Down
DROP TABLE setting;
DROP TABLE feed_cursor;
DROP TABLE feed;
DROP TABLE counter;
