//! The same answer as `validate` gives, in one look at the database, where nothing is wrong: it is what is asked most often.

use super::api_keys::read_key;
use super::{Caller, Services, refusal, views};
use crate::scope::Scope;
use crate::store::CodeQuestion;
use app::domain::app_id::AppId;
use app::domain::code::CodeText;
use app::domain::ids::ApiKeyId;
use app::domain::problem::Problem;
use app::wire::api::Validation;
use app::wire::screens::KeyRights;

impl Services {
    /// Whether a code can be used now, where key and code are good ones and no more than the code decides. None: `authenticate` and
    /// `validate` say what it is, the key's trouble before the request's.
    pub async fn validate_at_once(
        &self,
        bearer: &str,
        app_id: Option<&str>,
        code: &str,
    ) -> Result<Option<Validation>, Problem> {
        let app = app_id.map(|app| AppId::parse(app, "app_id")).transpose();
        let (Ok(token), Ok(app), Ok(text)) = (read_key(bearer), app, CodeText::parse(code, "code")) else {
            return Ok(None);
        };
        let question = CodeQuestion::new(token.hash().as_bytes(), app.as_ref().map(AppId::as_str), text.as_str());
        let Some(found) = self.0.db.look(question).await?.filter(|found| found.key_mode == token.mode()) else {
            return Ok(None);
        };
        let code = found.code;
        let now = self.now();
        if code.max_redemptions_per_user.is_some() || refusal::reason(Some(&code), None, 1, now).is_some() {
            return Ok(None);
        }
        let caller = Caller {
            scope: Scope::stored(found.key_workspace_id, &found.key_mode),
            key_id: ApiKeyId::trusted(found.key_id),
            app: found.key_app_id.map(AppId::trusted),
            rights: KeyRights::parse(&found.key_rights).unwrap_or(KeyRights::Checkout),
            // A validation changes nothing that would be told of.
            hint: String::new(),
        };
        self.note_key_use(&caller, found.key_last_used_at).await;
        let discount_code = Some(views::discount_code(&caller.scope, &code, now)?);
        Ok(Some(Validation { valid: true, discount_code, reason: None }))
    }
}
