//! What a code's redemptions are drawn from: the rows with their ways, the chart where the owner is, and what an open page follows.

use crate::harness::{NOW, World, on_both_engines, until};
use app::backend::{LedgerBackend, Viewer};
use app::domain::ids::RedemptionId;
use app::domain::mode::Mode;
use app::domain::problem::Code;
use app::domain::redemption::State;
use app::wire::ledger::{RedemptionPage, RedemptionQuery, RedemptionView, Usage};
use serde_json::json;

on_both_engines!(
    rows_are_filtered_and_paged,
    days_are_those_of_the_owner,
    a_busy_code_keeps_its_days_and_counts_today,
    whose_code_it_is,
);

on_both_engines!(with working; each_way_is_told);

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn list(w: &World, viewer: &Viewer, code: &str, query: RedemptionQuery) -> RedemptionPage {
    w.services.redemptions(viewer, Mode::Test, "taskpomo", code, query).await.unwrap()
}

async fn usage(w: &World, code: &str) -> Usage {
    w.services.usage(&w.owner(), Mode::Test, "taskpomo", code).await.unwrap()
}

fn of(state: State) -> RedemptionQuery {
    RedemptionQuery { state: Some(state), ..RedemptionQuery::default() }
}

fn words(row: &RedemptionView) -> Vec<&str> {
    row.way.iter().map(|step| step.words.as_str()).collect()
}

/// The counters follow what was planted.
async fn recount(w: &World) {
    let count = |state: &str| {
        format!(
            "(SELECT count(*) FROM redemptions AS r WHERE r.discount_code_id = discount_codes.id AND r.state = '{state}')"
        )
    };
    let counters = format!("held = {}, redeemed = {}", count("held"), count("redeemed"));
    w.database.execute(&format!("UPDATE discount_codes SET {counters}")).await;
}

/// A redemption as it comes to be, planted: taken at a moment and, where it is settled, settled at another one.
async fn plant(w: &World, code: &str, n: u16, state: State, taken: i64, settled: Option<i64>) -> String {
    let [high, low] = n.to_be_bytes();
    let id = RedemptionId::new(taken, [0, 0, 0, 0, 0, 0, 0, 0, high, low]).as_str().to_owned();
    let (workspace, state) = (&w.workspace, state.as_str());
    let at = settled.map_or("NULL".to_owned(), |at| at.to_string());
    w.database
        .execute(&format!(
            "INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, state, created_at, updated_at, settled_at, history)
             VALUES ('{workspace}', 'test', '{id}', '{code}', '{state}', {taken}, {taken}, {at}, 'api {taken}')"
        ))
        .await;
    recount(w).await;
    id
}

