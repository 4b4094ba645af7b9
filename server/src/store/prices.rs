//! What was learned about the owner's prices: a price's type, currency and amount never change at Stripe.

use super::query::{execute, optional};
use super::{Result, Scoped};

/// A price as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct PriceRow {
    pub(crate) recurring: bool,
    pub(crate) currency: String,
    /// In the smallest unit; none where Stripe does not say it in one number.
    pub(crate) unit_amount: Option<i64>,
}

impl Scoped<'_> {
    /// A price that was seen by this generation of the connection.
    pub(crate) async fn price(self, generation: i64, id: &str) -> Result<Option<PriceRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            PriceRow,
            "SELECT recurring, currency, unit_amount FROM prices WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND id = $4",
            workspace,
            mode,
            generation,
            id
        )
    }

    /// Keeps a price.
    pub(crate) async fn put_price(self, generation: i64, id: &str, price: &PriceRow) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO prices (workspace_id, mode, generation, id, recurring, currency, unit_amount) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            workspace, mode, generation, id, price.recurring, price.currency.as_str(), price.unit_amount
        )
        .map(|_| ())
    }
}
