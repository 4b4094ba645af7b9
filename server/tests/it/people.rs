//! A person's data: found, taken along, and erased so that no byte of the database names them.

use crate::harness::{World, on_both_engines, until};
use app::backend::RewardBackend;
use app::domain::app_id::AppId;
use app::domain::campaign::Draft;
use app::domain::metadata::Metadata;
use app::domain::mode::Mode;
use app::domain::reward::Earned;
use app::domain::terms::TermsDraft;
use app::wire::api::Reward;
use serde_json::{Value, json};
use server::services::{Begin, Caller, Issued};

on_both_engines!(
    after_erasing_no_byte_is_left,
    a_crowd_of_rewards_leaves_nothing,
    a_reference_is_known_for_ever,
    mails_that_wait_are_cancelled,
    nobody_elses_data_is_touched,
    plain_forms_find_and_erase,
    a_copy_to_take_along,
    nothing_of_it_is_logged,
);

on_both_engines!(with unconnected; a_table_of_rewards);
on_both_engines!(with working; what_is_under_way_is_erased_when_it_has_ended);

/// With capitals: an address is one however it is written.
pub const ADA: &str = "Ada.Lovelace-7741@Example.com";
/// What is planted about her.
const PLANTED: [&str; 7] = [
    "Ada.Lovelace-7741",
    "ada.lovelace-7741",
    "reference-of-ada-7741",
    "Countess of Planted",
    "user-id-of-ada-7741",
    "lookup-of-ada-7741",
    "countess",
];

/// Who calls by the key.
pub async fn caller(w: &World) -> Caller {
    w.services.authenticate(&w.key).await.unwrap()
}

/// A new campaign of the app: 10 % off. Its id.
pub async fn campaign(w: &World, max_rewards: Option<i64>) -> String {
    campaign_of(w, &caller(w).await, max_rewards).await
}

pub async fn campaign_of(w: &World, caller: &Caller, max_rewards: Option<i64>) -> String {
    let terms = TermsDraft { percent_off: Some(10.0), ..TermsDraft::default() };
    let draft = Draft { name: Some("Friends".into()), terms, max_rewards, ..Draft::default() };
    let app = AppId::parse("taskpomo", "app_id").unwrap();
    w.services.create_campaign(&caller.scope, &app, &draft, None).await.unwrap().id
}

fn earned(email: &str, reference: Option<&str>) -> Earned {
    let name = if email.eq_ignore_ascii_case(ADA) { "Countess of Planted" } else { "Nobody" };
    Earned {
        email: email.into(),
        reference: reference.map(str::to_owned),
        send_email: true,
        metadata: Metadata::from([("name".to_owned(), name.to_owned())]),
    }
}

async fn earn(w: &World, campaign: &str, email: &str, reference: Option<&str>) -> Reward {
    w.services.earn(&caller(w).await, campaign, &earned(email, reference), None).await.unwrap().reward
}

/// Under an idempotency key, as the API does it.
async fn earn_under(w: &World, key: &str, campaign: &str, earned: &Earned) -> Issued {
    let caller = caller(w).await;
    let Begin::Fresh(ticket) = w.services.begin(&caller.scope, key, [7; 32]).await.unwrap() else { panic!("a replay") };
    w.services.earn(&caller, campaign, earned, Some(&ticket)).await.unwrap()
}

/// What is answered when that request comes again.
async fn replayed(w: &World, key: &str) -> Value {
    let Begin::Replay { body, .. } = w.services.begin(&caller(w).await.scope, key, [7; 32]).await.unwrap() else {
        panic!("no replay")
    };
    serde_json::from_slice(&body).unwrap()
}

/// A checkout that names her in every way there is.
async fn checkout_of_ada(w: &World) -> String {
    let fields = json!({
        "discount_code": "SPRING",
        "customer_email": ADA,
        "user_id": "user-id-of-ada-7741",
        "success_url": "https://taskpomo.app/thank-you?who=lookup-of-ada-7741",
    });
    w.checkout(fields).await.expect(201).id().to_owned()
}

pub async fn planted_in(w: &World) -> Vec<&'static str> {
    let all = w.database.dump().await;
    let holds = |needle: &str| all.windows(needle.len()).any(|window| window == needle.as_bytes());
    PLANTED.into_iter().filter(|needle| holds(needle)).collect()
}

/// Promotion codes at Stripe that name her.
fn named_at_stripe(w: &World) -> usize {
    let codes = w.sim.promotion_codes();
    codes.iter().filter(|code| code.metadata.values().any(|value| value.contains("7741"))).count()
}

