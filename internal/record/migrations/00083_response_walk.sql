-- +goose Up
-- How far each person came in a survey of customers, without a word of what they said. It follows its response, and goes
-- with it. Nothing of employees.
CREATE TABLE response_walk (
  response BIGINT PRIMARY KEY,
  survey   TEXT NOT NULL,
  version  BIGINT NOT NULL,
  unit     TEXT NOT NULL,   -- as the response was opened with; '': none
  begun    BIGINT NOT NULL, -- µs of the first screen sent; the day, for an anonymous survey
  finished BIGINT NOT NULL, -- µs when it was complete for the first time; 0: never
  met      TEXT NOT NULL,   -- keys of the questions met, sorted, a blank between
  stopped  TEXT NOT NULL    -- the question it stands at; '': none
);
CREATE INDEX response_walk_survey ON response_walk (survey, begun);
-- walked: the walk is kept, or none is to be.
ALTER TABLE response ADD COLUMN walked SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX response_unwalked ON response (id) WHERE walked = 0 AND revision > 0;

-- +goose Down
DROP INDEX response_unwalked;
ALTER TABLE response DROP COLUMN walked;
DROP TABLE response_walk;
