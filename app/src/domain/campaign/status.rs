//! What a campaign's state is called, and whether it issues rewards then.

use super::super::problem::{Code, Problem};
use serde::{Deserialize, Serialize};

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
    /// Issues rewards.
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
                Problem::new(Code::CampaignArchived, "This campaign is archived: it issues no more rewards.")
            }
            Self::Paused => Problem::new(Code::CampaignPaused, "This campaign is paused: resume it to issue rewards."),
            Self::Expired => Problem::new(Code::CampaignExpired, "This campaign is over: it issues no more rewards."),
            Self::Exhausted => {
                Problem::new(Code::CampaignExhausted, "This campaign has issued all the rewards that its limit allows.")
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
