//! What happened: one row for each thing that an owner should know, in words, in order, and quick to read among a heap of others.

use super::{buy, page, spring, told};
use crate::harness::{ALL, CODES, World, on_both_engines};
use crate::rewards;
use app::backend::{Backend, LedgerBackend};
use app::domain::mode::Mode;
use app::wire::ledger::{ActivityQuery, Topic};
use app::wire::screens::KeyRights;
use serde_json::json;
use std::time::{Duration, Instant};

on_both_engines!(
    of_codes,
    of_the_connection_and_its_keys,
    of_campaigns_and_rewards,
    pages_go_on_and_back,
    a_heap_of_rows,
    nobody_is_named,
);

async fn of_codes(w: &World) {
    let (owner, test) = (w.owner(), Mode::Test);
    w.sim.clear_requests();
    let id = spring(w).await;
    let hint = w.services.authenticate(&w.key).await.unwrap().hint;
    let path = format!("{CODES}/{id}");
    w.advance(1);
    w.patch(&path, json!({ "percent_off": 20 })).await.expect(200);
    w.advance(1);
    w.patch(&path, json!({ "max_redemptions": 5, "metadata": { "a": "b" } })).await.expect(200);
    // What changes nothing is nothing that happened.
    w.advance(1);
    w.patch(&path, json!({ "max_redemptions": 5 })).await.expect(200);
    w.advance(1);
    Backend::set_code_active(&w.services, &owner, test, &id, false).await.unwrap();
    w.advance(1);
    Backend::set_code_active(&w.services, &owner, test, &id, false).await.unwrap();
    w.advance(1);
    Backend::set_code_active(&w.services, &owner, test, &id, true).await.unwrap();
    for _ in 0..2 {
        w.advance(1);
        w.delete(&path).await.expect(200);
    }
    for _ in 0..2 {
        w.advance(1);
        Backend::restore_code(&w.services, &owner, test, &id).await.unwrap();
    }
    w.advance(1);
    buy(w).await;
    w.advance(1);
    buy(w).await;
    let coupon = w.sim.coupons()[0].id.clone();
    w.advance(1);
    w.sim.delete_coupon(&coupon).unwrap();
    for _ in 0..2 {
        w.advance(1);
        w.checkout(json!({ "discount_code": "SPRING" })).await.refused(409, "discount_code_blocked", "");
    }
    w.advance(1);
    Backend::mint_again(&w.services, &owner, test, &id).await.unwrap();
    let mut said = told(w, Some(Topic::Codes)).await;
    said.reverse();
    let by = format!("by the API key {hint}");
    assert_eq!(
        said,
        [
            format!("SPRING was created {by}: 10% off, once."),
            format!("What SPRING gives was changed {by}: 20% off, once."),
            format!("SPRING was changed {by}."),
            "SPRING was paused by the owner.".into(),
            "SPRING was resumed by the owner.".into(),
            format!("SPRING was archived {by}."),
            "SPRING was restored by the owner.".into(),
            "The coupon of SPRING is in Stripe.".into(),
            "SPRING cannot be used until you act.".into(),
            "SPRING gets a new coupon at its next use: allowed by the owner.".into(),
        ]
    );
    let rows = page(w, None).await.rows;
    let row = |words: &str| rows.iter().find(|row| row.words.contains(words)).unwrap();
    assert_eq!(row("was changed by").detail, "Redemptions: 1,000 before, 5 now.\nIts metadata is another one.");
    let blocked = row("until you act");
    assert!(blocked.wrong && blocked.detail.contains("was deleted there"), "{}", blocked.detail);
    assert_eq!(blocked.link.as_deref(), Some(format!("/apps/taskpomo/discounts/{id}").as_str()));
    // By the screens, too.
    w.advance(1);
    let form = app::domain::form::CodeForm::read(|name| {
        match name {
            "code" => "SUMMER",
            "kind" => "percent",
            "percent_off" => "5",
            "duration" => "once",
            _ => "",
        }
        .to_owned()
    });
    w.advance(1);
    let made = Backend::create_code(&w.services, &owner, test, "taskpomo", form, "UTC").await.unwrap();
    assert_eq!(told(w, None).await[0], "SUMMER was created by the owner: 5% off, once.");
    let app::wire::screens::FormOutcome::Done { id } = made else { panic!("{made:?}") };
    let before = Backend::code_edit(&w.services, &owner, test, "taskpomo", &id).await.unwrap().before.form;
    let form = app::domain::form::CodeForm { percent_off: "6".into(), max_redemptions: "7".into(), ..before };
    for _ in 0..2 {
        // Saved once more it changes nothing.
        w.advance(1);
        Backend::edit_code(&w.services, &owner, test, "taskpomo", &id, form.clone(), "UTC").await.unwrap();
    }
    let mut said: Vec<String> = told(w, None).await.into_iter().filter(|words| words.contains("SUMMER")).collect();
    said.sort();
    assert_eq!(
        said,
        [
            "SUMMER was changed by the owner.",
            "SUMMER was created by the owner: 5% off, once.",
            "What SUMMER gives was changed by the owner: 6% off, once.",
        ]
    );
}

