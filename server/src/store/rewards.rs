//! Rewards: one row each, from earning to use.

use super::paging::{Direction, behind_cursor};
use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped, StoreError};
use app::domain::metadata::Metadata;
use app::domain::reward::{Cause, MailState, Status, SyncState};
use sqlx::AssertSqlSafe;

macro_rules! reward_columns {
    () => {
        "id, campaign_id, app_id, version, reference, code, code_number, email, metadata, expires_at, created_at, erased_at, sync, cause, trouble, \
         attempts, due_at, promotion_code_id, by_hand_at, used_at, used_session, used_amount, used_currency, mail, \
         mail_trouble, mailed_at"
    };
}
pub(super) use reward_columns;

/// A stored reward.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct RewardRow {
    pub(crate) id: String,
    pub(crate) campaign_id: String,
    pub(crate) app_id: String,
    /// Of what the campaign gave.
    pub(crate) version: i64,
    pub(crate) reference: Option<String>,
    pub(crate) code: String,
    pub(crate) code_number: i64,
    /// None once its person was erased.
    pub(crate) email: Option<String>,
    pub(crate) metadata: String,
    pub(crate) expires_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) erased_at: Option<i64>,
    pub(crate) sync: String,
    pub(crate) cause: Option<String>,
    pub(crate) trouble: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) due_at: Option<i64>,
    pub(crate) promotion_code_id: Option<String>,
    pub(crate) by_hand_at: Option<i64>,
    pub(crate) used_at: Option<i64>,
    pub(crate) used_session: Option<String>,
    pub(crate) used_amount: Option<i64>,
    pub(crate) used_currency: Option<String>,
    pub(crate) mail: String,
    pub(crate) mail_trouble: Option<String>,
    pub(crate) mailed_at: Option<i64>,
}

/// Without the person.
impl std::fmt::Debug for RewardRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RewardRow").field("id", &self.id).field("sync", &self.sync).finish_non_exhaustive()
    }
}

impl RewardRow {
    /// Whether it is in Stripe, as the row says it; a pause of the connection may say more.
    pub(crate) fn sync(&self) -> SyncState {
        SyncState::parse(&self.sync).unwrap_or(SyncState::Pending)
    }

    /// Why it is not.
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.as_deref().and_then(Cause::parse)
    }

    /// Where its mail stands.
    pub(crate) fn mail(&self) -> MailState {
        MailState::parse(&self.mail).unwrap_or(MailState::None)
    }

    /// Its status at a moment.
    pub(crate) fn status(&self, now: i64) -> Status {
        Status::at(self.used_at.is_some(), self.expires_at, now)
    }

    /// The owner's own words.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        serde_json::from_str(&self.metadata)
            .map_err(|error| StoreError::Corrupt { column: "metadata", why: error.to_string() })
    }
}

/// A new reward; it is to be minted at once.
pub(crate) struct NewReward<'a> {
    pub(crate) id: &'a str,
    pub(crate) campaign_id: &'a str,
    pub(crate) app_id: &'a str,
    pub(crate) version: i64,
    pub(crate) reference: Option<&'a str>,
    pub(crate) code: &'a str,
    pub(crate) email: &'a str,
    /// Lower case.
    pub(crate) email_key: &'a str,
    /// JSON.
    pub(crate) metadata: &'a str,
    pub(crate) expires_at: Option<i64>,
    pub(crate) mail: MailState,
    pub(crate) now: i64,
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct RewardFilter {
    pub(crate) campaign_id: String,
    /// Lower case.
    pub(crate) email_key: Option<String>,
    pub(crate) reference: Option<String>,
    /// The whole text.
    pub(crate) code: Option<String>,
    /// States as rows have them; none: all.
    pub(crate) sync: Option<Vec<SyncState>>,
    pub(crate) direction: Direction,
    pub(crate) limit: i64,
}

