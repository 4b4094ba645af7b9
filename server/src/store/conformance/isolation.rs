//! Tenants apart: a call in another workspace, or in the other mode, sees nothing of a tenant and changes nothing of it.
//!
//! The table below has every function of [`Scoped`]; a test reads the sources and misses those that are not in it. Each call is made
//! three times with the very ids of the tenant: as the tenant itself, where it must see or change something (or it would prove nothing),
//! and from outside. All of them are rolled back, so that each finds the tenant whole.

use super::super::query::execute;
use super::super::reward_figures::FigureRow;
use super::super::{
    CampaignFilter, CheckRow, CodeFilter, CodeRow, Direction, Hold, NewApiKey, NewAppToken, NewCode, NewConnection,
    NewRedemption, NewReward, PriceRow, RedemptionFilter, Result, RewardFilter, RewardSearch, Scoped, Sought, Step,
    StoreError, Taken,
};
use super::begun::redemption;
use super::engine::Base;
use super::fixtures::{
    T, dump, dump_statement, get, insert_sharing, new_campaign, new_checkout, new_code, new_reward, new_version,
    next_attempt, percent, put, scope, sharing, shop, shop_of, take_hold,
};
use crate::scope::Scope;
use app::domain::activity::Topic;
use app::domain::discount_code::Limits;
use app::domain::mode::Mode;
use app::domain::redemption::{Cause as Moved, State};
use app::domain::reward::{Cause, Filter, MailState, SyncState};
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::path::Path;

/// Whether an answer tells of anything that is there.
trait Tells {
    fn tells(&self) -> bool;
}

impl Tells for () {
    fn tells(&self) -> bool {
        false
    }
}

impl Tells for bool {
    fn tells(&self) -> bool {
        *self
    }
}

impl<T> Tells for Option<T> {
    fn tells(&self) -> bool {
        self.is_some()
    }
}

impl<T> Tells for Vec<T> {
    fn tells(&self) -> bool {
        !self.is_empty()
    }
}

impl Tells for u64 {
    fn tells(&self) -> bool {
        *self > 0
    }
}

impl Tells for i64 {
    fn tells(&self) -> bool {
        *self > 0
    }
}

impl Tells for Taken {
    fn tells(&self) -> bool {
        *self != Self::Ours(1)
    }
}

/// Where the calls end: at the workspace, or at its mode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Workspace,
    Mode,
}

type Call = for<'a> fn(Scoped<'a>) -> BoxFuture<'a, Result<bool>>;

macro_rules! calls {
    ($($of:ident $call:ident($($arg:expr),* $(,)?) $(=> $answer:expr)?;)*) => {
        vec![$((stringify!($call), Of::$of, (|at| Box::pin(async move {
            let answer = at.$call($($arg),*).await?;
            $(let answer = ($answer)(answer);)?
            Ok(answer.tells())
        })) as Call)),*]
    };
}

mod at_stripe;

fn api_key() -> NewApiKey<'static> {
    NewApiKey { id: "key_1", app_id: None, name: "Key", rights: "full", hash: b"hash 1", hint: "…", now: T }
}

fn connection(generation: i64) -> NewConnection<'static> {
    NewConnection {
        generation,
        method: "key",
        account: None,
        key_hint: "…",
        secret: Some(b"sealed"),
        permissions: "{}",
        now: T,
    }
}

fn app_token(generation: i64) -> NewAppToken<'static> {
    NewAppToken {
        generation,
        connected: 1,
        account: "acct_1",
        access: b"sealed",
        refresh: b"sealed",
        access_expires_at: T,
        fence: 0,
        now: T,
    }
}

fn checked(wrong: i64) -> CheckRow {
    CheckRow { checked_at: T, codes: 1, sessions: 0, wrong, found: "[]".into(), unasked: None }
}

fn price() -> PriceRow {
    PriceRow { recurring: true, currency: "eur".into(), unit_amount: None }
}

fn every_redemption() -> RedemptionFilter {
    RedemptionFilter { app_id: None, discount_code_id: None, state: None, direction: Direction::First, limit: 9 }
}

fn every_code() -> CodeFilter {
    CodeFilter { app_id: None, status: None, q: String::new(), direction: Direction::First, limit: 9 }
}

fn active_codes() -> CodeFilter {
    CodeFilter {
        app_id: Some("shop".into()),
        status: app::domain::discount_code::Status::parse("active"),
        q: "FREE".into(),
        direction: Direction::Before("dc".into()),
        ..every_code()
    }
}

