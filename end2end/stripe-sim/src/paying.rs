//! How customers pay: at once, or by a method that takes days and may come to nothing.

use crate::{
    Refused, Sim, id,
    params::Expand,
    payment_intent::{PaymentIntent, Standing},
    people::with_session,
    session::{CustomerDetails, PaymentStatus, Session, SessionStatus},
    world::World,
};

impl Sim {
    /// A customer pays. Times redeemed go up, with the coupon's and the promotion code's.
    pub fn complete_session(&self, id: &str) -> Result<Session, Refused> {
        self.complete(id, Standing::Succeeded)
    }

    /// A customer pays by a method that takes days, as by a bank's debit: complete, and unpaid until [`Sim::decide_payment`]. Where nothing is
    /// due, there is nothing to wait for.
    pub fn complete_session_later(&self, id: &str) -> Result<Session, Refused> {
        self.complete(id, Standing::Processing)
    }

    /// The bank says whether the money of a complete session comes.
    pub fn decide_payment(&self, id: &str, comes: bool) -> Result<Session, Refused> {
        let decided = with_session(&mut self.lock(), id, |world, now| {
            let waits = |session: &&mut Session| {
                session.status == SessionStatus::Complete
                    && session.payment_status == PaymentStatus::Unpaid
                    && !session.payment_failed
            };
            let session = world.sessions.get_mut(id).filter(waits).ok_or(Refused::NotOpen)?;
            if comes {
                session.payment_status = PaymentStatus::Paid;
            } else {
                // The session goes on saying "unpaid".
                session.payment_failed = true;
            }
            let (seen, intent) = (session.seen_at(now), session.payment_intent.clone());
            if let Some(intent) = intent.and_then(|id| world.payment_intents.get_mut(&id)) {
                intent.standing = if comes { Standing::Succeeded } else { Standing::Failed };
            }
            let kind = match comes {
                true => "checkout.session.async_payment_succeeded",
                false => "checkout.session.async_payment_failed",
            };
            tell(world, kind, now, &seen);
            Ok(seen)
        })?;
        self.tell();
        decided
    }

    fn complete(&self, id: &str, standing: Standing) -> Result<Session, Refused> {
        let done = with_session(&mut self.lock(), id, |world, now| {
            let session = world.sessions.get_mut(id).filter(|session| session.status_at(now) == SessionStatus::Open);
            let session = session.ok_or(Refused::NotOpen)?;
            session.status = SessionStatus::Complete;
            let due = session.payment_status == PaymentStatus::Unpaid;
            if due && standing == Standing::Succeeded {
                session.payment_status = PaymentStatus::Paid;
            }
            let mut intent = None;
            match session.mode.as_str() {
                "subscription" => session.subscription = Some(id::mixed("sub_1", 23)),
                "payment" if due => {
                    let made = PaymentIntent::of(session, id::mixed("pi_3", 23), standing, now);
                    session.payment_intent = Some(made.id.clone());
                    intent = Some(made);
                }
                _ => {}
            }
            let email = session.customer_email.clone().or_else(|| Some("buyer@example.com".to_owned()));
            session.customer_details = Some(CustomerDetails { email });
            let (seen, applied) = (session.seen_at(now), session.applied.clone());
            intent.into_iter().for_each(|intent| world.payment_intents.put(intent));
            if let Some(applied) = applied {
                if let Some(coupon) = world.coupons.get_mut(&applied.coupon.id) {
                    coupon.times_redeemed += 1;
                }
                if let Some(code) = applied.promotion_code.and_then(|id| world.promotion_codes.get_mut(&id)) {
                    code.times_redeemed += 1;
                }
            }
            tell(world, "checkout.session.completed", now, &seen);
            Ok(seen)
        })?;
        self.tell();
        done
    }
}

fn tell(world: &mut World, kind: &'static str, now: i64, session: &Session) {
    let object = session.json(world, now, &Expand::default());
    world.happened(kind, now, object);
}
