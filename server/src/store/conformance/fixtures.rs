//! What the bodies share: calls in a transaction, a shop with codes, a dump of every row.

use super::super::query::all;
use super::super::{
    Conn, Db, NewCampaign, NewCheckout, NewCode, NewRedemption, NewReward, NewVersion, NextAttempt, Scoped, Tx,
};
use super::engine::Base;
use crate::scope::Scope;
use app::domain::campaign::{Definition, Ends};
use app::domain::discount_code::Limits;
use app::domain::ids::WorkspaceId;
use app::domain::metadata::Metadata;
use app::domain::mode::Mode;
use app::domain::money::{Currency, Money};
use app::domain::redemption::Cause as Moved;
use app::domain::reward::MailState;
use app::domain::terms::{Discount, Duration, PercentOff, Terms};
use sqlx::AssertSqlSafe;

/// The moment at which the tests play.
pub(super) const T: i64 = 1_790_000_000_000;

/// Text that breaks whatever puts statements together, and more than ASCII.
pub(super) const ODD: &str = "O'Brien \"quoted\" \\ 100%_! 日本語 🎟️ \n--;";

/// The greatest number there is.
pub(super) const HUGE: i64 = i64::MAX;

/// One call in a transaction of its own, kept if it went well: `put!(base, insert_owner(…))` or, of a tenant, `put!(base, &scope, hold(…))`.
macro_rules! put {
    ($base:expr, $call:ident($($arg:expr),* $(,)?)) => {{
        let mut tx = $base.db.begin().await.unwrap();
        let done = tx.conn().$call($($arg),*).await;
        if done.is_ok() { tx.commit().await.unwrap(); }
        done
    }};
    ($base:expr, $scope:expr, $call:ident($($arg:expr),* $(,)?)) => {{
        let mut tx = $base.db.begin().await.unwrap();
        let done = tx.at($scope).$call($($arg),*).await;
        if done.is_ok() { tx.commit().await.unwrap(); }
        done
    }};
}

/// One call that only reads.
macro_rules! get {
    ($base:expr, $call:ident($($arg:expr),* $(,)?)) => {
        $base.db.reader().await.unwrap().conn().$call($($arg),*).await.unwrap()
    };
    ($base:expr, $scope:expr, $call:ident($($arg:expr),* $(,)?)) => {
        $base.db.reader().await.unwrap().at($scope).$call($($arg),*).await.unwrap()
    };
}

/// Rows of a statement that the store does not have.
macro_rules! raw {
    ($base:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        all!($base.db.reader().await.unwrap().conn(), $row, $sql $(, $arg)*).unwrap()
    };
}

pub(super) use {get, put, raw};

pub(super) fn scope(workspace: &str, mode: Mode) -> Scope {
    Scope { workspace: WorkspaceId::trusted(workspace.into()), mode }
}

/// A workspace with the app `shop`, in test mode.
pub(super) async fn shop(base: &Base) -> Scope {
    shop_of(base, "ws_a").await
}

pub(super) async fn shop_of(base: &Base, workspace: &str) -> Scope {
    put!(base, insert_workspace(workspace, "Workspace", T)).unwrap();
    let scope = scope(workspace, Mode::Test);
    put!(base, &scope, insert_app("shop", "Shop", T)).unwrap();
    scope
}

pub(super) fn percent(hundredths: i64) -> Terms {
    Terms { discount: Discount::Percent(PercentOff::from_hundredths(hundredths)), duration: Duration::Once }
}

pub(super) fn amount(amount: i64, currency: &str, duration: Duration) -> Terms {
    let currency = Currency::parse(currency, "currency").unwrap();
    Terms { discount: Discount::Amount(Money::new(amount, currency, "amount").unwrap()), duration }
}

pub(super) fn at_most(max: i64) -> Limits {
    Limits { max_redemptions: Some(max), ..Limits::default() }
}

/// 25 % off, once, without limits.
pub(super) fn new_code<'a>(id: &'a str, code: &'a str) -> NewCode<'a> {
    let terms = (&percent(2_500)).into();
    NewCode { id, app_id: "shop", code, terms, limits: Limits::default(), metadata: "{}", now: T }
}

/// 15 % off, once, without end or limit.
pub(super) fn sharing() -> Definition {
    Definition {
        name: "Share".into(),
        terms: percent(1_500),
        code_prefix: "SHARE".into(),
        ends: Ends::Never,
        max_rewards: None,
        metadata: Metadata::default(),
    }
}

pub(super) fn new_campaign<'a>(id: &'a str, definition: &'a Definition) -> NewCampaign<'a> {
    NewCampaign { id, app_id: "shop", definition, metadata: "{}", mail: "{}", now: T }
}

/// What [`sharing`] gives, as a version.
pub(super) fn new_version(campaign_id: &str, version: i64) -> NewVersion<'_> {
    let terms = (&percent(1_500)).into();
    NewVersion { campaign_id, version, terms, expires_at: None, coupon_id: "coupon_1", now: T }
}

/// A campaign of the app `shop` with its first version.
pub(super) async fn insert_sharing(base: &Base, scope: &Scope, id: &str) {
    put!(base, scope, insert_campaign(&new_campaign(id, &sharing()))).unwrap();
    put!(base, scope, insert_campaign_version(&new_version(id, 1))).unwrap();
}