fn every_campaign() -> CampaignFilter {
    CampaignFilter { app_id: None, status: None, direction: Direction::First, limit: 9 }
}

fn active_campaigns() -> CampaignFilter {
    CampaignFilter {
        app_id: Some("shop".into()),
        status: app::domain::campaign::Status::parse("active"),
        direction: Direction::Before("cmp".into()),
        ..every_campaign()
    }
}

fn every_reward() -> RewardFilter {
    RewardFilter {
        campaign_id: "cmp_1".into(),
        email_key: None,
        reference: None,
        code: None,
        sync: None,
        direction: Direction::First,
        limit: 9,
    }
}

fn any_reward() -> RewardSearch {
    RewardSearch {
        campaign_id: "cmp_1".into(),
        which: Filter::All,
        all_blocked: false,
        sought: Sought::All,
        direction: Direction::First,
        limit: 9,
    }
}

fn one_reward() -> RewardFilter {
    RewardFilter {
        email_key: Some("ada@example.com".into()),
        reference: Some("order-1".into()),
        code: Some("SHARE-1".into()),
        sync: Some(vec![SyncState::Pending]),
        direction: Direction::Before("rw".into()),
        ..every_reward()
    }
}

fn sought_rewards() -> RewardSearch {
    RewardSearch {
        which: Filter::Blocked,
        all_blocked: true,
        sought: Sought::Part("ADA@".into()),
        direction: Direction::Before("rw".into()),
        ..any_reward()
    }
}

/// A reward that was earned by a reference.
fn reward<'a>(id: &'a str, code: &'a str) -> NewReward<'a> {
    NewReward { reference: Some("order-1"), mail: MailState::Queued, ..new_reward(id, "cmp_1", code) }
}

/// A tenant with something for every call to see or change.
async fn tenant(base: &Base) -> Scope {
    let scope = shop(base).await;
    put!(base, &scope, insert_app("second", "Second", T)).unwrap();
    put!(base, &scope, insert_api_key(&api_key())).unwrap();
    put!(base, &scope, insert_data_key("dk_1", b"wrapped", T)).unwrap();
    let by_app = NewConnection { method: "stripe_app", account: Some("acct_1"), secret: None, ..connection(1) };
    put!(base, &scope, put_connection(&by_app)).unwrap();
    put!(base, &scope, append_app_token(&app_token(1))).unwrap();
    put!(base, &scope, put_price(1, "price_1", &price())).unwrap();
    for id in ["dc_free", "dc_held", "dc_blocked"] {
        put!(base, &scope, insert_code(&new_code(id, &id[3..].to_uppercase()))).unwrap();
    }
    put!(base, &scope, insert_code(&new_code("dc_minted", "MINTED"))).unwrap();
    assert!(take_hold(&base.db, &scope, "dc_minted", "rd_minted").await);
    put!(base, &scope, note_minted("dc_minted", "coupon_1", 1, None, T)).unwrap();
    put!(base, &scope, insert_code(&new_code("dc_archived", "ARCHIVED"))).unwrap();
    put!(base, &scope, archive_code("dc_archived", T)).unwrap();
    assert!(take_hold(&base.db, &scope, "dc_held", "rd_1").await);
    assert!(take_hold(&base.db, &scope, "dc_blocked", "rd_2").await);
    for (id, key) in [("rd_own", Some("own order")), ("rd_back", None)] {
        let own = super::super::NewRedemption {
            id,
            discount_code_id: "dc_held",
            idempotency_key: key,
            expires_at: Some(T),
            user_id: Some("Own@example.com"),
            now: T,
            ..super::super::NewRedemption::default()
        };
        put!(base, &scope, insert_redemption(&own)).unwrap();
    }
    assert!(put!(base, &scope, settle_redemption("rd_back", Moved::Lapsed, T)).unwrap().is_some());
    put!(base, &scope, note_minted("dc_held", "coupon_1", 1, Some("acct_0"), T)).unwrap();
    put!(base, &scope, block_code("dc_blocked", "coupon_1", "changed", T)).unwrap();
    for id in ["co_intent", "co_open", "co_late", "co_uncertain", "co_refused"] {
        let new = super::super::NewCheckout { redemption_id: Some("rd_1"), ..new_checkout(id, Some(id)) };
        put!(base, &scope, insert_checkout(&new)).unwrap();
    }
    put!(base, &scope, open_checkout("co_open", 1, "cs_1", T, "{}", T)).unwrap();
    put!(base, &scope, open_checkout("co_late", 1, "cs_late", T, "{}", T)).unwrap();
    put!(base, &scope, note_undecided("co_late", T, T)).unwrap();
    put!(base, &scope, settle_checkout("co_uncertain", 1, Step::Uncertain, T, T)).unwrap();
    put!(base, &scope, settle_checkout("co_refused", 1, Step::Refused, T, T)).unwrap();
    assert_eq!(put!(base, &scope, take_idempotency_key("key", b"print", T, T + 10)).unwrap(), Taken::Ours(1));
    put!(base, &scope, insert_webhook_endpoint("whk_1", T)).unwrap();
    assert!(put!(base, &scope, set_webhook_secret(1, b"sealed", Some("we_1"), T)).unwrap());
    put!(base, receive_event(&super::webhooks::new_event("whk_1", "evt_1"))).unwrap();
    assert_eq!(put!(base, &scope, take_lease("lease", "owner", T, T + 10)).unwrap(), Taken::Ours(1));
    earned(base, &scope).await;
    at_stripe::insert(base, &scope).await;
    person(base, &scope).await;
    scope
}

