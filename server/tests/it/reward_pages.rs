//! What the pages of campaigns and rewards are drawn from: figures, chart, notices, lists, one reward with its story.

use crate::harness::{NOW, World, on_both_engines};
use app::backend::{RewardBackend, Viewer};
use app::domain::campaign::Status;
use app::domain::ids::{ActivityId, RewardId};
use app::domain::locale::Locale;
use app::domain::mode::Mode;
use app::domain::problem::Code;
use app::domain::reward::{Cause, Filter};
use app::wire::rewards::{
    ByHandField, CampaignDetail, CampaignQuery, RewardDetail, RewardNotice, RewardPage, RewardQuery,
};
use serde_json::{Value, json};

on_both_engines!(
    campaigns_page_by_page,
    figures_and_a_chart_where_the_owner_is,
    one_notice_for_each_cause,
    a_pause_stands_for_all_that_waits,
    rewards_are_filtered_searched_and_paged,
    a_reward_has_the_terms_of_its_version,
    what_to_create_by_hand,
    a_story_in_sentences,
    what_may_be_done_with_a_reward,
);

const CAMPAIGNS: &str = "/v1/campaigns";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn campaign(w: &World, terms: Value) -> String {
    let mut body = json!({ "app_id": "taskpomo", "name": "Share with friends" });
    body.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    w.post(CAMPAIGNS, body).await.expect(201).id().to_owned()
}

async fn fifteen_percent(w: &World) -> String {
    campaign(w, json!({ "percent_off": 15 })).await
}

/// The id of a reward that is planted; later ones are newer.
fn id_of(n: u8) -> String {
    RewardId::new(NOW + i64::from(n), [n; 10]).as_str().to_owned()
}

/// A reward of a campaign as others leave it: in Stripe, without a mail, and then as `sets` has it. Nothing of it is due.
async fn plant(w: &World, campaign: &str, n: u8, sets: &str) -> String {
    let (id, workspace) = (id_of(n), &w.workspace);
    let (code, created) = (format!("SHARE-BBBB-{:04}", n), NOW + i64::from(n));
    let email = format!("Person{n}@example.com");
    let key = email.to_lowercase();
    w.database
        .execute(&format!(
            "INSERT INTO rewards (workspace_id, mode, id, campaign_id, app_id, version, code, code_number, email, email_key, metadata,
                created_at, updated_at, sync, attempts, mail)
             VALUES ('{workspace}', 'test', '{id}', '{campaign}', 'taskpomo', 1, '{code}', 1, '{email}', '{key}', '{{}}',
                {created}, {created}, 'minted', 0, 'none')"
        ))
        .await;
    if !sets.is_empty() {
        w.database.execute(&format!("UPDATE rewards SET {sets} WHERE id = '{id}'")).await;
    }
    for (counter, of) in [("issued", ""), ("used", " AND r.used_at IS NOT NULL")] {
        let rows = format!("SELECT count(*) FROM rewards AS r WHERE r.campaign_id = campaigns.id{of}");
        w.database.execute(&format!("UPDATE campaigns SET {counter} = ({rows})")).await;
    }
    id
}

async fn pause(w: &World, cause: Cause, since: i64) {
    w.database
        .execute(&format!(
            "INSERT INTO mint_pauses (workspace_id, mode, cause, trouble, generation, since, probe_at)
             VALUES ('{}', 'test', '{}', 'In words.', 1, {since}, {})",
            w.workspace,
            cause.as_str(),
            i64::MAX
        ))
        .await;
}

async fn detail(w: &World, viewer: &Viewer, id: &str) -> CampaignDetail {
    RewardBackend::campaign(&w.services, viewer, Mode::Test, "taskpomo", id).await.unwrap()
}

async fn notices(w: &World, campaign: Option<&str>) -> Vec<RewardNotice> {
    match campaign {
        Some(id) => detail(w, &w.owner(), id).await.notices,
        None => {
            let page = w.services.campaigns(&w.owner(), Mode::Test, "taskpomo", CampaignQuery::default()).await;
            page.unwrap().notices
        }
    }
}

