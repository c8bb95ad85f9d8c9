-- The ledger's first shape. Ids are UUIDs as text, times are Unix milliseconds: people read these tables.
-- A table that is only ever read by its key is stored by it (WITHOUT ROWID). Every query has its index.

CREATE TABLE users (
    id             TEXT PRIMARY KEY NOT NULL,
    email          TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    role           TEXT NOT NULL,
    password_hash  TEXT NOT NULL,
    email_verified INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE scanner_assignments (
    user_id  TEXT NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (user_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE logins (
    id         TEXT PRIMARY KEY NOT NULL,
    user_id    TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX logins_of_user ON logins (user_id) WHERE ended_at IS NULL;
CREATE INDEX logins_ended ON logins (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX logins_expired ON logins (expires_at);

CREATE TABLE refresh_tokens (
    hash       TEXT PRIMARY KEY NOT NULL,
    login_id   TEXT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL,
    salt       TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_login ON refresh_tokens (login_id);
CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at);

CREATE TABLE tokens (
    kind             TEXT NOT NULL,
    hash             TEXT NOT NULL,
    user_id          TEXT NOT NULL,
    expires_at       INTEGER NOT NULL,
    login_id         TEXT,
    login_expires_at INTEGER,
    PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_of_user ON tokens (user_id);
CREATE INDEX tokens_expired ON tokens (expires_at);

CREATE TABLE answers (
    user_id         TEXT NOT NULL,
    route           TEXT NOT NULL,
    key             TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    in_flight_until INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    -- The answer; NULL while the request is in flight.
    status          INTEGER,
    location        TEXT,
    content_type    TEXT,
    body            BLOB,
    PRIMARY KEY (user_id, route, key)
) STRICT;
CREATE INDEX answers_expired ON answers (expires_at);

-- Gzipped plans under the SHA-256 of their JSON.
CREATE TABLE plans (
    hash   TEXT PRIMARY KEY NOT NULL,
    packed BLOB NOT NULL
) STRICT;

CREATE TABLE events (
    id                     TEXT PRIMARY KEY NOT NULL,
    organizer_id           TEXT NOT NULL,
    name                   TEXT NOT NULL,
    description            TEXT NOT NULL,
    genre                  TEXT,
    venue                  TEXT NOT NULL,
    timezone               TEXT NOT NULL,
    starts_at              INTEGER NOT NULL,
    ends_at                INTEGER,
    refundable_until       INTEGER,
    status                 TEXT NOT NULL,
    on_sale_when_generated INTEGER NOT NULL,
    currency               TEXT NOT NULL,
    -- JSON: minor units by category.
    prices                 TEXT NOT NULL,
    hold_ttl_s             INTEGER NOT NULL,
    payment_window_s       INTEGER NOT NULL,
    max_seats_per_user     INTEGER NOT NULL,
    seats_total            INTEGER NOT NULL,
    plan_hash              TEXT NOT NULL,
    generated              INTEGER NOT NULL,
    generation_error       TEXT,
    fence_epoch            INTEGER NOT NULL,
    version                INTEGER NOT NULL,
    created_at             INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE INDEX events_by_name ON events (name, id);
CREATE INDEX events_of_organizer ON events (organizer_id);

CREATE TABLE categories (
    event_id TEXT NOT NULL REFERENCES events (id),
    position INTEGER NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    color    TEXT NOT NULL,
    total    INTEGER NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sections (
    event_id TEXT NOT NULL REFERENCES events (id),
    position INTEGER NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    total    INTEGER NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

-- The lock on one seat, and its inventory row at the same time.
CREATE TABLE seats (
    event_id        TEXT NOT NULL REFERENCES events (id),
    ordinal         INTEGER NOT NULL,
    seat            TEXT NOT NULL,
    section         TEXT NOT NULL,
    row             TEXT NOT NULL,
    number          TEXT NOT NULL,
    category        TEXT NOT NULL,
    -- available, claimed, sold or blocked.
    state           TEXT NOT NULL DEFAULT 'available',
    -- Raised by every change; 0 as long as nothing durable ever happened to the seat.
    version         INTEGER NOT NULL DEFAULT 0,
    -- Raised by every refund.
    sale_generation INTEGER NOT NULL DEFAULT 0,
    order_id        TEXT,
    owner_id        TEXT,
    -- The highest fence that ever claimed the seat.
    fence_epoch     INTEGER NOT NULL DEFAULT 0,
    fence_counter   INTEGER NOT NULL DEFAULT 0,
    deadline        INTEGER,
    PRIMARY KEY (event_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX seats_of_order ON seats (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX seats_touched ON seats (event_id, ordinal) WHERE version > 0;

-- How many claimed and sold seats a buyer has in an event.
CREATE TABLE buyers (
    event_id TEXT NOT NULL,
    buyer_id TEXT NOT NULL,
    seats    INTEGER NOT NULL,
    PRIMARY KEY (event_id, buyer_id)
) STRICT, WITHOUT ROWID;

-- The outbox is the inventory log as well. AUTOINCREMENT, because an offset must never be given out twice.
CREATE TABLE outbox (
    offset     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    event_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    -- The message as JSON.
    message    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    published  INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_unpublished ON outbox (offset, created_at) WHERE published = 0;
CREATE INDEX outbox_published ON outbox (created_at) WHERE published = 1;

-- Where readers of the log stand: the next offset to read. A group's row is named group:NAME.
CREATE TABLE log_positions (
    reader    TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset    INTEGER NOT NULL,
    PRIMARY KEY (reader, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    offset  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    payload BLOB NOT NULL
) STRICT;
