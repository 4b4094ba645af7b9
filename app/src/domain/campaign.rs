//! A campaign: the offer behind earned codes. Its definition, what its state is called, and whether it gives rewards.

use super::discount_code::{MAX_LIMIT, check_expires_at};
use super::metadata::{self, Metadata};
use super::patch::{Change, TermsPatch};
use super::problem::{Code, Problem};
use super::secret::refuse_key;
use super::terms::{Terms, TermsDraft};
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most characters of a name.
pub const MAX_NAME: usize = 80;
/// The prefix where none is given.
pub const DEFAULT_PREFIX: &str = "SHARE";
/// Most characters of a prefix.
pub const MAX_PREFIX: usize = 20;
/// Most days from earning: Stripe takes no end that is more than five years ahead
/// (<https://docs.stripe.com/api/promotion_codes/create>), and the last day runs to its end.
pub const MAX_DAYS: i64 = 1_820;
/// The end of a campaign lies at most so far ahead, for the same reason; in milliseconds.
pub const MAX_AHEAD_MS: i64 = 1_825 * DAY_MS;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// The fields of a new campaign, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// For the owner; customers read it as the discount's name at Stripe's checkout.
    pub name: Option<String>,
    /// What a reward gives.
    pub terms: TermsDraft,
    /// What every code begins with.
    pub code_prefix: Option<String>,
    /// When all its codes end.
    pub ends: EndsDraft,
    /// `None`: without limit.
    pub max_rewards: Option<i64>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// When codes end, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndsDraft {
    /// All at this moment, in milliseconds.
    pub expires_at: Option<i64>,
    /// Each so many days after it was earned.
    pub expires_in_days: Option<i64>,
    /// IANA name; with it a day ends at midnight there, without it a day is 24 hours.
    pub time_zone: Option<String>,
}

/// A definition that keeps the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// For the owner, and at Stripe's checkout.
    pub name: String,
    /// What a reward gives.
    pub terms: Terms,
    /// What every code begins with, without the hyphen behind it.
    pub code_prefix: String,
    /// When codes end.
    pub ends: Ends,
    /// `None`: without limit.
    pub max_rewards: Option<i64>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// When the codes of a campaign end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ends {
    /// Not by themselves.
    #[default]
    Never,
    /// All at one moment, in milliseconds.
    At(i64),
    /// Each by itself.
    After {
        /// Days from earning, 1 or more.
        days: i64,
        /// IANA name; none: days of 24 hours.
        time_zone: Option<String>,
    },
}

impl Ends {
    /// The moment for all, if there is one.
    pub fn at(&self) -> Option<i64> {
        if let Self::At(ms) = self { Some(*ms) } else { None }
    }

    /// Days from earning, if they count.
    pub fn days(&self) -> Option<i64> {
        if let Self::After { days, .. } = self { Some(*days) } else { None }
    }

    /// The zone of those days.
    pub fn time_zone(&self) -> Option<&str> {
        if let Self::After { time_zone, .. } = self { time_zone.as_deref() } else { None }
    }

    /// When a code ends that is earned now. `end_of_day` tells the end of the day that is so many days after this moment in a zone
    /// (milliseconds; `None`: no such zone).
    pub fn of_reward(&self, now_ms: i64, end_of_day: impl FnOnce(i64, i64, &str) -> Option<i64>) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::At(ms) => Some(*ms),
            Self::After { days, time_zone: None } => Some(now_ms + days * DAY_MS),
            Self::After { days, time_zone: Some(zone) } => {
                Some(end_of_day(now_ms, *days, zone).unwrap_or(now_ms + days * DAY_MS))
            }
        }
    }

    /// From stored columns.
    pub fn stored(expires_at: Option<i64>, days: Option<i64>, time_zone: Option<String>) -> Self {
        match (expires_at, days) {
            (Some(ms), _) => Self::At(ms),
            (None, Some(days)) => Self::After { days, time_zone },
            (None, None) => Self::Never,
        }
    }
}

