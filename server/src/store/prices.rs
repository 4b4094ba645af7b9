//! What was learned about the owner's prices: a price's type and currency never change at Stripe.

use super::query::{execute, optional};
use super::{Result, Scoped};

/// A price as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct PriceRow {
    pub(crate) recurring: bool,
    pub(crate) currency: String,
}

impl Scoped<'_> {
    /// A price that was seen by this generation of the connection.
    pub(crate) async fn price(self, generation: i64, id: &str) -> Result<Option<PriceRow>> {
        let (conn, workspace, mode) = self.split();
        optional!(
            conn,
            PriceRow,
            "SELECT recurring, currency FROM prices WHERE workspace_id = $1 AND mode = $2 AND generation = $3 AND id = $4",
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
            "INSERT INTO prices (workspace_id, mode, generation, id, recurring, currency) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            workspace, mode, generation, id, price.recurring, price.currency.as_str()
        )
        .map(|_| ())
    }
}
