//! The hold, its redemption and its checkout, written at once: on PostgreSQL each statement is a way there and back, and this is one.

use super::discount_codes::{columns, hold};
use super::{CodeRow, Conn, NewCheckout, NewRedemption, Result, Scoped};
use crate::crash;
use sqlx::Postgres;

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

impl Scoped<'_> {
    /// Takes one redemption as [`Scoped::hold`] does, and writes its row and its checkout's. None: refused, or not as it was read any more;
    /// then nothing is written.
    pub(crate) async fn begin_checkout(
        self,
        hold: &Hold<'_>,
        redemption: &NewRedemption<'_>,
        checkout: &NewCheckout<'_>,
    ) -> Result<Option<CodeRow>> {
        let Hold { code, now } = hold;
        let (workspace, mode) = (self.scope.workspace.as_str(), self.scope.mode.as_str());
        let (coupon, limited) = (code.coupon_id.as_deref(), code.max_redemptions.is_some());
        match self.conn {
            Conn::Sqlite(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    hold!(as_read!())
                );
                let held = sqlx::query_as::<_, CodeRow>(sql)
                    .bind(workspace)
                    .bind(mode)
                    .bind(&code.id)
                    .bind(now)
                    .bind(code.terms_version)
                    .bind(coupon)
                    .bind(limited)
                    .fetch_optional(&mut *conn)
                    .await?;
                if held.is_some() {
                    Scoped { conn: Conn::Sqlite(&mut *conn), scope: self.scope }.insert_redemption(redemption).await?;
                    Scoped { conn: Conn::Sqlite(conn), scope: self.scope }.insert_checkout(checkout).await?;
                }
                Ok(held)
            }
            Conn::Postgres(conn) => {
                let sql = crash::without!(
                    "oversell",
                    "AND (max_redemptions IS NULL OR held + redeemed < max_redemptions)",
                    concat!(
                        "WITH taken AS (", hold!(as_read!()), "),
                         written AS (INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at,
                                updated_at, customer, history)
                            SELECT $1, $2, $8, id, $9, 'held', $10, $4, $4, $11, $12 FROM taken),
                         begun AS (INSERT INTO checkouts (workspace_id, mode, id, app_id, idempotency_key, request, discount_code_id,
                                redemption_id, step, attempt, attempted_at, generation, stripe_params, busy_until, created_at, updated_at,
                                email_key, account)
                            SELECT $1, $2, $9, $13, $14, $15, id, $8, 'intent', 1, $4, $16, $17, $18, $4, $4, $19, $20 FROM taken)
                         SELECT ", columns!(), " FROM taken"
                    )
                );
                let held = sqlx::query_as::<Postgres, CodeRow>(sql)
                    .bind(workspace)
                    .bind(mode)
                    .bind(&code.id)
                    .bind(now)
                    .bind(code.terms_version)
                    .bind(coupon)
                    .bind(limited)
                    .bind(redemption.id)
                    .bind(checkout.id)
                    .bind(redemption.user_id)
                    .bind(redemption.customer)
                    .bind(redemption.first_line())
                    .bind(checkout.app_id)
                    .bind(checkout.idempotency_key)
                    .bind(checkout.request)
                    .bind(checkout.generation)
                    .bind(checkout.stripe_params)
                    .bind(checkout.busy_until)
                    .bind(checkout.email_key.as_deref())
                    .bind(checkout.account);
                Ok(held.fetch_optional(conn).await?)
            }
        }
    }
}
