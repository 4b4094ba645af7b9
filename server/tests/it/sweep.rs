//! Without a webhook: what ended at Stripe is seen here by asking.

use crate::harness::{World, on_both_engines, until};
use serde_json::json;

on_both_engines!(
    with working;
    paid_is_redeemed_and_expired_is_released,
    a_session_ends_on_stripes_word_not_on_our_clock,
    an_archived_code_still_counts,
    more_sessions_than_a_page,
    what_is_open_is_not_listed,
    an_outage_delays_and_loses_nothing,
    a_request_that_died_is_given_up,
    money_that_takes_days_and_comes,
    money_that_takes_days_and_does_not_come,
    money_that_nobody_may_look_at,
    late_payments_are_asked_for_rarely,
    money_comes_after_a_new_key,
    money_that_nobody_can_be_asked_about,
    a_session_that_stripe_has_no_more,
    many_that_stripe_has_no_more,
    late_ones_that_are_elsewhere_keep_nobody_waiting,
    one_that_cannot_be_ended_stops_nobody,
    who_bought_without_a_code_is_erased,
);

async fn counts_become(w: &World, id: &str, wanted: (i64, i64)) {
    until(async || {
        let counts = w.counts(id).await;
        (counts == wanted, counts)
    })
    .await;
}

/// Stripe was asked about sessions so often.
async fn asked(w: &World, times: usize) {
    until(async || {
        let count = w.sim.request_count("GET", "/v1/checkout/sessions");
        (count >= times, count)
    })
    .await;
}

async fn buy(w: &World, count: usize) -> Vec<String> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201).id().to_owned());
    }
    sessions
}

async fn paid_is_redeemed_and_expired_is_released(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 3 })).await;
    let sessions = buy(w, 3).await;
    assert_eq!(w.counts(&id).await, (3, 0));
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    w.sim.complete_session(&sessions[0]).unwrap();
    counts_become(w, &id, (2, 1)).await;
    w.sim.expire_session(&sessions[1]).unwrap();
    counts_become(w, &id, (1, 1)).await;
    assert_eq!(buy(w, 1).await.len(), 1, "what was given back can be used again");
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    assert_eq!(w.counts(&id).await, (2, 1));
}

async fn a_session_ends_on_stripes_word_not_on_our_clock(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    buy(w, 1).await;
    w.advance(3_600_000 - 1);
    w.sim.clear_requests();
    asked(w, 3).await;
    assert_eq!(w.counts(&id).await, (1, 0), "an hour is not over");
    w.advance(1);
    counts_become(w, &id, (0, 0)).await;
    w.sim.clear_requests();
    // Nothing is open any more: nobody is asked.
    buy(w, 1).await;
    assert_eq!(w.sim.request_count("POST", "/v1/checkout/sessions"), 1);
}

async fn an_archived_code_still_counts(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let sessions = buy(w, 2).await;
    w.delete(&format!("{}/{id}", crate::harness::CODES)).await.expect(200);
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.expire_session(&sessions[1]).unwrap();
    counts_become(w, &id, (0, 1)).await;
}

async fn more_sessions_than_a_page(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let posts = (0..120).map(|_| {
        let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
        w.ask("POST", crate::harness::CHECKOUT).key(&w.key).json(&body).send()
    });
    let sessions = crate::harness::all(posts).await;
    for (place, session) in sessions.iter().enumerate() {
        match place % 3 {
            0 => drop(w.sim.complete_session(session.id()).unwrap()),
            1 => drop(w.sim.expire_session(session.id()).unwrap()),
            _ => {}
        }
    }
    counts_become(w, &id, (40, 40)).await;
    assert_eq!(w.open_discounted(), 40);
}

async fn what_is_open_is_not_listed(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let sessions = buy(w, 7).await;
    w.sim.clear_requests();
    w.sim.complete_session(&sessions[2]).unwrap();
    w.sim.expire_session(&sessions[4]).unwrap();
    counts_become(w, &id, (5, 1)).await;
    asked(w, 4).await;
    let mut ends = std::collections::BTreeSet::new();
    for asked in w.sim.requests() {
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("GET", "/v1/checkout/sessions"),
            "nobody by their id"
        );
        let status = asked.params.iter().find(|(name, _)| name == "status").map(|(_, status)| status.clone());
        ends.insert(status.expect("open ones would be listed, too"));
    }
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["complete", "expired"]);
}

async fn an_outage_delays_and_loses_nothing(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let sessions = buy(w, 2).await;
    w.sim.set_down(true);
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.clear_requests();
    asked(w, 2).await;
    assert_eq!(w.counts(&id).await, (2, 0));
    w.sim.set_down(false);
    counts_become(w, &id, (1, 1)).await;
}

