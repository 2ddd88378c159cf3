-- +goose Up
CREATE TABLE unit (
  key    TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  parent TEXT NOT NULL,
  level  TEXT NOT NULL,
  zone   TEXT NOT NULL
);

CREATE TABLE account (
  id       {id},
  email    TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  role     TEXT NOT NULL,
  unit     TEXT NOT NULL,
  agent    TEXT NOT NULL,
  lang     TEXT NOT NULL,
  narrow   SMALLINT NOT NULL,
  disabled SMALLINT NOT NULL,
  password TEXT NOT NULL,
  stamp    TEXT NOT NULL,
  created  BIGINT NOT NULL
);

CREATE TABLE api_key (
  id      {id},
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL UNIQUE,
  hint    TEXT NOT NULL,
  role    TEXT NOT NULL,
  unit    TEXT NOT NULL,
  created BIGINT NOT NULL,
  revoked BIGINT NOT NULL
);

CREATE TABLE session (
  token   TEXT PRIMARY KEY,
  data    {bytes} NOT NULL,
  expires BIGINT NOT NULL
);

CREATE TABLE entry_link (
  hash    TEXT PRIMARY KEY,
  account BIGINT NOT NULL,
  expires BIGINT NOT NULL
);

CREATE TABLE audit (
  id      {id},
  at      BIGINT NOT NULL,
  actor   TEXT NOT NULL,
  what    TEXT NOT NULL,
  subject TEXT NOT NULL
);

CREATE TABLE people_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- +goose Down
DROP TABLE people_setting;
DROP TABLE audit;
DROP TABLE entry_link;
DROP TABLE session;
DROP TABLE api_key;
DROP TABLE account;
DROP TABLE unit;
