-- What only one process may do at a time, as long as it lives.

CREATE TABLE leases (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    mode TEXT NOT NULL,
    name TEXT NOT NULL, -- what is done under it: a coupon's id
    owner TEXT NOT NULL, -- another one each time it is taken
    fence BIGINT NOT NULL, -- grows each time it is taken
    held_until BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, mode, name)
);
CREATE INDEX leases_by_age ON leases (held_until);
