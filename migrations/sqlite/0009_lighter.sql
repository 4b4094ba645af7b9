-- What every checkout pays for, and nothing needs.

-- An open checkout is found by other indexes: `step IN ('intent', 'uncertain')` is what is unsettled.
DROP INDEX checkouts_unsettled;
CREATE INDEX checkouts_unsettled ON checkouts (step, busy_until) WHERE step IN ('intent', 'uncertain');
