//! The price is known before anything is minted: its type tells the session's mode, its currency whether a fixed amount fits.

use super::Services;
use super::connection::Link;
use crate::scope::Scope;
use crate::store::PriceRow;
use crate::stripe::{Price, PriceType, StripeError};
use app::domain::checkout::{Checkout, SessionMode};
use app::domain::connection::Access;
use app::domain::locale::Locale;
use app::domain::money::{Currency, format_amount};
use app::domain::problem::Problem;
use app::wire::screens;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;

/// How long a list of prices is shown again before Stripe is asked anew.
const FRESH_MS: i64 = 60_000;
/// How long a page waits for Stripe.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// What a workspace's Stripe said last.
pub(super) struct PriceList {
    generation: i64,
    at: i64,
    prices: Vec<Price>,
}

/// By workspace and mode.
pub(super) type PriceLists = Mutex<HashMap<Scope, PriceList>>;

impl Services {
    /// A price of the owner's, from what was learned before or from Stripe; none where prices may not be read.
    pub(super) async fn price(&self, link: &Link, id: &str) -> Result<Option<PriceRow>, Problem> {
        if link.permissions.prices < Access::Read {
            return Ok(None);
        }
        {
            let mut reader = self.0.db.reader().await?;
            if let Some(known) = reader.at(&link.scope).price(link.generation, id).await? {
                return Ok(Some(known));
            }
        }
        let price = match link.stripe(&self.0.stripe).price(id).await {
            Ok(Some(price)) => price,
            Ok(None) => return Err(no_such_price(id)),
            Err(error @ StripeError::PermissionMissing { .. }) => {
                // The answer is kept; this checkout goes on as one that cannot see prices.
                let _learned: Problem = self.stripe_problem(link, error, "plan_read").await;
                return Ok(None);
            }
            Err(error) => return Err(self.stripe_problem(link, error, "plan_read").await),
        };
        let recurring = matches!(price.kind, PriceType::Recurring);
        // Of a price for packs of several, it is not the quantity that is multiplied.
        let unit_amount = price.unit_amount.filter(|_| !price.in_packs);
        let row = PriceRow { recurring, currency: price.currency, unit_amount };
        let mut tx = self.0.db.begin().await?;
        tx.at(&link.scope).put_price(link.generation, id, &row).await?;
        tx.commit().await?;
        Ok(Some(row))
    }

    /// Prices to choose from on a screen; none where they may not or cannot be read just now. A page waits for them no longer than
    /// [`PATIENCE`], and one that looks again and again asks Stripe once a minute.
    pub(super) async fn price_choices(&self, link: &Link, locale: Locale) -> Vec<screens::PriceRow> {
        if link.permissions.prices < Access::Read {
            return Vec::new();
        }
        let now = self.now();
        let fresh = |list: &PriceList| now - list.at < FRESH_MS;
        let known = {
            let lists = self.0.price_lists.lock();
            let list = lists.get(&link.scope).filter(|list| fresh(list) && list.generation == link.generation);
            list.map(|list| list.prices.clone())
        };
        let prices = match known {
            Some(prices) => prices,
            None => {
                let asked = tokio::time::timeout(PATIENCE, link.stripe(&self.0.stripe).prices(20)).await;
                let Ok(Ok(prices)) = asked else { return Vec::new() };
                let mut lists = self.0.price_lists.lock();
                lists.retain(|_, list| fresh(list));
                let list = PriceList { generation: link.generation, at: now, prices: prices.clone() };
                lists.insert(link.scope.clone(), list);
                prices
            }
        };
        let label = |price: &Price| {
            let amount = match (price.unit_amount, Currency::parse(&price.currency, "currency")) {
                (Some(amount), Ok(currency)) => locale.write(&format_amount(amount, currency)),
                _ => price.currency.to_ascii_uppercase(),
            };
            let every =
                price.recurring.as_ref().map(|recurring| format!(" a {}", recurring.interval)).unwrap_or_default();
            let name = price.nickname.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
            format!("{name}{amount}{every} · {}", price.id)
        };
        prices.iter().map(|price| screens::PriceRow { id: price.id.clone(), label: label(price) }).collect()
    }
}

/// 400: Stripe does not know it.
pub(super) fn no_such_price(id: &str) -> Problem {
    Problem::invalid(
        "price_id",
        format!("Your Stripe account has no price '{}' in this mode.", app::domain::secret::shown(id, 80)),
    )
}

/// The session's mode: the price tells it, and a wrong one that was given is refused.
pub(super) fn session_mode(request: &Checkout, price: Option<&PriceRow>) -> Result<SessionMode, Problem> {
    let Some(price) = price else {
        return request.mode.ok_or_else(|| {
            Problem::missing("mode", "mode is needed, payment or subscription: the Stripe connection may not read prices (plan_read), so the price cannot tell it.")
        });
    };
    let told = if price.recurring { SessionMode::Subscription } else { SessionMode::Payment };
    match request.mode {
        Some(given) if given != told => {
            let kind = if price.recurring { "recurring" } else { "a one-time price" };
            Err(Problem::invalid(
                "mode",
                format!(
                    "mode must be {} here: the price {} is {kind}. Leave mode out to let the price tell it.",
                    told.as_str(),
                    request.price_id
                ),
            ))
        }
        _ => Ok(told),
    }
}
