//! Owners, members, sign-in links, sessions and the outbox: what is no tenant's.

use super::super::query::all;
use super::super::{Kinds, MailRow, MemberRow, StoreError};
use super::engine::Base;
use super::fixtures::{HUGE, ODD, T, get, put, raw, shop, shop_of};
use std::collections::BTreeMap;
use tokio::task::JoinSet;

async fn member(base: &Base) -> MemberRow {
    put!(base, insert_owner("own_1", Some("o'brien@example.com"), T)).unwrap();
    put!(base, insert_member("ws_a", "own_1", T)).unwrap();
    MemberRow { workspace_id: "ws_a".into(), owner_id: "own_1".into() }
}

pub(super) async fn owners_and_members(base: Base) {
    shop(&base).await;
    shop_of(&base, "ws_b").await;
    member(&base).await;
    assert_eq!(get!(base, owner_by_email("o'brien@example.com")).unwrap().0, "own_1");
    assert!(get!(base, owner_by_email("nobody@example.com")).is_none());
    let again = put!(base, insert_owner("own_2", Some("o'brien@example.com"), T));
    assert!(matches!(again, Err(StoreError::Taken)));
    assert!(matches!(put!(base, insert_member("ws_a", "own_1", T)), Err(StoreError::Taken)));
    // The oldest membership comes first, not the first by name.
    put!(base, insert_member("ws_b", "own_1", T - 1)).unwrap();
    let workspaces: Vec<_> =
        get!(base, memberships("own_1")).into_iter().map(|m| (m.workspace_id, m.owner_id)).collect();
    assert_eq!(workspaces, [("ws_b".into(), "own_1".into()), ("ws_a".into(), "own_1".into())]);
    assert!(get!(base, memberships("own_2")).is_empty());
    assert!(matches!(put!(base, insert_workspace("ws_a", ODD, HUGE)), Err(StoreError::Taken)));
    put!(base, insert_workspace("ws_odd", ODD, HUGE)).unwrap();
    let rows = raw!(base, (String, i64), "SELECT name, created_at FROM workspaces WHERE id = 'ws_odd'");
    assert_eq!(rows, [(ODD.to_owned(), HUGE)]);
}

pub(super) async fn a_sign_in_link_works_once(base: Base) {
    put!(base, insert_link(b"once", ODD, None, T, T + 10)).unwrap();
    let mut racers: JoinSet<_> = (0..20)
        .map(|_| {
            let base = base.clone();
            async move { put!(base, use_link(b"once", T + 1)).unwrap() }
        })
        .collect();
    let mut found = Vec::new();
    while let Some(link) = racers.join_next().await {
        found.extend(link.unwrap());
    }
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].email, ODD);

    put!(base, insert_link(b"late", "late@example.com", None, T, T + 10)).unwrap();
    assert!(put!(base, use_link(b"late", T + 10)).unwrap().is_none(), "an end is not part of a life");
    assert!(put!(base, use_link(b"none", T)).unwrap().is_none());
    assert!(put!(base, use_link(b"late", T + 9)).unwrap().is_some());
    put!(base, insert_link(b"kept", "kept@example.com", None, T, T + 11)).unwrap();
    put!(base, forget_ended(T + 10)).unwrap();
    let left = raw!(base, (Vec<u8>, Option<i64>), "SELECT token_hash, used_at FROM sign_in_links");
    assert_eq!(left, [(b"kept".to_vec(), None)]);
}

