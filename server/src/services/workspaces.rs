//! The workspaces of an owner who has more than one, and going from one to another.

use super::Services;
use super::address::NAME_CHARS;
use crate::crypto;
use crate::store::MemberRow;
use app::backend::Viewer;
use app::domain::ids::WorkspaceId;
use app::domain::problem::{Problem, clip};
use app::wire::screens::WorkspaceRow;

impl Services {
    /// The workspaces that this session may show; none where there is only the one in view.
    pub(super) async fn workspaces_of(&self, viewer: &Viewer) -> Result<Vec<WorkspaceRow>, Problem> {
        if !viewer.by_link {
            return Ok(Vec::new());
        }
        let mut reader = self.0.db.reader().await?;
        let rows = reader.conn().workspaces_of(&viewer.owner_id).await?;
        if rows.len() < 2 {
            return Ok(Vec::new());
        }
        let row = |id: String, name: String| WorkspaceRow {
            name: clip(if name.is_empty() { &id } else { &name }, NAME_CHARS),
            here: id == viewer.workspace_id,
            id,
        };
        Ok(rows.into_iter().map(|found| row(found.id, found.name)).collect())
    }

    /// Shows another workspace of the owner's in this session, and in the next one that a mail opens.
    pub(super) async fn switch_to(&self, viewer: &Viewer, session: &str, workspace: &str) -> Result<(), Problem> {
        let missing = || Problem::no_such("workspace", workspace);
        let workspace_id = WorkspaceId::parse(workspace).ok_or_else(missing)?.as_str().to_owned();
        let member = MemberRow { workspace_id, owner_id: viewer.owner_id.clone() };
        let mut tx = self.0.db.begin().await?;
        if !tx.conn().switch_session(crypto::hash_token(session).as_bytes(), &member).await? {
            return Err(missing());
        }
        tx.conn().note_use(&member, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
