//! The owner ends an open checkout from the code's page and gets its redemption back. Whether it was paid at the same moment is Stripe's
//! word: the session is ended there first, and counted here by the step that the sweep and events take, so that one of them counts.

use super::activity::of_code;
use crate::crash;
use crate::scope::Scope;
use crate::services::connection::{Link, permission_missing};
use crate::services::late_payment::Told;
use crate::services::session_outcome::settle;
use crate::services::when::Writing;
use crate::services::{Services, screens};
use crate::store::{CheckoutRow, RedemptionRow, Step};
use crate::stripe::{Session, SessionStatus, StripeError};
use app::backend::Viewer;
use app::domain::activity::{Actor, Kind};
use app::domain::connection::Access;
use app::domain::ids::RedemptionId;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::redemption::{Cause, State};
use app::wire::ledger::RedemptionView;

/// What ends a session at Stripe.
const PERMISSION: &str = "checkout_session_write";

impl Services {
    pub(super) async fn end_checkout_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        redemption: &str,
    ) -> Result<RedemptionView, Problem> {
        let scope = screens::scope(viewer, mode);
        let missing = || Problem::no_such("redemption", redemption);
        let id = RedemptionId::parse(redemption).ok_or_else(missing)?;
        let row = self.stored_redemption(&scope, id.as_str()).await?.ok_or_else(missing)?;
        if row.state()? == State::Held {
            match &row.checkout_id {
                Some(checkout) => self.end_session_of(&scope, &row, checkout).await?,
                None => self.end_own(&scope, &row).await?,
            }
        }
        let mut reader = self.0.db.reader().await?;
        let row = reader.at(&scope).redemption(id.as_str()).await?.ok_or_else(missing)?;
        let code = reader.at(&scope).code(&row.discount_code_id).await?.ok_or_else(missing)?;
        self.redemption_view(&scope, &row, &code, &Writing::of(viewer))
    }

    async fn stored_redemption(&self, scope: &Scope, id: &str) -> Result<Option<RedemptionRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).redemption(id).await?)
    }

    /// A hold of the owner's own checkout: it is theirs to give back.
    async fn end_own(&self, scope: &Scope, row: &RedemptionRow) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        if settle(&mut tx, scope, Some(&row.id), Cause::Ended, self.now()).await? {
            self.note_ended(&mut tx, scope, row).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn end_session_of(&self, scope: &Scope, row: &RedemptionRow, checkout: &str) -> Result<(), Problem> {
        let stored = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).checkout(checkout).await?
        };
        let session = stored.filter(|stored| stored.step == Step::Open.as_str());
        let Some((stored, session)) = session.and_then(|stored| Some((stored.clone(), stored.session_id?))) else {
            return self.not_open(scope, &row.id).await;
        };
        let link = self.link(scope).await?;
        if link.permissions.checkout_sessions < Access::Write {
            return Err(permission_missing(vec![PERMISSION.to_owned()]));
        }
        crash::here!("ending-checkout");
        let ended = link.stripe(&self.0.stripe).expire_session(&session).await;
        crash::here!("checkout-ended-at-stripe");
        match ended {
            Ok(ended) if ended.status == SessionStatus::Expired => {
                self.note_ended_session(scope, row, &stored, Step::Expired).await
            }
            // It is not open any more: how it stands decides.
            Ok(other) => self.count_as_it_is(&link, &stored, &other).await,
            Err(StripeError::Invalid { .. }) => {
                let asked = link.stripe(&self.0.stripe).session(&session).await;
                match asked {
                    Ok(Some(other)) => self.count_as_it_is(&link, &stored, &other).await,
                    Ok(None) => self.gone_or_elsewhere(&link, row, &stored).await,
                    Err(error) => Err(self.away_or(&link, error).await),
                }
            }
            Err(StripeError::ResourceMissing { .. }) => self.gone_or_elsewhere(&link, row, &stored).await,
            Err(error) => Err(self.away_or(&link, error).await),
        }
    }

    /// Stripe does not have the session. In the account that it was made in its data was deleted: nobody can pay it.
    async fn gone_or_elsewhere(&self, link: &Link, row: &RedemptionRow, stored: &CheckoutRow) -> Result<(), Problem> {
        if !stored.made_by(link) {
            return Err(elsewhere());
        }
        self.note_ended_session(&link.scope, row, stored, Step::Unverified).await
    }

    /// It is being made at this moment, or it was settled between two looks.
    async fn not_open(&self, scope: &Scope, redemption: &str) -> Result<(), Problem> {
        let row = self.stored_redemption(scope, redemption).await?;
        match row.map(|row| row.state()).transpose()? {
            Some(State::Held) => Err(Problem::new(
                Code::RedemptionOfCheckout,
                "This checkout is being made at this moment: nobody has its address yet. Look again in a minute.",
            )),
            _ => Ok(()),
        }
    }

    /// Stripe has ended it at our word. The sweep may have seen that and counted already.
    async fn note_ended_session(
        &self,
        scope: &Scope,
        row: &RedemptionRow,
        stored: &CheckoutRow,
        step: Step,
    ) -> Result<(), Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if tx.at(scope).end_checkout(&stored.id, step, now).await? {
            settle(&mut tx, scope, stored.redemption_id.as_deref(), Cause::Ended, now).await?;
        }
        self.note_ended(&mut tx, scope, row).await?;
        crash::here!("before-checkout-ended");
        tx.commit().await?;
        crash::here!("checkout-ended");
        Ok(())
    }

    async fn note_ended(&self, tx: &mut crate::store::Tx, scope: &Scope, row: &RedemptionRow) -> Result<(), Problem> {
        let Some(code) = tx.at(scope).code(&row.discount_code_id).await? else { return Ok(()) };
        let detail = of_code(&code, Some(&Actor::Owner));
        self.note_activity(tx, scope, Kind::CheckoutEnded, &code.id, &detail).await
    }

    /// The customer was quicker, or Stripe was: what is true is counted.
    async fn count_as_it_is(&self, link: &Link, stored: &CheckoutRow, session: &Session) -> Result<(), Problem> {
        self.end_if_over(link, stored, session, Told::Nothing).await?;
        let still = match &stored.redemption_id {
            Some(id) => self.stored_redemption(&link.scope, id).await?.map(|row| row.state()).transpose()?,
            None => None,
        };
        if still == Some(State::Held) && session.status == SessionStatus::Complete {
            return Err(Problem::new(
                Code::RedemptionOfCheckout,
                "The customer has completed this checkout with a payment that takes days. It stays held until the payment is decided; \
                 to stop it, cancel the payment in Stripe.",
            ));
        }
        Ok(())
    }

    async fn away_or(&self, link: &Link, error: StripeError) -> Problem {
        let problem = self.stripe_problem(link, error, PERMISSION).await;
        if problem.code != Code::StripeUnavailable {
            return problem;
        }
        Problem {
            message: "Stripe could not be asked just now, so the checkout stands as it was and its redemption stays held. Try again in a \
                      moment."
                .to_owned(),
            ..problem
        }
    }
}

fn elsewhere() -> Problem {
    Problem::new(
        Code::RedemptionOfCheckout,
        "The connected Stripe account does not have this checkout's session: it was made in another account, and ends there by itself \
         within a day.",
    )
}
