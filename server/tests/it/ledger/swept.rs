//! What the sweep asks for where an account has many ended sessions that are none of ours.

use super::{buy, spring};
use crate::harness::{World, on_both_engines, until};
use stripe_sim::AccountId;

on_both_engines!(with working; few_of_ours_among_very_many);

async fn few_of_ours_among_very_many(w: &World) {
    let id = spring(w).await;
    let mut ours = Vec::new();
    for _ in 0..6 {
        ours.push(buy(w).await.0);
    }
    w.advance(1_000);
    for _ in 0..2_500 {
        let theirs = w.sim.open_shop_checkout(&AccountId::default(), false, "price_1ABC").unwrap();
        w.sim.complete_session(&theirs.id).unwrap();
    }
    w.sim.complete_session(&ours[0]).unwrap();
    w.sim.expire_session(&ours[1]).unwrap();
    until(async || {
        let counts = w.counts(&id).await;
        (counts == (4, 1), counts)
    })
    .await;
    // A sweep looks through a few pages, and asks for the rest one by one: ours are behind 25 pages of others.
    let asked = |path: &str| {
        let of = w.sim.requests().into_iter().filter(|request| request.method == "GET" && request.path == path);
        of.count()
    };
    w.sim.clear_requests();
    let last = format!("/v1/checkout/sessions/{}", ours[5]);
    until(async || (asked(&last) >= 10, asked(&last))).await;
    let (pages, times) = (asked("/v1/checkout/sessions"), asked(&last));
    assert!(pages <= (times + 1) * 4, "{pages} pages in {times} sweeps");
}
