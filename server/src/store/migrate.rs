//! Migrations, embedded in the binary.

use super::query::optional;
use super::{Conn, Db, Result};

impl Db {
    /// Brings the schema up to date. Several processes may do it at once: they wait for each other.
    pub(crate) async fn migrate(&self) -> Result<()> {
        match self {
            // sqlx has no lock for SQLite: a second process would make the tables that the first one just made. The writer's lock, held
            // over the look at what was applied and over its application, makes it wait.
            Self::Sqlite { write, .. } => {
                let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
                // What `run` calls; `run` itself does not compile with a borrowed connection in a future that is Send.
                sqlx::migrate!("../migrations/sqlite").run_direct(None, &mut *tx, false).await?;
                tx.commit().await?;
            }
            Self::Postgres { pool, .. } => sqlx::migrate!("../migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// Whether the database answers and its schema is there.
    pub(crate) async fn is_ready(&self) -> bool {
        let Ok(mut reader) = self.reader().await else { return false };
        workspaces_exist(reader.conn()).await.is_ok()
    }
}

async fn workspaces_exist(conn: Conn<'_>) -> Result<Option<(String,)>> {
    optional!(conn, (String,), "SELECT id FROM workspaces LIMIT 1")
}
