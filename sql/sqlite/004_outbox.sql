-- Version 4: what the bus is told. A row is written in the transaction of the fact that it tells, and
-- published afterwards at least once, in the order of the positions.
CREATE TABLE outbox (
  position         INTEGER PRIMARY KEY,
  event_id         INTEGER NOT NULL REFERENCES event (id),
  type             TEXT    NOT NULL CHECK (type IN ('coupon-issued', 'coupon-redeemed')),
  user             INTEGER NOT NULL,
  coupon           TEXT    NOT NULL,
  order_id         TEXT    NOT NULL           -- '' unless redeemed
) STRICT;

CREATE TABLE outbox_cursor (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  published        INTEGER NOT NULL           -- everything up to this position was published
) STRICT;
INSERT INTO outbox_cursor VALUES (1, 0);

-- The audit consumer's own record of what it heard, one row a delivery.
CREATE TABLE audit (
  delivery         INTEGER PRIMARY KEY,
  event_id         INTEGER NOT NULL REFERENCES event (id),
  position         INTEGER NOT NULL           -- in the outbox
) STRICT;

-- What happened before there was an outbox is told now.
INSERT INTO outbox (event_id, type, user, coupon, order_id)
  SELECT event_id, 'coupon-issued', user, code, '' FROM coupon ORDER BY event_id, issue;
INSERT INTO outbox (event_id, type, user, coupon, order_id)
  SELECT event_id, 'coupon-redeemed', user, code, order_id
  FROM redemption JOIN coupon USING (event_id, issue) ORDER BY event_id, issue;
