//! Does the judge see it? Each rule of the count is broken on purpose, in the real server, and the same story that passes otherwise is
//! found to be impossible.

use super::site::Site;
use crate::harness::{Engine, Shop, all, until};
use std::sync::Arc;
use std::time::Duration;
use stripe_sim::{Fault, FaultKind, Match};

const SESSIONS: &str = "/v1/checkout/sessions";
/// A story that never comes to rest is not waited for long.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the judge says of a story that is told with this rule broken, or with none.
async fn told(engine: Engine, fault: Option<&'static str>, story: impl AsyncFn(&Shop, Site) -> Arc<Site>) -> String {
    let shop = match fault {
        Some(fault) => Shop::planted(engine, fault).await,
        None => Shop::open(engine, None).await,
    };
    let mut site = Site::new(&shop.sim, vec![shop.url()], &shop.key, "story");
    if fault.is_some() {
        site.patience = PATIENCE;
    }
    let site = story(&shop, site).await;
    let rest = site.rest(&shop.database).await;
    let (verdict, _) = site.verdict(&rest);
    shop.close().await;
    verdict.wrong.join("\n")
}

fn sees(engine: Engine, fault: &'static str, words: &str, story: impl AsyncFn(&Shop, Site) -> Arc<Site>) {
    if !engine.is_there() {
        return;
    }
    // As `main` has it done by the first use of the client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (sound, broken) = tokio::join!(told(engine, None, &story), told(engine, Some(fault), &story));
        assert_eq!(sound, "", "nothing was broken");
        assert!(broken.contains(words), "{fault} was not seen:\n{broken}");
        eprintln!("{engine:?}, {fault}:\n{broken}");
    });
}

/// Many for few, all at once. Who comes after the last one was taken is refused by the look before the hold, too: several times, so that on a
/// busy machine, too, some look before.
async fn rush(_: &Shop, mut site: Site) -> Arc<Site> {
    const BUYERS: usize = 30;
    for code in 0..5 {
        site.add_code(&format!("RUSH{code}"), 10, Some(3)).await;
    }
    let site = Arc::new(site);
    for code in 0..5 {
        let buyers = (1..=BUYERS).map(|buyer| {
            let (site, buyer) = (site.clone(), code * BUYERS + buyer);
            async move { site.take(buyer, code, &format!("story-{buyer}")).await }
        });
        all(buyers).await;
    }
    site
}

/// Stripe does not answer, the hold is given back, nobody comes back, and the checkout is given up; then others buy.
async fn given_up(shop: &Shop, mut site: Site) -> Arc<Site> {
    site.add_code("SPRING", 10, Some(3)).await;
    for buyer in 1..=2 {
        site.take(buyer, 0, &format!("story-{buyer}")).await;
    }
    shop.sim.inject(Fault::new(Match::new("POST", SESSIONS), FaultKind::ApplyThen500));
    shop.sim.inject(Fault::new(Match::new("GET", SESSIONS), FaultKind::Status500));
    site.take(3, 0, "story-3").await;
    shop.sim.clear_faults();
    shop.kill().await;
    shop.later(70_000);
    shop.start(None).await;
    *site.urls.lock() = vec![shop.url()];
    until(async || {
        let unsettled = "SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')";
        let count = shop.database.number(unsettled).await;
        (count == 0, count)
    })
    .await;
    for buyer in 4..=6 {
        site.take(buyer, 0, &format!("story-{buyer}")).await;
        site.read(buyer, 0).await;
    }
    Arc::new(site)
}

/// The coupon is made, nobody learns of it, and the owner makes another of it under its id before the next one buys.
async fn changed_meanwhile(shop: &Shop, mut site: Site) -> Arc<Site> {
    site.add_code("SUMMER", 10, Some(3)).await;
    shop.sim.inject(Fault::new(Match::new("POST", "/v1/coupons"), FaultKind::ApplyThen500));
    shop.sim.inject(Fault::new(Match::new("GET", "/v1/coupons"), FaultKind::Status500));
    site.take(1, 0, "story-1").await;
    shop.sim.clear_faults();
    let coupon = shop.sim.coupons().pop().unwrap();
    shop.sim.replace_coupon_terms(&coupon.id, |coupon| coupon.percent_off = Some(90.0)).unwrap();
    site.take(2, 0, "story-2").await;
    site.take(1, 0, "story-1").await;
    Arc::new(site)
}

macro_rules! seen {
    ($($name:ident: $fault:literal, $words:literal, $story:ident;)*) => {
        $(mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                sees(Engine::Sqlite, $fault, $words, $story);
            }

            #[test]
            fn postgres() {
                sees(Engine::Postgres, $fault, $words, $story);
            }
        })*
    };
}

seen! {
    the_condition_of_the_update: "oversell", "oversold", rush;
    the_state_check_of_a_release: "double-release", "oversold", given_up;
    the_terms_of_an_adopted_coupon: "blind-adopt", "was adopted and differs in percent_off", changed_meanwhile;
}
