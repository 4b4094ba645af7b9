-- What every checkout pays for, and nothing needs.

-- An open checkout is found by other indexes: `step IN ('intent', 'uncertain')` is what is unsettled.
CREATE INDEX checkouts_in_work ON checkouts (step, busy_until) WHERE step IN ('intent', 'uncertain');
DROP INDEX checkouts_unsettled;