/// A reward of somebody, earned under the first version, without a reference, an end or a mail.
pub(super) fn new_reward<'a>(id: &'a str, campaign_id: &'a str, code: &'a str) -> NewReward<'a> {
    NewReward {
        id,
        campaign_id,
        app_id: "shop",
        version: 1,
        reference: None,
        code,
        email: "Ada@example.com",
        email_key: "ada@example.com",
        metadata: "{}",
        expires_at: None,
        mail: MailState::None,
        now: T,
    }
}

pub(super) fn new_checkout<'a>(id: &'a str, key: Option<&'a str>) -> NewCheckout<'a> {
    NewCheckout {
        id,
        app_id: "shop",
        idempotency_key: key,
        request: "{}",
        email_key: None,
        discount_code_id: None,
        redemption_id: None,
        generation: 1,
        account: None,
        stripe_params: "mode=payment",
        now: T,
        busy_until: T + 1_000,
    }
}

/// Another attempt, with a hold and a connection of its own.
pub(super) fn next_attempt() -> NextAttempt<'static> {
    NextAttempt {
        stripe_params: "params 2",
        discount_code_id: Some("dc_2"),
        redemption_id: Some("rd_2"),
        generation: 7,
        account: Some("acct_2"),
        now: T + 1,
        busy_until: T + 3_000,
    }
}

/// What a checkout does: counts and writes the hold in one transaction. False: refused.
pub(super) async fn take_hold(db: &Db, scope: &Scope, code: &str, redemption: &str) -> bool {
    let mut tx = db.begin().await.unwrap();
    if tx.at(scope).hold(code, 1, "coupon_1", T).await.unwrap().is_none() {
        return false;
    }
    insert_hold(tx.at(scope), code, redemption).await;
    tx.commit().await.unwrap();
    true
}

pub(super) async fn insert_hold(at: Scoped<'_>, code: &str, redemption: &str) {
    let new = NewRedemption {
        id: redemption,
        discount_code_id: code,
        checkout_id: Some("cs_1"),
        user_id: Some("user"),
        customer: Some("ada"),
        now: T,
        ..NewRedemption::default()
    };
    at.insert_redemption(&new).await.unwrap();
}

/// What Stripe's word does: settles the hold, and moves the counters if it was still held.
pub(super) async fn settle(db: &Db, scope: &Scope, code: &str, redemption: &str, redeemed: bool) -> bool {
    let mut tx = db.begin().await.unwrap();
    let cause = if redeemed { Moved::Paid } else { Moved::SessionExpired };
    let moved = tx.at(scope).settle_redemption(redemption, cause, T).await.unwrap();
    if let Some(of) = &moved {
        assert_eq!(of, code);
        tx.at(scope).count_settled(of, redeemed, T).await.unwrap();
    }
    tx.commit().await.unwrap();
    moved.is_some()
}

/// The counters of a code (held, redeemed), after a look that its rows say the same.
pub(super) async fn counted(base: &Base, scope: &Scope, code: &str) -> (i64, i64) {
    let row = get!(base, scope, code(code)).unwrap();
    let sql = "SELECT state, count(*) FROM redemptions WHERE discount_code_id = $1 GROUP BY state";
    let states = raw!(base, (String, i64), sql, code);
    let rows = |state: &str| states.iter().find(|(name, _)| name == state).map_or(0, |(_, rows)| *rows);
    assert_eq!((row.held, row.redeemed), (rows("held"), rows("redeemed")), "counters of {code} against its rows");
    (row.held, row.redeemed)
}

/// Every table of ours, by name.
pub(super) async fn tables(conn: Conn<'_>) -> Vec<String> {
    let sql = match &conn {
        Conn::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'discount_code_texts%' AND name <> '_sqlx_migrations' ORDER BY name"
        }
        Conn::Postgres(_) => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
             ORDER BY table_name::text COLLATE \"C\""
        }
    };
    all!(conn, (String,), sql).unwrap().into_iter().map(|(name,)| name).collect()
}

/// The columns of a table in their order.
pub(super) async fn columns(conn: Conn<'_>, table: &str) -> Vec<String> {
    let sql = match &conn {
        Conn::Sqlite(_) => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        Conn::Postgres(_) => {
            "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    all!(conn, (String,), sql, table).unwrap().into_iter().map(|(name,)| name).collect()
}

/// The statement that gives every row of a workspace as text; of one mode, where a table has modes.
pub(super) async fn dump_statement(base: &Base, scope: &Scope) -> String {
    let (workspace, mode) = (scope.workspace.as_str(), scope.mode.as_str());
    let mut reader = base.db.reader().await.unwrap();
    let mut parts = Vec::new();
    for table in tables(reader.conn()).await {
        let columns = columns(reader.conn(), &table).await;
        if !columns.iter().any(|column| column == "workspace_id") {
            continue;
        }
        let row = match reader.conn() {
            Conn::Sqlite(_) => {
                columns.iter().map(|c| format!("quote(\"{c}\")")).collect::<Vec<_>>().join(" || ',' || ")
            }
            Conn::Postgres(_) => "r::text".to_owned(),
        };
        let of_mode = if columns.iter().any(|c| c == "mode") { format!(" AND mode = '{mode}'") } else { String::new() };
        parts.push(format!(
            "SELECT '{table}: ' || {row} AS line FROM {table} AS r WHERE workspace_id = '{workspace}'{of_mode}"
        ));
    }
    format!("{} ORDER BY line", parts.join(" UNION ALL "))
}

/// What the statement says, as this transaction sees it.
pub(super) async fn dump(tx: &mut Tx, statement: &str) -> Vec<String> {
    let lines = all!(tx.conn(), (String,), AssertSqlSafe(statement.to_owned())).unwrap();
    lines.into_iter().map(|(line,)| line).collect()
}
