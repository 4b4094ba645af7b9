//! A hold for a checkout of the owner's own, and a death at every step of it: one redemption for a key, one coupon for a code, and what
//! nobody was answered is given back by our clock alone.

use super::steps::nothing_waits_longer_than_a_lease;
use super::{SIDE_BY_SIDE, full, stories, tell};
use crate::harness::{ALL, Answer, Ask, CONNECTION, Counted, Engine, REDEMPTIONS, Shop, within};
use serde_json::json;
use std::time::Duration;
use stripe_sim::{AccountId, Fault, FaultKind, Match};

const COUPONS: &str = "/v1/coupons";
const NONE: Counted = Counted { held: 0, redeemed: 0 };
const HELD: Counted = Counted { held: 1, redeemed: 0 };
const REDEEMED: Counted = Counted { held: 0, redeemed: 1 };
/// Longer than a hold stands whose coupon is on its way, and shorter than one that was answered.
const MINUTES_MS: i64 = 2 * 60_000;
/// Longer than any hold here stands.
const NEXT_DAY_MS: i64 = 25 * 3_600_000;
/// Longer than the job takes, where many processes share a machine.
const SOON: Duration = Duration::from_secs(60);

/// Where the process dies that takes a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    /// On its way, the coupon being minted.
    Cold(&'static str),
    /// The same where it was minted before.
    Warm(&'static str),
    /// While Stripe has the call and has not begun with it.
    BeforeApplied,
    /// When Stripe has carried it out, and nobody has the answer.
    AfterApplied,
}

/// What comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Repeats,
    /// The same, and Stripe has forgotten every idempotency key.
    RepeatsForgotten,
    /// It dies at the same place once more, then the same.
    DiesAgain,
    /// The client comes back when a hold without its coupon has lapsed.
    MinutesLater,
    /// The client comes back when every hold has lapsed.
    NextDay,
    /// The client does not come back.
    Gone,
}

const SEQUELS: [Then; 6] =
    [Then::Repeats, Then::RepeatsForgotten, Then::DiesAgain, Then::MinutesLater, Then::NextDay, Then::Gone];

fn deaths() -> Vec<Dies> {
    let cold = [
        "before-own-intent",
        "own-intent",
        "mint",
        "coupon-answered",
        "coupon-stored",
        "own-prolonged",
        "own-stored",
        "answer-stored",
    ];
    let warm = ["before-own-stored", "own-stored:2", "answer-stored"];
    let outside = [Dies::BeforeApplied, Dies::AfterApplied];
    cold.map(Dies::Cold).into_iter().chain(warm.map(Dies::Warm)).chain(outside).collect()
}

impl Dies {
    fn step(self) -> Option<&'static str> {
        match self {
            Self::Cold(step) | Self::Warm(step) => Some(step),
            _ => None,
        }
    }

    /// Whether its answer is kept by now.
    fn is_kept(self) -> bool {
        matches!(self, Self::Cold("own-stored" | "answer-stored") | Self::Warm("own-stored:2" | "answer-stored"))
    }

    /// Whether there is a row of it by now.
    fn is_there(self) -> bool {
        !matches!(self, Self::Cold("before-own-intent") | Self::Warm("before-own-stored"))
    }

    async fn happen(self, shop: &Shop) {
        let kind = match self {
            Self::BeforeApplied => FaultKind::Hold,
            Self::AfterApplied => FaultKind::HoldAnswer,
            _ => {
                dies_asking(shop, order(shop)).await;
                return;
            }
        };
        shop.sim.inject(Fault::new(Match::new("POST", COUPONS).times(1), kind));
        let asked = tokio::spawn(order(shop).try_send());
        shop.sim.wait_until(|sim| sim.fault_met(kind)).await;
        if kind == FaultKind::HoldAnswer {
            shop.sim.wait_until(|sim| sim.coupons().len() == 1).await;
        }
        shop.kill().await;
        assert!(asked.await.unwrap().is_err());
        shop.sim.release_held();
        shop.sim.wait_until(|sim| sim.coupons().len() == 1).await;
    }
}

/// Every attempt at it is the same request.
fn order(shop: &Shop) -> Ask {
    let body = json!({ "app_id": "taskpomo", "code": "SPRING", "user_id": "order-1" });
    shop.ask("POST", REDEMPTIONS).idempotent("order-1").json(&body)
}

fn settle(shop: &Shop, id: &str, how: &str) -> Ask {
    shop.ask("POST", &format!("{REDEMPTIONS}/{id}/{how}")).idempotent(how)
}

/// A request that nobody answers, because the process dies.
async fn dies_asking(shop: &Shop, ask: Ask) {
    let (answer, ()) = tokio::join!(ask.try_send(), shop.dies());
    assert!(answer.is_err(), "it was answered: {answer:?}");
}

/// The job has let go of all that is over: rows and counters are these.
async fn comes_to(shop: &Shop, wanted: Counted) {
    within(SOON, async || {
        let rows = shop.in_rows().await;
        (rows == wanted, rows)
    })
    .await;
    shop.obeys();
}

