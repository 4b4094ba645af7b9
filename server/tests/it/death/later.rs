//! Deaths of what comes later: giving up, giving back, taking a hold again, counting, blocking, minting again.

use super::{GIVEN_UP_MS, LEASE_MS, SIDE_BY_SIDE, full, tell};
use crate::harness::{CHECKOUT, Counted, Engine, Shop, World};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

const SESSIONS: &str = "/v1/checkout/sessions";
const NONE: Counted = Counted { held: 0, redeemed: 0 };
const HELD: Counted = Counted { held: 1, redeemed: 0 };
const REDEEMED: Counted = Counted { held: 0, redeemed: 1 };

#[derive(Clone, Copy, Debug)]
enum Dies {
    /// The completer, while it gives up a checkout whose request died before.
    GivingUp(&'static str),
    /// The same, and the client comes back as soon as the completer's lease has run out.
    GivingUpAndMet(&'static str),
    /// The request, while it gives the hold back because nobody knows what Stripe did. Does its client come back?
    GivingBack(&'static str, bool),
    /// The repeat, when it has taken the hold again. Does its client come back once more?
    HoldingAgain(bool),
    /// The request, when Stripe has refused.
    Refusing(&'static str),
    /// The sweep, when a session was paid or has expired.
    Counting(&'static str, bool),
    /// The request that finds the coupon gone.
    Blocking(&'static str),
    /// The owner's click.
    MintingAgain(&'static str),
    /// The owner's word that an open checkout shall end.
    Ending(&'static str, Then),
}

/// What comes after an owner was not told that a checkout has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The owner says it again.
    SaidAgain,
    /// The owner leaves it at that.
    NothingSaid,
    /// The customer, who still can, pays before anybody comes back; the owner says it again.
    Paid,
}

fn stories() -> Vec<Dies> {
    use Dies::{
        Blocking, Counting, Ending, GivingBack, GivingUp, GivingUpAndMet, HoldingAgain, MintingAgain, Refusing,
    };
    let mut all = vec![HoldingAgain(true), HoldingAgain(false)];
    all.extend(["gave-up", "gave-up-found", "gave-up-expired"].map(GivingUp));
    all.extend(["gave-up", "gave-up-found", "gave-up-expired"].map(GivingUpAndMet));
    for step in ["before-given-back", "given-back", "before-key-freed"] {
        all.extend([GivingBack(step, true), GivingBack(step, false), Refusing(step)]);
    }
    for step in ["before-counted", "counted"] {
        all.extend([Counting(step, true), Counting(step, false)]);
    }
    all.extend(["before-blocked", "blocked"].map(Blocking));
    all.extend(["minting-again", "minted-again"].map(MintingAgain));
    all.push(Ending("ending-checkout", Then::Paid));
    for step in ["ending-checkout", "checkout-ended-at-stripe", "before-checkout-ended", "checkout-ended"] {
        all.extend([Then::SaidAgain, Then::NothingSaid].map(|then| Ending(step, then)));
    }
    all
}

async fn story(engine: Engine, &dies: &Dies) -> String {
    let first = match dies {
        Dies::GivingUp(_) | Dies::GivingUpAndMet(_) => "session-answered",
        Dies::HoldingAgain(_) => "held-again",
        Dies::GivingBack(step, _)
        | Dies::Refusing(step)
        | Dies::Counting(step, _)
        | Dies::Blocking(step)
        | Dies::MintingAgain(step)
        | Dies::Ending(step, _) => step,
    };
    let shop = Shop::open(engine, Some(first)).await;
    let code = shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    match dies {
        Dies::GivingUp(step) => giving_up(&shop, &code, step).await,
        Dies::GivingUpAndMet(step) => giving_up_and_met(&shop, &code, step).await,
        Dies::GivingBack(_, comes_back) => giving_back(&shop, &code, comes_back).await,
        Dies::HoldingAgain(comes_back) => holding_again(&shop, &code, comes_back).await,
        Dies::Refusing(_) => refusing(&shop, &code).await,
        Dies::Counting(_, paid) => counting(&shop, &code, paid).await,
        Dies::Blocking(_) => blocking(&shop, &code).await,
        Dies::MintingAgain(_) => minting_again(&shop, &code).await,
        Dies::Ending(step, then) => ending(&shop, &code, step, then).await,
    }
    shop.comes_to_rest().await;
    assert_eq!(shop.sim.coupons().len(), 1);
    shop.close().await;
    "well".to_owned()
}

/// A purchase that nobody answers, because the process dies.
async fn dies_buying(shop: &Shop) {
    let (answer, ()) = tokio::join!(shop.purchase("order-1", "SPRING").try_send(), shop.dies());
    assert!(answer.is_err(), "it was answered: {answer:?}");
}

/// The client comes back, and has its session at last.
async fn buys_in_the_end(shop: &Shop, code: &str) {
    let answer = shop.buys("order-1", "SPRING").await.expect(201);
    shop.comes_to_rest().await;
    assert_eq!(shop.told(code).await, HELD);
    let session = shop.sim.session(answer.id()).unwrap();
    assert_eq!((session.url.as_deref(), session.amount_total), (answer.json["url"].as_str(), Some(2610)));
}

/// Nobody came back: all is given back.
async fn is_given_up(shop: &Shop, code: &str) {
    shop.later(GIVEN_UP_MS);
    shop.start(None).await;
    shop.comes_to_rest().await;
    assert_eq!((shop.told(code).await, shop.sim.counts().open_sessions), (NONE, 0));
}

async fn giving_up(shop: &Shop, code: &str, step: &str) {
    dies_buying(shop).await;
    shop.later(GIVEN_UP_MS);
    shop.start(Some(step)).await;
    shop.dies().await;
    // The completer took it for a minute.
    is_given_up(shop, code).await;
    buys_in_the_end(shop, code).await;
}

/// The session may have been ended already, and Stripe's stored answer to the old key still tells of an open one.
async fn giving_up_and_met(shop: &Shop, code: &str, step: &str) {
    dies_buying(shop).await;
    shop.later(GIVEN_UP_MS);
    shop.start(Some(step)).await;
    shop.dies().await;
    shop.later(LEASE_MS);
    shop.start(None).await;
    buys_in_the_end(shop, code).await;
}

/// Stripe makes the session, says 500, and cannot be asked.
fn nobody_knows(shop: &Shop) {
    shop.sim.inject(Fault::new(Match::new("POST", SESSIONS), FaultKind::ApplyThen500));
    shop.sim.inject(Fault::new(Match::new("GET", SESSIONS), FaultKind::Drop));
}

async fn giving_back(shop: &Shop, code: &str, comes_back: bool) {
    nobody_knows(shop);
    dies_buying(shop).await;
    shop.sim.clear_faults();
    if comes_back {
        shop.start(None).await;
    } else {
        is_given_up(shop, code).await;
    }
    buys_in_the_end(shop, code).await;
}

async fn holding_again(shop: &Shop, code: &str, comes_back: bool) {
    nobody_knows(shop);
    shop.purchase("order-1", "SPRING").send().await.refused(503, "stripe_unavailable", "");
    assert_eq!((shop.told(code).await, shop.sim.counts().open_sessions), (NONE, 1));
    shop.sim.clear_faults();
    dies_buying(shop).await;
    assert_eq!(shop.in_rows().await, HELD);
    if comes_back {
        shop.start(None).await;
    } else {
        is_given_up(shop, code).await;
    }
    buys_in_the_end(shop, code).await;
}

async fn refusing(shop: &Shop, code: &str) {
    // Stripe alone knows that this is too much money.
    let wrong = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": "order-1", "quantity": 999_999 }));
    let ask = || shop.ask("POST", CHECKOUT).idempotent("order-1").json(&wrong);
    let (answer, ()) = tokio::join!(ask().try_send(), shop.dies());
    assert!(answer.is_err());
    shop.start(None).await;
    shop.answers(ask).await.refused(400, "parameter_invalid", "");
    assert_eq!((shop.told(code).await, shop.sim.counts().sessions), (NONE, 0));
    // A refused request may come again corrected, under its key.
    buys_in_the_end(shop, code).await;
}

async fn counting(shop: &Shop, code: &str, paid: bool) {
    let session = shop.buys("order-1", "SPRING").await.expect(201);
    if paid {
        shop.sim.complete_session(session.id()).unwrap();
    } else {
        shop.sim.expire_session(session.id()).unwrap();
    }
    shop.dies().await;
    shop.start(None).await;
    shop.comes_to_rest().await;
    assert_eq!(shop.told(code).await, if paid { REDEEMED } else { NONE });
}

async fn blocking(shop: &Shop, code: &str) {
    let session = shop.buys("order-0", "SPRING").await.expect(201);
    shop.sim.expire_session(session.id()).unwrap();
    shop.comes_to_rest().await;
    let old = shop.sim.coupons().pop().unwrap().id;
    shop.sim.delete_coupon(&old).unwrap();
    dies_buying(shop).await;
    shop.start(None).await;
    shop.buys("order-1", "SPRING").await.refused(409, "discount_code_blocked", "");
    assert_eq!((shop.told(code).await, shop.sim.coupons().len()), (NONE, 0));
    let cookie = shop.sign_in().await;
    shop.mint_again(&cookie, code).send().await.expect(200);
    shop.buys("order-2", "SPRING").await.expect(201);
    assert_ne!(shop.sim.coupons().pop().unwrap().id, old, "a new coupon has a new id");
}

async fn minting_again(shop: &Shop, code: &str) {
    let session = shop.buys("order-0", "SPRING").await.expect(201);
    shop.sim.expire_session(session.id()).unwrap();
    shop.comes_to_rest().await;
    let old = shop.sim.coupons().pop().unwrap().id;
    shop.sim.delete_coupon(&old).unwrap();
    shop.buys("order-1", "SPRING").await.refused(409, "discount_code_blocked", "");
    let cookie = shop.sign_in().await;
    let (clicked, ()) = tokio::join!(shop.mint_again(&cookie, code).try_send(), shop.dies());
    assert!(clicked.is_err());
    shop.start(None).await;
    // The owner sees whether the code is still blocked, and clicks again if it is; a second click does no harm.
    shop.mint_again(&cookie, code).send().await;
    shop.buys("order-2", "SPRING").await.expect(201);
    shop.mint_again(&cookie, code).send().await;
    shop.buys("order-2", "SPRING").await.expect(201);
    assert_ne!(shop.sim.coupons().pop().unwrap().id, old, "a new coupon has a new id");
    assert_eq!(shop.told(code).await, HELD);
}

async fn ending(shop: &Shop, code: &str, step: &str, then: Then) {
    let bought = shop.buys("order-1", "SPRING").await.expect(201);
    let redemption = bought.json["discount"]["redemption"].as_str().unwrap();
    let cookie = shop.sign_in().await;
    let form = [("mode", "test"), ("redemption", redemption)];
    let end = || shop.browse("POST", "/api/end-checkout").header("cookie", &cookie).form(&form);
    let (told, ()) = tokio::join!(end().try_send(), shop.dies());
    assert!(told.is_err(), "it was answered: {told:?}");
    // What is given back here has ended there before, and never the other way round. The sweep may have seen it, too.
    let (there, here) = (shop.at_stripe(), shop.in_rows().await);
    assert_eq!(there, if step == "ending-checkout" { HELD } else { NONE });
    assert!(
        here == NONE && there == NONE || here == HELD && step != "checkout-ended",
        "{here:?} here, {there:?} there"
    );
    if then == Then::Paid {
        shop.sim.complete_session(bought.id()).unwrap();
    }
    shop.start(None).await;
    if then != Then::NothingSaid {
        end().send().await.expect(200);
    }
    shop.comes_to_rest().await;
    let counted = match then {
        Then::Paid => REDEEMED,
        // Nobody has asked Stripe for anything.
        Then::NothingSaid if step == "ending-checkout" => HELD,
        _ => NONE,
    };
    assert_eq!(shop.told(code).await, counted);
    let ways = shop.database.lines("SELECT history FROM redemptions").await;
    let ended = ways[0].lines().skip(1).map(|step| step.split_once(' ').unwrap().0).collect::<Vec<_>>();
    match counted {
        HELD => assert!(ended.is_empty(), "{ended:?}"),
        REDEEMED => assert_eq!(ended, ["paid"]),
        // The owner or the sweep, whoever came first, and once.
        _ => assert!(ended == ["ended"] || ended == ["session_expired"], "{ended:?}"),
    }
    let said = shop.database.number("SELECT count(*) FROM activity WHERE kind = 'checkout_ended'").await;
    assert!(said <= 1 && (said == 1 || ended != ["ended"]), "told {said} times: {ended:?}");
}

fn told_on(engine: Engine) {
    let times = if full() { 200 } else { 1 };
    tell(engine, stories().repeat(times), SIDE_BY_SIDE, story);
}

#[test]
fn on_sqlite() {
    told_on(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    told_on(Engine::Postgres);
}
