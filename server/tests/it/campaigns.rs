//! Making, listing, reading, changing and archiving a campaign, by the API and as the screens do it.

use crate::harness::{CAMPAIGNS, NEW_YEAR, NOW, World, on_both_engines};
use crate::rewards::{campaign, earn, reward};
use app::backend::{RewardBackend, Viewer};
use app::domain::campaign_form::CampaignForm;
use app::domain::mode::Mode;
use app::wire::screens::FormOutcome;
use serde_json::{Value, json};

on_both_engines!(with unconnected;
    a_new_campaign,
    a_fixed_amount_until_a_moment,
    before_anybody_earned_it_changes_in_place,
    after_somebody_earned_another_version_is_given,
    name_prefix_days_and_limits_change_in_place,
    an_archived_campaign_gives_none_and_comes_back,
    lists,
    what_cannot_be_changed,
    answers_are_replayed_byte_for_byte,
    the_owners_form,
    the_owner_edits,
    days_that_stay_are_of_the_same_kind,
    the_owner_pauses_archives_and_restores,
    somebody_elses_on_the_screens,
    changing_and_earning_at_once,
);

async fn read(w: &World, id: &str) -> Value {
    w.get(&format!("{CAMPAIGNS}/{id}")).await.expect(200).json
}

async fn change(w: &World, id: &str, fields: Value) -> Value {
    w.patch(&format!("{CAMPAIGNS}/{id}"), fields).await.expect(200).json
}

async fn versions(w: &World) -> i64 {
    w.database.number("SELECT count(*) FROM campaign_versions").await
}