impl EndsDraft {
    /// Checks it; `is_zone` knows the zones. On the screens a zone always comes along, so it is no error without days.
    pub fn check(&self, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Ends, Problem> {
        match (self.expires_at, self.expires_in_days) {
            (Some(_), Some(_)) => Err(Problem::of(
                Code::ParametersExclusive,
                "expires_in_days",
                "Give either expires_at or expires_in_days, not both.",
            )),
            (Some(at), None) => {
                check_expires_at(Some(at), now_ms)?;
                if at - now_ms > MAX_AHEAD_MS {
                    return Err(Problem::invalid(
                        "expires_at",
                        "expires_at must be within five years: Stripe takes no end that is further ahead.",
                    ));
                }
                self.check_zone(is_zone)?;
                Ok(Ends::At(at))
            }
            (None, Some(days)) if (1..=MAX_DAYS).contains(&days) => {
                self.check_zone(is_zone)?;
                Ok(Ends::After { days, time_zone: self.time_zone.clone() })
            }
            (None, Some(_)) => Err(Problem::invalid(
                "expires_in_days",
                format!("expires_in_days must be a whole number of days, 1 to {MAX_DAYS}."),
            )),
            (None, None) => {
                self.check_zone(is_zone)?;
                Ok(Ends::Never)
            }
        }
    }

    fn check_zone(&self, is_zone: impl FnOnce(&str) -> bool) -> Result<(), Problem> {
        match &self.time_zone {
            Some(zone) if !is_zone(zone) => {
                Err(Problem::invalid("time_zone", "time_zone must be the name of a time zone, like Europe/Berlin."))
            }
            _ => Ok(()),
        }
    }
}

impl Draft {
    /// Checks every field; all problems there are, in the order of the fields.
    pub fn check(&self, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let name = check_name(self.name.as_deref().unwrap_or_default()).map_err(|p| problems.push(p));
        let terms = self.terms.check().map_err(|p| problems.extend(p));
        let prefix = check_prefix(self.code_prefix.as_deref().unwrap_or(DEFAULT_PREFIX)).map_err(|p| problems.push(p));
        let ends = self.ends.check(now_ms, is_zone).map_err(|p| problems.push(p));
        problems.extend(check_max_rewards(self.max_rewards).err());
        problems.extend(metadata::check(&self.metadata).err());
        match (name, terms, prefix, ends) {
            (Ok(name), Ok(terms), Ok(code_prefix), Ok(ends)) if problems.is_empty() => Ok(Definition {
                name,
                terms,
                code_prefix,
                ends,
                max_rewards: self.max_rewards,
                metadata: self.metadata.clone(),
            }),
            _ => Err(problems),
        }
    }
}

/// 1 to 80 characters on one line.
pub fn check_name(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "name")?;
    let name = raw.trim();
    let length = name.chars().count();
    if length == 0 {
        return Err(Problem::missing(
            "name",
            format!("name is needed: 1 to {MAX_NAME} characters, like Share with friends."),
        ));
    }
    if length > MAX_NAME || name.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "name",
            format!("name must have 1 to {MAX_NAME} characters, all of which are seen."),
        ));
    }
    Ok(name.to_owned())
}

/// 2 to 20 letters and digits; upper-cased first, as in ASCII.
pub fn check_prefix(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "code_prefix")?;
    let prefix = raw.trim().to_ascii_uppercase();
    let good = (2..=MAX_PREFIX).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_alphanumeric());
    if good {
        Ok(prefix)
    } else {
        Err(Problem::invalid(
            "code_prefix",
            format!("code_prefix must have 2 to {MAX_PREFIX} letters A to Z and digits, like {DEFAULT_PREFIX}."),
        ))
    }
}

/// 1 or more, or none.
pub fn check_max_rewards(max: Option<i64>) -> Result<(), Problem> {
    match max {
        Some(max) if !(1..=MAX_LIMIT).contains(&max) => Err(Problem::invalid(
            "max_rewards",
            format!("max_rewards must be a whole number, 1 to {MAX_LIMIT}; leave it out for no limit."),
        )),
        _ => Ok(()),
    }
}

/// Changes to a campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Paused or not.
    pub active: Option<bool>,
    /// Its name.
    pub name: Option<String>,
    /// What rewards to come give.
    pub terms: TermsPatch,
    /// What codes to come begin with.
    pub code_prefix: Option<String>,
    /// Milliseconds.
    pub expires_at: Change<i64>,
    /// Days from earning.
    pub expires_in_days: Change<i64>,
    /// IANA name.
    pub time_zone: Change<String>,
    /// The limit.
    pub max_rewards: Change<i64>,
    /// Keys to merge; `None` as a value removes the key.
    pub metadata: Option<BTreeMap<String, Option<String>>>,
}

/// A patch that was checked against the campaign that it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Paused or not.
    pub active: bool,
    /// As it is to be.
    pub definition: Definition,
    /// Whether what its coupon says changes: then rewards to come are of another version.
    pub another_version: bool,
}