async fn each_way_is_told(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 3 })).await;
    let empty = list(w, &w.owner(), &code, RedemptionQuery::default()).await;
    assert!(empty.rows.is_empty() && empty.previous.is_none() && empty.next.is_none());
    assert_eq!((empty.zone.as_str(), empty.chart.len(), empty.usage), ("UTC", 30, usage(w, &code).await));

    let mut sessions = Vec::new();
    for user in ["ada", "bob", "cay"] {
        w.advance(60_000);
        let fields = json!({ "discount_code": "SPRING", "user_id": user });
        sessions.push(w.checkout(fields).await.expect(201).id().to_owned());
    }
    let open = list(w, &w.owner(), &code, RedemptionQuery::default()).await;
    assert_ne!(open.usage, empty.usage, "an open page sees that there is more");
    assert_eq!(open.usage, usage(w, &code).await);
    let users: Vec<_> = open.rows.iter().map(|row| row.redemption.user_id.as_deref().unwrap()).collect();
    assert_eq!(users, ["cay", "bob", "ada"]);
    let ada = &open.rows[2];
    assert_eq!((words(ada), ada.way[0].at.ms), (vec!["Held for a checkout"], NOW + 60_000));
    assert_eq!(ada.until.as_ref().unwrap().ms, NOW + 60_000 + HOUR_MS, "an hour, as its session");
    let url = ada.session_url.as_deref().unwrap();
    assert!(url.ends_with(&format!("/test/checkout/sessions/{}", sessions[0])), "{url}");
    assert!(open.rows.iter().all(|row| row.can_end && row.redemption.state == State::Held));
    assert_eq!(open.chart[29].held, 3);

    w.advance(240_000);
    w.sim.complete_session(&sessions[0]).unwrap();
    w.sim.expire_session(&sessions[1]).unwrap();
    let told = until(async || {
        let now = usage(w, &code).await;
        ((now.held, now.redeemed) == (1, 1), now)
    })
    .await;
    assert_ne!(told, open.usage);
    let page = list(w, &w.owner(), &code, RedemptionQuery::default()).await;
    assert_eq!(page.usage, told);
    let [cay, bob, ada] = page.rows.as_slice() else { panic!("{page:?}") };
    assert_eq!(words(ada), ["Held for a checkout", "Paid"]);
    assert_eq!(words(bob), ["Held for a checkout", "The checkout ended unpaid"]);
    assert_eq!(words(cay), ["Held for a checkout"]);
    let states: Vec<_> = ada.way.iter().map(|step| step.state).collect();
    assert_eq!(states, [State::Held, State::Redeemed]);
    assert!(ada.way[1].at.ms >= NOW + 420_000 && ada.redemption.settled_at == Some(ada.way[1].at.ms));
    for settled in [ada, bob] {
        assert!(!settled.can_end && settled.until.is_none() && settled.session_url.is_some());
    }
    let today = &page.chart[29];
    assert_eq!((today.held, today.redeemed, today.released), (1, 1, 1));
    for (state, id) in [(State::Held, cay), (State::Redeemed, ada), (State::Released, bob)] {
        let only = list(w, &w.owner(), &code, of(state)).await;
        assert_eq!(only.rows, std::slice::from_ref(id), "{state:?}");
        assert_eq!(only.chart, page.chart, "a filter is of the rows alone");
    }
}

async fn rows_are_filtered_and_paged(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let other = w.code(json!({ "code": "SUMMER", "percent_off": 10 })).await;
    let mut ids = Vec::new();
    for n in 0..45 {
        let (state, settled) = if n % 3 == 0 { (State::Held, None) } else { (State::Redeemed, Some(NOW)) };
        ids.insert(0, plant(w, &code, n, state, NOW - 1_000 + i64::from(n), settled).await);
        plant(w, &other, 100 + n, State::Held, NOW, None).await;
    }
    let read = async |query| {
        let page = list(w, &w.owner(), &code, query).await;
        let rows: Vec<String> = page.rows.iter().map(|row| row.redemption.id.clone()).collect();
        (rows, page.previous, page.next)
    };
    let first = read(RedemptionQuery::default()).await;
    assert_eq!(first, (ids[..20].to_vec(), None, Some(ids[19].clone())));
    let second = read(RedemptionQuery { after: first.2, ..RedemptionQuery::default() }).await;
    assert_eq!(second, (ids[20..40].to_vec(), Some(ids[20].clone()), Some(ids[39].clone())));
    let third = read(RedemptionQuery { after: second.2, ..RedemptionQuery::default() }).await;
    assert_eq!(third, (ids[40..].to_vec(), Some(ids[40].clone()), None));
    let back = read(RedemptionQuery { before: second.1, ..RedemptionQuery::default() }).await;
    assert_eq!(back, (ids[..20].to_vec(), None, Some(ids[19].clone())));
    let held: Vec<String> = ids.iter().rev().step_by(3).rev().cloned().collect();
    assert_eq!(read(of(State::Held)).await, (held, None, None));
    assert_eq!(read(of(State::Released)).await, (vec![], None, None));
    // A cursor that is none begins anew.
    let odd = read(RedemptionQuery { after: Some("nonsense".into()), ..RedemptionQuery::default() }).await;
    assert_eq!(odd.0, ids[..20]);
    // A hold of an owner's own checkout has no session, and stands until its own end.
    let own = &list(w, &w.owner(), &code, of(State::Held)).await.rows[0];
    assert_eq!((words(own), own.session_url.as_deref()), (vec!["Held for your own checkout"], None));
}

