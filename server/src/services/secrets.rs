//! Sealing and opening what a workspace keeps secret, and the check at the start that the key ring opens it.

use super::{Services, SetupError};
use crate::crypto::{self, Aad, DataKey, MasterKeys};
use crate::scope::Scope;
use crate::store::{CONNECTION_SECRET, SealedColumn, TOKEN_ACCESS, TOKEN_REFRESH, Tx, WAITING, WEBHOOK_SECRET};
use app::domain::ids::{DataKeyId, SystemKeyId};
use app::domain::problem::Problem;
use secrecy::SecretString;

/// So many data keys of each master key are opened at the start: enough to tell a wrong one.
const PROVED: i64 = 20;

/// Where a secret stands: bound to it as associated data, so that a blob that was moved does not open. Workspace and mode come from the
/// scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    /// What names the row besides workspace, mode and generation; the workspace where nothing does.
    pub(super) row: &'a str,
    pub(super) generation: i64,
}

impl<'a> Place<'a> {
    /// One of the places that the store lists: no other is known to a rotation.
    pub(super) fn of(column: &'static SealedColumn, row: &'a str, generation: i64) -> Self {
        Self { table: column.table, column: column.column, row, generation }
    }

    /// A connection's restricted key.
    pub(super) fn connection_key(scope: &'a Scope, generation: i64) -> Self {
        Self::of(&CONNECTION_SECRET, scope.workspace.as_str(), generation)
    }

    /// One of a pair of the Stripe App's tokens: `access` or `refresh`.
    pub(super) fn app_token(scope: &'a Scope, column: &'static str, generation: i64) -> Self {
        let of = if column == TOKEN_ACCESS.column { &TOKEN_ACCESS } else { &TOKEN_REFRESH };
        Self::of(of, scope.workspace.as_str(), generation)
    }

    /// The signing secret of an owner's webhook endpoint.
    pub(super) fn webhook_secret(endpoint: &'a str, generation: i64) -> Self {
        Self::of(&WEBHOOK_SECRET, endpoint, generation)
    }

    /// What came back from Stripe and waits for a person's word. `row` is the ticket's hash in lower-case hexadecimal: a rotation has to
    /// find the same.
    pub(super) fn waiting_install(row: &'a str, generation: i64) -> Self {
        let (table, column) = WAITING;
        Self { table, column, row, generation }
    }

    /// Of what belongs to no workspace and no mode yet.
    pub(super) fn system_aad(self) -> Aad<'a> {
        let Self { table, column, row, generation } = self;
        Aad { table, column, workspace: "", row, mode: "", generation }
    }

    pub(super) fn aad(self, scope: &'a Scope) -> Aad<'a> {
        Aad {
            table: self.table,
            column: self.column,
            workspace: scope.workspace.as_str(),
            row: self.row,
            mode: scope.mode.as_str(),
            generation: self.generation,
        }
    }
}

fn not_sealed(error: &dyn std::fmt::Display) -> Problem {
    super::error::internal("a secret could not be sealed", error)
}

fn not_opened(error: &dyn std::fmt::Display) -> Problem {
    super::error::internal("a secret could not be opened", error)
}

fn opened(key: &DataKey, place: &Aad<'_>, sealed: &[u8]) -> Result<SecretString, Problem> {
    let opened = key.open(place, sealed).map_err(|error| not_opened(&error))?;
    let text = std::str::from_utf8(&opened).map_err(|error| not_opened(&error))?;
    Ok(SecretString::from(text))
}

impl Services {
    pub(super) fn ring(&self) -> Result<&MasterKeys, Problem> {
        self.0
            .master_keys
            .as_ref()
            .ok_or_else(|| super::error::internal("a secret was asked for", &"there is no key ring here"))
    }

