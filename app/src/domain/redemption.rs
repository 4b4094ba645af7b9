//! A redemption: one use of a discount code, from the hold on. Its state only moves forward, but for a confirmation that comes late.

use super::app_id::AppId;
use super::checkout::check_user_id;
use super::code::CodeText;
use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// Fewest seconds that a hold of an owner's own checkout may stand.
pub const MIN_LIFE_S: i64 = 60;
/// Most seconds that it may stand: a day.
pub const MAX_LIFE_S: i64 = 86_400;
/// Seconds that it stands where nothing was said: an hour.
pub const DEFAULT_LIFE_S: i64 = 3600;

/// Where a redemption stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Reserved: it counts, and may come to nothing.
    Held,
    /// Used for good.
    Redeemed,
    /// Given back: it counts no more.
    Released,
}

impl State {
    /// All.
    pub const ALL: [Self; 3] = [Self::Held, Self::Redeemed, Self::Released];

    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Redeemed => "redeemed",
            Self::Released => "released",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $state:ident, $says:literal;)*) => {
        /// What moved a redemption to a state.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Cause {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Cause {
            /// All.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|cause| cause.as_str() == text)
            }

            /// The state that it leads to.
            pub fn state(self) -> State {
                match self { $(Self::$name => State::$state,)* }
            }

            /// What happened, for the owner.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

causes! {
    /// By a checkout of ours.
    Checkout = "checkout", Held, "Held for a checkout";
    /// By `POST /v1/redemptions`.
    Api = "api", Held, "Held for your own checkout";
    /// Taken again by a confirmation that came after the hold was given back.
    Retaken = "retaken", Held, "Taken again, as its confirmation came late";
    /// The session was paid.
    Paid = "paid", Redeemed, "Paid";
    /// By `POST /v1/redemptions/{id}/confirm`.
    Confirmed = "confirmed", Redeemed, "Confirmed by your backend";
    /// The session ended unpaid.
    SessionExpired = "session_expired", Released, "The checkout ended unpaid";
    /// A payment that took days came to nothing.
    PaymentFailed = "payment_failed", Released, "The payment failed in the end";
    /// The owner ended the session from the code's page.
    Ended = "ended", Released, "You ended the checkout";
    /// Stripe refused to make the session.
    Refused = "refused", Released, "Stripe refused the checkout";
    /// It is not known whether Stripe made a session, and nobody has its address.
    Unanswered = "unanswered", Released, "Stripe did not answer, so nobody got this checkout";
    /// The request died and nobody came back for it.
    Abandoned = "abandoned", Released, "Nobody came back for this checkout";
    /// The account can no longer be asked how the session ended.
    Unverified = "unverified", Released, "The Stripe account can no longer be asked how it ended";
    /// By `POST /v1/redemptions/{id}/release`.
    ByBackend = "released", Released, "Released by your backend";
    /// A hold of an owner's own checkout that nobody confirmed in time.
    Lapsed = "lapsed", Released, "Not confirmed in time";
}

/// A step of a redemption's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What happened.
    pub cause: Cause,
    /// Milliseconds.
    pub at: i64,
}

impl Step {
    /// A step as it stands in a history: a word and a moment.
    pub fn line(self) -> String {
        format!("{} {}", self.cause.as_str(), self.at)
    }

    /// A history, a step a line, the oldest first; `None` where a line is none.
    pub fn read(history: &str) -> Option<Vec<Self>> {
        let step = |line: &str| {
            let (cause, at) = line.split_once(' ')?;
            Some(Self { cause: Cause::parse(cause)?, at: at.parse().ok()? })
        };
        history.lines().map(step).collect()
    }
}

/// The fields of a new redemption, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// As typed by the customer.
    pub code: Option<String>,
    /// The owner's own id of the customer.
    pub user_id: Option<String>,
    /// Seconds.
    pub expires_in: Option<i64>,
}

/// What is asked for, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The app it is for.
    pub app_id: AppId,
    /// Normalized.
    pub code: CodeText,
    /// The owner's own id of the customer.
    pub user_id: Option<String>,
    /// Seconds that the hold stands, on our clock.
    pub life_s: i64,
}

impl Draft {
    /// Checks every field; the first problem there is, in the order of the fields.
    pub fn check(&self, app_id: AppId) -> Result<Request, Problem> {
        let Some(code) = self.code.as_deref() else {
            return Err(Problem::missing("code", "code is needed: the discount code that the customer typed."));
        };
        let code = CodeText::parse_typed(code, "code")?;
        if let Some(user_id) = &self.user_id {
            check_user_id(user_id)?;
        }
        let life_s = self.expires_in.unwrap_or(DEFAULT_LIFE_S);
        if !(MIN_LIFE_S..=MAX_LIFE_S).contains(&life_s) {
            return Err(Problem::invalid(
                "expires_in",
                format!("expires_in must be {MIN_LIFE_S} to {MAX_LIFE_S} seconds."),
            ));
        }
        Ok(Request { app_id, code, user_id: self.user_id.clone(), life_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_read_again() {
        for cause in Cause::ALL {
            let steps = [Step { cause: Cause::Api, at: 1 }, Step { cause: *cause, at: i64::MAX }];
            let history = steps.map(Step::line).join("\n");
            assert_eq!(Step::read(&history).as_deref(), Some(steps.as_slice()), "{history}");
        }
        assert_eq!(Step::read(""), Some(Vec::new()));
        for bad in ["paid", "paid x", "pays 1", " ", "paid 1 2"] {
            assert_eq!(Step::read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn each_field_has_its_refusal() {
        let app = || AppId::trusted("taskpomo".into());
        let good = || Draft { code: Some(" black ".into()), ..Draft::default() };
        let request = good().check(app()).unwrap();
        assert_eq!((request.code.as_str(), request.life_s), ("BLACK", DEFAULT_LIFE_S));
        for (draft, param) in [
            (Draft { code: None, ..good() }, "code"),
            (Draft { code: Some("!".into()), ..good() }, "code"),
            (Draft { user_id: Some(String::new()), ..good() }, "user_id"),
            (Draft { expires_in: Some(MIN_LIFE_S - 1), ..good() }, "expires_in"),
            (Draft { expires_in: Some(MAX_LIFE_S + 1), ..good() }, "expires_in"),
        ] {
            assert_eq!(draft.check(app()).unwrap_err().param.as_deref(), Some(param));
        }
    }
}
