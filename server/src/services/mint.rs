//! Minting: the coupon behind a code, once. Its id is chosen from what the code is, so that two first uses, two processes or a
//! repeat after a lost answer all mean the same coupon, and one that is there already is compared and adopted.

use super::connection::{Link, unavailable};
use super::named_lease::NamedLease;
use super::refusal;
use super::{Services, activity_of_code};
use crate::crash;
use crate::store::CodeRow;
use crate::stripe::{Coupon, NewCoupon, Outcome, StripeError};
use crate::turn;
use app::domain::activity::{Detail, Kind};
use app::domain::ids::{encode, encode_bits};
use app::domain::problem::{Code, Problem};
use app::domain::terms::{Discount, Terms};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// The scheme behind coupon ids and terms hashes; a new one would begin with another number.
const VERSION: &str = "1";
/// Stripe's most for a coupon's name.
pub(super) const MAX_NAME: usize = 40;
/// The coupon's metadata: which code it belongs to, and a hash of its terms.
const META_CODE: &str = "codemint_discount_code";
const META_TERMS: &str = "codemint_terms";
/// How often somebody who waits for another process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How the last turn of a flight ended, if it failed because Stripe could not be asked, and when.
type Turn = tokio::sync::Mutex<Option<(Instant, Problem)>>;

/// One flight a coupon in this process: the first use mints; those who came while it did find it done, or share its failure.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<String, Weak<Turn>>>);

