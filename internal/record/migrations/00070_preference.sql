-- +goose Up
-- What a person decided of being asked, by the keyed hash of each way they are named: the legal objection stands after an
-- erasure, when nothing else is left of the person.
CREATE TABLE preference (
  hash     {bytes} PRIMARY KEY,
  identity BIGINT NOT NULL,   -- 0: the person was erased
  said     TEXT NOT NULL,     -- {"off":…,"topics":…}; {} after an erasure
  objected BIGINT NOT NULL,   -- µs, 0: no objection
  broken   BIGINT NOT NULL,   -- µs since when messages to it come back for good, 0: they do not
  proof    TEXT NOT NULL,     -- how it came: "page", "mail", "sms", "user:3"…
  changed  BIGINT NOT NULL
);
CREATE INDEX preference_identity ON preference (identity) WHERE identity > 0;

-- The policy, the pace of sending, the channels (sealed), how far the mailbox was read.
CREATE TABLE invite_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- +goose Down
DROP TABLE invite_setting;
DROP TABLE preference;