async fn a_request_that_died_is_given_up(w: &World) {
    use stripe_sim::{Fault, FaultKind, Match};
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    // Applied, but nobody learns of it: the session exists without anybody who has its address.
    w.sim.inject(Fault::new(Match::new("POST", "/v1/checkout/sessions"), FaultKind::ApplyThen500));
    w.sim.inject(Fault::new(Match::new("GET", "/v1/checkout/sessions"), FaultKind::Status500));
    let body = World::checkout_body(json!({ "discount_code": "SPRING" }));
    w.post(crate::harness::CHECKOUT, body).await.refused(503, "stripe_unavailable", "");
    assert_eq!((w.counts(&id).await, w.sim.counts().open_sessions), ((0, 0), 1));
    w.sim.clear_faults();
    w.advance(61_000);
    until(async || {
        let unsettled = w.database.number("SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')").await;
        let seen = (unsettled, w.sim.counts().open_sessions);
        (seen == (0, 0), seen)
    })
    .await;
    assert_eq!(w.counts(&id).await, (0, 0));
    buy(w, 1).await;
    assert_eq!(w.counts(&id).await, (1, 0));
}

/// Sessions of one code that are complete while the money is on its way, and the sweep knows it.
async fn pay_later(w: &World, count: usize) -> (String, Vec<String>) {
    let limit = i64::try_from(count).unwrap();
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": limit })).await;
    let sessions = buy(w, count).await;
    for session in &sessions {
        w.sim.complete_session_later(session).unwrap();
    }
    until(async || {
        let known = w.database.number("SELECT count(*) FROM checkouts WHERE undecided_since IS NOT NULL").await;
        (known == limit, known)
    })
    .await;
    assert_eq!(w.counts(&id).await, (limit, 0), "it is not decided");
    (id, sessions)
}

/// What the last step of each redemption was, by the alphabet.
async fn causes(w: &World) -> Vec<String> {
    let lines = w.database.lines("SELECT history FROM redemptions ORDER BY id").await;
    let last = |history: &String| history.lines().last().and_then(|step| step.split(' ').next()).unwrap().to_owned();
    let mut causes: Vec<String> = lines.iter().map(last).collect();
    causes.sort();
    causes
}

async fn money_that_takes_days_and_comes(w: &World) {
    let (id, sessions) = pay_later(w, 2).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(400, "discount_code_exhausted", "discount_code");
    // Long after a session would have ended.
    let before = w.sim.request_count("GET", "/v1/checkout/sessions");
    w.advance(3 * 86_400_000);
    asked(w, before + 1).await;
    assert_eq!(w.counts(&id).await, (2, 0));
    w.sim.decide_payment(&sessions[0], true).unwrap();
    w.advance(900_000);
    counts_become(w, &id, (1, 1)).await;
    assert_eq!(causes(w).await, ["checkout", "paid"]);
}

