//! Rewards for people who earned them elsewhere: each line once, and the file twice issues nothing twice.

use crate::harness::{World, on_both_engines};
use crate::people::{ADA, campaign};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::{ImportReport, RefusedLine};
use serde_json::json;

on_both_engines!(
    good_and_bad_lines,
    the_same_file_twice,
    a_limit_in_the_middle,
    a_reference_of_another_address,
    a_reference_that_is_taken_meanwhile,
    only_ones_own_campaigns,
    after_erasing_nobody_comes_back,
    a_form_without_scripts,
    as_large_as_it_may_be,
);

async fn import(w: &World, campaign: &str, csv: &str) -> Result<ImportReport, Problem> {
    RewardBackend::import_rewards(&w.services, &w.owner(), Mode::Test, "taskpomo", campaign, csv, true).await
}

async fn rewards(w: &World) -> i64 {
    w.database.number("SELECT count(*) FROM rewards").await
}

fn tally(report: &ImportReport) -> (i64, i64, usize) {
    (report.issued, report.repeated, report.refused.len())
}

async fn good_and_bad_lines(w: &World) {
    let id = campaign(w, None).await;
    let csv = "\u{feff}Email;reference;name;city\r\n\
               ada@example.com;r-1;\"Lovelace; Ada\";London\r\n\
               not an address;r-2;;\r\n\
               ;r-3;;\r\n\
               bob@example.com;erased:1;;\r\n\
               \r\n\
               carl@example.com;;;\r\n\
               dora@example.com;r-1;;\r\n\
               eve@example.com;r-5;sk_live_51Abcdefghijk;\r\n\
               fred@example.com;r-6;;;left over\r\n";
    let report = import(w, &id, csv).await.unwrap();
    assert_eq!(tally(&report), (2, 0, 6));
    let lines: Vec<i64> = report.refused.iter().map(|line| line.line).collect();
    assert_eq!(lines, [3, 4, 5, 8, 9, 10]);
    let why = |line: i64| report.refused.iter().find(|refused| refused.line == line).unwrap();
    for (line, text, said) in [
        (3, "not an address", "not an e-mail address"),
        (4, ", r-3", "email is needed"),
        (5, "bob@example.com", "must not begin with erased:"),
        (8, "dora@example.com", "Reference r-1 belongs to another address."),
        (9, "(a key)", "must not be a secret"),
        (10, "left over", "under no column"),
    ] {
        let RefusedLine { text: stood, why, .. } = why(line);
        assert!(stood.contains(text) && why.contains(said) && !stood.contains("51Abc"), "{line}: {stood} {why}");
    }
    assert_eq!(rewards(w).await, 2);
    let ada =
        "SELECT count(*) FROM rewards WHERE reference = 'r-1' AND email = 'ada@example.com' AND mail <> 'none' AND
               metadata = '{\"city\":\"London\",\"name\":\"Lovelace; Ada\"}'";
    assert_eq!(w.database.number(ada).await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 2);
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 2);
    for (csv, said) in [
        ("", "Paste the lines"),
        ("name\nAda", "must be email"),
        ("email", "no line below"),
        ("email,x,x\na@b.co,,", "Two columns"),
    ] {
        let refused = import(w, &id, csv).await.unwrap_err();
        assert_eq!(refused.param.as_deref(), Some("csv"));
        assert!(refused.message.contains(said), "{refused:?}");
    }
}

async fn the_same_file_twice(w: &World) {
    let id = campaign(w, None).await;
    let lines: String = (0..250)
        .map(|n| format!("someone{n}@example.com,{}\n", if n % 2 == 0 { format!("r-{n}") } else { String::new() }))
        .collect();
    // The same person twice without a reference is one; however the address is written.
    let csv = format!("email,reference\n{lines}SomeOne1@Example.com,\n");
    assert_eq!(tally(&import(w, &id, &csv).await.unwrap()), (250, 1, 0));
    assert_eq!(tally(&import(w, &id, &csv).await.unwrap()), (0, 251, 0));
    // In another order, with another delimiter and further columns it is the same.
    let turned: String = csv
        .lines()
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(|line| format!("x;{}\n", line.replace(',', ";")))
        .collect();
    assert_eq!(tally(&import(w, &id, &format!("note;email;reference\n{turned}")).await.unwrap()), (0, 251, 0));
    assert_eq!(rewards(w).await, 250);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 250);
    // In another campaign they have none yet.
    let other = campaign(w, None).await;
    assert_eq!(tally(&import(w, &other, &csv).await.unwrap()), (250, 1, 0));
    let named = "SELECT count(*) FROM rewards WHERE reference LIKE '%someone%'";
    assert_eq!(w.database.number(named).await, 0, "a reference of ours names nobody");
}

