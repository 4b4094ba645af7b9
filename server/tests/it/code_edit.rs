//! The form of a code that is there: limits and dates at any time, terms until their coupon is on its way.

use crate::harness::{CODES, NEW_YEAR, NOW, World, all, on_both_engines};
use app::backend::{Backend, Viewer};
use app::domain::form::CodeForm;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::screens::{CodeEdit, FormOutcome};
use serde_json::json;

on_both_engines!(
    the_owner_edits,
    terms_until_they_are_on_their_way,
    an_end_that_is_over_stays_as_it_was,
    somebody_elses_and_archived,
    editing_and_buying_at_once,
);

fn berlin(w: &World) -> Viewer {
    Viewer { zone: "Europe/Berlin".into(), ..w.owner() }
}

async fn shown(w: &World, id: &str) -> CodeEdit {
    w.services.code_edit(&berlin(w), Mode::Test, "taskpomo", id).await.unwrap()
}

async fn save(w: &World, id: &str, form: CodeForm) -> Result<FormOutcome, Problem> {
    w.services.edit_code(&berlin(w), Mode::Test, "taskpomo", id, form, "Europe/Berlin").await
}

#[track_caller]
fn done(outcome: Result<FormOutcome, Problem>) {
    assert!(matches!(outcome, Ok(FormOutcome::Done { .. })), "{outcome:?}");
}

#[track_caller]
fn params(outcome: Result<FormOutcome, Problem>) -> Vec<String> {
    match outcome {
        Ok(FormOutcome::Refused { problems }) => problems.into_iter().filter_map(|problem| problem.param).collect(),
        other => panic!("{other:?}"),
    }
}

async fn the_owner_edits(w: &World) {
    let fields = json!({
        "code": "SPRING", "amount_off_cents": 500, "currency": "usd", "max_redemptions": 100, "max_redemptions_per_user": 1,
        "minimum_amount_cents": 5000, "starts_at": NEW_YEAR, "expires_at": NEW_YEAR + 90_000_123, "metadata": { "team": "growth" },
    });
    let id = w.code(fields).await;
    let edit = shown(w, &id).await;
    let CodeForm { minimum_amount, starts_at, expires_at, .. } = edit.before.form.clone();
    assert_eq!(
        (minimum_amount.as_str(), starts_at.as_str(), expires_at.as_str()),
        ("50.00", "2027-01-01T01:00", "2027-01-02T02:00")
    );
    assert_eq!((edit.zone.as_str(), edit.archived, edit.before.terms_fixed), ("Europe/Berlin", false, false));
    // Saved as it is, it stays as it is: to the millisecond.
    let before = w.read(&id).await;
    done(save(w, &id, edit.before.form.clone()).await);
    assert_eq!(w.read(&id).await, before);

    let form = CodeForm {
        code: "ANOTHER".into(),
        max_redemptions: String::new(),
        max_redemptions_per_user: "3".into(),
        minimum_amount: "60".into(),
        starts_at: String::new(),
        ..edit.before.form.clone()
    };
    done(save(w, &id, form).await);
    let mut wanted = before.clone();
    for (field, value) in [
        ("max_redemptions", json!(null)),
        ("max_redemptions_per_user", json!(3)),
        ("minimum_amount_cents", json!(6000)),
        ("starts_at", json!(null)),
        ("status", json!("active")),
    ] {
        wanted[field] = value;
    }
    assert_eq!(w.read(&id).await, wanted, "its text is not the form's to change");

    let wrong = CodeForm {
        percent_off: String::new(),
        amount_off: "nothing".into(),
        max_redemptions: "0".into(),
        max_redemptions_per_user: "no".into(),
        minimum_amount: "0".into(),
        starts_at: "soon".into(),
        expires_at: "2020-01-01T00:00".into(),
        ..edit.before.form.clone()
    };
    let mut told = params(save(w, &id, wrong).await);
    told.sort();
    // Without the discount's amount, its currency is still known.
    assert_eq!(
        told,
        ["amount_off", "expires_at", "max_redemptions", "max_redemptions_per_user", "minimum_amount", "starts_at"]
    );
    assert_eq!(w.read(&id).await, wanted);
}

