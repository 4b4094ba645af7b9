//! One purchase, and a death at every step of it.

use super::{GIVEN_UP_MS, SIDE_BY_SIDE, full, stories, tell};
use crate::harness::{Counted, Engine, Shop};
use serde_json::json;
use std::time::Instant;
use stripe_sim::{Fault, FaultKind, Match};

const COUPONS: &str = "/v1/coupons";
const SESSIONS: &str = "/v1/checkout/sessions";
/// Longer than Stripe remembers a key, and longer than a session with a limited code lives.
const NEXT_DAY_MS: i64 = 25 * 3_600_000;
/// Longer than a session with a limited code lives, and far shorter than Stripe remembers a key.
const HOURS_MS: i64 = 3 * 3_600_000;
/// A crashed process is taken over after at most so long.
const LEASE_MS: i64 = 8_000;

/// Where the first process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    /// On its way, by its own hand.
    At(&'static str),
    /// While Stripe has this call and has not begun with it; Stripe carries it out later.
    BeforeApplied(&'static str),
    /// When Stripe has carried out this call, and nobody has the answer.
    AfterApplied(&'static str),
}

/// What comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The client repeats its request until it is answered.
    Repeats,
    /// The same, and Stripe has forgotten every idempotency key.
    RepeatsForgotten,
    /// The process dies at the same place once more, then the same.
    DiesAgain,
    /// The client comes back after hours: Stripe still answers under the first call's key, but a session from then is over.
    HoursLater,
    /// The client comes back on the next day, when Stripe has forgotten the keys.
    NextDay,
    /// The client does not come back, until everything has been given up.
    Gone,
    /// The same, and Stripe has forgotten every idempotency key.
    GoneForgotten,
}

const DEATHS: [Dies; 12] = [
    Dies::At("before-intent"),
    Dies::At("intent"),
    Dies::At("mint"),
    Dies::BeforeApplied(COUPONS),
    Dies::AfterApplied(COUPONS),
    Dies::At("coupon-answered"),
    Dies::At("coupon-stored"),
    Dies::BeforeApplied(SESSIONS),
    Dies::AfterApplied(SESSIONS),
    Dies::At("session-answered"),
    Dies::At("session-stored"),
    Dies::At("answer-stored"),
];
const SEQUELS: [Then; 7] = [
    Then::Repeats,
    Then::RepeatsForgotten,
    Then::DiesAgain,
    Then::HoursLater,
    Then::NextDay,
    Then::Gone,
    Then::GoneForgotten,
];

impl Dies {
    fn step(self) -> Option<&'static str> {
        match self {
            Self::At(step) => Some(step),
            _ => None,
        }
    }

    /// Whether a session with its address is kept by now: it lives until Stripe ends it.
    fn is_kept(self) -> bool {
        matches!(self, Self::At("session-stored" | "answer-stored"))
    }

    /// Sends the purchase and waits for the death.
    async fn happen(self, shop: &Shop) {
        let call = match self {
            Self::At(_) => {
                let (answer, ()) = tokio::join!(shop.purchase("order-1", "SPRING").try_send(), shop.dies());
                assert!(answer.is_err(), "it was answered: {answer:?}");
                return;
            }
            Self::BeforeApplied(path) => (path, FaultKind::Hold),
            Self::AfterApplied(path) => (path, FaultKind::HoldAnswer),
        };
        let (path, kind) = call;
        shop.sim.inject(Fault::new(Match::new("POST", path).times(1), kind));
        let asked = tokio::spawn(shop.purchase("order-1", "SPRING").try_send());
        shop.sim.wait_until(|sim| sim.fault_met(kind)).await;
        if kind == FaultKind::HoldAnswer {
            shop.sim
                .wait_until(|sim| if path == COUPONS { sim.coupons().len() == 1 } else { sim.counts().sessions == 1 })
                .await;
        }
        shop.kill().await;
        assert!(asked.await.unwrap().is_err());
        if kind == FaultKind::HoldAnswer {
            shop.sim.release_held();
        }
    }
}

type Story = (Dies, Then);

