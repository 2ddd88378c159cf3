-- +goose Up
-- What said nothing a feedback could hold is forgotten after a while.
CREATE INDEX response_silent ON response (changed) WHERE feedback = 0;

-- +goose Down
DROP INDEX response_silent;
