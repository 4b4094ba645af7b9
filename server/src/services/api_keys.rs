//! API keys: who is calling.

use super::Services;
use super::when::{Writing, when};
use crate::crypto;
use crate::scope::Scope;
use crate::store::{self, KeyQuestion, NewApiKey, Row, StoreError};
use app::domain::activity::{Actor, Detail, Kind};
use app::domain::app_id::AppId;
use app::domain::ids::ApiKeyId;
use app::domain::problem::{Code, Problem};
use app::wire::screens::{self, KeyRights};
use secrecy::ExposeSecret;

/// A key's last use is noted to the minute: not every call writes.
const USE_RESOLUTION_MS: i64 = 60_000;

/// Who an API key speaks for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key's workspace and mode.
    pub scope: Scope,
    /// The key.
    pub key_id: ApiKeyId,
    /// The one app of the key; none: all.
    pub app: Option<AppId>,
    /// What it may do.
    pub rights: KeyRights,
    /// How the key is told from others; empty for an owner who signed in.
    pub hint: String,
}

impl Caller {
    /// Who this is, as activity tells it.
    pub fn actor(&self) -> Actor {
        if self.hint.is_empty() { Actor::Owner } else { Actor::Key(self.hint.clone()) }
    }
}

impl Services {
    /// Tells who calls by the key that came as bearer.
    pub async fn authenticate(&self, bearer: &str) -> Result<Caller, Problem> {
        let token = read_key(bearer)?;
        let found = self.0.db.look(KeyQuestion::new(token.hash().as_bytes())).await?;
        let row = found.filter(|row| row.mode == token.mode()).ok_or_else(invalid_key)?;
        let caller = Caller {
            scope: Scope::stored(row.workspace_id, &row.mode),
            key_id: ApiKeyId::trusted(row.id),
            app: row.app_id.map(AppId::trusted),
            rights: KeyRights::parse(&row.rights).unwrap_or(KeyRights::Checkout),
            hint: row.hint,
        };
        self.note_key_use(&caller, row.last_used_at).await;
        Ok(caller)
    }

    /// Notes that a key is used, to the minute.
    pub(super) async fn note_key_use(&self, caller: &Caller, last_used_at: Option<i64>) {
        let now = self.now();
        if last_used_at.is_some_and(|last| now - last < USE_RESOLUTION_MS) || !self.first_to_note(&caller.key_id, now) {
            return;
        }
        let (scope, id) = (caller.scope.clone(), caller.key_id.clone());
        let noted: Result<(), StoreError> = self
            .0
            .db
            .write(Row::ApiKey(caller.key_id.as_str()), move |tx| {
                Box::pin(async move { tx.at(&scope).touch_api_key(id.as_str(), now).await })
            })
            .await;
        // Bookkeeping: a call is not refused for it.
        if let Err(error) = noted {
            tracing::error!(%error, "the use of an API key could not be noted");
        }
    }

    /// Of all the calls that come at once, one notes the key's use.
    fn first_to_note(&self, key: &ApiKeyId, now: i64) -> bool {
        let mut noted = self.0.keys_noted.lock();
        if noted.len() > 10_000 {
            noted.retain(|_, at| now - *at < USE_RESOLUTION_MS);
        }
        match noted.get(key) {
            Some(at) if now - at < USE_RESOLUTION_MS => false,
            _ => noted.insert(key.clone(), now).is_none_or(|at| at < now),
        }
    }

    /// The app that a call is about: named, or the key's own.
    pub async fn app_of(&self, caller: &Caller, app_id: Option<&str>) -> Result<AppId, Problem> {
        let Some(raw) = app_id else {
            return caller.app.clone().ok_or_else(|| {
                Problem::missing("app_id", "app_id is needed: this API key belongs to all apps of its workspace.")
            });
        };
        let unknown = || Problem { param: Some("app_id".into()), ..Problem::no_such("app", raw) };
        let app = AppId::parse(raw, "app_id")
            .map_err(|problem| if problem.code == Code::ParameterMissing { problem } else { unknown() })?;
        match &caller.app {
            Some(own) if *own == app => Ok(app),
            Some(_) => Err(unknown()),
            None => {
                let mut reader = self.0.db.reader().await?;
                reader.at(&caller.scope).app(app.as_str()).await?.map(|_| app).ok_or_else(unknown)
            }
        }
    }