async fn a_new_campaign(w: &World) {
    let body = json!({
        "app_id": "taskpomo", "name": " Share with friends ", "percent_off": 15, "expires_in_days": 30,
        "time_zone": "Europe/Berlin", "metadata": { "team": "growth" },
    });
    let made = w.post(CAMPAIGNS, body).await;
    insta::assert_snapshot!(made.shown(), @r#"
    201
    {"object":"campaign",
    "id":"cmp_…",
    "app_id":"taskpomo",
    "livemode":false,
    "name":"Share with friends",
    "percent_off":15,
    "amount_off_cents":null,
    "currency":null,
    "duration":"once",
    "duration_in_months":null,
    "terms_version":1,
    "code_prefix":"SHARE",
    "expires_at":null,
    "expires_in_days":30,
    "time_zone":"Europe/Berlin",
    "max_rewards":null,
    "rewards":{"earned":0,"used":0},
    "active":true,
    "status":"active",
    "stripe_coupon":null,
    "metadata":{"team":"growth"},
    "created_at":1795000000000}
    "#);
    let again = w.get(&format!("{CAMPAIGNS}/{}", made.id())).await;
    assert_eq!((again.status, &again.text), (200, &made.text));
    assert_eq!(w.sim.counts().requests, 0, "nothing is made in Stripe before the first reward");
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'created'").await, 1);
}

async fn a_fixed_amount_until_a_moment(w: &World) {
    let body = json!({
        "name": "Winter", "amount_off_cents": 500, "currency": "EUR", "duration": "repeating", "duration_in_months": 3,
        "code_prefix": "winter", "expires_at": NEW_YEAR, "max_rewards": 2,
    });
    let made = w.post(CAMPAIGNS, body).await.expect(201).json;
    assert_eq!((&made["code_prefix"], &made["currency"]), (&json!("WINTER"), &json!("eur")));
    assert_eq!((&made["expires_at"], &made["expires_in_days"]), (&json!(NEW_YEAR), &json!(null)));
    let id = made["id"].as_str().unwrap();
    let earned = earn(w, id, "ada@example.com").await;
    assert_eq!((&earned["amount_off_cents"], &earned["expires_at"]), (&json!(500), &json!(NEW_YEAR)));
    earn(w, id, "ada@example.com").await;
    assert_eq!(read(w, id).await["status"], "exhausted");
    w.advance(NEW_YEAR - NOW);
    assert_eq!(read(w, id).await["status"], "expired");
    let path = format!("{CAMPAIGNS}/{id}/rewards/{}", earned["id"].as_str().unwrap());
    assert_eq!(w.get(&path).await.json["status"], "expired");
}

async fn before_anybody_earned_it_changes_in_place(w: &World) {
    let id = campaign(w, json!({})).await;
    let changed = change(w, &id, json!({ "percent_off": 20, "duration": "forever" })).await;
    assert_eq!((&changed["percent_off"], &changed["terms_version"]), (&json!(20), &json!(1)));
    let changed = change(w, &id, json!({ "amount_off_cents": 700, "currency": "usd", "expires_at": NEW_YEAR })).await;
    assert_eq!((&changed["percent_off"], &changed["terms_version"]), (&json!(null), &json!(1)));
    assert_eq!(versions(w).await, 1);
    let earned = earn(w, &id, "ada@example.com").await;
    assert_eq!((&earned["amount_off_cents"], &earned["duration"]), (&json!(700), &json!("forever")));
    assert_eq!(
        w.database.number("SELECT expires_at FROM campaign_versions").await,
        NEW_YEAR,
        "the coupon ends with the campaign"
    );
}

async fn after_somebody_earned_another_version_is_given(w: &World) {
    let id = campaign(w, json!({})).await;
    let first = earn(w, &id, "ada@example.com").await;
    let changed = change(w, &id, json!({ "percent_off": 20 })).await;
    assert_eq!((&changed["percent_off"], &changed["terms_version"]), (&json!(20), &json!(2)));
    w.advance(1);
    let second = earn(w, &id, "bob@example.com").await;
    let changed = change(w, &id, json!({ "expires_at": NEW_YEAR })).await;
    assert_eq!((&changed["expires_at"], &changed["terms_version"]), (&json!(NEW_YEAR), &json!(3)));
    w.advance(1);
    let third = earn(w, &id, "cleo@example.com").await;
    // The same once more is no change.
    assert_eq!(change(w, &id, json!({ "percent_off": 20, "duration": "once" })).await["terms_version"], 3);
    assert_eq!(versions(w).await, 3);

    // Each keeps what it was earned for, alone and in the list.
    let gives =
        |reward: &Value| (reward["percent_off"].clone(), reward["terms_version"].clone(), reward["expires_at"].clone());
    let list = w.get(&format!("{CAMPAIGNS}/{id}/rewards")).await.expect(200).json;
    let expected = [(20, 3, json!(NEW_YEAR)), (20, 2, json!(null)), (15, 1, json!(null))];
    for ((percent, version, end), (listed, earned)) in
        expected.into_iter().zip(list["data"].as_array().unwrap().iter().zip([&third, &second, &first]))
    {
        let expected = (json!(percent), json!(version), end);
        assert_eq!(gives(listed), expected);
        assert_eq!(gives(&reward(w, earned).await), expected);
        assert_eq!(gives(earned), expected);
        assert_eq!(listed["code"], earned["code"]);
    }
    let coupons = "SELECT count(DISTINCT coupon_id) FROM campaign_versions";
    assert_eq!(w.database.number(coupons).await, 3, "each version has a coupon of its own");
}

async fn name_prefix_days_and_limits_change_in_place(w: &World) {
    let id = campaign(w, json!({ "expires_in_days": 30, "metadata": { "team": "growth", "old": "1" } })).await;
    let first = earn(w, &id, "ada@example.com").await;
    let patch = json!({
        "name": "Another", "code_prefix": "friend", "expires_in_days": 7, "time_zone": "Asia/Tokyo", "max_rewards": 2,
        "metadata": { "old": null, "new": "2" },
    });
    let changed = change(w, &id, patch).await;
    assert_eq!((&changed["name"], &changed["code_prefix"]), (&json!("Another"), &json!("FRIEND")));
    assert_eq!((&changed["expires_in_days"], &changed["time_zone"]), (&json!(7), &json!("Asia/Tokyo")));
    assert_eq!(changed["metadata"], json!({ "team": "growth", "new": "2" }));
    assert_eq!((&changed["terms_version"], versions(w).await), (&json!(1), 1));
    let second = earn(w, &id, "bob@example.com").await;
    assert!(first["code"].as_str().unwrap().starts_with("SHARE-"), "{first}");
    assert!(second["code"].as_str().unwrap().starts_with("FRIEND-"), "{second}");
    assert_eq!(first["expires_at"], NOW + 30 * 86_400_000);
    assert_eq!(reward(w, &first).await["expires_at"], first["expires_at"]);

    assert_eq!(read(w, &id).await["status"], "exhausted");
    let paused = change(w, &id, json!({ "active": false, "max_rewards": null })).await;
    assert_eq!((&paused["status"], &paused["active"]), (&json!("paused"), &json!(false)));
    assert_eq!(change(w, &id, json!({ "active": true })).await["status"], "active");
    let before = read(w, &id).await;
    assert_eq!(change(w, &id, json!({})).await, before, "no field, no change");
    for (kind, times) in [("created", 1), ("changed", 2), ("paused", 1), ("resumed", 1)] {
        let told = match kind {
            "created" => "SELECT count(*) FROM activity WHERE kind = 'created'",
            "changed" => "SELECT count(*) FROM activity WHERE kind = 'changed'",
            "paused" => "SELECT count(*) FROM activity WHERE kind = 'paused'",
            _ => "SELECT count(*) FROM activity WHERE kind = 'resumed'",
        };
        assert_eq!(w.database.number(told).await, times, "{kind}");
    }
}

async fn an_archived_campaign_gives_none_and_comes_back(w: &World) {
    let id = campaign(w, json!({})).await;
    let path = format!("{CAMPAIGNS}/{id}");
    let earned = earn(w, &id, "ada@example.com").await;
    let before = read(w, &id).await;
    let archived = w.delete(&path).await.expect(200);
    assert_eq!((&archived.json["status"], &archived.json["active"]), (&json!("archived"), &json!(true)));
    w.advance(5);
    assert_eq!(w.delete(&path).await.expect(200).text, archived.text, "again changes nothing");
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'archived'").await, 1);
    w.patch(&path, json!({ "active": false })).await.refused(404, "resource_missing", "");
    w.post(&format!("{path}/rewards"), json!({ "email": "bob@example.com" })).await.refused(
        400,
        "campaign_archived",
        "",
    );
    assert_eq!(reward(w, &earned).await["code"], earned["code"], "what was earned stays");
    assert_eq!(w.get(CAMPAIGNS).await.json["data"], json!([]));
    assert_eq!(w.get(&format!("{CAMPAIGNS}?status=archived")).await.json["data"][0]["id"], id);

    let restored = w.services.restore_campaign(&w.owner(), Mode::Test, &id).await.unwrap();
    assert_eq!(serde_json::to_value(&restored.campaign).unwrap(), before);
    earn(w, &id, "bob@example.com").await;
}

async fn lists(w: &World) {
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(campaign(w, json!({ "name": format!("Campaign {n}") })).await);
        w.advance(1);
    }
    change(w, &ids[1], json!({ "active": false })).await;
    w.delete(&format!("{CAMPAIGNS}/{}", ids[2])).await.expect(200);
    let list = async |query: &str| {
        let page = w.get(&format!("{CAMPAIGNS}?{query}")).await.expect(200).json;
        assert_eq!((&page["object"], &page["url"]), (&json!("list"), &json!(CAMPAIGNS)));
        let of = |campaign: &Value| ids.iter().position(|id| campaign["id"] == *id).unwrap();
        (page["data"].as_array().unwrap().iter().map(of).collect::<Vec<_>>(), page["has_more"] == true)
    };
    let after = |n: usize| format!("limit=2&starting_after={}", ids[n]);
    assert_eq!(list("").await, (vec![4, 3, 1, 0], false));
    assert_eq!(list("limit=2").await, (vec![4, 3], true));
    assert_eq!(list(&after(3)).await, (vec![1, 0], false));
    assert_eq!(list(&after(2)).await, (vec![1, 0], false));
    assert_eq!(list(&format!("limit=2&ending_before={}", ids[0])).await, (vec![3, 1], true));
    assert_eq!(list("status=paused").await, (vec![1], false));
    assert_eq!(list("status=archived").await, (vec![2], false));
    assert_eq!(list("status=active&app_id=taskpomo").await, (vec![4, 3, 0], false));
    assert_eq!(list("status=expired").await, (vec![], false));
    w.get(&format!("{CAMPAIGNS}?app_id=nobodys")).await.refused(404, "resource_missing", "app_id");
}