/// A campaign of the tenant's, a reward that waits for Stripe and one that was used, and what happened.
async fn earned(base: &Base, scope: &Scope) {
    insert_sharing(base, scope, "cmp_1").await;
    assert_eq!(put!(base, scope, count_reward("cmp_1", T)).unwrap(), Some(1));
    let queued = NewReward { mail: MailState::Queued, ..reward("rw_1", "SHARE-1") };
    put!(base, scope, insert_reward(&queued)).unwrap();
    put!(base, scope, insert_reward(&NewReward { reference: None, ..reward("rw_bought", "SHARE-0") })).unwrap();
    let mut tx = base.db.begin().await.unwrap();
    execute!(
        tx.conn(),
        "UPDATE rewards SET sync = 'minted', due_at = NULL, used_at = $1, used_amount = 5, used_currency = 'eur' WHERE id = 'rw_bought'",
        T
    )
    .unwrap();
    execute!(
        tx.conn(),
        "INSERT INTO reward_notices (workspace_id, mode, cause, since) VALUES ($1, $2, 'coupon', $3)",
        scope.workspace.as_str(),
        scope.mode.as_str(),
        T
    )
    .unwrap();
    tx.commit().await.unwrap();
    assert!(put!(base, scope, set_reward_mail("rw_1", MailState::Queued, None, T)).unwrap());
    put!(base, scope, insert_reward_mail("ml_1", "ada@example.com", "rw_1", T)).unwrap();
    put!(base, scope, insert_activity("act_1", "rw_1", "earned", "", T)).unwrap();
    put!(base, scope, insert_activity("act_2", "dc_free", "code_created", "", T)).unwrap();
    put!(base, scope, put_ledger_check(&checked(0), None)).unwrap();
    put!(base, scope, pause_minting(Cause::Outage, "Stripe does not answer.", 1, T, T + 10)).unwrap();
}

/// Somebody with a reward, its mail and its answer, and with two checkouts.
async fn person(base: &Base, scope: &Scope) {
    assert_eq!(put!(base, scope, take_idempotency_key("earn", b"print", T, T + 10)).unwrap(), Taken::Ours(1));
    put!(base, scope, finish_idempotency_key("earn", 1, 201, b"answer", Some("rw_1"))).unwrap();
    for id in ["co_named", "co_over"] {
        let new = super::super::NewCheckout { email_key: Some("ada@example.com".into()), ..new_checkout(id, None) };
        put!(base, scope, insert_checkout(&new)).unwrap();
    }
    put!(base, scope, settle_checkout("co_over", 1, Step::Refused, T, T)).unwrap();
    assert!(put!(base, scope, insert_unsubscribed(b"hash", T)).unwrap());
}

async fn hold_row(at: Scoped<'_>) -> Result<()> {
    let new = super::super::NewRedemption {
        id: "rd_1",
        discount_code_id: "dc_held",
        checkout_id: Some("cs"),
        now: T,
        ..super::super::NewRedemption::default()
    };
    at.insert_redemption(&new).await
}

/// As it is read before a hold.
fn free_code() -> CodeRow {
    CodeRow { id: "dc_free".into(), terms_version: 1, coupon_id: Some("coupon_2".into()), ..CodeRow::default() }
}

