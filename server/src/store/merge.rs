//! Owners who have no address yet: one is given to them, or they turn out to be an owner who has it.

use super::query::{execute, optional};
use super::{Conn, Result};

impl Conn<'_> {
    /// Holds the row of an owner without an address who is a member of this workspace, until the transaction ends: 1 where there is one.
    pub(crate) async fn lock_nameless(self, owner: &str, workspace: &str) -> Result<u64> {
        execute!(
            self,
            "UPDATE owners SET created_at = created_at WHERE id = $1 AND email IS NULL
               AND EXISTS (SELECT 1 FROM members m WHERE m.owner_id = $1 AND m.workspace_id = $2)",
            owner,
            workspace
        )
    }

    /// Whether an owner is a member of a workspace.
    pub(crate) async fn has_member(self, workspace: &str, owner: &str) -> Result<bool> {
        let row = optional!(
            self,
            (String,),
            "SELECT owner_id FROM members WHERE workspace_id = $1 AND owner_id = $2",
            workspace,
            owner
        )?;
        Ok(row.is_some())
    }

    /// A workspace's name.
    pub(crate) async fn workspace_name(self, id: &str) -> Result<Option<(String,)>> {
        optional!(self, (String,), "SELECT name FROM workspaces WHERE id = $1", id)
    }

    /// Gives an address (lower case) to an owner who has none.
    pub(crate) async fn name_owner(self, id: &str, email: &str) -> Result<()> {
        execute!(self, "UPDATE owners SET email = $2 WHERE id = $1 AND email IS NULL", id, email).map(|_| ())
    }

    /// Makes an owner a member wherever another one is.
    pub(crate) async fn copy_memberships(self, from: &str, to: &str) -> Result<()> {
        execute!(
            self,
            "INSERT INTO members (workspace_id, owner_id, created_at)
             SELECT m.workspace_id, $2, m.created_at FROM members m WHERE m.owner_id = $1
               AND NOT EXISTS (SELECT 1 FROM members o WHERE o.workspace_id = m.workspace_id AND o.owner_id = $2)",
            from,
            to
        )
        .map(|_| ())
    }

    /// Ends all memberships of an owner.
    pub(crate) async fn delete_memberships(self, owner: &str) -> Result<()> {
        execute!(self, "DELETE FROM members WHERE owner_id = $1", owner).map(|_| ())
    }

    /// Ends all sessions of an owner.
    pub(crate) async fn delete_sessions(self, owner: &str) -> Result<()> {
        execute!(self, "DELETE FROM sessions WHERE owner_id = $1", owner).map(|_| ())
    }

    /// Deletes an owner's ways to Stripe that are under way.
    pub(crate) async fn delete_states(self, owner: &str) -> Result<()> {
        execute!(self, "DELETE FROM oauth_states WHERE owner_id = $1", owner).map(|_| ())
    }

    /// Deletes the installs that wait for an owner's word.
    pub(crate) async fn delete_waiting_installs(self, owner: &str) -> Result<()> {
        execute!(self, "DELETE FROM waiting_installs WHERE owner_id = $1", owner).map(|_| ())
    }

    /// Deletes an owner to whom nothing belongs any more.
    pub(crate) async fn delete_owner(self, id: &str) -> Result<()> {
        execute!(self, "DELETE FROM owners WHERE id = $1", id).map(|_| ())
    }
}
