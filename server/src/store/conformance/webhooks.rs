//! What Stripe told: one row an endpoint and event, worked on by one process at a time.

use super::super::query::all;
use super::super::{Busy, EventEnd, EventRow, NewEvent};
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, put, raw, shop};
use std::collections::HashSet;
use tokio::task::JoinSet;

/// An event of the tenant `ws_a` in test mode.
pub(super) fn new_event<'a>(endpoint: &'a str, id: &'a str) -> NewEvent<'a> {
    NewEvent {
        endpoint,
        id,
        kind: "checkout.session.completed",
        account: Some("acct_1"),
        livemode: false,
        object_id: Some("cs_1"),
        happened_at: T - 5,
        workspace: Some("ws_a"),
        mode: "test",
        now: T,
    }
}

fn end<'a>(state: &'a str, workspace: Option<&'a str>) -> EventEnd<'a> {
    EventEnd { state, outcome: ODD, workspace, next: T + 50, now: T + 40 }
}

async fn take(base: &Base, now: i64, limit: i64) -> Vec<EventRow> {
    put!(base, take_due_events(now, now + 10, limit, limit, &Busy::default())).unwrap()
}

pub(super) async fn one_row_however_often_it_comes(base: Base) {
    let scope = shop(&base).await;
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let base = base.clone();
        racers.spawn(async move { put!(base, receive_event(&new_event("test", "evt_1"))).unwrap() });
    }
    while let Some(done) = racers.join_next().await {
        done.unwrap();
    }
    // What comes again changes nothing but the count, whatever it says.
    let other = NewEvent { kind: "other", object_id: None, livemode: true, now: HUGE, ..new_event("test", "evt_1") };
    put!(base, receive_event(&other)).unwrap();
    put!(base, receive_event(&NewEvent { workspace: None, ..new_event("live", "evt_1") })).unwrap();
    let rows = get!(base, &scope, newest_events(9));
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (row.endpoint.as_str(), row.id.as_str(), row.kind.as_str()),
        ("test", "evt_1", "checkout.session.completed")
    );
    assert_eq!((row.account.as_deref(), row.object_id.as_deref(), row.livemode), (Some("acct_1"), Some("cs_1"), false));
    assert_eq!((row.happened_at, row.received_at, row.attempts, row.deliveries), (T - 5, T, 0, 21));
    assert_eq!((row.state.as_str(), row.outcome.as_deref(), row.mode.as_str()), ("queued", None, "test"));
    assert_eq!(get!(base, &scope, last_event_at("test")), Some(T));
    assert_eq!(raw!(base, (i64,), "SELECT count(*) FROM webhook_events"), [(2,)]);
    put!(base, forget_events(T)).unwrap();
    assert_eq!(raw!(base, (i64,), "SELECT count(*) FROM webhook_events"), [(2,)]);
    put!(base, forget_events(T + 1)).unwrap();
    assert_eq!(raw!(base, (i64,), "SELECT count(*) FROM webhook_events"), [(0,)]);
}

pub(super) async fn each_event_is_taken_once(base: Base) {
    shop(&base).await;
    let ids: Vec<String> = (0..50).map(|n| format!("evt_{n}")).collect();
    for id in &ids {
        put!(base, receive_event(&new_event("test", id))).unwrap();
    }
    let nobody = Busy::default();
    assert!(!get!(base, events_are_due(T - 1, &nobody)) && get!(base, events_are_due(T, &nobody)));
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let base = base.clone();
        racers.spawn(async move { take(&base, T, 5).await });
    }
    let mut taken = Vec::new();
    while let Some(rows) = racers.join_next().await {
        taken.extend(rows.unwrap().into_iter().map(|row| row.id));
    }
    let different: HashSet<&String> = taken.iter().collect();
    assert_eq!(different.len(), taken.len(), "one was taken twice");
    // Racers that met at the same rows came back with less than they could have.
    while let rows @ [_, ..] = &take(&base, T, 50).await[..] {
        taken.extend(rows.iter().map(|row| row.id.clone()));
    }
    assert_eq!(taken.into_iter().collect::<HashSet<_>>().len(), 50);
    assert!(!get!(base, events_are_due(T + 9, &nobody)));
    assert_eq!(take(&base, T + 10, 99).await.len(), 50, "who took them died");
}

/// One owner's heap leaves room for the others, and whoever is busy is passed over.
pub(super) async fn each_owner_has_a_share(base: Base) {
    shop(&base).await;
    // The heap came first. An owner's own endpoint may be sent any account: it is one owner's all the same.
    for n in 0..40 {
        let (id, account) = (format!("evt_heap{n:02}"), format!("acct_heap{n}"));
        let event = NewEvent { account: Some(&account), ..new_event("whk_heap", &id) };
        put!(base, receive_event(&event)).unwrap();
    }
    for (n, account) in [(0, Some("acct_1")), (1, Some("acct_2")), (2, None)] {
        let id = format!("evt_app{n}");
        put!(base, receive_event(&NewEvent { account, now: T + 1, ..new_event("test", &id) })).unwrap();
    }
    let take = async |busy: Busy| {
        let rows = put!(base, take_due_events(T + 1, T + 90, 12, 4, &busy)).unwrap();
        let mut owners: Vec<String> =
            rows.iter().map(|row| row.owner()).map(|(one, two)| format!("{one} {two}")).collect();
        owners.sort();
        owners
    };
    let heap = || vec!["whk_heap ".to_owned(); 4];
    // The oldest 48 are looked at: all of them.
    let first = take(Busy::of([("test", "acct_1")])).await;
    assert_eq!(first, [vec!["test ".to_owned(), "test acct_2".to_owned()], heap()].concat());
    let busy = [("whk_heap", ""), ("test", "acct_2")];
    assert!(get!(base, events_are_due(T + 1, &Busy::of(busy))));
    assert_eq!(take(Busy::of(busy)).await, ["test acct_1"]);
    assert!(!get!(base, events_are_due(T + 1, &Busy::of(busy))), "the heap is passed over");
    assert_eq!(take(Busy::default()).await, heap());
}

pub(super) async fn only_the_last_attempt_says_how_it_ended(base: Base) {
    let scope = shop(&base).await;
    put!(base, receive_event(&NewEvent { workspace: None, ..new_event("test", "evt_1") })).unwrap();
    let first = take(&base, T, 9).await.remove(0);
    let second = take(&base, T + 10, 9).await.remove(0);
    assert_eq!((first.attempts, second.attempts), (1, 2));
    assert!(!put!(base, settle_event(&first, &end("done", Some("ws_b")))).unwrap(), "it came too late");
    // Not yet; then done; and once it has ended, it has ended.
    assert!(put!(base, settle_event(&second, &end("queued", None))).unwrap());
    assert!(take(&base, T + 49, 9).await.is_empty() && get!(base, &scope, newest_events(9)).is_empty());
    let third = take(&base, T + 50, 9).await.remove(0);
    assert_eq!((third.attempts, third.outcome.as_deref()), (3, Some(ODD)));
    assert!(put!(base, settle_event(&third, &end("done", Some("ws_a")))).unwrap());
    assert!(!put!(base, settle_event(&third, &end("failed", None))).unwrap());
    let row = get!(base, &scope, newest_events(9)).remove(0);
    assert_eq!(
        (row.state.as_str(), row.outcome.as_deref(), row.workspace_id.as_deref()),
        ("done", Some(ODD), Some("ws_a"))
    );
    assert_eq!(raw!(base, (Option<i64>,), "SELECT settled_at FROM webhook_events"), [(Some(T + 40),)]);
    assert!(take(&base, T + 1_000_000, 9).await.is_empty());
}
