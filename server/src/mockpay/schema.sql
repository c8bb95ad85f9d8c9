-- What the mock payment provider knows. Amounts are minor units, times are Unix milliseconds.

CREATE TABLE payments (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('requires_payment_method', 'processing', 'succeeded', 'canceled')),
    received INTEGER NOT NULL DEFAULT 0 CHECK (received IN (0, amount)),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND received),
    metadata TEXT NOT NULL
) STRICT;

-- Captures that are due later.
CREATE TABLE captures (
    payment TEXT PRIMARY KEY REFERENCES payments (id),
    due_at INTEGER NOT NULL,
    even_if_cancelled INTEGER NOT NULL
) STRICT;

-- Attempts by their idempotency key. Where there is no answer, the payment as it is now is the answer.
CREATE TABLE keys (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    status INTEGER,
    answer TEXT,
    created_at INTEGER NOT NULL
) STRICT;

-- Notices that are not delivered yet; numbers are never used again.
CREATE TABLE notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    -- Not before this one is delivered.
    after INTEGER,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX notices_due ON notices (due_at);
