//! Discount codes: definitions, counters, and the conditional UPDATE that decides a count.

use super::code_search::{self, contains};
use super::paging::{Direction, behind_cursor};
use super::query::{all, execute, optional};
use super::terms::{TermsColumns, terms_of};
use super::{Conn, Result, Scoped, StoreError};
use crate::crash;
use app::domain::discount_code::{Facts, Limits, Minimum, Status};
use app::domain::metadata::Metadata;
use app::domain::money::Currency;
use app::domain::terms::Terms;
use sqlx::AssertSqlSafe;

macro_rules! columns {
    () => {
        "id, app_id, code, percent_off, amount_off, currency, duration, duration_in_months, terms_version, max_redemptions, max_redemptions_per_user, minimum_amount, minimum_currency, held, redeemed, \
         starts_at, expires_at, active, metadata, created_at, archived_at, mint_intent_at, coupon_id, minted_at, minted_generation, minted_account, blocked_reason"
    };
}
pub(super) use columns;

/// The status of a row at `$3`, as `domain::discount_code::Facts::status` has it; a conformance test holds the two together.
macro_rules! status {
    () => {
        "CASE WHEN archived_at IS NOT NULL THEN 'archived' WHEN NOT active THEN 'paused' WHEN expires_at <= $3 THEN 'expired' \
         WHEN held + redeemed >= max_redemptions THEN 'exhausted' WHEN starts_at > $3 THEN 'scheduled' ELSE 'active' END"
    };
}

/// Takes one redemption at `$4` of a code whose terms are of version `$5`, with the coupon `$6` if it has none; under one more condition.
macro_rules! hold {
    ($condition:expr) => {
        concat!(
            "UPDATE discount_codes SET held = held + 1, mint_intent_at = COALESCE(mint_intent_at, $4), coupon_id = COALESCE(coupon_id, $6), updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND active AND archived_at IS NULL
                AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)
                AND (starts_at IS NULL OR starts_at <= $4) AND (expires_at IS NULL OR expires_at > $4)
                AND terms_version = $5 AND blocked_reason IS NULL",
            $condition,
            " RETURNING ",
            $crate::store::discount_codes::columns!()
        )
    };
}
pub(super) use hold;

fn minimum_currency(limits: &Limits) -> Option<&'static str> {
    limits.minimum.and_then(|minimum| minimum.currency).map(Currency::as_str)
}

/// A stored discount code.
#[derive(Clone, Debug, sqlx::FromRow)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct CodeRow {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) code: String,
    pub(crate) percent_off: Option<i64>,
    pub(crate) amount_off: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) duration: String,
    pub(crate) duration_in_months: Option<i64>,
    pub(crate) terms_version: i64,
    pub(crate) max_redemptions: Option<i64>,
    pub(crate) max_redemptions_per_user: Option<i64>,
    pub(crate) minimum_amount: Option<i64>,
    pub(crate) minimum_currency: Option<String>,
    pub(crate) held: i64,
    pub(crate) redeemed: i64,
    pub(crate) starts_at: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) active: bool,
    pub(crate) metadata: String,
    pub(crate) created_at: i64,
    pub(crate) archived_at: Option<i64>,
    pub(crate) mint_intent_at: Option<i64>,
    pub(crate) coupon_id: Option<String>,
    pub(crate) minted_at: Option<i64>,
    pub(crate) minted_generation: Option<i64>,
    pub(crate) minted_account: Option<String>,
    pub(crate) blocked_reason: Option<String>,
}

impl CodeRow {
    /// What it gives.
    pub(crate) fn terms(&self) -> Result<Terms> {
        terms_of(self.percent_off, self.amount_off, self.currency.as_deref(), &self.duration, self.duration_in_months)
    }

    /// How often and when.
    pub(crate) fn limits(&self) -> Limits {
        let currency = |text: &String| Currency::parse(text, "minimum_amount_currency").ok();
        let minimum = self
            .minimum_amount
            .map(|amount| Minimum { amount, currency: self.minimum_currency.as_ref().and_then(currency) });
        Limits {
            max_redemptions: self.max_redemptions,
            max_redemptions_per_user: self.max_redemptions_per_user,
            minimum,
            starts_at: self.starts_at,
            expires_at: self.expires_at,
        }
    }

    /// Whether a hold keeps somebody else from it.
    pub(crate) fn is_limited(&self) -> bool {
        self.max_redemptions.is_some() || self.max_redemptions_per_user.is_some()
    }

    /// Its status at a moment.
    pub(crate) fn status(&self, now: i64) -> Status {
        let count = self.held + self.redeemed;
        Facts { archived: self.archived_at.is_some(), active: self.active, count, limits: self.limits() }.status(now)
    }

    /// The owner's own words.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        serde_json::from_str(&self.metadata)
            .map_err(|error| StoreError::Corrupt { column: "metadata", why: error.to_string() })
    }
}

