//! `codemint keys rotate`: the data keys are wrapped anew under the ring's primary key, beside a running server. What they seal stays as it
//! is. Each swap is made against the old wrapping, so it may be stopped anywhere and run again, by two at once even.

use super::{Services, SetupError};
use crate::clock::Clock;
use crate::crash;
use crate::crypto::{DataKey, MasterKeys, head_of};
use crate::store::BATCH;
use app::domain::problem::Problem;
use secrecy::SecretString;

/// What the ring and the database were found to be, or made to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingReport {
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
    /// The ring's keys, the primary one first, and how many stored keys need each.
    pub needed: Vec<(String, i64)>,
}

pub(super) fn head(id: &str) -> Result<Vec<u8>, Problem> {
    head_of(id).ok_or_else(|| super::error::internal("a key's id does not fit", &id.len()))
}

impl Services {
    /// For `codemint keys`: the database and the ring, which must open what is stored.
    pub async fn for_keys(database_url: &SecretString, ring: MasterKeys, clock: Clock) -> Result<Self, SetupError> {
        let services = Self::beside(database_url, Some(ring), clock).await?;
        services.check_keys().await?;
        Ok(services)
    }

    /// How many stored keys need each of the ring's keys. Writes nothing.
    pub async fn look_at_ring(&self) -> Result<RingReport, Problem> {
        let mut needed = Vec::new();
        let mut reader = self.0.db.reader().await?;
        for id in self.ring()?.ids() {
            needed.push((id.to_owned(), reader.conn().count_keys_under(&head(id)?).await?));
        }
        Ok(RingReport { rewrapped: 0, needed })
    }

    /// Wraps every data key that is not under the primary master key anew.
    pub async fn rewrap_keys(&self) -> Result<RingReport, Problem> {
        let ring = self.ring()?;
        let primary = head(ring.primary().0)?;
        let mut rewrapped = 0;
        loop {
            let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let stale = self.0.db.reader().await?.conn().keys_not_under(&primary, batch).await?;
            if stale.is_empty() {
                break;
            }
            let mut tx = self.0.db.begin().await?;
            for key in &stale {
                let refused = |error: &dyn std::fmt::Display| {
                    super::error::internal(&format!("the data key {} could not be wrapped anew", key.id), error)
                };
                let data_key =
                    DataKey::unwrap(&key.id, &key.workspace_id, ring, &key.wrapped).map_err(|e| refused(&e))?;
                let wrapped = data_key.wrap(ring, &key.workspace_id).map_err(|error| refused(&error))?;
                rewrapped += u64::from(tx.conn().swap_wrapped(key, &wrapped).await?);
            }
            crash::here!("rotate-wrapping");
            tx.commit().await?;
            crash::here!("rotate-wrapped");
        }
        Ok(RingReport { rewrapped, ..self.look_at_ring().await? })
    }
}