pub(super) async fn sessions_end(base: Base) {
    shop(&base).await;
    let member = member(&base).await;
    put!(base, insert_session(b"s", &member, true, T, T + 10, T + 30)).unwrap();
    let row = get!(base, session(b"s", T + 9)).unwrap();
    let columns =
        (row.owner_id.as_str(), row.workspace_id.as_str(), row.email.as_deref().unwrap_or_default(), row.seen_at);
    assert_eq!(columns, ("own_1", "ws_a", "o'brien@example.com", T));
    assert!(get!(base, session(b"t", T)).is_none());

    assert!(get!(base, session(b"s", T + 10)).is_none(), "nobody came for too long");
    put!(base, touch_session(b"s", T + 9, T + 100)).unwrap();
    assert_eq!(get!(base, session(b"s", T + 29)).unwrap().seen_at, T + 9);
    assert!(get!(base, session(b"s", T + 30)).is_none(), "a session ends even in use");

    put!(base, insert_session(b"idle", &member, true, T, T + 10, T + 30)).unwrap();
    put!(base, insert_session(b"kept", &member, true, T, T + 31, T + 31)).unwrap();
    put!(base, forget_ended(T + 10)).unwrap();
    let left = || async { raw!(base, (Vec<u8>,), "SELECT token_hash FROM sessions ORDER BY token_hash") };
    assert_eq!(left().await, [(b"kept".to_vec(),), (b"s".to_vec(),)]);
    put!(base, forget_ended(T + 30)).unwrap();
    assert_eq!(left().await, [(b"kept".to_vec(),)]);
    put!(base, delete_session(b"kept")).unwrap();
    assert!(left().await.is_empty());

    put!(base, insert_session(b"s", &member, true, T, T + 10, T + 30)).unwrap();
    let mut tx = base.db.begin().await.unwrap();
    super::super::query::execute!(tx.conn(), "DELETE FROM members").unwrap();
    tx.commit().await.unwrap();
    assert!(get!(base, session(b"s", T)).is_none(), "who is no member any more has no session");
}

pub(super) async fn an_owner_without_an_address(base: Base) {
    shop(&base).await;
    shop_of(&base, "ws_b").await;
    let known = member(&base).await;
    put!(base, insert_owner("own_2", None, T)).unwrap();
    put!(base, insert_owner("own_3", None, T)).unwrap();
    for (workspace, owner) in [("ws_a", "own_2"), ("ws_b", "own_2"), ("ws_b", "own_3")] {
        put!(base, insert_member(workspace, owner, T + 1)).unwrap();
    }
    assert_eq!(get!(base, member_addresses("ws_a")), [("o'brien@example.com".to_owned(),)]);
    assert!(get!(base, member_addresses("ws_b")).is_empty());
    assert!(get!(base, has_member("ws_b", "own_2")) && !get!(base, has_member("ws_b", "own_1")));
    for (owner, workspace, held) in
        [("own_2", "ws_a", 1), ("own_3", "ws_a", 0), ("own_1", "ws_a", 0), ("own_9", "ws_a", 0)]
    {
        assert_eq!(put!(base, lock_nameless(owner, workspace)).unwrap(), held, "{owner}");
    }

    put!(base, insert_link(b"adds", "new@example.com", Some(&known), T, T + 9)).unwrap();
    let link = get!(base, link(b"adds", T)).unwrap();
    assert_eq!((link.owner_id.as_deref(), link.workspace_id.as_deref()), (Some("own_1"), Some("ws_a")));
    let used = put!(base, use_link(b"adds", T)).unwrap().unwrap();
    assert_eq!((used.owner_id.as_deref(), used.workspace_id.as_deref()), (Some("own_1"), Some("ws_a")));

    assert!(matches!(put!(base, name_owner("own_3", "o'brien@example.com")), Err(StoreError::Taken)));
    put!(base, name_owner("own_3", "new@example.com")).unwrap();
    put!(base, name_owner("own_3", "newer@example.com")).unwrap();
    assert_eq!(get!(base, owner_by_email("new@example.com")).unwrap().0, "own_3");
    assert!(get!(base, owner_by_email("newer@example.com")).is_none(), "an address is never replaced");

    // The workspaces of one owner become another's, who has a part of them already. What proves the first one goes.
    let session = MemberRow { workspace_id: "ws_b".into(), owner_id: "own_2".into() };
    put!(base, insert_session(b"s", &session, false, T, T + 10, T + 30)).unwrap();
    put!(base, insert_session(b"known", &known, true, T, T + 10, T + 30)).unwrap();
    put!(base, copy_memberships("own_2", "own_1")).unwrap();
    put!(base, delete_sessions("own_2")).unwrap();
    put!(base, delete_states("own_2")).unwrap();
    put!(base, delete_waiting_installs("own_2")).unwrap();
    put!(base, delete_memberships("own_2")).unwrap();
    put!(base, delete_owner("own_2")).unwrap();
    assert!(get!(base, session(b"s", T)).is_none());
    assert_eq!(get!(base, session(b"known", T)).unwrap().workspace_id, "ws_a");
    let places: Vec<_> = get!(base, memberships("own_1")).into_iter().map(|member| member.workspace_id).collect();
    assert_eq!(places, ["ws_a", "ws_b"]);
    assert!(!get!(base, workspace_name("ws_b")).unwrap().0.is_empty());
    let both: Vec<_> = get!(base, member_addresses("ws_b")).into_iter().map(|(address,)| address).collect();
    assert_eq!(both, ["new@example.com", "o'brien@example.com"]);
}