async fn days_are_those_of_the_owner(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let midnight = NOW - NOW % DAY_MS;
    let minute = 60_000;
    for (n, (state, taken, settled)) in [
        (State::Redeemed, midnight - HOUR_MS, Some(midnight - minute)),
        (State::Redeemed, midnight - HOUR_MS, Some(midnight)),
        (State::Released, midnight - HOUR_MS, Some(midnight + minute)),
        (State::Held, midnight - minute, None),
        (State::Held, NOW, None),
        // Held long before, and confirmed now: it counts when it did.
        (State::Redeemed, midnight - 60 * DAY_MS, Some(NOW)),
        // Before the chart begins.
        (State::Released, midnight - 40 * DAY_MS, Some(midnight - 30 * DAY_MS)),
    ]
    .into_iter()
    .enumerate()
    {
        plant(w, &code, u16::try_from(n).unwrap(), state, taken, settled).await;
    }
    let days = async |zone: &str| {
        let viewer = Viewer { zone: zone.into(), ..w.owner() };
        let page = list(w, &viewer, &code, RedemptionQuery::default()).await;
        assert_eq!((page.chart.len(), page.zone.as_str()), (30, zone));
        page.chart
    };
    let utc = days("UTC").await;
    let told = |day: &app::wire::ledger::UsageDay| (day.held, day.redeemed, day.released);
    assert_eq!((told(&utc[28]), told(&utc[29])), ((1, 1, 0), (1, 2, 1)));
    assert!(utc[..28].iter().all(|day| told(day) == (0, 0, 0)), "{utc:?}");
    // Three hours further west, that midnight is nine in the evening, of the day before or of the same one.
    let west = days("America/Sao_Paulo").await;
    let sums = west.iter().fold((0, 0, 0), |sum, day| (sum.0 + day.held, sum.1 + day.redeemed, sum.2 + day.released));
    assert_eq!(sums, (2, 3, 1));
    let of_midnight = west.iter().find(|day| day.released == 1).unwrap();
    assert!(of_midnight.held >= 1 && of_midnight.redeemed >= 2, "both sides of it are one day there: {west:?}");
}

/// The days before today of a code with more than 20,000 redemptions are counted once a minute; today is counted always.
async fn a_busy_code_keeps_its_days_and_counts_today(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let yesterday = NOW - NOW % DAY_MS - HOUR_MS;
    let seed = plant(w, &code, 1, State::Redeemed, yesterday, Some(yesterday)).await;
    // Twice as many, fifteen times.
    for _ in 0..15 {
        let letters = "SELECT workspace_id, mode, id";
        let copies = "discount_code_id, state, created_at, updated_at, settled_at, history";
        let count = w.database.number("SELECT count(*) FROM redemptions").await;
        w.database
            .execute(&format!(
                "INSERT INTO redemptions (workspace_id, mode, id, {copies}) {letters} || '-{count}', {copies} FROM redemptions"
            ))
            .await;
    }
    let read = async || {
        let chart = list(w, &w.owner(), &code, RedemptionQuery::default()).await.chart;
        (chart[28].redeemed, chart[29].redeemed)
    };
    assert_eq!(read().await, (32_768, 0));
    plant(w, &code, 2, State::Redeemed, NOW, Some(NOW)).await;
    assert_eq!(read().await, (32_768, 1), "today is counted anew");
    w.database.execute(&format!("DELETE FROM redemptions WHERE id = '{seed}'")).await;
    recount(w).await;
    assert_eq!(read().await, (32_768, 1), "the past stands for a minute");
    w.advance(60_000);
    assert_eq!(read().await, (32_767, 1));
}

async fn whose_code_it_is(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let stranger = Viewer { workspace_id: "ws_00000000000000000000000000".into(), ..w.owner() };
    for (viewer, mode, app, id) in [
        (w.owner(), Mode::Live, "taskpomo", code.as_str()),
        (w.owner(), Mode::Test, "another", code.as_str()),
        (w.owner(), Mode::Test, "taskpomo", "dc_00000000000000000000000000"),
        (w.owner(), Mode::Test, "taskpomo", "nonsense"),
        (stranger, Mode::Test, "taskpomo", code.as_str()),
    ] {
        let page = w.services.redemptions(&viewer, mode, app, id, RedemptionQuery::default()).await;
        assert_eq!(page.unwrap_err().code, Code::ResourceMissing, "{mode} {app} {id}");
        let usage = w.services.usage(&viewer, mode, app, id).await;
        assert_eq!(usage.unwrap_err().code, Code::ResourceMissing, "{mode} {app} {id}");
    }
}
