-- +goose Up
-- What somebody put on their home page, in order: keys of blocks, one space between. No row: their role's.
CREATE TABLE account_home (
  account BIGINT PRIMARY KEY,
  blocks  TEXT NOT NULL
);

-- +goose Down
DROP TABLE account_home;
