//! Sealing and opening what a workspace keeps secret, and the check at the start that the key ring opens it.

use super::{Services, SetupError};
use crate::crypto::{self, Aad, DataKey, MasterKeys};
use crate::scope::Scope;
use crate::store::{ConnectionRow, Tx};
use app::domain::ids::DataKeyId;
use app::domain::problem::Problem;
use secrecy::SecretString;

/// Where a connection's secret stands: bound to it as associated data, so that a blob that was moved does not open.
fn connection_aad<'a>(scope: &'a Scope, generation: i64) -> Aad<'a> {
    Aad {
        table: "connections",
        column: "secret",
        workspace: scope.workspace.as_str(),
        row: scope.workspace.as_str(),
        mode: scope.mode.as_str(),
        generation,
    }
}

impl Services {
    fn ring(&self) -> Result<&MasterKeys, Problem> {
        self.0
            .master_keys
            .as_ref()
            .ok_or_else(|| super::error::internal("a secret was asked for", &"there is no key ring here"))
    }

    /// Seals a connection's key with the workspace's newest data key; makes one where there is none.
    pub(super) async fn seal_connection_key(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        generation: i64,
        key: &str,
    ) -> Result<Vec<u8>, Problem> {
        let failed = |error: &dyn std::fmt::Display| super::error::internal("a secret could not be sealed", error);
        let data_key = match tx.at(scope).newest_data_key().await? {
            Some((id, wrapped)) => DataKey::unwrap(&id, scope.workspace.as_str(), self.ring()?, &wrapped)
                .map_err(|error| failed(&error))?,
            None => {
                let id = DataKeyId::new(self.now(), self.random_id()?);
                let data_key = DataKey::generate(id.as_str()).map_err(|error| failed(&error))?;
                let wrapped = data_key.wrap(self.ring()?, scope.workspace.as_str()).map_err(|error| failed(&error))?;
                tx.at(scope).insert_data_key(id.as_str(), &wrapped, self.now()).await?;
                data_key
            }
        };
        data_key.seal(&connection_aad(scope, generation), key.as_bytes()).map_err(|error| failed(&error))
    }

    /// Opens a connection's key.
    pub(super) async fn open_connection_key(
        &self,
        scope: &Scope,
        row: &ConnectionRow,
        sealed: &[u8],
    ) -> Result<SecretString, Problem> {
        let failed = |error: &dyn std::fmt::Display| super::error::internal("a secret could not be opened", error);
        let id = crypto::key_id(sealed).map_err(|error| failed(&error))?;
        let wrapped = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).data_key(id).await?.ok_or_else(|| failed(&"its data key is not there"))?.1
        };
        let data_key =
            DataKey::unwrap(id, scope.workspace.as_str(), self.ring()?, &wrapped).map_err(|error| failed(&error))?;
        let opened = data_key.open(&connection_aad(scope, row.generation), sealed).map_err(|error| failed(&error))?;
        let text = std::str::from_utf8(&opened).map_err(|error| failed(&error))?;
        Ok(SecretString::from(text))
    }

    /// Refuses to start with a ring that does not open the data keys that are stored.
    pub(super) async fn check_keys(&self) -> Result<(), SetupError> {
        let Some(ring) = &self.0.master_keys else { return Ok(()) };
        let mut reader = self.0.db.reader().await?;
        for (workspace, id, wrapped) in reader.conn().some_data_keys(100).await? {
            DataKey::unwrap(&id, &workspace, ring, &wrapped)
                .map_err(|error| SetupError::Keys(format!("this ring does not open what is stored: {error}")))?;
        }
        Ok(())
    }
}
