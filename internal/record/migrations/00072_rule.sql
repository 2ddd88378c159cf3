-- +goose Up
CREATE TABLE invite_rule (
  key        TEXT PRIMARY KEY,
  place      BIGINT NOT NULL,
  definition TEXT NOT NULL,
  edition    BIGINT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

-- How many a rule asked of a segment in a period.
CREATE TABLE invite_quota (
  rule    TEXT NOT NULL,
  segment TEXT NOT NULL,
  period  BIGINT NOT NULL, -- days since 1970 ÷ the quota's days
  n       BIGINT NOT NULL,
  PRIMARY KEY (rule, segment, period)
);

-- +goose Down
DROP TABLE invite_quota;
DROP TABLE invite_rule;