async fn list(w: &World, campaign: &str, query: RewardQuery) -> RewardPage {
    w.services.rewards(&w.owner(), Mode::Test, campaign, query).await.unwrap()
}

async fn reward(w: &World, campaign: &str, id: &str) -> RewardDetail {
    RewardBackend::reward(&w.services, &w.owner(), Mode::Test, campaign, id).await.unwrap()
}

async fn campaigns_page_by_page(w: &World) {
    let mut made = Vec::new();
    for _ in 0..23 {
        made.insert(0, fifteen_percent(w).await);
        w.advance(1);
    }
    let ask = async |query| w.services.campaigns(&w.owner(), Mode::Test, "taskpomo", query).await.unwrap();
    let ids = |page: &app::wire::rewards::CampaignPage| -> Vec<String> {
        page.rows.iter().map(|row| row.campaign.id.clone()).collect()
    };
    let first = ask(CampaignQuery::default()).await;
    assert_eq!((ids(&first), first.previous.clone(), first.zone.as_str()), (made[..20].to_vec(), None, "UTC"));
    assert_eq!((first.rows[0].terms.as_str(), first.rows[0].ends.as_str()), ("15% off, once", "no end"));
    let second = ask(CampaignQuery { after: first.next.clone(), ..CampaignQuery::default() }).await;
    assert_eq!((ids(&second), second.next.clone()), (made[20..].to_vec(), None));
    let back = ask(CampaignQuery { before: second.previous, ..CampaignQuery::default() }).await;
    assert_eq!((ids(&back), back.previous), (made[..20].to_vec(), None));

    w.delete(&format!("{CAMPAIGNS}/{}", made[22])).await.expect(200);
    let archived = ask(CampaignQuery { status: Some(Status::Archived), ..CampaignQuery::default() }).await;
    assert_eq!(ids(&archived), made[22..]);
    // A cursor that is none begins anew.
    let odd = ask(CampaignQuery { after: Some("nonsense".into()), ..CampaignQuery::default() }).await;
    assert_eq!(ids(&odd), made[..20]);
    let elsewhere = w.services.campaigns(&w.owner(), Mode::Test, "nobodys", CampaignQuery::default()).await;
    assert_eq!(elsewhere.unwrap_err().code, Code::ResourceMissing);
    let live = w.services.campaigns(&w.owner(), Mode::Live, "taskpomo", CampaignQuery::default()).await.unwrap();
    assert!(live.rows.is_empty());
}

