//! The hold, its redemption and its checkout, written at once. Each statement is a way there and back, to PostgreSQL or to the thread that
//! runs SQLite: this is one. PostgreSQL has a `WITH` that writes; SQLite runs three statements in a row, of which the last two write only if
//! the one before did.

use super::discount_codes::{columns, hold};
use super::{CodeRow, Conn, NewCheckout, NewRedemption, Result, Scoped};
use crate::crash;
use sqlx::{Postgres, Sqlite};

/// A code as it was read, of which one redemption is taken.
pub(crate) struct Hold<'a> {
    /// With the coupon that it has or gets, and without a limit per customer.
    pub(crate) code: &'a CodeRow,
    /// In milliseconds.
    pub(crate) now: i64,
}

/// What was said to Stripe follows from it, so that it must be as it was read: the coupon, whether there is a limit, and none per customer.
macro_rules! as_read {
    () => {
        " AND COALESCE(coupon_id, $6) = $6 AND (max_redemptions IS NOT NULL) = $7 AND max_redemptions_per_user IS NULL"
    };
}

macro_rules! minted {
    () => {
        concat!(as_read!(), " AND minted_generation = $8")
    };
}

/// The row of a redemption without a checkout of ours.
macro_rules! own {
    ($code:literal, $when:literal) => {
        concat!(
            "INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, state, user_id, created_at, updated_at, customer, history,
                expires_at, idempotency_key)
             SELECT $1, $2, $9, ", $code, ", 'held', $10, $4, $4, $11, $12, $13, $14 ", $when
        )
    };
}

/// The row of the redemption, of a code and under a condition.
macro_rules! redemption {
    ($code:literal, $when:literal) => {
        concat!(
            "INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at, customer,
                history)
             SELECT $1, $2, $8, ", $code, ", $9, 'held', $10, $4, $4, $11, $12 ", $when
        )
    };
}

/// The row of the checkout.
macro_rules! checkout {
    ($code:literal, $when:literal) => {
        concat!(
            "INSERT INTO checkouts (workspace_id, mode, id, app_id, idempotency_key, request, discount_code_id, redemption_id, step, attempt,
                attempted_at, generation, stripe_params, busy_until, created_at, updated_at, email_key, account)
             SELECT $1, $2, $9, $13, $14, $15, ", $code, ", $8, 'intent', 1, $4, $16, $17, $18, $4, $4, $19, $20 ", $when
        )
    };
}

/// A statement with its parameters, of which the hold has the first seven.
macro_rules! bound {
    ($engine:ty, $sql:expr, $scope:expr, $hold:expr $(, $more:expr)*) => {
        sqlx::query_as::<$engine, CodeRow>($sql)
            .bind($scope.workspace.as_str())
            .bind($scope.mode.as_str())
            .bind(&$hold.code.id)
            .bind($hold.now)
            .bind($hold.code.terms_version)
            .bind($hold.code.coupon_id.as_deref())
            .bind($hold.code.max_redemptions.is_some())
            $(.bind($more))*
    };
}

impl Scoped<'_> {
    /// Takes one redemption as [`Scoped::hold`] does, and writes its row and its checkout's. None: refused, or not as it was read any more;
    /// then nothing is written.
    pub(crate) async fn begin_checkout(
        self,
        hold: &Hold<'_>,
        redemption: &NewRedemption<'_>,
        checkout: &NewCheckout<'_>,
    ) -> Result<Option<CodeRow>> {
        let scope = self.scope;
        macro_rules! query {
            ($engine:ty, $sql:expr) => {
                bound!(
                    $engine,
                    $sql,
                    scope,
                    hold,
                    redemption.id,
                    checkout.id,
                    redemption.user_id,
                    redemption.customer,
                    redemption.first_line(),
                    checkout.app_id,
                    checkout.idempotency_key,
                    checkout.request,
                    checkout.generation,
                    checkout.stripe_params,
                    checkout.busy_until,
                    checkout.email_key.as_deref(),
                    checkout.account
                )
            };
        }
        match self.conn {
            Conn::Sqlite(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    concat!(
                        hold!(as_read!()),
                        ";",
                        redemption!("$3", "WHERE changes() = 1"),
                        ";",
                        checkout!("$3", "WHERE changes() = 1")
                    )
                );
                // To the end: the last two run when the row of the first one was read.
                Ok(query!(Sqlite, sql).fetch_all(conn).await?.pop())
            }
            Conn::Postgres(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    concat!(
                        "WITH taken AS (",
                        hold!(as_read!()),
                        "),
                         written AS (",
                        redemption!("id", "FROM taken"),
                        "),
                         begun AS (",
                        checkout!("id", "FROM taken"),
                        ")
                         SELECT ",
                        columns!(),
                        " FROM taken"
                    )
                );
                Ok(query!(Postgres, sql).fetch_optional(conn).await?)
            }
        }
    }

    /// The same for a redemption of an owner's own checkout, which has no row of ours but its own. None also where the coupon is not what this
    /// generation of the connection has minted.
    pub(crate) async fn begin_redemption(
        self,
        hold: &Hold<'_>,
        generation: i64,
        redemption: &NewRedemption<'_>,
    ) -> Result<Option<CodeRow>> {
        let scope = self.scope;
        macro_rules! query {
            ($engine:ty, $sql:expr) => {
                bound!(
                    $engine,
                    $sql,
                    scope,
                    hold,
                    generation,
                    redemption.id,
                    redemption.user_id,
                    redemption.customer,
                    redemption.first_line(),
                    redemption.expires_at,
                    redemption.idempotency_key
                )
            };
        }
        match self.conn {
            Conn::Sqlite(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    concat!(hold!(minted!()), ";", own!("$3", "WHERE changes() = 1"))
                );
                Ok(query!(Sqlite, sql).fetch_all(conn).await?.pop())
            }
            Conn::Postgres(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    concat!(
                        "WITH taken AS (",
                        hold!(minted!()),
                        "), written AS (",
                        own!("id", "FROM taken"),
                        ")
                         SELECT ",
                        columns!(),
                        " FROM taken"
                    )
                );
                Ok(query!(Postgres, sql).fetch_optional(conn).await?)
            }
        }
    }
}