impl Patch {
    /// Applies it to what is stored. Only changed fields are checked, so that a campaign that is over can still be renamed.
    pub fn apply(
        &self,
        current: &Definition,
        active: bool,
        now_ms: i64,
        is_zone: impl FnOnce(&str) -> bool,
    ) -> Result<Changed, Problem> {
        let name = self.name.as_deref().map_or_else(|| Ok(current.name.clone()), check_name)?;
        let terms = self.terms.apply(&current.terms)?;
        let code_prefix = self.code_prefix.as_deref().map_or_else(|| Ok(current.code_prefix.clone()), check_prefix)?;
        let ends = self.ends(&current.ends, now_ms, is_zone)?;
        if self.max_rewards.is_some() {
            check_max_rewards(self.max_rewards.flatten())?;
        }
        let metadata = match &self.metadata {
            Some(changes) => metadata::merge(&current.metadata, changes)?,
            None => current.metadata.clone(),
        };
        let another_version = terms.is_some() || ends.at() != current.ends.at();
        let definition = Definition {
            name,
            terms: terms.unwrap_or(current.terms),
            code_prefix,
            ends,
            max_rewards: self.max_rewards.unwrap_or(current.max_rewards),
            metadata,
        };
        Ok(Changed { active: self.active.unwrap_or(active), definition, another_version })
    }

    /// Giving one kind of end replaces the other: nobody should have to null what no longer applies.
    fn ends(&self, current: &Ends, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Ends, Problem> {
        if self.expires_at.is_none() && self.expires_in_days.is_none() && self.time_zone.is_none() {
            return Ok(current.clone());
        }
        let to_moment = matches!(self.expires_at, Some(Some(_))) && self.expires_in_days.is_none();
        let to_days = matches!(self.expires_in_days, Some(Some(_))) && self.expires_at.is_none();
        let draft = EndsDraft {
            expires_at: self.expires_at.unwrap_or(if to_days { None } else { current.at() }),
            expires_in_days: self.expires_in_days.unwrap_or(if to_moment { None } else { current.days() }),
            time_zone: self.time_zone.clone().unwrap_or_else(|| current.time_zone().map(str::to_owned)),
        };
        if self.expires_at.is_none() && draft.expires_at.is_some() && draft.expires_in_days.is_none() {
            // A moment that was there before, and may be over by now, is not asked about again.
            return Ok(current.clone());
        }
        draft.check(now_ms, is_zone)
    }
}

/// What a campaign's state is called: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Put away by the owner.
    Archived,
    /// Switched off by the owner.
    Paused,
    /// After its end.
    Expired,
    /// It has given all that it may.
    Exhausted,
    /// Gives rewards.
    Active,
}

impl Status {
    /// All, in the order in which they are tried.
    pub const ALL: [Self; 5] = [Self::Archived, Self::Paused, Self::Expired, Self::Exhausted, Self::Active];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::Active => "active",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Why no reward can be earned in this state; `None` if one can.
    pub fn refusal(self) -> Option<Problem> {
        Some(match self {
            Self::Archived => {
                Problem::new(Code::CampaignArchived, "This campaign is archived: it gives no more rewards.")
            }
            Self::Paused => Problem::new(Code::CampaignPaused, "This campaign is paused: resume it to give rewards."),
            Self::Expired => Problem::new(Code::CampaignExpired, "This campaign is over: it gives no more rewards."),
            Self::Exhausted => {
                Problem::new(Code::CampaignExhausted, "This campaign has given all the rewards that its limit allows.")
            }
            Self::Active => return None,
        })
    }
}

/// The facts of which a status is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Put away.
    pub archived: bool,
    /// Switched on.
    pub active: bool,
    /// Rewards that were given.
    pub issued: i64,
    /// The limit.
    pub max_rewards: Option<i64>,
    /// The end of all its codes, in milliseconds.
    pub expires_at: Option<i64>,
}

impl Facts {
    /// The status at a moment.
    pub fn status(&self, now_ms: i64) -> Status {
        if self.archived {
            Status::Archived
        } else if !self.active {
            Status::Paused
        } else if self.expires_at.is_some_and(|end| end <= now_ms) {
            Status::Expired
        } else if self.max_rewards.is_some_and(|max| self.issued >= max) {
            Status::Exhausted
        } else {
            Status::Active
        }
    }
}
