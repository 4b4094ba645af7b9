//! What must agree in the ledger: a code's counters with its redemptions, a redemption with its checkout, a checkout with its session at
//! Stripe. Pure: what was read comes in, what does not agree comes out, and is said in a sentence.

use super::redemption::{Cause, State, Step};
use serde::{Deserialize, Serialize};

/// A hold of an owner's own checkout is given back by a job: only what is over for so long was forgotten. In milliseconds.
pub const LAPSE_GRACE_MS: i64 = 120_000;
/// What was written so lately may be on its way to somewhere else: a request or the completer is at work on it. In milliseconds.
pub const QUIET_MS: i64 = 300_000;
/// A late payment that is due to be asked for is asked for within this, in milliseconds: a sweep asks for a few at a time.
pub const LATE_LOOK_MS: i64 = 120_000;

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A code's counters, and what its redemptions say: held and redeemed.
    Counts {
        /// As counted.
        counted: (i64, i64),
        /// As the redemptions say.
        rows: (i64, i64),
    },
    /// The last step of a redemption's way leads elsewhere than to its state.
    History,
    /// Held for a checkout that is not there.
    CheckoutGone,
    /// Held for a checkout that ended without payment: a lost hold.
    HeldAfterEnd,
    /// Its checkout was paid, and it is not redeemed.
    PaidNotRedeemed,
    /// Its checkout can still be paid, and it is released.
    ReleasedWhileOpen,
    /// Redeemed, though its checkout was not paid.
    RedeemedUnpaid,
    /// Held for a checkout that has another one by now.
    HeldTwice,
    /// Held for the owner's own checkout beyond its time.
    Lapsed,
    /// An open checkout whose redemption is not there.
    HoldMissing,
    /// Paid at Stripe, and still held here.
    PaidStillHeld,
    /// Ended at Stripe, and still held here.
    EndedStillHeld,
    /// Paid at Stripe, and counted as released here.
    PaidButReleased,
    /// Not paid at Stripe, and counted as redeemed here.
    UnpaidButRedeemed,
    /// Can still be paid at Stripe, and given back here.
    OpenButReleased,
    /// A second session of a checkout that can be paid.
    SecondSession,
    /// Stripe does not know the session.
    NotAtStripe,
}

impl Fault {
    /// Whether Stripe had to be asked to see it.
    pub fn at_stripe(self) -> bool {
        matches!(
            self,
            Self::PaidStillHeld
                | Self::EndedStillHeld
                | Self::PaidButReleased
                | Self::UnpaidButRedeemed
                | Self::OpenButReleased
                | Self::SecondSession
                | Self::NotAtStripe
        )
    }

    /// Whether it is a difference only if it lasts: a sweep or an event counts it within seconds.
    pub fn heals(self) -> bool {
        matches!(self, Self::PaidStillHeld | Self::EndedStillHeld)
    }

    /// The fault at Stripe of a difference that was kept, by its key.
    pub fn of_key(key: &str) -> Option<Self> {
        let (_, word) = key.split_once(' ')?;
        let faults = [
            Self::PaidStillHeld,
            Self::EndedStillHeld,
            Self::PaidButReleased,
            Self::UnpaidButRedeemed,
            Self::OpenButReleased,
            Self::SecondSession,
            Self::NotAtStripe,
        ];
        faults.into_iter().find(|fault| fault.word() == word)
    }

    /// Whether it lasts only while a session can be paid, and so no longer than a session does.
    pub fn while_open(self) -> bool {
        matches!(self, Self::OpenButReleased | Self::SecondSession)
    }

    /// A word that stays the same while the difference lasts, whatever else is counted meanwhile.
    fn word(self) -> String {
        match self {
            Self::Counts { counted, rows } => format!("counts {} {}", counted.0 - rows.0, counted.1 - rows.1),
            other => format!("{other:?}"),
        }
    }
}

/// What does not agree, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub fault: Fault,
    /// The code's text.
    pub code: String,
    /// The id of what it is about: a code, a redemption or a checkout.
    pub id: String,
    /// The checkout or session beside it, where there is one.
    pub beside: Option<String>,
}