async fn figures_and_a_chart_where_the_owner_is(w: &World) {
    let id = fifteen_percent(w).await;
    let another = fifteen_percent(w).await;
    plant(w, &another, 90, "").await;
    // Midnight in Kolkata, in the evening of the day before here.
    let midnight = NOW - NOW % DAY_MS - DAY_MS + 18 * HOUR_MS + HOUR_MS / 2;
    let used = |at: i64, amount: i64, currency: &str| {
        format!("used_at = {at}, used_amount = {amount}, used_currency = '{currency}'")
    };
    plant(w, &id, 1, &used(midnight, 120_050, "eur")).await;
    plant(w, &id, 2, &used(midnight - 1, 500, "jpy")).await;
    plant(w, &id, 3, &format!("used_at = {}, mail = 'refused'", midnight + 1)).await;
    plant(w, &id, 4, "sync = 'pending', mail = 'failed'").await;
    plant(w, &id, 5, "sync = 'failed', cause = 'outage', mail = 'limited'").await;
    plant(w, &id, 6, "sync = 'blocked', cause = 'code_taken', mail = 'unsubscribed'").await;
    let kolkata = Viewer { zone: "Asia/Kolkata".into(), locale: Locale::parse("de"), ..w.owner() };
    let page = detail(w, &kolkata, &id).await;
    let figures = &page.figures;
    assert_eq!([figures.earned, figures.used, figures.waiting, figures.blocked, figures.mail_trouble], [6, 3, 2, 1, 3]);
    assert_eq!((figures.cost.join(" ").replace('\u{a0}', "_"), figures.cost_known), ("1.200,50_€ 500_¥".into(), 2));
    let days: Vec<_> = page.chart.iter().rev().take(3).map(|day| (day.day.as_str(), day.earned, day.used)).collect();
    assert_eq!(days, [("18 Nov 2026", 6, 2), ("17 Nov 2026", 0, 1), ("16 Nov 2026", 0, 0)]);
    assert_eq!((page.chart.len(), page.chart[28].cost.join("").replace('\u{a0}', "_")), (30, "500_¥".into()));
    // Where the owner is in London, both were used on the day before.
    let days = detail(w, &w.owner(), &id).await.chart;
    assert_eq!([days[29].used, days[28].used], [0, 3]);

    assert_eq!((page.public_url.as_str(), page.connection.status.as_str()), (w.url.as_str(), "connected"));
    assert_eq!((page.mail_works, page.coupon_url, page.coupon_trouble), (true, None, None));
    w.database
        .execute(&format!(
            "UPDATE campaign_versions SET minted_at = 1, coupon_id = 'cm_1', blocked_reason = 'Changed.' WHERE campaign_id = '{id}'"
        ))
        .await;
    let page = detail(w, &kolkata, &id).await;
    assert_eq!(page.coupon_url.as_deref(), Some("https://dashboard.stripe.com/test/coupons/cm_1"));
    assert_eq!(page.coupon_trouble.as_deref(), Some("Changed."));
    let elsewhere = RewardBackend::campaign(&w.services, &w.owner(), Mode::Live, "taskpomo", &id).await;
    assert_eq!(elsewhere.unwrap_err().code, Code::ResourceMissing);
}

async fn one_notice_for_each_cause(w: &World) {
    let id = fifteen_percent(w).await;
    let another = fifteen_percent(w).await;
    plant(w, &id, 1, "sync = 'pending'").await;
    assert!(notices(w, None).await.is_empty(), "what is on its way is nobody's trouble");
    for n in 2..5 {
        plant(w, &id, n, "sync = 'blocked', cause = 'code_taken'").await;
    }
    plant(w, &another, 5, "sync = 'blocked', cause = 'code_taken'").await;
    plant(w, &id, 6, "sync = 'failed', cause = 'refused'").await;
    plant(w, &id, 7, "sync = 'blocked', cause = 'expired'").await;
    let since = NOW - 5 * HOUR_MS;
    w.database
        .execute(&format!(
            "INSERT INTO reward_notices (workspace_id, mode, cause, since) VALUES ('{}', 'test', 'code_taken', {since})",
            w.workspace
        ))
        .await;
    let told = |notices: &[RewardNotice]| -> Vec<(Cause, i64, bool)> {
        notices.iter().map(|notice| (notice.cause, notice.waiting, notice.needs_owner)).collect()
    };
    let all = notices(w, None).await;
    assert_eq!(told(&all), [(Cause::CodeTaken, 4, true), (Cause::Expired, 1, true), (Cause::Refused, 1, false)]);
    assert_eq!((all[0].since.ms, all[1].since.ms), (since, NOW + 7));
    assert_eq!(all[0].campaign, Some(("taskpomo".to_owned(), another.clone())), "the one with the newest");
    assert!(all[0].text.starts_with("4 codes are not in Stripe yet. Nothing is lost"), "{}", all[0].text);
    let own = notices(w, Some(&another)).await;
    assert_eq!(told(&own), [(Cause::CodeTaken, 1, true)]);
    assert!(
        w.services
            .campaigns(&w.owner(), Mode::Live, "taskpomo", CampaignQuery::default())
            .await
            .unwrap()
            .notices
            .is_empty()
    );
}