fn minted_code() -> CodeRow {
    CodeRow { id: "dc_minted".into(), coupon_id: Some("coupon_1".into()), ..free_code() }
}

fn table() -> Vec<(&'static str, Of, Call)> {
    let mut table = calls! {
        Mode insert_api_key(&NewApiKey { hash: b"hash 2", ..api_key() });
        Mode api_keys();
        Mode revoke_api_key("key_1", T);
        Mode touch_api_key("key_1", T + 1);
        Workspace insert_app("second", "Second", T);
        Workspace app("second");
        Workspace apps() => |apps: Vec<super::super::apps::AppRow>| apps.iter().any(|app| app.id == "second");
        Mode code_counts_by_app();
        Workspace insert_data_key("dk_1", b"wrapped", T);
        Workspace newest_data_key();
        Workspace data_key("dk_1");
        Mode connection();
        Mode lock_connection();
        // Without another's connection in the way the first one of any generation is stored.
        Mode put_connection(&connection(3)) => |stored: bool| !stored;
        Mode park_connection(1, "revoked", T);
        Mode set_permissions(1, "all", T);
        Mode disconnect(T);
        Mode unpark_app(1, T + 1);
        Mode end_app(1, "uninstalled", T);
        Mode let_account_go("acct_1", "moved", T);
        Mode minted_elsewhere("acct_1") => |count: i64| count > 0;
        Mode app_token(1);
        Mode newest_app_token() => |generation: i64| generation > 0;
        // Without another's pair in the way the first one of any generation is stored.
        Mode append_app_token(&app_token(1)) => |stored: bool| !stored;
        Mode destroy_app_tokens();
        Mode forget_app_tokens(2);
        Mode price(1, "price_1");
        Mode put_price(1, "price_2", &price());
        Mode insert_code(&new_code("dc_free", "ANOTHER"));
        Mode insert_code(&NewCode { now: T + 1, ..new_code("dc_new", "FREE") });
        Mode code("dc_free");
        Mode code_by_text("shop", "FREE");
        Mode codes(&every_code(), T);
        Mode codes(&active_codes(), T);
        Mode status_counts("shop", T) => |counts: Option<Vec<(String, i64)>>| counts.is_none_or(|counts| !counts.is_empty());
        Mode any_code();
        Mode hold("dc_free", 1, "coupon_2", T);
        Mode begin_checkout(&Hold { code: &free_code(), now: T }, &redemption("rd_now", "dc_free", "co_now"), &new_checkout("co_now", None));
        Mode begin_redemption(&Hold { code: &minted_code(), now: T }, 1, &NewRedemption { checkout_id: None, ..redemption("rd_now", "dc_minted", "") });
        Mode hold_again("dc_held", T + 1);
        Mode code_to_change("dc_free");
        Mode update_code("dc_free", false, &Limits::default(), "{}", T);
        Mode update_terms("dc_free", &(&percent(100)).into(), T);
        Mode archive_code("dc_free", T);
        Mode restore_code("dc_archived", T);
        Mode note_minted("dc_held", "coupon_1", 1, None, T + 1);
        Mode block_code("dc_held", "coupon_1", "changed", T + 1);
        Mode unblock_code("dc_blocked", T);
        Mode settle_redemption("rd_1", Moved::Paid, T);
        Mode redemption("rd_1");
        Mode redemption_by_key("own order");
        Mode detach_redemption("own order");
        Mode key_is_bound("own order");
        Mode key_is_bound("co_open");
        Mode uses_of_customer("dc_held", "ada") => |count: i64| count > 0;
        Mode settle_unanswered("rd_own", T, Moved::Unanswered, T);
        Mode prolong_redemption("rd_own", T + 5, T);
        Mode lapse_redemption("rd_own", T);
        Mode retake_redemption("rd_back", Moved::Retaken, T + 5, T);
        Mode redemptions(&every_redemption());
        Mode usage("shop", "dc_held");
        Mode held_by_quarter("dc_held", T);
        Mode settled_by_quarter("dc_held", State::Released, T);
        Mode count_settled("dc_held", true, T);
        Mode insert_checkout(&new_checkout("co_open", None));
        Mode insert_checkout(&new_checkout("co_new", Some("co_open")));
        Mode checkout_by_key("co_open");
        Mode take_checkout("co_intent", T + 1_000, T + 2_000);
        Mode next_attempt("co_refused", 1, &next_attempt());
        Mode checkout("co_open");
        Mode detach_checkout("co_open");
        Mode renew_checkout("co_intent", 1, Step::Intent, T + 9_000);
        Mode reclaim_checkout("co_uncertain", 1, Some("rd_9"), T + 1);
        Mode open_checkout("co_intent", 1, "cs_2", T, "{}", T);
        Mode settle_checkout("co_intent", 1, Step::Expired, T, T);
        Mode end_checkout("co_open", Step::Complete, T);
        Mode detach_refused_checkout("co_refused");
        Mode open_checkouts(9);
        Mode count_open_checkouts(9);
        Mode open_checkouts_of(&["cs_1"]);
        Mode open_checkouts_over(1, None, T, 9);
        Mode undecided_checkouts(T, 9);
        Mode note_undecided("co_open", T, T);
        Mode any_checkout();
        Mode take_idempotency_key("key", b"print", T, T + 10);
        Mode idempotency_key("key");
        Mode renew_idempotency_key("key", 1, T + 20);
        Mode finish_idempotency_key("key", 1, 200, b"answer", None);
        Mode release_idempotency_key("key", 1);
        Mode forget_idempotency_key("key", 1);
        Mode take_lease("lease", "another", T + 10, T + 20);
        Mode hold_lease("lease", "another", T + 10, T + 20);
        Mode lease_is_held("lease", T);
        Mode renew_lease("lease", "owner", 1, T + 20);
        Mode release_lease("lease", "owner", 1);
        Mode webhook_endpoint();
        // Without another's endpoint in the way it is made.
        Mode insert_webhook_endpoint("whk_2", T) => |made: bool| !made;
        Mode set_webhook_secret(2, b"sealed anew", None, T);
        Mode destroy_webhook_secret(T);
        Mode forget_webhook_endpoint(T);
        Mode newest_events(9);
        Mode last_event_at("whk_1");
        Mode checkout_of_session("cs_1");
        Mode look_at_coupon_again("coupon_1");
        Mode insert_campaign(&new_campaign("cmp_1", &sharing()));
        Mode insert_campaign_version(&new_version("cmp_1", 1));
        Mode campaign("cmp_1");
        Mode campaign_at("cmp_1", 1);
        Mode campaign_versions("cmp_1", 1, 1);
        Mode update_campaign("cmp_1", false, &sharing(), 1, "{}", T + 1);
        Mode update_campaign_version("cmp_1", 1, &(&percent(100)).into(), None);
        Mode set_campaign_archived("cmp_1", true, T);
        Mode campaigns(&every_campaign(), T);
        Mode campaigns(&active_campaigns(), T);
        Mode count_reward("cmp_1", T + 1);
        Mode insert_reward(&reward("rw_1", "SHARE-2"));
        Mode insert_reward(&reward("rw_2", "SHARE-2"));
        Mode insert_reward(&NewReward { reference: None, ..reward("rw_2", "SHARE-1") });
        Mode reward("rw_1");
        Mode rewards(&every_reward());
        Mode rewards(&one_reward());
        Mode reward_by_reference("cmp_1", "order-1", "erased:1");
        Mode insert_reward_mail("ml_2", "ada@example.com", "rw_1", T);
        Mode insert_replacing_mail("ml_2", "ada@example.com", "rw_1", "{}", T);
        Mode insert_test_mail("ml_2", "ada@example.com", "cmp_1", "{}", T);
        Mode reward_mails_to("ada@example.com", T - 1, T - 1) => |(some, _): (i64, i64)| some > 0;
        Mode has_queued_mail("rw_1");
        Mode set_campaign_mail("cmp_1", "{}", T + 1);
        Mode set_reward_mail("rw_1", MailState::Limited, None, T + 1);
        Mode settle_reward_mail("rw_1", MailState::Sent, None, Some(T), T + 1);
        // Without another's in the way it is noted.
        Mode insert_unsubscribed(b"hash", T) => |noted: bool| !noted;
        Mode insert_activity("act_1", "rw_1", "earned", "", T);
        Mode activity_of("rw_1");
        Mode activity_page(None, &Direction::First, 9);
        Mode activity_page(Some(Topic::Codes), &Direction::Before("act".into()), 9);
        Mode counts_after("", 9);
        Mode counts_of("dc_held");
        Mode repair_counts("dc_held", T + 1);
        Mode redemptions_beside_checkouts("", 9);
        Mode redemption_beside_checkout("rd_1");
        Mode open_holders_after("", 9);
        Mode holder("co_open");
        Mode ledger_check();
        Mode try_ledger_check(T);
        // Without another's in the way it is kept.
        Mode put_ledger_check(&checked(1), None) => |kept: bool| !kept;
        Mode mint_pause();
        Mode pause_minting(Cause::Permission, "A permission is missing.", 2, T, T + 20);
        Mode end_mint_pause();
        Mode find_rewards(&any_reward(), T);
        Mode find_rewards(&sought_rewards(), T);
        Mode reward_figures("cmp_1") => |row: FigureRow| row != FigureRow::default();
        Mode reward_costs("cmp_1");
        Mode earned_by_quarter("cmp_1", T);
        Mode used_by_quarter("cmp_1", T);
        Mode reward_troubles(None);
        Mode reward_troubles(Some("cmp_1"));
        Mode reward_notices();
        Mode lock_reward("rw_1");
        Mode rewards_of_person("ada@example.com", None, 9);
        Mode count_rewards_of_person("ada@example.com") => |count: i64| count > 0;
        Mode checkouts_of_person("ada@example.com");
        Mode mails_to_person("ada@example.com");
        Mode wants_no_marketing(b"hash");
        Mode erase_reward("rw_1", None, None, T);
        Mode erase_mails_about("rw_1", T) => |rows: u64| rows > 0;
        Mode erase_mails_to("ada@example.com", T) => |rows: u64| rows > 0;
        Mode replace_answers_about("rw_1", b"{}") => |rows: u64| rows > 0;
        Mode ask_to_erase_checkouts("ada@example.com", T) => |rows: u64| rows > 0;
        Mode erase_checkout("co_over", "{}", "", T);
        Mode erase_redemptions_of("cs_1") => |rows: u64| rows > 0;
        Mode redemptions_of_person("own@example.com");
        Mode erase_own_redemptions("own@example.com") => |rows: u64| rows > 0;
        Mode rewards_after("cmp_1", "", 9);
    };
    table.extend(at_stripe::table());
    table.push(("insert_redemption", Of::Mode, |at| Box::pin(async move { hold_row(at).await.map(|()| false) })));
    table
}

