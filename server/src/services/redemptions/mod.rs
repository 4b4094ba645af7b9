//! Redemptions for owners who create their own Checkout Session, invoice or subscription: the hold and the coupon are ours, the payment is
//! theirs. They confirm or release; a hold that nobody does either to lapses on our clock.
//!
//! Where the coupon is minted already, a redemption is one transaction and Stripe is not asked. Where it is not, the hold stands for a
//! minute at first: one whose process dies is given back by that alone, and a repeat under the same idempotency key goes on with the same
//! row. A repeat that finds the hold given back takes another one for that row, by the rules of a new redemption.

mod read;
mod settle;

pub use read::RedemptionListQuery;

use super::connection::{Link, connected, permission_missing, unavailable};
use super::{Caller, Services, Ticket, customers, mint, refusal, views};
use crate::crash;
use crate::scope::Scope;
use crate::store::{CodeRow, Facts, FactsQuestion, Hold, NewRedemption, RedemptionRow, Row, StoreError, Tx};
use app::domain::ids::RedemptionId;
use app::domain::problem::Problem;
use app::domain::redemption::{Cause, Request, State};
use app::wire::api::Redemption;

/// How long a hold stands while its coupon is minted, in milliseconds: longer than any request may take.
const UNTIL_MINTED_MS: i64 = 60_000;
/// How often it is tried again when something changed between reading and writing.
const TRIES: usize = 5;
/// The field that a refusal of the code names.
const PARAM: &str = "code";

/// A hold whose coupon has yet to be minted.
struct Unminted {
    row: RedemptionRow,
    code: CodeRow,
    /// Until when it shall stand once the coupon is there, in milliseconds.
    until: i64,
}

/// What came of a try to take a hold.
enum Taken {
    /// It stands, and is answered.
    Held(Box<Redemption>),
    /// It stands for a while: the coupon comes next.
    Unminted(Box<(Link, Unminted)>),
    /// The code changed between reading and taking.
    Changed,
}

/// The same, as its transaction leaves it.
enum Took {
    Held(Box<Redemption>),
    Unminted(Box<Unminted>),
    /// Nothing was written.
    Changed,
}

/// Why it leaves nothing.
enum NotTaken {
    /// The code, or its connection, changed between reading and taking.
    Changed,
    Because(Problem),
}

impl From<Problem> for NotTaken {
    fn from(problem: Problem) -> Self {
        Self::Because(problem)
    }
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Because(error.into())
    }
}

/// The transaction that takes a hold, with all that it needs: it may run together with others.
#[derive(Clone)]
struct Take {
    scope: Scope,
    code: CodeRow,
    coupon: String,
    customer: Option<String>,
    user_id: Option<String>,
    /// Of the row, where it is a new one.
    id: RedemptionId,
    /// The row whose hold was given back.
    again: Option<RedemptionRow>,
    generation: i64,
    can_mint: bool,
    /// Until when it shall stand, in milliseconds.
    until: i64,
    idempotency: Option<Ticket>,
    now: i64,
}

impl Take {
    /// Whether nothing has to be looked at between the hold and its row, and nothing follows, so that all of it is one call of the database.
    fn is_plain(&self) -> bool {
        let minted = self.code.minted_generation == Some(self.generation) && self.code.coupon_id.is_some();
        minted && self.code.max_redemptions_per_user.is_none() && self.again.is_none() && self.idempotency.is_none()
    }

    async fn write_plain(self, tx: &mut Tx) -> Result<Took, NotTaken> {
        let new = NewRedemption {
            id: self.id.as_str(),
            discount_code_id: &self.code.id,
            checkout_id: None,
            user_id: self.user_id.as_deref(),
            customer: self.customer.as_deref(),
            expires_at: Some(self.until),
            idempotency_key: None,
            now: self.now,
        };
        let hold = Hold { code: &self.code, now: self.now };
        let Some(held) = tx.at(&self.scope).begin_redemption(&hold, self.generation, &new).await? else {
            return Ok(Took::Changed);
        };
        let answer = views::redemption(&self.scope, &RedemptionRow::new_own(&self.scope, &new), &held)?;
        crash::here!("before-own-stored");
        Ok(Took::Held(Box::new(answer)))
    }