async fn a_pause_stands_for_all_that_waits(w: &World) {
    let id = fifteen_percent(w).await;
    plant(w, &id, 1, "").await;
    pause(w, Cause::Permission, NOW - HOUR_MS).await;
    assert!(notices(w, None).await.is_empty(), "nothing waits");
    plant(w, &id, 2, "sync = 'pending'").await;
    plant(w, &id, 3, "sync = 'failed', cause = 'outage'").await;
    plant(w, &id, 4, "sync = 'blocked', cause = 'permission'").await;
    plant(w, &id, 5, "sync = 'blocked', cause = 'coupon'").await;
    let all = notices(w, None).await;
    let told: Vec<_> = all.iter().map(|notice| (notice.cause, notice.waiting, notice.since.ms)).collect();
    assert_eq!(told, [(Cause::Permission, 3, NOW - HOUR_MS), (Cause::Coupon, 1, NOW + 5)]);
    // What waits for the owner is blocked, in the figures, in the lists and in words.
    let figures = detail(w, &w.owner(), &id).await.figures;
    assert_eq!((figures.waiting, figures.blocked), (0, 4));
    let of = async |filter| list(w, &id, RewardQuery { filter, ..RewardQuery::default() }).await.rows;
    assert_eq!((of(Filter::Waiting).await.len(), of(Filter::Blocked).await.len()), (0, 4));
    assert_eq!(of(Filter::Blocked).await[3].sync_words, "Needs you: permission missing");
    w.database.execute("UPDATE mint_pauses SET cause = 'outage'").await;
    let figures = detail(w, &w.owner(), &id).await.figures;
    assert_eq!((figures.waiting, figures.blocked), (2, 2));
    assert_eq!(of(Filter::Waiting).await[1].sync_words, "Waits for Stripe: no answer");
}

async fn rewards_are_filtered_searched_and_paged(w: &World) {
    let id = fifteen_percent(w).await;
    let mut all: Vec<String> = Vec::new();
    for n in 0..45 {
        all.insert(0, plant(w, &id, n, &format!("reference = 'order-{n}'")).await);
    }
    let ids = |page: &RewardPage| -> Vec<String> { page.rows.iter().map(|row| row.reward.id.clone()).collect() };
    let first = list(w, &id, RewardQuery::default()).await;
    assert_eq!((ids(&first), first.previous.clone()), (all[..20].to_vec(), None));
    let second = list(w, &id, RewardQuery { after: first.next.clone(), ..RewardQuery::default() }).await;
    assert_eq!(ids(&second), all[20..40]);
    let third = list(w, &id, RewardQuery { after: second.next, ..RewardQuery::default() }).await;
    assert_eq!((ids(&third), third.next), (all[40..].to_vec(), None));
    let back = list(w, &id, RewardQuery { before: third.previous, ..RewardQuery::default() }).await;
    assert_eq!(ids(&back), all[20..40]);

    let found = async |q: &str| ids(&list(w, &id, RewardQuery { q: q.into(), ..RewardQuery::default() }).await);
    assert_eq!(found("share-bbbb-0007").await, [id_of(7)]);
    assert_eq!(found("  PERSON12@ ").await, [id_of(12)]);
    assert_eq!(found("order-3").await.len(), 11);
    assert_eq!(found("order\u{0}-31").await, [id_of(31)]);
    assert!(found("order_3").await.is_empty());

    let used = format!("used_at = {NOW}, used_amount = 1250, used_currency = 'chf', mail = 'sent'");
    w.database.execute(&format!("UPDATE rewards SET {used} WHERE id = '{}'", id_of(3))).await;
    w.database
        .execute(&format!("UPDATE rewards SET expires_at = {NOW}, mail = 'refused' WHERE id = '{}'", id_of(4)))
        .await;
    w.database.execute("UPDATE campaigns SET used = 1").await;
    let of = async |filter| list(w, &id, RewardQuery { filter, q: "order-".into(), ..RewardQuery::default() }).await;
    let page = of(Filter::Used).await;
    let row = &page.rows[0];
    assert_eq!((ids(&page), row.used_amount.as_deref()), (vec![id_of(3)], Some("CHF 12.50")));
    assert_eq!((row.sync_words.as_str(), row.mail_words.as_str()), ("In Stripe", "Mailed"));
    assert_eq!((row.terms.as_str(), row.campaign_name.as_str()), ("15% off, once", "Share with friends"));
    assert_eq!(ids(&of(Filter::MailTrouble).await), [id_of(4)]);
    let unused = of(Filter::Unused).await;
    assert!(unused.rows.len() == 20 && unused.next.is_some());
    let elsewhere = w.services.rewards(&w.owner(), Mode::Live, &id, RewardQuery::default()).await;
    assert_eq!(elsewhere.unwrap_err().code, Code::ResourceMissing);
}

