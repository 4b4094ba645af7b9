//! Whether a code could be used now, without using it.

use super::{Caller, Services, refusal, views};
use app::domain::app_id::AppId;
use app::domain::checkout::{check_price_id, check_user_id};
use app::domain::code::CodeText;
use app::domain::discount_code::Refusal;
use app::domain::problem::{Code, Problem};
use app::wire::api::Validation;

impl Services {
    /// Tells whether a code can be used now. With a price, a fixed amount in another currency is seen where prices can be read.
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
        // The price matters for a fixed amount only, and a validation does not need a connection otherwise.
        let price = match (price_id, row.as_ref().and_then(|row| row.currency.as_ref())) {
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
        let discount_code = row.map(|row| views::discount_code(&caller.scope, &row, self.now())).transpose()?;
        Ok(Validation { valid: true, discount_code, reason: None })
    }
}