impl Flights {
    fn of(&self, coupon_id: &str) -> Arc<Turn> {
        let mut flights = self.0.lock();
        if flights.len() > 1024 {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        if let Some(flight) = flights.get(coupon_id).and_then(Weak::upgrade) {
            return flight;
        }
        let flight = Arc::new(Turn::default());
        flights.insert(coupon_id.to_owned(), Arc::downgrade(&flight));
        flight
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// What the id of every coupon of ours begins with.
pub(super) const COUPON_PREFIX: &str = "cm_";

/// `cm_` and 26 characters of SHA-256 over version, workspace, mode, code and terms version.
pub(super) fn coupon_id(workspace: &str, mode: &str, code_id: &str, terms_version: i64) -> String {
    let hash = digest(&[VERSION, workspace, mode, code_id, &terms_version.to_string()]);
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash[..16]);
    format!("{COUPON_PREFIX}{}", encode_bits(u128::from_be_bytes(bits)))
}

/// The coupon that a code wants to have.
fn wanted(row: &CodeRow, terms: &Terms, coupon_id: &str) -> NewCoupon {
    wanted_for(coupon_id, &row.code, (META_CODE, &row.id), terms, None)
}

/// The coupon for these terms: what it is called, whose it is (a key of metadata and an id), and its end in Unix seconds.
pub(super) fn wanted_for(
    coupon_id: &str,
    name: &str,
    (key, owner): (&str, &str),
    terms: &Terms,
    redeem_by: Option<i64>,
) -> NewCoupon {
    let draft = terms.draft();
    let (percent_off, amount_off, currency) = match terms.discount {
        Discount::Percent(percent) => (Some(percent.hundredths()), None, None),
        Discount::Amount(money) => (None, Some(money.amount()), Some(money.currency().as_str().to_owned())),
    };
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let hash = digest(&[
        VERSION,
        &number(percent_off),
        &number(amount_off),
        currency.as_deref().unwrap_or_default(),
        terms.duration.as_str(),
        &number(draft.duration_in_months),
    ]);
    let hash: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    NewCoupon {
        id: coupon_id.to_owned(),
        name: Some(name.chars().take(MAX_NAME).collect()),
        percent_off,
        amount_off,
        currency,
        duration: terms.duration.as_str().to_owned(),
        duration_in_months: draft.duration_in_months,
        redeem_by,
        metadata: BTreeMap::from([(key.to_owned(), owner.to_owned()), (META_TERMS.to_owned(), hash)]),
    }
}

/// The key of the call that makes a coupon: the same for the same parameters. What is not of its terms may change meanwhile: its name.
fn idempotency_key(wanted: &NewCoupon) -> String {
    let hash: String = digest(&[&wanted.form()])[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{hash}", wanted.id)
}

impl Services {
    /// Makes sure that the coupon of a held code is in this connection's account; its id. The hold stays with the caller.
    pub(super) async fn ensure_coupon(&self, link: &Link, row: &CodeRow) -> Result<String, Problem> {
        let coupon_id =
            row.coupon_id.clone().ok_or_else(|| super::error::internal("a held code has no coupon id", &row.id))?;
        if row.minted_generation == Some(link.generation) {
            return Ok(coupon_id);
        }
        turn::step_aside();
        let flight = self.0.flights.of(&coupon_id);
        let came = Instant::now();
        let Ok(mut turn) = tokio::time::timeout_at(link.deadline, flight.lock()).await else {
            return Err(unavailable());
        };
        if let Some((ended, failure)) = turn.as_ref()
            && *ended >= came
        {
            return Err(failure.clone());
        }
        let minted = self.mint(link, row, coupon_id).await;
        *turn = match &minted {
            Err(problem) if problem.code == Code::StripeUnavailable => Some((Instant::now(), problem.clone())),
            _ => None,
        };
        minted
    }

    /// Mints, or waits for the process that does.
    async fn mint(&self, link: &Link, row: &CodeRow, coupon_id: String) -> Result<String, Problem> {
        loop {
            let lease = self.lease(&link.scope, &coupon_id).await?;
            // Read under the lease: what another process did before is seen.
            let fresh = self.to_mint(link, row, &coupon_id).await;
            match (lease, fresh) {
                (Some(lease), Ok(Some(fresh))) => return self.mint_leased(link, &fresh, coupon_id, lease).await,
                (None, Ok(Some(_))) => {}
                (lease, done) => {
                    if let Some(lease) = lease {
                        self.end_lease(&link.scope, lease).await?;
                    }
                    return done.map(|_| coupon_id);
                }
            }
            tracing::debug!(coupon_id, "another process mints this coupon");
            if Instant::now() + LOOK_AGAIN >= link.deadline {
                return Err(unavailable());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The code as it is now, if its coupon has yet to be minted.
    async fn to_mint(&self, link: &Link, row: &CodeRow, coupon_id: &str) -> Result<Option<CodeRow>, Problem> {
        let fresh = {
            let mut reader = self.0.db.reader().await?;
            reader
                .at(&link.scope)
                .code(&row.id)
                .await?
                .ok_or_else(|| super::error::internal("a held code is gone", &row.id))?
        };
        if let Some(reason) = &fresh.blocked_reason {
            return Err(refusal::blocked(reason));
        }
        if fresh.coupon_id.as_deref() != Some(coupon_id) {
            // The owner let it mint again while this checkout was on its way: the same request takes the new coupon.
            return Err(unavailable());
        }
        Ok(Some(fresh).filter(|fresh| fresh.minted_generation != Some(link.generation)))
    }

    async fn mint_leased(
        &self,
        link: &Link,
        fresh: &CodeRow,
        coupon_id: String,
        lease: NamedLease,
    ) -> Result<String, Problem> {
        let found = match fresh.terms() {
            Ok(terms) => {
                let minted = fresh.minted_at.map(|_| fresh.minted_account.as_deref());
                self.find_or_create(link, minted, &wanted(fresh, &terms, &coupon_id)).await
            }
            Err(corrupt) => Err(corrupt.into()),
        };
        match found.map(|found| found.reason("code")) {
            Ok(None) => {
                let mut tx = self.0.db.begin().await?;
                if fresh.minted_at.is_none() {
                    let detail = activity_of_code(fresh, None);
                    self.note_activity(&mut tx, &link.scope, Kind::CodeMinted, &fresh.id, &detail).await?;
                }
                tx.at(&link.scope)
                    .note_minted(&fresh.id, &coupon_id, link.generation, link.account.as_deref(), self.now())
                    .await?;
                if !lease.release_in(&mut tx, &link.scope).await? {
                    // This process was thought dead: the one that took over says what is true.
                    return Err(unavailable());
                }
                tx.commit().await?;
                crash::here!("coupon-stored");
                Ok(coupon_id)
            }
            Ok(Some(reason)) => {
                let blocked = self.block(link, &fresh.id, &coupon_id, &reason).await?;
                self.end_lease(&link.scope, lease).await?;
                Err(blocked)
            }
            Err(problem) => {
                self.end_lease(&link.scope, lease).await?;
                Err(problem)
            }
        }
    }

    /// Looks whether a coupon that was minted is still there; if not, blocks the code and says so.
    pub(super) async fn coupon_trouble(
        &self,
        link: &Link,
        row: &CodeRow,
        coupon_id: &str,
    ) -> Result<Option<Problem>, Problem> {
        let wanted = wanted(row, &row.terms()?, coupon_id);
        match judge(self.read_coupon(link, coupon_id).await?.as_ref(), &wanted).reason("code") {
            None => Ok(None),
            Some(reason) => Ok(Some(self.block(link, &row.id, coupon_id, &reason).await?)),
        }
    }

    async fn block(&self, link: &Link, code_id: &str, coupon_id: &str, reason: &str) -> Result<Problem, Problem> {
        tracing::warn!(workspace = %link.scope.workspace, code = code_id, coupon_id, reason, "a code was blocked");
        crash::here!("before-blocked");
        let mut tx = self.0.db.begin().await?;
        let before = tx.at(&link.scope).code_to_change(code_id).await?;
        tx.at(&link.scope).block_code(code_id, coupon_id, reason, self.now()).await?;
        // Of those who find it at the same time one tells.
        if let Some(row) =
            before.filter(|row| row.blocked_reason.is_none() && row.coupon_id.as_deref() == Some(coupon_id))
        {
            let detail = Detail { more: vec![reason.to_owned()], ..activity_of_code(&row, None) };
            self.note_activity(&mut tx, &link.scope, Kind::CodeBlocked, code_id, &detail).await?;
        }
        tx.commit().await?;
        crash::here!("blocked");
        Ok(refusal::blocked(reason))
    }

    /// The coupon as it is wanted: found, or created. `minted` tells whether an earlier connection had it, and in which account.
    pub(super) async fn find_or_create(
        &self,
        link: &Link,
        minted: Option<Option<&str>>,
        wanted: &NewCoupon,
    ) -> Result<Found, Problem> {
        let account = link.stripe(&self.0.stripe);
        if let Some(minted_account) = minted {
            // Minted under an earlier connection: is it this account's?
            let found = self.read_coupon(link, &wanted.id).await?;
            let moved = matches!((minted_account, &link.account), (Some(before), Some(now)) if before != now);
            if found.is_some() || !moved {
                return Ok(judge(found.as_ref(), wanted));
            }
        }
        crash::here!("mint");
        match account.create_coupon(wanted, &idempotency_key(wanted)).await {
            Err(doubt) if doubt.outcome() == Outcome::Unknown => self.after_doubt(link, wanted, doubt).await,
            created => self.judge_created(link, wanted, created).await,
        }
    }

    /// The answer to a create was lost or a 5xx: the coupon's id tells what happened.
    async fn after_doubt(&self, link: &Link, wanted: &NewCoupon, doubt: StripeError) -> Result<Found, Problem> {
        if let Some(coupon) = self.read_coupon(link, &wanted.id).await? {
            return Ok(judge(Some(&coupon), wanted));
        }
        // A stored 5xx is all that this idempotency key will ever bring. The id alone keeps the coupon single, so another key is safe.
        let key = match doubt {
            StripeError::Server { .. } => format!("{}-{}", wanted.id, encode(self.now(), self.random_id()?)),
            _ => idempotency_key(wanted),
        };
        let created = link.stripe(&self.0.stripe).create_coupon(wanted, &key).await;
        self.judge_created(link, wanted, created).await
    }

    /// A coupon that is there already is compared, like one that was just made.
    async fn judge_created(
        &self,
        link: &Link,
        wanted: &NewCoupon,
        created: Result<Coupon, StripeError>,
    ) -> Result<Found, Problem> {
        match created {
            Ok(coupon) => {
                crash::here!("coupon-answered");
                Ok(judge(Some(&coupon), wanted))
            }
            Err(StripeError::AlreadyExists) => Ok(judge(self.read_coupon(link, &wanted.id).await?.as_ref(), wanted)),
            Err(error) => Err(self.stripe_problem(link, error, "coupon_write").await),
        }
    }

    pub(super) async fn read_coupon(&self, link: &Link, id: &str) -> Result<Option<Coupon>, Problem> {
        match link.stripe(&self.0.stripe).coupon(id).await {
            Ok(found) => Ok(found),
            Err(error) => Err(self.stripe_problem(link, error, "coupon_read").await),
        }
    }
}

/// What is at Stripe where a coupon should be.
pub(super) enum Found {
    /// The very coupon.
    Equal,
    /// None, or none any more.
    Gone,
    /// One that differs in these fields.
    Different(Vec<&'static str>),
}

impl Found {
    /// Why nothing can be minted by it; none where all is well. `what` is a code or a campaign.
    pub(super) fn reason(&self, what: &str) -> Option<String> {
        match self {
            Self::Equal => None,
            Self::Gone => Some(format!(
                "The coupon of this {what} is not in your Stripe account any more: it was deleted there, or it belongs to another account."
            )),
            Self::Different(fields) => {
                Some(format!("The coupon of this {what} is different in Stripe ({}).", fields.join(", ")))
            }
        }
    }
}

pub(super) fn judge(found: Option<&Coupon>, wanted: &NewCoupon) -> Found {
    let Some(coupon) = found else { return Found::Gone };
    let differences = coupon.differences(wanted);
    if differences.is_empty() || crash::planted!("blind-adopt") { Found::Equal } else { Found::Different(differences) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_stable() {
        let id = coupon_id("ws_1", "test", "dc_1", 1);
        assert_eq!(id, coupon_id("ws_1", "test", "dc_1", 1));
        assert_eq!(id.len(), 29);
    }

    proptest! {
        #[test]
        fn another_code_has_another_id(a in "[a-z0-9_]{1,8}", b in "[a-z0-9_]{1,8}", c in "[a-z0-9_]{1,8}", d in "[a-z0-9_]{1,8}", v in 1i64..9, w in 1i64..9) {
            prop_assume!((&a, &b, v) != (&c, &d, w));
            prop_assert_ne!(coupon_id(&a, "test", &b, v), coupon_id(&c, "test", &d, w));
            prop_assert_ne!(coupon_id(&a, "test", &b, v), coupon_id(&a, "live", &b, v));
        }
    }
}
