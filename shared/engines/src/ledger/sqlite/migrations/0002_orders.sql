-- Buying: orders, tickets, the journal of an event; prices that were in force before.

ALTER TABLE events ADD COLUMN earlier_prices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE events ADD COLUMN orphan_rule TEXT NOT NULL DEFAULT 'off';

CREATE TABLE orders (
    id            TEXT PRIMARY KEY NOT NULL,
    event_id      TEXT NOT NULL REFERENCES events (id),
    buyer_id      TEXT NOT NULL,
    status        TEXT NOT NULL,
    -- open, void, captured, refund_due or refunded.
    money         TEXT NOT NULL,
    -- JSON: ordinal, name, category, pinned price and fence of every seat.
    seats         TEXT NOT NULL,
    total         INTEGER NOT NULL,
    currency      TEXT NOT NULL,
    payment_id    TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    declines      INTEGER NOT NULL,
    letter_due    INTEGER NOT NULL,
    placed_at     INTEGER NOT NULL,
    deadline      INTEGER NOT NULL,
    -- When it has to be looked at again; NULL: there is nothing left to do.
    look_at       INTEGER,
    version       INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_of_buyer ON orders (buyer_id, placed_at, id);
CREATE INDEX orders_of_event ON orders (event_id, placed_at, id);
CREATE INDEX orders_due ON orders (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE tickets (
    id              TEXT PRIMARY KEY NOT NULL,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    event_id        TEXT NOT NULL,
    buyer_id        TEXT NOT NULL,
    ordinal         INTEGER NOT NULL,
    sale_generation INTEGER NOT NULL,
    seat            TEXT NOT NULL,
    code            TEXT NOT NULL,
    -- valid, used or refunded.
    state           TEXT NOT NULL,
    used_at         INTEGER,
    used_by         TEXT,
    -- The last line against selling a seat twice.
    UNIQUE (event_id, ordinal, sale_generation)
) STRICT;
CREATE INDEX tickets_of_order ON tickets (order_id);
CREATE INDEX tickets_of_buyer ON tickets (buyer_id, id);

-- Ids sort by time.
CREATE TABLE journal (
    event_id TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       INTEGER NOT NULL,
    by_user  TEXT,
    action   TEXT NOT NULL,
    -- JSON: ordinals.
    seats    TEXT NOT NULL,
    order_id TEXT,
    reason   TEXT,
    PRIMARY KEY (event_id, id)
) STRICT, WITHOUT ROWID;
