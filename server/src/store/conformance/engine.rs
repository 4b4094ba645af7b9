//! A database for one test, on either engine, gone when the test ends, however it ends.

use super::super::Db;
use crate::crypto::random_bytes;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::env;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use url::Url;

/// Names the PostgreSQL server for the tests; `cargo xtask test` starts one.
const SERVER: &str = "CODEMINT_TEST_POSTGRES_URL";

/// Each test fills a pool of its own: a machine with many cores would run more of them than the server has connections for.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// The database of one test.
#[derive(Clone)]
pub(crate) struct Base {
    pub(crate) db: Db,
    pub(crate) url: String,
}

impl Base {
    /// A pool of its own on the same database: what a second process has.
    pub(super) async fn second_process(&self) -> Db {
        Db::connect(&self.url).await.unwrap()
    }
}

/// Runs a body on a migrated database.
pub(crate) async fn run<F>(engine: Engine, body: fn(Base) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    run_inner(engine, body, true).await;
}

/// Runs a body on an empty database.
pub(super) async fn run_empty<F>(engine: Engine, body: fn(Base) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    run_inner(engine, body, false).await;
}

/// Gives a body a second database beside its own, on SQLite.
pub(super) async fn with_sqlite<F: Future<Output = ()>>(body: impl FnOnce(Base) -> F) {
    let dir = TempDir::new().unwrap();
    let url = format!("sqlite://{}", dir.path().join("test.db").display());
    let db = Db::connect(&url).await.unwrap();
    db.migrate().await.unwrap();
    body(Base { db: db.clone(), url }).await;
    db.close().await;
}

async fn run_inner<F>(engine: Engine, body: fn(Base) -> F, migrated: bool)
where
    F: Future<Output = ()> + Send + 'static,
{
    let _turn = AT_ONCE.acquire().await.unwrap();
    let Some(place) = Place::make(engine).await else { return };
    let url = place.url();
    // A task of its own: a body that panics still leaves us to clean up.
    let done = tokio::spawn(async move {
        let base = Base { db: Db::connect(&url).await.unwrap(), url };
        if migrated {
            base.db.migrate().await.unwrap();
        }
        let db = base.db.clone();
        body(base).await;
        db.close().await;
    })
    .await;
    place.remove().await;
    if let Err(failed) = done {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// Where a database lives.
enum Place {
    File(TempDir),
    Server { admin: String, name: String },
}

impl Place {
    async fn make(engine: Engine) -> Option<Self> {
        if engine == Engine::Sqlite {
            return Some(Self::File(TempDir::new().unwrap()));
        }
        let Some(admin) = env::var(SERVER).ok().filter(|url| !url.is_empty()) else {
            eprintln!("skipped on PostgreSQL: {SERVER} names no server (`cargo xtask test` starts one)");
            return None;
        };
        let letters: String = random_bytes::<8>().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        let name = format!("codemint_test_{letters}");
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        // A locale that does not sort by bytes shows where a column lacks COLLATE "C". A server without ICU makes a plain one.
        let icu =
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
        if sqlx::query(AssertSqlSafe(icu)).execute(&mut conn).await.is_err() {
            sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut conn).await.unwrap();
        }
        Some(Self::Server { admin, name })
    }

    fn url(&self) -> String {
        match self {
            Self::File(dir) => format!("sqlite://{}", dir.path().join("test.db").display()),
            Self::Server { admin, name } => {
                let mut url = Url::parse(admin).unwrap();
                url.set_path(name);
                url.into()
            }
        }
    }

    async fn remove(self) {
        if let Self::Server { admin, name } = self {
            let mut conn = PgConnection::connect(&admin).await.unwrap();
            // A body that panicked left its pool open.
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(drop)).execute(&mut conn).await.unwrap();
        }
    }
}