/// Redemptions that the order's key ever had.
async fn rows_of_order(shop: &Shop) -> i64 {
    shop.database.number("SELECT count(*) FROM redemptions WHERE user_id = 'order-1'").await
}

async fn new_code(shop: &Shop) -> String {
    shop.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await
}

/// Somebody before had it, and did not want it: its coupon is minted.
async fn warm_up(shop: &Shop) {
    let before = shop.post(REDEMPTIONS, &json!({ "code": "SPRING", "user_id": "before" })).await.expect(201);
    shop.ask("POST", &format!("{REDEMPTIONS}/{}/release", before.id())).send().await.expect(200);
}

type Story = (Dies, Then);

async fn story(engine: Engine, &(dies, then): &Story) -> String {
    let shop = Shop::open(engine, dies.step()).await;
    let code = new_code(&shop).await;
    if matches!(dies, Dies::Warm(_)) {
        warm_up(&shop).await;
    }
    dies.happen(&shop).await;
    nothing_waits_longer_than_a_lease(&shop).await;
    match then {
        Then::RepeatsForgotten => shop.sim.forget_idempotency_keys(),
        Then::MinutesLater => shop.later(MINUTES_MS),
        Then::NextDay | Then::Gone => shop.later(NEXT_DAY_MS),
        _ => {}
    }
    if let (Then::DiesAgain, Some(step)) = (then, dies.step()) {
        // At a step that the repeat does not come to any more, it is simply answered, and killed afterwards.
        shop.start(Some(step.trim_end_matches(":2"))).await;
        let outcome = loop {
            match order(&shop).try_send().await {
                Ok(answer) if answer.status == 503 || answer.code() == "idempotency_key_in_use" => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                outcome => break outcome,
            }
        };
        if outcome.is_ok_and(|answer| answer.expect(201).status == 201) { shop.kill().await } else { shop.dies().await }
    }
    shop.start(None).await;
    let lapsed = match then {
        Then::NextDay | Then::Gone => true,
        Then::MinutesLater => !dies.is_kept(),
        _ => false,
    };
    if lapsed {
        comes_to(&shop, NONE).await;
        assert_eq!(rows_of_order(&shop).await, i64::from(dies.is_there()));
    }
    if then == Then::Gone {
        // Somebody else has it now.
        let next = shop.answers(|| shop.ask("POST", REDEMPTIONS).body(r#"{"code":"SPRING"}"#)).await.expect(201);
        comes_to(&shop, HELD).await;
        shop.answers(|| settle(&shop, next.id(), "confirm")).await.expect(200);
    } else {
        let answer = shop.answers(|| order(&shop)).await.expect(201);
        // An answer that was kept is that answer, though its hold has lapsed since.
        comes_to(&shop, if lapsed && dies.is_kept() { NONE } else { HELD }).await;
        assert_eq!(rows_of_order(&shop).await, 1, "one key, one redemption");
        assert_eq!(answer.json["state"], "held");
        is_answered_again(&shop, &answer).await;
        // A confirmation is right in either case.
        shop.answers(|| settle(&shop, answer.id(), "confirm")).await.expect(200);
    }
    comes_to(&shop, REDEEMED).await;
    assert_eq!((shop.told(&code).await, shop.sim.coupons().len()), (REDEEMED, 1));
    assert_eq!(shop.database.number(shop.database.broken()).await, 0);
    shop.close().await;
    "well".to_owned()
}

async fn is_answered_again(shop: &Shop, answer: &Answer) {
    let again = order(shop).send().await;
    assert_eq!((&again.text, again.header("idempotent-replayed")), (&answer.text, Some("true")));
    assert_eq!(shop.database.number("SELECT count(*) FROM idempotency_keys WHERE status IS NULL").await, 0);
}

/// Deaths of what comes later.
#[derive(Clone, Copy, Debug)]
enum Later {
    /// The request, while it gives the hold back because Stripe is away. Does its client come back?
    GivingBack(&'static str, bool),
    /// The request, when Stripe refuses it for want of a permission.
    Refusing(&'static str),
    /// A confirmation or a release of a hold, or a confirmation of one that was released.
    Settling(&'static str, &'static str),
    /// The job.
    Lapsing(&'static str),
}

fn later_stories() -> Vec<Later> {
    let mut all: Vec<Later> = ["before-lapsed", "lapsed"].map(Later::Lapsing).into();
    for step in ["before-own-given-back", "own-given-back", "before-key-freed"] {
        all.extend([Later::GivingBack(step, true), Later::GivingBack(step, false), Later::Refusing(step)]);
    }
    for how in ["confirm", "release", "late"] {
        all.extend(["before-own-settled", "own-settled", "answer-stored"].map(|step| Later::Settling(step, how)));
    }
    all
}

async fn later_story(engine: Engine, &dies: &Later) -> String {
    let first = match dies {
        Later::GivingBack(step, _) | Later::Refusing(step) | Later::Lapsing(step) => step,
        // What is answered before is no death's doing.
        Later::Settling("before-own-settled", "late") => "before-own-settled:2",
        Later::Settling("own-settled", "late") => "own-settled:2",
        Later::Settling(step, _) => step,
    };
    let shop = Shop::open(engine, Some(first)).await;
    let code = new_code(&shop).await;
    match dies {
        Later::GivingBack(_, comes_back) => giving_back(&shop, comes_back).await,
        Later::Refusing(_) => refusing(&shop).await,
        Later::Settling(_, how) => settling(&shop, how).await,
        Later::Lapsing(step) => lapsing(&shop, step).await,
    }
    assert_eq!((shop.told(&code).await, shop.sim.coupons().len()), (REDEEMED, 1));
    shop.close().await;
    "well".to_owned()
}

async fn ends_redeemed(shop: &Shop, id: &str) {
    shop.ask("POST", &format!("{REDEMPTIONS}/{id}/confirm")).send().await.expect(200);
    comes_to(shop, REDEEMED).await;
}

async fn giving_back(shop: &Shop, comes_back: bool) {
    shop.sim.set_down(true);
    dies_asking(shop, order(shop)).await;
    shop.sim.set_down(false);
    if !comes_back {
        shop.later(MINUTES_MS);
    }
    shop.start(None).await;
    if !comes_back {
        comes_to(shop, NONE).await;
    }
    let held = shop.answers(|| order(shop)).await.expect(201);
    comes_to(shop, HELD).await;
    assert_eq!(rows_of_order(shop).await, 1);
    is_answered_again(shop, &held).await;
    ends_redeemed(shop, held.id()).await;
}

async fn refusing(shop: &Shop) {
    let account = AccountId::default();
    let key = shop.sim.issue_restricted_key(&account, false, &ALL);
    shop.post(CONNECTION, &json!({ "restricted_key": key })).await.expect(200);
    assert!(shop.sim.set_key_permissions(&key, &["coupon_read", "promotion_code_read", "promotion_code_write"]));
    dies_asking(shop, order(shop)).await;
    shop.start(None).await;
    shop.answers(|| order(shop)).await.refused(403, "stripe_permission_missing", "");
    comes_to(shop, NONE).await;
    // Refused, the key may come with another body.
    assert!(shop.sim.set_key_permissions(&key, &ALL));
    shop.post(CONNECTION, &json!({ "restricted_key": key })).await.expect(200);
    let other = || shop.ask("POST", REDEMPTIONS).idempotent("order-1").body(r#"{"code":"SPRING"}"#);
    let held = shop.answers(other).await.expect(201);
    comes_to(shop, HELD).await;
    ends_redeemed(shop, held.id()).await;
}

async fn settling(shop: &Shop, how: &str) {
    let body = json!({ "app_id": "taskpomo", "code": "SPRING", "user_id": "order-1" });
    let held = shop.post(REDEMPTIONS, &body).await.expect(201);
    if how == "late" {
        shop.ask("POST", &format!("{REDEMPTIONS}/{}/release", held.id())).send().await.expect(200);
    }
    let ask = || settle(shop, held.id(), if how == "release" { how } else { "confirm" });
    dies_asking(shop, ask()).await;
    shop.start(None).await;
    let answer = shop.answers(ask).await.expect(200);
    let (state, counted) = if how == "release" { ("released", NONE) } else { ("redeemed", REDEEMED) };
    assert_eq!(answer.json["state"], state);
    comes_to(shop, counted).await;
    assert_eq!(ask().send().await.text, answer.text);
    ends_redeemed(shop, held.id()).await;
    assert_eq!(rows_of_order(shop).await, 1);
}

async fn lapsing(shop: &Shop, step: &str) {
    let body = json!({ "app_id": "taskpomo", "code": "SPRING", "user_id": "order-1", "expires_in": 60 });
    let held = shop.post(REDEMPTIONS, &body).await.expect(201);
    shop.kill().await;
    shop.later(MINUTES_MS);
    // The job runs within a second, perhaps before anybody is answered.
    shop.dies_again(step, async || false).await;
    let given_back = if step == "lapsed" { NONE } else { HELD };
    assert_eq!(shop.in_rows().await, given_back);
    shop.start(None).await;
    comes_to(shop, NONE).await;
    ends_redeemed(shop, held.id()).await;
}

fn told_on(engine: Engine) {
    // A death from outside has no step to come to again.
    let stories = stories(&deaths(), &SEQUELS, |dies, then| then != Then::DiesAgain || dies.step().is_some());
    let times = if full() { 200_usize.div_ceil(SEQUELS.len() - 1) } else { 1 };
    tell(engine, stories.repeat(times), SIDE_BY_SIDE, story);
}

fn told_later_on(engine: Engine) {
    let times = if full() { 200 } else { 1 };
    tell(engine, later_stories().repeat(times), SIDE_BY_SIDE, later_story);
}

#[test]
fn on_sqlite() {
    told_on(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    told_on(Engine::Postgres);
}

#[test]
fn later_on_sqlite() {
    told_later_on(Engine::Sqlite);
}

#[test]
fn later_on_postgres() {
    told_later_on(Engine::Postgres);
}
