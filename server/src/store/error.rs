//! What can go wrong in the database, as callers need to tell it apart.

use sqlx::error::ErrorKind;

/// A failed call of the store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// A row of the same key is there already.
    #[error("already there")]
    Taken,
    /// The database did not do it; the cause is for the log.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// What was done for several at once failed: nothing of a shared transaction is there, nothing of a shared look is known.
    #[error("what was shared failed: {0}")]
    Shared(std::sync::Arc<StoreError>),
    /// A unit of writing, or a look, ended without an answer: it panicked.
    #[error("what was asked of the database has no answer")]
    Unanswered,
    /// A stored value cannot be read.
    #[error("stored {column} cannot be read: {why}")]
    Corrupt {
        /// Which.
        column: &'static str,
        /// Why, without the value.
        why: String,
    },
    /// The schema cannot be brought up to date.
    #[error("the migrations failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address of the database cannot be used.
    #[error("CODEMINT_DATABASE_URL must be sqlite://FILE or postgres://USER@HOST/DATABASE: {0}")]
    Address(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.kind() == ErrorKind::UniqueViolation => Self::Taken,
            _ => Self::Database(error),
        }
    }
}
