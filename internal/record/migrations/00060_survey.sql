-- +goose Up
-- The draft of each survey, and what was published of it: a version never changes.
CREATE TABLE survey (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  draft      TEXT NOT NULL,
  edition    BIGINT NOT NULL,
  version    BIGINT NOT NULL,
  archived   SMALLINT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE survey_version (
  survey       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  definition   TEXT NOT NULL,
  published    BIGINT NOT NULL,
  published_by TEXT NOT NULL,
  PRIMARY KEY (survey, version)
);

-- +goose Down
DROP TABLE survey_version;
DROP TABLE survey;
