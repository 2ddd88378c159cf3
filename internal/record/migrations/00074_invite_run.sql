-- +goose Up
-- What a run of a rule made of those it looked at, by its name: the same again plans nobody twice.
CREATE TABLE invite_run (
  rule  TEXT NOT NULL,
  name  TEXT NOT NULL,
  begun BIGINT NOT NULL, -- µs
  said  TEXT NOT NULL,   -- JSON: how far it came, what was counted; no name nor address of anybody
  PRIMARY KEY (rule, name)
);
DELETE FROM invite_setting WHERE name LIKE 'run.%';

-- +goose Down
DROP TABLE invite_run;