/// A new code.
pub(crate) struct NewCode<'a> {
    pub(crate) id: &'a str,
    pub(crate) app_id: &'a str,
    pub(crate) code: &'a str,
    pub(crate) terms: TermsColumns,
    pub(crate) limits: Limits,
    pub(crate) metadata: &'a str,
    pub(crate) now: i64,
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct CodeFilter {
    pub(crate) app_id: Option<String>,
    /// None: all but archived.
    pub(crate) status: Option<Status>,
    /// Part of the text, normalized; empty: all.
    pub(crate) q: String,
    pub(crate) direction: Direction,
    pub(crate) limit: i64,
}

impl Scoped<'_> {
    /// Stores a code; `Taken` if another code of the app that is not archived has this text.
    pub(crate) async fn insert_code(self, new: &NewCode<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO discount_codes (workspace_id, mode, id, app_id, code, percent_off, amount_off, currency, duration, duration_in_months,
                terms_version, max_redemptions, held, redeemed, starts_at, expires_at, active, metadata, created_at, updated_at,
                max_redemptions_per_user, minimum_amount, minimum_currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, 0, 0, $12, $13, TRUE, $14, $15, $15, $16, $17, $18)",
            workspace, mode, new.id, new.app_id, new.code, new.terms.percent_off, new.terms.amount_off, new.terms.currency, new.terms.duration,
            new.terms.months, new.limits.max_redemptions, new.limits.starts_at, new.limits.expires_at, new.metadata, new.now,
            new.limits.max_redemptions_per_user, new.limits.minimum.map(|minimum| minimum.amount), minimum_currency(&new.limits)
        )
        .map(|_| ())
    }

    /// A code by its id, archived or not.
    pub(crate) async fn code(self, id: &str) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!("SELECT ", columns!(), " FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND id = $3"),
            workspace,
            mode,
            id
        )
    }

    /// The code of an app that has this text and is not archived.
    pub(crate) async fn code_by_text(self, app_id: &str, text: &str) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "SELECT ",
                columns!(),
                " FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND app_id = $3 AND code = $4 AND archived_at IS NULL"
            ),
            workspace,
            mode,
            app_id,
            text
        )
    }

    /// A page of codes, newest first whatever the direction.
    pub(crate) async fn codes(self, filter: &CodeFilter, now: i64) -> Result<Vec<CodeRow>> {
        let (mut conn, workspace, mode) = self.split();
        // The text is put together from these fragments alone; every value is bound. Each parameter is named in every variant,
        // because PostgreSQL must know the type of all of them.
        let app = if filter.app_id.is_some() { "app_id = $4" } else { "CAST($4 AS TEXT) IS NULL" };
        let status = match filter.status {
            None => "archived_at IS NULL AND CAST($3 AS BIGINT) > 0 AND CAST($5 AS TEXT) IS NULL",
            Some(_) => concat!(status!(), " = $5"),
        };
        let cursor = behind_cursor!(filter.direction, "id", 7);
        let order = filter.direction.order();
        let like = contains(&filter.q);
        let few = code_search::few_with(conn.again(), workspace, mode, &filter.q).await?;
        if few.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let text = if filter.q.is_empty() { "$6 = '%%'" } else { "code LIKE $6 ESCAPE '!'" };
        let known = match (&few, &conn) {
            (None, _) => "CAST($9 AS TEXT) IS NULL",
            (Some(_), Conn::Sqlite(_)) => "id IN (SELECT value FROM json_each($9))",
            (Some(_), Conn::Postgres(_)) => "id = ANY (ARRAY (SELECT json_array_elements_text(CAST($9 AS JSON))))",
        };
        let sql = format!(
            "SELECT {} FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND {app} AND {status} AND {text} AND {known} AND {cursor}
              ORDER BY id {order} LIMIT $8",
            columns!()
        );
        let rows = all!(
            conn,
            CodeRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            now,
            filter.app_id.as_deref(),
            filter.status.map(Status::as_str),
            like.as_str(),
            filter.direction.cursor(),
            filter.limit,
            few.map(|ids| serde_json::Value::from(ids).to_string())
        )?;
        Ok(filter.direction.newest_first(rows))
    }

    /// How many codes of an app have which status; nothing where there are more than 10,000.
    pub(crate) async fn status_counts(self, app_id: &str, now: i64) -> Result<Option<Vec<(String, i64)>>> {
        let (conn, workspace, mode) = self.split();
        let counts = all!(
            conn,
            (String, i64),
            concat!(
                "SELECT status, count(*) FROM (SELECT ",
                status!(),
                " AS status FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND app_id = $4 LIMIT 10001) AS counted GROUP BY status"
            ),
            workspace,
            mode,
            now,
            app_id
        )?;
        let total: i64 = counts.iter().map(|(_, count)| count).sum();
        Ok((total <= 10_000).then_some(counts))
    }

    /// Whether there is any code in this mode.
    pub(crate) async fn any_code(self) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            "SELECT id FROM discount_codes WHERE workspace_id = $1 AND mode = $2 LIMIT 1",
            workspace,
            mode
        )?;
        Ok(row.is_some())
    }

    /// Takes one redemption, if the code may be used and one is left: this UPDATE decides. It also records the mint intent with the
    /// coupon's id, which from then on stands with the terms. No row: refused, or the terms moved on since `terms_version` was read.
    pub(crate) async fn hold(self, id: &str, terms_version: i64, coupon_id: &str, now: i64) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            crash::without!(
                "oversell",
                "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                hold!("")
            ),
            workspace,
            mode,
            id,
            now,
            terms_version,
            coupon_id
        )
    }

    /// Takes a redemption again for a session that exists already at Stripe: only the number decides, the time was right when it was made.
    pub(crate) async fn hold_again(self, id: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET held = held + 1, updated_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
            workspace, mode, id, now
        )
        .map(|rows| rows == 1)
    }

    /// A code, locked until the transaction ends: what is decided on it is written before anybody else decides. On PostgreSQL the
    /// row's lock does it, by a change that changes nothing; on SQLite a writing transaction is alone anyway.
    pub(crate) async fn code_to_change(self, id: &str) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "UPDATE discount_codes SET updated_at = updated_at WHERE workspace_id = $1 AND mode = $2 AND id = $3 RETURNING ",
                columns!()
            ),
            workspace,
            mode,
            id
        )
    }

    /// Changes what can change at any time.
    pub(crate) async fn update_code(
        self,
        id: &str,
        active: bool,
        limits: &Limits,
        metadata: &str,
        now: i64,
    ) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "UPDATE discount_codes SET active = $4, max_redemptions = $5, starts_at = $6, expires_at = $7, metadata = $8, updated_at = $9,
                    max_redemptions_per_user = $10, minimum_amount = $11, minimum_currency = $12
                  WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND archived_at IS NULL RETURNING ", columns!()
            ),
            workspace, mode, id, active, limits.max_redemptions, limits.starts_at, limits.expires_at, metadata, now,
            limits.max_redemptions_per_user, limits.minimum.map(|minimum| minimum.amount), minimum_currency(limits)
        )
    }

    /// Changes the terms, if nobody has begun to mint them: decided here. False: too late.
    pub(crate) async fn update_terms(self, id: &str, terms: &TermsColumns, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET percent_off = $4, amount_off = $5, currency = $6, duration = $7, duration_in_months = $8,
                terms_version = terms_version + 1, updated_at = $9
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND archived_at IS NULL AND mint_intent_at IS NULL",
            workspace, mode, id, terms.percent_off, terms.amount_off, terms.currency, terms.duration, terms.months, now
        )
        .map(|rows| rows == 1)
    }

    /// Archives a code; its text is free again.
    pub(crate) async fn archive_code(self, id: &str, now: i64) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "UPDATE discount_codes SET archived_at = COALESCE(archived_at, $4), updated_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3 RETURNING ",
                columns!()
            ),
            workspace,
            mode,
            id,
            now
        )
    }

    /// Takes an archived code back, with all that it had. `Taken` if another code of the app has its text by now: the index decides.
    pub(crate) async fn restore_code(self, id: &str, now: i64) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "UPDATE discount_codes SET archived_at = NULL, updated_at = $4 WHERE workspace_id = $1 AND mode = $2 AND id = $3 RETURNING ",
                columns!()
            ),
            workspace,
            mode,
            id,
            now
        )
    }

    /// Notes that the coupon is in Stripe, as seen under this generation of the connection.
    pub(crate) async fn note_minted(
        self,
        id: &str,
        coupon_id: &str,
        generation: i64,
        account: Option<&str>,
        now: i64,
    ) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET minted_at = COALESCE(minted_at, $7), minted_generation = $5, minted_account = $6, updated_at = $7
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND coupon_id = $4 AND (minted_generation IS NULL OR minted_generation <= $5)",
            workspace, mode, id, coupon_id, generation, account, now
        )
        .map(|_| ())
    }

    /// Blocks a code whose coupon was changed or deleted in Stripe.
    pub(crate) async fn block_code(self, id: &str, coupon_id: &str, reason: &str, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET blocked_reason = $5, updated_at = $6 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND coupon_id = $4",
            workspace, mode, id, coupon_id, reason, now
        )
        .map(|_| ())
    }

    /// The owner's click: lets the next checkout mint a new coupon under the next terms version.
    pub(crate) async fn unblock_code(self, id: &str, now: i64) -> Result<Option<CodeRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CodeRow,
            concat!(
                "UPDATE discount_codes SET blocked_reason = NULL, coupon_id = NULL, mint_intent_at = NULL, minted_at = NULL, minted_generation = NULL,
                    minted_account = NULL, terms_version = terms_version + 1, updated_at = $4
                  WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND blocked_reason IS NOT NULL RETURNING ", columns!()
            ),
            workspace, mode, id, now
        )
    }
}
