//! What became of the call that makes a session: opened, refused, or not known.

use super::Services;
use super::checkout::{Attempt, META_CHECKOUT, Tried};
use super::connection::{Link, unavailable};
use super::customers;
use super::prices::no_such_price;
use crate::crash;
use crate::scope::Scope;
use crate::store::{NewRedemption, Row, Step, Tx};
use crate::stripe::{Outcome, Session, SessionStatus, StripeError};
use app::domain::discount_code::Refusal;
use app::domain::problem::Problem;
use app::domain::redemption::{Cause, State};
use app::wire::api::{AppliedDiscount, CheckoutSession};

/// Sessions of one checkout are looked for in at most so many pages of a hundred.
const MAX_PAGES: usize = 20;
/// Stripe's clock may be behind ours by so much when sessions since a moment are listed, in milliseconds.
const CLOCK_SLACK_MS: i64 = 60_000;

/// What Stripe's list of sessions tells of a checkout.
pub(super) enum Looked {
    /// Its session, which can be paid.
    Found(Box<Session>),
    /// There is none that can be paid.
    Absent,
    /// There are too many sessions to look through.
    TooMany,
}

/// Moves a hold on, and the counters of its code with it. False: it was not held any more.
pub(super) async fn settle(
    tx: &mut Tx,
    scope: &Scope,
    redemption: Option<&str>,
    cause: Cause,
    now: i64,
) -> Result<bool, Problem> {
    let Some(redemption) = redemption else { return Ok(false) };
    let Some(code) = tx.at(scope).settle_redemption(redemption, cause, now).await? else { return Ok(false) };
    tx.at(scope).count_settled(&code, cause.state() == State::Redeemed, now).await?;
    Ok(true)
}

