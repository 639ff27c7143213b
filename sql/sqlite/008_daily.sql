-- Version 8: events that begin anew every day. A day is an event of its own, with a row in `event`;
-- here is the administrator's request that describes them all, as it was accepted.
CREATE TABLE daily (
  name             TEXT    PRIMARY KEY,
  request          TEXT    NOT NULL,          -- JSON, with the design spelled out
  idempotency_key  TEXT    NOT NULL,          -- '' when none was sent
  ended            INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1))
) STRICT;
