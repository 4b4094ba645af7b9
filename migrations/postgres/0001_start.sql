-- The first tables. The twin under migrations/sqlite has the same names, tables and columns (a test compares them).
-- Ids TEXT, times BIGINT milliseconds, money BIGINT in the smallest unit, JSON as TEXT, secrets as sealed BYTEA.
-- Ids, codes and keys compare by bytes (COLLATE "C"), as on SQLite, whatever the database's locale.
-- Every tenant table's key begins with workspace_id, so that an engine that shards by it can carry them.

CREATE TABLE workspaces (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE owners (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE, -- lower case
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    owner_id TEXT NOT NULL REFERENCES owners (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, owner_id)
);
CREATE INDEX members_by_owner ON members (owner_id);

CREATE TABLE sign_in_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES owners (id),
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE apps (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE api_keys (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    app_id TEXT COLLATE "C", -- null: all apps
    name TEXT NOT NULL,
    rights TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the whole key
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (workspace_id, mode, id)
);

CREATE TABLE data_keys (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    id TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL, -- sealed by a master key
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE connections (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    generation BIGINT NOT NULL, -- grows with every key that was connected
    method TEXT NOT NULL,
    status TEXT NOT NULL,
    account TEXT,
    key_hint TEXT NOT NULL,
    secret BYTEA, -- sealed; null after disconnecting
    permissions TEXT NOT NULL,
    trouble TEXT,
    connected_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode)
);

CREATE TABLE prices (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    generation BIGINT NOT NULL, -- of the connection that saw it
    id TEXT COLLATE "C" NOT NULL,
    recurring BOOLEAN NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (workspace_id, mode, generation, id)
);

CREATE TABLE discount_codes (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    app_id TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    percent_off BIGINT, -- hundredths of a percent
    amount_off BIGINT,
    currency TEXT,
    duration TEXT NOT NULL,
    duration_in_months BIGINT,
    terms_version BIGINT NOT NULL,
    max_redemptions BIGINT,
    held BIGINT NOT NULL,
    redeemed BIGINT NOT NULL,
    starts_at BIGINT,
    expires_at BIGINT,
    active BOOLEAN NOT NULL,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    mint_intent_at BIGINT, -- from here on the terms stand
    coupon_id TEXT, -- chosen with the intent
    minted_at BIGINT,
    minted_generation BIGINT, -- of the connection under which the coupon was last seen equal
    minted_account TEXT,
    blocked_reason TEXT,
    PRIMARY KEY (workspace_id, mode, id),
    CHECK (held >= 0 AND redeemed >= 0)
);
CREATE UNIQUE INDEX discount_codes_text ON discount_codes (workspace_id, mode, app_id, code) WHERE archived_at IS NULL;
CREATE INDEX discount_codes_by_app ON discount_codes (workspace_id, mode, app_id, id);

CREATE TABLE redemptions (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    discount_code_id TEXT NOT NULL,
    checkout_id TEXT NOT NULL,
    state TEXT NOT NULL, -- held, redeemed, released
    user_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, id)
);
CREATE INDEX redemptions_by_code ON redemptions (workspace_id, mode, discount_code_id, state);

CREATE TABLE checkouts (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    app_id TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT,
    request TEXT NOT NULL, -- JSON
    discount_code_id TEXT,
    redemption_id TEXT, -- the hold of the current attempt
    step TEXT NOT NULL, -- intent, open, uncertain, refused, complete, expired, unverified
    attempt BIGINT NOT NULL,
    attempted_at BIGINT NOT NULL,
    generation BIGINT NOT NULL, -- of the connection
    stripe_params TEXT NOT NULL, -- resent byte for byte
    busy_until BIGINT NOT NULL, -- somebody works on it until then
    session_id TEXT,
    session_expires_at BIGINT,
    answer TEXT, -- JSON
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, id)
);
CREATE UNIQUE INDEX checkouts_by_key ON checkouts (workspace_id, mode, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX checkouts_unsettled ON checkouts (step, busy_until) WHERE step IN ('intent', 'uncertain', 'open');
CREATE INDEX checkouts_open ON checkouts (workspace_id, mode, id) WHERE step = 'open' AND redemption_id IS NOT NULL;
CREATE UNIQUE INDEX checkouts_by_session ON checkouts (workspace_id, mode, session_id) WHERE session_id IS NOT NULL;

CREATE TABLE idempotency_keys (
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL, -- SHA-256 over method, path and body
    fence BIGINT NOT NULL, -- grows when the key is taken over
    locked_until BIGINT NOT NULL,
    status BIGINT, -- null while running
    body BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL, -- queued, sent, failed
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 'queued';