impl Services {
    /// Transaction 2: the session and the answer.
    pub(super) async fn open(
        &self,
        link: &Link,
        attempt: &Attempt,
        session: Session,
    ) -> Result<CheckoutSession, Problem> {
        let Some(url) = session.url.clone().filter(|_| session.status != SessionStatus::Expired) else {
            tracing::warn!(session = %session.id, "a session that cannot be paid was replayed");
            return Err(self.give_back(link, attempt, unavailable()).await);
        };
        let answer = answer(attempt, &session, url);
        let json = serde_json::to_string(&answer)
            .map_err(|error| super::error::internal("an answer could not be written", &error))?;
        let (scope, id, number) = (link.scope.clone(), attempt.checkout_id.clone(), attempt.number);
        let (session_id, ends, now) = (session.id.clone(), session.expires_at * 1000, self.now());
        let stored = self
            .0
            .db
            .write_at_once(Row::Checkout(&attempt.checkout_id), move |tx| {
                Box::pin(async move { tx.at(&scope).open_checkout(&id, number, &session_id, ends, &json, now).await })
            })
            .await?;
        crash::here!("session-stored");
        if stored {
            return Ok(answer);
        }
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&link.scope).checkout(&attempt.checkout_id).await?
        };
        // A request beside this one may have stored and given out this very session.
        if let Some(row) = row.filter(|row| row.session_id.as_deref() == Some(session.id.as_str()))
            && let Some(answer) = row.answer()?
        {
            return Ok(answer);
        }
        // The completer gave this checkout up meanwhile and its hold is gone: nobody may pay this session.
        self.expire(link, &session.id).await;
        Err(unavailable())
    }

    /// The call failed: refused for good, or perhaps done all the same.
    pub(super) async fn session_failed(&self, link: &Link, attempt: &Attempt, error: StripeError) -> Tried {
        let spent = match &error {
            // The stored answer of a call that is over: whether it made a session before it failed is to be looked up.
            StripeError::Server { replayed: true, .. } => true,
            // A repeat came so late that the recorded end is too near, so the first call never came through.
            StripeError::Invalid { param: Some(param), .. } => param == "expires_at",
            _ => false,
        };
        if !spent && error.outcome() == Outcome::NotApplied {
            let problem = match self.explain_refusal(link, attempt, error).await {
                Ok(problem) | Err(problem) => problem,
            };
            return Tried::ended(Err(self.give_back(link, attempt, problem).await));
        }
        tracing::warn!(checkout = %attempt.checkout_id, %error, "it is not known whether a session was made");
        match self.find_session(link, &attempt.checkout_id, attempt.began_at).await {
            Ok(Some(session)) => Tried::ended(self.open(link, attempt, session).await),
            Ok(None) if spent => self.spend(link, attempt).await,
            _ => Tried::ended(Err(self.give_back(link, attempt, unavailable()).await)),
        }
    }

    /// This attempt has no session and never will: its hold goes back, and another attempt may be made.
    pub(super) async fn spend(&self, link: &Link, attempt: &Attempt) -> Tried {
        match self.settle_attempt(&link.scope, attempt, Step::Uncertain).await {
            Ok(()) => Tried::Spent,
            Err(problem) => Tried::ended(Err(problem)),
        }
    }

    async fn explain_refusal(&self, link: &Link, attempt: &Attempt, error: StripeError) -> Result<Problem, Problem> {
        let param = match &error {
            StripeError::Invalid { param, .. } | StripeError::ResourceMissing { param, .. } => {
                param.clone().unwrap_or_default()
            }
            _ => return Ok(self.stripe_problem(link, error, "checkout_session_write").await),
        };
        if let Some(code) = &attempt.code
            && (param.contains("coupon") || param.contains("discounts"))
            && let Some(coupon) = &code.coupon_id
            && let Some(blocked) = self.coupon_trouble(link, code, coupon).await?
        {
            return Ok(blocked);
        }
        if matches!(error, StripeError::ResourceMissing { .. }) && param.contains("price") {
            return Ok(no_such_price(&attempt.request.price_id));
        }
        let mut problem = self.stripe_problem(link, error, "checkout_session_write").await;
        problem.param = our_param(&param);
        Ok(problem)
    }

    /// Gives the hold back and records how the attempt ended. The answer is the problem, or the failure to record it.
    pub(super) async fn give_back(&self, link: &Link, attempt: &Attempt, problem: Problem) -> Problem {
        // After a 5xx of ours or Stripe's the session may exist; nobody has its address, so the hold can go back all the same.
        let step = if problem.code.status() >= 500 { Step::Uncertain } else { Step::Refused };
        match self.settle_attempt(&link.scope, attempt, step).await {
            Ok(()) => problem,
            Err(failure) => failure,
        }
    }

    /// Gives the hold back, if it is still held, and records how the attempt ended.
    pub(super) async fn settle_attempt(&self, scope: &Scope, attempt: &Attempt, step: Step) -> Result<(), Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if tx.at(scope).settle_checkout(&attempt.checkout_id, attempt.number, step, now, now).await? {
            let cause = if step == Step::Refused { Cause::Refused } else { Cause::Unanswered };
            settle(&mut tx, scope, attempt.redemption.as_deref(), cause, now).await?;
        }
        crash::here!("before-given-back");
        tx.commit().await?;
        crash::here!("given-back");
        Ok(())
    }

    /// The open session of a checkout. Not found among too many to look through is not the same as absent: refused as not known.
    pub(super) async fn find_session(
        &self,
        link: &Link,
        checkout_id: &str,
        since_ms: i64,
    ) -> Result<Option<Session>, Problem> {
        match self.look_for_session(link, checkout_id, since_ms).await? {
            Looked::Found(session) => Ok(Some(*session)),
            Looked::Absent => Ok(None),
            Looked::TooMany => Err(unavailable()),
        }
    }

    /// Looks for the open session of a checkout, by the metadata of the sessions made since its beginning.
    pub(super) async fn look_for_session(
        &self,
        link: &Link,
        checkout_id: &str,
        since_ms: i64,
    ) -> Result<Looked, Problem> {
        let account = link.stripe(&self.0.stripe);
        let since_s = (since_ms - CLOCK_SLACK_MS) / 1000;
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = match account.list_sessions(since_s, after.as_deref(), 100).await {
                Ok(page) => page,
                Err(error) => return Err(self.stripe_problem(link, error, "checkout_session_read").await),
            };
            after = page.data.last().map(|session| session.id.clone());
            let ours = |session: &Session| {
                session.metadata.get(META_CHECKOUT).is_some_and(|id| id == checkout_id)
                    && session.status == SessionStatus::Open
            };
            if let Some(found) = page.data.into_iter().find(ours) {
                return Ok(Looked::Found(Box::new(found)));
            }
            if !page.has_more {
                return Ok(Looked::Absent);
            }
        }
        Ok(Looked::TooMany)
    }

    /// Takes the hold of an attempt again that was given back when its outcome was unknown. Refused, if none is left.
    pub(super) async fn hold_again(&self, link: &Link, mut attempt: Attempt) -> Result<Attempt, Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let redemption = match &attempt.code {
            None => None,
            Some(code) => {
                if !tx.at(&link.scope).hold_again(&code.id, now).await? {
                    return Err(Refusal::Exhausted.problem("discount_code"));
                }
                let id = app::domain::ids::RedemptionId::new(now, self.random_id()?).as_str().to_owned();
                let customer = customers::of_checkout(&link.scope, &attempt.request);
                // What this checkout held before was given back, and does not count.
                let code = tx.at(&link.scope).code(&code.id).await?.unwrap_or_else(|| code.clone());
                customers::check_limit(&mut tx, &link.scope, &code, customer.as_deref(), "discount_code").await?;
                let new = NewRedemption {
                    id: &id,
                    discount_code_id: &code.id,
                    checkout_id: Some(&attempt.checkout_id),
                    user_id: attempt.request.user_id.as_deref(),
                    customer: customer.as_deref(),
                    expires_at: None,
                    idempotency_key: None,
                    now,
                };
                tx.at(&link.scope).insert_redemption(&new).await?;
                Some(id)
            }
        };
        if !tx
            .at(&link.scope)
            .reclaim_checkout(&attempt.checkout_id, attempt.number, redemption.as_deref(), now)
            .await?
        {
            return Err(unavailable());
        }
        tx.commit().await?;
        crash::here!("held-again");
        attempt.redemption = redemption;
        Ok(attempt)
    }

    /// Ends a session whose address nobody has. If it cannot be done now, it ends by itself within a day, unpaid.
    pub(super) async fn expire(&self, link: &Link, session_id: &str) {
        if let Err(error) = link.stripe(&self.0.stripe).expire_session(session_id).await {
            tracing::warn!(session_id, %error, "a session that nobody has could not be ended");
        }
    }
}

