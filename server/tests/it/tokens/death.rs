//! The process killed at each step of a refresh. A grant is lost only where Stripe had rolled the pair and nothing of its answer was
//! stored; then the owner is told within a minute, without anybody's call.
//!
//! Every day each step is died at twice an engine; `CODEMINT_FULL=1` makes it 50 times.

use super::{MINUTE, OWN, checkout, install};
use crate::harness::{CONNECTION, Engine, Shop, within};
use crate::install::account;
use std::time::{Duration, Instant};
use stripe_sim::{Fault, FaultKind, Match};

/// How the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    /// By its own hand, at a step.
    At(&'static str),
    /// From outside, while Stripe has done nothing yet; Stripe goes on with what it has when nobody waits any more.
    WhileAsked,
    /// From outside, before anything of the call has reached Stripe.
    Unheard,
    /// From outside, when Stripe has rolled the pair and its answer is on the way.
    WhileAnswered,
}

const STEPS: [Dies; 7] = [
    Dies::At("refresh-leased"),
    Dies::Unheard,
    Dies::WhileAsked,
    Dies::WhileAnswered,
    Dies::At("refresh-answered"),
    Dies::At("refresh-storing"),
    Dies::At("refresh-stored"),
];

impl Dies {
    fn step(self) -> Option<&'static str> {
        match self {
            Self::At(step) => Some(step),
            _ => None,
        }
    }

    /// Whether Stripe has rolled the pair and nothing of it was stored.
    fn loses(self) -> bool {
        !matches!(self, Self::At("refresh-leased" | "refresh-stored") | Self::Unheard)
    }

    async fn happen(self, shop: &Shop) {
        let url = shop.url();
        let call = checkout(shop, &url, &shop.key, "taskpomo");
        let kind = match self {
            Self::At(_) => {
                let (answer, ()) = tokio::join!(call.try_send(), shop.dies());
                assert!(answer.is_err(), "it was answered: {answer:?}");
                return;
            }
            Self::WhileAsked | Self::Unheard => FaultKind::Hold,
            Self::WhileAnswered => FaultKind::HoldAnswer,
        };
        // What never arrived and what was thrown away unread are the same to Stripe.
        let kind = if self == Self::Unheard { FaultKind::Drop } else { kind };
        shop.sim.clear_requests();
        let before = shop.sim.refreshes(false, &account(OWN));
        shop.sim.inject(Fault::new(Match::path("/v1/oauth/token").times(1), kind));
        let asked = tokio::spawn(call.try_send());
        shop.sim.wait_until(|sim| sim.fault_met(kind)).await;
        if kind == FaultKind::HoldAnswer {
            shop.sim.wait_until(|sim| sim.refreshes(false, &account(OWN)) > before).await;
        }
        shop.kill().await;
        drop(asked.await);
        shop.sim.release_held();
        if kind == FaultKind::Hold {
            shop.sim.wait_until(|sim| sim.refreshes(false, &account(OWN)) > before).await;
        }
        shop.sim.clear_faults();
    }
}

async fn status(shop: &Shop) -> String {
    shop.ask("GET", CONNECTION).send().await.expect(200).json["status"].as_str().unwrap().to_owned()
}

async fn die_at(engine: Engine, dies: Dies, times: usize) {
    let shop = Shop::open(engine, None).await;
    let session = shop.sign_in().await;
    let mut slowest = Duration::ZERO;
    let mails = "SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'";
    for time in 1..=times {
        if status(&shop).await != "connected" || time == 1 {
            install(&shop, &shop.url(), &session, "settings", &account(OWN)).await;
        }
        let told = shop.database.number(mails).await;
        shop.kill().await;
        shop.later(57 * MINUTE);
        shop.start(dies.step()).await;
        dies.happen(&shop).await;
        shop.start(None).await;
        let since = Instant::now();
        let wanted = if dies.loses() { "needs_reauth" } else { "connected" };
        // Nobody calls: the job finds the refresh that broke off.
        within(Duration::from_secs(60), async || {
            let held =
                shop.database.number("SELECT count(*) FROM leases WHERE name = 'app-tokens' AND held_until > 0").await;
            let status = status(&shop).await;
            (held == 0 && status == wanted, (held, status))
        })
        .await;
        slowest = slowest.max(since.elapsed());
        let news = shop.database.number(mails).await - told;
        assert_eq!(news, i64::from(dies.loses()), "{dies:?}: mails");
        if !dies.loses() {
            checkout(&shop, &shop.url(), &shop.key, "taskpomo").send().await.expect(201);
        }
    }
    eprintln!(
        "{engine:?} {dies:?}: {times} times, lost {}, known after {:.1} s at most",
        if dies.loses() { times } else { 0 },
        slowest.as_secs_f64()
    );
    shop.close().await;
}

fn die(engine: Engine) {
    let times = if crate::death::full() { 50 } else { 2 };
    crate::death::run(engine, async {
        let stories = STEPS.into_iter().map(|dies| die_at(engine, dies, times));
        futures::future::join_all(stories).await;
    });
}

#[test]
fn sqlite() {
    die(Engine::Sqlite);
}

#[test]
fn postgres() {
    die(Engine::Postgres);
}
