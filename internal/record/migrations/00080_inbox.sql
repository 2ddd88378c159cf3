-- +goose Up
-- The mailbox whose letters are feedback, as it is set on its page: sealed under the installation's key.
CREATE TABLE inbox (
  id     SMALLINT PRIMARY KEY, -- 1
  sealed TEXT NOT NULL         -- "": none is read
);

-- +goose Down
DROP TABLE inbox;
