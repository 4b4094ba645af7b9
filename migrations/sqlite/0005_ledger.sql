-- The ledger: limits per customer and minimums, redemptions of an owner's own checkouts, each redemption's way, and the checks.

ALTER TABLE discount_codes ADD COLUMN max_redemptions_per_user BIGINT;
ALTER TABLE discount_codes ADD COLUMN minimum_amount BIGINT; -- smallest unit
ALTER TABLE discount_codes ADD COLUMN minimum_currency TEXT; -- null: the terms' currency, else whatever the price is in

-- What a price comes to; null: Stripe does not say it in one number. The list is learned again.
DELETE FROM prices;
ALTER TABLE prices ADD COLUMN unit_amount BIGINT;

-- SQLite cannot take a NOT NULL away: the table is made anew.
CREATE TABLE redemptions_new (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT NOT NULL,
    discount_code_id TEXT NOT NULL,
    checkout_id TEXT, -- null: of the owner's own checkout
    state TEXT NOT NULL, -- held, redeemed, released
    user_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    customer TEXT, -- a hash of who is counted by a limit per customer; null: nobody was named, or was erased
    expires_at BIGINT, -- of a hold for an owner's own checkout, on our clock
    settled_at BIGINT,
    idempotency_key TEXT, -- of the request that made it, where it has no checkout
    history TEXT NOT NULL, -- a step a line: cause and milliseconds
    PRIMARY KEY (workspace_id, mode, id)
);
INSERT INTO redemptions_new (workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at, settled_at, history)
SELECT workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at,
       CASE WHEN state = 'held' THEN NULL ELSE updated_at END,
       'checkout ' || created_at || CASE state WHEN 'redeemed' THEN char(10) || 'paid ' || updated_at
            WHEN 'released' THEN char(10) || 'session_expired ' || updated_at ELSE '' END
  FROM redemptions;
DROP TABLE redemptions;
ALTER TABLE redemptions_new RENAME TO redemptions;
-- A page of one state, and what is held since when.
CREATE INDEX redemptions_by_code ON redemptions (workspace_id, mode, discount_code_id, state, id);
CREATE INDEX redemptions_by_checkout ON redemptions (workspace_id, mode, checkout_id);
CREATE INDEX redemptions_of_code ON redemptions (workspace_id, mode, discount_code_id, id);
CREATE INDEX redemptions_of_customer ON redemptions (workspace_id, mode, discount_code_id, customer) WHERE customer IS NOT NULL;
-- What was redeemed and released when: the chart reads this index alone.
CREATE INDEX redemptions_settled ON redemptions (workspace_id, mode, discount_code_id, state, settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX redemptions_due ON redemptions (expires_at) WHERE state = 'held' AND expires_at IS NOT NULL;
CREATE UNIQUE INDEX redemptions_by_key ON redemptions (workspace_id, mode, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Paid by a method that takes days, and not decided yet: since when. Stripe is asked more and more rarely then.
ALTER TABLE checkouts ADD COLUMN undecided_since BIGINT;
ALTER TABLE checkouts ADD COLUMN ask_again_at BIGINT;

-- What the last check of the counts found.
CREATE TABLE ledger_checks (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    codes BIGINT NOT NULL,
    sessions BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    found TEXT NOT NULL, -- JSON: what did not agree
    unasked TEXT, -- why Stripe's sessions were not compared
    PRIMARY KEY (workspace_id, mode)
);
