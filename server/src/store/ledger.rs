//! The ledger's checks: counters beside their rows, each redemption beside its checkout, and what the last check found. Every look is one
//! statement, so that it sees one moment.

use super::query::{all, execute, optional};
use super::{Conn, Result, Scoped};

/// A code's counters and what its redemptions say.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CountRow {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) code: String,
    pub(crate) held: i64,
    pub(crate) redeemed: i64,
    pub(crate) rows_held: i64,
    pub(crate) rows_redeemed: i64,
}

/// A redemption and the checkout that it says it is of.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct LedgerRow {
    pub(crate) id: String,
    pub(crate) discount_code_id: String,
    pub(crate) state: String,
    pub(crate) history: String,
    pub(crate) expires_at: Option<i64>,
    pub(crate) checkout_id: Option<String>,
    /// None: that checkout is not there.
    pub(crate) step: Option<String>,
    /// The redemption that the checkout has now.
    pub(crate) current: Option<String>,
}

/// A checkout that holds a redemption, or should.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct HolderRow {
    pub(crate) id: String,
    pub(crate) step: String,
    pub(crate) generation: i64,
    pub(crate) session_id: Option<String>,
    pub(crate) redemption_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Paid by a method that takes days, and not decided yet.
    pub(crate) undecided_since: Option<i64>,
    /// When Stripe is asked about that payment again.
    pub(crate) ask_again_at: Option<i64>,
    /// Of the redemption; none: it is not there.
    pub(crate) state: Option<String>,
}

/// What the last check found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct CheckRow {
    pub(crate) checked_at: i64,
    pub(crate) codes: i64,
    pub(crate) sessions: i64,
    pub(crate) wrong: i64,
    /// JSON.
    pub(crate) found: String,
    pub(crate) unasked: Option<String>,
}

macro_rules! counts {
    () => {
        "SELECT d.id, d.app_id, d.code, d.held, d.redeemed,
            (SELECT count(*) FROM redemptions r WHERE r.workspace_id = d.workspace_id AND r.mode = d.mode
                AND r.discount_code_id = d.id AND r.state = 'held') AS rows_held,
            (SELECT count(*) FROM redemptions r WHERE r.workspace_id = d.workspace_id AND r.mode = d.mode
                AND r.discount_code_id = d.id AND r.state = 'redeemed') AS rows_redeemed
           FROM discount_codes d WHERE d.workspace_id = $1 AND d.mode = $2 AND "
    };
}

macro_rules! beside {
    () => {
        "SELECT r.id, r.discount_code_id, r.state, r.history, r.expires_at, r.checkout_id, c.step, c.redemption_id AS current
           FROM redemptions r LEFT JOIN checkouts c ON c.workspace_id = r.workspace_id AND c.mode = r.mode AND c.id = r.checkout_id
          WHERE r.workspace_id = $1 AND r.mode = $2 AND "
    };
}

macro_rules! holders {
    () => {
        "SELECT c.id, c.step, c.generation, c.session_id, c.redemption_id, c.created_at, c.updated_at, c.undecided_since, c.ask_again_at, r.state
           FROM checkouts c LEFT JOIN redemptions r ON r.workspace_id = c.workspace_id AND r.mode = c.mode AND r.id = c.redemption_id
          WHERE c.workspace_id = $1 AND c.mode = $2 AND "
    };
}

impl Conn<'_> {
    /// Tenants that have codes and were not checked since a moment, or never; whose last try is the longest ago comes first.
    pub(crate) async fn ledgers_to_check(self, since: i64, limit: i64) -> Result<Vec<(String, String)>> {
        all!(
            self,
            (String, String),
            "SELECT w.id, m.mode FROM workspaces w CROSS JOIN (SELECT 'test' AS mode UNION ALL SELECT 'live') AS m
               LEFT JOIN ledger_checks k ON k.workspace_id = w.id AND k.mode = m.mode
              WHERE EXISTS (SELECT 1 FROM discount_codes d WHERE d.workspace_id = w.id AND d.mode = m.mode)
                AND COALESCE(k.checked_at, 0) <= $1
              ORDER BY COALESCE(k.tried_at, k.checked_at, 0), w.id, m.mode LIMIT $2",
            since,
            limit
        )
    }

    /// Tenants that have codes: of one workspace or all, in one mode or both.
    pub(crate) async fn ledgers(self, workspace: Option<&str>, mode: Option<&str>) -> Result<Vec<(String, String)>> {
        all!(
            self,
            (String, String),
            "SELECT w.id, m.mode FROM workspaces w CROSS JOIN (SELECT 'test' AS mode UNION ALL SELECT 'live') AS m
              WHERE EXISTS (SELECT 1 FROM discount_codes d WHERE d.workspace_id = w.id AND d.mode = m.mode)
                AND (CAST($1 AS TEXT) IS NULL OR w.id = $1) AND (CAST($2 AS TEXT) IS NULL OR m.mode = $2)
              ORDER BY w.id, m.mode",
            workspace,
            mode
        )
    }

    /// Whether there is a workspace of this id.
    pub(crate) async fn workspace_exists(self, id: &str) -> Result<bool> {
        optional!(self, (String,), "SELECT id FROM workspaces WHERE id = $1", id).map(|row| row.is_some())
    }
}

