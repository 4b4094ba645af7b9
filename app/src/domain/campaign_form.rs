//! The form of a campaign: what a person typed, field by field, as text. Checked in the browser while one types and on the server.

use serde::{Deserialize, Serialize};

/// What was typed. Empty text is a field left empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignForm {
    /// Its name.
    pub name: String,
    /// `percent` or `amount`.
    pub kind: String,
    /// Percent off, like `12.5`.
    pub percent_off: String,
    /// Amount off in the currency's main unit, like `5.00`.
    pub amount_off: String,
    /// ISO code.
    pub currency: String,
    /// `once`, `repeating`, `forever`.
    pub duration: String,
    /// Months.
    pub duration_in_months: String,
    /// What codes begin with; empty: `SHARE`.
    pub code_prefix: String,
    /// `never`, `at` or `days`.
    pub ends: String,
    /// Local date and time in the owner's zone, `2027-01-01T00:00`.
    pub expires_at: String,
    /// A whole number of days.
    pub expires_in_days: String,
    /// A whole number; empty: no limit.
    pub max_rewards: String,
}
