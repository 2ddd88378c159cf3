-- +goose Up
-- Where a version came from: '' somebody's edit, 'template:<key>', 'yaml', 'restore:<version>'.
ALTER TABLE journey_version ADD COLUMN origin TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE journey_version DROP COLUMN origin;
