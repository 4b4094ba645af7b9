//! How a redemption of an owner's own checkout ends: confirmed, released, or lapsed. Each is decided by an UPDATE that looks at the state,
//! so of all that come at once one moves it.

use super::super::session_outcome::settle;
use super::super::{Caller, Services, Ticket};
use super::{TRIES, store_answer, take_again};
use crate::crash;
use crate::scope::Scope;
use crate::store::{RedemptionRow, Tx};
use app::domain::problem::{Code, Problem};
use app::domain::redemption::{Cause, State};
use app::wire::api::Redemption;

/// Holds that are let go in one turn.
const BATCH: i64 = 100;
/// Turns of one run of the job in which something was let go: what is left then waits for the next.
const TURNS: usize = 20;

impl Services {
    /// It was paid: redeemed for good. One that was given back takes another hold, where one is left.
    pub async fn confirm_redemption(
        &self,
        caller: &Caller,
        id: &str,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        let (scope, id) = (&caller.scope, self.own_redemption(caller, id).await?.id);
        for _ in 0..TRIES {
            let now = self.now();
            let mut tx = self.0.db.begin().await?;
            if !settle(&mut tx, scope, Some(&id), Cause::Confirmed, now).await? {
                let row = self.redemption_in(&mut tx, scope, &id).await?;
                let moved = match row.state()? {
                    State::Redeemed => true,
                    State::Released => confirm_late(&mut tx, scope, &row, now).await?,
                    State::Held => false,
                };
                if !moved {
                    continue;
                }
            }
            return self.settled(tx, scope, &id, idempotency).await;
        }
        Err(super::super::error::internal("a redemption moves all the time", &id))
    }

    /// It came to nothing: given back.
    pub async fn release_redemption(
        &self,
        caller: &Caller,
        id: &str,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        let (scope, id) = (&caller.scope, self.own_redemption(caller, id).await?.id);
        for _ in 0..TRIES {
            let mut tx = self.0.db.begin().await?;
            if !settle(&mut tx, scope, Some(&id), Cause::ByBackend, self.now()).await? {
                match self.redemption_in(&mut tx, scope, &id).await?.state()? {
                    State::Released => {}
                    State::Redeemed => {
                        return Err(Problem::new(
                            Code::RedemptionRedeemed,
                            "This redemption was redeemed: it cannot be released any more.",
                        ));
                    }
                    State::Held => continue,
                }
            }
            return self.settled(tx, scope, &id, idempotency).await;
        }
        Err(super::super::error::internal("a redemption moves all the time", &id))
    }

    /// A redemption that the caller may see and settle.
    async fn own_redemption(&self, caller: &Caller, id: &str) -> Result<RedemptionRow, Problem> {
        let (row, _) = self.redemption_of(caller, id).await?;
        if row.checkout_id.is_some() {
            return Err(Problem::new(
                Code::RedemptionOfCheckout,
                "This redemption belongs to a Checkout Session of Codemint's: its payment or its end settles it.",
            ));
        }
        Ok(row)
    }

    async fn settled(
        &self,
        mut tx: Tx,
        scope: &Scope,
        id: &str,
        idempotency: Option<&Ticket>,
    ) -> Result<Redemption, Problem> {
        let answer = self.told_in(&mut tx, scope, id).await?;
        store_answer(&mut tx, idempotency, 200, &answer).await?;
        crash::here!("before-own-settled");
        tx.commit().await?;
        crash::here!("own-settled");
        Ok(answer)
    }

    /// Lets go of holds that nobody confirmed in time, each in a transaction of its own. What another process let go of, or a confirmation
    /// has redeemed meanwhile, stays as it is.
    pub(crate) async fn let_lapsed_go(&self) -> Result<(), Problem> {
        let now = self.now();
        let (mut end, mut id) = (i64::MIN, String::new());
        let mut turns = 0;
        while turns < TURNS {
            let rows = {
                let mut reader = self.0.db.reader().await?;
                reader.conn().lapsed_redemptions(now, (end, &id), BATCH).await?
            };
            let Some(last) = rows.last() else { break };
            // Those that cannot be let go stand in nobody's way: what comes behind them is looked at in the same run.
            (end, id) = (last.expires_at.unwrap_or(now), last.id.clone());
            let mut gone = false;
            for row in &rows {
                match self.let_go(row).await {
                    Ok(()) => gone = true,
                    // The others are let go all the same.
                    Err(problem) => {
                        tracing::error!(redemption = %row.id, cause = %problem.message, "a lapsed hold could not be let go");
                    }
                }
            }
            turns += usize::from(gone);
        }
        Ok(())
    }

    async fn let_go(&self, row: &RedemptionRow) -> Result<(), Problem> {
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let Some(code) = tx.at(&scope).lapse_redemption(&row.id, now).await? else { return Ok(()) };
        tx.at(&scope).count_settled(&code, false, now).await?;
        crash::here!("before-lapsed");
        tx.commit().await?;
        crash::here!("lapsed");
        Ok(())
    }
}

/// Takes another hold and redeems it. False: somebody else has moved it meanwhile.
async fn confirm_late(tx: &mut Tx, scope: &Scope, row: &RedemptionRow, now: i64) -> Result<bool, Problem> {
    let until = row.expires_at.unwrap_or(now);
    if !take_again(tx, scope, row, Cause::Retaken, until, now, "").await? {
        return Ok(false);
    }
    settle(tx, scope, Some(&row.id), Cause::Confirmed, now).await
}
