-- Version 3: what an event's coupons promise and ask, and the orders that they were spent on.
ALTER TABLE event ADD COLUMN valid_ms         INTEGER NOT NULL DEFAULT 2592000000;  -- 30 days
ALTER TABLE event ADD COLUMN amount_min       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN discount_percent INTEGER NOT NULL DEFAULT 10;

CREATE TABLE redemption (
  event_id         INTEGER NOT NULL,
  issue            INTEGER NOT NULL,          -- the coupon: it is spent once
  order_id         TEXT    NOT NULL,
  original         INTEGER NOT NULL,          -- in the currency's smallest unit
  discount         INTEGER NOT NULL CHECK (discount BETWEEN 0 AND original),
  idempotency_key  TEXT    NOT NULL,          -- '' when none was sent
  redeemed_at_ms   INTEGER NOT NULL,
  PRIMARY KEY (event_id, issue),
  FOREIGN KEY (event_id, issue) REFERENCES coupon (event_id, issue)
) STRICT, WITHOUT ROWID;
