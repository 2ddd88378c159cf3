-- +goose Up
-- What advisers noted of the answer they had to give. Kept apart from feedback: it belongs to the adviser, and is shown to
-- others only while the works council's consultation is recorded. contact is a hash: the reference itself is not kept.
CREATE TABLE adviser_note (
  id         BIGINT PRIMARY KEY,
  key        {bytes} NOT NULL UNIQUE, -- hash of what makes the note one: the sender's number, else the contact
  at         BIGINT NOT NULL,      -- µs
  contact    BIGINT NOT NULL,      -- cx.ContactHash; 0: none
  identity   BIGINT NOT NULL,      -- the customer's; 0: not said
  touchpoint TEXT NOT NULL,
  unit       TEXT NOT NULL,
  agent      TEXT NOT NULL,
  value      SMALLINT NOT NULL,    -- 1 to 5
  rule       TEXT NOT NULL         -- '', followed, imposed
);
CREATE INDEX adviser_note_at ON adviser_note (at);
CREATE INDEX adviser_note_agent ON adviser_note (agent, at);
CREATE INDEX adviser_note_identity ON adviser_note (identity) WHERE identity > 0;

-- +goose Down
DROP TABLE adviser_note;
