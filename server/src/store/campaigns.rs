//! Campaigns, the versions of what they give, and the conditional UPDATE that counts a reward.

use super::query::{all, execute, optional};
use super::terms::{TermsColumns, terms_of};
use super::{Result, Scoped, StoreError};
use app::domain::campaign::{Definition, Ends, Facts, Status};
use app::domain::metadata::Metadata;
use app::domain::reward_mail::MailSettings;
use app::domain::terms::Terms;

macro_rules! columns {
    () => {
        "c.id, c.app_id, c.name, c.code_prefix, c.version, c.expires_at, c.expires_in_days, c.time_zone, c.max_rewards, c.issued, c.used, \
         c.active, c.metadata, c.mail, c.created_at, c.archived_at, v.percent_off, v.amount_off, v.currency, v.duration, v.duration_in_months, \
         v.version AS terms_version, v.expires_at AS version_expires_at, v.coupon_id, v.minted_at, v.minted_generation, v.minted_account, \
         v.blocked_reason"
    };
}
macro_rules! joined {
    () => {
        " FROM campaigns AS c JOIN campaign_versions AS v ON v.workspace_id = c.workspace_id AND v.mode = c.mode AND v.campaign_id = c.id"
    };
}
pub(super) use {columns, joined};

/// A stored campaign, with one version of what it gives: the present one, unless another was asked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct CampaignRow {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) name: String,
    pub(crate) code_prefix: String,
    /// The present one.
    pub(crate) version: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) expires_in_days: Option<i64>,
    pub(crate) time_zone: Option<String>,
    pub(crate) max_rewards: Option<i64>,
    pub(crate) issued: i64,
    pub(crate) used: i64,
    pub(crate) active: bool,
    pub(crate) metadata: String,
    mail: String,
    pub(crate) created_at: i64,
    pub(crate) archived_at: Option<i64>,
    percent_off: Option<i64>,
    amount_off: Option<i64>,
    currency: Option<String>,
    duration: String,
    duration_in_months: Option<i64>,
    /// The version whose terms and coupon these are.
    pub(crate) terms_version: i64,
    /// The end of that version's codes.
    pub(crate) version_expires_at: Option<i64>,
    pub(crate) coupon_id: String,
    pub(crate) minted_at: Option<i64>,
    pub(crate) minted_generation: Option<i64>,
    pub(crate) minted_account: Option<String>,
    pub(crate) blocked_reason: Option<String>,
}

impl CampaignRow {
    /// What a reward gives.
    pub(crate) fn terms(&self) -> Result<Terms> {
        terms_of(self.percent_off, self.amount_off, self.currency.as_deref(), &self.duration, self.duration_in_months)
    }

    /// When its codes end.
    pub(crate) fn ends(&self) -> Ends {
        Ends::stored(self.expires_at, self.expires_in_days, self.time_zone.clone())
    }

    /// Its status at a moment.
    pub(crate) fn status(&self, now: i64) -> Status {
        Facts {
            archived: self.archived_at.is_some(),
            active: self.active,
            issued: self.issued,
            max_rewards: self.max_rewards,
            expires_at: self.expires_at,
        }
        .status(now)
    }

    /// The owner's own words.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        serde_json::from_str(&self.metadata)
            .map_err(|error| StoreError::Corrupt { column: "metadata", why: error.to_string() })
    }

    /// What its mail says.
    pub(crate) fn mail(&self) -> Result<MailSettings> {
        serde_json::from_str(&self.mail).map_err(|error| StoreError::Corrupt { column: "mail", why: error.to_string() })
    }

    /// As it was defined.
    pub(crate) fn definition(&self) -> Result<Definition> {
        Ok(Definition {
            name: self.name.clone(),
            terms: self.terms()?,
            code_prefix: self.code_prefix.clone(),
            ends: self.ends(),
            max_rewards: self.max_rewards,
            metadata: self.metadata()?,
        })
    }
}