async fn what_cannot_be_changed(w: &World) {
    let id = campaign(w, json!({})).await;
    let path = format!("{CAMPAIGNS}/{id}");
    let before = w.get(&path).await.text;
    for (patch, code, param) in [
        (json!({ "app_id": "other" }), "parameter_unknown", "app_id"),
        (json!({ "name": null }), "parameter_invalid", "name"),
        (json!({ "active": null }), "parameter_invalid", "active"),
        (json!({ "max_rewards": 0 }), "parameter_invalid", "max_rewards"),
        (json!({ "expires_at": NOW }), "parameter_invalid", "expires_at"),
        (json!({ "expires_in_days": 0 }), "parameter_invalid", "expires_in_days"),
        (json!({ "expires_at": NEW_YEAR, "expires_in_days": 3 }), "parameters_exclusive", "expires_in_days"),
        (json!({ "time_zone": "Nowhere/Else" }), "parameter_invalid", "time_zone"),
        (json!({ "code_prefix": "A" }), "parameter_invalid", "code_prefix"),
        (json!({ "percent_off": null }), "parameter_missing", "percent_off"),
        (json!({ "percent_off": 5, "amount_off_cents": 5 }), "parameters_exclusive", "amount_off_cents"),
    ] {
        w.patch(&path, patch).await.refused(400, code, param);
    }
    assert_eq!(w.get(&path).await.text, before);
}

