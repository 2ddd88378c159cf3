-- +goose Up
-- What employees write is shown by listings of at least five people. A listing is made once and never changes; an answer is in
-- one at most, or waits for one.
CREATE TABLE employee_listing (
  id         BIGINT PRIMARY KEY,
  touchpoint TEXT NOT NULL,     -- '': none, or several
  mixed      SMALLINT NOT NULL, -- 1: several touchpoints
  unit       TEXT NOT NULL,     -- '': the company
  grain      TEXT NOT NULL,     -- month, quarter, year
  bucket     BIGINT NOT NULL    -- number of that month, quarter or year since year 0
);
CREATE INDEX employee_listing_touchpoint ON employee_listing (touchpoint, id);
CREATE TABLE employee_listed (
  feedback BIGINT PRIMARY KEY,
  listing  BIGINT NOT NULL
);
CREATE INDEX employee_listed_listing ON employee_listed (listing);

-- +goose Down
DROP TABLE employee_listed;
DROP TABLE employee_listing;
