//! Stripe fails at the mint or at the session, once or for long: no 500, no second coupon, no lost or doubled session.

use crate::harness::{Engine, Setup, World};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

/// Where a fault strikes: the path, and how many calls of a first checkout come before it.
#[derive(Clone, Copy, Debug)]
enum Place {
    Coupon,
    Session,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    place: Place,
    /// None: from there on every connection is cut.
    kind: Option<FaultKind>,
    /// Only the first call is hit, not those that repeat it.
    once: bool,
}

impl Case {
    fn of(place: Place) -> Vec<Self> {
        let kinds = [
            Some(FaultKind::Drop),
            Some(FaultKind::ApplyThenDrop),
            Some(FaultKind::Status500),
            Some(FaultKind::ApplyThen500),
            Some(FaultKind::RateLimited429),
            Some(FaultKind::LockTimeout429),
            None,
        ];
        kinds.into_iter().flat_map(|kind| [true, false].map(|once| Self { place, kind, once })).collect()
    }

    fn fault(self) -> Fault {
        let (path, before) = match self.place {
            Place::Coupon => ("/v1/coupons", 1),
            Place::Session => ("/v1/checkout/sessions", 2),
        };
        let on = match self.kind {
            Some(_) => Match::new("POST", path),
            None => Match { skip: before, ..Match::path("/v1/") },
        };
        let on = if self.once { Match { times: Some(1), ..on } } else { on };
        Fault::new(on, self.kind.unwrap_or(FaultKind::Drop))
    }

    async fn check(self, engine: Engine) {
        let w = World::start(engine, Setup::default()).await;
        let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
        let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": "user-123" }));
        let send = || w.ask("POST", crate::harness::CHECKOUT).key(&w.key).idempotent("order-1").json(&body).send();

        w.sim.inject(self.fault());
        let first = send().await;
        let said = format!("{self:?}: {} {}", first.status, first.text);
        match first.status {
            201 => {}
            503 => {
                assert_eq!(first.code(), "stripe_unavailable", "{said}");
                assert!(first.header("retry-after").is_some(), "{said}");
                assert_eq!(w.counts(&id).await, (0, 0), "the hold was not given back: {said}");
            }
            _ => panic!("{said}"),
        }
        assert!(
            !self.once || first.status == 201 || self.kind == Some(FaultKind::Status500),
            "one fault is bridged: {said}"
        );
        w.sim.clear_faults();

        let second = send().await;
        assert_eq!(second.status, 201, "{said}, then {}", second.text);
        assert_eq!(second.header("idempotent-replayed").is_some(), first.status == 201, "{said}");
        assert_eq!(send().await.text, second.text, "{said}");
        assert_eq!(w.sim.coupons().len(), 1, "{said}");
        assert_eq!(w.sim.counts().open_sessions, 1, "{said}");
        assert_eq!(w.sim.session(second.id()).unwrap().amount_total, Some(2610), "{said}");
        assert_eq!(w.counts(&id).await, (1, 0), "{said}");
        w.audit().await;
        w.stop().await;
    }
}

/// All cases at once, each in a world of its own: they mostly wait.
fn check_all(engine: Engine, place: Place) {
    if engine.is_there() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(crate::harness::all(Case::of(place).into_iter().map(|case| case.check(engine))));
    }
}

#[test]
fn at_the_mint_on_sqlite() {
    check_all(Engine::Sqlite, Place::Coupon);
}

#[test]
fn at_the_mint_on_postgres() {
    check_all(Engine::Postgres, Place::Coupon);
}

#[test]
fn at_the_session_on_sqlite() {
    check_all(Engine::Sqlite, Place::Session);
}

#[test]
fn at_the_session_on_postgres() {
    check_all(Engine::Postgres, Place::Session);
}
