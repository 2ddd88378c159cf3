-- +goose Up
-- A view may be for those of its owner's unit and of the units below it.
ALTER TABLE saved_view ADD COLUMN unit TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE saved_view DROP COLUMN unit;
