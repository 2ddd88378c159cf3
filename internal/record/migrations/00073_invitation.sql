-- +goose Up
-- One question put, or to be put, to one person. Instants are µs, 0 for not (yet).
CREATE TABLE invitation (
  id         BIGINT PRIMARY KEY,
  rule       TEXT NOT NULL,
  once       TEXT NOT NULL,     -- what a rule asks about once: an occurrence, or a person of one run
  survey     TEXT NOT NULL,
  version    BIGINT NOT NULL,   -- 0 until it leaves
  identity   BIGINT NOT NULL,   -- 0: the person was erased
  occurrence BIGINT NOT NULL,   -- 0: none
  program    TEXT NOT NULL,
  own        SMALLINT NOT NULL, -- 1: the survey has a clock of its own
  priority   BIGINT NOT NULL,
  channel    TEXT NOT NULL,
  wording    TEXT NOT NULL,
  segment    TEXT NOT NULL,
  touchpoint TEXT NOT NULL,
  unit       TEXT NOT NULL,
  state      SMALLINT NOT NULL,
  why        TEXT NOT NULL,     -- the rule that holds or refuses, what a failure was
  due        BIGINT NOT NULL,   -- when to look at it again
  latest     BIGINT NOT NULL,   -- after which asking makes no sense
  expires    BIGINT NOT NULL,   -- after which it may not be answered
  planned    BIGINT NOT NULL,
  away       BIGINT NOT NULL,   -- marked as leaving, the first time
  leaving    BIGINT NOT NULL,   -- marked as leaving, this time
  sent       BIGINT NOT NULL,
  settled    BIGINT NOT NULL,   -- delivered or bounced
  answered   BIGINT NOT NULL,
  round      BIGINT NOT NULL,   -- 0 the first message, then its reminders
  attempts   BIGINT NOT NULL,
  said       TEXT NOT NULL,     -- language, attributes; until, rival, the server's words
  UNIQUE (rule, once)
);
CREATE INDEX invitation_due ON invitation (due) WHERE due > 0;
CREATE INDEX invitation_identity ON invitation (identity) WHERE identity > 0;
CREATE INDEX invitation_expires ON invitation (expires) WHERE state IN (4, 5, 7, 11);
CREATE INDEX invitation_leaving ON invitation (leaving) WHERE state = 3;
CREATE INDEX invitation_sent ON invitation (sent) WHERE state = 4;

-- +goose Down
DROP TABLE invitation;
