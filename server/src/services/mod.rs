//! The use cases: the only place with transaction boundaries. REST calls and screens come here, so a rule holds once.
//!
//! The order is always: commit the intent, call Stripe with no transaction open, commit what came of it.

mod address;
mod api_keys;
pub mod apps;
mod checkout;
mod checkout_begin;
mod code_edit;
mod connection;
mod customers;
mod discount_codes;
mod error;
mod idempotency;
mod install;
mod lanes;
mod late_payment;
mod lease;
mod ledger;
mod live;
mod mail;
mod mint;
mod named_lease;
mod pace;
mod paging;
mod prices;
mod redemptions;
mod refusal;
mod reseal;
mod rewards;
mod rotation;
mod screens;
#[cfg(test)]
mod sealed_tests;
mod secrets;
mod session_outcome;
mod sign_in;
mod sweep;
mod sweep_ended;
mod tokens;
mod validate;
mod validate_at_once;
mod views;
mod webhooks;
mod when;
mod workspaces;

pub use api_keys::Caller;
pub use discount_codes::ListQuery;
pub use idempotency::{Begin, Ticket};
pub use install::{Callback, Decided, WayBack};
pub(crate) use lanes::AtWork;
use ledger::activity_of_code;
pub use ledger::{Checked, Patience};
pub use live::Listener;
pub use paging::PageQuery;
pub use redemptions::RedemptionListQuery;
pub use reseal::Resealed;
pub use rewards::{CampaignListQuery, Issued, RewardListQuery, RewardTable};
pub use rotation::RingReport;
pub use sign_in::SessionGrant;

pub(crate) use crate::store::Kinds as MailKinds;

use crate::clock::Clock;
use crate::config::{Config, StripeApps};
use crate::crypto;
use crate::mailer::Mailer;
use crate::store::{Db, StoreError};
use crate::stripe::{self, Stripe};
use app::domain::ids::ApiKeyId;
use app::domain::problem::Problem;
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// The operator's commands never call Stripe.
const NOWHERE: &str = "https://stripe.invalid";

/// How long a shutdown waits for what must not be cut short.
const VITAL_GRACE: Duration = Duration::from_secs(25);

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    /// None for the operator's commands that seal nothing.
    master_keys: Option<crypto::MasterKeys>,
    stripe: Stripe,
    mailer: Option<Mailer>,
    public_url: String,
    dashboard_url: String,
    support_email: Option<String>,
    support_note: Option<String>,
    stripe_apps: StripeApps,
    mail_waiting: mail::Waiting,
    webhooks: webhooks::Queue,
    flights: mint::Flights,
    mints: rewards::Queue,
    pacer: Arc<pace::Pacer>,
    jobs: Jobs,
    /// Names this process among those that work on the database: what it holds it goes on holding.
    process: String,
    sign_in_limits: sign_in::Limits,
    keys_noted: Mutex<HashMap<ApiKeyId, i64>>,
    price_lists: prices::PriceLists,
    usage_pasts: ledger::Pasts,
    opened_keys: connection::OpenedKeys,
    refreshes: tokens::Refreshes,
    starts: install::Starts,
    turns: install::Turns,
    live: live::Live,
    /// What must not be cut short once Stripe has answered; a shutdown waits for it.
    vital: TaskTracker,
}

/// What the jobs of this process work on.
#[derive(Default)]
struct Jobs {
    sweep: Arc<lanes::Lanes>,
    give_up: Arc<lanes::Lanes>,
    ledger: Arc<lanes::Lanes>,
    uses: Arc<lanes::Lanes>,
}

/// Why the services cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database cannot be used.
    #[error("{0}")]
    Store(String),
    /// Mail cannot be set up.
    #[error("CODEMINT_SMTP_URL or CODEMINT_MAIL_FROM: {0}")]
    Mail(String),
    /// The HTTP client cannot be set up.
    #[error("CODEMINT_STRIPE_API_URL: {0}")]
    Stripe(String),
    /// The key ring does not open what is stored.
    #[error("CODEMINT_MASTER_KEYS: {0}")]
    Keys(String),
}

impl From<StoreError> for SetupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