async fn story(engine: Engine, &(dies, then): &Story) -> String {
    let shop = Shop::open(engine, dies.step()).await;
    let code = shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    dies.happen(&shop).await;
    let died = Instant::now();
    nothing_waits_longer_than_a_lease(&shop).await;

    // What Stripe still carries out for the dead process ends before anybody comes back a day or a minute later.
    let waits_for_stripe = matches!(dies, Dies::BeforeApplied(_));
    let at_once = matches!(then, Then::Repeats | Then::DiesAgain);
    if waits_for_stripe && !at_once {
        let (coupons, sessions) = (shop.sim.counts().coupons, shop.sim.counts().sessions);
        shop.sim.release_held();
        shop.sim.wait_until(|sim| sim.counts().coupons + sim.counts().sessions > coupons + sessions).await;
    }
    match then {
        Then::RepeatsForgotten => shop.sim.forget_idempotency_keys(),
        Then::HoursLater => shop.later(HOURS_MS),
        Then::NextDay => shop.later(NEXT_DAY_MS),
        Then::Gone => shop.later(GIVEN_UP_MS),
        Then::GoneForgotten => {
            shop.later(GIVEN_UP_MS);
            shop.sim.forget_idempotency_keys();
        }
        _ => {}
    }
    if let (Then::DiesAgain, Some(step)) = (then, dies.step()) {
        // At a step that the repeat does not come to any more, it is simply answered, and killed afterwards.
        shop.start(Some(step)).await;
        let outcome = loop {
            match shop.purchase("order-1", "SPRING").try_send().await {
                Ok(answer) if answer.status == 503 || answer.code() == "idempotency_key_in_use" => {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                outcome => break outcome,
            }
        };
        if outcome.is_ok_and(|answer| answer.expect(201).status == 201) { shop.kill().await } else { shop.dies().await }
    }
    shop.start(None).await;
    let gone = matches!(then, Then::Gone | Then::GoneForgotten);
    if gone {
        shop.comes_to_rest().await;
        let kept = i64::from(dies.is_kept());
        assert_eq!(shop.told(&code).await, Counted { held: kept, redeemed: 0 }, "what nobody has was given back");
    }
    let answer = if waits_for_stripe && at_once {
        // The repeat meets the first call at Stripe, still under way.
        let path = if dies == Dies::BeforeApplied(COUPONS) { COUPONS } else { SESSIONS };
        let (answer, ()) = tokio::join!(shop.buys("order-1", "SPRING"), async {
            shop.sim.wait_until(|sim| sim.request_count("POST", path) >= 2).await;
            shop.sim.release_held();
        });
        answer
    } else {
        shop.buys("order-1", "SPRING").await
    };
    let (answer, after) = (answer.expect(201), died.elapsed());
    shop.comes_to_rest().await;

    assert_eq!(shop.sim.coupons().len(), 1);
    let session = shop.sim.session(answer.id()).expect("the session that was answered is at Stripe");
    let over = matches!(then, Then::HoursLater | Then::NextDay) && dies.is_kept();
    if over {
        // It was made and its answer kept long before: a key has one answer, and its session has ended.
        assert_eq!(session.url, None);
        assert_eq!(shop.told(&code).await, Counted::default());
    } else {
        assert_eq!(answer.json["url"].as_str(), session.url.as_deref());
        assert_eq!(session.amount_total, Some(2610));
        assert_eq!((shop.at_stripe().held, shop.told(&code).await), (1, Counted { held: 1, redeemed: 0 }));
        shop.sim.complete_session(answer.id()).unwrap();
        shop.comes_to_rest().await;
        assert_eq!(shop.told(&code).await, Counted { held: 0, redeemed: 1 });
    }
    let again = shop.purchase("order-1", "SPRING").send().await;
    assert_eq!((&again.text, again.header("idempotent-replayed")), (&answer.text, Some("true")));
    assert_eq!(shop.database.number("SELECT count(*) FROM idempotency_keys WHERE status IS NULL").await, 0);
    shop.close().await;
    format!("answered {:.1} s after the death", after.as_secs_f64())
}

/// "After a crash the key works again within 10 s": what the dead process left taken ends by itself before that.
pub(super) async fn nothing_waits_longer_than_a_lease(shop: &Shop) {
    let now = shop.now();
    let taken = "SELECT COALESCE(max(locked_until), 0) FROM idempotency_keys WHERE status IS NULL";
    let busy = "SELECT COALESCE(max(busy_until), 0) FROM checkouts WHERE step = 'intent'";
    let leased = "SELECT COALESCE(max(held_until), 0) FROM leases";
    for sql in [taken, busy, leased] {
        let until = shop.database.number(sql).await;
        assert!(until <= now + LEASE_MS, "{sql}: {} ms from now", until - now);
    }
}

fn told_on(engine: Engine) {
    // A death from outside has no step to come to again.
    let stories = stories(&DEATHS, &SEQUELS, |dies, then| then != Then::DiesAgain || dies.step().is_some());
    let times = if full() { 200_usize.div_ceil(SEQUELS.len() - 1) } else { 1 };
    tell(engine, stories.repeat(times), SIDE_BY_SIDE, story);
}

#[test]
fn on_sqlite() {
    told_on(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    told_on(Engine::Postgres);
}
