-- +goose Up
-- What the file a survey came from said and the survey does not, until somebody has read it.
ALTER TABLE survey ADD COLUMN losses TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE survey DROP COLUMN losses;
