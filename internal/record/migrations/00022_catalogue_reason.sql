-- +goose Up
-- Why a definition was changed, in the words of who changed it.
ALTER TABLE catalogue_change ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE catalogue_change DROP COLUMN reason;
