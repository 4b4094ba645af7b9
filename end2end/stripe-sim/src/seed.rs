//! What the demo and the binary begin with.

use crate::{AccountId, Interval, Price, Sim};

/// The prices of TaskPomo in both modes of the default account.
pub fn seed_demo(sim: &Sim) {
    let account = AccountId::default();
    for livemode in [false, true] {
        for price in [
            Price::every(Interval::Month, "price_1SUB", "usd", 900, "TaskPomo Cloud"),
            Price::one_time("price_1EUR", "eur", 2000, "TaskPomo Pro (Europe)"),
            Price::one_time("price_1JPY", "jpy", 3000, "TaskPomo Pro (Japan)"),
            // The newest, and so the first in lists.
            Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"),
        ] {
            sim.add_price(&account, livemode, price);
        }
    }
}
