//! A workspace's own key: random, kept under a master key, and used for all that the workspace has to hide. A rotation of
//! the master keys so touches one small blob a workspace.

use super::{
    envelope::{self, Aad, OpenError, SealError},
    key::Key,
    keyring::MasterKeys,
    random::NoRandomness,
};
use secrecy::zeroize::Zeroizing;

/// A data key in use.
#[derive(Clone, Debug)]
pub struct DataKey {
    id: String,
    key: Key,
}

impl DataKey {
    /// A new one. `id` is that of its row, and stands in every value that it seals: 1 to 64 bytes.
    pub fn generate(id: &str) -> Result<Self, NoRandomness> {
        Ok(Self { id: id.to_owned(), key: Key::generate()? })
    }

    /// For the database: sealed under the primary master key; `workspace` is empty for a system key. Also for wrapping it again after a
    /// rotation.
    pub fn wrap(&self, ring: &MasterKeys, workspace: &str) -> Result<Vec<u8>, SealError> {
        let (master_id, master) = ring.primary();
        envelope::seal(master_id, master, &place(&self.id, workspace), self.key.bytes())
    }

    /// From the database. [`envelope::key_id`] of the blob tells whether it should be wrapped again.
    pub fn unwrap(id: &str, workspace: &str, ring: &MasterKeys, wrapped: &[u8]) -> Result<Self, OpenError> {
        let bytes = envelope::open(|master_id| ring.get(master_id).cloned(), &place(id, workspace), wrapped)?;
        let key = Key::from_bytes(&bytes).ok_or(OpenError::Malformed)?;
        Ok(Self { id: id.to_owned(), key })
    }

    /// Seals a value of the workspace.
    pub fn seal(&self, aad: &Aad<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        envelope::seal(&self.id, &self.key, aad, plaintext)
    }

    /// Opens a value that this key sealed. During a rotation, when a workspace has two, use [`envelope::open`] with both.
    pub fn open(&self, aad: &Aad<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        envelope::open(|id| (id == self.id).then(|| self.key.clone()), aad, sealed)
    }
}

/// Where a wrapped key stands: a workspace's, or the system's where no workspace is named. Its mode and generation are none: the row's id
/// is new for each.
fn place<'a>(id: &'a str, workspace: &'a str) -> Aad<'a> {
    let table = if workspace.is_empty() { "system_keys" } else { "data_keys" };
    Aad { table, column: "wrapped", workspace, row: id, mode: "", generation: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keyring::generate;

    const PLACE: Aad<'static> =
        Aad { table: "connections", column: "key", workspace: "ws_1", row: "con_1", mode: "test", generation: 0 };

    #[test]
    fn a_wrapped_key_opens_what_it_sealed() {
        let (old, new) = (generate().unwrap(), generate().unwrap());
        let ring = MasterKeys::parse(&old).unwrap();
        let key = DataKey::generate("dk_1").unwrap();
        let sealed = key.seal(&PLACE, b"rk_test_1").unwrap();
        assert_eq!(envelope::key_id(&sealed).unwrap(), "dk_1");
        let wrapped = key.wrap(&ring, "ws_1").unwrap();
        assert_eq!(envelope::key_id(&wrapped).unwrap(), ring.primary().0);

        let rotated = MasterKeys::parse(&format!("{new},{old}")).unwrap();
        let again = DataKey::unwrap("dk_1", "ws_1", &rotated, &wrapped).unwrap();
        assert_eq!(&**again.open(&PLACE, &sealed).unwrap(), b"rk_test_1");
        let wrapped_again = again.wrap(&rotated, "ws_1").unwrap();
        let retired = MasterKeys::parse(&new).unwrap();
        assert!(DataKey::unwrap("dk_1", "ws_1", &retired, &wrapped_again).is_ok());
        let error = DataKey::unwrap("dk_1", "ws_1", &retired, &wrapped).unwrap_err();
        assert!(matches!(error, OpenError::UnknownKey(_)));
    }

    #[test]
    fn it_belongs_to_its_workspace_and_row() {
        let ring = MasterKeys::parse(&generate().unwrap()).unwrap();
        let key = DataKey::generate("dk_1").unwrap();
        let wrapped = key.wrap(&ring, "ws_1").unwrap();
        assert_eq!(DataKey::unwrap("dk_1", "ws_2", &ring, &wrapped).unwrap_err(), OpenError::Refused);
        assert_eq!(DataKey::unwrap("dk_2", "ws_1", &ring, &wrapped).unwrap_err(), OpenError::Refused);
        let other = DataKey::generate("dk_2").unwrap();
        let sealed = key.seal(&PLACE, b"x").unwrap();
        assert_eq!(other.open(&PLACE, &sealed).unwrap_err(), OpenError::UnknownKey("dk_1".into()));
        assert_eq!(format!("{key:?}"), r#"DataKey { id: "dk_1", key: Key([hidden]) }"#);
    }
}
