//! Secrets at rest and secrets that are handed out: the master keys, the data keys under them, the envelope that both seal
//! into, API keys and one-time tokens. Pure, but for the operating system's randomness.

mod data_key;
mod envelope;
mod key;
mod keyring;
mod random;
mod tokens;

pub use data_key::DataKey;
pub use envelope::{Aad, head_of, key_id};
pub use keyring::{MasterKeys, generate};
pub use random::{random_bytes, random_id_bytes};
pub use tokens::{ApiKey, hash_token, random_token};
