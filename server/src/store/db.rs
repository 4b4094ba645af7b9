//! Connections and transactions over both engines.

use super::grouped::Lanes;
use super::looks::Looks;
use super::{Result, StoreError};
use crate::scope::Scope;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a call waits for a connection or a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of a file on SQLite that is written anew once somebody was erased: nobody else writes meanwhile, for a second or two.
const MAX_REWRITTEN: i64 = 256 * 1024 * 1024;
/// What SQLite keeps of the file for the one who writes, in KiB below zero: the pages of all indexes into which a checkout writes, for many
/// workspaces.
const WRITER_CACHE: &str = "-16000";
/// The same for each of those who read: a look reads few pages, and the system has them in memory once for all.
const READER_CACHE: &str = "-500";
/// Readers on SQLite, connections on PostgreSQL, where nothing else is said.
pub const CONNECTIONS: NonZeroU32 = NonZeroU32::new(16).unwrap();
/// A connection to a server that was used so lately is believed to be there still.
const BELIEVED: Duration = Duration::from_secs(1);

/// SQLite's write-ahead log is folded by one at a time: another one's attempt would end at once, with nothing done.
#[derive(Default)]
pub(crate) struct Log {
    folding: Mutex<()>,
    /// It has yet to be emptied of what was overwritten.
    to_empty: AtomicBool,
}

/// The database.
#[derive(Clone)]
pub(crate) enum Db {
    /// One file. One connection writes, so that writers queue here in fairness rather than in SQLite's busy loop.
    Sqlite {
        /// The one writer.
        write: SqlitePool,
        /// The readers.
        read: SqlitePool,
        /// Who waits for a commit to share.
        lanes: Lanes,
        /// Who waits for a look to share.
        looks: Looks,
        /// Who folds the log.
        log: Arc<Log>,
    },
    /// A server.
    Postgres {
        /// All connections.
        pool: PgPool,
        /// Who waits for a commit to share.
        lanes: Lanes,
        /// Who waits for a look to share.
        looks: Looks,
    },
}

impl Log {
    /// False: somebody reads what was before.
    async fn empty(&self, write: &mut SqliteConnection) -> Result<bool> {
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
        self.to_empty.store(busy != 0, Ordering::Relaxed);
        Ok(busy == 0)
    }
}

