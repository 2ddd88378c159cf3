-- +goose Up
-- One person answering one survey. token is the hash of the address that resumes it. said is the JSON of what is known and
-- answered; revision counts its changes, entered the last one the door was told.
CREATE TABLE response (
  id         BIGINT PRIMARY KEY,
  token      {bytes} NOT NULL UNIQUE,
  survey     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  invitation BIGINT NOT NULL, -- 0: none, or an anonymous survey
  feedback   BIGINT NOT NULL, -- 0: nothing entered yet
  state      SMALLINT NOT NULL, -- 0 open, 1 complete, 2 closed
  said       TEXT NOT NULL,
  revision   BIGINT NOT NULL,
  entered    BIGINT NOT NULL,
  started    BIGINT NOT NULL,
  changed    BIGINT NOT NULL
);
CREATE INDEX response_late ON response (changed) WHERE entered < revision;
CREATE INDEX response_invitation ON response (invitation) WHERE invitation > 0;

-- +goose Down
DROP TABLE response;
