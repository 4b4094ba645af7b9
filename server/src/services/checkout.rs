//! A checkout: hold, mint, session. The intent is committed before Stripe is called and carries all that a repeat needs, so that
//! whoever comes after a crash, a lost answer or a 5xx goes on at the recorded step.

use super::checkout_begin::{Begin, To, Wanted};
use super::connection::{Link, connected, permission_missing, unavailable};
use super::idempotency::in_use;
use super::lease::{LEASE_MS, Lease};
use super::session_outcome::Looked;
use super::{Caller, Services, Ticket, customers, mint, prices, refusal};
use crate::crash;
use crate::scope::Scope;
use crate::store::{CheckoutRow, CodeRow, Facts, FactsQuestion, PriceRow, Step};
use crate::stripe::SessionStatus;
use crate::turn;
use app::domain::checkout::{Checkout, SessionMode};
use app::domain::connection::Access;
use app::domain::ids::{CheckoutId, RedemptionId};
use app::domain::problem::Problem;
use app::wire::api::CheckoutSession;

/// The session's metadata: the row behind it.
pub(super) const META_CHECKOUT: &str = "codemint_checkout";
/// Stripe remembers an idempotency key for a day at least: an hour less, in milliseconds.
const KEY_LIFE_MS: i64 = 23 * 60 * 60 * 1000;
/// What names a customer, in the order in which it counts.
pub(super) const NAMED_BY: &str = "user_id or customer_email";
/// How often a hold is tried again when the code changed between reading and taking.
const TRIES: usize = 5;

/// One try to get a session, as it was committed.
pub(super) struct Attempt {
    pub(super) checkout_id: String,
    pub(super) number: i64,
    pub(super) params: String,
    pub(super) request: Checkout,
    pub(super) code: Option<CodeRow>,
    pub(super) redemption: Option<String>,
    pub(super) began_at: i64,
    /// Whether it may have been sent to Stripe before, by a request that nobody heard the end of.
    pub(super) repeated: bool,
}

impl Attempt {
    /// Whether its code still has the coupon that its parameters name: the owner may have let it be minted again meanwhile.
    fn coupon_stands(&self) -> bool {
        let named = |code: &CodeRow| code.coupon_id.as_ref().is_some_and(|id| self.params.contains(id.as_str()));
        self.code.as_ref().is_none_or(named)
    }
}

/// What is known about a request before anything is written.
struct Prepared {
    price: Option<PriceRow>,
    mode: SessionMode,
    /// As it was read together with all else; for the first try.
    code: Option<CodeRow>,
}

