//! The database: the only place that names sqlx. Two engines behind one set of queries.
//!
//! Everything that belongs to a tenant is reached through [`Scoped`], which carries the workspace and the mode into every query, so
//! that neither can be forgotten. What is not a tenant's (sign-in, looking up an API key by its hash) is reached through [`Conn`].

mod activity;
mod api_keys;
mod app_tokens;
mod apps;
mod begun;
mod busy;
mod campaign_lists;
mod campaigns;

mod checkout_facts;
mod checkouts;
mod code_search;
mod connections;
mod data_keys;
mod db;
mod discount_codes;
mod error;
mod grouped;
mod idempotency;
mod installs;
mod key_and_code;
mod key_rows;
mod leases;
mod ledger;
mod looks;
mod merge;
mod migrate;
mod mint_pauses;
mod open_checkouts;
mod outbox;
mod own_database;
mod paging;
mod people;
mod people_data;
mod prices;
mod query;
mod redemptions;
mod reward_figures;
mod reward_lists;
mod reward_queue;
mod reward_uses;
mod rewards;
mod sealed;
mod terms;
mod unsubscribed;
mod usage_figures;
mod webhook_endpoints;
mod webhook_events;

#[cfg(test)]
pub(crate) mod conformance;

pub(crate) use activity::ActivityRow;
pub(crate) use api_keys::{ApiKeyRow, KeyQuestion, NewApiKey};
pub(crate) use app_tokens::{AppTokenRow, NewAppToken};
pub(crate) use begun::Hold;
pub(crate) use busy::Busy;
pub(crate) use campaign_lists::CampaignFilter;
pub(crate) use campaigns::{CampaignRow, NewCampaign, NewVersion};
pub(crate) use checkout_facts::{Facts, FactsQuestion};
pub(crate) use checkouts::{CheckoutRow, NewCheckout, NextAttempt, Step, Unasked};
pub(crate) use connections::{ConnectionRow, NewConnection};
pub use db::CONNECTIONS;
pub(crate) use db::{Conn, Db, Scoped, Tx};
pub(crate) use discount_codes::{CodeFilter, CodeRow, NewCode};
pub(crate) use error::StoreError;
pub(crate) use grouped::Row;
pub(crate) use idempotency::Taken;
pub(crate) use installs::{InstallRow, NewState};
pub(crate) use key_and_code::CodeQuestion;
pub(crate) use key_rows::KeyRow;
pub(crate) use ledger::{CheckRow, CountRow, HolderRow, LedgerRow};
pub(crate) use mint_pauses::PauseRow;
pub(crate) use outbox::{Kinds, MailRow};
pub(crate) use own_database::OwnDatabase;
pub(crate) use paging::Direction;
pub(crate) use people::MemberRow;
pub(crate) use people_data::NamingCheckout;
pub(crate) use prices::PriceRow;
pub(crate) use redemptions::{NewRedemption, RedemptionFilter, RedemptionRow};
pub(crate) use reward_figures::{QUARTER_MS, TroubleRow, UsedRow};
pub(crate) use reward_lists::{RewardSearch, Sought};
pub(crate) use reward_queue::ScrubRow;
pub(crate) use reward_uses::{NewUse, WatchRow};
pub(crate) use rewards::{NewReward, RewardFilter, RewardRow};
pub(crate) use sealed::{
    BATCH, CONNECTION_SECRET, OF_WORKSPACES, SealedColumn, TOKEN_ACCESS, TOKEN_REFRESH, WAITING, WEBHOOK_SECRET,
    WaitingRow,
};
pub(crate) use terms::TermsColumns;
pub(crate) use usage_figures::UsageRow;
pub(crate) use webhook_endpoints::EndpointRow;
pub(crate) use webhook_events::{EventEnd, EventRow, NewEvent};

/// What every call of the store answers.
pub(crate) type Result<T> = std::result::Result<T, StoreError>;