fn answer(attempt: &Attempt, session: &Session, url: String) -> CheckoutSession {
    let discount = match (&attempt.code, &attempt.redemption) {
        (Some(code), Some(redemption)) => Some(AppliedDiscount {
            code: code.code.clone(),
            discount_code: code.id.clone(),
            stripe_coupon: code.coupon_id.clone().unwrap_or_default(),
            redemption: redemption.clone(),
        }),
        _ => None,
    };
    let dropped_box = attempt.request.allow_promotion_codes && discount.is_some();
    let notices = dropped_box.then(|| {
        "allow_promotion_codes was left out: Stripe does not take it together with a discount, and discount_code was given.".to_owned()
    });
    CheckoutSession {
        object: "checkout_session".into(),
        id: session.id.clone(),
        url,
        expires_at: session.expires_at * 1000,
        allow_promotion_codes: attempt.request.allow_promotion_codes && discount.is_none(),
        discount,
        notices: notices.into_iter().collect(),
    }
}

/// The name that our API has for a parameter of Stripe's.
fn our_param(stripe: &str) -> Option<String> {
    let ours = match stripe {
        "" => return None,
        "client_reference_id" => "user_id",
        "expires_at" => "expires_in",
        param if param.contains("quantity") => "quantity",
        param if param.starts_with("line_items") => "price_id",
        param if param.starts_with("discounts") => "discount_code",
        param => param,
    };
    Some(ours.to_owned())
}
