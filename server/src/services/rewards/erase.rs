//! Erasing a person: address, names and metadata go, counts, money and codes stay.
//!
//! What names them at Stripe is taken off by the worker that mints (`scrub_due_at`). A checkout that is under way names them until it
//! has ended: its parameters may have to be sent to Stripe once more, byte for byte.

use super::super::Services;
use super::issue::erased_reference;
use super::people::{count, key_of, scope_of};
use super::tell;
use crate::crash;
use crate::scope::Scope;
use crate::store::{NamingCheckout, RewardRow, Tx};
use app::backend::Viewer;
use app::domain::email;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward::ERASED;
use app::wire::rewards::Erased;
use serde_json::Value;
use url::form_urlencoded;

/// Rows that are read at once.
const PAGE: i64 = 200;
/// On PostgreSQL two transactions may end in each other's way; one of them is then begun again.
const TRIES: usize = 3;
/// An idempotency key is forgotten after so long; then nobody comes back to its checkout. In milliseconds.
const KEY_LIFE_MS: i64 = 2 * 24 * 60 * 60 * 1000;

impl Services {
    pub(super) async fn erase_person_for(&self, viewer: &Viewer, mode: Mode, email: &str) -> Result<Erased, Problem> {
        let key = key_of(email)?;
        let scope = scope_of(viewer, mode);
        let mut tries = 1;
        let erased = loop {
            match self.erase_person_at(&scope, &key).await {
                Err(problem) if problem.code == Code::Internal && tries < TRIES => tries += 1,
                outcome => break outcome?,
            }
        };
        if erased != Erased::default() {
            self.forget_overwritten().await;
        }
        self.0.mints.arrived.notify_one();
        tracing::info!(
            workspace = %scope.workspace, mode = %scope.mode, rewards = erased.rewards, checkouts = erased.checkouts, redemptions = erased.redemptions,
            later = erased.later,
            "a person was erased"
        );
        Ok(erased)
    }

    async fn erase_person_at(&self, scope: &Scope, key: &str) -> Result<Erased, Problem> {
        let now = self.now();
        let mut erased = Erased::default();
        let mut tx = self.0.db.begin().await?;
        loop {
            let rows = tx.at(scope).rewards_of_person(key, None, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                self.erase_reward_in(&mut tx, scope, key, &row, now, &mut erased).await?;
            }
        }
        erased.mails += signed(tx.at(scope).erase_mails_to(key, now).await?);
        let own = tx.at(scope).redemptions_of_person(key).await?;
        erased.redemptions = signed(tx.at(scope).erase_own_redemptions(key).await?);
        for row in own.iter().filter(|row| row.checkout_id.is_none()) {
            let told = self.told_in(&mut tx, scope, &row.id).await?;
            let body = serde_json::to_vec(&told)
                .map_err(|error| super::super::error::internal("an answer could not be written", &error))?;
            tx.at(scope).replace_answers_about(&row.id, &body).await?;
        }
        erased.later = signed(tx.at(scope).ask_to_erase_checkouts(key, now).await?);
        for checkout in tx.at(scope).checkouts_of_person(key).await? {
            erased.checkouts += i64::from(erase_checkout_in(&mut tx, scope, &checkout, now).await?);
        }
        crash::here!("before-erased");
        tx.commit().await?;
        Ok(erased)
    }

    async fn erase_reward_in(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        key: &str,
        row: &RewardRow,
        now: i64,
        erased: &mut Erased,
    ) -> Result<(), Problem> {
        let reference = row.reference.as_deref().map(|reference| {
            if reference.starts_with(ERASED) {
                reference.to_owned()
            } else {
                erased_reference(scope, &row.campaign_id, reference)
            }
        });
        // What Stripe or a mail server said may repeat the address.
        let trouble = row.trouble.as_deref().filter(|words| !email::normalize(words).contains(key));
        let Some(at_stripe) = tx.at(scope).erase_reward(&row.id, reference.as_deref(), trouble, now).await? else {
            return Ok(());
        };
        erased.rewards += 1;
        erased.at_stripe += i64::from(at_stripe);
        erased.mails += signed(tx.at(scope).erase_mails_about(&row.id, now).await?);
        let fresh = tx.at(scope).reward(&row.id).await?;
        let fresh = fresh.ok_or_else(|| super::super::error::internal("a reward that was erased is gone", &row.id))?;
        let told = self.reward_in(tx, scope, &fresh).await?;
        let body = serde_json::to_vec(&told)
            .map_err(|error| super::super::error::internal("an answer could not be written", &error))?;
        tx.at(scope).replace_answers_about(&row.id, &body).await?;
        tell(tx, scope, &row.id, "erased", "", now, self.random_id()?).await
    }