impl Scoped<'_> {
    /// Codes after this id with their counters and what their rows say.
    pub(crate) async fn counts_after(self, after: &str, limit: i64) -> Result<Vec<CountRow>> {
        let (conn, workspace, mode) = self.split();
        all!(conn, CountRow, concat!(counts!(), "d.id > $3 ORDER BY d.id LIMIT $4"), workspace, mode, after, limit)
    }

    /// The same of one code.
    pub(crate) async fn counts_of(self, code: &str) -> Result<Option<CountRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(conn, CountRow, concat!(counts!(), "d.id = $3"), workspace, mode, code)
    }

    /// Sets a code's counters to what its rows say. The code must be locked ([`Scoped::code_to_change`]): whoever counts changes its row.
    pub(crate) async fn repair_counts(self, code: &str, now: i64) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET updated_at = $4,
                held = (SELECT count(*) FROM redemptions r WHERE r.workspace_id = $1 AND r.mode = $2 AND r.discount_code_id = $3 AND r.state = 'held'),
                redeemed = (SELECT count(*) FROM redemptions r WHERE r.workspace_id = $1 AND r.mode = $2 AND r.discount_code_id = $3 AND r.state = 'redeemed')
              WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace, mode, code, now
        )
        .map(|rows| rows == 1)
    }

    /// Redemptions after this id with their checkouts.
    pub(crate) async fn redemptions_beside_checkouts(self, after: &str, limit: i64) -> Result<Vec<LedgerRow>> {
        let (conn, workspace, mode) = self.split();
        all!(conn, LedgerRow, concat!(beside!(), "r.id > $3 ORDER BY r.id LIMIT $4"), workspace, mode, after, limit)
    }

    /// The same of one redemption.
    pub(crate) async fn redemption_beside_checkout(self, id: &str) -> Result<Option<LedgerRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(conn, LedgerRow, concat!(beside!(), "r.id = $3"), workspace, mode, id)
    }

    /// Open checkouts after this id that hold a redemption, or say so.
    pub(crate) async fn open_holders_after(self, after: &str, limit: i64) -> Result<Vec<HolderRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            HolderRow,
            concat!(holders!(), "c.step = 'open' AND c.redemption_id IS NOT NULL AND c.id > $3 ORDER BY c.id LIMIT $4"),
            workspace,
            mode,
            after,
            limit
        )
    }

    /// A checkout with the redemption that it has now.
    pub(crate) async fn holder(self, id: &str) -> Result<Option<HolderRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(conn, HolderRow, concat!(holders!(), "c.id = $3"), workspace, mode, id)
    }

    /// Notes that a check has begun, whatever becomes of it.
    pub(crate) async fn try_ledger_check(self, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO ledger_checks (workspace_id, mode, checked_at, codes, sessions, wrong, found, tried_at)
             VALUES ($1, $2, 0, 0, 0, 0, '[]', $3) ON CONFLICT (workspace_id, mode) DO UPDATE SET tried_at = excluded.tried_at",
            workspace,
            mode,
            now
        )
        .map(|_| ())
    }

    /// What the last check found; none before the first.
    pub(crate) async fn ledger_check(self) -> Result<Option<CheckRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            CheckRow,
            "SELECT checked_at, codes, sessions, wrong, found, unasked FROM ledger_checks
              WHERE workspace_id = $1 AND mode = $2 AND checked_at > 0",
            workspace,
            mode
        )
    }

    /// Keeps what a check found in the place of what was found before, at that moment. False: another check has ended meanwhile.
    pub(crate) async fn put_ledger_check(self, row: &CheckRow, before: Option<i64>) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO ledger_checks (workspace_id, mode, checked_at, codes, sessions, wrong, found, unasked)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (workspace_id, mode) DO UPDATE SET checked_at = excluded.checked_at, codes = excluded.codes,
                sessions = excluded.sessions, wrong = excluded.wrong, found = excluded.found, unasked = excluded.unasked
              WHERE ledger_checks.checked_at = $9",
            workspace,
            mode,
            row.checked_at,
            row.codes,
            row.sessions,
            row.wrong,
            row.found.as_str(),
            row.unasked.as_deref(),
            before.unwrap_or(0)
        )
        .map(|rows| rows == 1)
    }
}
