-- Version 2: the administrator's request that began an event's present life, so that the same request
-- sent again is answered the same and changes nothing.
CREATE TABLE admin_key (
  event_id         INTEGER PRIMARY KEY REFERENCES event (id),
  route            TEXT    NOT NULL CHECK (route IN ('create', 'reset')),
  idempotency_key  TEXT    NOT NULL CHECK (idempotency_key <> '')
) STRICT;