async fn of_the_connection_and_its_keys(w: &World) {
    let owner = w.owner();
    let hint = w.services.authenticate(&w.key).await.unwrap().hint;
    w.advance(1);
    let (key, _) = w.api_key(Mode::Test, "taskpomo", KeyRights::Full).await;
    let made = Backend::api_keys(&w.services, &owner, Mode::Test).await.unwrap();
    let made = made.into_iter().find(|row| row.id == key).unwrap().hint;
    w.advance(1);
    Backend::revoke_api_key(&w.services, &owner, Mode::Test, &key).await.unwrap();
    w.advance(1);
    Backend::revoke_api_key(&w.services, &owner, Mode::Test, &key).await.unwrap_err();
    spring(w).await;
    w.sim.revoke_key(&w.stripe_key);
    for _ in 0..2 {
        w.advance(1);
        w.checkout(json!({ "discount_code": "SPRING" })).await.refused(409, "needs_reauth", "");
    }
    for _ in 0..2 {
        w.advance(1);
        w.delete(crate::harness::CONNECTION).await.expect(200);
    }
    w.advance(1);
    w.connect(&ALL).await;
    let rows = page(w, Some(Topic::Connection)).await.rows;
    let said: Vec<&str> = rows.iter().rev().map(|row| row.words.as_str()).collect();
    // The world is made in one moment.
    let (made_first, connected) = if said[0].starts_with("Stripe") { (said[1], said[0]) } else { (said[0], said[1]) };
    assert_eq!(made_first, format!("The API key {hint} was made on the command line: for the app taskpomo."));
    let by = format!("Stripe was connected by the API key {hint}: the restricted key rk_test_…");
    assert!(connected.starts_with(&by) && connected.len() < by.len() + 8, "{connected}");
    assert_eq!(said[2], format!("The API key {made} was made by the owner: for the app taskpomo."));
    assert_eq!(said[3], format!("The API key {made} was revoked by the owner."));
    assert_eq!(said[4], "Stripe no longer accepts the connection. Connect again in Settings.");
    assert_eq!(said[5], format!("Stripe was disconnected by the API key {hint}."));
    assert!(said[6].starts_with("Stripe was connected by"));
    assert_eq!(said.len(), 7);
    assert!(rows.iter().all(|row| row.link.as_deref() == Some("/settings")));
}

async fn of_campaigns_and_rewards(w: &World) {
    let campaign = rewards::campaign(w, json!({})).await;
    let path = format!("{}/{campaign}", crate::harness::CAMPAIGNS);
    let earned = json!({ "email": "ada@example.com", "send_email": false });
    let reward = w.post(&format!("{path}/rewards"), earned).await.expect(201).json;
    w.advance(1);
    w.patch(&path, json!({ "active": false })).await.expect(200);
    let name = w.get(&path).await.json["name"].as_str().unwrap().to_owned();
    let all = page(w, None).await.rows;
    let said: Vec<&str> = all.iter().filter(|row| row.topic == Topic::Rewards).map(|row| row.words.as_str()).collect();
    assert_eq!(
        said,
        [format!("The campaign {name} was paused."), format!("The campaign {name} was created.")],
        "the steps of a single reward stand under their topic"
    );
    let rows = page(w, Some(Topic::Rewards)).await.rows;
    let earned = rows.iter().find(|row| row.words.starts_with("Earned")).unwrap();
    let code = reward["code"].as_str().unwrap();
    assert_eq!(earned.detail, format!("The reward {code}."));
    let (id, link) = (reward["id"].as_str().unwrap(), earned.link.as_deref().unwrap());
    assert_eq!(link, format!("/apps/taskpomo/campaigns/{campaign}/rewards/{id}"));
    assert!(rows.len() >= 3);
}

