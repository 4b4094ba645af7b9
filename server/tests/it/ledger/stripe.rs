//! Each kind of difference between checkouts and Stripe's sessions is found and named.

use super::{buy, check, found, spring};
use crate::harness::{World, on_both_engines, until};

mod still {
    use super::*;
    on_both_engines!(
        paid_and_still_held,
        given_back_and_still_open,
        paid_and_counted_as_released,
        a_second_session,
        a_session_that_stripe_does_not_know,
        sessions_of_others_are_none_of_ours,
        money_that_came_and_waits_for_its_next_look,
    );
}
mod swept {
    use super::*;
    on_both_engines!(with working; what_the_sweep_counts_is_no_difference);
}

async fn paid_and_still_held(w: &World) {
    spring(w).await;
    let (paid, first) = buy(w).await;
    let (ended, second) = buy(w).await;
    buy(w).await;
    w.sim.complete_session(&paid).unwrap();
    w.sim.expire_session(&ended).unwrap();
    // No sweep runs in this world.
    let mut said = found(w).await;
    said.sort();
    assert_eq!(
        said,
        [
            format!("The session {ended} ended unpaid at Stripe, and its redemption {second} of SPRING is still held."),
            format!("The session {paid} was paid at Stripe, and its redemption {first} of SPRING is still held."),
        ]
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    assert_eq!(check(w).await.sessions, 3);
}

async fn what_the_sweep_counts_is_no_difference(w: &World) {
    let id = spring(w).await;
    let mut sessions = Vec::new();
    for _ in 0..6 {
        sessions.push(buy(w).await.0);
    }
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.expire_session(&sessions[1]).unwrap();
    assert_eq!(found(w).await, Vec::<String>::new());
    until(async || {
        let counts = w.counts(&id).await;
        (counts == (4, 1), counts)
    })
    .await;
    assert_eq!(found(w).await, Vec::<String>::new());
}

/// Gives a redemption back here alone.
async fn give_back(w: &World, redemption: &str, step: &str) {
    let plant = format!(
        "UPDATE redemptions SET state = 'released', history = history || '\n' || 'session_expired 5' WHERE id = '{redemption}'"
    );
    w.database.execute(&plant).await;
    let plant = format!("UPDATE checkouts SET step = '{step}', updated_at = 5 WHERE redemption_id = '{redemption}'");
    w.database.execute(&plant).await;
    w.database.execute("UPDATE discount_codes SET held = held - 1").await;
}

async fn given_back_and_still_open(w: &World) {
    spring(w).await;
    let mut wanted = Vec::new();
    for step in ["expired", "refused", "uncertain", "unverified"] {
        let (session, redemption) = buy(w).await;
        give_back(w, &redemption, step).await;
        wanted.push(format!(
            "The session {session} can still be paid at Stripe with SPRING, and its redemption {redemption} was given back: SPRING could be sold once too often."
        ));
    }
    let mut said = found(w).await;
    said.sort();
    wanted.sort();
    assert_eq!(said, wanted);
    // A request or the completer is still at work on what was written lately.
    let now = w.now();
    w.database.execute(&format!("UPDATE checkouts SET updated_at = {now}")).await;
    assert_eq!(found(w).await, Vec::<String>::new());
    w.advance(300_000);
    assert_eq!(found(w).await.len(), 4);
}

async fn paid_and_counted_as_released(w: &World) {
    spring(w).await;
    let (session, redemption) = buy(w).await;
    give_back(w, &redemption, "expired").await;
    w.sim.complete_session(&session).unwrap();
    assert_eq!(
        found(w).await,
        [format!(
            "The session {session} was paid at Stripe with SPRING, and its redemption {redemption} is not counted as redeemed."
        )]
    );
    // Nothing of ours is open any more, and a day of sessions is looked at all the same; what is older is not.
    w.advance(3_600_000);
    assert_eq!(found(w).await.len(), 1);
    w.advance(86_400_000);
    assert_eq!(found(w).await.len(), 0);
}

async fn a_second_session(w: &World) {
    spring(w).await;
    let (session, redemption) = buy(w).await;
    let checkout = w.sim.session(&session).unwrap().metadata["codemint_checkout"].clone();
    let second = w
        .stripe_call(
            "/v1/checkout/sessions",
            &[
                ("mode", "payment"),
                ("line_items[0][price]", "price_1ABC"),
                ("line_items[0][quantity]", "1"),
                ("success_url", "https://taskpomo.app/thank-you"),
                ("metadata[codemint_checkout]", &checkout),
            ],
        )
        .await;
    assert_eq!(found(w).await, Vec::<String>::new(), "an attempt may be on its way");
    w.advance(300_000);
    let second = second["id"].as_str().unwrap();
    assert_eq!(
        found(w).await,
        [format!(
            "The session {second} with SPRING is a second one that can be paid at Stripe for the redemption {redemption}."
        )]
    );
    w.sim.expire_session(second).unwrap();
    assert_eq!(found(w).await, Vec::<String>::new());
}

async fn a_session_that_stripe_does_not_know(w: &World) {
    spring(w).await;
    let (session, redemption) = buy(w).await;
    w.sim.expire_session(&session).unwrap();
    w.database.execute("UPDATE checkouts SET session_id = 'cs_test_gone'").await;
    assert_eq!(
        found(w).await,
        [format!(
            "Stripe does not know the session cs_test_gone, for which the redemption {redemption} of SPRING is held."
        )]
    );
    // One of another connection may be in another account: nothing can be said of it.
    w.database.execute("UPDATE checkouts SET generation = 0").await;
    assert_eq!(found(w).await, Vec::<String>::new());
}

async fn sessions_of_others_are_none_of_ours(w: &World) {
    spring(w).await;
    buy(w).await;
    w.checkout(serde_json::json!({})).await.expect(201);
    for price in ["price_1ABC"; 3] {
        w.sim.open_shop_checkout(&stripe_sim::AccountId::default(), false, price).unwrap();
    }
    // Another workspace may be connected to the same account.
    let form = [
        ("mode", "payment"),
        ("line_items[0][price]", "price_1ABC"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://taskpomo.app/thank-you"),
        ("metadata[codemint_checkout]", "co_00000000000000000000000000"),
    ];
    w.stripe_call("/v1/checkout/sessions", &form).await;
    w.advance(600_000);
    let checked = check(w).await;
    assert_eq!((checked.found.len(), checked.sessions), (0, 1));
}

async fn money_that_came_and_waits_for_its_next_look(w: &World) {
    spring(w).await;
    let (session, redemption) = buy(w).await;
    w.sim.complete_session_later(&session).unwrap();
    w.services.sweep_sessions().await.unwrap();
    assert_eq!(w.database.number("SELECT count(*) FROM checkouts WHERE undecided_since IS NOT NULL").await, 1);
    w.sim.decide_payment(&session, true).unwrap();
    assert_eq!(found(w).await, Vec::<String>::new());
    // Its next look is due in 15 s, and may take two minutes.
    w.advance(134_999);
    assert_eq!(found(w).await, Vec::<String>::new());
    w.advance(1);
    assert_eq!(
        found(w).await,
        [format!("The session {session} was paid at Stripe, and its redemption {redemption} of SPRING is still held.")]
    );
}