/// A difference as it is kept and told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The same as long as the difference lasts.
    pub key: String,
    /// One sentence for the owner.
    pub words: String,
    /// Whether Stripe had to be asked.
    pub at_stripe: bool,
    /// The session that it is about, where Stripe had to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

impl Difference {
    /// As it is kept and told.
    pub fn found(&self) -> Found {
        Found {
            key: format!("{} {}", self.id, self.fault.word()),
            words: self.words(),
            at_stripe: self.fault.at_stripe(),
            session: self.beside.clone().filter(|_| self.fault.at_stripe()),
        }
    }

    fn words(&self) -> String {
        let Self { code, id, .. } = self;
        let beside = self.beside.as_deref().unwrap_or("its checkout");
        match self.fault {
            Fault::Counts { counted, rows } => format!(
                "{code} ({id}) counts {} held and {} redeemed, while its redemptions are {} held and {} redeemed.",
                counted.0, counted.1, rows.0, rows.1
            ),
            Fault::History => {
                format!("The redemption {id} of {code} is in another state than the last step of its way says.")
            }
            Fault::CheckoutGone => {
                format!("The redemption {id} of {code} is held for the checkout {beside}, which is not there.")
            }
            Fault::HeldAfterEnd => {
                format!("The redemption {id} of {code} is still held, though its checkout {beside} ended unpaid.")
            }
            Fault::PaidNotRedeemed => {
                format!("The redemption {id} of {code} is not redeemed, though its checkout {beside} was paid.")
            }
            Fault::ReleasedWhileOpen => {
                format!("The redemption {id} of {code} was released, though its checkout {beside} can still be paid.")
            }
            Fault::RedeemedUnpaid => {
                format!("The redemption {id} of {code} is redeemed, though its checkout {beside} was not paid.")
            }
            Fault::HeldTwice => {
                format!("The redemption {id} of {code} is held, though its checkout {beside} holds another one.")
            }
            Fault::Lapsed => format!("The redemption {id} of {code} is held beyond its time."),
            Fault::HoldMissing => format!("The checkout {id} with {code} is open, and its redemption is not there."),
            Fault::PaidStillHeld => {
                format!("The session {beside} was paid at Stripe, and its redemption {id} of {code} is still held.")
            }
            Fault::EndedStillHeld => {
                format!("The session {beside} ended unpaid at Stripe, and its redemption {id} of {code} is still held.")
            }
            Fault::PaidButReleased => format!(
                "The session {beside} was paid at Stripe with {code}, and its redemption {id} is not counted as redeemed."
            ),
            Fault::UnpaidButRedeemed => format!(
                "The session {beside} was not paid at Stripe, and its redemption {id} of {code} is counted as redeemed."
            ),
            Fault::OpenButReleased => format!(
                "The session {beside} can still be paid at Stripe with {code}, and its redemption {id} was given back: {code} could be \
                 sold once too often."
            ),
            Fault::SecondSession => {
                format!(
                    "The session {beside} with {code} is a second one that can be paid at Stripe for the redemption {id}."
                )
            }
            Fault::NotAtStripe => {
                format!("Stripe does not know the session {beside}, for which the redemption {id} of {code} is held.")
            }
        }
    }
}

/// Compares a code's counters (held, redeemed) with its redemptions.
pub fn judge_counts(counted: (i64, i64), rows: (i64, i64)) -> Option<Fault> {
    (counted != rows).then_some(Fault::Counts { counted, rows })
}

/// The state that a checkout's redemption has at each of its steps.
fn state_at(step: &str) -> Option<State> {
    match step {
        "intent" | "open" => Some(State::Held),
        "complete" => Some(State::Redeemed),
        "uncertain" | "refused" | "expired" | "unverified" => Some(State::Released),
        _ => None,
    }
}

/// What is known of a redemption beside its checkout.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// Where it stands.
    pub state: State,
    /// Its way; `None`: it cannot be read.
    pub last: Option<Cause>,
    /// Of an owner's own checkout: until when it stands, in milliseconds.
    pub expires_at: Option<i64>,
    /// Whether it is of a checkout of Codemint's.
    pub of_checkout: bool,
    /// Where that checkout stands; `None`: it is not there.
    pub step: Option<&'a str>,
    /// Whether it is the redemption that this checkout has now.
    pub current: bool,
}

