//! One reward, and a death at every step of its way: earned, mailed, minted. One reward, one code, one promotion code at Stripe, the same text
//! everywhere, whoever dies and whatever Stripe has forgotten meanwhile.

use super::{full, stories, tell};
use crate::harness::{Ask, Engine, Shop, within};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use stripe_sim::{AccountId, Fault, FaultKind, Match};

const COUPONS: &str = "/v1/coupons";
const CODES: &str = "/v1/promotion_codes";
/// Installations that live at the same time: each has its connections to the database, and all of them work.
const SIDE_BY_SIDE: usize = 16;
/// Longer than what a dead process had taken stays taken.
const LATER_MS: i64 = 30_000;
/// Longer than Stripe remembers a key.
const NEXT_DAY_MS: i64 = 25 * 3_600_000;
/// Everything is as it should be so long after a restart, on a machine that has nothing else to do; here many share it.
const CONVERGED: Duration = Duration::from_secs(60);

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
    /// The next process, at once.
    AtOnce,
    /// A little later.
    Later,
    /// The next day, and Stripe has forgotten every idempotency key.
    NextDay,
    /// The next process dies at the same place.
    DiesAgain,
    /// The customer has used the code before the next process comes.
    Used,
}

const DEATHS: [Dies; 16] = [
    Dies::At("before-earned"),
    Dies::At("earned"),
    Dies::At("mail-taken"),
    Dies::At("mail-sent"),
    Dies::At("mail-noted"),
    Dies::At("rewards-taken"),
    Dies::At("reward-coupon"),
    Dies::BeforeApplied(COUPONS),
    Dies::AfterApplied(COUPONS),
    Dies::At("reward-coupon-answered"),
    Dies::At("reward-coupon-stored"),
    Dies::At("reward-code"),
    Dies::BeforeApplied(CODES),
    Dies::AfterApplied(CODES),
    Dies::At("reward-code-answered"),
    Dies::At("reward-stored"),
];
const SEQUELS: [Then; 5] = [Then::AtOnce, Then::Later, Then::NextDay, Then::DiesAgain, Then::Used];

impl Dies {
    fn step(self) -> Option<&'static str> {
        match self {
            Self::At(step) => Some(step),
            _ => None,
        }
    }

    /// Whether the code is at Stripe by then.
    fn is_there(self) -> bool {
        matches!(self, Self::AfterApplied(CODES) | Self::At("reward-code-answered" | "reward-stored"))
    }

    /// Earns, and waits for the death.
    async fn happen(self, shop: &Shop, campaign: &str) {
        let kind = match self {
            Self::At(_) => {
                // Its answer may come before the death, or never.
                let (_answer, ()) = tokio::join!(earns(shop, campaign).try_send(), shop.dies());
                return;
            }
            Self::BeforeApplied(_) => FaultKind::Hold,
            Self::AfterApplied(_) => FaultKind::HoldAnswer,
        };
        let (Self::BeforeApplied(path) | Self::AfterApplied(path) | Self::At(path)) = self;
        shop.sim.inject(Fault::new(Match::new("POST", path).times(1), kind));
        earns(shop, campaign).send().await.expect(201);
        shop.sim.wait_until(|sim| sim.fault_met(kind)).await;
        if kind == FaultKind::HoldAnswer {
            shop.sim
                .wait_until(
                    |sim| if path == COUPONS { sim.coupons().len() == 1 } else { sim.promotion_codes().len() == 1 },
                )
                .await;
        }
        shop.kill().await;
        shop.sim.release_held();
        if kind == FaultKind::Hold && path == COUPONS {
            shop.sim.wait_until(|sim| sim.coupons().len() == 1).await;
        } else if kind == FaultKind::Hold {
            shop.sim.wait_until(|sim| sim.promotion_codes().len() == 1).await;
        }
        shop.sim.clear_faults();
    }
}

fn earns(shop: &Shop, campaign: &str) -> Ask {
    let body = json!({ "email": "ada@example.com", "reference": "share-1" });
    shop.ask("POST", &format!("/v1/campaigns/{campaign}/rewards")).json(&body)
}

