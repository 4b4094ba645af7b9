-- The page of what happened: by topic, and without the many steps of single rewards.

ALTER TABLE activity ADD COLUMN topic TEXT COLLATE "C" NOT NULL DEFAULT 'rewards'; -- ledger, codes, rewards, connection
ALTER TABLE activity ADD COLUMN minor BOOLEAN NOT NULL DEFAULT FALSE; -- a step of a single reward: shown under its topic alone
UPDATE activity SET minor = TRUE WHERE subject LIKE 'rw!_%' ESCAPE '!';
CREATE INDEX activity_by_topic ON activity (workspace_id, mode, topic, id);
CREATE INDEX activity_main ON activity (workspace_id, mode, id) WHERE minor = FALSE;
CREATE INDEX activity_by_age ON activity (created_at) WHERE minor = FALSE;