/// The last cause in a history.
pub fn last_cause(history: &str) -> Option<Cause> {
    Step::read(history)?.last().map(|step| step.cause)
}

/// Compares a redemption with its way and its checkout.
pub fn judge_redemption(kept: &Kept<'_>, now: i64) -> Option<Fault> {
    if kept.last.map(Cause::state) != Some(kept.state) {
        return Some(Fault::History);
    }
    if !kept.of_checkout {
        let over = kept.expires_at.is_some_and(|end| end + LAPSE_GRACE_MS < now);
        return (kept.state == State::Held && over).then_some(Fault::Lapsed);
    }
    let Some(step) = kept.step else { return (kept.state == State::Held).then_some(Fault::CheckoutGone) };
    if !kept.current {
        return match kept.state {
            State::Held => Some(Fault::HeldTwice),
            State::Redeemed => Some(Fault::RedeemedUnpaid),
            State::Released => None,
        };
    }
    match (kept.state, state_at(step)?) {
        (State::Held, State::Released) => Some(Fault::HeldAfterEnd),
        (State::Held | State::Released, State::Redeemed) => Some(Fault::PaidNotRedeemed),
        (State::Released, State::Held) => Some(Fault::ReleasedWhileOpen),
        (State::Redeemed, State::Held | State::Released) => Some(Fault::RedeemedUnpaid),
        _ => None,
    }
}

/// How a session stands at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStripe {
    /// It can be paid.
    Open,
    /// Paid.
    Paid,
    /// Completed; the payment takes days.
    Undecided,
    /// Ended unpaid.
    Expired,
}

/// What is known here of a session's checkout.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// Where the checkout stands.
    pub step: &'a str,
    /// Where its redemption stands; `None`: it is not there.
    pub state: Option<State>,
    /// Whether the session is the one that the checkout has.
    pub its_session: bool,
    /// Milliseconds since the checkout was last written.
    pub quiet_ms: i64,
    /// Whether its money was on its way when Stripe was last asked, and the time of the next look has not passed.
    pub waits: bool,
}

/// Compares a session at Stripe with what is counted here.
pub fn judge_session(at: AtStripe, here: &Here<'_>) -> Option<Fault> {
    let lately = here.quiet_ms < QUIET_MS;
    let held = here.state == Some(State::Held);
    // A request is at work on it, or the completer will be.
    if here.step == "intent" || (here.step == "uncertain" && lately) {
        return None;
    }
    match at {
        AtStripe::Undecided => None,
        AtStripe::Paid if !here.its_session => Some(Fault::PaidButReleased),
        // The money has come since the last look: the next one counts it.
        AtStripe::Paid if here.step == "open" && held && here.waits => None,
        AtStripe::Paid if here.step == "open" && held => Some(Fault::PaidStillHeld),
        AtStripe::Paid => (here.state != Some(State::Redeemed)).then_some(Fault::PaidButReleased),
        AtStripe::Expired if !here.its_session => None,
        AtStripe::Expired if here.step == "open" && held => Some(Fault::EndedStillHeld),
        AtStripe::Expired => (here.state == Some(State::Redeemed)).then_some(Fault::UnpaidButRedeemed),
        AtStripe::Open if here.its_session && held => None,
        AtStripe::Open if here.its_session && here.state == Some(State::Redeemed) => Some(Fault::UnpaidButRedeemed),
        AtStripe::Open if lately => None,
        AtStripe::Open if held || here.state == Some(State::Redeemed) => Some(Fault::SecondSession),
        AtStripe::Open => Some(Fault::OpenButReleased),
    }
}

