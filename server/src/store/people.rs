//! Owners, their memberships, sign-in links and sessions: what exists before a tenant is known.

use super::query::{all, execute, optional};
use super::{Conn, Result};

/// A membership.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct MemberRow {
    pub(crate) workspace_id: String,
    pub(crate) owner_id: String,
}

/// A sign-in link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct LinkRow {
    pub(crate) email: String,
    /// To whom it adds the address, if it does.
    pub(crate) owner_id: Option<String>,
    /// From which workspace it was asked for.
    pub(crate) workspace_id: Option<String>,
}

/// Who a session belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct SessionRow {
    pub(crate) owner_id: String,
    pub(crate) workspace_id: String,
    /// None until an owner whom an install made has told one.
    pub(crate) email: Option<String>,
    pub(crate) seen_at: i64,
    /// Whether a link to the owner's address opened it. An install opens one, too, but proves the one workspace only.
    pub(crate) by_link: bool,
}

/// A workspace by its name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct NamedWorkspace {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Conn<'_> {
    /// The owner with this address (lower case).
    pub(crate) async fn owner_by_email(self, email: &str) -> Result<Option<(String,)>> {
        optional!(self, (String,), "SELECT id FROM owners WHERE email = $1", email)
    }

    /// Makes an owner; without an address for one whom an install makes.
    pub(crate) async fn insert_owner(self, id: &str, email: Option<&str>, now: i64) -> Result<()> {
        execute!(self, "INSERT INTO owners (id, email, created_at) VALUES ($1, $2, $3)", id, email, now).map(|_| ())
    }

    /// Makes an owner a member.
    pub(crate) async fn insert_member(self, workspace: &str, owner: &str, now: i64) -> Result<()> {
        execute!(
            self,
            "INSERT INTO members (workspace_id, owner_id, created_at) VALUES ($1, $2, $3)",
            workspace,
            owner,
            now
        )
        .map(|_| ())
    }

    /// An owner's memberships: the one used last, then the oldest.
    pub(crate) async fn memberships(self, owner: &str) -> Result<Vec<MemberRow>> {
        all!(
            self,
            MemberRow,
            "SELECT workspace_id, owner_id FROM members WHERE owner_id = $1
              ORDER BY COALESCE(used_at, 0) DESC, created_at, workspace_id",
            owner
        )
    }

    /// Notes that an owner opened a workspace.
    pub(crate) async fn note_use(self, member: &MemberRow, now: i64) -> Result<()> {
        execute!(
            self,
            "UPDATE members SET used_at = $3 WHERE workspace_id = $1 AND owner_id = $2",
            member.workspace_id.as_str(),
            member.owner_id.as_str(),
            now
        )
        .map(|_| ())
    }

    /// The workspaces of an owner, the oldest membership first.
    pub(crate) async fn workspaces_of(self, owner: &str) -> Result<Vec<NamedWorkspace>> {
        all!(
            self,
            NamedWorkspace,
            "SELECT w.id, w.name FROM members m JOIN workspaces w ON w.id = m.workspace_id
              WHERE m.owner_id = $1 ORDER BY m.created_at, w.id",
            owner
        )
    }

    /// A workspace's oldest member.
    pub(crate) async fn first_member(self, workspace: &str) -> Result<Option<MemberRow>> {
        optional!(
            self,
            MemberRow,
            "SELECT workspace_id, owner_id FROM members WHERE workspace_id = $1 ORDER BY created_at, owner_id LIMIT 1",
            workspace
        )
    }

    /// The addresses of a workspace's members, those who have told one.
    pub(crate) async fn member_addresses(self, workspace: &str) -> Result<Vec<(String,)>> {
        all!(
            self,
            (String,),
            "SELECT o.email FROM members m JOIN owners o ON o.id = m.owner_id
              WHERE m.workspace_id = $1 AND o.email IS NOT NULL ORDER BY o.email",
            workspace
        )
    }

    /// Stores a sign-in link; with a member, one that adds the address to them.
    pub(crate) async fn insert_link(
        self,
        hash: &[u8],
        email: &str,
        member: Option<&MemberRow>,
        now: i64,
        expires_at: i64,
    ) -> Result<()> {
        execute!(
            self,
            "INSERT INTO sign_in_links (token_hash, email, owner_id, workspace_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
            hash,
            email,
            member.map(|member| member.owner_id.as_str()),
            member.map(|member| member.workspace_id.as_str()),
            now,
            expires_at
        )
        .map(|_| ())
    }

    /// A link that still can be used.
    pub(crate) async fn link(self, hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
        optional!(
            self,
            LinkRow,
            "SELECT email, owner_id, workspace_id FROM sign_in_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
            hash,
            now
        )
    }

    /// Uses a link up: only the first use of one that still lives finds it.
    pub(crate) async fn use_link(self, hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
        optional!(
            self,
            LinkRow,
            "UPDATE sign_in_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING email, owner_id, workspace_id",
            hash,
            now
        )
    }

    /// Stores a session.
    pub(crate) async fn insert_session(
        self,
        hash: &[u8],
        member: &MemberRow,
        by_link: bool,
        now: i64,
        idle_until: i64,
        expires_at: i64,
    ) -> Result<()> {
        execute!(
            self,
            "INSERT INTO sessions (token_hash, owner_id, workspace_id, created_at, seen_at, idle_until, expires_at, by_link)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
            hash, member.owner_id.as_str(), member.workspace_id.as_str(), now, idle_until, expires_at, by_link
        )
        .map(|_| ())
    }

    /// A session that still lives, of somebody who is still a member.
    pub(crate) async fn session(self, hash: &[u8], now: i64) -> Result<Option<SessionRow>> {
        optional!(
            self,
            SessionRow,
            "SELECT s.owner_id, s.workspace_id, o.email, s.seen_at, s.by_link FROM sessions s
               JOIN owners o ON o.id = s.owner_id
               JOIN members m ON m.workspace_id = s.workspace_id AND m.owner_id = s.owner_id
              WHERE s.token_hash = $1 AND s.idle_until > $2 AND s.expires_at > $2",
            hash,
            now
        )
    }

    /// Shows another workspace of the owner's in a session that a link opened. False: it is not theirs, and nothing changed.
    pub(crate) async fn switch_session(self, hash: &[u8], member: &MemberRow) -> Result<bool> {
        execute!(
            self,
            "UPDATE sessions SET workspace_id = $2 WHERE token_hash = $1 AND owner_id = $3 AND by_link
               AND EXISTS (SELECT 1 FROM members m WHERE m.workspace_id = $2 AND m.owner_id = $3)",
            hash,
            member.workspace_id.as_str(),
            member.owner_id.as_str()
        )
        .map(|rows| rows == 1)
    }

    /// Notes that a session was used.
    pub(crate) async fn touch_session(self, hash: &[u8], now: i64, idle_until: i64) -> Result<()> {
        execute!(self, "UPDATE sessions SET seen_at = $2, idle_until = $3 WHERE token_hash = $1", hash, now, idle_until)
            .map(|_| ())
    }

    /// Ends a session.
    pub(crate) async fn delete_session(self, hash: &[u8]) -> Result<()> {
        execute!(self, "DELETE FROM sessions WHERE token_hash = $1", hash).map(|_| ())
    }

    /// Deletes sessions and links that ended.
    pub(crate) async fn forget_ended(mut self, now: i64) -> Result<()> {
        let again = match &mut self {
            Conn::Sqlite(conn) => Conn::Sqlite(conn),
            Conn::Postgres(conn) => Conn::Postgres(conn),
        };
        execute!(again, "DELETE FROM sessions WHERE idle_until <= $1 OR expires_at <= $1", now)?;
        execute!(self, "DELETE FROM sign_in_links WHERE expires_at <= $1", now).map(|_| ())
    }
}
