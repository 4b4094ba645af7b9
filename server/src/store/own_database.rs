//! A database that is made for one process and goes with it.

use super::{Result, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::str::FromStr;
use url::Url;

/// A database on a PostgreSQL server, made here; [`OwnDatabase::remove`] takes it away again.
pub(crate) struct OwnDatabase {
    server: Box<PgConnectOptions>,
    name: String,
    url: String,
}

impl OwnDatabase {
    /// Makes `name` (lower-case letters, digits and `_`) on the server of `url`, through the database that the address names.
    pub(crate) async fn make(url: &str, name: &str) -> Result<Self> {
        // The error of a bad address may hold the password: it is not repeated.
        let unreadable = || StoreError::Address("it cannot be read".into());
        let mut address = Url::parse(url).map_err(|_| unreadable())?;
        if !matches!(address.scheme(), "postgres" | "postgresql") {
            return Err(StoreError::Address("another kind of database was named".into()));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.bytes().all(plain) {
            return Err(StoreError::Address("the name of a database is lower-case letters, digits and _".into()));
        }
        let server = Box::new(PgConnectOptions::from_str(url).map_err(|_| unreadable())?);
        address.set_path(name);
        let made = Self { server, name: name.to_owned(), url: address.into() };
        made.run("CREATE DATABASE", "TEMPLATE template0").await?;
        Ok(made)
    }

    /// Its address, as [`super::Db::connect`] takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Drops it, whoever is still connected.
    pub(crate) async fn remove(self) -> Result<()> {
        self.run("DROP DATABASE", "WITH (FORCE)").await
    }

    async fn run(&self, what: &str, how: &str) -> Result<()> {
        let mut connection = PgConnection::connect_with(&self.server).await?;
        // Neither is a statement that takes parameters; the name was looked at.
        sqlx::query(AssertSqlSafe(format!("{what} {} {how}", self.name))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}