/// Which row an attempt is written to.
enum Target<'a> {
    New { key: Option<&'a str> },
    Again(&'a CheckoutRow),
}

/// How one attempt went.
pub(super) enum Tried {
    /// Answered, one way or the other.
    Ended(Box<Result<CheckoutSession, Problem>>),
    /// Without a session, for certain, and its idempotency key will never bring one. The hold was given back.
    Spent,
}

impl Tried {
    /// Answered.
    pub(super) fn ended(answer: Result<CheckoutSession, Problem>) -> Self {
        Self::Ended(Box::new(answer))
    }
}

impl Services {
    /// Makes a Checkout Session, with the coupon minted at its first use. `idempotency` is the key that the caller sent.
    pub async fn checkout(
        &self,
        caller: &Caller,
        request: Checkout,
        idempotency: Option<&Ticket>,
    ) -> Result<CheckoutSession, Problem> {
        // Boxed: it is by far the largest future there is.
        Box::pin(self.checkout_at(&caller.scope, request, idempotency.map(Ticket::key))).await
    }

    pub(super) async fn checkout_at(
        &self,
        scope: &Scope,
        request: Checkout,
        key: Option<&str>,
    ) -> Result<CheckoutSession, Problem> {
        if let Some(key) = key {
            let begun = {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).checkout_by_key(key).await?
            };
            if let Some(row) = begun {
                return self.resume(scope, row).await;
            }
        }
        let (link, prepared) = match self.facts(scope, &request).await? {
            Some((Facts { connection, code, .. }, price)) => {
                let link = self.link_by(scope, connected(scope, Some(connection))?).await?;
                let prepared = self.prepare(&link, &request, Some(price)).await?;
                (link, Prepared { code: Some(code), ..prepared })
            }
            None => {
                let link = self.link(scope).await?;
                let prepared = self.prepare(&link, &request, None).await?;
                (link, prepared)
            }
        };
        let attempt = self.begin_attempt(&link, request, prepared, Target::New { key }).await?;
        self.drive(&link, attempt).await
    }

    /// What has to be known, in one look. None: something of it has yet to be learned, or is not there.
    async fn facts(&self, scope: &Scope, request: &Checkout) -> Result<Option<(Facts, PriceRow)>, Problem> {
        let Some(text) = &request.discount_code else { return Ok(None) };
        let price = Some(request.price_id.as_str());
        let found = self.0.db.look(FactsQuestion::new(scope, price, request.app_id.as_str(), text.as_str())).await?;
        Ok(found.and_then(|facts| facts.price().map(|price| (facts, price))))
    }

    /// `known`: the price, as this connection saw it before.
    async fn prepare(&self, link: &Link, request: &Checkout, known: Option<PriceRow>) -> Result<Prepared, Problem> {
        let missing = link.permissions.missing_for_checkout(request.discount_code.is_some());
        if !missing.is_empty() {
            return Err(permission_missing(missing));
        }
        let price = match known.filter(|_| link.permissions.prices >= Access::Read) {
            Some(known) => Some(known),
            None => self.price(link, &request.price_id).await?,
        };
        let mode = prices::session_mode(request, price.as_ref())?;
        Ok(Prepared { price, mode, code: None })
    }

    /// Transaction 1: the hold, its row, and the intent with everything that Stripe will be sent.
    async fn begin_attempt(
        &self,
        link: &Link,
        request: Checkout,
        mut prepared: Prepared,
        target: Target<'_>,
    ) -> Result<Attempt, Problem> {
        for _ in 0..TRIES {
            if let Some(attempt) = self.try_begin(link, &request, &mut prepared, &target).await? {
                return Ok(attempt);
            }
        }
        Err(unavailable())
    }

    /// None: the code changed between reading and taking; read again.
    async fn try_begin(
        &self,
        link: &Link,
        request: &Checkout,
        prepared: &mut Prepared,
        target: &Target<'_>,
    ) -> Result<Option<Attempt>, Problem> {
        let scope = &link.scope;
        let now = self.now();
        let code = match &request.discount_code {
            Some(text) => {
                let row = match prepared.code.take() {
                    Some(row) => Some(row),
                    None => {
                        let mut reader = self.0.db.reader().await?;
                        reader.at(scope).code_by_text(request.app_id.as_str(), text.as_str()).await?
                    }
                };
                Some(usable(row, request, prepared.price.as_ref(), now)?)
            }
            None => None,
        };
        let checkout_id = match target {
            Target::New { .. } => CheckoutId::new(now, self.random_id()?).as_str().to_owned(),
            Target::Again(row) => row.id.clone(),
        };
        let redemption = match &code {
            Some(_) => Some(RedemptionId::new(now, self.random_id()?).as_str().to_owned()),
            None => None,
        };
        let customer = customers::of_checkout(scope, request);
        if let (Some(code), None) = (&code, &customer)
            && code.max_redemptions_per_user.is_some()
        {
            return Err(customers::nobody_named(NAMED_BY));
        }
        let coupon = code
            .as_ref()
            .map(|code| mint::coupon_id(scope.workspace.as_str(), scope.mode.as_str(), &code.id, code.terms_version));
        let begin = Begin {
            scope: scope.clone(),
            request: request.clone(),
            mode: prepared.mode,
            generation: link.generation,
            account: link.account.clone(),
            wanted: code.zip(coupon).map(|(code, coupon)| Wanted { code, coupon }),
            checkout_id,
            redemption,
            customer,
            to: match target {
                Target::New { key } => To::New { key: key.map(str::to_owned) },
                Target::Again(row) => To::After { attempt: row.attempt },
            },
            now,
        };
        let row = begin.clone();
        let begun = if begin.is_plain() {
            self.0.db.write_at_once(row.row(), move |tx| Box::pin(begin.write(tx))).await?
        } else {
            self.0.db.write(row.row(), move |tx| Box::pin(begin.write(tx))).await?
        };
        if begun.is_some() {
            crash::here!("intent");
        }
        Ok(begun)
    }

    /// The calls to Stripe, with no transaction open, and transaction 2.
    async fn drive(&self, link: &Link, attempt: Attempt) -> Result<CheckoutSession, Problem> {
        turn::step_aside();
        match self.try_session(link, &attempt).await {
            Tried::Ended(answer) => *answer,
            // This attempt will never bring a session, and there is none of it: one more, with new parameters and a new hold.
            Tried::Spent => self.next(link, &attempt.checkout_id).await,
        }
    }

    async fn next(&self, link: &Link, checkout_id: &str) -> Result<CheckoutSession, Problem> {
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader
                .at(&link.scope)
                .checkout(checkout_id)
                .await?
                .ok_or_else(|| super::error::internal("a checkout is gone", &checkout_id))?
        };
        let request = row.request()?;
        let prepared = self.prepare(link, &request, None).await?;
        let attempt = self.begin_attempt(link, request, prepared, Target::Again(&row)).await?;
        match self.try_session(link, &attempt).await {
            Tried::Ended(answer) => *answer,
            Tried::Spent => Err(unavailable()),
        }
    }

    async fn try_session(&self, link: &Link, attempt: &Attempt) -> Tried {
        let _busy = self.stay_busy(&link.scope, &attempt.checkout_id, attempt.number, Step::Intent);
        if let Some(code) = &attempt.code
            && let Err(problem) = self.ensure_coupon(link, code).await
        {
            return Tried::ended(Err(self.give_back(link, attempt, problem).await));
        }
        let key = format!("{}-{}", attempt.checkout_id, attempt.number);
        let account = link.stripe(&self.0.stripe);
        let created = match account.create_session(&attempt.params, &key).await {
            // A stored answer says what was: the session may have run out since, or the completer has ended it.
            Ok(session) if attempt.repeated => account.session(&session.id).await,
            created => created.map(Some),
        };
        match created {
            // Nobody ever had its address.
            Ok(None) => self.spend(link, attempt).await,
            Ok(Some(session))
                if session.status == SessionStatus::Expired || session.expires_at * 1000 <= self.now() =>
            {
                self.spend(link, attempt).await
            }
            Ok(Some(session)) => {
                crash::here!("session-answered");
                Tried::ended(self.open(link, attempt, session).await)
            }
            Err(error) => self.session_failed(link, attempt, error).await,
        }
    }

    /// Tells others that this checkout is being worked on, as long as this process lives and it stays at this step.
    pub(super) fn stay_busy(&self, scope: &Scope, id: &str, number: i64, step: Step) -> Lease {
        let (services, scope, id) = (self.clone(), scope.clone(), id.to_owned());
        Lease::keep(move || {
            let (services, scope, id) = (services.clone(), scope.clone(), id.clone());
            async move {
                let renewed = async {
                    let mut tx = services.0.db.begin().await?;
                    let ours = tx.at(&scope).renew_checkout(&id, number, step, services.now() + LEASE_MS).await?;
                    tx.commit().await?;
                    Ok::<_, crate::store::StoreError>(ours)
                };
                renewed.await.unwrap_or(true)
            }
        })
    }

    /// The same request again, after its first one ended without an answer that could be stored.
    async fn resume(&self, scope: &Scope, row: CheckoutRow) -> Result<CheckoutSession, Problem> {
        if let Some(answer) = row.answer()? {
            return Ok(answer);
        }
        let link = self.link(scope).await?;
        if row.step()? == Step::Refused {
            return self.next(&link, &row.id).await;
        }
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let ours = tx.at(scope).take_checkout(&row.id, now, now + LEASE_MS).await?;
        tx.commit().await?;
        if !ours {
            return Err(in_use());
        }
        let _busy = self.stay_busy(scope, &row.id, row.attempt, row.step()?);
        let mut attempt = self.recorded_attempt(scope, &row).await?;
        let remembered = row.generation == link.generation && now - row.attempted_at < KEY_LIFE_MS;
        turn::step_aside();
        // The session's metadata outlives every idempotency key, so it is asked first.
        match self.look_for_session(&link, &row.id, row.created_at).await {
            Ok(Looked::Found(session)) => {
                if row.step()? == Step::Uncertain {
                    attempt = match self.hold_again(&link, attempt).await {
                        Ok(attempt) => attempt,
                        Err(problem) => {
                            // Sold out, or this customer has had theirs. Any other trouble is ours, and the next repeat finds the
                            // session as it is.
                            if problem.code.status() == 400 {
                                self.expire(&link, &session.id).await;
                            }
                            return Err(problem);
                        }
                    };
                }
                self.open(&link, &attempt, *session).await
            }
            // While Stripe remembers the key, the same call waits for a first one that is still running, and tells what became of it.
            Ok(Looked::Absent | Looked::TooMany) if remembered && attempt.coupon_stands() => {
                if row.step()? == Step::Uncertain {
                    attempt = self.hold_again(&link, attempt).await?;
                }
                self.drive(&link, attempt).await
            }
            Ok(Looked::Absent) => {
                self.settle_attempt(scope, &attempt, Step::Uncertain).await?;
                self.next(&link, &row.id).await
            }
            Ok(Looked::TooMany) => {
                self.settle_attempt(scope, &attempt, Step::Uncertain).await?;
                Err(unavailable())
            }
            Err(problem) => {
                self.settle_attempt(scope, &attempt, Step::Uncertain).await?;
                Err(problem)
            }
        }
    }

    async fn recorded_attempt(&self, scope: &Scope, row: &CheckoutRow) -> Result<Attempt, Problem> {
        let code = match &row.discount_code_id {
            Some(id) => {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).code(id).await?
            }
            None => None,
        };
        Ok(Attempt {
            checkout_id: row.id.clone(),
            number: row.attempt,
            params: row.stripe_params.clone(),
            request: row.request()?,
            code,
            redemption: row.redemption_id.clone(),
            began_at: row.attempted_at,
            repeated: true,
        })
    }
}

/// The code that the customer typed, if it can be used now. The UPDATE that takes the hold decides again.
fn usable(row: Option<CodeRow>, request: &Checkout, price: Option<&PriceRow>, now: i64) -> Result<CodeRow, Problem> {
    if let Some(reason) = refusal::reason(row.as_ref(), price, request.quantity, now) {
        return Err(reason.problem("discount_code"));
    }
    let row = row.ok_or_else(|| super::error::internal("a code that was found is gone", &"discount_code"))?;
    match &row.blocked_reason {
        Some(reason) => Err(refusal::blocked(reason)),
        None => Ok(row),
    }
}
