//! One query, two engines: each macro expands a query into an arm for SQLite and one for PostgreSQL, so that the same text and the
//! same row type are compiled for both and run on both.

/// The rest of a query after its text: `all!(conn, Row, "SELECT …", arg, …)` gives every row.
macro_rules! all {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn {
            $crate::store::Conn::Sqlite(c) => sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($arg))*.fetch_all(c).await,
            $crate::store::Conn::Postgres(c) => sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($arg))*.fetch_all(c).await,
        }.map_err($crate::store::StoreError::from)
    };
}

/// At most one row.
macro_rules! optional {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn {
            $crate::store::Conn::Sqlite(c) => sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($arg))*.fetch_optional(c).await,
            $crate::store::Conn::Postgres(c) => sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($arg))*.fetch_optional(c).await,
        }.map_err($crate::store::StoreError::from)
    };
}

/// How many rows were changed.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn {
            $crate::store::Conn::Sqlite(c) => sqlx::query::<sqlx::Sqlite>($sql)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
            $crate::store::Conn::Postgres(c) => sqlx::query::<sqlx::Postgres>($sql)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
        }.map_err($crate::store::StoreError::from)
    };
}

pub(crate) use {all, execute, optional};
