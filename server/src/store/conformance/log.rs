//! SQLite's write-ahead log: folded beside the writer, and emptied of what was overwritten whoever folds it meanwhile.

use super::super::query::all;
use super::engine::with_sqlite;
use super::fixtures::{T, new_code, put, raw, shop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Before 3.51.3 a checkpoint beside a writer that begins the log anew could lose what was written.
#[tokio::test]
async fn this_sqlite_may_fold_beside_a_writer() {
    with_sqlite(async |base| {
        let version = raw!(base, (String,), "SELECT sqlite_version()").remove(0).0;
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts >= vec![3, 51, 3], "{version}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_overwritten_leaves_the_log_whoever_folds_it() {
    with_sqlite(async |base| {
        let scope = shop(&base).await;
        let log = format!("{}-wal", base.url.trim_start_matches("sqlite://"));
        let over = Arc::new(AtomicBool::new(false));
        let folding = tokio::spawn({
            let (db, over) = (base.db.clone(), over.clone());
            async move {
                while !over.load(Ordering::Relaxed) {
                    db.fold_log().await.unwrap();
                }
            }
        });
        for n in 0..60 {
            let (id, text) = (format!("dc_{n}"), format!("NAMED-{n}"));
            put!(base, &scope, insert_code(&new_code(&id, &text))).unwrap();
            put!(base, &scope, archive_code(&id, T)).unwrap();
            assert!(base.db.forget_overwritten().await.unwrap(), "nobody reads, nobody folds: {n}");
            assert_eq!(std::fs::metadata(&log).unwrap().len(), 0, "{n}");
        }
        over.store(true, Ordering::Relaxed);
        folding.await.unwrap();
    })
    .await;
}