async fn money_that_takes_days_and_does_not_come(w: &World) {
    let (id, sessions) = pay_later(w, 2).await;
    w.sim.decide_payment(&sessions[0], false).unwrap();
    let session = w.sim.session(&sessions[0]).unwrap();
    assert_eq!(session.payment_status, stripe_sim::PaymentStatus::Unpaid, "the session does not tell");
    w.advance(900_000);
    counts_become(w, &id, (1, 0)).await;
    assert_eq!(causes(w).await, ["checkout", "payment_failed"]);
    buy(w, 1).await;
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn money_that_nobody_may_look_at(w: &World) {
    w.sim.set_payments_hidden(true);
    let (id, sessions) = pay_later(w, 2).await;
    w.sim.decide_payment(&sessions[0], false).unwrap();
    w.sim.decide_payment(&sessions[1], true).unwrap();
    w.advance(900_000);
    counts_become(w, &id, (1, 1)).await;
    // The other one may be being asked about: it is put off by the clock that is to go on.
    until(async || {
        let next = w.database.number("SELECT COALESCE(min(ask_again_at), 0) FROM checkouts WHERE step = 'open'").await;
        (next > w.now(), next)
    })
    .await;
    let before = w.sim.request_count("GET", "/v1/checkout/sessions");
    w.advance(29 * 86_400_000);
    asked(w, before + 1).await;
    assert_eq!(w.counts(&id).await, (1, 1), "thirty days are not over");
    w.advance(86_400_000);
    counts_become(w, &id, (0, 1)).await;
    assert_eq!(causes(w).await, ["paid", "unverified"]);
    assert_eq!(w.get(crate::harness::CONNECTION).await.json["permissions"]["checkout_sessions"], "write");
    w.sim.set_payments_hidden(false);
}

async fn late_payments_are_asked_for_rarely(w: &World) {
    let (id, sessions) = pay_later(w, 5).await;
    let fresh = w.code(json!({ "code": "SUMMER", "percent_off": 10 })).await;
    w.checkout(json!({ "discount_code": "SUMMER" })).await.expect(201);
    let about_late = || {
        let late = |path: &str| path.contains("payment_intents") || sessions.iter().any(|id| path.ends_with(id));
        w.sim.requests().iter().filter(|request| late(&request.path)).count()
    };
    // An open session is asked for many times meanwhile.
    let quiet = async || {
        let before = (about_late(), w.sim.requests().len());
        until(async || {
            let seen = w.sim.requests().len();
            (seen > before.1 + 20, seen)
        })
        .await;
        about_late() - before.0
    };
    let mut asked = Vec::new();
    for pause_s in [0, 15, 15, 30, 60, 900, 900] {
        w.advance(pause_s * 1000);
        let wanted = if pause_s == 0 { 0 } else { 2 * sessions.len() };
        let before = about_late();
        until(async || {
            let seen = about_late() - before;
            (seen >= wanted, seen)
        })
        .await;
        asked.push(about_late() - before + quiet().await);
    }
    assert_eq!(asked, [0, 10, 10, 10, 10, 10, 10], "the session and its money, once each");
    assert_eq!((w.counts(&id).await, w.counts(&fresh).await), ((5, 0), (1, 0)));
    // Nor are they why everything since then is listed; while all were open, lists were the shorter way.
    w.sim.clear_requests();
    w.advance(86_400_000);
    counts_become(w, &fresh, (0, 0)).await;
    let listed =
        |request: &stripe_sim::RequestRecord| request.path == "/v1/checkout/sessions" && request.method == "GET";
    let lists = w.sim.requests().iter().filter(|request| listed(request)).count();
    assert!(lists <= 2, "{lists} lists");
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Another purchase with a code of its own, made by a connection that is gone: the job ends it once its session is over for a day, and
/// those that were over before it have been looked at then.
async fn left_behind(w: &World, text: &str) -> String {
    let id = w.code(json!({ "code": text, "percent_off": 10 })).await;
    let body = json!({ "discount_code": text, "expires_in": 3600 });
    let session = w.checkout(body).await.expect(201).id().to_owned();
    let gone = format!("{session}_gone");
    let plant = format!(
        "UPDATE checkouts SET generation = 0, account = NULL, session_id = '{gone}' WHERE session_id = '{session}'"
    );
    w.database.execute(&plant).await;
    // A sweep that had begun before knows its true session: it is over now.
    asked_by_id(w, &gone, 1).await;
    id
}

async fn money_comes_after_a_new_key(w: &World) {
    let (id, sessions) = pay_later(w, 2).await;
    w.connect(&crate::harness::ALL).await;
    let gone = left_behind(w, "GONE").await;
    w.advance(2 * DAY_MS);
    counts_become(w, &gone, (0, 0)).await;
    assert_eq!(w.counts(&id).await, (2, 0), "the same account can be asked");
    w.sim.decide_payment(&sessions[0], true).unwrap();
    w.advance(900_000);
    counts_become(w, &id, (1, 1)).await;
    assert_eq!(causes(w).await, ["checkout", "paid", "unverified"]);
}

async fn money_that_nobody_can_be_asked_about(w: &World) {
    let (id, _) = pay_later(w, 2).await;
    let (early, late) = (left_behind(w, "EARLY").await, left_behind(w, "LATE").await);
    w.delete(crate::harness::CONNECTION).await.expect(200);
    // So that another one is over at a time of its own.
    let never = format!(
        "UPDATE checkouts SET session_expires_at = {} WHERE discount_code_id = '{late}'",
        w.now() + 27 * DAY_MS
    );
    w.database.execute(&never).await;
    w.advance(2 * DAY_MS);
    counts_become(w, &early, (0, 0)).await;
    assert_eq!(w.counts(&id).await, (2, 0), "the money may come");
    w.advance(27 * DAY_MS);
    counts_become(w, &late, (0, 0)).await;
    assert_eq!(w.counts(&id).await, (2, 0), "thirty days are not over");
    w.advance(DAY_MS + 1);
    counts_become(w, &id, (0, 0)).await;
    assert_eq!(causes(w).await, ["unverified"; 4]);
}

/// Asked about by its id, so often.
async fn asked_by_id(w: &World, session: &str, times: usize) {
    let path = format!("/v1/checkout/sessions/{session}");
    let before = w.sim.request_count("GET", &path);
    until(async || {
        let count = w.sim.request_count("GET", &path) - before;
        (count >= times, count)
    })
    .await;
}

async fn a_session_that_stripe_has_no_more(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 2 })).await;
    buy(w, 2).await;
    let [gone, elsewhere] = ["cs_test_gone", "cs_test_elsewhere"];
    w.database
        .execute(&format!("UPDATE checkouts SET session_id = '{gone}' WHERE id = (SELECT min(id) FROM checkouts)"))
        .await;
    let other = format!(
        "UPDATE checkouts SET session_id = '{elsewhere}', generation = 0, account = 'acct_other' WHERE session_id <> '{gone}'"
    );
    w.database.execute(&other).await;
    // A sweep that had begun before knows the true sessions, which end with their time.
    asked_by_id(w, gone, 1).await;
    w.advance(HOUR_MS + 299_000);
    asked_by_id(w, gone, 2).await;
    assert_eq!(w.counts(&id).await, (2, 0), "it may have been paid at the last moment");
    w.advance(1_000);
    counts_become(w, &id, (1, 0)).await;
    asked_by_id(w, elsewhere, 2).await;
    assert_eq!((w.counts(&id).await, causes(w).await), ((1, 0), vec!["checkout".to_owned(), "unverified".to_owned()]));
    let steps = w.database.lines("SELECT step FROM checkouts ORDER BY step").await;
    assert_eq!(steps, ["open", "unverified"]);
}

