//! The baselines' database, and databases to measure on: made, and gone when the run ends.

use crate::Outcome;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, SqlitePool};
use std::str::FromStr;

/// As many as the server has.
const CONNECTIONS: u32 = 16;
/// Keys that one SELECT finds.
pub(crate) const KEYS: i64 = 1000;

fn text(error: sqlx::Error) -> String {
    error.to_string()
}

/// Bare statements with the durability that the server has.
pub(crate) enum Bare {
    /// One connection writes: two would only wait for each other, and worse.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

macro_rules! on {
    ($pool:expr, $query:expr) => {
        match $pool {
            On::Sqlite(pool) => $query.execute(pool).await.map(drop).map_err(text),
            On::Postgres(pool) => $query.execute(pool).await.map(drop).map_err(text),
        }
    };
}

enum On<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

impl Bare {
    /// Opens it, with a table and its rows.
    pub(crate) async fn open(url: &str) -> Outcome<Self> {
        let bare = if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(text)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            // As the server's: a connection is not asked before each use whether it is there.
            let pool = |size| SqlitePoolOptions::new().max_connections(size).test_before_acquire(false);
            let write = pool(1).connect_with(options.clone()).await.map_err(text)?;
            Self::Sqlite { write, read: pool(CONNECTIONS).connect_with(options).await.map_err(text)? }
        } else {
            let options = PgConnectOptions::from_str(url).map_err(text)?;
            let pool =
                PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect_with(options);
            Self::Postgres(pool.await.map_err(text)?)
        };
        for statement in [
            "CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)",
            "CREATE TABLE kept (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
            "CREATE TABLE hot (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)",
            "INSERT INTO hot (id, n) VALUES ('hot', 0)",
        ] {
            on!(bare.writer(), sqlx::query(statement))?;
        }
        for number in 0..KEYS {
            let (key, value) = (number.to_string(), "x".repeat(300));
            on!(bare.writer(), sqlx::query("INSERT INTO kept (id, value) VALUES ($1, $2)").bind(&key).bind(&value))?;
        }
        Ok(bare)
    }

    fn writer(&self) -> On<'_> {
        match self {
            Self::Sqlite { write, .. } => On::Sqlite(write),
            Self::Postgres(pool) => On::Postgres(pool),
        }
    }

    /// One row in a commit of its own.
    pub(crate) async fn insert(&self, id: &str) -> Outcome {
        on!(self.writer(), sqlx::query("INSERT INTO bare (id, n) VALUES ($1, 0)").bind(id))
    }

    /// One row changed in a commit of its own.
    pub(crate) async fn finish(&self, id: &str) -> Outcome {
        on!(self.writer(), sqlx::query("UPDATE bare SET n = 1 WHERE id = $1").bind(id))
    }

    /// One row by its key.
    pub(crate) async fn select(&self, key: &str) -> Outcome<String> {
        const SQL: &str = "SELECT value FROM kept WHERE id = $1";
        match self {
            Self::Sqlite { read, .. } => sqlx::query_scalar(SQL).bind(key).fetch_one(read).await.map_err(text),
            Self::Postgres(pool) => sqlx::query_scalar(SQL).bind(key).fetch_one(pool).await.map_err(text),
        }
    }

    /// The same row that everybody changes.
    pub(crate) async fn take_one(&self) -> Outcome<i64> {
        const SQL: &str = "UPDATE hot SET n = n + 1 WHERE id = 'hot' RETURNING n";
        match self {
            Self::Sqlite { write, .. } => sqlx::query_scalar(SQL).fetch_one(write).await.map_err(text),
            Self::Postgres(pool) => sqlx::query_scalar(SQL).fetch_one(pool).await.map_err(text),
        }
    }
}

/// A database of PostgreSQL's with this name, empty; its address.
pub(crate) async fn create(server: &str, name: &str) -> Outcome<String> {
    let mut admin = PgConnection::connect(server).await.map_err(text)?;
    // The names are ours.
    for statement in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut admin).await.map_err(text)?;
    }
    let mut url = server.to_owned();
    url.truncate(url.rfind('/').ok_or("the address of PostgreSQL names no database")?);
    Ok(format!("{url}/{name}"))
}

/// Takes a database away again.
pub(crate) async fn drop_database(server: &str, name: &str) -> Outcome {
    let mut admin = PgConnection::connect(server).await.map_err(text)?;
    let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(statement)).execute(&mut admin).await.map(drop).map_err(text)
}

/// Whether PostgreSQL keeps what it says that it keeps: a figure without that would be worth nothing.
pub(crate) async fn is_durable(server: &str) -> Outcome<bool> {
    let mut admin = PgConnection::connect(server).await.map_err(text)?;
    let (fsync, commit): (String, String) =
        sqlx::query_as("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
            .fetch_one(&mut admin)
            .await
            .map_err(text)?;
    Ok(fsync == "on" && commit == "on")
}