async fn terms_until_they_are_on_their_way(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 20 })).await;
    let edit = shown(w, &id).await;
    done(save(w, &id, CodeForm { percent_off: "30".into(), ..edit.before.form.clone() }).await);
    assert_eq!(w.read(&id).await["percent_off"], 30);
    // The page was opened before its first use, and is sent after it.
    let edit = shown(w, &id).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let before = w.read(&id).await;
    let late = CodeForm { percent_off: "40".into(), max_redemptions: "9".into(), ..edit.before.form.clone() };
    assert_eq!(save(w, &id, late).await.unwrap_err().code, Code::TermsImmutable);
    assert_eq!(w.read(&id).await, before, "neither the terms nor the limit");
    let fixed = shown(w, &id).await;
    assert!(fixed.before.terms_fixed);
    done(save(w, &id, CodeForm { max_redemptions: "9".into(), ..fixed.before.form }).await);
    assert_eq!(w.read(&id).await["max_redemptions"], 9);
}

async fn an_end_that_is_over_stays_as_it_was(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 20, "expires_at": NOW + 5_000 })).await;
    w.advance(10_000);
    let before = w.read(&id).await;
    assert_eq!(before["status"], "expired");
    let edit = shown(w, &id).await;
    done(save(w, &id, CodeForm { max_redemptions: "7".into(), ..edit.before.form.clone() }).await);
    let after = w.read(&id).await;
    assert_eq!((&after["expires_at"], &after["max_redemptions"]), (&before["expires_at"], &json!(7)));
    let over = CodeForm { expires_at: "2026-11-18T12:05".into(), ..edit.before.form.clone() };
    assert_eq!(params(save(w, &id, over).await), ["expires_at"]);
    done(save(w, &id, CodeForm { expires_at: String::new(), ..edit.before.form }).await);
    assert_eq!(w.read(&id).await["status"], "active");
}

async fn somebody_elses_and_archived(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 20 })).await;
    let form = || CodeForm { kind: "percent".into(), percent_off: "90".into(), ..CodeForm::default() };
    let before = w.read(&id).await;
    for (mode, workspace, app) in [
        (Mode::Live, w.workspace.as_str(), "taskpomo"),
        (Mode::Test, "ws_another", "taskpomo"),
        (Mode::Test, w.workspace.as_str(), "another"),
    ] {
        let viewer = Viewer { workspace_id: workspace.to_owned(), ..w.owner() };
        let read = w.services.code_edit(&viewer, mode, app, &id).await.map(drop);
        let saved = w.services.edit_code(&viewer, mode, app, &id, form(), "UTC").await.map(drop);
        for refused in [read, saved] {
            assert_eq!(refused.unwrap_err().code, Code::ResourceMissing);
        }
    }
    assert_eq!(w.read(&id).await, before);
    w.delete(&format!("{CODES}/{id}")).await.expect(200);
    assert!(shown(w, &id).await.archived);
    let refused = save(w, &id, form()).await.unwrap_err();
    assert!(refused.message.contains("archived"), "{}", refused.message);
}

/// Whoever mints while the terms change gets the ones before or the ones after: the coupon is what the code says.
async fn editing_and_buying_at_once(w: &World) {
    for round in 0..10 {
        let text = format!("ROUND{round}");
        let id = w.code(json!({ "code": text, "percent_off": 20 })).await;
        let form = shown(w, &id).await.before.form;
        let (services, owner) = (w.services.clone(), berlin(w));
        let (edited, code) = (CodeForm { percent_off: "30".into(), ..form }, id.clone());
        let edit =
            tokio::spawn(async move { services.edit_code(&owner, Mode::Test, "taskpomo", &code, edited, "UTC").await });
        let buyers = (0..3).map(|_| {
            let body = World::checkout_body(json!({ "discount_code": text }));
            w.ask("POST", crate::harness::CHECKOUT).key(&w.key).json(&body).send()
        });
        for answer in all(buyers).await {
            answer.expect(201);
        }
        let outcome = edit.await.unwrap();
        let told = w.read(&id).await;
        let wanted = if outcome.is_ok() { 30 } else { 20 };
        assert_eq!(told["percent_off"], wanted, "{outcome:?}");
        let coupon = told["stripe_coupon"].as_str().unwrap().to_owned();
        let minted = w.sim.coupons().into_iter().find(|found| found.id == coupon).unwrap();
        assert_eq!(minted.percent_off, Some(f64::from(wanted)));
    }
}
