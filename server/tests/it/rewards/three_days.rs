//! Stripe away for 72 hours: everything is issued and mailed meanwhile, and minted afterwards within the budget of background work, none twice,
//! none lost. The same text in the answer, in the mail, on the page and at Stripe.
//!
//! Every day with a few rewards; `CODEMINT_FULL=1` makes it 10,000.

use super::campaign;
use crate::harness::{Engine, Setup, World, all, on_within, until, within};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use app::wire::rewards::RewardQuery;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

const HOURS: usize = 72;
const HOUR_MS: i64 = 3_600_000;
/// What the world allows background work, a second.
const RATE: f64 = 500.0;
/// Longer than the full number takes.
const PATIENCE: Duration = Duration::from_secs(900);
/// No state takes this long to come, be it of all of them.
const SOON: Duration = Duration::from_secs(180);

fn rewards() -> usize {
    let full = std::env::var("CODEMINT_FULL").is_ok_and(|value| value == "1");
    if full { 10_000 } else { 432 }
}

async fn count(w: &World, sql: &'static str, wanted: usize) {
    let wanted = i64::try_from(wanted).unwrap();
    let mut tick = w.ticking();
    within(SOON, async || {
        tick();
        let found = w.database.number(sql).await;
        (found == wanted, found)
    })
    .await;
}

async fn three_days(w: &World) {
    let campaign = campaign(w, json!({ "max_rewards": rewards() })).await;
    let path = format!("/v1/campaigns/{campaign}/rewards");
    w.sim.set_down(true);
    let mut earned: Vec<Value> = Vec::new();
    let mut slowest = Duration::ZERO;
    for hour in 0..HOURS {
        let (from, to) = (rewards() * hour / HOURS, rewards() * (hour + 1) / HOURS);
        let since = Instant::now();
        for some in (from..to).collect::<Vec<_>>().chunks(50) {
            let posts = some.iter().map(|n| {
                let body = json!({ "email": format!("c{n}@example.com"), "reference": format!("share-{n}") });
                w.ask("POST", &path).key(&w.key).json(&body).send()
            });
            earned.extend(all(posts).await.into_iter().map(|answer| answer.expect(201).json));
        }
        // Mailed before the hour is over, whatever Stripe does.
        count(w, "SELECT count(*) FROM rewards WHERE mail = 'sent'", to).await;
        slowest = slowest.max(since.elapsed());
        assert_eq!(w.sim.promotion_codes().len(), 0);
        w.advance(HOUR_MS);
    }
    assert!(slowest < Duration::from_secs(60), "mailed {slowest:?} after earning");
    // One notice, one pause, and nobody was written to about it.
    assert_eq!(w.database.number("SELECT count(*) FROM reward_notices").await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM mint_pauses").await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind <> 'reward'").await, 0);
    let page = RewardBackend::campaign(&w.services, &w.owner(), Mode::Test, "taskpomo", &campaign).await.unwrap();
    assert_eq!(page.notices.len(), 1);
    assert_eq!(page.notices[0].waiting, i64::try_from(rewards()).unwrap());

    w.sim.clear_requests();
    w.sim.set_down(false);
    let back = Instant::now();
    w.advance(10_000);
    count(w, "SELECT count(*) FROM rewards WHERE sync = 'minted'", rewards()).await;
    let took = back.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let least = (rewards() - 1) as f64 / RATE;
    assert!(took.as_secs_f64() >= least * 0.95, "{took:?}: faster than {RATE} a second");
    eprintln!(
        "{} rewards: mailed within {:.1} s of earning, minted {:.1} s after Stripe was back",
        rewards(),
        slowest.as_secs_f64(),
        took.as_secs_f64()
    );

    // None twice, none lost, one coupon; and the same text everywhere.
    let codes = w.sim.promotion_codes();
    let at_stripe: HashMap<&str, &str> =
        codes.iter().map(|code| (code.metadata["codemint_reward"].as_str(), code.code.as_str())).collect();
    assert_eq!((codes.len(), at_stripe.len(), w.sim.coupons().len()), (rewards(), rewards(), 1));
    let mails = w.sink.taken();
    let mailed: HashMap<String, String> = mails.iter().map(|mail| (mail.to.clone(), mail.text())).collect();
    assert_eq!((mails.len(), mailed.len()), (rewards(), rewards()));
    let texts: HashSet<&str> = earned.iter().map(|reward| reward["code"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), rewards());
    for reward in &earned {
        let (id, text) = (reward["id"].as_str().unwrap(), reward["code"].as_str().unwrap());
        assert_eq!(at_stripe[id], text);
        assert!(mailed[reward["email"].as_str().unwrap()].contains(text));
    }
    let list =
        RewardBackend::rewards(&w.services, &w.owner(), Mode::Test, &campaign, RewardQuery::default()).await.unwrap();
    for row in &list.rows {
        assert_eq!(at_stripe[row.reward.id.as_str()], row.reward.code);
    }
    until(async || {
        let notices = w.database.number("SELECT count(*) FROM reward_notices").await;
        (notices == 0, notices)
    })
    .await;
}

#[test]
fn sqlite() {
    on_within(PATIENCE, Engine::Sqlite, Setup::mailing(), three_days);
}

#[test]
fn postgres() {
    on_within(PATIENCE, Engine::Postgres, Setup::mailing(), three_days);
}