async fn many_that_stripe_has_no_more(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 9 })).await;
    buy(w, 9).await;
    w.database
        .execute("UPDATE checkouts SET session_id = 'cs_gone_' || id WHERE id <> (SELECT max(id) FROM checkouts)")
        .await;
    w.sim.clear_requests();
    asked(w, 5).await;
    assert_eq!(w.counts(&id).await, (9, 0));
    w.advance(HOUR_MS + 300_000);
    counts_become(w, &id, (0, 0)).await;
    let causes = causes(w).await;
    assert_eq!(causes.iter().filter(|cause| *cause == "unverified").count(), 8, "{causes:?}");
}

async fn late_ones_that_are_elsewhere_keep_nobody_waiting(w: &World) {
    let (id, sessions) = pay_later(w, 23).await;
    // The oldest are asked for first, and are in an account that nobody can ask.
    let last = &sessions[22];
    let plant = format!(
        "UPDATE checkouts SET session_id = 'cs_elsewhere_' || id, generation = 0, account = 'acct_other', ask_again_at = 5 WHERE session_id <> '{last}'"
    );
    w.database.execute(&plant).await;
    w.sim.decide_payment(last, true).unwrap();
    w.advance(900_000);
    counts_become(w, &id, (22, 1)).await;
}

async fn one_that_cannot_be_ended_stops_nobody(w: &World) {
    let broken = left_behind(w, "BROKEN").await;
    w.advance(1_000);
    let code = left_behind(w, "SPRING").await;
    w.database.execute("UPDATE discount_codes SET held = 0 WHERE code = 'BROKEN'").await;
    w.advance(DAY_MS + HOUR_MS + 1_000);
    counts_become(w, &code, (0, 0)).await;
    w.database.execute("UPDATE discount_codes SET held = 1 WHERE code = 'BROKEN'").await;
    counts_become(w, &broken, (0, 0)).await;
}

async fn who_bought_without_a_code_is_erased(w: &World) {
    use app::backend::RewardBackend;
    use app::domain::mode::Mode;
    let ada = "ada.without.a.code@example.com";
    let naming = "SELECT count(*) FROM checkouts WHERE request LIKE '%ada.without.a.code@example.com%'";
    let session = w.checkout(json!({ "customer_email": ada, "expires_in": 3600 })).await.expect(201);
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ada).await.unwrap();
    assert_eq!((erased.checkouts, erased.later), (0, 1));
    let marker = left_behind(w, "EARLY").await;
    let sooner = format!(
        "UPDATE checkouts SET session_expires_at = session_expires_at - 60000 WHERE discount_code_id = '{marker}'"
    );
    w.database.execute(&sooner).await;
    w.advance(DAY_MS + HOUR_MS - 60_000 + 1);
    counts_become(w, &marker, (0, 0)).await;
    assert_eq!(w.database.number(naming).await, 1, "a day is not over");
    w.sim.clear_requests();
    w.advance(60_000);
    until(async || {
        let left = w.database.number(naming).await;
        (left == 0, left)
    })
    .await;
    assert_eq!(w.database.lines("SELECT step FROM checkouts WHERE redemption_id IS NULL").await, ["unverified"]);
    assert_eq!(w.sim.request_count("GET", &format!("/v1/checkout/sessions/{}", session.id())), 0, "nobody is asked");
}