impl Db {
    /// Connects to `sqlite://FILE` (made if it is not there) or `postgres://…`.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, CONNECTIONS).await
    }

    /// The same with so many readers on SQLite, or connections on PostgreSQL.
    pub(crate) async fn connect_with(url: &str, connections: NonZeroU32) -> Result<Self> {
        let connections = connections.get();
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(|error| StoreError::Address(error.to_string()))?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                // What is deleted or overwritten is gone from the file, not only from the tables.
                .pragma("secure_delete", "ON")
                // Whoever commits folds the log only where `fold_log` does not keep up: one that is small is written again and again.
                .pragma("wal_autocheckpoint", "16000")
                .busy_timeout(PATIENCE);
            // A connection to a file does not get lost: it is not asked each time whether it is there. But where SQLite itself has ended a
            // transaction (the disk was full), sqlx counts it as open for ever, and begins no other: such a one is closed.
            let pool = |size| {
                SqlitePoolOptions::new()
                    .max_connections(size)
                    .acquire_timeout(PATIENCE)
                    .test_before_acquire(false)
                    .before_acquire(|connection, _| {
                        Box::pin(async move {
                            if connection.is_in_transaction() {
                                // A rollback that was on its way is over after it.
                                connection.ping().await?;
                            }
                            Ok(!connection.is_in_transaction())
                        })
                    })
            };
            let write = pool(1).connect_with(options.clone().pragma("cache_size", WRITER_CACHE)).await?;
            let read = pool(connections).connect_with(options.pragma("cache_size", READER_CACHE)).await?;
            return Ok(Self::Sqlite {
                write,
                read,
                lanes: Lanes::default(),
                looks: Looks::default(),
                log: Arc::default(),
            });
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            // The error of a bad address may hold the password: it is not repeated.
            let options =
                PgConnectOptions::from_str(url).map_err(|_| StoreError::Address("it cannot be read".into()))?;
            let pool = PgPoolOptions::new()
                .max_connections(connections)
                // Whatever is asked here is asked by a key, of rows that are mostly in memory: by the default, which is for disks that turn,
                // small tables are read as a whole.
                .after_connect(|connection, _| {
                    Box::pin(
                        async move { sqlx::raw_sql("SET random_page_cost = 1.1").execute(connection).await.map(drop) },
                    )
                })
                .acquire_timeout(PATIENCE)
                .test_before_acquire(false)
                .before_acquire(|connection, seen| {
                    Box::pin(async move {
                        // One that was just used is there; to ask each time would be a way there and back for every statement.
                        Ok(seen.idle_for < BELIEVED || connection.ping().await.is_ok())
                    })
                });
            return Ok(Self::Postgres {
                pool: pool.connect_with(options).await?,
                lanes: Lanes::default(),
                looks: Looks::default(),
            });
        }
        Err(StoreError::Address("another kind of database was named".into()))
    }

    /// Whether other processes may serve on it, too: a file is one process'.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// A transaction that writes. On SQLite it takes the lock at once: one that reads first and writes later would fail at once, whatever its patience.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres { pool, .. } => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A connection for single reads.
    pub(crate) async fn reader(&self) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite { read, .. } => Reader::Sqlite(read.acquire().await?),
            Self::Postgres { pool, .. } => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// On SQLite, folds what the write-ahead log has into the file, as far as that can be done without anybody waiting for it; and empties it,
    /// where that was put off.
    pub(crate) async fn fold_log(&self) -> Result<()> {
        let Self::Sqlite { write, read, log, .. } = self else { return Ok(()) };
        let Ok(_alone) = log.folding.try_lock() else { return Ok(()) };
        if log.to_empty.load(Ordering::Relaxed) {
            log.empty(&mut *write.acquire().await?).await?;
        } else {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(read).await?;
        }
        Ok(())
    }

    /// On SQLite, leaves nothing in the files of what was overwritten. Rows that once moved from page to page have left copies between
    /// the cells, which `secure_delete` does not reach: a file that is not too large is written anew. The write-ahead log is folded into it
    /// and emptied, which waits for readers who still see what was before; false if they stayed too long: then [`Self::fold_log`] does it.
    pub(crate) async fn forget_overwritten(&self) -> Result<bool> {
        let Self::Sqlite { write, log, .. } = self else { return Ok(true) };
        let _alone = log.folding.lock().await;
        let mut write = write.acquire().await?;
        // Whatever happens from here on, the log is emptied before it is thought to be.
        log.to_empty.store(true, Ordering::Relaxed);
        let (bytes,): (i64,) =
            sqlx::query_as("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
                .fetch_one(&mut *write)
                .await?;
        if bytes <= MAX_REWRITTEN {
            sqlx::query("VACUUM").execute(&mut *write).await?;
        }
        log.empty(&mut write).await
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}

/// A transaction. Dropped without [`Tx::commit`] it is rolled back.
pub(crate) enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Its connection, for what is no tenant's.
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(tx) => Conn::Sqlite(&mut *tx),
            Self::Postgres(tx) => Conn::Postgres(&mut *tx),
        }
    }

    /// A tenant's part of it.
    pub(crate) fn at<'a>(&'a mut self, scope: &'a Scope) -> Scoped<'a> {
        Scoped { conn: self.conn(), scope }
    }

    /// From here on what is written can be undone alone; what was written since the savepoint before, no more.
    pub(super) async fn savepoint(&mut self, first: bool) -> Result<()> {
        self.steer(if first { "SAVEPOINT unit" } else { "RELEASE SAVEPOINT unit; SAVEPOINT unit" }).await
    }

    /// Undoes what was written since the last savepoint, which stays.
    pub(super) async fn back_to_savepoint(&mut self) -> Result<()> {
        self.steer("ROLLBACK TO SAVEPOINT unit").await
    }

    async fn steer(&mut self, statements: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(statements).execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => sqlx::raw_sql(statements).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Makes it last.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// A pooled connection for reading.
pub(crate) enum Reader {
    /// On SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// On PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// Its connection, for what is no tenant's.
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(&mut *conn),
            Self::Postgres(conn) => Conn::Postgres(&mut *conn),
        }
    }

    /// A tenant's part of it.
    pub(crate) fn at<'a>(&'a mut self, scope: &'a Scope) -> Scoped<'a> {
        Scoped { conn: self.conn(), scope }
    }
}

/// A borrowed connection of either engine.
pub(crate) enum Conn<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

/// A connection that sees one workspace in one mode. One query each: take a new one from the transaction for the next.
pub(crate) struct Scoped<'a> {
    pub(super) conn: Conn<'a>,
    pub(super) scope: &'a Scope,
}

impl<'a> Scoped<'a> {
    /// The parts that every query begins with.
    pub(super) fn split(self) -> (Conn<'a>, &'a str, &'a str) {
        (self.conn, self.scope.workspace.as_str(), self.scope.mode.as_str())
    }
}
