//! Leases: what only one process may do at a time. One that dies is taken over when its lease has run out.

use super::query::{execute, optional};
use super::{Conn, Result, Scoped, Taken};

impl Conn<'_> {
    /// Deletes leases that ran out before `before`.
    pub(crate) async fn forget_leases(self, before: i64) -> Result<u64> {
        execute!(self, "DELETE FROM leases WHERE held_until < $1", before)
    }
}

impl Scoped<'_> {
    /// Takes a lease that nobody holds.
    pub(crate) async fn take_lease(self, name: &str, owner: &str, now: i64, held_until: i64) -> Result<Taken> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "INSERT INTO leases (workspace_id, mode, name, owner, fence, held_until) VALUES ($1, $2, $3, $4, 1, $6)
             ON CONFLICT (workspace_id, mode, name) DO UPDATE SET owner = excluded.owner, fence = leases.fence + 1, held_until = excluded.held_until
              WHERE leases.held_until <= $5
             RETURNING fence",
            workspace, mode, name, owner, now, held_until
        )?;
        Ok(row.map_or(Taken::No, |(fence,)| Taken::Ours(fence)))
    }

    /// Takes a lease that nobody holds, or goes on holding it: `owner` may come again and again.
    pub(crate) async fn hold_lease(self, name: &str, owner: &str, now: i64, held_until: i64) -> Result<Taken> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "INSERT INTO leases (workspace_id, mode, name, owner, fence, held_until) VALUES ($1, $2, $3, $4, 1, $6)
             ON CONFLICT (workspace_id, mode, name) DO UPDATE SET owner = excluded.owner, held_until = excluded.held_until,
                fence = leases.fence + CASE WHEN leases.owner = excluded.owner THEN 0 ELSE 1 END
              WHERE leases.held_until <= $5 OR leases.owner = excluded.owner
             RETURNING fence",
            workspace, mode, name, owner, now, held_until
        )?;
        Ok(row.map_or(Taken::No, |(fence,)| Taken::Ours(fence)))
    }

    /// Whether somebody holds a lease now: a look that writes nothing.
    pub(crate) async fn lease_is_held(self, name: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT fence FROM leases WHERE workspace_id = $1 AND mode = $2 AND name = $3 AND held_until > $4",
            workspace,
            mode,
            name,
            now
        )?;
        Ok(row.is_some())
    }

    /// Keeps a lease while its process lives. False: it was given back or taken over.
    pub(crate) async fn renew_lease(self, name: &str, owner: &str, fence: i64, held_until: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE leases SET held_until = $6 WHERE workspace_id = $1 AND mode = $2 AND name = $3 AND owner = $4 AND fence = $5",
            workspace, mode, name, owner, fence, held_until
        )
        .map(|rows| rows == 1)
    }

    /// Gives a lease back; a renewal that comes late has no say any more. False: it was taken over.
    pub(crate) async fn release_lease(self, name: &str, owner: &str, fence: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE leases SET held_until = 0, fence = fence + 1 WHERE workspace_id = $1 AND mode = $2 AND name = $3 AND owner = $4 AND fence = $5",
            workspace, mode, name, owner, fence
        )
        .map(|rows| rows == 1)
    }
}