/// The reward, once it is minted and mailed.
async fn arrives(shop: &Shop, campaign: &str, id: &str) -> Value {
    within(CONVERGED, async || {
        let now = shop.ask("GET", &format!("/v1/campaigns/{campaign}/rewards/{id}")).send().await.expect(200).json;
        (now["sync"]["state"] == "minted" && now["email_delivery"]["state"] == "sent", now)
    })
    .await
}

type Story = (Dies, Then);

async fn story(engine: Engine, &(dies, then): &Story) -> String {
    let shop = Shop::open(engine, dies.step()).await;
    let body = json!({ "app_id": "taskpomo", "name": "Share", "percent_off": 15 });
    let campaign = shop.post("/v1/campaigns", &body).await.expect(201).id().to_owned();
    dies.happen(&shop, &campaign).await;
    match then {
        Then::Later => shop.later(LATER_MS),
        Then::NextDay => {
            shop.later(NEXT_DAY_MS);
            shop.sim.forget_idempotency_keys();
        }
        Then::DiesAgain => {
            shop.later(LATER_MS);
            let settled = async || {
                let done = "SELECT count(*) FROM rewards WHERE sync = 'minted' AND mail = 'sent'";
                let none = "SELECT count(*) FROM rewards";
                shop.database.number(done).await == 1 || shop.database.number(none).await == 0
            };
            shop.dies_again(dies.step().unwrap(), settled).await;
            shop.later(LATER_MS);
        }
        Then::Used => {
            let text = shop.sim.promotion_codes()[0].code.clone();
            let session = shop.sim.open_shop_checkout(&AccountId::default(), false, "price_1ABC").unwrap();
            shop.sim.enter_promotion_code(&session.id, &text).unwrap();
            shop.sim.complete_session(&session.id).unwrap();
            shop.later(LATER_MS);
        }
        Then::AtOnce => {}
    }
    shop.start(None).await;
    let since = Instant::now();
    // The client comes back with the same reference: it gets the reward that is there.
    let earned = shop.answers(|| earns(&shop, &campaign)).await;
    assert!(matches!(earned.status, 200 | 201), "{}", earned.text);
    let reward = arrives(&shop, &campaign, earned.id()).await;
    let after = since.elapsed();

    let text = earned.json["code"].as_str().unwrap();
    assert_eq!(reward["code"], text);
    let codes = shop.sim.promotion_codes();
    assert_eq!(
        codes.iter().map(|code| code.code.as_str()).collect::<Vec<_>>(),
        [text],
        "one code at Stripe, of this text"
    );
    assert_eq!(reward["sync"]["stripe_promotion_code"], codes[0].id);
    assert_eq!(codes[0].metadata["codemint_reward"], earned.id());
    assert_eq!(shop.sim.coupons().len(), 1);
    assert_eq!(shop.database.number("SELECT count(*) FROM rewards").await, 1);
    assert_eq!(shop.database.number("SELECT issued FROM campaigns").await, 1);
    assert_eq!(shop.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 1);
    let mails = shop.mails();
    let deaths = if then == Then::DiesAgain { 2 } else { 1 };
    assert!((1..=1 + deaths).contains(&mails.len()), "{} mails", mails.len());
    let mut ids = std::collections::HashSet::new();
    for bytes in &mails {
        let mail = MessageParser::default().parse(bytes).unwrap();
        ids.insert(mail.message_id().unwrap().to_owned());
        assert!(mail.body_text(0).unwrap().contains(text) && mail.body_html(0).unwrap().contains(text));
    }
    assert_eq!(ids.len(), 1, "a mail that is sent twice is one mail to its reader");
    if then == Then::Used {
        within(CONVERGED, async || {
            let used = shop.database.number("SELECT count(*) FROM rewards WHERE used_at IS NOT NULL").await;
            (used == 1, used)
        })
        .await;
    }
    shop.database.audit().await;
    shop.close().await;
    format!("whole {:.1} s after the restart, {} mails", after.as_secs_f64(), mails.len())
}

fn told_on(engine: Engine) {
    let stories = stories(&DEATHS, &SEQUELS, |dies, then| match then {
        Then::DiesAgain => dies.step().is_some(),
        Then::Used => dies.is_there(),
        _ => true,
    });
    let times = if full() { 50 } else { 1 };
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
