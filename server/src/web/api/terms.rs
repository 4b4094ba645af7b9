//! The fields that make terms; several resources have them.

use crate::web::fields::Fields;
use app::domain::{
    patch::{Change, TermsPatch},
    problem::Problem,
    terms::TermsDraft,
};

/// The fields as they came.
pub struct TermsFields {
    /// `percent_off`.
    pub percent_off: Change<f64>,
    /// `amount_off_cents`.
    pub amount_off_cents: Change<i64>,
    /// `currency`.
    pub currency: Change<String>,
    /// `duration`.
    pub duration: Change<String>,
    /// `duration_in_months`.
    pub duration_in_months: Change<i64>,
}

impl TermsFields {
    /// Reads them.
    pub fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            percent_off: fields.number("percent_off")?,
            amount_off_cents: fields.integer("amount_off_cents")?,
            currency: fields.string("currency")?,
            duration: fields.string("duration")?,
            duration_in_months: fields.integer("duration_in_months")?,
        })
    }

    /// For something new.
    pub fn draft(self) -> TermsDraft {
        TermsDraft {
            percent_off: self.percent_off.flatten(),
            amount_off_cents: self.amount_off_cents.flatten(),
            currency: self.currency.flatten(),
            duration: self.duration.flatten(),
            duration_in_months: self.duration_in_months.flatten(),
        }
    }

    /// For something that is there.
    pub fn patch(self) -> TermsPatch {
        let Self { percent_off, amount_off_cents, currency, duration, duration_in_months } = self;
        TermsPatch { percent_off, amount_off_cents, currency, duration, duration_in_months }
    }
}