pub(super) async fn a_session_goes_to_the_owners_workspaces_only(base: Base) {
    for workspace in ["ws_b", "ws_c"] {
        shop_of(&base, workspace).await;
    }
    shop(&base).await;
    let home = member(&base).await;
    put!(base, insert_member("ws_b", "own_1", T + 1)).unwrap();
    put!(base, insert_owner("own_2", Some("two@example.com"), T)).unwrap();
    put!(base, insert_member("ws_c", "own_2", T)).unwrap();
    let at = |workspace: &str, owner: &str| MemberRow { workspace_id: workspace.into(), owner_id: owner.into() };
    for (hash, by_link) in [(b"link", true), (b"stay", true), (b"inst", false)] {
        put!(base, insert_session(hash, &home, by_link, T, T + 10, T + 30)).unwrap();
        assert_eq!(get!(base, session(hash, T)).unwrap().by_link, by_link);
    }
    for (hash, workspace, owner) in [
        (b"link", "ws_c", "own_1"),
        (b"link", "ws_c", "own_2"),
        (b"link", "ws_none", "own_1"),
        (b"link", "", "own_1"),
        (b"none", "ws_b", "own_1"),
        (b"inst", "ws_b", "own_1"),
    ] {
        assert!(!put!(base, switch_session(hash, &at(workspace, owner))).unwrap(), "{workspace} {owner}");
    }
    let places = || async { raw!(base, (String,), "SELECT workspace_id FROM sessions ORDER BY token_hash") };
    assert_eq!(places().await, ["ws_a", "ws_a", "ws_a"].map(|id| (id.to_owned(),)));
    assert!(put!(base, switch_session(b"link", &at("ws_b", "own_1"))).unwrap());
    assert_eq!(places().await, ["ws_a", "ws_b", "ws_a"].map(|id| (id.to_owned(),)));

    let first = || async { get!(base, memberships("own_1")).remove(0).workspace_id };
    assert_eq!(first().await, "ws_a");
    put!(base, note_use(&at("ws_b", "own_1"), T + 5)).unwrap();
    assert_eq!(first().await, "ws_b");
    put!(base, note_use(&home, T + 6)).unwrap();
    assert_eq!(first().await, "ws_a");
    let of: Vec<_> = get!(base, workspaces_of("own_1")).into_iter().map(|workspace| workspace.id).collect();
    assert_eq!(of, ["ws_a", "ws_b"]);
    assert!(get!(base, workspaces_of("own_9")).is_empty());
}

type Outbox = (String, String, String, String, i64, i64, Option<String>, i64, i64);

async fn outbox(base: &Base) -> Vec<Outbox> {
    let sql = "SELECT id, kind, recipient, state, attempts, next_attempt_at, last_error, created_at, updated_at FROM outbox ORDER BY id";
    raw!(base, Outbox, sql)
}

