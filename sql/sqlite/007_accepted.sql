-- Version 7: claims that were accepted before their coupons were made, in the order in which they are
-- to get them. A row stays behind its coupon.
CREATE TABLE accepted (
  event_id         INTEGER NOT NULL,
  place            INTEGER NOT NULL CHECK (place > 0),  -- order of acceptance, 1-based
  ticket           INTEGER NOT NULL,
  idempotency_key  TEXT    NOT NULL,          -- '' when none was sent
  accepted_at_ms   INTEGER NOT NULL,
  PRIMARY KEY (event_id, place),
  UNIQUE (event_id, ticket),
  FOREIGN KEY (event_id, ticket) REFERENCES reservation (event_id, ticket)
) STRICT, WITHOUT ROWID;
