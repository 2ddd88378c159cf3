-- +goose Up
-- The import that first named somebody, as long as nothing else does; 0: somebody else did.
ALTER TABLE identity ADD COLUMN import BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE identity DROP COLUMN import;