impl Scoped<'_> {
    /// Stores a reward; `Taken` if its reference has one in this campaign, or its code is another reward's.
    pub(crate) async fn insert_reward(self, new: &NewReward<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO rewards (workspace_id, mode, id, campaign_id, app_id, version, reference, code, code_number, email, email_key, metadata,
                expires_at, created_at, updated_at, sync, attempts, due_at, mail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $13, $13, 'pending', 0, $13, $14)",
            workspace, mode, new.id, new.campaign_id, new.app_id, new.version, new.reference, new.code, new.email, new.email_key, new.metadata,
            new.expires_at, new.now, new.mail.as_str()
        )
        .map(|_| ())
    }

    /// A reward by its id.
    pub(crate) async fn reward(self, id: &str) -> Result<Option<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            RewardRow,
            concat!("SELECT ", reward_columns!(), " FROM rewards WHERE workspace_id = $1 AND mode = $2 AND id = $3"),
            workspace,
            mode,
            id
        )
    }

    /// Keeps everybody else from changing a reward until the transaction ends. False: there is none.
    pub(crate) async fn lock_reward(self, id: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET updated_at = updated_at WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            id
        )
        .map(|rows| rows == 1)
    }

    /// The reward of a campaign that was earned by this reference, or by the hash that it left when its person was erased.
    pub(crate) async fn reward_by_reference(
        self,
        campaign_id: &str,
        reference: &str,
        erased: &str,
    ) -> Result<Option<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            RewardRow,
            concat!(
                "SELECT ",
                reward_columns!(),
                " FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND reference IN ($4, $5)"
            ),
            workspace,
            mode,
            campaign_id,
            reference,
            erased
        )
    }

    /// A page of a campaign's rewards, newest first whatever the direction.
    pub(crate) async fn rewards(self, filter: &RewardFilter) -> Result<Vec<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        // As for codes: fragments alone, every value bound, each parameter named in every variant.
        let email = if filter.email_key.is_some() { "email_key = $4" } else { "CAST($4 AS TEXT) IS NULL" };
        let reference = if filter.reference.is_some() { "reference = $5" } else { "CAST($5 AS TEXT) IS NULL" };
        let code = if filter.code.is_some() { "code = $6" } else { "CAST($6 AS TEXT) IS NULL" };
        let states = filter.sync.as_deref().unwrap_or(SyncState::ALL);
        let state = |n: usize| states.get(n).map(|state| state.as_str());
        let cursor = behind_cursor!(filter.direction, "id", 11);
        let sql = format!(
            "SELECT {} FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND {email} AND {reference} AND {code}
                AND sync IN ($7, $8, $9, $10) AND {cursor} ORDER BY id {} LIMIT $12",
            reward_columns!(),
            filter.direction.order()
        );
        let rows = all!(
            conn,
            RewardRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            filter.campaign_id.as_str(),
            filter.email_key.as_deref(),
            filter.reference.as_deref(),
            filter.code.as_deref(),
            state(0),
            state(1),
            state(2),
            state(3),
            filter.direction.cursor(),
            filter.limit
        )?;
        Ok(filter.direction.newest_first(rows))
    }

    /// Notes where a reward's mail stands, whatever stood there. False: its person was erased, or there is no such reward.
    pub(crate) async fn set_reward_mail(
        self,
        id: &str,
        mail: MailState,
        trouble: Option<&str>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET mail = $4, mail_trouble = $5, updated_at = $6
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND erased_at IS NULL",
            workspace,
            mode,
            id,
            mail.as_str(),
            trouble,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Notes what came of sending its mail. False: its mail is no longer one that was to leave.
    pub(crate) async fn settle_reward_mail(
        self,
        id: &str,
        mail: MailState,
        trouble: Option<&str>,
        mailed_at: Option<i64>,
        now: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE rewards SET mail = $4, mail_trouble = $5, mailed_at = COALESCE($6, mailed_at), updated_at = $7
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND mail = 'queued' AND erased_at IS NULL",
            workspace,
            mode,
            id,
            mail.as_str(),
            trouble,
            mailed_at,
            now
        )
        .map(|rows| rows == 1)
    }
}

impl Conn<'_> {
    /// Whose a reward is: workspace and mode. For whoever has nothing but its id, in a mail.
    pub(crate) async fn whose_reward(self, id: &str) -> Result<Option<(String, String)>> {
        optional!(self, (String, String), "SELECT workspace_id, mode FROM rewards WHERE id = $1", id)
    }
}