async fn a_reward_has_the_terms_of_its_version(w: &World) {
    let id = fifteen_percent(w).await;
    plant(w, &id, 1, "").await;
    w.patch(&format!("{CAMPAIGNS}/{id}"), json!({ "percent_off": 25 })).await.expect(200);
    plant(w, &id, 2, "version = 2").await;
    let terms: Vec<_> = list(w, &id, RewardQuery::default()).await.rows.into_iter().map(|row| row.terms).collect();
    assert_eq!(terms, ["25% off, once", "15% off, once"]);
    assert_eq!(reward(w, &id, &id_of(1)).await.view.terms, "15% off, once");
}

async fn what_to_create_by_hand(w: &World) {
    let fields = |fields: &[ByHandField]| -> Vec<(String, String)> {
        fields.iter().map(|field| (field.label.clone(), field.value.clone())).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
    };
    let end = NOW + 40 * DAY_MS;
    let terms = json!({ "amount_off_cents": 1250, "currency": "eur", "duration": "repeating", "duration_in_months": 3, "expires_at": end });
    let id = campaign(w, terms).await;
    w.database.execute(&format!("UPDATE campaign_versions SET coupon_id = 'cm_1' WHERE campaign_id = '{id}'")).await;
    let waiting = plant(w, &id, 1, &format!("sync = 'pending', expires_at = {end}")).await;
    let hand = reward(w, &id, &waiting).await.by_hand.unwrap();
    let coupon = pairs(&[
        ("Name", "Share with friends"),
        ("ID", "cm_1"),
        ("Type", "Fixed amount discount"),
        ("Discount amount", "12.50"),
        ("Currency", "EUR"),
        ("Duration", "Multiple months"),
        ("Number of months", "3"),
        // Up to the next minute: the coupon does not end before its codes.
        ("Redeem by", "28 Dec 2026, 11:07 UTC"),
    ]);
    let code = pairs(&[
        ("Code", "SHARE-BBBB-0001"),
        ("Limit the number of times this code can be redeemed", "1"),
        ("Add an expiration date", "28 Dec 2026, 11:06 UTC"),
    ]);
    assert_eq!((fields(&hand.coupon), fields(&hand.promotion_code)), (coupon, code));
    assert_eq!(hand.url, "https://dashboard.stripe.com/test/coupons/create");
    w.database.execute(&format!("UPDATE campaign_versions SET minted_at = 1 WHERE campaign_id = '{id}'")).await;
    let hand = reward(w, &id, &waiting).await.by_hand.unwrap();
    assert!(hand.coupon.is_empty() && hand.promotion_code.len() == 3);
    assert_eq!(hand.url, "https://dashboard.stripe.com/test/coupons/cm_1");

    let id = campaign(w, json!({ "percent_off": 12.5, "duration": "forever", "expires_in_days": 30 })).await;
    let marked = plant(w, &id, 2, &format!("sync = 'failed', cause = 'outage', by_hand_at = {NOW}")).await;
    let page = reward(w, &id, &marked).await;
    let coupon = fields(&page.by_hand.unwrap().coupon);
    assert_eq!(
        coupon[2..],
        pairs(&[("Type", "Percentage discount"), ("Percentage off", "12.5"), ("Duration", "Forever")])
    );
    assert_eq!(page.by_hand_since.map(|since| since.ms), Some(NOW));
    // What is blocked was compared, and waits for its owner.
    let wrong = plant(w, &id, 5, &format!("sync = 'blocked', cause = 'different', by_hand_at = {NOW}")).await;
    assert_eq!(reward(w, &id, &wrong).await.by_hand_since, None);
    // Nothing is to be made of what is there, or over.
    let minted = plant(w, &id, 3, "").await;
    let over = plant(w, &id, 4, &format!("sync = 'blocked', cause = 'expired', expires_at = {NOW}")).await;
    for id_of_one in [minted, over] {
        assert_eq!(reward(w, &id, &id_of_one).await.by_hand, None);
    }
}