    pub(super) async fn make_api_key(
        &self,
        scope: &Scope,
        name: &str,
        app: Option<&AppId>,
        rights: KeyRights,
        by: &Actor,
        writing: &Writing,
    ) -> Result<screens::NewApiKey, Problem> {
        let id = ApiKeyId::new(self.now(), self.random_id()?);
        let digits = id.as_str().trim_start_matches(ApiKeyId::PREFIX);
        let token = crypto::ApiKey::generate(scope.mode.as_str(), digits)
            .map_err(|error| super::error::internal("no API key could be made", &error))?;
        let (hint, hash) = (token.hint(), token.hash());
        let new = NewApiKey {
            id: id.as_str(),
            app_id: app.map(AppId::as_str),
            name,
            rights: rights.as_str(),
            hash: hash.as_bytes(),
            hint: &hint,
            now: self.now(),
        };
        let created = when(new.now, writing);
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_api_key(&new).await?;
        let of = app.map_or_else(|| "for all apps".to_owned(), |app| format!("for the app {app}"));
        let detail = Detail { by: Some(by.clone()), what: hint.clone(), more: vec![of], ..Detail::default() };
        self.note_activity(&mut tx, scope, Kind::KeyMade, id.as_str(), &detail).await?;
        tx.commit().await?;
        let row = screens::ApiKeyRow {
            id: id.as_str().to_owned(),
            name: name.to_owned(),
            hint,
            app_id: app.map(|app| app.as_str().to_owned()),
            rights,
            created,
            last_used: None,
        };
        Ok(screens::NewApiKey { key: token.secret().expose_secret().to_owned(), row })
    }

    pub(super) async fn api_key_rows(
        &self,
        scope: &Scope,
        writing: &Writing,
    ) -> Result<Vec<screens::ApiKeyRow>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let rows: Vec<store::ApiKeyRow> = reader.at(scope).api_keys().await?;
        Ok(rows
            .into_iter()
            .map(|row| screens::ApiKeyRow {
                id: row.id,
                name: row.name,
                hint: row.hint,
                app_id: row.app_id,
                rights: KeyRights::parse(&row.rights).unwrap_or(KeyRights::Checkout),
                created: when(row.created_at, writing),
                last_used: row.last_used_at.map(|last| when(last, writing)),
            })
            .collect())
    }

    pub(super) async fn revoke(&self, scope: &Scope, id: &str, by: &Actor) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        let known = tx.at(scope).api_keys().await?.into_iter().find(|row| row.id == id);
        if !tx.at(scope).revoke_api_key(id, self.now()).await? {
            return Err(Problem::no_such("API key", id));
        }
        let what = known.map_or_else(|| id.to_owned(), |row| row.hint);
        let detail = Detail { by: Some(by.clone()), what, ..Detail::default() };
        self.note_activity(&mut tx, scope, Kind::KeyRevoked, id, &detail).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A key as it came, if it can be one of ours.
pub(super) fn read_key(bearer: &str) -> Result<crypto::ApiKey, Problem> {
    if ["sk_", "rk_", "pk_", "ek_", "whsec_"].iter().any(|prefix| bearer.starts_with(prefix)) {
        return Err(Problem::new(
            Code::StripeKeyPresented,
            "This is a key of Stripe's. Codemint's API takes a Codemint API key: it starts with cm_test_ or cm_live_, and Settings makes one. \
             If the Stripe key went over an insecure line, roll it in Stripe's dashboard.",
        ));
    }
    crypto::ApiKey::parse(bearer).ok_or_else(invalid_key)
}

fn invalid_key() -> Problem {
    Problem::new(
        Code::ApiKeyInvalid,
        "This API key is not valid: it is mistyped, unknown or revoked. Settings lists the keys that work.",
    )
}
