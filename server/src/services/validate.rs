//! Whether a code could be used now, without using it.

use super::{Caller, Services, customers, refusal, views};
use crate::store::CodeRow;
use app::domain::app_id::AppId;
use app::domain::checkout::{check_price_id, check_user_id};
use app::domain::code::CodeText;
use app::domain::discount_code::Refusal;
use app::domain::problem::{Code, Problem};
use app::wire::api::Validation;

impl Services {
    /// Tells whether a code can be used now. With a price, a fixed amount in another currency and a purchase of one piece that is too small
    /// are seen where prices can be read; with a customer, whether that one has used it as often as one may.
    pub async fn validate(
        &self,
        caller: &Caller,
        app: &AppId,
        code: &str,
        price_id: Option<&str>,
        user_id: Option<&str>,
    ) -> Result<Validation, Problem> {
        if let Some(user_id) = user_id {
            check_user_id(user_id)?;
        }
        let price_id = price_id.map(check_price_id).transpose()?;
        let refused = |reason: Refusal| Validation {
            valid: false,
            discount_code: None,
            reason: Some(reason.reason().to_owned()),
        };
        let Ok(text) = CodeText::parse(code, "code") else { return Ok(refused(Refusal::Unknown)) };
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&caller.scope).code_by_text(app.as_str(), text.as_str()).await?
        };
        if let Some(reason) = refusal::reason(row.as_ref(), None, 1, self.now()) {
            return Ok(refused(reason));
        }
        // The price matters for a fixed amount and for a minimum, and a validation does not need a connection otherwise.
        let priced = |row: &&CodeRow| row.currency.is_some() || row.minimum_amount.is_some();
        let price = match (price_id, row.as_ref().filter(priced)) {
            (Some(price_id), Some(_)) => match self.link(&caller.scope).await {
                Ok(link) => self.price(&link, price_id).await?,
                Err(problem) if matches!(problem.code, Code::StripeNotConnected | Code::NeedsReauth) => None,
                Err(problem) => return Err(problem),
            },
            _ => None,
        };
        if let Some(reason) = refusal::reason(row.as_ref(), price.as_ref(), 1, self.now()) {
            return Ok(refused(reason));
        }
        if let Some(row) = &row
            && self.at_limit(&caller.scope, row, customers::hash(&caller.scope, user_id, None).as_deref()).await?
        {
            return Ok(refused(Refusal::UserLimit));
        }
        let discount_code = row.map(|row| views::discount_code(&caller.scope, &row, self.now())).transpose()?;
        Ok(Validation { valid: true, discount_code, reason: None })
    }
}
