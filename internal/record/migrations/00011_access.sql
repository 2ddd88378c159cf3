-- +goose Up
ALTER TABLE account ADD COLUMN more TEXT NOT NULL DEFAULT '';          -- further units, a space between
ALTER TABLE account ADD COLUMN totp TEXT NOT NULL DEFAULT '';          -- base32 of the second factor's secret, '' none
ALTER TABLE account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;    -- the last step a code was taken of
ALTER TABLE account ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entry_link ADD COLUMN invite SMALLINT NOT NULL DEFAULT 0;

-- Codes that stand in for the second factor, once each.
CREATE TABLE recovery_code (
  account BIGINT NOT NULL,
  hash    TEXT NOT NULL,
  PRIMARY KEY (account, hash)
);

-- Who is signed in where: a browser session names its row and is over without it.
CREATE TABLE sign_in (
  id      {id},
  account BIGINT NOT NULL,
  opened  BIGINT NOT NULL,
  seen    BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  device  TEXT NOT NULL,
  address TEXT NOT NULL
);
CREATE INDEX sign_in_account ON sign_in (account);

-- Failed sign-ins of the last quarter of an hour. key: hash of an e-mail or an address.
CREATE TABLE sign_in_failure (
  key TEXT NOT NULL,
  at  BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_key ON sign_in_failure (key, at);

CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_subject ON audit (subject, id);
CREATE INDEX audit_at ON audit (at, id);

-- +goose Down
DROP INDEX audit_at;
DROP INDEX audit_subject;
DROP INDEX audit_actor;
DROP TABLE sign_in_failure;
DROP TABLE sign_in;
DROP TABLE recovery_code;
ALTER TABLE entry_link DROP COLUMN invite;
ALTER TABLE account DROP COLUMN seen;
ALTER TABLE account DROP COLUMN totp_step;
ALTER TABLE account DROP COLUMN totp;
ALTER TABLE account DROP COLUMN more;
