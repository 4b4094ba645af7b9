//! Configuration from the environment, checked once at the start.

use crate::crypto::MasterKeys;
use crate::store::CONNECTIONS;
use app::domain::mode::Mode;
use secrecy::{ExposeSecret, SecretString};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use url::Url;

/// Everything that `serve` needs to know.
pub struct Config {
    /// `sqlite://FILE` or `postgres://…`. May hold a password.
    pub database_url: SecretString,
    /// Where to listen.
    pub bind: SocketAddr,
    /// How browsers see the server.
    pub public_url: Url,
    /// The ring; the first key is primary.
    pub master_keys: MasterKeys,
    /// Stripe's API.
    pub stripe_api_url: String,
    /// Stripe's dashboard, without a slash at its end.
    pub stripe_dashboard_url: String,
    /// `smtp://…`, `smtps://…` or `file:DIR`; none: mail waits in the queue. May hold a password.
    pub smtp_url: Option<SecretString>,
    /// The sender of mail.
    pub mail_from: String,
    /// Shown where help is offered.
    pub support_email: Option<String>,
    /// Shown beside it: how soon an answer comes, for example.
    pub support_note: Option<String>,
    /// Believe `X-Forwarded-For`: only behind a proxy that sets it.
    pub trust_forwarded: bool,
    /// The Stripe App, in each mode.
    pub stripe_apps: StripeApps,
    /// Requests a second that background work may send to one endpoint of one account.
    pub background_rate: NonZeroU32,
    /// Connections to PostgreSQL; on SQLite, readers of the file.
    pub database_connections: NonZeroU32,
}

/// What Stripe bears beside an owner's own calls (<https://docs.stripe.com/rate-limits>): 25 a second and endpoint, less a reserve.
pub const BACKGROUND_RATE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// The Stripe App's own settings, test and live apart.
#[derive(Clone, Default)]
pub struct StripeApps {
    /// For test mode (or a sandbox).
    pub test: StripeApp,
    /// For live mode.
    pub live: StripeApp,
}

impl StripeApps {
    /// The settings of a mode.
    pub fn of(&self, mode: Mode) -> &StripeApp {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.live,
        }
    }
}

/// The Stripe App in one mode, as Stripe's dashboard tells the operator.
#[derive(Clone, Default)]
pub struct StripeApp {
    /// The install link, whole; `state` is added to its query.
    pub authorize_url: Option<Url>,
    /// `ca_…`.
    pub client_id: Option<String>,
    /// The app developer's secret key: `sk_test_…` or `sk_live_…`.
    pub secret_key: Option<SecretString>,
    /// What its webhook endpoint's deliveries are signed with: `whsec_…`; two, separated by a comma, while one is rolled.
    pub webhook_secrets: Vec<SecretString>,
}

impl StripeApp {
    /// What is missing for one-click connecting where something of it is set, for the operator.
    pub fn missing(&self) -> Vec<&'static str> {
        let Self { authorize_url, client_id, secret_key, webhook_secrets } = self;
        let any = authorize_url.is_some() || client_id.is_some() || secret_key.is_some() || !webhook_secrets.is_empty();
        let parts = [
            ("AUTHORIZE_URL", authorize_url.is_some()),
            ("SECRET_KEY", secret_key.is_some()),
            ("WEBHOOK_SECRET", !webhook_secrets.is_empty()),
        ];
        parts.into_iter().filter(|(_, there)| any && !there).map(|(name, _)| name).collect()
    }

    /// Whether owners can connect by one click.
    pub fn is_set_up(&self) -> bool {
        self.authorize_url.is_some() && self.secret_key.is_some()
    }

    fn read(lookup: Lookup<'_>, mode: Mode) -> Result<Self, ConfigError> {
        let names = match mode {
            Mode::Test => [
                "CODEMINT_STRIPE_AUTHORIZE_URL_TEST",
                "CODEMINT_STRIPE_CLIENT_ID_TEST",
                "CODEMINT_STRIPE_SECRET_KEY_TEST",
                "CODEMINT_STRIPE_WEBHOOK_SECRET_TEST",
            ],
            Mode::Live => [
                "CODEMINT_STRIPE_AUTHORIZE_URL_LIVE",
                "CODEMINT_STRIPE_CLIENT_ID_LIVE",
                "CODEMINT_STRIPE_SECRET_KEY_LIVE",
                "CODEMINT_STRIPE_WEBHOOK_SECRET_LIVE",
            ],
        };
        let get = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let [authorize, client, secret, webhook] = names;
        let authorize_url = match get(authorize) {
            Some(text) => Some(Url::parse(&text).ok().filter(is_web).ok_or_else(|| ConfigError {
                variable: authorize,
                why: "must be the app's whole install link, as Stripe's dashboard shows it".to_owned(),
            })?),
            None => None,
        };
        let secret_key = get(secret);
        if let Some(key) = &secret_key
            && (!key.starts_with("sk_") || key.starts_with(&format!("sk_{}_", mode.other())))
        {
            let why = format!("must be the app developer's own secret key of this mode: it starts with sk_{mode}_");
            return Err(ConfigError { variable: secret, why });
        }
        let webhook_secrets: Vec<String> = get(webhook)
            .unwrap_or_default()
            .split(',')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect();
        if webhook_secrets.iter().any(|secret| !secret.starts_with("whsec_")) {
            let why = "must be the endpoint's signing secret: it starts with whsec_".to_owned();
            return Err(ConfigError { variable: webhook, why });
        }
        Ok(Self {
            authorize_url,
            client_id: get(client),
            secret_key: secret_key.map(SecretString::from),
            webhook_secrets: webhook_secrets.into_iter().map(SecretString::from).collect(),
        })
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    /// Which.
    pub variable: &'static str,
    /// What would be right; never the value of a secret.
    pub why: String,
}