async fn answers_are_replayed_byte_for_byte(w: &World) {
    let body = json!({ "name": "Share", "percent_off": 15, "expires_at": NOW + 1000 });
    let post = || w.ask("POST", CAMPAIGNS).key(&w.key).idempotent("make").json(&body).send();
    let made = post().await.expect(201);
    let path = format!("{CAMPAIGNS}/{}", made.id());
    let patch = || w.ask("PATCH", &path).key(&w.key).idempotent("change").body(r#"{"percent_off":20}"#).send();
    let changed = patch().await.expect(200);
    let delete = || w.ask("DELETE", &path).key(&w.key).idempotent("archive").send();
    let archived = delete().await.expect(200);
    w.advance(5000);
    for (first, again) in [(made, post().await), (changed, patch().await), (archived, delete().await)] {
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{}", again.text);
        assert_eq!((first.status, first.text), (again.status, again.text));
    }
    assert_eq!(w.database.number("SELECT count(*) FROM campaigns").await, 1);
}

fn form() -> CampaignForm {
    CampaignForm {
        name: "Share with friends".into(),
        kind: "percent".into(),
        percent_off: "15".into(),
        duration: "once".into(),
        ends: "never".into(),
        ..CampaignForm::default()
    }
}

fn problems(outcome: FormOutcome) -> Vec<String> {
    match outcome {
        FormOutcome::Done { id } => panic!("{id} was done"),
        FormOutcome::Refused { problems } => problems.into_iter().filter_map(|problem| problem.param).collect(),
    }
}

fn done(outcome: FormOutcome) -> String {
    match outcome {
        FormOutcome::Done { id } => id,
        FormOutcome::Refused { problems } => panic!("{problems:?}"),
    }
}

async fn the_owners_form(w: &World) {
    let create = async |form: CampaignForm| {
        RewardBackend::create_campaign(&w.services, &w.owner(), Mode::Test, "taskpomo", form, "Europe/Berlin")
            .await
            .unwrap()
    };
    let days = CampaignForm { ends: "days".into(), expires_in_days: "30".into(), ..form() };
    let made = read(w, &done(create(days).await)).await;
    assert_eq!((&made["expires_in_days"], &made["time_zone"]), (&json!(30), &json!("Europe/Berlin")));
    let at = CampaignForm { ends: "at".into(), expires_at: "2027-01-01T01:00".into(), ..form() };
    let made = read(w, &done(create(at).await)).await;
    assert_eq!((&made["expires_at"], &made["time_zone"]), (&json!(NEW_YEAR), &json!(null)));
    let bad = CampaignForm { name: String::new(), ends: "at".into(), max_rewards: "few".into(), ..form() };
    assert_eq!(problems(create(bad).await), ["expires_at", "max_rewards", "name"]);
    assert_eq!(w.database.number("SELECT count(*) FROM campaigns").await, 2);
}

async fn the_owner_edits(w: &World) {
    let owner = Viewer { zone: "Europe/Berlin".into(), ..w.owner() };
    let id =
        campaign(w, json!({ "expires_at": NOW + 5_000, "metadata": { "team": "growth" }, "max_rewards": 9 })).await;
    let edit = async || w.services.campaign_edit(&owner, Mode::Test, "taskpomo", &id).await.unwrap();
    let save = async |form: CampaignForm| {
        w.services.edit_campaign(&owner, Mode::Test, "taskpomo", &id, form, "Europe/Berlin").await.unwrap()
    };
    let shown = edit().await;
    assert_eq!((shown.name.as_str(), shown.has_rewards), ("Share with friends", false));
    assert_eq!((shown.form.expires_at.as_str(), shown.form.max_rewards.as_str()), ("2026-11-18T12:06", "9"));
    earn(w, &id, "ada@example.com").await;
    w.advance(10_000);
    assert_eq!(read(w, &id).await["status"], "expired");

    // Over, and renamed all the same: the end stays exact, and no other version is made.
    let before = read(w, &id).await;
    done(save(CampaignForm { name: "Another".into(), ..shown.form.clone() }).await);
    let mut renamed = before.clone();
    renamed["name"] = "Another".into();
    assert_eq!(read(w, &id).await, renamed);
    assert!(edit().await.has_rewards);

    let moved = CampaignForm { expires_at: "2026-11-18T12:05".into(), ..edit().await.form };
    assert_eq!(problems(save(moved).await), ["expires_at"]);
    let more = CampaignForm { percent_off: "25".into(), ends: "never".into(), ..edit().await.form };
    done(save(more).await);
    let changed = read(w, &id).await;
    assert_eq!((&changed["percent_off"], &changed["terms_version"]), (&json!(25), &json!(2)));
    assert_eq!((&changed["expires_at"], &changed["metadata"]), (&json!(null), &json!({ "team": "growth" })));
}

/// Days of 24 hours, as the API makes them, stay what they are until another number is typed; days of a zone stay in theirs.
async fn days_that_stay_are_of_the_same_kind(w: &World) {
    let owner = w.owner();
    for zone in [json!(null), json!("Asia/Tokyo")] {
        let id = campaign(w, json!({ "expires_in_days": 30, "time_zone": zone })).await;
        let shown = w.services.campaign_edit(&owner, Mode::Test, "taskpomo", &id).await.unwrap();
        assert_eq!(json!(shown.time_zone), zone);
        let save = async |days: &str| {
            let form = CampaignForm { name: "Another".into(), expires_in_days: days.into(), ..shown.form.clone() };
            done(w.services.edit_campaign(&owner, Mode::Test, "taskpomo", &id, form, "Europe/Berlin").await.unwrap());
            let read = read(w, &id).await;
            (read["expires_in_days"].clone(), read["time_zone"].clone())
        };
        assert_eq!(save(" 30 ").await, (json!(30), zone));
        assert_eq!(save("31").await, (json!(31), json!("Europe/Berlin")));
    }
}

async fn the_owner_pauses_archives_and_restores(w: &World) {
    let id = campaign(w, json!({ "expires_at": NEW_YEAR })).await;
    let (services, owner) = (&w.services, Viewer { zone: "Europe/Berlin".into(), ..w.owner() });
    let paused = services.set_campaign_active(&owner, Mode::Test, &id, false).await.unwrap();
    assert_eq!((paused.campaign.active, paused.terms.as_str()), (false, "15% off, once"));
    assert_eq!(paused.ends, "until 1 Jan 2027, 01:00 Berlin");
    assert_eq!(read(w, &id).await["status"], "paused");
    let rewards = format!("{CAMPAIGNS}/{id}/rewards");
    w.post(&rewards, json!({ "email": "ada@example.com" })).await.refused(400, "campaign_paused", "");
    services.set_campaign_active(&owner, Mode::Test, &id, true).await.unwrap();
    RewardBackend::archive_campaign(services, &owner, Mode::Test, &id).await.unwrap();
    assert!(services.set_campaign_active(&owner, Mode::Test, &id, false).await.is_err());
    services.restore_campaign(&owner, Mode::Test, &id).await.unwrap();
    let restored = services.restore_campaign(&owner, Mode::Test, &id).await.unwrap();
    assert!(restored.campaign.active);
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'restored'").await, 1);
    earn(w, &id, "ada@example.com").await;
}

async fn somebody_elses_on_the_screens(w: &World) {
    let id = campaign(w, json!({})).await;
    let before = read(w, &id).await;
    let services = &w.services;
    for (mode, workspace) in [(Mode::Live, w.workspace.as_str()), (Mode::Test, "ws_another")] {
        let viewer = Viewer { workspace_id: workspace.to_owned(), ..w.owner() };
        let refusals = [
            services.campaign_edit(&viewer, mode, "taskpomo", &id).await.map(drop),
            services.edit_campaign(&viewer, mode, "taskpomo", &id, form(), "UTC").await.map(drop),
            services.set_campaign_active(&viewer, mode, &id, false).await.map(drop),
            RewardBackend::archive_campaign(services, &viewer, mode, &id).await.map(drop),
            services.restore_campaign(&viewer, mode, &id).await.map(drop),
        ];
        for refused in refusals {
            assert_eq!(refused.unwrap_err().code.status(), 404);
        }
    }
    let other_app = services.campaign_edit(&w.owner(), Mode::Test, "another", &id).await;
    assert_eq!(other_app.unwrap_err().code.status(), 404);
    assert_eq!(read(w, &id).await, before);
}

/// Whoever earns while the terms change gets the ones before or the ones after, never a mixture, and no version changes under them.
async fn changing_and_earning_at_once(w: &World) {
    let id = campaign(w, json!({})).await;
    let path = format!("{CAMPAIGNS}/{id}");
    let rewards = format!("{path}/rewards");
    let asks = (0..60).map(|n| match n % 3 {
        0 => w.ask("PATCH", &path).key(&w.key).json(&json!({ "percent_off": 20 + n })).send(),
        _ => w.ask("POST", &rewards).key(&w.key).json(&json!({ "email": "ada@example.com" })).send(),
    });
    for answer in crate::harness::all(asks).await {
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        if answer.status == 201 {
            let now = reward(w, &answer.json).await;
            assert_eq!(
                (&now["percent_off"], &now["terms_version"]),
                (&answer.json["percent_off"], &answer.json["terms_version"])
            );
        }
    }
    let campaign = read(w, &id).await;
    assert_eq!(campaign["rewards"]["earned"], 40);
    assert_eq!(campaign["terms_version"], versions(w).await);
}
