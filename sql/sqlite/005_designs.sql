-- Version 5: the pace of designs that collect claims, and losses where a restart would otherwise
-- decide them again: those of designs whose losses may precede wins.
ALTER TABLE event ADD COLUMN batch_ms   INTEGER NOT NULL DEFAULT 100;
ALTER TABLE event ADD COLUMN waiting_ms INTEGER NOT NULL DEFAULT 1000;

CREATE TABLE loss (
  event_id         INTEGER NOT NULL,
  ticket           INTEGER NOT NULL,
  idempotency_key  TEXT    NOT NULL,          -- '' when none was sent
  PRIMARY KEY (event_id, ticket),
  FOREIGN KEY (event_id, ticket) REFERENCES reservation (event_id, ticket)
) STRICT, WITHOUT ROWID;