async fn a_limit_in_the_middle(w: &World) {
    let id = campaign(w, Some(150)).await;
    let lines: String = (0..160).map(|n| format!("someone{n}@example.com\n")).collect();
    let report = import(w, &id, &format!("email\n{lines}someone3@example.com\n")).await.unwrap();
    assert_eq!(tally(&report), (150, 1, 10));
    assert_eq!((report.refused[0].line, report.refused[9].line), (152, 161));
    assert!(report.refused.iter().all(|line| line.why.contains("issued all")), "{:?}", report.refused[0]);
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 150);
    assert_eq!(rewards(w).await, 150);
}

async fn a_reference_of_another_address(w: &World) {
    let id = campaign(w, Some(2)).await;
    let first = "email,reference\nada@example.com,o-1\nbob@example.com,o-1\nADA@example.com,o-1\n";
    let report = import(w, &id, first).await.unwrap();
    assert_eq!(tally(&report), (1, 1, 1));
    assert_eq!(
        (report.refused[0].line, report.refused[0].why.as_str()),
        (3, "Reference o-1 belongs to another address.")
    );
    // Against rewards of before, and where the campaign gives no more.
    let report = import(w, &id, "email,reference\ncarl@example.com,o-1\nada@example.com,o-1\n").await.unwrap();
    assert_eq!((tally(&report), report.refused[0].line), ((0, 1, 1), 2));
    let report = import(w, &id, "email,reference\ndora@example.com,o-2\ncarl@example.com,o-1\n").await.unwrap();
    assert_eq!((tally(&report), rewards(w).await), ((1, 0, 1), 2));
}

async fn a_reference_that_is_taken_meanwhile(w: &World) {
    let id = campaign(w, None).await;
    let csv = |turned: bool| {
        let mut lines: Vec<String> = (0..120).map(|n| format!("someone{n}@example.com,r-{n}\n")).collect();
        if turned {
            lines.reverse();
        }
        format!("email,reference\n{}", lines.concat())
    };
    // From both ends at once: transactions meet on references, and each line is one reward all the same.
    let (to, fro) = (csv(false), csv(true));
    let (there, back) = tokio::join!(import(w, &id, &to), import(w, &id, &fro));
    let (there, back) = (there.unwrap(), back.unwrap());
    assert_eq!(there.refused.len() + back.refused.len(), 0, "{there:?} {back:?}");
    assert_eq!((there.issued + back.issued, there.repeated + back.repeated), (120, 120));
    assert_eq!(rewards(w).await, 120);
    assert_eq!(w.database.number("SELECT issued FROM campaigns").await, 120);
}

async fn only_ones_own_campaigns(w: &World) {
    let id = campaign(w, None).await;
    let csv = "email\nada@example.com";
    let stranger = w.services.create_workspace("other@example.com", "taskpomo", Mode::Test).await.unwrap();
    let viewer = app::backend::Viewer { workspace_id: stranger.workspace.as_str().to_owned(), ..w.owner() };
    for (viewer, mode, app, id) in [
        (&viewer, Mode::Test, "taskpomo", id.as_str()),
        (&w.owner(), Mode::Live, "taskpomo", &id),
        (&w.owner(), Mode::Test, "another", &id),
        (&w.owner(), Mode::Test, "taskpomo", "cmp_00000000000000000000000000"),
        (&w.owner(), Mode::Test, "taskpomo", "x"),
    ] {
        let refused = RewardBackend::import_rewards(&w.services, viewer, mode, app, id, csv, true).await.unwrap_err();
        assert_eq!(refused.code.as_str(), "resource_missing", "{mode} {app} {id}");
    }
    assert_eq!(rewards(w).await, 0);
}

