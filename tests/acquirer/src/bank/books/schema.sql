-- The bank host's books. Version 2.
-- What moved is appended to `movements` and never changed; `transactions` says what was asked and
-- answered. No card number is kept: its digest, and its mask.

CREATE TABLE terminals (
    id       TEXT PRIMARY KEY CHECK (length(id) = 8),
    batch    INTEGER NOT NULL CHECK (batch BETWEEN 1 AND 999999),
    -- uploading: its totals differed, and the terminal tells its transactions once more.
    uploads  INTEGER NOT NULL CHECK (uploads IN (0, 1)),
    -- Session keys, TEST keys all. None before the first sign-on and after a sign-off.
    pin_key  BLOB CHECK (length(pin_key) = 16),
    mac_key  BLOB CHECK (length(mac_key) = 16),
    sign_ons INTEGER NOT NULL,
    CHECK ((pin_key IS NULL) = (mac_key IS NULL))
) STRICT;

CREATE TABLE wrong_pins (
    card  BLOB PRIMARY KEY CHECK (length(card) = 32),
    tries INTEGER NOT NULL CHECK (tries >= 0)
) STRICT;

CREATE TABLE transactions (
    id             INTEGER PRIMARY KEY,
    terminal       TEXT NOT NULL,
    merchant       TEXT NOT NULL,
    batch          INTEGER NOT NULL,
    stan           TEXT NOT NULL CHECK (length(stan) = 6),
    local_date     TEXT NOT NULL CHECK (length(local_date) = 8),
    -- unseen: a reversal came, what it reverses never did.
    kind           TEXT NOT NULL CHECK (kind IN ('sale', 'inquiry', 'void', 'refund',
        'authorisation', 'authorisation-void', 'completion', 'completion-void', 'advice',
        'unseen')),
    asked          INTEGER NOT NULL CHECK (asked >= 0),
    approved       INTEGER NOT NULL CHECK (approved BETWEEN 0 AND asked),
    card           BLOB CHECK (length(card) = 32),
    masked         TEXT,
    rrn            TEXT NOT NULL UNIQUE CHECK (length(rrn) = 12),
    auth_code      TEXT CHECK (length(auth_code) = 6),
    original       INTEGER REFERENCES transactions (id),
    code           TEXT NOT NULL CHECK (length(code) = 2),
    state          TEXT NOT NULL CHECK (state IN ('approved', 'declined', 'reversed')),
    -- What a pre-authorisation still holds.
    held           INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    request_sha256 BLOB NOT NULL CHECK (length(request_sha256) = 32),
    -- The answer without its MAC, for a repeat.
    answer         BLOB NOT NULL,
    at_ms          INTEGER NOT NULL,
    UNIQUE (terminal, batch, stan),
    CHECK (approved = 0 OR state <> 'declined')
) STRICT;
CREATE INDEX transactions_card ON transactions (card) WHERE card IS NOT NULL;
CREATE INDEX transactions_auth_code ON transactions (auth_code) WHERE auth_code IS NOT NULL;

CREATE TABLE movements (
    id          INTEGER PRIMARY KEY,
    -- The sale, completion or advice whose money moves.
    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
    -- The transaction because of which it moves: itself, a void, a refund.
    because     INTEGER NOT NULL REFERENCES transactions (id),
    kind        TEXT NOT NULL CHECK (kind IN ('capture', 'void', 'refund', 'reversal')),
    -- Positive: from the customer to the merchant.
    amount      INTEGER NOT NULL CHECK (amount <> 0),
    at_ms       INTEGER NOT NULL,
    CHECK (kind <> 'capture' OR (amount > 0 AND because = transaction_id)),
    CHECK (kind NOT IN ('void', 'refund') OR (amount < 0 AND because <> transaction_id))
) STRICT;
CREATE INDEX movements_transaction ON movements (transaction_id);
-- Captured once, voided or refunded once by one transaction, reversed once, whatever the code
-- above believes.
CREATE UNIQUE INDEX movements_once ON movements (because, kind);
CREATE TRIGGER movements_within BEFORE INSERT ON movements
WHEN NEW.kind <> 'capture' AND NOT (
    SELECT coalesce(sum(amount), 0) + NEW.amount
        BETWEEN 0 AND coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0)
    FROM movements WHERE transaction_id = NEW.transaction_id)
BEGIN SELECT RAISE(ABORT, 'more given back than captured, or taken twice'); END;
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'movements are never removed'); END;

CREATE TABLE uploads (
    id       INTEGER PRIMARY KEY,
    terminal TEXT NOT NULL,
    batch    INTEGER NOT NULL,
    stan     TEXT NOT NULL,
    amount   INTEGER NOT NULL,
    finding  TEXT NOT NULL CHECK (finding IN ('agrees', 'differs', 'unknown')),
    at_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE exchanges (
    id        INTEGER PRIMARY KEY,
    at_ms     INTEGER NOT NULL,
    mti       TEXT NOT NULL CHECK (length(mti) = 4),
    operation TEXT NOT NULL,
    terminal  TEXT NOT NULL,
    stan      TEXT NOT NULL,
    -- The key serial number of a request under DUKPT, in hexadecimal.
    serial    TEXT,
    -- What went wrong on purpose.
    fault     TEXT,
    -- DE39; absent where the request was lost.
    code      TEXT
) STRICT;
CREATE INDEX exchanges_stan ON exchanges (terminal, stan);

CREATE VIEW transaction_sums AS
SELECT t.*, coalesce(sum(m.amount), 0) AS net,
    count(m.id) FILTER (WHERE m.kind = 'capture') AS captures
FROM transactions t LEFT JOIN movements m ON m.transaction_id = t.id
GROUP BY t.id;
