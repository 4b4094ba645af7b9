//! The check by itself: one of two processes does it, once an hour, and tells once.

use crate::clock::Clock;
use crate::scope::Scope;
use crate::services::Services;
use crate::store::NewCode;
use crate::store::conformance::engine::{Base, Engine, run};
use app::domain::discount_code::Draft;
use app::domain::terms::TermsDraft;
use secrecy::SecretString;

const NOW: i64 = 1_795_000_000_000;

async fn process(base: &Base, now: i64) -> Services {
    Services::for_ledger(&SecretString::from(base.url.clone()), None, Clock::manual(now)).await.unwrap()
}

async fn last(services: &Services, scope: &Scope) -> Option<(i64, i64)> {
    let mut reader = services.0.db.reader().await.unwrap();
    reader.at(scope).ledger_check().await.unwrap().map(|row| (row.checked_at, row.wrong))
}

async fn told(services: &Services, scope: &Scope) -> usize {
    let mut reader = services.0.db.reader().await.unwrap();
    reader.at(scope).activity_of("ledger").await.unwrap().len()
}

/// A workspace with a code that counts wrongly.
async fn miscounted(services: &Services) -> Scope {
    let scope = Scope::stored("ws_a".into(), "test");
    let terms = TermsDraft { percent_off: Some(10.0), ..TermsDraft::default() };
    let draft = Draft { code: Some("SPRING".into()), terms, ..Draft::default() };
    let definition = draft.check(NOW).unwrap();
    let mut tx = services.0.db.begin().await.unwrap();
    for workspace in ["ws_a", "ws_b"] {
        tx.conn().insert_workspace(workspace, "Workspace", NOW).await.unwrap();
    }
    let new = NewCode {
        id: "dc_1",
        app_id: "shop",
        code: "SPRING",
        terms: (&definition.terms).into(),
        limits: definition.limits,
        metadata: "{}",
        now: NOW,
    };
    tx.at(&scope).insert_code(&new).await.unwrap();
    assert!(tx.at(&scope).hold_again("dc_1", NOW).await.unwrap());
    tx.commit().await.unwrap();
    scope
}

async fn one_of_two_processes_checks_once_an_hour(base: Base) {
    let first = process(&base, NOW).await;
    let scope = miscounted(&first).await;
    let second = process(&base, NOW + 7).await;
    let due = first.ledgers_to_check().await.unwrap();
    assert_eq!(due.len(), 1, "a workspace without codes has no ledger");
    assert!(first.ledgers_to_check().await.unwrap().is_empty(), "it is being done here");

    // While one has the lease the other leaves it alone.
    let lease = first.lease(&scope, "ledger").await.unwrap().unwrap();
    for work in second.ledgers_to_check().await.unwrap() {
        second.check_due_ledger(work).await;
    }
    assert_eq!(last(&second, &scope).await, None);
    first.end_lease(&scope, lease).await.unwrap();
    for work in second.ledgers_to_check().await.unwrap() {
        second.check_due_ledger(work).await;
    }
    assert_eq!(last(&second, &scope).await, Some((NOW + 7, 1)));

    // The first one had seen that it was due before: it looks again.
    for work in due {
        first.check_due_ledger(work).await;
    }
    assert_eq!(last(&first, &scope).await, Some((NOW + 7, 1)));
    assert!(first.ledgers_to_check().await.unwrap().is_empty());

    // An hour later it is due again, and what is found is what was found.
    let later = process(&base, NOW + 7 + 3_600_000).await;
    let due = later.ledgers_to_check().await.unwrap();
    assert_eq!(due.len(), 1);
    for work in due {
        later.check_due_ledger(work).await;
    }
    assert_eq!((last(&later, &scope).await.map(|(at, _)| at), told(&later, &scope).await), (Some(NOW + 3_600_007), 1));

    // Two that end at the same moment tell it once, too.
    let mut tx = first.0.db.begin().await.unwrap();
    tx.at(&scope).repair_counts("dc_1", NOW).await.unwrap();
    tx.commit().await.unwrap();
    let (a, b) = tokio::join!(
        first.check_and_keep(&scope, super::Patience::BACKGROUND),
        second.check_and_keep(&scope, super::Patience::BACKGROUND)
    );
    assert_eq!((a.unwrap().wrong, b.unwrap().wrong, told(&later, &scope).await), (0, 0, 2));
}

async fn what_happened_is_forgotten_after_a_year(base: Base) {
    let services = process(&base, NOW).await;
    let scope = miscounted(&services).await;
    let year = 396 * 86_400_000;
    let mut tx = services.0.db.begin().await.unwrap();
    for (id, subject, kind, at) in [
        ("act_1", "dc_1", "code_created", NOW - year - 1),
        ("act_2", "dc_1", "code_paused", NOW - year),
        ("act_3", "rw_1", "earned", NOW - year - 1),
        ("act_4", "cmp_1", "created", NOW - year - 1),
    ] {
        tx.at(&scope).insert_activity(id, subject, kind, "", at).await.unwrap();
    }
    tx.commit().await.unwrap();
    services.forget_old().await.unwrap();
    let mut reader = services.0.db.reader().await.unwrap();
    let mut left = Vec::new();
    for subject in ["dc_1", "rw_1", "cmp_1"] {
        left.extend(reader.at(&scope).activity_of(subject).await.unwrap().into_iter().map(|row| row.id));
    }
    assert_eq!(left, ["act_2", "act_3"], "the story of a reward stays as long as the reward");
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                super::run(super::Engine::Sqlite, super::$name).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                super::run(super::Engine::Postgres, super::$name).await;
            }
        }
    )+};
}

on_both!(one_of_two_processes_checks_once_an_hour, what_happened_is_forgotten_after_a_year);
