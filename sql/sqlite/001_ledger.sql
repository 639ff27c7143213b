-- The durable record of a fairrush server: everything that was ever acknowledged, and the secrets
-- without which it could not be answered the same again. The constraints repeat the promises of the
-- domain, so that a fault in the program cannot be written down as a fact.

CREATE TABLE event (
  id               INTEGER PRIMARY KEY,
  name             TEXT    NOT NULL UNIQUE,
  design           TEXT    NOT NULL,
  quota_rule       TEXT    NOT NULL,          -- '20%' or '60'
  reserve_open_ms  INTEGER NOT NULL,          -- Unix epoch
  reserve_close_ms INTEGER NOT NULL,
  claim_open_ms    INTEGER NOT NULL,
  claim_close_ms   INTEGER NOT NULL,
  salt             BLOB    NOT NULL,
  draw_secret      BLOB    NOT NULL,
  coupon_key       BLOB    NOT NULL
) STRICT;

CREATE TABLE reservation (
  event_id         INTEGER NOT NULL REFERENCES event (id),
  ticket           INTEGER NOT NULL CHECK (ticket > 0),
  user             INTEGER NOT NULL,
  idempotency_key  TEXT    NOT NULL,          -- '' when none was sent
  reserved_at_ms   INTEGER NOT NULL,
  PRIMARY KEY (event_id, ticket),
  UNIQUE (event_id, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE draw (
  event_id         INTEGER PRIMARY KEY REFERENCES event (id),
  root             BLOB    NOT NULL,
  roster           INTEGER NOT NULL,
  quota            INTEGER NOT NULL
) STRICT;

CREATE TABLE coupon (
  event_id         INTEGER NOT NULL REFERENCES event (id),
  issue            INTEGER NOT NULL CHECK (issue > 0),  -- order of issue, 1-based
  ticket           INTEGER NOT NULL,
  user             INTEGER NOT NULL,
  serial           INTEGER NOT NULL,
  code             TEXT    NOT NULL UNIQUE,
  idempotency_key  TEXT    NOT NULL,
  issued_at_ms     INTEGER NOT NULL,
  PRIMARY KEY (event_id, issue),
  UNIQUE (event_id, serial),
  UNIQUE (event_id, user),
  FOREIGN KEY (event_id, ticket) REFERENCES reservation (event_id, ticket)
) STRICT, WITHOUT ROWID;