    async fn write(self, tx: &mut Tx) -> Result<Took, NotTaken> {
        let Self { scope, code, now, until, .. } = &self;
        let (now, until) = (*now, *until);
        let Some(held) = tx.at(scope).hold(&code.id, code.terms_version, &self.coupon, now).await? else {
            return Err(NotTaken::Changed);
        };
        customers::check_first(tx, scope, &held, self.customer.as_deref(), PARAM, "user_id").await?;
        let minted = held.minted_generation == Some(self.generation);
        if !minted && !self.can_mint {
            return Err(NotTaken::Changed);
        }
        let stands = if minted { until } else { now + UNTIL_MINTED_MS };
        let again = match (&self.again, &self.idempotency) {
            // Its text is another code's by now: the key goes on with a row of that one.
            (Some(row), Some(ticket)) if row.discount_code_id != held.id => {
                tx.at(scope).detach_redemption(ticket.key()).await?;
                None
            }
            (again, _) => again.as_ref(),
        };
        let row = match again {
            None => {
                let new = NewRedemption {
                    id: self.id.as_str(),
                    discount_code_id: &held.id,
                    checkout_id: None,
                    user_id: self.user_id.as_deref(),
                    customer: self.customer.as_deref(),
                    expires_at: Some(stands),
                    idempotency_key: self.idempotency.as_ref().map(Ticket::key),
                    now,
                };
                match tx.at(scope).insert_redemption(&new).await {
                    Ok(()) => {}
                    // This process was thought dead, and another one goes on with the key.
                    Err(StoreError::Taken) => return Err(super::idempotency::in_use().into()),
                    Err(error) => return Err(error.into()),
                }
                RedemptionRow::new_own(scope, &new)
            }
            Some(row) => {
                if !tx.at(scope).retake_redemption(&row.id, Cause::Api, stands, now).await? {
                    return Err(unavailable().into());
                }
                let held = State::Held.as_str().to_owned();
                RedemptionRow { state: held, expires_at: Some(stands), settled_at: None, ..row.clone() }
            }
        };
        if !minted {
            crash::here!("before-own-intent");
            return Ok(Took::Unminted(Box::new(Unminted { row, code: held, until })));
        }
        let answer = views::redemption(scope, &row, &held)?;
        store_answer(tx, self.idempotency.as_ref(), 201, &answer).await?;
        crash::here!("before-own-stored");
        Ok(Took::Held(Box::new(answer)))
    }
}

impl Services {
    /// Holds a code for a checkout of the owner's own; its coupon is minted when this is answered.
    pub async fn create_redemption(
        &self,
        caller: &Caller,
        request: &Request,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        let scope = &caller.scope;
        // The first request under a key finds nothing under it.
        let begun = match idempotency.filter(|ticket| !ticket.is_first()) {
            Some(ticket) => {
                let mut reader = self.0.db.reader().await?;
                reader.at(scope).redemption_by_key(ticket.key()).await?
            }
            None => None,
        };
        match begun {
            Some(row) => self.resume_redemption(scope, request, row, idempotency).await,
            None => self.take_redemption(scope, request, None, idempotency).await,
        }
    }

    /// Takes a hold, for a new row or for one whose hold was given back.
    async fn take_redemption(
        &self,
        scope: &Scope,
        request: &Request,
        again: Option<&RedemptionRow>,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        for _ in 0..TRIES {
            match self.try_redemption(scope, request, again, idempotency).await? {
                Taken::Held(answer) => return Ok(*answer),
                Taken::Unminted(minting) => {
                    let (link, hold) = *minting;
                    return self.mint_held(&link, hold, idempotency).await;
                }
                Taken::Changed => {}
            }
        }
        Err(unavailable())
    }

    async fn try_redemption(
        &self,
        scope: &Scope,
        request: &Request,
        again: Option<&RedemptionRow>,
        idempotency: Option<&Ticket>,
    ) -> Result<Taken, Problem> {
        let now = self.now();
        let (app, text) = (request.app_id.as_str(), request.code.as_str());
        let (connection, code) = match self.0.db.look(FactsQuestion::new(scope, None, app, text)).await? {
            Some(Facts { connection, code, .. }) => (Some(connection), Some(code)),
            None => {
                let mut reader = self.0.db.reader().await?;
                (reader.at(scope).connection().await?, reader.at(scope).code_by_text(app, text).await?)
            }
        };
        let connection = connected(scope, connection)?;
        let code = usable(code, now)?;
        let customer = customers::hash(scope, request.user_id.as_deref(), None);
        if code.max_redemptions_per_user.is_some() && customer.is_none() {
            return Err(customers::nobody_named("user_id"));
        }
        // What is known to be in Stripe needs no key to be opened.
        let generation = connection.generation;
        let link = if code.minted_generation == Some(generation) {
            None
        } else {
            let link = self.link_by(scope, connection).await?;
            let missing = link.permissions.missing_for_mint();
            if !missing.is_empty() {
                return Err(permission_missing(missing));
            }
            Some(link)
        };
        let coupon = mint::coupon_id(scope.workspace.as_str(), scope.mode.as_str(), &code.id, code.terms_version);
        let take = Take {
            scope: scope.clone(),
            code,
            coupon,
            customer,
            user_id: request.user_id.clone(),
            id: RedemptionId::new(now, self.random_id()?),
            again: again.cloned(),
            generation,
            can_mint: link.is_some(),
            until: now + request.life_s * 1000,
            idempotency: idempotency.cloned(),
            now,
        };
        let (code_id, row_id) = (take.code.id.clone(), take.again.as_ref().map(|row| row.id.clone()));
        let row = row_id.as_deref().map_or(Row::Code(&code_id), Row::Several);
        // Those who take the same code's redemptions share commits.
        let took = if take.is_plain() {
            self.0.db.write_at_once(row, move |tx| Box::pin(take.write_plain(tx))).await
        } else {
            self.0.db.write(row, move |tx| Box::pin(take.write(tx))).await
        };
        match (took, link) {
            (Ok(Took::Held(answer)), _) => {
                crash::here!("own-stored");
                Ok(Taken::Held(answer))
            }
            (Ok(Took::Unminted(hold)), Some(link)) => {
                crash::here!("own-intent");
                Ok(Taken::Unminted(Box::new((link, *hold))))
            }
            (Ok(Took::Unminted(_)), None) | (Ok(Took::Changed), _) | (Err(NotTaken::Changed), _) => Ok(Taken::Changed),
            (Err(NotTaken::Because(problem)), _) => Err(problem),
        }
    }

