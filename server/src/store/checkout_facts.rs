//! What is read before a redemption is taken, in one look: each look is a way there and back.

use super::connections::columns as connection_columns;
use super::discount_codes::columns as code_columns;
use super::looks::{Looks, Numbered, Question, Queue, asked, found};
use super::{CodeRow, Conn, ConnectionRow, PriceRow, Result};
use crate::scope::Scope;
use futures::future::BoxFuture;

/// A tenant's connection, the code of an app that has this text and is not archived, and what the connection knows of a price. No answer:
/// there is no connection, or no such code.
pub(crate) struct FactsQuestion {
    scope: Scope,
    price_id: Option<String>,
    app_id: String,
    text: String,
}

/// What is found.
#[derive(sqlx::FromRow)]
pub(crate) struct Facts {
    #[sqlx(flatten)]
    pub(crate) connection: ConnectionRow,
    price_recurring: Option<bool>,
    price_currency: Option<String>,
    price_unit_amount: Option<i64>,
    #[sqlx(flatten)]
    pub(crate) code: CodeRow,
}

impl Facts {
    /// The price that was named, if this generation of the connection has seen it.
    pub(crate) fn price(&self) -> Option<PriceRow> {
        let (recurring, currency) = (self.price_recurring?, self.price_currency.clone()?);
        Some(PriceRow { recurring, currency, unit_amount: self.price_unit_amount })
    }
}

impl FactsQuestion {
    /// Of checked text.
    pub(crate) fn new(scope: &Scope, price_id: Option<&str>, app_id: &str, text: &str) -> Self {
        Self {
            scope: scope.clone(),
            price_id: price_id.map(str::to_owned),
            app_id: app_id.to_owned(),
            text: text.to_owned(),
        }
    }
}

impl Question for FactsQuestion {
    type Answer = Facts;

    fn queue(looks: &Looks) -> &Queue<Self> {
        &looks.facts
    }

    fn parts(&self) -> Vec<Option<&str>> {
        let Self { scope, price_id, app_id, text } = self;
        vec![Some(scope.workspace.as_str()), Some(scope.mode.as_str()), price_id.as_deref(), Some(app_id), Some(text)]
    }

    fn find<'c>(conn: Conn<'c>, list: &'c str) -> BoxFuture<'c, Result<Vec<Numbered<Facts>>>> {
        macro_rules! facts {
            ($asked:expr, $joined:expr) => {
                concat!(
                    "SELECT a.n, n.*, p.recurring AS price_recurring, p.currency AS price_currency, p.unit_amount AS price_unit_amount, d.* FROM ",
                    $asked,
                    $joined
                )
            };
        }
        macro_rules! connection {
            () => {
                "n.workspace_id = a.workspace AND n.mode = a.mode"
            };
        }
        macro_rules! code {
            () => {
                "d.workspace_id = a.workspace AND d.mode = a.mode AND d.app_id = a.app AND d.code = a.text AND d.archived_at IS NULL"
            };
        }
        macro_rules! price {
            () => {
                "p.workspace_id = a.workspace AND p.mode = a.mode AND p.generation = n.generation AND p.id = a.price"
            };
        }
        found!(
            conn,
            list,
            // Workspace and mode come twice, and are the same.
            sqlite: facts!(
                asked!(sqlite: "value ->> 0 AS workspace, value ->> 1 AS mode, value ->> 2 AS price, value ->> 3 AS app, value ->> 4 AS text"),
                concat!(
                    " CROSS JOIN (SELECT ",
                    connection_columns!(),
                    " FROM connections) AS n CROSS JOIN (SELECT workspace_id, mode, ",
                    code_columns!(),
                    " FROM discount_codes) AS d LEFT JOIN prices p ON ", price!(),
                    " WHERE ", connection!(), " AND ", code!()
                )
            ),
            postgres: facts!(
                asked!(postgres: "(value ->> 0) COLLATE \"C\" AS workspace, value ->> 1 AS mode, (value ->> 2) COLLATE \"C\" AS price,
                    (value ->> 3) COLLATE \"C\" AS app, (value ->> 4) COLLATE \"C\" AS text"),
                concat!(
                    " CROSS JOIN LATERAL (SELECT ", connection_columns!(), " FROM connections n WHERE ", connection!(), " LIMIT 1) AS n
                      CROSS JOIN LATERAL (SELECT ", code_columns!(), " FROM discount_codes d WHERE ", code!(), " LIMIT 1) AS d
                       LEFT JOIN LATERAL (SELECT * FROM prices p WHERE ", price!(), " LIMIT 1) AS p ON TRUE"
                )
            )
        )
    }
}
