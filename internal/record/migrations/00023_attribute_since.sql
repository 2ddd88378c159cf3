-- +goose Up
-- When an attribute was first met or declared. Of those there already, the last change is the oldest day known.
ALTER TABLE attribute ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE attribute SET since = changed;

-- +goose Down
ALTER TABLE attribute DROP COLUMN since;
