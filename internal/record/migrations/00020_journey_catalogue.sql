-- +goose Up
CREATE TABLE metric (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE indicator (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE attribute (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE catalogue_change (
  id         {id},
  kind       TEXT NOT NULL,
  key        TEXT NOT NULL,
  before     TEXT NOT NULL,
  after      TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX catalogue_change_key ON catalogue_change (kind, key);

CREATE TABLE journey (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE journey_version (
  id         {id},
  key        TEXT NOT NULL,
  definition TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX journey_version_key ON journey_version (key);

-- +goose Down
DROP TABLE journey_version;
DROP TABLE journey;
DROP TABLE catalogue_change;
DROP TABLE attribute;
DROP TABLE indicator;
DROP TABLE metric;
