-- The acquirer's books. Version 1.
-- What moved is appended to `movements` and never changed; `orders` says where each order stands.

CREATE TABLE orders (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE CHECK (length(number) BETWEEN 1 AND 32),
    -- never: closed before it was ever opened, so that a late pay or create finds it closed.
    presented    TEXT NOT NULL CHECK (presented IN ('customer', 'merchant', 'never')),
    wallet       TEXT CHECK (wallet IN ('wechat', 'alipay', 'unionpay')),
    amount       INTEGER NOT NULL CHECK (amount > 0 OR presented = 'never'),
    currency     TEXT NOT NULL CHECK (length(currency) = 3 OR presented = 'never'),
    -- SHA-256 of the customer's code; the code itself is not kept.
    code         BLOB CHECK (length(code) = 32),
    -- A code that was refused as no code, or as used, does not count as used by this order.
    code_counts  INTEGER NOT NULL CHECK (code_counts IN (0, 1)),
    token        TEXT UNIQUE,
    expires_s    INTEGER CHECK (expires_s > 0),
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'created', 'paid', 'declined', 'closed')),
    reason       TEXT CHECK ((reason IS NOT NULL) = (state = 'declined')),
    opened_at_ms INTEGER NOT NULL,
    -- What happens by itself next, and when.
    due          TEXT CHECK (due IN ('pay', 'refuse', 'close')),
    due_at_ms    INTEGER CHECK ((due IS NULL) = (due_at_ms IS NULL))
) STRICT;
CREATE INDEX orders_due ON orders (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX orders_code ON orders (code) WHERE code IS NOT NULL;

CREATE TABLE refunds (
    number   TEXT PRIMARY KEY CHECK (length(number) BETWEEN 1 AND 32),
    -- As asked: an order that was never heard of can be named here and is declined.
    order_number TEXT NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    reason   TEXT,
    at_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE movements (
    id       INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    kind     TEXT NOT NULL CHECK (kind IN ('capture', 'refund', 'cancel')),
    amount   INTEGER NOT NULL CHECK (amount > 0),
    refund   TEXT UNIQUE REFERENCES refunds (number),
    at_ms    INTEGER NOT NULL,
    CHECK ((refund IS NOT NULL) = (kind = 'refund'))
) STRICT;
CREATE INDEX movements_order ON movements (order_id);
-- An order is charged once, whatever the code above believes.
CREATE UNIQUE INDEX movements_capture ON movements (order_id) WHERE kind = 'capture';
CREATE TRIGGER movements_capture_whole BEFORE INSERT ON movements
WHEN NEW.kind = 'capture'
    AND NEW.amount <> (SELECT amount FROM orders WHERE id = NEW.order_id)
BEGIN SELECT RAISE(ABORT, 'a capture of another amount than the order''s'); END;
CREATE TRIGGER movements_give_back_at_most BEFORE INSERT ON movements
WHEN NEW.kind <> 'capture' AND NEW.amount > (
    SELECT coalesce(sum(CASE kind WHEN 'capture' THEN amount ELSE -amount END), 0)
    FROM movements WHERE order_id = NEW.order_id)
BEGIN SELECT RAISE(ABORT, 'more given back than captured'); END;
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are never removed'); END;

CREATE TABLE exchanges (
    id             INTEGER PRIMARY KEY,
    at_ms          INTEGER NOT NULL,
    -- Absent for the customer's phone, which signs nothing.
    key_id         TEXT,
    nonce          TEXT CHECK ((nonce IS NULL) = (key_id IS NULL)),
    operation      TEXT NOT NULL,
    -- Order or refund number; absent where the request could not be read.
    subject        TEXT,
    request_sha256 BLOB NOT NULL CHECK (length(request_sha256) = 32),
    -- What went wrong on purpose.
    fault          TEXT,
    -- Absent where the request was lost.
    answer         TEXT,
    UNIQUE (key_id, nonce)
) STRICT;
CREATE INDEX exchanges_subject ON exchanges (operation, subject);

CREATE VIEW order_sums AS
SELECT o.id, o.number, o.presented, o.wallet, o.amount, o.currency, o.code, o.expires_s, o.token,
    o.state, o.reason, o.opened_at_ms, o.due, o.due_at_ms,
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'capture'), 0) AS captured,
    coalesce(sum(m.amount) FILTER (WHERE m.kind <> 'capture'), 0) AS given_back,
    count(m.id) FILTER (WHERE m.kind = 'capture') AS captures
FROM orders o LEFT JOIN movements m ON m.order_id = o.id
GROUP BY o.id;