/// A new campaign.
pub(crate) struct NewCampaign<'a> {
    pub(crate) id: &'a str,
    pub(crate) app_id: &'a str,
    pub(crate) definition: &'a Definition,
    /// JSON.
    pub(crate) metadata: &'a str,
    /// JSON.
    pub(crate) mail: &'a str,
    pub(crate) now: i64,
}

/// A new version of what a campaign gives.
pub(crate) struct NewVersion<'a> {
    pub(crate) campaign_id: &'a str,
    pub(crate) version: i64,
    pub(crate) terms: TermsColumns,
    /// The coupon's redeem_by, in milliseconds.
    pub(crate) expires_at: Option<i64>,
    pub(crate) coupon_id: &'a str,
    pub(crate) now: i64,
}

impl Scoped<'_> {
    /// Stores a campaign; its first version goes beside it.
    pub(crate) async fn insert_campaign(self, new: &NewCampaign<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        let Definition { name, code_prefix, ends, max_rewards, .. } = new.definition;
        execute!(
            conn,
            "INSERT INTO campaigns (workspace_id, mode, id, app_id, name, code_prefix, version, expires_at, expires_in_days, time_zone, max_rewards,
                issued, used, active, metadata, mail, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, 0, 0, TRUE, $11, $12, $13, $13)",
            workspace, mode, new.id, new.app_id, name, code_prefix, ends.at(), ends.days(), ends.time_zone(), *max_rewards, new.metadata, new.mail,
            new.now
        )
        .map(|_| ())
    }

    /// Stores a version.
    pub(crate) async fn insert_campaign_version(self, new: &NewVersion<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        let TermsColumns { percent_off, amount_off, currency, duration, months } = new.terms;
        execute!(
            conn,
            "INSERT INTO campaign_versions (workspace_id, mode, campaign_id, version, percent_off, amount_off, currency, duration,
                duration_in_months, expires_at, coupon_id, uses_seen, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)",
            workspace, mode, new.campaign_id, new.version, percent_off, amount_off, currency, duration, months, new.expires_at, new.coupon_id,
            new.now
        )
        .map(|_| ())
    }

    /// A campaign by its id, archived or not, with its present version.
    pub(crate) async fn campaign(self, id: &str) -> Result<Option<CampaignRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CampaignRow,
            concat!(
                "SELECT ",
                columns!(),
                joined!(),
                " AND v.version = c.version WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = $3"
            ),
            workspace,
            mode,
            id
        )
    }

    /// A campaign with one of its versions.
    pub(crate) async fn campaign_at(self, id: &str, version: i64) -> Result<Option<CampaignRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CampaignRow,
            concat!(
                "SELECT ",
                columns!(),
                joined!(),
                " AND v.version = $4 WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = $3"
            ),
            workspace,
            mode,
            id,
            version
        )
    }

    /// A campaign with each of its versions from one to another, for rewards that were earned under them.
    pub(crate) async fn campaign_versions(self, id: &str, first: i64, last: i64) -> Result<Vec<CampaignRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            CampaignRow,
            concat!(
                "SELECT ",
                columns!(),
                joined!(),
                " AND v.version BETWEEN $4 AND $5 WHERE c.workspace_id = $1 AND c.mode = $2 AND c.id = $3 ORDER BY v.version"
            ),
            workspace,
            mode,
            id,
            first,
            last
        )
    }

    /// Locks a campaign until the transaction ends: what is then read of it stays true until it is written. False: there is none. On
    /// PostgreSQL the row's lock does it, by a change that changes nothing; on SQLite a writing transaction is alone anyway.
    pub(crate) async fn lock_campaign(self, id: &str) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaigns SET updated_at = updated_at WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            id
        )
        .map(|rows| rows == 1)
    }

    /// Changes a campaign that is not archived; `version` is one of its versions.
    pub(crate) async fn update_campaign(
        self,
        id: &str,
        active: bool,
        definition: &Definition,
        version: i64,
        metadata: &str,
        now: i64,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        let Definition { name, code_prefix, ends, max_rewards, .. } = definition;
        execute!(
            conn,
            "UPDATE campaigns SET active = $4, name = $5, code_prefix = $6, version = $7, expires_at = $8, expires_in_days = $9, time_zone = $10,
                max_rewards = $11, metadata = $12, updated_at = $13
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND archived_at IS NULL",
            workspace, mode, id, active, name, code_prefix, version, ends.at(), ends.days(), ends.time_zone(), *max_rewards, metadata, now
        )
        .map(|_| ())
    }

    /// Changes what a version gives, if its coupon was never made: decided here. False: too late. Whoever calls has locked the campaign
    /// and seen that nobody has earned by it.
    pub(crate) async fn update_campaign_version(
        self,
        id: &str,
        version: i64,
        terms: &TermsColumns,
        expires_at: Option<i64>,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET percent_off = $5, amount_off = $6, currency = $7, duration = $8, duration_in_months = $9, expires_at = $10
              WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4 AND minted_at IS NULL",
            workspace, mode, id, version, terms.percent_off, terms.amount_off, terms.currency, terms.duration, terms.months, expires_at
        )
        .map(|rows| rows == 1)
    }

    /// Archives a campaign (`true`) or takes it back as it was. False: there was nothing to change.
    pub(crate) async fn set_campaign_archived(self, id: &str, archived: bool, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaigns SET archived_at = $5, updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND (archived_at IS NULL) <> (CAST($5 AS BIGINT) IS NULL)",
            workspace,
            mode,
            id,
            now,
            archived.then_some(now)
        )
        .map(|rows| rows == 1)
    }

    /// Keeps what a campaign's mail says, as JSON. False: there is no such campaign.
    pub(crate) async fn set_campaign_mail(self, id: &str, mail: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaigns SET mail = $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace,
            mode,
            id,
            mail,
            now
        )
        .map(|rows| rows == 1)
    }

    /// Counts a reward, if the campaign gives one now: this decides, whatever was read before. None: refused; the status says why.
    pub(crate) async fn count_reward(self, id: &str, now: i64) -> Result<Option<i64>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "UPDATE campaigns SET issued = issued + 1, updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND active AND archived_at IS NULL
                AND (max_rewards IS NULL OR issued < max_rewards) AND (expires_at IS NULL OR expires_at > $4)
             RETURNING version",
            workspace,
            mode,
            id,
            now
        )?;
        Ok(row.map(|(version,)| version))
    }

    /// The apps that have campaigns, the one with the newest first.
    pub(crate) async fn apps_with_campaigns(self) -> Result<Vec<String>> {
        let (conn, workspace, mode) = self.split();
        let rows = all!(
            conn,
            (String,),
            "SELECT app_id FROM campaigns WHERE workspace_id = $1 AND mode = $2 GROUP BY app_id ORDER BY max(id) DESC",
            workspace,
            mode
        )?;
        Ok(rows.into_iter().map(|(app,)| app).collect())
    }

    /// Versions of a campaign whose coupon is in trouble.
    pub(crate) async fn blocked_versions(self, id: &str) -> Result<Vec<i64>> {
        let (conn, workspace, mode) = self.split();
        let rows = all!(
            conn,
            (i64,),
            "SELECT version FROM campaign_versions WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND blocked_reason IS NOT NULL ORDER BY version",
            workspace,
            mode,
            id
        )?;
        Ok(rows.into_iter().map(|(version,)| version).collect())
    }

    /// A version whose coupon was in trouble is given no more: what waited for it goes on by another.
    pub(crate) async fn leave_blocked_version(self, id: &str, version: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE campaign_versions SET blocked_reason = NULL WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND version = $4",
            workspace,
            mode,
            id,
            version
        )
        .map(|_| ())
    }
}
