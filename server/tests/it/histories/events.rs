//! The exact count while events come in any order, twice, or never: at rest counters, rows and Stripe's sessions are the same.

use super::dice::{Dice, seeds};
use super::full;
use super::site::Site;
use crate::harness::{ALL, Engine, Setup, World, all, on_within};
use app::backend::Backend;
use app::domain::mode::Mode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stripe_sim::SessionStatus;

const PATIENCE: Duration = Duration::from_secs(900);

/// 5,000 sessions, some 40 % abandoned, of the rest some paid late, and what Stripe tells of them shuffled, a tenth lost, the rest repeated.
async fn shuffled_repeated_and_lost(w: &World) {
    let seed = seeds(1)[0];
    let (sessions, mut dice, started) = (if full() { 5000 } else { 200 }, Dice::new(seed), Instant::now());
    w.connect(&[&ALL[..], &["webhook_write"]].concat()).await;
    Backend::make_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap();
    w.sim.hold_deliveries(true);
    let mut site = Site::new(&w.sim, vec![w.url.clone()], &w.key, seed);
    for place in 0..3 {
        site.add_code(&format!("CODE{place}"), 10, None).await;
    }
    let site = Arc::new(site);
    let buy = |number: usize| {
        let site = site.clone();
        async move { (number % 3, site.take(number, number % 3, &format!("{seed}-{number}")).await.unwrap()) }
    };
    let mut bought = Vec::new();
    for first in (0..sessions).step_by(500) {
        bought.extend(all((first..sessions.min(first + 500)).map(buy)).await);
    }
    let made = started.elapsed();
    let (mut paid, mut left, mut late) = (0, 0, [0; 3]);
    for (number, (code, session)) in bought.iter().enumerate() {
        match dice.below(100) {
            0..40 => {
                left += 1;
                site.leave(number, *code, session).await;
            }
            40..70 => {
                paid += 1;
                site.pay(number, *code, session).await;
            }
            _ => {
                w.sim.complete_session_later(session).unwrap();
                let end = dice.below(3);
                late[end] += 1;
                if end < 2 {
                    w.sim.decide_payment(session, end == 0).unwrap();
                }
            }
        }
    }
    let delivering = Instant::now();
    let (mut told, mut lost, mut sent) = (0, 0, 0);
    let attempts = w
        .sim
        .deliver(|events| {
            told = events.len();
            dice.shuffle(events);
            lost = events.len() / 10;
            events.truncate(events.len() - lost);
            // So many that the full number is more than 10,000 deliveries.
            let again: Vec<_> = events.iter().filter(|_| dice.below(16) > 0).cloned().collect();
            events.extend(again);
            // A few far apart, most close by.
            dice.shuffle(events);
            sent = events.len();
        })
        .await;
    assert!(attempts.iter().all(|attempt| attempt.status == Some(200)), "{attempts:?}");
    assert!(!full() || sent >= 10_000, "{sent} deliveries of {told} events");
    settled(w).await;
    let delivered = delivering.elapsed();
    let behind = w.database.number("SELECT count(*) FROM checkouts WHERE step = 'open'").await;
    // One sweep, and what was decided late since somebody first looked at it is due.
    w.advance(900_000);
    let sweeping = Instant::now();
    w.services.sweep_sessions().await.unwrap();
    let swept = sweeping.elapsed();
    let rest = site.rest(&w.database).await;
    let (verdict, _) = site.verdict(&rest);
    assert!(verdict.wrong.is_empty(), "CODEMINT_SEED={seed}\n{}", verdict.wrong.join("\n"));
    let open = w.sim.sessions().iter().filter(|session| session.status == SessionStatus::Open).count();
    let counted = rest.codes.iter().fold((0, 0), |sum, code| (sum.0 + code.rows.0, sum.1 + code.rows.1));
    assert_eq!((open, counted), (0, (i64::from(late[2]), i64::from(paid + late[0]))));
    eprintln!(
        "seed {seed}: {sessions} sessions made in {:.1} s, {left} left, {paid} paid at once, late: {} came, {} did not, {} undecided; {told} events, \
         {lost} lost, {sent} deliveries in {:.1} s, {behind} open after them; one sweep in {:.1} s: {} held and {} redeemed in counters, rows and \
         Stripe's sessions",
        made.as_secs_f64(),
        late[0],
        late[1],
        late[2],
        delivered.as_secs_f64(),
        swept.as_secs_f64(),
        counted.0,
        counted.1,
    );
}

/// Every event that came was worked out.
async fn settled(w: &World) {
    crate::harness::within(Duration::from_secs(300), async || {
        let queued = w.database.number("SELECT count(*) FROM webhook_events WHERE state = 'queued'").await;
        (queued == 0, queued)
    })
    .await;
}

#[test]
fn sqlite() {
    on_within(PATIENCE, Engine::Sqlite, Setup::default(), shuffled_repeated_and_lost);
}

#[test]
fn postgres() {
    on_within(PATIENCE, Engine::Postgres, Setup::default(), shuffled_repeated_and_lost);
}