    /// The coupon, with no transaction open; then the hold stands as long as it shall.
    async fn mint_held(
        &self,
        link: &Link,
        hold: Unminted,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        match self.ensure_coupon(link, &hold.code).await {
            Ok(_) => self.stand(&link.scope, &hold.row, hold.until, idempotency).await,
            Err(problem) => Err(self.give_own_back(&link.scope, &hold.row, idempotency, problem).await),
        }
    }

    /// The same request again, after its first one ended without an answer that could be stored.
    async fn resume_redemption(
        &self,
        scope: &Scope,
        request: &Request,
        row: RedemptionRow,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        let until = self.now() + request.life_s * 1000;
        match row.state()? {
            State::Redeemed => return self.stand(scope, &row, until, idempotency).await,
            State::Released => return self.take_redemption(scope, request, Some(&row), idempotency).await,
            State::Held => {}
        }
        let (connection, code) = {
            let mut reader = self.0.db.reader().await?;
            (reader.at(scope).connection().await?, reader.at(scope).code(&row.discount_code_id).await?)
        };
        let connection = connected(scope, connection)?;
        let code = code.ok_or_else(|| super::error::internal("a held code is gone", &row.discount_code_id))?;
        if let Some(reason) = &code.blocked_reason {
            return Err(self.give_own_back(scope, &row, idempotency, refusal::blocked(reason)).await);
        }
        if code.coupon_id.is_none() {
            // The owner let it be minted again meanwhile: another hold chooses the next coupon.
            self.settle_own(scope, &row, Cause::Unanswered, None).await?;
            return self.take_redemption(scope, request, Some(&row), idempotency).await;
        }
        if code.minted_generation == Some(connection.generation) {
            return self.stand(scope, &row, until, idempotency).await;
        }
        let link = self.link_by(scope, connection).await?;
        self.mint_held(&link, Unminted { row, code, until }, idempotency).await
    }

    /// The coupon is there: the hold stands until then, and is answered. One that lapsed meanwhile is taken again, if any is left.
    async fn stand(
        &self,
        scope: &Scope,
        row: &RedemptionRow,
        until: i64,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        for _ in 0..TRIES {
            let now = self.now();
            let mut tx = self.0.db.begin().await?;
            if !tx.at(scope).prolong_redemption(&row.id, until, now).await? {
                let row = self.redemption_in(&mut tx, scope, &row.id).await?;
                let stands = match row.state()? {
                    // It was confirmed before it was answered: by somebody who saw it in a list.
                    State::Redeemed => true,
                    State::Released => take_again(&mut tx, scope, &row, Cause::Api, until, now, PARAM).await?,
                    State::Held => false,
                };
                if !stands {
                    continue;
                }
            }
            let answer = self.told_in(&mut tx, scope, &row.id).await?;
            store_answer(&mut tx, idempotency, 201, &answer).await?;
            crash::here!("own-prolonged");
            tx.commit().await?;
            crash::here!("own-stored");
            return Ok(answer);
        }
        Err(unavailable())
    }

    /// The hold goes back because its coupon could not be minted. The answer is the problem, or the failure to record it.
    async fn give_own_back(
        &self,
        scope: &Scope,
        row: &RedemptionRow,
        idempotency: Option<&Ticket>,
        problem: Problem,
    ) -> Problem {
        // Refused for good, the request may come again corrected: its key names it no more.
        let refused = problem.code.status() < 500;
        let cause = if refused { Cause::Refused } else { Cause::Unanswered };
        match self.settle_own(scope, row, cause, idempotency.filter(|_| refused)).await {
            Ok(()) => problem,
            Err(failure) => failure,
        }
    }

