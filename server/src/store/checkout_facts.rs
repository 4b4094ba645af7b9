//! What a checkout reads before it writes, in one look: on PostgreSQL each look is a way there and back.

use super::connections::columns as connection_columns;
use super::discount_codes::columns as code_columns;
use super::query::optional;
use super::{CodeRow, ConnectionRow, PriceRow, Result, Scoped};

/// A connection with what it knows of a price, and a code.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    connection: ConnectionRow,
    price_recurring: bool,
    price_currency: String,
    price_unit_amount: Option<i64>,
    #[sqlx(flatten)]
    code: CodeRow,
}

impl Scoped<'_> {
    /// The connection, the price as this generation of it saw it, and the app's code of this text that is not archived. None: one of the
    /// three is not there, and each is to be asked for alone.
    pub(crate) async fn checkout_facts(
        self,
        price_id: &str,
        app_id: &str,
        text: &str,
    ) -> Result<Option<(ConnectionRow, PriceRow, CodeRow)>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            Row,
            concat!(
                "SELECT n.*, p.price_recurring, p.price_currency, p.price_unit_amount, d.*
                   FROM (SELECT ", connection_columns!(), " FROM connections WHERE workspace_id = $1 AND mode = $2) AS n
                   JOIN (SELECT generation AS seen_by, recurring AS price_recurring, currency AS price_currency, unit_amount AS price_unit_amount
                           FROM prices WHERE workspace_id = $1 AND mode = $2 AND id = $3) AS p ON p.seen_by = n.generation
                  CROSS JOIN (SELECT ", code_columns!(), " FROM discount_codes
                         WHERE workspace_id = $1 AND mode = $2 AND app_id = $4 AND code = $5 AND archived_at IS NULL) AS d"
            ),
            workspace,
            mode,
            price_id,
            app_id,
            text
        )?;
        Ok(row.map(|row| {
            let price = PriceRow {
                recurring: row.price_recurring,
                currency: row.price_currency,
                unit_amount: row.price_unit_amount,
            };
            (row.connection, price, row.code)
        }))
    }
}
