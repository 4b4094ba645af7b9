//! Many codes in one workspace, written past the server: it is how they are read that is measured.

use crate::{Outcome, bodies::APP};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// The text of the code with this number: all begin alike, as an owner's do.
pub(crate) fn code(number: u64) -> String {
    format!("SPRING-{:08X}", number.wrapping_mul(2_654_435_761) % 4_294_967_296)
}

/// Columns and their values but for `text`, the code's, and the series of numbers `n`.
fn insert(workspace: &str, id: &str, text: &str, series: &str) -> String {
    format!(
        "INSERT INTO discount_codes (workspace_id, mode, id, app_id, code, percent_off, duration, terms_version, held, redeemed, active,
            metadata, created_at, updated_at)
         SELECT '{workspace}', 'test', {id}, '{APP}', {text}, 1000, 'once', 1, 0, 0, TRUE, '{{}}', n, n FROM {series}"
    )
}

/// Writes codes 1 to `count`.
pub(crate) async fn codes(url: &str, workspace: &str, count: u64) -> Outcome {
    let problem = |error: sqlx::Error| error.to_string();
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.map_err(problem)?;
        let series = format!(
            "(WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series LIMIT {count}) SELECT n FROM series)"
        );
        let text = "'SPRING-' || printf('%08X', (n * 2654435761) % 4294967296)";
        let sql = insert(workspace, "'dc_' || printf('%026d', n)", text, &series);
        for statement in [sql.as_str(), "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.map_err(problem)?;
        }
        return connection.close().await.map_err(problem);
    }
    let mut connection = PgConnection::connect(url).await.map_err(problem)?;
    let text = "'SPRING-' || upper(lpad(to_hex((n * 2654435761) % 4294967296), 8, '0'))";
    let sql = insert(
        workspace,
        "'dc_' || lpad(n::text, 26, '0')",
        text,
        &format!("(SELECT n::bigint AS n FROM generate_series(1, {count}) AS n) AS series"),
    );
    for statement in [sql.as_str(), "VACUUM ANALYZE discount_codes", "CHECKPOINT"] {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.map_err(problem)?;
    }
    connection.close().await.map_err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_apart() {
        let texts: std::collections::HashSet<_> = (1..10_000).map(code).collect();
        assert_eq!(texts.len(), 9_999);
        assert_eq!(code(1), "SPRING-9E3779B1");
    }
}
