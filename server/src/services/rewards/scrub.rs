//! People who were erased are taken off their promotion codes at Stripe, also off those that were on their way.

use super::super::Services;
use super::super::connection::Link;
use super::one::{META_EMAIL, META_REWARD};
use super::tell;
use super::trouble::Trouble;
use crate::store::ScrubRow;
use crate::stripe::StripeError;
use app::domain::problem::Problem;
use std::collections::BTreeMap;

/// What is being worked on is not taken again before this, in milliseconds; what Stripe refuses comes again then.
const CLAIM_MS: i64 = 60_000;
/// Promotion codes in a batch.
const BATCH: i64 = 40;

impl Services {
    /// Works off a batch. False: nothing was due, or nothing can be done now.
    pub(super) async fn scrub_batch(&self, link: &Link) -> Result<bool, Problem> {
        let (scope, now) = (&link.scope, self.now());
        let due = {
            let mut tx = self.0.db.begin().await?;
            let due = tx.at(scope).take_due_scrubs(now, now + CLAIM_MS, BATCH).await?;
            tx.commit().await?;
            due
        };
        let mut any = false;
        for row in due {
            let elsewhere = row.minted_account.as_ref().zip(link.account.as_ref()).is_some_and(|(a, b)| a != b);
            let told = if elsewhere {
                // It stands in an account that cannot be asked any more: that is told, not hidden.
                Ok("not_scrubbed")
            } else {
                self.scrub(link, &row).await.map(|()| "scrubbed")
            };
            match told {
                Ok(kind) => {
                    let random = self.random_id()?;
                    let mut tx = self.0.db.begin().await?;
                    if tx.at(scope).note_scrubbed(&row.id).await? {
                        tell(&mut tx, scope, &row.id, kind, "", self.now(), random).await?;
                    }
                    tx.commit().await?;
                    any = true;
                }
                Err(Trouble::Connection(cause, words)) => {
                    self.pause(scope, Some(link.generation), cause, &words).await?;
                    return Ok(false);
                }
                // It comes again; the others need not wait for it.
                Err(Trouble::Reward(_, words)) => {
                    tracing::warn!(reward = %row.id, words, "Stripe would not take a person off");
                }
                Err(Trouble::Ours(problem)) => return Err(problem),
            }
        }
        Ok(any)
    }

    /// Takes the address off the promotion codes of a reward: the one that was noted, or any that was made without being noted.
    async fn scrub(&self, link: &Link, row: &ScrubRow) -> Result<(), Trouble> {
        let nobody = BTreeMap::from([(META_EMAIL.to_owned(), String::new())]);
        let mut codes: Vec<String> = row.promotion_code_id.iter().cloned().collect();
        if codes.is_empty() {
            match link.stripe(&self.0.stripe).promotion_codes_of_text(&row.code).await {
                Ok(found) => {
                    let ours = found.into_iter().filter(|code| code.metadata.get(META_REWARD) == Some(&row.id));
                    codes.extend(ours.map(|code| code.id));
                }
                Err(error) => return Err(self.trouble_of(link, error, "promotion_code_read").await),
            }
        }
        for code in codes {
            match link.stripe(&self.0.stripe).annotate_promotion_code(&code, &nobody).await {
                // What is not there (any more) names nobody.
                Ok(_) | Err(StripeError::ResourceMissing { .. }) => {}
                Err(error) => return Err(self.trouble_of(link, error, "promotion_code_write").await),
            }
        }
        Ok(())
    }
}