/// The environment, or what a test puts in its place.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Reads and checks every variable.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let get = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let bad = |variable, why: &str| ConfigError { variable, why: why.to_owned() };
        let bind: SocketAddr = get("CODEMINT_BIND")
            .as_deref()
            .unwrap_or("127.0.0.1:8080")
            .parse()
            .map_err(|_| bad("CODEMINT_BIND", "must be an address and a port, like 127.0.0.1:8080"))?;
        let public_url = match get("CODEMINT_PUBLIC_URL") {
            Some(text) => Url::parse(&text).ok().filter(is_origin).ok_or_else(|| {
                bad("CODEMINT_PUBLIC_URL", "must be the http or https address that browsers see, without a path, like https://codemint.example")
            })?,
            None => Url::parse(&format!("http://{bind}")).map_err(|_| bad("CODEMINT_BIND", "makes no address"))?,
        };
        let master_keys = master_keys(lookup)?;
        Ok(Self {
            database_url: database_url(lookup),
            bind,
            public_url,
            master_keys,
            stripe_api_url: url_or(
                get("CODEMINT_STRIPE_API_URL"),
                "CODEMINT_STRIPE_API_URL",
                "https://api.stripe.com",
            )?,
            stripe_dashboard_url: url_or(
                get("CODEMINT_STRIPE_DASHBOARD_URL"),
                "CODEMINT_STRIPE_DASHBOARD_URL",
                "https://dashboard.stripe.com",
            )?,
            smtp_url: get("CODEMINT_SMTP_URL").map(SecretString::from),
            mail_from: get("CODEMINT_MAIL_FROM").unwrap_or_else(|| "Codemint <codemint@localhost>".into()),
            support_email: get("CODEMINT_SUPPORT_EMAIL"),
            support_note: get("CODEMINT_SUPPORT_NOTE"),
            stripe_apps: StripeApps {
                test: StripeApp::read(lookup, Mode::Test)?,
                live: StripeApp::read(lookup, Mode::Live)?,
            },
            background_rate: match get("CODEMINT_STRIPE_BACKGROUND_RATE") {
                None => BACKGROUND_RATE,
                Some(text) => text.parse().map_err(|_| ConfigError {
                    variable: "CODEMINT_STRIPE_BACKGROUND_RATE",
                    why: "must be a whole number of requests a second, 1 or more, like 20".into(),
                })?,
            },
            database_connections: match get("CODEMINT_DATABASE_CONNECTIONS") {
                None => CONNECTIONS,
                Some(text) => text.parse().map_err(|_| ConfigError {
                    variable: "CODEMINT_DATABASE_CONNECTIONS",
                    why: "must be a whole number, 1 or more, like 16".into(),
                })?,
            },
            trust_forwarded: matches!(get("CODEMINT_TRUST_FORWARDED").as_deref(), Some("1" | "true" | "yes")),
        })
    }
}

/// The ring alone: what `keys` needs beside the database.
pub fn master_keys(lookup: Lookup<'_>) -> Result<MasterKeys, ConfigError> {
    MasterKeys::parse(lookup("CODEMINT_MASTER_KEYS").unwrap_or_default().trim())
        .map_err(|error| ConfigError { variable: "CODEMINT_MASTER_KEYS", why: error.to_string() })
}

/// The database alone: what `migrate` and `admin` need.
pub fn database_url(lookup: Lookup<'_>) -> SecretString {
    let given = lookup("CODEMINT_DATABASE_URL").map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    SecretString::from(given.unwrap_or_else(|| "sqlite://codemint.db".into()))
}

impl Config {
    /// The database's address.
    pub fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }
}

fn is_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.path() == "/" && url.query().is_none()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

fn url_or(given: Option<String>, variable: &'static str, default: &str) -> Result<String, ConfigError> {
    let text = given.unwrap_or_else(|| default.to_owned());
    match Url::parse(&text) {
        Ok(url) if is_web(&url) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(ConfigError { variable, why: format!("must be an http or https address, like {default}") }),
    }
}

/// What the edge needs to know.
#[derive(Clone)]
pub struct Edge {
    /// How browsers see the server.
    pub public_url: Url,
    /// Believe `X-Forwarded-For`.
    pub trust_forwarded: bool,
    /// Requests that run to their end whatever their client does; a shutdown waits for them.
    pub tasks: tokio_util::task::TaskTracker,
}
