-- What every checkout pays for, and nothing needs.

-- An open checkout is found by other indexes: `step IN ('intent', 'uncertain')` is what is unsettled.
CREATE INDEX checkouts_in_work ON checkouts (step, busy_until) WHERE step IN ('intent', 'uncertain');
DROP INDEX checkouts_unsettled;

-- Both are written by a request whose key, or whose sign-in, has named the workspace, and no workspace is ever deleted; to ask for its row
-- once more and to lock it was a sixth of what PostgreSQL did for a checkout.
ALTER TABLE checkouts DROP CONSTRAINT checkouts_workspace_id_fkey;
ALTER TABLE redemptions DROP CONSTRAINT redemptions_workspace_id_fkey;
