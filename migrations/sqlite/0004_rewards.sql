-- Campaigns, the rewards that they give, the mails to those who earned them, and what happened to each.

CREATE TABLE campaigns (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    code_prefix TEXT NOT NULL,
    version BIGINT NOT NULL, -- of what it gives now
    expires_at BIGINT, -- as in that version
    expires_in_days BIGINT, -- of rewards to come
    time_zone TEXT, -- IANA name, in which those days end; null: a day is 24 hours
    max_rewards BIGINT,
    issued BIGINT NOT NULL, -- rewards; their rows are the truth
    used BIGINT NOT NULL, -- of them; their rows are the truth
    active BOOLEAN NOT NULL,
    metadata TEXT NOT NULL,
    mail TEXT NOT NULL, -- JSON: what the mail says, and in whose name
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (workspace_id, mode, id),
    CHECK (issued >= 0 AND used >= 0)
);
CREATE INDEX campaigns_by_app ON campaigns (workspace_id, mode, app_id, id);

-- What a campaign gives and gave. A version that somebody has earned by is never changed.
CREATE TABLE campaign_versions (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    percent_off BIGINT, -- hundredths of a percent
    amount_off BIGINT,
    currency TEXT,
    duration TEXT NOT NULL,
    duration_in_months BIGINT,
    expires_at BIGINT, -- the coupon's redeem_by
    coupon_id TEXT NOT NULL, -- chosen with the version; one for all its rewards
    minted_at BIGINT,
    minted_generation BIGINT, -- of the connection under which the coupon was last seen equal
    minted_account TEXT,
    blocked_reason TEXT,
    uses_seen BIGINT NOT NULL, -- the coupon's count when its promotion codes were last looked through
    uses_due_at BIGINT, -- when that count is to be asked for again; null: nothing of it is minted
    stirred_at BIGINT, -- when a code of it was last minted or seen used
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, campaign_id, version)
);
CREATE INDEX campaign_versions_due ON campaign_versions (uses_due_at) WHERE uses_due_at IS NOT NULL;

