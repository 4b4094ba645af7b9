-- Connecting by the Stripe App, webhooks in, and owners who have no address yet because an install made them.

-- null until an owner whom an install made has told one
ALTER TABLE owners ALTER COLUMN email DROP NOT NULL;

-- When the owner last opened this workspace.
ALTER TABLE members ADD COLUMN used_at BIGINT;
-- Opened by a link to the owner's address; an install proves one workspace only.
ALTER TABLE sessions ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT TRUE;

-- A link that adds its address to an owner whom an install made.
ALTER TABLE sign_in_links ADD COLUMN owner_id TEXT;
ALTER TABLE sign_in_links ADD COLUMN workspace_id TEXT;

-- What a mail is about, as JSON without secrets; for kinds that need more than an address.
ALTER TABLE outbox ADD COLUMN detail TEXT;

-- By the app, an account belongs to at most one workspace in a mode, also while it is disconnected.
CREATE UNIQUE INDEX connections_by_app_account ON connections (mode, account) WHERE method = 'stripe_app' AND account IS NOT NULL;

CREATE TABLE oauth_states (
    state_hash BYTEA NOT NULL PRIMARY KEY, -- SHA-256 of 256 random bits
    browser_hash BYTEA NOT NULL, -- of the cookie of the browser that began
    mode TEXT NOT NULL,
    started_from TEXT NOT NULL, -- settings, install
    owner_id TEXT, -- who was signed in
    workspace_id TEXT, -- the workspace in view
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX oauth_states_by_age ON oauth_states (expires_at);
CREATE INDEX oauth_states_of ON oauth_states (browser_hash, created_at);

-- The tokens of the Stripe App. Pairs are appended, never overwritten; the newest one counts.
CREATE TABLE app_tokens (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    generation BIGINT NOT NULL, -- of the pair
    connected BIGINT NOT NULL, -- the generation of the connection that it belongs to
    account TEXT NOT NULL,
    access BYTEA, -- sealed; null once destroyed
    refresh BYTEA, -- sealed; null once destroyed
    access_expires_at BIGINT NOT NULL, -- computed: Stripe tells none
    fence BIGINT NOT NULL, -- of the lease under which it was refreshed; 0: it came by a code
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, generation)
);

-- What came back from Stripe and waits for a person's word.
CREATE TABLE waiting_installs (
    ticket_hash BYTEA NOT NULL PRIMARY KEY, -- of the cookie
    kind TEXT NOT NULL, -- code, replace, move
    mode TEXT, -- null: a code that came without state tells none
    account TEXT, -- as the callback named it, or as the exchange told it
    generation BIGINT NOT NULL, -- for what is sealed
    sealed BYTEA, -- the code or the tokens, under a system key
    owner_id TEXT, -- who alone may confirm it; null: whoever has signed in
    workspace_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX waiting_installs_by_age ON waiting_installs (expires_at);

-- Keys for what belongs to no workspace yet, each sealed by a master key.
CREATE TABLE system_keys (
    id TEXT NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    rotation BIGINT -- as in data_keys
);

-- When the rotation that made it began; null: it was made because there was none.
ALTER TABLE data_keys ADD COLUMN rotation BIGINT;

-- An owner's own webhook endpoint, for a restricted key: one a workspace and mode.
CREATE TABLE webhook_endpoints (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE, -- stands in its address
    generation BIGINT NOT NULL, -- of the secret
    secret BYTEA, -- sealed; null until it was told
    stripe_id TEXT, -- we_…, where it was made with the key
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode)
);

CREATE TABLE webhook_events (
    endpoint TEXT NOT NULL, -- test or live: the Stripe App's; else the id of an owner's
    id TEXT NOT NULL, -- evt_…
    kind TEXT NOT NULL,
    account TEXT,
    livemode BOOLEAN NOT NULL,
    object_id TEXT,
    happened_at BIGINT NOT NULL, -- as Stripe says it
    workspace_id TEXT, -- whose it was found to be
    mode TEXT NOT NULL, -- of the endpoint
    state TEXT NOT NULL, -- queued, done, ignored, failed
    outcome TEXT, -- what it did, in words
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    deliveries BIGINT NOT NULL, -- how often it came
    settled_at BIGINT,
    PRIMARY KEY (endpoint, id)
);
CREATE INDEX webhook_events_due ON webhook_events (next_attempt_at) WHERE state = 'queued';
CREATE INDEX webhook_events_of ON webhook_events (workspace_id, mode, received_at);
CREATE INDEX webhook_events_by_age ON webhook_events (received_at);
