//! Mail into a directory: one `.eml` file a mail, which is there whole or not at all.

use super::error::{MailError, MailSetupError};
use crate::crypto::{hash_token, random_bytes};
use std::path::{Path, PathBuf};
use tokio::{fs, io::AsyncWriteExt};

#[derive(Clone, Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    /// `file:mail`, `file:/var/mail` and `file:///var/mail`.
    pub(super) fn open(path: &str) -> Result<Self, MailSetupError> {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(MailSetupError::Url);
        }
        std::fs::create_dir_all(path).map_err(MailSetupError::Directory)?;
        Ok(Self { path: PathBuf::from(path) })
    }

    pub(super) async fn write(&self, message_id: &str, bytes: &[u8]) -> Result<(), MailError> {
        // The hash brings the same mail under names that begin alike, whatever its Message-ID looks like; the random part
        // keeps a second sending visible.
        let random = random_bytes::<6>().map_err(|error| MailError::passing(error.to_string()))?;
        let hash = hash_token(message_id);
        let name: String = hash.as_bytes()[..8].iter().chain(&random).map(|byte| format!("{byte:02x}")).collect();
        let unfinished = self.path.join(format!(".{name}.tmp"));
        let result = write_and_rename(&unfinished, &self.path.join(format!("{name}.eml")), bytes).await;
        if result.is_err() {
            // Best effort: a reader passes over it anyway.
            let _ = fs::remove_file(&unfinished).await;
        }
        result.map_err(|error| MailError::passing(format!("the mail cannot be written to the directory: {error}")))
    }
}

async fn write_and_rename(unfinished: &Path, finished: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(unfinished).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    fs::rename(unfinished, finished).await
}
