//! What became of the call that makes a session: opened, refused, or not known.

use super::Services;
use super::checkout::{Attempt, META_CHECKOUT};
use super::connection::{Link, unavailable};
use super::prices::no_such_price;
use crate::scope::Scope;
use crate::store::{CheckoutRow, Step, Tx};
use crate::stripe::{Outcome, Session, SessionStatus, StripeError};
use app::domain::discount_code::Refusal;
use app::domain::problem::Problem;
use app::wire::api::{AppliedDiscount, CheckoutSession};

/// Sessions of one checkout are looked for in at most so many pages of a hundred.
const MAX_PAGES: usize = 20;
/// Stripe's clock may be behind ours by so much when sessions since a moment are listed, in milliseconds.
const CLOCK_SLACK_MS: i64 = 60_000;

/// Gives the hold of a checkout's current attempt back, if it is still held.
pub(super) async fn release(tx: &mut Tx, scope: &Scope, row: &CheckoutRow, now: i64) -> Result<bool, Problem> {
    settle(tx, scope, row.redemption_id.as_deref(), row.discount_code_id.as_deref(), false, now).await
}

/// Moves a hold on and the counters with it. False: it was not held any more.
pub(super) async fn settle(tx: &mut Tx, scope: &Scope, redemption: Option<&str>, code: Option<&str>, redeemed: bool, now: i64) -> Result<bool, Problem> {
    let (Some(redemption), Some(code)) = (redemption, code) else { return Ok(false) };
    let state = if redeemed { "redeemed" } else { "released" };
    let moved = tx.at(scope).settle_redemption(redemption, state, now).await?;
    if moved {
        tx.at(scope).count_settled(code, redeemed, now).await?;
    }
    Ok(moved)
}

impl Services {
    /// Transaction 2: the session and the answer.
    pub(super) async fn open(&self, link: &Link, attempt: &Attempt, session: Session) -> Result<CheckoutSession, Problem> {
        let Some(url) = session.url.clone().filter(|_| session.status != SessionStatus::Expired) else {
            tracing::warn!(session = %session.id, "a session that cannot be paid was replayed");
            return Err(self.give_back(link, attempt, unavailable()).await);
        };
        let answer = answer(attempt, &session, url);
        let json = serde_json::to_string(&answer).map_err(|error| super::error::internal("an answer could not be written", &error))?;
        let mut tx = self.0.db.begin().await?;
        let stored = tx.at(&link.scope).open_checkout(&attempt.checkout_id, attempt.number, &session.id, session.expires_at * 1000, &json, self.now()).await?;
        tx.commit().await?;
        if stored {
            return Ok(answer);
        }
        // The completer gave this checkout up meanwhile and its hold is gone: nobody may pay this session.
        self.expire(link, &session.id).await;
        Err(unavailable())
    }

    /// The call failed: refused for good, or perhaps done all the same.
    pub(super) async fn session_failed(&self, link: &Link, attempt: &Attempt, error: StripeError) -> Result<CheckoutSession, Problem> {
        if error.outcome() == Outcome::Unknown {
            tracing::warn!(checkout = %attempt.checkout_id, %error, "it is not known whether a session was made");
            if let Ok(Some(session)) = self.find_session(link, &attempt.checkout_id, attempt.began_at).await {
                return self.open(link, attempt, session).await;
            }
            return Err(self.give_back(link, attempt, unavailable()).await);
        }
        let problem = match self.explain_refusal(link, attempt, error).await {
            Ok(problem) | Err(problem) => problem,
        };
        Err(self.give_back(link, attempt, problem).await)
    }

    async fn explain_refusal(&self, link: &Link, attempt: &Attempt, error: StripeError) -> Result<Problem, Problem> {
        let param = match &error {
            StripeError::Invalid { param, .. } | StripeError::ResourceMissing { param, .. } => param.clone().unwrap_or_default(),
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

    async fn settle_attempt(&self, scope: &Scope, attempt: &Attempt, step: Step) -> Result<(), Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if tx.at(scope).settle_checkout(&attempt.checkout_id, attempt.number, step, now, now).await? {
            let code = attempt.code.as_ref().map(|code| code.id.as_str());
            settle(&mut tx, scope, attempt.redemption.as_deref(), code, false, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The open session of a checkout, by the metadata of the sessions made since its beginning.
    pub(super) async fn find_session(&self, link: &Link, checkout_id: &str, since_ms: i64) -> Result<Option<Session>, Problem> {
        let account = link.stripe(&self.0.stripe);
        let since_s = (since_ms - CLOCK_SLACK_MS) / 1000;
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = match account.list_sessions(since_s, after.as_deref(), 100).await {
                Ok(page) => page,
                Err(error) => return Err(self.stripe_problem(link, error, "checkout_session_read").await),
            };
            after = page.data.last().map(|session| session.id.clone());
            let ours = |session: &Session| session.metadata.get(META_CHECKOUT).is_some_and(|id| id == checkout_id) && session.status == SessionStatus::Open;
            if let Some(found) = page.data.into_iter().find(ours) {
                return Ok(Some(found));
            }
            if !page.has_more {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Takes over a session that was made although its answer was lost. A hold that was given back meanwhile is taken again; if
    /// none is left, the session is ended: nobody has its address.
    pub(super) async fn adopt(&self, link: &Link, row: &CheckoutRow, mut attempt: Attempt, session: Session) -> Result<CheckoutSession, Problem> {
        if row.step()? == Step::Uncertain
            && let Some(code) = attempt.code.clone()
        {
            match self.hold_for_adoption(link, row, &attempt, &code.id).await? {
                Some(redemption) => attempt.redemption = Some(redemption),
                None => {
                    self.expire(link, &session.id).await;
                    let refused = Refusal::Exhausted.problem("discount_code");
                    return Err(self.give_back(link, &attempt, refused).await);
                }
            }
        }
        self.open(link, &attempt, session).await
    }

    async fn hold_for_adoption(&self, link: &Link, row: &CheckoutRow, attempt: &Attempt, code_id: &str) -> Result<Option<String>, Problem> {
        let now = self.now();
        let id = app::domain::ids::RedemptionId::new(now, self.random_id()?).as_str().to_owned();
        let mut tx = self.0.db.begin().await?;
        if !tx.at(&link.scope).hold_again(code_id, now).await? {
            return Ok(None);
        }
        let user_id = attempt.request.user_id.as_deref();
        let new = crate::store::NewRedemption { id: &id, discount_code_id: code_id, checkout_id: &row.id, user_id, now };
        tx.at(&link.scope).insert_redemption(&new).await?;
        tx.at(&link.scope).reclaim_checkout(&row.id, attempt.number, &id, now).await?;
        tx.commit().await?;
        Ok(Some(id))
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
