-- +goose Up
-- How far each mailbox of letters was read, in the transaction that counts what became of the last one.
CREATE TABLE mailbox (
  name    TEXT PRIMARY KEY, -- its address: user@host/folder
  at      TEXT NOT NULL,    -- JSON of the cursor
  entered BIGINT NOT NULL,  -- letters that are feedback
  passed  BIGINT NOT NULL,  -- failures, automatic letters, ours
  refused BIGINT NOT NULL   -- letters that the door did not take
);

-- +goose Down
DROP TABLE mailbox;