CREATE TABLE rewards (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    version BIGINT NOT NULL, -- of what the campaign gave when it was earned
    reference TEXT, -- a hash of it once its person was erased
    code TEXT NOT NULL,
    code_number BIGINT NOT NULL, -- 1; grows with each replacement that the owner orders
    email TEXT, -- as it was given; null once its person was erased
    email_key TEXT, -- lower case, to find it by
    metadata TEXT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    erased_at BIGINT,
    sync TEXT NOT NULL, -- pending, failed, minted, blocked
    cause TEXT, -- of failed and blocked
    trouble TEXT, -- in words
    attempts BIGINT NOT NULL,
    due_at BIGINT, -- when it is to be tried (again); null: it is minted, or the owner must act
    promotion_code_id TEXT, -- promo_…
    minted_at BIGINT,
    minted_account TEXT,
    by_hand_at BIGINT, -- the owner says that they made it in Stripe
    scrub_due_at BIGINT, -- its person was erased, and the promotion code still names them; null: it does not
    used_at BIGINT,
    used_session TEXT, -- cs_…, where it is known
    used_amount BIGINT, -- what it took off, where it is known
    used_currency TEXT,
    mail TEXT NOT NULL, -- none, queued, sent, failed, refused, limited, unsubscribed, cancelled
    mail_trouble TEXT, -- in words
    mailed_at BIGINT,
    PRIMARY KEY (workspace_id, mode, id)
);
CREATE UNIQUE INDEX rewards_by_reference ON rewards (workspace_id, mode, campaign_id, reference) WHERE reference IS NOT NULL;
CREATE UNIQUE INDEX rewards_by_code ON rewards (workspace_id, mode, code);
CREATE INDEX rewards_of ON rewards (workspace_id, mode, campaign_id, id);
-- By its id alone: the line to unsubscribe by says no more.
CREATE INDEX rewards_by_id ON rewards (id);
CREATE INDEX rewards_by_email ON rewards (workspace_id, mode, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX rewards_due ON rewards (workspace_id, mode, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX rewards_in_trouble ON rewards (workspace_id, mode, cause) WHERE cause IS NOT NULL;
CREATE INDEX rewards_to_scrub ON rewards (workspace_id, mode, scrub_due_at) WHERE scrub_due_at IS NOT NULL;
CREATE INDEX rewards_unminted ON rewards (workspace_id, mode, campaign_id, id) WHERE sync <> 'minted';
CREATE INDEX rewards_used ON rewards (workspace_id, mode, campaign_id, used_at) WHERE used_at IS NOT NULL;
CREATE INDEX rewards_without_mail ON rewards (workspace_id, mode, campaign_id, id) WHERE mail IN ('failed', 'refused', 'limited');
CREATE INDEX rewards_unused ON rewards (workspace_id, mode, campaign_id, version) WHERE used_at IS NULL AND promotion_code_id IS NOT NULL;
CREATE UNIQUE INDEX rewards_by_promotion_code ON rewards (workspace_id, mode, promotion_code_id) WHERE promotion_code_id IS NOT NULL;

-- Why nothing can be minted on a connection for now. What waits for it is not counted as having failed.
CREATE TABLE mint_pauses (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    cause TEXT NOT NULL,
    trouble TEXT NOT NULL, -- in words
    generation BIGINT NOT NULL, -- of the connection; another one ends the pause
    since BIGINT NOT NULL,
    probe_at BIGINT NOT NULL, -- not tried before
    PRIMARY KEY (workspace_id, mode)
);

-- One for each cause of trouble with rewards, whatever their number; gone with its last reward.
CREATE TABLE reward_notices (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    cause TEXT NOT NULL,
    since BIGINT NOT NULL,
    told_at BIGINT, -- when the owner was told by mail
    PRIMARY KEY (workspace_id, mode, cause)
);

-- What happened, in the order in which it did. No addresses, no metadata.
CREATE TABLE activity (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    id TEXT NOT NULL, -- act_…
    subject TEXT NOT NULL, -- the id of what it happened to
    kind TEXT NOT NULL,
    detail TEXT NOT NULL, -- what the kind does not say; may be empty
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, id)
);
CREATE INDEX activity_of ON activity (workspace_id, mode, subject, id);

-- Who wants no marketing from a workspace: kept as long as it lives, as the law asks, and as a hash.
CREATE TABLE unsubscribed (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    email_hash BLOB NOT NULL, -- SHA-256 over workspace and address
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, email_hash)
);

-- Whose mail it is, and what it is about: the id of a reward. Null for what Codemint itself says.
ALTER TABLE outbox ADD COLUMN workspace_id TEXT;
ALTER TABLE outbox ADD COLUMN mode TEXT;
ALTER TABLE outbox ADD COLUMN about TEXT;
ALTER TABLE outbox ADD COLUMN in_work BOOLEAN NOT NULL DEFAULT FALSE; -- a process has taken it and renews next_attempt_at while it lives
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_about ON outbox (workspace_id, mode, about) WHERE about IS NOT NULL;
CREATE INDEX outbox_due_rewards ON outbox (next_attempt_at) WHERE state = 'queued' AND kind = 'reward';
CREATE INDEX outbox_due_others ON outbox (next_attempt_at) WHERE state = 'queued' AND kind <> 'reward';
DROP INDEX outbox_due;

-- The reward that a stored answer tells of, so that erasing its person reaches the answer, too.
ALTER TABLE idempotency_keys ADD COLUMN about TEXT;
CREATE INDEX idempotency_keys_about ON idempotency_keys (workspace_id, mode, about) WHERE about IS NOT NULL;

-- Whom a checkout names: its customer_email, else a user_id that is an address; lower case. Null where it names nobody (any more).
ALTER TABLE checkouts ADD COLUMN email_key TEXT;
-- Its person was erased while it was under way: what names them goes when it has ended.
ALTER TABLE checkouts ADD COLUMN erase_asked_at BIGINT;
UPDATE checkouts SET email_key = lower(COALESCE(json_extract(request, '$.customer_email'),
    CASE WHEN instr(json_extract(request, '$.user_id'), '@') > 0 THEN json_extract(request, '$.user_id') END));
CREATE INDEX checkouts_by_email ON checkouts (workspace_id, mode, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX checkouts_to_erase ON checkouts (erase_asked_at) WHERE erase_asked_at IS NOT NULL;
CREATE INDEX redemptions_by_checkout ON redemptions (workspace_id, mode, checkout_id);
