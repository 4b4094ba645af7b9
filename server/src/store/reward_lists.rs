//! The rewards of a campaign as its page lists them: filtered, searched, in pages.

use super::paging::{Direction, behind_cursor};
use super::query::all;
use super::rewards::reward_columns;
use super::{Result, RewardRow, Scoped};
use app::domain::email;
use app::domain::reward::Filter;
use sqlx::AssertSqlSafe;

/// What a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct RewardSearch {
    pub(crate) campaign_id: String,
    pub(crate) which: Filter,
    /// Whether what has not been tried, or failed, waits for the owner, too: a pause of the connection says so.
    pub(crate) all_blocked: bool,
    pub(crate) sought: Sought,
    pub(crate) direction: Direction,
    pub(crate) limit: i64,
}

/// What is looked for. As everywhere with codes and addresses, case does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    /// Nothing in particular.
    All,
    /// Part of a code, of an address or of a reference.
    Part(String),
    /// A code as a whole.
    Code(String),
}

impl Sought {
    /// How a row is known by `$5` (a code), `$6` (an address) and `$7` (a reference).
    fn condition(&self) -> &'static str {
        match self {
            Self::All => "CAST($5 AS TEXT) IS NULL AND CAST($6 AS TEXT) IS NULL AND CAST($7 AS TEXT) IS NULL",
            Self::Part(_) => {
                "(code LIKE $5 ESCAPE '!' OR email_key LIKE $6 ESCAPE '!' OR lower(reference) LIKE $7 ESCAPE '!')"
            }
            Self::Code(_) => "code = $5 AND CAST($6 AS TEXT) IS NULL AND CAST($7 AS TEXT) IS NULL",
        }
    }

    /// Those three.
    fn values(&self) -> [Option<String>; 3] {
        match self {
            Self::All => [None, None, None],
            Self::Part(q) => {
                [q.to_ascii_uppercase(), email::normalize(q), q.to_ascii_lowercase()].map(|part| Some(like(&part)))
            }
            Self::Code(code) => [Some(code.to_ascii_uppercase()), None, None],
        }
    }
}

/// A pattern for what has this text in it.
fn like(part: &str) -> String {
    format!("%{}%", part.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

impl Scoped<'_> {
    /// A page of a campaign's rewards, newest first whatever the direction.
    pub(crate) async fn find_rewards(self, search: &RewardSearch, now: i64) -> Result<Vec<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        // As for codes: fragments alone, every value bound, each parameter named in every variant.
        let which = match (search.which, search.all_blocked) {
            (Filter::All, _) => "CAST($4 AS BIGINT) > 0",
            (Filter::Unused, _) => "used_at IS NULL AND (expires_at IS NULL OR expires_at > $4)",
            (Filter::Used, _) => "used_at IS NOT NULL AND CAST($4 AS BIGINT) > 0",
            (Filter::Waiting, false) => "sync <> 'minted' AND sync <> 'blocked' AND CAST($4 AS BIGINT) > 0",
            (Filter::Waiting, true) => "CAST($4 AS BIGINT) < 0",
            (Filter::Blocked, false) => "sync <> 'minted' AND sync = 'blocked' AND CAST($4 AS BIGINT) > 0",
            (Filter::Blocked, true) => "sync <> 'minted' AND CAST($4 AS BIGINT) > 0",
            (Filter::MailTrouble, _) => "mail IN ('failed', 'refused', 'limited') AND CAST($4 AS BIGINT) > 0",
        };
        let sql = format!(
            "SELECT {} FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND {which} AND {} AND {} ORDER BY id {} LIMIT $9",
            reward_columns!(),
            search.sought.condition(),
            behind_cursor!(search.direction, "id", 8),
            search.direction.order()
        );
        let [code, email, reference] = search.sought.values();
        let rows = all!(
            conn,
            RewardRow,
            AssertSqlSafe(sql),
            workspace,
            mode,
            search.campaign_id.as_str(),
            now,
            code.as_deref(),
            email.as_deref(),
            reference.as_deref(),
            search.direction.cursor(),
            search.limit
        )?;
        Ok(search.direction.newest_first(rows))
    }
}