    /// Gives a hold back that nobody was told of. One whose end was moved meanwhile was answered by another process, which thought this one
    /// dead: that answer stands.
    async fn settle_own(
        &self,
        scope: &Scope,
        row: &RedemptionRow,
        cause: Cause,
        detached: Option<&Ticket>,
    ) -> Result<(), Problem> {
        let (now, until) = (self.now(), row.expires_at.unwrap_or_default());
        let mut tx = self.0.db.begin().await?;
        let settled = tx.at(scope).settle_unanswered(&row.id, until, cause, now).await?;
        if let Some(code) = &settled {
            tx.at(scope).count_settled(code, false, now).await?;
        }
        let ours = settled.is_some() || self.redemption_in(&mut tx, scope, &row.id).await?.expires_at == row.expires_at;
        if let Some(ticket) = detached.filter(|_| ours) {
            tx.at(scope).detach_redemption(ticket.key()).await?;
        }
        crash::here!("before-own-given-back");
        tx.commit().await?;
        crash::here!("own-given-back");
        Ok(())
    }

    /// A redemption that is known to be there.
    async fn redemption_in(&self, tx: &mut Tx, scope: &Scope, id: &str) -> Result<RedemptionRow, Problem> {
        let row = tx.at(scope).redemption(id).await?;
        row.ok_or_else(|| super::error::internal("a redemption is gone", &id))
    }

    /// The same as the API tells it.
    pub(super) async fn told_in(&self, tx: &mut Tx, scope: &Scope, id: &str) -> Result<Redemption, Problem> {
        let row = self.redemption_in(tx, scope, id).await?;
        let code = tx.at(scope).code(&row.discount_code_id).await?;
        let code = code.ok_or_else(|| super::error::internal("a redeemed code is gone", &row.discount_code_id))?;
        views::redemption(scope, &row, &code)
    }
}

/// The code that the customer typed, if it can be used now. The UPDATE that takes the hold decides again.
fn usable(row: Option<CodeRow>, now: i64) -> Result<CodeRow, Problem> {
    // What is bought, and in which currency, is the owner's to know.
    if let Some(reason) = refusal::reason(row.as_ref(), None, 1, now) {
        return Err(reason.problem(PARAM));
    }
    let row = row.ok_or_else(|| super::error::internal("a code that was found is gone", &PARAM))?;
    match &row.blocked_reason {
        Some(reason) => Err(refusal::blocked(reason)),
        None => Ok(row),
    }
}

/// Takes a hold for a row whose own was given back: only the number decides, and how often one customer may. `param` is the field that a
/// refusal names, if it names one. False: the row is not released any more, and nothing of this transaction may stay.
async fn take_again(
    tx: &mut Tx,
    scope: &Scope,
    row: &RedemptionRow,
    cause: Cause,
    until: i64,
    now: i64,
    param: &str,
) -> Result<bool, Problem> {
    use app::domain::discount_code::Refusal;
    let named = |problem: Problem| Problem { param: (!param.is_empty()).then(|| param.to_owned()), ..problem };
    // Under the lock of the code's row: of two that come at once, the second one sees what the first has made of it.
    tx.at(scope).code_to_change(&row.discount_code_id).await?;
    let fresh = tx.at(scope).redemption(&row.id).await?;
    if fresh.map(|fresh| fresh.state()).transpose()? != Some(State::Released) {
        return Ok(false);
    }
    if !tx.at(scope).hold_again(&row.discount_code_id, now).await? {
        return Err(named(Refusal::Exhausted.problem(param)));
    }
    let code = tx.at(scope).code(&row.discount_code_id).await?;
    let code = code.ok_or_else(|| super::error::internal("a held code is gone", &row.discount_code_id))?;
    customers::check_limit(tx, scope, &code, row.customer.as_deref(), param).await.map_err(named)?;
    Ok(tx.at(scope).retake_redemption(&row.id, cause, until, now).await?)
}

/// Stores an answer in the transaction of what it tells.
async fn store_answer(
    tx: &mut Tx,
    idempotency: Option<&Ticket>,
    status: u16,
    answer: &Redemption,
) -> Result<(), Problem> {
    let Some(ticket) = idempotency else { return Ok(()) };
    let body =
        serde_json::to_vec(answer).map_err(|error| super::error::internal("an answer could not be written", &error))?;
    // Where its customer is erased, what stands under the key names them no more.
    ticket.store_about(tx, status, &body, &answer.id).await
}
