//! Open checkouts that hold a redemption: what the sweep asks Stripe about.

use super::checkouts::columns;
use super::query::{all, optional};
use super::{CheckoutRow, Conn, Result, Scoped};

/// The rows of a tenant, `$1` and `$2`; without those whose money takes days.
macro_rules! open {
    () => {
        " FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND step = 'open' AND redemption_id IS NOT NULL AND undecided_since IS NULL"
    };
}

impl Scoped<'_> {
    /// The oldest first.
    pub(crate) async fn open_checkouts(self, limit: i64) -> Result<Vec<CheckoutRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            CheckoutRow,
            concat!("SELECT ", columns!(), open!(), " ORDER BY id LIMIT $3"),
            workspace,
            mode,
            limit
        )
    }

    /// How many there are, counted no further than to `most`.
    pub(crate) async fn count_open_checkouts(self, most: i64) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let counted = optional!(
            conn,
            (i64,),
            concat!("SELECT count(*) FROM (SELECT id", open!(), " LIMIT $3) AS open"),
            workspace,
            mode,
            most
        );
        Ok(counted?.map_or(0, |(count,)| count))
    }

    /// Those that have one of these sessions.
    pub(crate) async fn open_checkouts_of(self, sessions: &[&str]) -> Result<Vec<CheckoutRow>> {
        macro_rules! having {
            ($one_of:literal) => {
                concat!("SELECT ", columns!(), open!(), " AND session_id ", $one_of)
            };
        }
        let (conn, workspace, mode) = self.split();
        Ok(match conn {
            Conn::Sqlite(conn) => {
                let list = serde_json::Value::from(sessions).to_string();
                let rows = sqlx::query_as::<sqlx::Sqlite, _>(having!("IN (SELECT value FROM json_each($3))"));
                rows.bind(workspace).bind(mode).bind(list).fetch_all(conn).await?
            }
            Conn::Postgres(conn) => {
                let rows = sqlx::query_as::<sqlx::Postgres, _>(having!("= ANY($3)"));
                rows.bind(workspace).bind(mode).bind(sessions).fetch_all(conn).await?
            }
        })
    }

    /// Those that were made by this connection or in its account, and whose session was over at a moment (milliseconds).
    pub(crate) async fn open_checkouts_over(
        self,
        generation: i64,
        account: Option<&str>,
        over_at: i64,
        limit: i64,
    ) -> Result<Vec<CheckoutRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            CheckoutRow,
            concat!(
                "SELECT ",
                columns!(),
                open!(),
                " AND session_expires_at <= $3 AND (generation = $4 OR account = $5) ORDER BY session_expires_at LIMIT $6"
            ),
            workspace,
            mode,
            over_at,
            generation,
            account,
            limit
        )
    }
}
