//! Migrations, and that the two folders say the same.

use super::super::Db;
use super::super::query::all;
use super::engine::{self, Base, Engine};
use super::fixtures::{columns, get, put, raw, tables};
use std::collections::BTreeSet;
use std::path::Path;
use tokio::task::JoinSet;

async fn applied(base: &Base) -> Vec<(i64,)> {
    raw!(base, (i64,), "SELECT version FROM _sqlx_migrations ORDER BY version")
}

pub(super) async fn migrations_run_again(base: Base) {
    assert!(!base.db.is_ready().await);
    base.db.migrate().await.unwrap();
    assert!(base.db.is_ready().await);
    let first = applied(&base).await;
    put!(base, insert_owner("own_1", Some("owner@example.com"), 1)).unwrap();
    base.db.migrate().await.unwrap();
    assert_eq!(applied(&base).await, first);
    assert_eq!(get!(base, owner_by_email("owner@example.com")).unwrap().0, "own_1");
}

async fn migrate_at_once(base: &Base, dbs: Vec<Db>) {
    let mut tasks: JoinSet<_> = dbs.into_iter().map(|db| async move { db.migrate().await }).collect();
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert!(base.db.is_ready().await);
    let versions: BTreeSet<_> = applied(base).await.into_iter().collect();
    assert_eq!(versions.len(), applied(base).await.len());
}

pub(super) async fn migrations_run_at_once(base: Base) {
    migrate_at_once(&base, vec![base.db.clone(); 8]).await;
}

pub(super) async fn migrations_run_at_once_in_many_processes(base: Base) {
    let mut starts: JoinSet<_> = (0..8)
        .map(|_| {
            let base = base.clone();
            async move { base.second_process().await }
        })
        .collect();
    let mut dbs = Vec::new();
    while let Some(db) = starts.join_next().await {
        dbs.push(db.unwrap());
    }
    migrate_at_once(&base, dbs.clone()).await;
    for db in dbs {
        db.close().await;
    }
}

fn files(engine: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_folders_have_the_same_files() {
    assert_eq!(files("sqlite"), files("postgres"));
}

/// What a live database has: tables, their columns in order, and which of these may be null.
async fn live(base: &Base) -> Vec<(String, Vec<String>, Vec<String>)> {
    let mut reader = base.db.reader().await.unwrap();
    let mut schema = Vec::new();
    for table in tables(reader.conn()).await {
        let sql = match &base.db {
            Db::Sqlite { .. } => "SELECT name FROM pragma_table_info($1) WHERE \"notnull\" = 0 ORDER BY cid",
            Db::Postgres { .. } => {
                "SELECT column_name::text FROM information_schema.columns \
                  WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'YES' ORDER BY ordinal_position"
            }
        };
        let nullable = all!(reader.conn(), (String,), sql, table.as_str()).unwrap();
        let columns = columns(reader.conn(), &table).await;
        schema.push((table, columns, nullable.into_iter().map(|(name,)| name).collect()));
    }
    schema
}

/// Indexes by name: an index that only one engine has would make the other slow, or let it take a text twice. Parts of texts are found by
/// an index on PostgreSQL (where the extension is there) and by a table on SQLite.
async fn indexes(base: &Base) -> Vec<(String,)> {
    let sql = match &base.db {
        Db::Sqlite { .. } => "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
        Db::Postgres { .. } => {
            "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
              WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid) \
              ORDER BY c.relname::text COLLATE \"C\""
        }
    };
    let mut names = raw!(base, (String,), sql);
    names.retain(|(name,)| name != "discount_codes_search");
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_engines_have_the_same_schema() {
    engine::run(Engine::Postgres, |postgres| async move {
        engine::with_sqlite(|sqlite| async move {
            let schema = live(&sqlite).await;
            assert!(schema.len() >= 14, "{schema:?}");
            assert_eq!(schema, live(&postgres).await);
            assert_eq!(indexes(&sqlite).await, indexes(&postgres).await);
        })
        .await;
    })
    .await;
}
