//! A whole Codemint for a test: the real server on a port of its own, a stand-in for Stripe, a database of its own.

mod ask;
mod database;
pub mod described;
mod logs;
#[cfg(all(unix, debug_assertions))]
mod process;
mod run;
#[cfg(all(unix, debug_assertions))]
mod shop;
mod shown;
mod smtp;
mod world;

pub use ask::{Answer, Ask};
pub use database::{Database, Engine};
pub use logs::Recorded;
#[cfg(all(unix, debug_assertions))]
pub use process::{Ended, Place, Process};
pub use run::{all, on, on_within, until, within};
#[cfg(all(unix, debug_assertions))]
pub use shop::{Counted, Shop};
pub use shown::shown;
pub use smtp::{Says, Sink};
pub use world::{MASTER_KEYS, Setup, World, register};

/// 18 November 2026, before Black Friday: the moment at which a test begins.
pub const NOW: i64 = 1_795_000_000_000;
/// 1 January 2027, as in the example.
pub const NEW_YEAR: i64 = 1_798_761_600_000;

/// What a key needs for codes and rewards, and nothing else.
pub const FOUR: [&str; 4] = ["coupon_read", "coupon_write", "promotion_code_read", "promotion_code_write"];
/// The same with Checkout Sessions, without looking at prices.
pub const WITHOUT_PRICES: [&str; 6] = [
    "coupon_read",
    "coupon_write",
    "promotion_code_read",
    "promotion_code_write",
    "checkout_session_read",
    "checkout_session_write",
];
/// What both links tick.
pub const ALL: [&str; 7] = [
    "coupon_read",
    "coupon_write",
    "promotion_code_read",
    "promotion_code_write",
    "checkout_session_read",
    "checkout_session_write",
    "plan_read",
];

/// Where things are.
pub const CODES: &str = "/v1/admin/discount-codes";
pub const VALIDATE: &str = "/v1/discount-codes/validate";
pub const CHECKOUT: &str = "/v1/checkout/sessions";
pub const REDEMPTIONS: &str = "/v1/redemptions";
pub const CONNECTION: &str = "/v1/admin/connection";
pub const CAMPAIGNS: &str = "/v1/campaigns";

/// Makes each `async fn(&World)` two tests, one an engine. One that is not listed is dead code, and the build fails.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        $crate::harness::on_both_engines! { with default; $($name),+ }
    };
    (with $setup:ident; $($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[test]
                fn sqlite() {
                    $crate::harness::on($crate::harness::Engine::Sqlite, $crate::harness::Setup::$setup(), super::$name);
                }
                #[test]
                fn postgres() {
                    $crate::harness::on($crate::harness::Engine::Postgres, $crate::harness::Setup::$setup(), super::$name);
                }
            }
        )+
    };
}
pub(crate) use on_both_engines;