async fn after_erasing_nobody_comes_back(w: &World) {
    let id = campaign(w, None).await;
    let csv = format!("email,reference\n{ADA},\n{ADA},order-1\n");
    assert_eq!(tally(&import(w, &id, &csv).await.unwrap()), (2, 0, 0));
    RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!(tally(&import(w, &id, &csv).await.unwrap()), (0, 2, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE email IS NOT NULL").await, 0);
}

async fn a_form_without_scripts(w: &World) {
    let cookie = w.sign_in().await;
    let id = campaign(w, None).await;
    let path = format!("/apps/taskpomo/campaigns/{id}/import");
    let page = w.ask("GET", &path).header("cookie", &cookie).send().await.expect(200);
    assert!(page.text.contains("Send the mails") && page.text.contains("<textarea"), "{}", page.text);
    let send = |fields: &'static [(&'static str, &'static str)]| {
        w.browser("POST", &path).header("cookie", &cookie).form(fields).send()
    };
    let csv = "email,reference\r\nada@example.com,r-1\r\n<script>alert(1)</script>,r-2";
    let done = send(&[
        ("do", "import-rewards"),
        ("csv", "email,reference\r\nada@example.com,r-1\r\n<script>alert(1)</script>,r-2"),
    ])
    .await;
    let done = done.expect(200);
    for said in ["1 reward issued. 0 lines had one already. 1 line refused.", "not an e-mail address", "refused.csv"] {
        assert!(done.text.contains(said), "{said}: {}", done.text);
    }
    assert!(!done.text.contains("<script>alert") && !done.text.contains("<script type=\"module\""));
    assert_eq!(w.database.number("SELECT count(*) FROM rewards WHERE mail = 'none'").await, 1, "no mail was ticked");
    let back =
        send(&[("do", "import-rewards"), ("csv", "name\nAda </textarea>"), ("send_email", "true")]).await.expect(400);
    assert!(
        back.text.contains("must be email") && back.text.contains("Ada &lt;/textarea></textarea>"),
        "{}",
        back.text
    );
    // The same by a page with scripts; the other boxes of the matrix are those of every form.
    let form = [("mode", "test"), ("app_id", "taskpomo"), ("id", &*id), ("csv", csv), ("send_email", "true")];
    let told = w.browser("POST", "/api/import-rewards").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert_eq!(told.json["Ok"]["repeated"], json!(1), "{}", told.text);
    w.browser("POST", &path).form(&[("do", "import-rewards"), ("csv", csv)]).send().await.expect(401);
}

async fn as_large_as_it_may_be(w: &World) {
    let cookie = w.sign_in().await;
    let id = campaign(w, None).await;
    // Nearly 1 MB, most of whose bytes a form writes as three.
    let line = format!("{}@example.com,{}\n", "a", "ä".repeat(200));
    let csv = format!("email,note\n{}", line.repeat(1024 * 1024 / line.len() - 1));
    assert!(csv.len() > 1_000_000);
    let form = [("mode", "test"), ("app_id", "taskpomo"), ("id", &*id), ("csv", &*csv), ("send_email", "false")];
    let told = w.browser("POST", "/api/import-rewards").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert_eq!(told.json["Ok"]["issued"], json!(1), "{}", told.text);
    let path = format!("/apps/taskpomo/campaigns/{id}/import");
    let plain = [("do", "import-rewards"), ("csv", &*csv)];
    let told = w.browser("POST", &path).header("cookie", &cookie).form(&plain).send().await.expect(200);
    assert!(told.text.contains("0 rewards issued"), "{}", &told.text[..2000]);
    let over = csv.repeat(2);
    let form = [("mode", "test"), ("app_id", "taskpomo"), ("id", &*id), ("csv", &*over), ("send_email", "false")];
    w.browser("POST", "/api/import-rewards").header("cookie", &cookie).form(&form).send().await.refused(
        413,
        "body_too_large",
        "",
    );
}