    /// The workspace's newest data key; made where there is none.
    pub(super) async fn data_key(&self, tx: &mut Tx, scope: &Scope) -> Result<DataKey, Problem> {
        if let Some((id, wrapped)) = tx.at(scope).newest_data_key().await? {
            return DataKey::unwrap(&id, scope.workspace.as_str(), self.ring()?, &wrapped)
                .map_err(|error| not_sealed(&error));
        }
        let id = DataKeyId::new(self.now(), self.random_id()?);
        let data_key = DataKey::generate(id.as_str()).map_err(|error| not_sealed(&error))?;
        let wrapped = data_key.wrap(self.ring()?, scope.workspace.as_str()).map_err(|error| not_sealed(&error))?;
        tx.at(scope).insert_data_key(id.as_str(), &wrapped, self.now()).await?;
        Ok(data_key)
    }

    /// Seals a workspace's secret at its place, with the newest data key.
    pub(super) async fn seal_at(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        place: Place<'_>,
        secret: &str,
    ) -> Result<Vec<u8>, Problem> {
        let data_key = self.data_key(tx, scope).await?;
        data_key.seal(&place.aad(scope), secret.as_bytes()).map_err(|error| not_sealed(&error))
    }

    /// Opens a workspace's secret.
    pub(super) async fn open_at(
        &self,
        scope: &Scope,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<SecretString, Problem> {
        let id = crypto::key_id(sealed).map_err(|error| not_opened(&error))?;
        let wrapped = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).data_key(id).await?.ok_or_else(|| not_opened(&"its data key is not there"))?.1
        };
        let data_key = DataKey::unwrap(id, scope.workspace.as_str(), self.ring()?, &wrapped)
            .map_err(|error| not_opened(&error))?;
        opened(&data_key, &place.aad(scope), sealed)
    }

    /// The newest system key; made where there is none.
    pub(super) async fn system_key(&self, tx: &mut Tx) -> Result<DataKey, Problem> {
        if let Some((id, wrapped)) = tx.conn().newest_system_key().await? {
            return DataKey::unwrap(&id, "", self.ring()?, &wrapped).map_err(|error| not_sealed(&error));
        }
        let id = SystemKeyId::new(self.now(), self.random_id()?);
        let key = DataKey::generate(id.as_str()).map_err(|error| not_sealed(&error))?;
        let wrapped = key.wrap(self.ring()?, "").map_err(|error| not_sealed(&error))?;
        tx.conn().insert_system_key(id.as_str(), &wrapped, self.now()).await?;
        Ok(key)
    }

    /// Seals a waiting install's code or tokens, with the newest system key; for `row` see [`Place::waiting_install`].
    pub(super) async fn seal_for_system(
        &self,
        tx: &mut Tx,
        row: &str,
        generation: i64,
        secret: &str,
    ) -> Result<Vec<u8>, Problem> {
        let key = self.system_key(tx).await?;
        let place = Place::waiting_install(row, generation).system_aad();
        key.seal(&place, secret.as_bytes()).map_err(|error| not_sealed(&error))
    }

    /// Opens what waits with an install.
    pub(super) async fn open_for_system(
        &self,
        row: &str,
        generation: i64,
        sealed: &[u8],
    ) -> Result<SecretString, Problem> {
        let id = crypto::key_id(sealed).map_err(|error| not_opened(&error))?;
        let wrapped = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().system_key(id).await?.ok_or_else(|| not_opened(&"its system key is not there"))?.1
        };
        let key = DataKey::unwrap(id, "", self.ring()?, &wrapped).map_err(|error| not_opened(&error))?;
        opened(&key, &Place::waiting_install(row, generation).system_aad(), sealed)
    }

    /// Refuses to go on with a ring that lacks a master key under which any data key is stored, or has another one of that id.
    pub(super) async fn check_keys(&self) -> Result<(), SetupError> {
        let Some(ring) = &self.0.master_keys else { return Ok(()) };
        let mut reader = self.0.db.reader().await?;
        for head in reader.conn().wrapped_heads().await? {
            for key in reader.conn().keys_under(&head, PROVED).await? {
                DataKey::unwrap(&key.id, &key.workspace_id, ring, &key.wrapped)
                    .map_err(|error| SetupError::Keys(format!("this ring does not open what is stored: {error}")))?;
            }
        }
        Ok(())
    }
}
