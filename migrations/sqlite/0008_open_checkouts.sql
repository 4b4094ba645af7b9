-- Open checkouts whose time is over, and which account can be asked about them.

ALTER TABLE checkouts ADD COLUMN account TEXT; -- the Stripe account that it was made in; null: not known
UPDATE checkouts SET account = (SELECT c.account FROM connections c WHERE c.workspace_id = checkouts.workspace_id
        AND c.mode = checkouts.mode AND c.generation = checkouts.generation)
  WHERE step IN ('intent', 'uncertain', 'open');
CREATE INDEX checkouts_over ON checkouts (session_expires_at, id) WHERE step = 'open';

-- Each tenant's turn to be checked: also a check that failed is a turn.
ALTER TABLE ledger_checks ADD COLUMN tried_at BIGINT; -- when the last check began; checked_at is 0 before the first one has ended
