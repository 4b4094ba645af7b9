//! A strict, stateful stand-in for the part of Stripe that Codemint uses, at API version 2026-10-28.endive.
//!
//! What Stripe would refuse, it refuses, in Stripe's words as far as they are known. [`Sim`] is the handle: it seeds
//! accounts and prices, issues keys, acts as people do, breaks things on order, and shows what happened.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use stripe_sim::{AccountId, Sim, seed_demo};
//!
//! let stripe = Sim::start().await?;
//! seed_demo(&stripe.sim);
//! let key = stripe.sim.issue_restricted_key(&AccountId::default(), false, &["coupon_write", "promotion_code_write"]);
//! // … point the product at `stripe.url` with `key` …
//! assert_eq!(stripe.sim.coupons().len(), 0);
//! # Ok(())
//! # }
//! ```

mod account;
mod addressing;
mod api;
mod app;
mod apps;
mod auth;
mod by_hand;
mod carrier;
mod clock;
mod connection;
mod control;
mod control_app;
mod coupon;
mod delivery;
mod discount;
mod endpoints;
mod error;
mod event;
mod exchange;
mod fault;
mod form;
mod id;
mod idempotency;
mod install_link;
mod log;
mod money;
mod oauth;
mod pages;
mod parameters;
mod params;
mod paying;
mod payment_intent;
mod people;
mod post;
mod price;
mod promotion_code;
mod route;
mod schema;
mod seed;
mod serve;
mod session;
mod session_create;
mod session_read;
mod shelf;
mod signing;
mod sim;
mod state;
mod token_call;
mod webhook_endpoint;
mod world;

pub use apps::AppClient;
pub use auth::AccountId;
pub use coupon::{AppliesTo, Coupon, CouponCurrencyOption};
pub use delivery::Delivery;
pub use endpoints::EndpointInfo;
pub use event::Event;
pub use exchange::Exchange;
pub use fault::{Fault, FaultKind, Match};
pub use log::RequestRecord;
pub use oauth::TokenRecord;
pub use people::{Counts, Refused};
pub use post::{Attempt, HeldEvent, Order};
pub use price::{Interval, Price, Product, Recurring};
pub use promotion_code::{MinimumAmount, Promotion, PromotionCode, Restrictions};
pub use seed::seed_demo;
pub use serve::Running;
pub use session::{CustomerDetails, LineItem, PaymentStatus, Session, SessionDiscount, SessionStatus, TotalDetails};
pub use sim::Sim;
