//! Many at once: never one too many, never a false refusal, and of all that settle one hold, one does.

use super::{MINUTE_MS, becomes, body, hold, release, state};
use crate::harness::{Answer, REDEMPTIONS, World, all, on_both_engines};
use serde_json::json;

on_both_engines!(with least; a_hundred_for_twenty, one_customer_twenty_times, confirmed_twenty_times);
on_both_engines!(with working; confirmed_released_and_lapsed_at_once, two_come_late_and_one_is_left);

fn tally(answers: &[Answer], refusal: &str) -> (usize, usize) {
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.code() == refusal).count();
    assert_eq!(made + refused, answers.len(), "{answers:#?}");
    (made, refused)
}

async fn a_hundred_for_twenty(w: &World) {
    for (text, keys) in [("COLD", false), ("WARM", true)] {
        let code = w.code(json!({ "code": text, "percent_off": 10, "max_redemptions": 20 })).await;
        let asks = (0..100).map(|buyer| {
            let body = body(json!({ "code": text, "user_id": format!("user-{buyer}") }));
            let ask = w.ask("POST", REDEMPTIONS).key(&w.key).json(&body);
            if keys { ask.idempotent(&format!("order-{buyer}")) } else { ask }.send()
        });
        let answers = all(asks).await;
        assert_eq!(tally(&answers, "discount_code_exhausted"), (20, 80), "{text}");
        assert_eq!(w.counts(&code).await, (20, 0));
        let coupons: std::collections::BTreeSet<_> =
            answers.iter().filter_map(|answer| answer.json["stripe_coupon"].as_str()).collect();
        assert_eq!(coupons.len(), 1);
    }
    assert_eq!((w.sim.coupons().len(), w.sim.request_count("POST", "/v1/coupons")), (2, 2));
}

async fn one_customer_twenty_times(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions_per_user": 2 })).await;
    for user in ["ada", "bob"] {
        let asks =
            (0..20).map(|_| w.ask("POST", REDEMPTIONS).key(&w.key).json(&body(json!({ "user_id": user }))).send());
        assert_eq!(tally(&all(asks).await, "discount_code_user_limit"), (2, 18));
    }
    assert_eq!(w.counts(&code).await, (4, 0));
}

async fn confirmed_twenty_times(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let held = hold(w, json!({})).await.expect(201);
    let path = format!("{REDEMPTIONS}/{}/confirm", held.id());
    let answers = all((0..20).map(|_| w.ask("POST", &path).key(&w.key).send())).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.text == answers[0].text), "{answers:#?}");
    assert_eq!(w.counts(&code).await, (0, 1));
    // The same where the hold was given back before: it is taken again once.
    let code = w.code(json!({ "code": "LATE", "percent_off": 10, "max_redemptions": 3 })).await;
    let held = hold(w, json!({ "code": "LATE" })).await.expect(201);
    release(w, held.id()).await.expect(200);
    let path = format!("{REDEMPTIONS}/{}/confirm", held.id());
    let answers = all((0..20).map(|_| w.ask("POST", &path).key(&w.key).send())).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.text == answers[0].text), "{answers:#?}");
    assert_eq!(w.counts(&code).await, (0, 1));
}

/// Each hold is confirmed and released while its time runs out, and somebody else waits for it. Whatever comes first, each answer is true:
/// confirmed is redeemed for good, and refused as exhausted somebody else has it.
async fn confirmed_released_and_lapsed_at_once(w: &World) {
    const HOLDS: usize = 12;
    let (mut won, mut lost) = (0, 0);
    for round in 0..3 {
        let text = format!("ROUND{round}");
        let code = w.code(json!({ "code": text, "percent_off": 10, "max_redemptions": HOLDS })).await;
        let mut holds = Vec::new();
        for _ in 0..HOLDS {
            holds.push(hold(w, json!({ "code": text, "expires_in": 60 })).await.expect(201).id().to_owned());
        }
        let ask = |id: &str, end: &str| w.ask("POST", &format!("{REDEMPTIONS}/{id}/{end}")).key(&w.key).send();
        let (confirms, releases): (Vec<_>, Vec<_>) =
            holds.iter().map(|id| (ask(id, "confirm"), ask(id, "release"))).unzip();
        let others =
            (0..HOLDS).map(|_| w.ask("POST", REDEMPTIONS).key(&w.key).json(&body(json!({ "code": text }))).send());
        // The time is over while they are on their way.
        let (confirms, releases, others, ()) =
            tokio::join!(all(confirms), all(releases), all(others), async { w.advance(60_000) });
        let mut redeemed = 0;
        for ((id, confirmed), released) in holds.iter().zip(&confirms).zip(&releases) {
            let ended = state(w, id).await;
            match (confirmed.status, confirmed.code()) {
                (200, _) => {
                    assert_eq!(ended, "redeemed");
                    redeemed += 1;
                    assert!(released.status == 200 || released.code() == "redemption_redeemed", "{}", released.text);
                }
                (400, "discount_code_exhausted") => assert_eq!((ended.as_str(), released.status), ("released", 200)),
                _ => panic!("{}", confirmed.text),
            }
        }
        let taken = others.iter().filter(|answer| answer.status == 201).count();
        assert!(redeemed + taken <= HOLDS, "{redeemed} redeemed and {taken} taken");
        let counted = (i64::try_from(taken).unwrap(), i64::try_from(redeemed).unwrap());
        assert_eq!(w.counts(&code).await, counted, "round {round}");
        w.audit().await;
        won += redeemed;
        lost += HOLDS - redeemed;
    }
    eprintln!("{won} confirmed, {lost} came too late");
}

/// One hold lapsed, another one was released, and both are confirmed at the same moment, where one is left: of the code, or for the one
/// customer of both. One has it; the other is told why not, and stays as it was.
async fn two_come_late_and_one_is_left(w: &World) {
    const CODES: usize = 6;
    for (limit, refusal) in
        [("max_redemptions", "discount_code_exhausted"), ("max_redemptions_per_user", "discount_code_user_limit")]
    {
        let mut pairs = Vec::new();
        for number in 0..CODES {
            let text = format!("{}{number}", limit.replace('_', "").to_uppercase());
            let code = w.code(json!({ "code": text, "percent_off": 10, limit: 1 })).await;
            let fields = json!({ "code": text, "user_id": "ada", "expires_in": 60 });
            pairs.push((code, text, hold(w, fields).await.expect(201).id().to_owned()));
        }
        w.advance(MINUTE_MS);
        let mut holds = Vec::new();
        for (code, text, lapsed) in pairs {
            becomes(w, &lapsed, "released").await;
            let second = hold(w, json!({ "code": text, "user_id": "ada" })).await.expect(201);
            release(w, second.id()).await.expect(200);
            holds.push((code, [lapsed, second.id().to_owned()]));
        }
        let ask = |id: &String| w.ask("POST", &format!("{REDEMPTIONS}/{id}/confirm")).key(&w.key).send();
        let answers = all(holds.iter().flat_map(|(_, pair)| pair).map(ask)).await;
        for ((code, pair), answers) in holds.iter().zip(answers.chunks(2)) {
            let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
            assert_eq!((won.len(), lost.len()), (1, 1), "{limit}: {answers:#?}");
            assert_eq!((lost[0].status, lost[0].code(), lost[0].param()), (400, refusal, ""));
            for id in pair {
                assert_eq!(state(w, id).await, if id == won[0].id() { "redeemed" } else { "released" });
            }
            assert_eq!(w.counts(code).await, (0, 1));
        }
    }
}
