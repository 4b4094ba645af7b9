//! A database for one test, and a look into it where the API cannot tell.

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Row, SqliteConnection, SqlitePool, postgres::PgConnectOptions,
};
use std::collections::BTreeMap;
use std::fs;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A server that `cargo xtask test` starts.
const POSTGRES: &str = "CODEMINT_TEST_POSTGRES_URL";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub enum Database {
    Sqlite { folder: TempDir, look: SqlitePool },
    Postgres { server: Box<PgConnectOptions>, name: String, url: String, look: PgPool },
}

impl Engine {
    /// Whether it can be had here; says why not.
    pub fn is_there(self) -> bool {
        let there = self == Self::Sqlite || server().is_some();
        if !there {
            eprintln!("skipped: {POSTGRES} is not set; `cargo xtask test` starts a PostgreSQL and sets it");
        }
        there
    }
}

fn server() -> Option<String> {
    std::env::var(POSTGRES).ok().filter(|url| !url.is_empty())
}

impl Database {
    /// An empty one.
    pub async fn make(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let look = SqlitePool::connect_lazy(&sqlite_url(&folder)).unwrap();
                Self::Sqlite { folder, look }
            }
            Engine::Postgres => {
                static COUNT: AtomicU32 = AtomicU32::new(0);
                let mut url = url::Url::parse(&server().unwrap()).unwrap();
                let server = Box::new(PgConnectOptions::from_str(url.as_str()).unwrap());
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("codemint_it_{}_{count}", std::process::id());
                let mut admin = PgConnection::connect_with(&server).await.unwrap();
                run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
                admin.close().await.unwrap();
                url.set_path(&name);
                let look = PgPool::connect_lazy(url.as_str()).unwrap();
                Self::Postgres { server, name, url: url.into(), look }
            }
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { folder, .. } => sqlite_url(folder),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// One number.
    pub async fn number(&self, sql: &'static str) -> i64 {
        match self {
            // FTS5 checks its index against what the connection remembers of it, and finds fault with whatever another one has written
            // since (3.51): the check has a connection of its own. Reading is not concerned.
            Self::Sqlite { folder, .. } if sql.contains("integrity_check") => {
                let mut fresh = SqliteConnection::connect(&sqlite_url(folder)).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut fresh).await.unwrap()
            }
            Self::Sqlite { look, .. } => sqlx::query_scalar(sql).fetch_one(look).await.unwrap(),
            Self::Postgres { look, .. } => sqlx::query_scalar(sql).fetch_one(look).await.unwrap(),
        }
    }

    /// The rows of a statement that prints each as one text.
    pub async fn lines(&self, sql: &str) -> Vec<String> {
        if let Self::Sqlite { folder, .. } = self
            && sql.contains("integrity_check")
        {
            let mut fresh = SqliteConnection::connect(&sqlite_url(folder)).await.unwrap();
            return sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut fresh).await.unwrap();
        }
        self.texts(sql.to_owned()).await
    }

    /// What nobody does through the API. It may touch many rows, in another order than the jobs that run beside it: where PostgreSQL ends
    /// it for that, it is done once more.
    pub async fn execute(&self, sql: &str) {
        const DEADLOCK: &str = "40P01";
        loop {
            let sql = AssertSqlSafe(sql.to_owned());
            let done = match self {
                Self::Sqlite { look, .. } => sqlx::query(sql).execute(look).await.map(|_| ()),
                Self::Postgres { look, .. } => sqlx::query(sql).execute(look).await.map(|_| ()),
            };
            match done {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(DEADLOCK) => {}
                done => return done.unwrap(),
            }
        }
    }

    /// The counters of every code and of every campaign are those of its rows. One statement each, so that nothing moves between two
    /// looks.
    pub async fn audit(&self) {
        let wrong = "SELECT count(*) FROM discount_codes AS c WHERE
            held <> (SELECT count(*) FROM redemptions AS r WHERE r.discount_code_id = c.id AND r.state = 'held') OR
            redeemed <> (SELECT count(*) FROM redemptions AS r WHERE r.discount_code_id = c.id AND r.state = 'redeemed')";
        assert_eq!(self.number(wrong).await, 0, "counters and rows differ");
        let wrong = "SELECT count(*) FROM campaigns AS c WHERE
            issued <> (SELECT count(*) FROM rewards AS r WHERE r.campaign_id = c.id) OR
            used <> (SELECT count(*) FROM rewards AS r WHERE r.campaign_id = c.id AND r.used_at IS NOT NULL)";
        assert_eq!(self.number(wrong).await, 0, "the counters of a campaign and its rewards differ");
    }

    /// Counts what SQLite finds broken in its file; PostgreSQL was not killed.
    pub fn broken(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            Self::Postgres { .. } => "SELECT CAST(0 AS BIGINT)",
        }
    }

    /// Connections of the server's that hold a transaction and do nothing; on SQLite, where a transaction that is left takes the writer along,
    /// whether a write is refused.
    pub async fn idle_in_transaction(&self) -> i64 {
        match self {
            Self::Sqlite { .. } => {
                self.execute("UPDATE workspaces SET id = id").await;
                0
            }
            Self::Postgres { .. } => {
                let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
                self.number(sql).await
            }
        }
    }

    /// Connections to this database without our own; on SQLite nobody knows.
    pub async fn connections(&self) -> i64 {
        match self {
            Self::Sqlite { .. } => 0,
            Self::Postgres { look, .. } => {
                let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'";
                self.number(sql).await - i64::from(look.size())
            }
        }
    }

    /// What is found broken when the whole database is read, every index beside its table; PostgreSQL has `amcheck` for it.
    pub async fn whole(&self) -> Vec<String> {
        match self {
            Self::Sqlite { .. } => {
                let found = "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
                let keys = "SELECT \"table\" || ' ' || rowid FROM pragma_foreign_key_check";
                [self.lines(found).await, self.lines(keys).await].concat()
            }
            Self::Postgres { .. } => {
                self.execute("CREATE EXTENSION IF NOT EXISTS amcheck").await;
                // It fails where something is broken; each index is compared with its table, entry by entry.
                let indexes = "SELECT CAST(bt_index_check(i.indexrelid, TRUE) AS TEXT) FROM pg_index AS i
                    JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace
                    WHERE a.amname = 'btree' AND n.nspname = 'public' AND i.indisready AND i.indisvalid";
                self.lines(indexes).await;
                let tables =
                    "SELECT CAST(v.msg AS TEXT) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace,
                    LATERAL verify_heapam(c.oid) AS v WHERE c.relkind = 'r' AND n.nspname = 'public'";
                self.lines(tables).await
            }
        }
    }

    /// Everything that is kept, as bytes: the files with all that lies in them, or every column of every table.
    pub async fn dump(&self) -> Vec<u8> {
        let mut all = Vec::new();
        match self {
            Self::Sqlite { folder, .. } => {
                for file in fs::read_dir(folder.path()).unwrap() {
                    all.extend(fs::read(file.unwrap().path()).unwrap());
                }
            }
            Self::Postgres { look, .. } => {
                let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
                for table in sqlx::query(tables).fetch_all(look).await.unwrap() {
                    let table: String = table.get(0);
                    // BYTEA comes as hexadecimal digits.
                    let rows = sqlx::query(AssertSqlSafe(format!("SELECT CAST(t AS TEXT) FROM {table} AS t")));
                    for row in rows.fetch_all(look).await.unwrap() {
                        all.extend(row.get::<String, _>(0).into_bytes());
                    }
                }
            }
        }
        all
    }

    /// Every row of every table as text, without these columns: what must be the same after something that writes nothing.
    pub async fn rows(&self, without: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        let columns = match self {
            Self::Sqlite { .. } => {
                "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
            }
            Self::Postgres { .. } => {
                "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in self.pairs(columns).await {
            let kept = tables.entry(table.clone()).or_default();
            if !without.contains(&(table.as_str(), column.as_str())) {
                kept.push(column);
            }
        }
        let mut all = BTreeMap::new();
        for (table, columns) in tables {
            let row = match self {
                Self::Sqlite { .. } => {
                    columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ', ' || ")
                }
                Self::Postgres { .. } => format!("CAST(ROW({}) AS TEXT)", columns.join(", ")),
            };
            let rows = self.texts(format!("SELECT {row} AS row FROM {table} ORDER BY 1")).await;
            all.insert(table, rows);
        }
        all
    }

    async fn pairs(&self, sql: &'static str) -> Vec<(String, String)> {
        match self {
            Self::Sqlite { look, .. } => sqlx::query_as(sql).fetch_all(look).await.unwrap(),
            Self::Postgres { look, .. } => sqlx::query_as(sql).fetch_all(look).await.unwrap(),
        }
    }

    async fn texts(&self, sql: String) -> Vec<String> {
        match self {
            Self::Sqlite { look, .. } => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(look).await.unwrap(),
            Self::Postgres { look, .. } => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(look).await.unwrap(),
        }
    }

    /// Leaves nothing behind.
    pub async fn remove(self) {
        match self {
            Self::Sqlite { look, folder } => {
                look.close().await;
                folder.close().unwrap();
            }
            Self::Postgres { server, name, look, .. } => {
                look.close().await;
                let mut admin = PgConnection::connect_with(&server).await.unwrap();
                run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
                admin.close().await.unwrap();
            }
        }
    }
}

fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("codemint.db").display())
}

async fn run(admin: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql)).execute(admin).await.unwrap();
}