async fn pages_go_on_and_back(w: &World) {
    for n in 0..60 {
        w.code(json!({ "code": format!("CODE{n:02}"), "percent_off": 10 })).await;
        w.advance(1);
    }
    let codes = |after: Option<String>, before: Option<String>| {
        let query = ActivityQuery { topic: Some(Topic::Codes), after, before };
        async move { LedgerBackend::activity(&w.services, &w.owner(), Mode::Test, query).await.unwrap() }
    };
    let first = codes(None, None).await;
    assert_eq!((first.rows.len(), first.previous.is_none(), first.next.is_some()), (50, true, true));
    assert!(first.rows[0].words.starts_with("CODE59") && first.rows[49].words.starts_with("CODE10"));
    let second = codes(first.next.clone(), None).await;
    assert_eq!((second.rows.len(), second.next.is_none()), (10, true));
    assert!(second.rows[0].words.starts_with("CODE09"));
    assert_eq!(codes(None, second.previous).await, first_with(&first));
    // What is no id is the first page.
    assert_eq!(codes(Some("act_'".into()), None).await, first);
}

/// The first page, come back to: there may be newer ones by now.
fn first_with(first: &app::wire::ledger::ActivityPage) -> app::wire::ledger::ActivityPage {
    first.clone()
}

async fn a_heap_of_rows(w: &World) {
    spring(w).await;
    let heap = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
         INSERT INTO activity (workspace_id, mode, id, subject, kind, detail, created_at, topic, minor)
         SELECT '{}', 'test', 'act_9' || CAST(1000000 + i AS TEXT), 'rw_' || CAST(i / 3 AS TEXT), 'minted', '', 5, 'rewards', TRUE FROM n",
        w.workspace
    );
    w.database.execute(&heap).await;
    if w.database.url().starts_with("postgres") {
        w.database.execute("ANALYZE activity").await;
    }
    for topic in [None, Some(Topic::Codes), Some(Topic::Ledger), Some(Topic::Rewards)] {
        let mut took = Duration::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            page(w, topic).await;
            took = took.min(began.elapsed());
        }
        eprintln!("{topic:?}: {took:?} with 300,000 rows of rewards");
        // A scan takes ten times as long; the page of rewards looks up what its fifty rows are about.
        assert!(took < Duration::from_millis(50), "{topic:?}: {took:?}");
    }
    assert_eq!(page(w, Some(Topic::Rewards)).await.rows.len(), 50);
    assert!(told(w, None).await.iter().any(|words| words.starts_with("SPRING was created")));
}

async fn nobody_is_named(w: &World) {
    spring(w).await;
    let fields =
        json!({ "discount_code": "SPRING", "user_id": "ada@example.com", "customer_email": "ada@example.com" });
    let made = w.checkout(fields).await.expect(201);
    let redemption = made.json["discount"]["redemption"].as_str().unwrap();
    LedgerBackend::end_checkout(&w.services, &w.owner(), Mode::Test, redemption).await.unwrap();
    let key = Backend::create_api_key(&w.services, &w.owner(), Mode::Test, "Ada's laptop", "", KeyRights::Full).await;
    Backend::revoke_api_key(&w.services, &w.owner(), Mode::Test, &key.unwrap().row.id).await.unwrap();
    let rows = w.database.lines("SELECT subject || ' ' || kind || ' ' || detail AS row FROM activity").await;
    assert!(rows.len() >= 6);
    for row in rows {
        assert!(!row.contains('@') && !row.to_lowercase().contains("ada"), "{row}");
        assert!(!row.contains(&w.key) && !row.contains(&w.stripe_key), "{row}");
    }
}