pub(super) async fn mail_waits_its_turn(base: Base) {
    let kind = || "sign_in".to_owned();
    put!(base, insert_mail_about("m_0", "moved", "b@example.com", Some(ODD), T - 9)).unwrap();
    let about = put!(base, take_due_mails(Kinds::Others, T - 9, T, 10)).unwrap().remove(0);
    assert_eq!((about.detail.as_deref(), about.created_at), (Some(ODD), T - 9));
    let mut tx = base.db.begin().await.unwrap();
    super::super::query::execute!(tx.conn(), "DELETE FROM outbox").unwrap();
    tx.commit().await.unwrap();
    put!(base, insert_mail("m_1", "sign_in", ODD, T)).unwrap();
    assert_eq!(outbox(&base).await, [("m_1".into(), kind(), ODD.into(), "queued".into(), 0, T, None, T, T)]);
    assert!(put!(base, take_due_mails(Kinds::Others, T - 1, T + 50, 10)).unwrap().is_empty());
    let [mail]: [MailRow; 1] = put!(base, take_due_mails(Kinds::Others, T, T + 50, 10)).unwrap().try_into().unwrap();
    assert_eq!((mail.id.as_str(), mail.kind, mail.recipient.as_str(), mail.attempts), ("m_1", kind(), ODD, 1));
    assert!(put!(base, take_due_mails(Kinds::Others, T + 49, T + 90, 10)).unwrap().is_empty(), "somebody works on it");

    put!(base, settle_mail("m_1", "queued", Some(ODD), T + 60, T + 1)).unwrap();
    assert!(put!(base, take_due_mails(Kinds::Others, T + 59, T + 90, 10)).unwrap().is_empty());
    assert_eq!(put!(base, take_due_mails(Kinds::Others, T + 60, T + 90, 10)).unwrap()[0].attempts, 2);
    put!(base, settle_mail("m_1", "sent", None, HUGE, T + 61)).unwrap();
    assert_eq!(outbox(&base).await, [("m_1".into(), kind(), ODD.into(), "sent".into(), 2, HUGE, None, T, T + 61)]);
    put!(base, settle_mail("m_1", "failed", Some("no such mailbox"), T, T + 62)).unwrap();
    assert!(
        put!(base, take_due_mails(Kinds::Others, HUGE, HUGE, 10)).unwrap().is_empty(),
        "what ended is not sent again"
    );

    for (id, due) in [("m_2", T + 2), ("m_3", T + 3), ("m_4", T + 1)] {
        put!(base, insert_mail(id, "sign_in", "a@example.com", due)).unwrap();
    }
    let mut oldest: Vec<_> =
        put!(base, take_due_mails(Kinds::Others, T + 9, T + 90, 2)).unwrap().into_iter().map(|m| m.id).collect();
    oldest.sort();
    assert_eq!(oldest, ["m_2", "m_4"]);
}

pub(super) async fn each_mail_is_taken_once(base: Base) {
    let mut tx = base.db.begin().await.unwrap();
    for n in 0..60 {
        tx.conn().insert_mail(&format!("m_{n:02}"), "sign_in", "a@example.com", T).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut racers: JoinSet<_> = (0..10)
        .map(|_| {
            let base = base.clone();
            async move {
                let mut mine = Vec::new();
                loop {
                    let some = put!(base, take_due_mails(Kinds::Others, T, T + 1, 7)).unwrap();
                    if some.is_empty() {
                        return mine;
                    }
                    mine.extend(some);
                }
            }
        })
        .collect();
    let mut taken = BTreeMap::new();
    while let Some(mine) = racers.join_next().await {
        for mail in mine.unwrap() {
            assert_eq!(mail.attempts, 1);
            assert!(taken.insert(mail.id.clone(), mail).is_none(), "taken twice");
        }
    }
    // A racer that came too late for the mails it saw may leave with none while others are due.
    let rest = put!(base, take_due_mails(Kinds::Others, T, T + 1, 100)).unwrap();
    assert_eq!(taken.len() + rest.len(), 60);
}