impl Services {
    /// Connects, migrates, and checks that the key ring opens what is stored.
    pub async fn start(config: &Config, clock: Clock) -> Result<Self, SetupError> {
        let db = Db::connect_with(config.database_url(), config.database_connections).await?;
        db.migrate().await?;
        let smtp = config.smtp_url.as_ref().map(ExposeSecret::expose_secret);
        let mailer =
            Mailer::from_config(smtp, &config.mail_from).map_err(|error| SetupError::Mail(error.to_string()))?;
        let stripe = Stripe::new(&config.stripe_api_url, stripe::DEFAULT_BUDGET)
            .map_err(|error| SetupError::Stripe(error.to_string()))?;
        let random = crypto::random_id_bytes().map_err(|error| SetupError::Keys(error.to_string()))?;
        let process = app::domain::ids::encode(clock.now_ms(), random);
        let services = Self(Arc::new(Inner {
            db,
            clock,
            master_keys: Some(config.master_keys.clone()),
            stripe,
            mailer,
            public_url: config.public_url.as_str().trim_end_matches('/').to_owned(),
            dashboard_url: config.stripe_dashboard_url.clone(),
            support_email: config.support_email.clone(),
            support_note: config.support_note.clone(),
            stripe_apps: config.stripe_apps.clone(),
            mail_waiting: mail::Waiting::default(),
            webhooks: webhooks::Queue::default(),
            flights: mint::Flights::default(),
            mints: rewards::Queue::default(),
            pacer: pace::Pacer::new(config.background_rate),
            jobs: Jobs::default(),
            process,
            sign_in_limits: sign_in::Limits::default(),
            keys_noted: Mutex::default(),
            price_lists: Mutex::default(),
            usage_pasts: Mutex::default(),
            opened_keys: Mutex::default(),
            refreshes: tokens::Refreshes::default(),
            starts: install::Starts::default(),
            turns: install::Turns::default(),
            live: live::Live::default(),
            vital: TaskTracker::new(),
        }));
        services.check_keys().await?;
        Ok(services)
    }

    /// For the operator's commands beside a running server: the database alone, without keys, mail or Stripe.
    pub async fn for_admin(database_url: &SecretString, clock: Clock) -> Result<Self, SetupError> {
        Self::beside(database_url, None, clock).await
    }

    async fn beside(
        database_url: &SecretString,
        master_keys: Option<crypto::MasterKeys>,
        clock: Clock,
    ) -> Result<Self, SetupError> {
        let db = Db::connect(database_url.expose_secret()).await?;
        if !db.is_ready().await {
            return Err(SetupError::Store("the database has no schema yet: run `codemint migrate` first".into()));
        }
        let stripe =
            Stripe::new(NOWHERE, stripe::DEFAULT_BUDGET).map_err(|error| SetupError::Stripe(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            db,
            clock,
            master_keys,
            stripe,
            mailer: None,
            public_url: String::new(),
            dashboard_url: String::new(),
            support_email: None,
            support_note: None,
            stripe_apps: StripeApps::default(),
            mail_waiting: mail::Waiting::default(),
            webhooks: webhooks::Queue::default(),
            flights: mint::Flights::default(),
            mints: rewards::Queue::default(),
            pacer: pace::Pacer::new(crate::config::BACKGROUND_RATE),
            jobs: Jobs::default(),
            // It holds nothing.
            process: String::new(),
            sign_in_limits: sign_in::Limits::default(),
            keys_noted: Mutex::default(),
            price_lists: Mutex::default(),
            usage_pasts: Mutex::default(),
            opened_keys: Mutex::default(),
            refreshes: tokens::Refreshes::default(),
            starts: install::Starts::default(),
            turns: install::Turns::default(),
            live: live::Live::default(),
            vital: TaskTracker::new(),
        })))
    }

    /// Brings the database's schema up to date; makes the file on SQLite.
    pub async fn migrate(database_url: &SecretString) -> Result<(), SetupError> {
        let db = Db::connect(database_url.expose_secret()).await?;
        db.migrate().await?;
        db.close().await;
        Ok(())
    }

    /// Whether the database answers and its schema is there.
    pub async fn ready(&self) -> bool {
        self.0.db.is_ready().await
    }

    /// What the operator says about help: how soon it comes, for example.
    pub fn support_note(&self) -> Option<String> {
        self.0.support_note.clone()
    }

    /// The operator's address for help.
    pub fn support_email(&self) -> Option<String> {
        self.0.support_email.clone()
    }

    /// Keeps the log of an embedded database short.
    pub(crate) async fn fold_log(&self) -> Result<(), Problem> {
        Ok(self.0.db.fold_log().await?)
    }

    /// Waits for what must not be cut short, and closes the database.
    pub async fn close(&self) {
        self.0.vital.close();
        if tokio::time::timeout(VITAL_GRACE, self.0.vital.wait()).await.is_err() {
            tracing::error!("tokens were still being refreshed at the end of the shutdown");
        }
        self.0.db.close().await;
    }

    /// An id for a request, as in `Request-Id`.
    pub fn new_request_id(&self) -> String {
        match self.random_id() {
            Ok(random) => app::domain::ids::RequestId::new(self.now(), random).as_str().to_owned(),
            Err(_) => "req_unknown".to_owned(),
        }
    }

    fn now(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// Ten bytes of the system's randomness, for an id.
    fn random_id(&self) -> Result<[u8; 10], Problem> {
        crypto::random_id_bytes().map_err(|error| error::internal("no id could be made", &error))
    }
}