    /// Takes those out of their checkouts who were erased while these were under way.
    pub(in super::super) async fn erase_ended_checkouts(&self) -> Result<(), Problem> {
        let mut erased = 0;
        loop {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.conn().checkouts_to_erase(PAGE).await?
            };
            if rows.is_empty() {
                break;
            }
            let now = self.now();
            let mut tx = self.0.db.begin().await?;
            for row in &rows {
                let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
                erase_checkout_in(&mut tx, &scope, row, now).await?;
            }
            tx.commit().await?;
            erased += rows.len();
        }
        if erased > 0 {
            self.forget_overwritten().await;
            tracing::info!(checkouts = count(erased), "checkouts that have ended name nobody any more");
        }
        Ok(())
    }

    /// What was overwritten leaves the database's files, too. Where the log cannot be emptied now, its own turns do it.
    async fn forget_overwritten(&self) {
        match self.0.db.forget_overwritten().await {
            Ok(true) => {}
            Ok(false) => tracing::info!("the write-ahead log is still being read; it is emptied at a later turn"),
            Err(error) => tracing::warn!(%error, "what was overwritten may still lie in the database's files"),
        }
    }
}

/// False: it is under way (again).
async fn erase_checkout_in(tx: &mut Tx, scope: &Scope, checkout: &NamingCheckout, now: i64) -> Result<bool, Problem> {
    let (request, params) = (request_of_nobody(&checkout.request)?, params_of_nobody(&checkout.stripe_params));
    let done = tx.at(scope).erase_checkout(&checkout.id, &request, &params, now - KEY_LIFE_MS).await?;
    if done {
        tx.at(scope).erase_redemptions_of(&checkout.id).await?;
    }
    Ok(done)
}

/// What a checkout was asked with, without its customer. Addresses to return to may name them after the path.
fn request_of_nobody(request: &str) -> Result<String, Problem> {
    let broken =
        |error: serde_json::Error| super::super::error::internal("a checkout's request cannot be read", &error);
    let mut request: Value = serde_json::from_str(request).map_err(broken)?;
    if let Some(fields) = request.as_object_mut() {
        for (name, value) in fields.iter_mut() {
            match (name.as_str(), &*value) {
                ("customer_email" | "user_id", _) => *value = Value::Null,
                ("success_url" | "cancel_url", Value::String(url)) => *value = Value::String(bare(url).to_owned()),
                _ => {}
            }
        }
    }
    serde_json::to_string(&request).map_err(broken)
}

/// The same for what Stripe was sent.
fn params_of_nobody(params: &str) -> String {
    let kept = form_urlencoded::parse(params.as_bytes())
        .filter(|(name, _)| !matches!(name.as_ref(), "customer_email" | "client_reference_id"))
        .map(|(name, value)| match name.as_ref() {
            "success_url" | "cancel_url" => (name, bare(&value).to_owned().into()),
            _ => (name, value),
        });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

/// An address without its query and fragment.
fn bare(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

fn signed(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_its_customer() {
        let request = r#"{"app_id":"a","customer_email":"ada@example.com","success_url":"https://a.example/thanks?for=ada#x","user_id":"ada","quantity":2}"#;
        assert_eq!(
            serde_json::from_str::<Value>(&request_of_nobody(request).unwrap()).unwrap(),
            serde_json::json!({ "app_id": "a", "customer_email": null, "success_url": "https://a.example/thanks", "user_id": null, "quantity": 2 })
        );
        let params = "mode=payment&success_url=https%3A%2F%2Fa.example%2Fthanks%3Ffor%3Dada&client_reference_id=ada\
                      &customer_email=ada%40example.com&discounts%5B0%5D%5Bcoupon%5D=cm_1";
        assert_eq!(
            params_of_nobody(params),
            "mode=payment&success_url=https%3A%2F%2Fa.example%2Fthanks&discounts%5B0%5D%5Bcoupon%5D=cm_1"
        );
    }
}
