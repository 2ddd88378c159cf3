-- +goose Up
CREATE TABLE person (
  id         {id},
  name       TEXT NOT NULL,
  status     TEXT NOT NULL,   -- prospect, customer, former or ''
  at         BIGINT NOT NULL, -- of name and status, µs
  attributes TEXT NOT NULL,   -- {"key":[value,µs],…}
  consent    TEXT NOT NULL    -- {"topic":{"granted":true,"at":"…","proof":"…"},…}
);

-- One way a customer was named. kind: 1 ref, 2 e-mail, 3 phone. hash: keyed, of kind and normalised value.
CREATE TABLE identity (
  id     {id},
  hash   {bytes} NOT NULL UNIQUE,
  kind   SMALLINT NOT NULL,
  value  TEXT NOT NULL,
  person BIGINT NOT NULL,
  since  BIGINT NOT NULL
);
CREATE INDEX identity_person ON identity (person);

-- Two persons that a source named together: a person decides whether they are one.
CREATE TABLE person_doubt (
  one   BIGINT NOT NULL,
  other BIGINT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (one, other)
);

CREATE TABLE person_merge (
  id       {id},
  at       BIGINT NOT NULL,
  actor    TEXT NOT NULL,
  gone     BIGINT NOT NULL,   -- the person that went into the other
  kept     BIGINT NOT NULL,
  before   TEXT NOT NULL,     -- both persons as they were, and the identities that moved
  undone   BIGINT NOT NULL    -- µs, 0: stands
);

-- +goose Down
DROP TABLE person_merge;
DROP TABLE person_doubt;
DROP TABLE identity;
DROP TABLE person;