/// How many rows each table has, but for what was noted and what comes and goes.
async fn sizes(w: &World) -> Vec<(String, usize)> {
    let tables = w.database.rows(&[]).await.into_iter().map(|(table, rows)| (table, rows.len()));
    tables.filter(|(table, _)| !matches!(table.as_str(), "activity" | "leases" | "sqlite_sequence")).collect()
}

async fn after_erasing_no_byte_is_left(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let id = campaign(w, None).await;
    earn(w, &id, ADA, Some("reference-of-ada-7741")).await;
    earn(w, &id, &ADA.to_uppercase(), None).await;
    earn(w, &id, "bob@example.com", Some("reference-of-bob")).await;
    earn_under(w, "key", &id, &earned(ADA, Some("another-reference-of-ada-7741"))).await;
    until(async || {
        let minted = w.database.number("SELECT count(*) FROM rewards WHERE sync = 'minted'").await;
        (minted == 4 && named_at_stripe(w) == 3, minted)
    })
    .await;
    w.database
        .execute(
            "UPDATE rewards SET trouble = '550 no such user ada.lovelace-7741@example.com', mail_trouble = '550 countess' \
             WHERE email_key LIKE 'ada%'",
        )
        .await;
    w.database.execute("UPDATE outbox SET last_error = '550 Ada.Lovelace-7741@Example.com', detail = 'countess' WHERE recipient LIKE 'ada%'").await;
    for step in ["complete", "expired", "refused", "unverified"] {
        let session = checkout_of_ada(w).await;
        w.database.execute(&format!("UPDATE checkouts SET step = '{step}' WHERE session_id = '{session}'")).await;
    }
    assert_eq!(planted_in(w).await, PLANTED, "what is planted is there, so that the search can find something");

    let person =
        RewardBackend::person(&w.services, &w.owner(), Mode::Test, " ada.LOVELACE-7741@example.com ").await.unwrap();
    assert_eq!(
        (person.email.as_str(), person.reward_count, person.rewards.len()),
        ("ada.lovelace-7741@example.com", 3, 3)
    );
    assert_eq!((person.checkouts, person.mails, person.unsubscribed), (4, 3, false));

    let (sizes_before, counts) = (sizes(w).await, w.counts(&code).await);
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((erased.rewards, erased.checkouts, erased.later, erased.mails, erased.at_stripe), (3, 4, 0, 3, 3));
    until(async || {
        let due = w.database.number("SELECT count(*) FROM rewards WHERE scrub_due_at IS NOT NULL").await;
        (due == 0 && named_at_stripe(w) == 0, due)
    })
    .await;
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'erased'").await, 3);
    assert_eq!((sizes(w).await, w.counts(&code).await), (sizes_before, counts), "counts stay");
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 4);
    // Done once more it is done.
    let again = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((again.rewards, again.checkouts, again.later, again.mails), (0, 0, 0, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'erased'").await, 3);

    assert_eq!(planted_in(w).await, Vec::<&str>::new());
    let person = RewardBackend::person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((person.reward_count, person.checkouts, person.mails), (0, 0, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email_key = 'bob@example.com'").await, 1);
    // What was asked for is there but for her.
    let kept = "SELECT count(*) FROM checkouts WHERE request LIKE '%price_1ABC%' AND request LIKE '%https://taskpomo.app/thank-you%' \
                AND stripe_params LIKE '%price_1ABC%' AND email_key IS NULL AND erase_asked_at IS NULL";
    assert_eq!(w.database.number(kept).await, 4);
}

async fn what_is_under_way_is_erased_when_it_has_ended(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let (paid, left) = (checkout_of_ada(w).await, checkout_of_ada(w).await);
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((erased.checkouts, erased.later), (0, 2));
    // Its parameters may have to be sent to Stripe once more, byte for byte.
    let params =
        "SELECT count(*) FROM checkouts WHERE step = 'open' AND stripe_params LIKE '%7741%' AND request LIKE '%7741%'";
    assert_eq!(w.database.number(params).await, 2);
    w.sim.complete_session(&paid).unwrap();
    w.sim.expire_session(&left).unwrap();
    until(async || {
        let planted = planted_in(w).await;
        (planted.is_empty(), planted)
    })
    .await;
    assert_eq!(w.counts(&code).await, (0, 1));
    let person = RewardBackend::person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!(person.checkouts, 0);
}

async fn a_crowd_of_rewards_leaves_nothing(w: &World) {
    let id = campaign(w, None).await;
    // Hers among others', so that they lie on the same pages of every index, and pages are split between them.
    let lines: String = (0..1200)
        .map(|n| match n % 3 {
            0 => format!("{ADA},reference-of-ada-7741-{n},Countess of Planted\n"),
            _ => format!("ada.{n}@example.com,r-{n},Nobody\n"),
        })
        .collect();
    let csv = format!("email,reference,name\n{lines}");
    let report =
        RewardBackend::import_rewards(&w.services, &w.owner(), Mode::Test, "taskpomo", &id, &csv, true).await.unwrap();
    assert_eq!((report.issued, report.refused.len()), (1200, 0));
    assert!(!planted_in(w).await.is_empty());
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    // So many mails go to one address a day; the other codes were not mailed.
    assert_eq!((erased.rewards, erased.mails), (400, 20));
    assert_eq!(planted_in(w).await, Vec::<&str>::new());
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email IS NOT NULL").await, 800);
}

async fn a_reference_is_known_for_ever(w: &World) {
    let id = campaign(w, Some(2)).await;
    let wanted = earned(ADA, Some("reference-of-ada-7741"));
    let first = earn_under(w, "first", &id, &wanted).await.reward;
    let repeat = earn_under(w, "repeat", &id, &wanted).await;
    assert!(repeat.repeated);
    assert_eq!(
        (&repeat.reward.id, &repeat.reward.code, repeat.reward.email.as_deref()),
        (&first.id, &first.code, Some(ADA))
    );
    RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    for key in ["first", "repeat"] {
        let told = replayed(w, key).await;
        assert_eq!((&told["id"], &told["code"], &told["email"]), (&json!(first.id), &json!(first.code), &json!(null)));
        assert_eq!(told["metadata"], json!({}));
    }
    let later = earn_under(w, "later", &id, &wanted).await;
    assert!(later.repeated);
    assert_eq!((later.reward.id, later.reward.code, later.reward.email), (first.id, first.code, None));
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 1);
    // By another reference they earn anew, as anybody does.
    let anew = earn(w, &id, ADA, Some("another")).await;
    assert_eq!(anew.email.as_deref(), Some(ADA));
}

async fn mails_that_wait_are_cancelled(w: &World) {
    // No mail leaves now.
    std::fs::remove_dir_all(w.mail.path()).unwrap();
    let id = campaign(w, None).await;
    earn(w, &id, ADA, None).await;
    earn(w, &id, ADA, None).await;
    earn(w, &id, "bob@example.com", None).await;
    w.database
        .execute(
            "UPDATE outbox SET state = 'sent' WHERE about = (SELECT max(id) FROM rewards WHERE email_key LIKE 'ada%')",
        )
        .await;
    w.database
        .execute(
            "UPDATE rewards SET mail = 'sent' WHERE id = (SELECT max(id) FROM rewards WHERE email_key LIKE 'ada%')",
        )
        .await;
    RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    for (sql, count) in [
        ("SELECT count(*) FROM outbox WHERE recipient = '' AND state = 'cancelled'", 1),
        ("SELECT count(*) FROM outbox WHERE recipient = '' AND state = 'sent'", 1),
        ("SELECT count(*) FROM outbox WHERE recipient = 'bob@example.com' AND state = 'queued'", 1),
        ("SELECT count(*) FROM rewards WHERE mail = 'cancelled' AND email IS NULL", 1),
        ("SELECT count(*) FROM rewards WHERE mail = 'sent' AND email IS NULL", 1),
        ("SELECT count(*) FROM rewards WHERE mail = 'queued'", 1),
    ] {
        assert_eq!(w.database.number(sql).await, count, "{sql}");
    }
}

async fn nobody_elses_data_is_touched(w: &World) {
    let ours = campaign(w, None).await;
    earn(w, &ours, ADA, Some("ours")).await;
    let made = w.services.create_workspace("other@example.com", "taskpomo", Mode::Test).await.unwrap();
    let theirs = w.services.authenticate(&made.api_key).await.unwrap();
    let (_, live_key) = w.api_key(Mode::Live, "taskpomo", app::wire::screens::KeyRights::Full).await;
    let live = w.services.authenticate(&live_key).await.unwrap();
    let mut kept = Vec::new();
    for caller in [&theirs, &live] {
        let campaign = campaign_of(w, caller, None).await;
        kept.push(w.services.earn(caller, &campaign, &earned(ADA, Some("theirs")), None).await.unwrap().reward.id);
    }
    // What somebody signs in by is no customer's.
    w.services.make_sign_in_link(ADA).await.unwrap();
    let person = RewardBackend::person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((person.reward_count, person.mails), (1, 1));
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((erased.rewards, erased.mails), (1, 1));
    assert_eq!(
        w.database.number("SELECT count(*) FROM rewards WHERE email IS NOT NULL AND erased_at IS NULL").await,
        2
    );
    assert_eq!(
        w.database.number("SELECT count(*) FROM outbox WHERE recipient <> '' AND workspace_id IS NOT NULL").await,
        2
    );
    let there = RewardBackend::person(&w.services, &w.owner(), Mode::Live, ADA).await.unwrap();
    assert_eq!(there.rewards[0].reward.id, kept[1]);
}

/// A form as a browser posts it without scripts.
async fn plain(w: &World, cookie: &str, path: &str, fields: &[(&str, &str)]) -> crate::harness::Answer {
    w.browser("POST", path).header("cookie", cookie).form(fields).send().await
}

async fn plain_forms_find_and_erase(w: &World) {
    let cookie = w.sign_in().await;
    let id = campaign(w, None).await;
    let reward = earn(w, &id, ADA, Some("reference-of-ada-7741")).await;
    let page = w.ask("GET", "/people").header("cookie", &cookie).send().await.expect(200);
    // The whole address: a file of the page may well have four such digits in its name.
    assert!(
        page.text.contains("E-mail address") && !page.text.contains("elace-7741") && !page.text.contains("ada-7741")
    );
    w.ask("GET", "/people").send().await.expect(303);
    let find = [("do", "find-person"), ("email", ADA)];
    plain(w, &cookie, "/people", &[("do", "find-person"), ("email", "nobody")]).await.expect(400);
    let none = plain(w, &cookie, "/people", &[("do", "find-person"), ("email", "bob@example.com")]).await.expect(200);
    assert!(none.text.contains("Nothing is kept"), "{}", none.text);
    let found = plain(w, &cookie, "/people", &find).await.expect(200);
    assert!(found.text.contains(&reward.code) && found.text.contains("Erase for good"), "{}", found.text);
    assert!(!found.text.contains("<script type=\"module\""), "an answer to a form is plain HTML");
    let live = plain(w, &cookie, "/people?mode=live", &find).await.expect(200);
    assert!(live.text.contains("Nothing is kept"));

    for confirm in ["", "ada", "bob@example.com"] {
        let back = plain(w, &cookie, "/people", &[("do", "erase-person"), ("email", ADA), ("confirm", confirm)])
            .await
            .expect(400);
        assert!(back.text.contains("Type it once more") && back.text.contains(&reward.code), "{}", back.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email IS NULL").await, 0);
    let confirmed = [("do", "erase-person"), ("email", ADA), ("confirm", " ada.lovelace-7741@EXAMPLE.com")];
    plain(w, "", "/people", &confirmed).await.expect(401);
    let done = plain(w, &cookie, "/people", &confirmed).await.expect(200);
    assert!(done.text.contains("Erased from 1 reward, 0 checkouts and 1 mail"), "{}", done.text);
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email IS NULL").await, 1);
    // The same by a page with scripts.
    let again = earn(w, &id, ADA, None).await;
    let form = [("mode", "test"), ("email", ADA)];
    let told = w.browser("POST", "/api/person").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert!(told.text.contains(&again.code), "{}", told.text);
    w.browser("POST", "/api/erase-person").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email IS NULL").await, 2);
}

async fn a_copy_to_take_along(w: &World) {
    let cookie = w.sign_in().await;
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let id = campaign(w, None).await;
    let reward = earn(w, &id, ADA, Some("reference-of-ada-7741")).await;
    checkout_of_ada(w).await;
    let form = [("email", ADA)];
    let copy = w.browser("POST", "/people/export").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert_eq!(copy.header("content-type"), Some("application/json"));
    assert_eq!(copy.header("content-disposition"), Some("attachment; filename=\"person.json\""));
    assert_eq!(copy.header("cache-control"), Some("no-store"));
    let told = &copy.json["rewards"][0];
    assert_eq!((&told["reward"]["id"], &told["reward"]["email"]), (&json!(reward.id), &json!(ADA)));
    assert!(told["activity"].as_array().unwrap().iter().any(|line| line["kind"] == "earned"));
    assert_eq!(told["reward"]["reference"], "reference-of-ada-7741");
    assert_eq!(copy.json["checkouts"][0]["request"]["user_id"], "user-id-of-ada-7741");
    assert_eq!(
        (copy.json["mails"][0]["about"].as_str(), &copy.json["unsubscribed"]),
        (Some(reward.id.as_str()), &json!(false))
    );
    // Nobody signed in, another site, no address, the other mode.
    let out = w.browser("POST", "/people/export").form(&form).send().await.expect(303);
    assert_eq!((out.header("location"), out.text.as_str()), (Some("/"), ""));
    let evil = w.ask("POST", "/people/export").header("cookie", &cookie).header("origin", "https://evil.example");
    evil.form(&form).send().await.refused(403, "origin_refused", "");
    let bad = w.browser("POST", "/people/export").header("cookie", &cookie).form(&[("email", "x")]).send().await;
    bad.refused(400, "parameter_invalid", "email");
    let live =
        w.browser("POST", "/people/export?mode=live").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert_eq!((&live.json["rewards"], &live.json["livemode"]), (&json!([]), &json!(true)));
    w.ask("GET", "/people/export").header("cookie", &cookie).send().await.refused(405, "method_not_allowed", "");
}

async fn a_table_of_rewards(w: &World) {
    let cookie = w.sign_in().await;
    let id = campaign(w, None).await;
    let lines: String = (0..1203).map(|n| format!("someone{n}@example.com,=r{n}\n")).collect();
    let csv = format!("email,reference\n{lines}");
    RewardBackend::import_rewards(&w.services, &w.owner(), Mode::Test, "taskpomo", &id, &csv, false).await.unwrap();
    let path = format!("/apps/taskpomo/campaigns/{id}/rewards.csv");
    let ask = |path: &str, cookie: &str| w.ask("GET", path).header("cookie", cookie).send();
    let table = ask(&path, &cookie).await.expect(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        table.header("content-disposition"),
        Some(format!("attachment; filename=\"rewards-{id}.csv\"").as_str())
    );
    let lines: Vec<&str> = table.text.lines().collect();
    assert_eq!(lines.len(), 1204);
    assert_eq!(
        lines[0],
        "code,email,reference,status,sync,mail,earned_at,expires_at,used_at,used_amount_off_cents,used_currency,stripe_checkout_session"
    );
    let mut emails: Vec<&str> = lines[1..].iter().map(|line| line.split(',').nth(1).unwrap()).collect();
    emails.sort_unstable();
    emails.dedup();
    assert_eq!(emails.len(), 1203, "each once");
    assert!(lines[1..].iter().all(|line| line.split(',').nth(2).unwrap().starts_with("'=r")), "{}", lines[1]);
    assert!(lines[1].ends_with(",active,blocked,none,2026-11-18T11:06:40Z,,,,,"), "{}", lines[1]);

    let link = w.services.make_sign_in_link("stranger@example.com").await.unwrap();
    let token = link.rsplit('/').next().unwrap();
    let signed_in = w.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
    let stranger = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let (live, elsewhere) = (format!("{path}?mode=live"), path.replace("taskpomo", "another"));
    for (path, cookie) in [(&path, &stranger), (&live, &cookie), (&elsewhere, &cookie)] {
        ask(path, cookie).await.refused(404, "resource_missing", "");
    }
    assert_eq!(w.ask("GET", &path).send().await.expect(303).header("location"), Some("/"));
    // One that has none is a header.
    let empty = campaign(w, None).await;
    let table = ask(&format!("/apps/taskpomo/campaigns/{empty}/rewards.csv"), &cookie).await.expect(200);
    assert_eq!(table.text.lines().count(), 1);
}

async fn nothing_of_it_is_logged(w: &World) {
    let recorded = crate::harness::Recorded::start();
    let cookie = w.sign_in().await;
    let id = campaign(w, None).await;
    earn(w, &id, "quiet.person-5512@example.com", Some("quiet-5512")).await;
    let quiet = "quiet.person-5512@example.com";
    let csv = format!("email,reference\n{quiet},quiet-5512-b\nquiet-5512,x\n");
    for (path, fields) in [
        ("/people", vec![("do", "find-person"), ("email", quiet)]),
        ("/people/export", vec![("email", quiet)]),
        (&*format!("/apps/taskpomo/campaigns/{id}/import"), vec![("do", "import-rewards"), ("csv", &*csv)]),
        ("/people", vec![("do", "erase-person"), ("email", quiet), ("confirm", quiet)]),
    ] {
        plain(w, &cookie, path, &fields).await.expect(200);
    }
    let lines = String::from_utf8_lossy(&recorded.lines()).into_owned();
    assert!(lines.contains("a person was erased") && lines.contains("rewards were imported"));
    // Statements are logged without their values, at the finest level.
    for planted in ["person-5512", "quiet-5512"] {
        assert!(!lines.contains(planted), "{}", lines.lines().find(|line| line.contains(planted)).unwrap_or_default());
    }
}