/// Whether a difference that was found earlier can still be so, by what is known here alone.
pub fn can_still_be(fault: Fault, here: &Here<'_>) -> bool {
    if fault == Fault::NotAtStripe {
        return here.step == "open" && here.its_session;
    }
    let judged = |at| judge_session(at, here) == Some(fault);
    [AtStripe::Open, AtStripe::Paid, AtStripe::Expired].into_iter().any(judged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(state: State, step: &str) -> Kept<'_> {
        let last = match state {
            State::Held => Cause::Checkout,
            State::Redeemed => Cause::Paid,
            State::Released => Cause::SessionExpired,
        };
        Kept { state, last: Some(last), expires_at: None, of_checkout: true, step: Some(step), current: true }
    }

    #[test]
    fn a_redemption_stands_where_its_checkout_does() {
        use State::{Held, Redeemed, Released};
        let judged = |state, step| judge_redemption(&kept(state, step), 0);
        for (step, right) in [
            ("intent", Held),
            ("open", Held),
            ("complete", Redeemed),
            ("uncertain", Released),
            ("refused", Released),
            ("expired", Released),
            ("unverified", Released),
        ] {
            for state in State::ALL {
                assert_eq!(judged(state, step).is_none(), state == right, "{step} {state:?}");
            }
        }
        assert_eq!(judged(Held, "expired"), Some(Fault::HeldAfterEnd));
        assert_eq!(judged(Held, "complete"), Some(Fault::PaidNotRedeemed));
        assert_eq!(judged(Released, "open"), Some(Fault::ReleasedWhileOpen));
        assert_eq!(judged(Redeemed, "refused"), Some(Fault::RedeemedUnpaid));
    }

    #[test]
    fn what_else_can_be_wrong_with_a_redemption() {
        let good = kept(State::Held, "open");
        let judged = |kept: Kept<'_>| judge_redemption(&kept, 1_000_000);
        assert_eq!(judged(Kept { last: Some(Cause::Paid), ..good }), Some(Fault::History));
        assert_eq!(judged(Kept { last: None, ..good }), Some(Fault::History));
        assert_eq!(judged(Kept { step: None, ..good }), Some(Fault::CheckoutGone));
        assert_eq!(judged(Kept { current: false, ..good }), Some(Fault::HeldTwice));
        assert_eq!(judged(Kept { current: false, ..kept(State::Released, "open") }), None);
        let own = Kept { of_checkout: false, step: None, last: Some(Cause::Api), ..good };
        assert_eq!(judged(Kept { expires_at: Some(1_000_000), ..own }), None);
        assert_eq!(judged(Kept { expires_at: Some(1_000_000 - LAPSE_GRACE_MS - 1), ..own }), Some(Fault::Lapsed));
        assert_eq!((judge_counts((2, 1), (2, 1)), judge_counts((2, 1), (1, 2)).is_some()), (None, true));
        assert_eq!(last_cause("checkout 1\npaid 2"), Some(Cause::Paid));
        assert_eq!((last_cause(""), last_cause("checkout 1\nnonsense")), (None, None));
    }

    #[test]
    fn a_session_is_counted_as_it_stands_at_stripe() {
        let here = |step, state| Here { step, state, its_session: true, quiet_ms: QUIET_MS, waits: false };
        let (held, released, redeemed) = (Some(State::Held), Some(State::Released), Some(State::Redeemed));
        for (at, step, state, wanted) in [
            (AtStripe::Open, "open", held, None),
            (AtStripe::Paid, "complete", redeemed, None),
            (AtStripe::Expired, "expired", released, None),
            (AtStripe::Undecided, "open", held, None),
            (AtStripe::Open, "intent", held, None),
            (AtStripe::Paid, "open", held, Some(Fault::PaidStillHeld)),
            (AtStripe::Expired, "open", held, Some(Fault::EndedStillHeld)),
            (AtStripe::Paid, "expired", released, Some(Fault::PaidButReleased)),
            (AtStripe::Paid, "complete", released, Some(Fault::PaidButReleased)),
            (AtStripe::Expired, "complete", redeemed, Some(Fault::UnpaidButRedeemed)),
            (AtStripe::Open, "complete", redeemed, Some(Fault::UnpaidButRedeemed)),
            (AtStripe::Open, "expired", released, Some(Fault::OpenButReleased)),
            (AtStripe::Open, "open", released, Some(Fault::OpenButReleased)),
            (AtStripe::Open, "uncertain", released, Some(Fault::OpenButReleased)),
        ] {
            assert_eq!(judge_session(at, &here(step, state)), wanted, "{at:?} {step} {state:?}");
        }
        let other = |step, state| Here { its_session: false, ..here(step, state) };
        assert_eq!(judge_session(AtStripe::Open, &other("open", held)), Some(Fault::SecondSession));
        assert_eq!(judge_session(AtStripe::Paid, &other("complete", redeemed)), Some(Fault::PaidButReleased));
        assert_eq!(judge_session(AtStripe::Expired, &other("open", held)), None);
        // A late payment is looked at rarely: what came meanwhile is no difference yet, and nothing else is excused.
        let waits = |step, state| Here { waits: true, ..here(step, state) };
        assert_eq!(judge_session(AtStripe::Paid, &waits("open", held)), None);
        assert_eq!(judge_session(AtStripe::Expired, &waits("open", held)), Some(Fault::EndedStillHeld));
        assert_eq!(judge_session(AtStripe::Paid, &waits("open", released)), Some(Fault::PaidButReleased));
        // Somebody is at work on it.
        let lately = |step, state| Here { quiet_ms: QUIET_MS - 1, ..here(step, state) };
        assert_eq!(judge_session(AtStripe::Open, &lately("uncertain", released)), None);
        assert_eq!(judge_session(AtStripe::Open, &lately("expired", released)), None);
        assert_eq!(judge_session(AtStripe::Paid, &lately("expired", released)), Some(Fault::PaidButReleased));
    }

    #[test]
    fn what_was_found_earlier_lasts_as_long_as_it_can() {
        let here = |step, state| Here { step, state: Some(state), its_session: true, quiet_ms: QUIET_MS, waits: false };
        let (held, released, redeemed) =
            (here("open", State::Held), here("expired", State::Released), here("complete", State::Redeemed));
        for (fault, at_held, at_released, at_redeemed) in [
            (Fault::PaidStillHeld, true, false, false),
            (Fault::EndedStillHeld, true, false, false),
            (Fault::NotAtStripe, true, false, false),
            (Fault::PaidButReleased, false, true, false),
            (Fault::OpenButReleased, false, true, false),
            (Fault::UnpaidButRedeemed, false, false, true),
        ] {
            let can = [&held, &released, &redeemed].map(|here| can_still_be(fault, here));
            assert_eq!(can, [at_held, at_released, at_redeemed], "{fault:?}");
        }
        assert!(can_still_be(Fault::SecondSession, &Here { its_session: false, ..held }));
        assert!(!can_still_be(Fault::SecondSession, &held));
    }

    #[test]
    fn every_difference_is_a_sentence_with_ids() {
        let faults = [
            Fault::Counts { counted: (3, 2), rows: (2, 2) },
            Fault::History,
            Fault::CheckoutGone,
            Fault::HeldAfterEnd,
            Fault::PaidNotRedeemed,
            Fault::ReleasedWhileOpen,
            Fault::RedeemedUnpaid,
            Fault::HeldTwice,
            Fault::Lapsed,
            Fault::HoldMissing,
            Fault::PaidStillHeld,
            Fault::EndedStillHeld,
            Fault::PaidButReleased,
            Fault::UnpaidButRedeemed,
            Fault::OpenButReleased,
            Fault::SecondSession,
            Fault::NotAtStripe,
        ];
        for fault in faults {
            let at = Difference { fault, code: "SPRING".into(), id: "rd_1".into(), beside: Some("cs_1".into()) };
            let found = at.found();
            assert!(found.words.ends_with('.') && found.words.contains("rd_1"), "{}", found.words);
            assert!(found.words.contains("SPRING") && !found.words.contains("  "), "{}", found.words);
            assert_eq!(found.at_stripe, found.words.contains("Stripe"), "{}", found.words);
            let at_stripe = found.at_stripe.then_some((fault, "cs_1"));
            assert_eq!(Fault::of_key(&found.key).zip(found.session.as_deref()), at_stripe, "{}", found.key);
        }
        let counts = |counted, rows| Fault::Counts { counted, rows }.word();
        assert_eq!(counts((3, 2), (2, 2)), counts((9, 7), (8, 7)), "the same difference while others buy");
        assert_ne!(counts((3, 2), (2, 2)), counts((4, 2), (2, 2)));
    }
}
