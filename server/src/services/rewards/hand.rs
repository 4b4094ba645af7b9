//! What to create by hand in Stripe, field by field, as Stripe's dashboard calls them.

use super::super::mint::MAX_NAME;
use super::super::when::{Writing, when};
use crate::store::{CampaignRow, RewardRow};
use app::domain::money::Money;
use app::domain::problem::Problem;
use app::domain::terms::{Discount, Duration};
use app::wire::rewards::{ByHand, ByHandField};

/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

fn field(label: &str, value: impl Into<String>) -> ByHandField {
    ByHandField { label: label.to_owned(), value: value.into() }
}

/// The coupon, where it is not there yet, and the promotion code. `campaign` is of the reward's version; `pages` is where the dashboard of
/// its mode begins.
pub(super) fn by_hand(
    row: &RewardRow,
    campaign: &CampaignRow,
    pages: &str,
    writing: &Writing,
) -> Result<ByHand, Problem> {
    let there = campaign.minted_at.is_some();
    let mut promotion_code =
        vec![field("Code", row.code.as_str()), field("Limit the number of times this code can be redeemed", "1")];
    promotion_code.extend(row.expires_at.map(|end| field("Add an expiration date", when(end, writing).text)));
    Ok(ByHand {
        coupon: if there { Vec::new() } else { coupon(campaign, writing)? },
        promotion_code,
        url: if there { format!("{pages}/coupons/{}", campaign.coupon_id) } else { format!("{pages}/coupons/create") },
    })
}

fn coupon(campaign: &CampaignRow, writing: &Writing) -> Result<Vec<ByHandField>, Problem> {
    let terms = campaign.terms()?;
    let name: String = campaign.name.chars().take(MAX_NAME).collect();
    let mut fields = vec![field("Name", name), field("ID", campaign.coupon_id.as_str())];
    match terms.discount {
        Discount::Percent(percent) => {
            fields.extend([field("Type", "Percentage discount"), field("Percentage off", percent.as_f64().to_string())])
        }
        Discount::Amount(money) => fields.extend([
            field("Type", "Fixed amount discount"),
            field("Discount amount", typed(money)),
            field("Currency", money.currency().upper()),
        ]),
    }
    match terms.duration {
        Duration::Once => fields.push(field("Duration", "Once")),
        Duration::Forever => fields.push(field("Duration", "Forever")),
        Duration::Repeating(months) => {
            fields.extend([field("Duration", "Multiple months"), field("Number of months", months.to_string())]);
        }
    }
    // Typed by the minute: the coupon must not end before its codes.
    let by_the_minute = |end: i64| end.saturating_add(MINUTE_MS - 1).div_euclid(MINUTE_MS) * MINUTE_MS;
    fields.extend(campaign.version_expires_at.map(|end| field("Redeem by", when(by_the_minute(end), writing).text)));
    Ok(fields)
}

/// An amount as it is typed into a field: `5.00`.
fn typed(money: Money) -> String {
    let currency = money.currency();
    let unit = 10_i64.pow(currency.api_exponent());
    let (whole, rest) = (money.amount() / unit, money.amount() % unit);
    if currency.shown_exponent() == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") }
}
