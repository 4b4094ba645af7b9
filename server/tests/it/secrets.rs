//! What was pasted is nowhere in the open: no byte of the database, no line of the log, no answer, no page.

use crate::harness::{ALL, CHECKOUT, CODES, CONNECTION, Recorded, World, on_both_engines};
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(planted_secrets_are_nowhere);

/// A key that was put where it does not belong.
const MISPLACED: &str = "sk_test_51PlantedWhereItDoesNotBelong0123456789";

async fn planted_secrets_are_nowhere(w: &World) {
    let recorded = Recorded::start();
    let mut answers = Vec::new();
    let first = w.stripe_key.clone();
    let second = w.connect(&ALL).await;
    let cookie = w.sign_in().await;
    w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;

    let ask = |method, path: &str| w.ask(method, path).key(&w.key);
    let checkout = World::checkout_body(json!({ "discount_code": "SPRING" }));
    answers.push(ask("POST", CONNECTION).idempotent("c").json(&json!({ "restricted_key": second })).send().await);
    answers.push(ask("POST", CONNECTION).json(&json!({ "restricted_key": MISPLACED })).send().await);
    answers.push(ask("POST", CONNECTION).body(format!(r#"{{"restricted_key":"{MISPLACED}"#)).send().await);
    answers.push(ask("POST", CONNECTION).json(&json!({ "restricted_key": { "a": MISPLACED } })).send().await);
    answers.push(w.ask("GET", CODES).key(MISPLACED).send().await);
    answers.push(ask("POST", CHECKOUT).idempotent("a").json(&checkout).send().await);
    for kind in [FaultKind::Status500, FaultKind::ApplyThenDrop] {
        w.sim.inject(Fault::new(Match::new("POST", "/v1/checkout/sessions").times(1), kind));
        answers.push(ask("POST", CHECKOUT).json(&checkout).send().await);
    }
    for path in ["/settings", "/settings?mode=test", "/apps", "/apps/taskpomo/discounts"] {
        answers.push(w.browser("GET", path).header("cookie", &cookie).send().await);
    }
    let form = [("mode", "test"), ("restricted_key", MISPLACED)];
    answers.push(w.browser("POST", "/api/connect-restricted-key").header("cookie", &cookie).form(&form).send().await);
    w.sim.revoke_key(&second);
    answers.push(ask("POST", CHECKOUT).json(&checkout).send().await.refused(409, "needs_reauth", ""));
    answers.push(ask("GET", CONNECTION).send().await);

    let answers: String = answers.iter().map(|answer| format!("{:?}\n{}\n", answer.headers, answer.text)).collect();
    let database = w.database.dump().await;
    let log = recorded.lines();
    // What should be there is there, so that the search can find something.
    let hint = &second[second.len() - 4..];
    assert!(holds(&database, b"SPRING") && holds(&database, b"taskpomo") && holds(&database, hint.as_bytes()));
    assert!(holds(&log, b"answered") && holds(&log, b"connected by restricted key"));
    assert!(answers.contains(hint) && answers.contains("needs_reauth"));
    let session = cookie.split_once('=').unwrap().1;
    for (what, secret) in [
        ("a pasted key", first.trim_start_matches("rk_test_51")),
        ("the second pasted key", second.trim_start_matches("rk_test_51")),
        ("a misplaced key", MISPLACED.trim_start_matches("sk_test_51")),
        ("our API key", &w.key[w.key.len() - 32..]),
        ("a session", session),
    ] {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret, &hexadecimal] {
            assert!(!holds(&database, form.as_bytes()), "{what} is in the database");
            assert!(!holds(&log, form.as_bytes()), "{what} is in the log: {}", around(&log, form));
            assert!(!answers.contains(form), "{what} is in an answer: {}", around(answers.as_bytes(), form));
        }
    }
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// Where it stands, without itself.
fn around(hay: &[u8], needle: &str) -> String {
    let at = hay.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap_or_default();
    let part =
        String::from_utf8_lossy(&hay[at.saturating_sub(300)..(at + needle.len() + 20).min(hay.len())]).into_owned();
    part.replace(needle, "[the secret]")
}