pub(super) async fn nobody_sees_or_changes_anothers(base: Base) {
    let own = tenant(&base).await;
    let other = shop_of(&base, "ws_b").await;
    let outside =
        [(Of::Workspace, other), (Of::Workspace, scope("ws_b", Mode::Live)), (Of::Mode, scope("ws_a", Mode::Live))];
    let statement = dump_statement(&base, &own).await;
    for (name, of, call) in table() {
        let mut tx = base.db.begin().await.unwrap();
        let before = dump(&mut tx, &statement).await;
        let sees = match call(tx.at(&own)).await {
            Ok(true) | Err(StoreError::Taken) => true,
            Ok(false) => dump(&mut tx, &statement).await != before,
            Err(error) => panic!("{name}: {error}"),
        };
        assert!(sees, "{name} does nothing for the tenant itself: this row of the table proves nothing");
        drop(tx);

        for (apart, scope) in &outside {
            if of == Of::Workspace && *apart == Of::Mode {
                continue; // What belongs to the workspace is there in both modes.
            }
            let mut tx = base.db.begin().await.unwrap();
            let told = call(tx.at(scope)).await;
            assert!(matches!(told, Ok(false)), "{name} tells {scope:?} of {own:?}: {told:?}");
            let after = dump(&mut tx, &statement).await;
            assert_eq!(after, before, "{name} as {scope:?} changes {own:?}");
        }
    }
    assert_eq!(get!(base, &own, open_checkouts(9)).len(), 1);
}

/// The functions of every `impl Scoped` in the sources of the store.
fn functions() -> BTreeSet<String> {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(store).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "rs") {
            continue;
        }
        let mut scoped = false;
        for line in std::fs::read_to_string(path).unwrap().lines() {
            if !line.starts_with([' ', '/', '\t']) && !line.is_empty() {
                scoped = line.starts_with("impl Scoped");
            }
            if let Some((_, signature)) = line.split_once("async fn ").filter(|_| scoped) {
                names.extend(signature.split(['(', '<']).next().map(str::to_owned));
            }
        }
    }
    names
}

#[test]
fn the_table_has_every_function() {
    let tested: BTreeSet<_> = table().into_iter().map(|(name, ..)| name.to_owned()).collect();
    assert_eq!(tested, functions());
    assert!(tested.len() > 40);
}