async fn a_story_in_sentences(w: &World) {
    let id = fifteen_percent(w).await;
    let one = plant(w, &id, 1, "").await;
    for (n, (kind, detail)) in [
        ("earned", ""),
        ("mailed", ""),
        ("blocked", "code_taken"),
        ("replaced", "SHARE-CCCC-DDDD"),
        ("made_anew", "It''s new"),
    ]
    .into_iter()
    .enumerate()
    {
        let at = NOW + i64::try_from(n).unwrap();
        let act = ActivityId::new(at, [0; 10]);
        w.database
            .execute(&format!(
                "INSERT INTO activity (workspace_id, mode, id, subject, kind, detail, created_at)
                 VALUES ('{}', 'test', '{act}', '{one}', '{kind}', '{detail}', {at})",
                w.workspace
            ))
            .await;
    }
    let story = reward(w, &id, &one).await.story;
    let told: Vec<_> = story.iter().map(|line| (line.text.as_str(), line.tone.as_str())).collect();
    assert_eq!(
        told,
        [
            ("Earned: the code was issued.", "good"),
            ("Mailed: the mail server has it.", "good"),
            ("Not in Stripe until you act: text taken in Stripe.", "bad"),
            ("Another code took the place of SHARE-CCCC-DDDD.", "plain"),
            ("Made anew: It's new.", "plain"),
        ]
    );
    assert_eq!(story[4].at.ms, NOW + 4);
}

async fn what_may_be_done_with_a_reward(w: &World) {
    let id = fifteen_percent(w).await;
    let another = fifteen_percent(w).await;
    let mut n = 0;
    let mut look = async |sets: &str| {
        n += 1;
        let planted = plant(w, &id, n, sets).await;
        let page = reward(w, &id, &planted).await;
        (page.may_replace, page.may_send)
    };
    assert_eq!(look("").await, (false, true));
    assert_eq!(look("mail = 'queued'").await, (false, false));
    assert_eq!(look("mail = 'unsubscribed'").await, (false, false));
    for cause in ["code_taken", "different", "expired"] {
        assert_eq!(look(&format!("sync = 'blocked', cause = '{cause}', mail = 'sent'")).await, (true, true));
    }
    for cause in ["coupon", "permission"] {
        assert_eq!(look(&format!("sync = 'blocked', cause = '{cause}'")).await, (false, true));
    }
    let erased = "sync = 'blocked', cause = 'code_taken', email = NULL, email_key = NULL, erased_at = 1";
    assert_eq!(look(erased).await, (false, false));

    let used = "promotion_code_id = 'promo_1', used_at = 1, used_session = 'cs_test_1'";
    let planted = plant(w, &id, 50, used).await;
    let page = reward(w, &id, &planted).await;
    let dashboard = "https://dashboard.stripe.com/test";
    assert_eq!(page.stripe_url, Some(format!("{dashboard}/promotion_codes/promo_1")));
    assert_eq!(page.session_url, Some(format!("{dashboard}/checkout/sessions/cs_test_1")));
    for (mode, campaign, reward) in
        [(Mode::Test, &another, &planted), (Mode::Live, &id, &planted), (Mode::Test, &id, &id_of(99))]
    {
        let told = RewardBackend::reward(&w.services, &w.owner(), mode, campaign, reward).await;
        assert_eq!(told.unwrap_err().code, Code::ResourceMissing);
    }
}
