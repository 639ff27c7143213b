-- Version 6: coupons of several discounts. What a coupon takes off stands with it; NULL in rows from
-- before, whose discount follows from their event.
ALTER TABLE event RENAME COLUMN discount_percent TO discount;
ALTER TABLE event ADD COLUMN discount_type TEXT NOT NULL DEFAULT 'percent'
  CHECK (discount_type IN ('percent', 'fixed'));
ALTER TABLE coupon ADD COLUMN discount INTEGER CHECK (discount > 0);
ALTER TABLE coupon ADD COLUMN discount_type TEXT CHECK (discount_type IN ('percent', 'fixed'));

CREATE TABLE policy_detail (
  event_id         INTEGER NOT NULL REFERENCES event (id),
  position         INTEGER NOT NULL,          -- order of the groups, 1-based
  name             TEXT    NOT NULL,
  discount         INTEGER NOT NULL CHECK (discount > 0),
  discount_type    TEXT    NOT NULL CHECK (discount_type IN ('percent', 'fixed')),
  allocation       INTEGER NOT NULL CHECK (allocation BETWEEN 0 AND 10000),  -- hundredths of a percent
  PRIMARY KEY (event_id, position),
  UNIQUE (event_id, name)
) STRICT, WITHOUT ROWID;
