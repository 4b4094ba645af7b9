//! The pages for everybody.

use crate::harness::{World, on_both_engines};
use serde_json::Value;

on_both_engines!(
    anybody_reads_them,
    where_no_address_is_set_up,
    the_page_about_the_api_has_every_call,
    the_guide_says_how_own_checkouts_use_a_code,
);

const PAGES: [&str; 7] =
    ["/docs", "/docs/connect-stripe", "/docs/rewards", "/docs/discount-codes", "/docs/api", "/privacy", "/support"];

async fn anybody_reads_them(w: &World) {
    let cookie = w.sign_in().await;
    for path in PAGES {
        let page = w.ask("GET", path).send().await.expect(200);
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        assert!(page.text.contains("Sign in") && !page.text.contains("Open your apps"), "{path}");
        let known = w.ask("GET", path).header("cookie", &cookie).send().await.expect(200);
        assert!(known.text.contains("Open your apps") && !known.text.contains("owner@example.com"), "{path}");
        for page in [page, known] {
            assert!(!page.text.contains("type=\"module\""), "{path} has no scripts");
        }
        w.ask("GET", &format!("{path}/")).send().await.expect(200);
        assert_eq!(w.browser("POST", path).header("cookie", &cookie).send().await.status, 405);
    }
    let privacy = w.ask("GET", "/privacy").send().await.text;
    for figure in ["14 days after its last use", "90 days at most", "15 minutes", "30 days", "2 days", "AES-256-GCM"] {
        assert!(privacy.contains(figure), "{figure}");
    }
}

async fn where_no_address_is_set_up(w: &World) {
    for path in PAGES {
        let page = w.ask("GET", path).send().await.expect(200);
        assert!(!page.text.contains("mailto:"), "{path}");
    }
    let support = w.ask("GET", "/support").send().await.text;
    assert!(support.contains("Ask whoever runs this server") && !support.contains("working day"));
}

/// What is to be copied stands there whole.
async fn the_guide_says_how_own_checkouts_use_a_code(w: &World) {
    let page = w.ask("GET", "/docs/discount-codes").send().await.expect(200).text.replace("<!>", "");
    let from = page.find("id=\"own-checkouts\"").unwrap();
    let part = &page[from..from + page[from..].find("<h2").unwrap()];
    for said in [
        format!("curl {}/v1/redemptions \\\n", w.url),
        format!("curl -X POST {}/v1/redemptions/rd_", w.url),
        "curl https://api.stripe.com/v1/checkout/sessions \\\n".into(),
        "curl https://api.stripe.com/v1/invoices \\\n".into(),
        "curl https://api.stripe.com/v1/subscriptions \\\n".into(),
        "discount_code_exhausted".into(),
        "checkout.session.completed".into(),
        "invoice.paid".into(),
        "\"stripe_coupon\": \"cm_".into(),
    ] {
        assert!(part.contains(&said), "{said}");
    }
    assert_eq!(part.matches("discounts[0][coupon]=").count(), 3);
}

/// Every operation of the document that the server answers with, with all that it takes and refuses.
async fn the_page_about_the_api_has_every_call(w: &World) {
    let document = w.ask("GET", "/openapi.json").send().await.expect(200).json;
    let page = w.ask("GET", "/docs/api").send().await.expect(200).text.replace("<!>", "");
    let mut calls = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            calls += 1;
            let id = call["operationId"].as_str().unwrap();
            let from = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id} has no place"));
            assert!(page[..from].contains(&format!("href=\"#{id}\"")), "{id} is not in the list of calls");
            let rest = &page[from..];
            let part = &rest[..rest[1..].find("<h3").map_or(rest.len(), |end| end + 1)];
            assert!(part.contains(path.as_str()) && part.contains(&method.to_uppercase()), "{id}: its address");
            assert!(part.contains(call["summary"].as_str().unwrap()), "{id}: its summary");
            assert!(part.contains("curl "), "{id}: its example");
            for name in fields(&document, call) {
                assert!(part.contains(&format!("<code>{name}</code>")), "{id}: {name}");
            }
            for (status, refusal) in
                call["responses"].as_object().unwrap().iter().filter(|(status, _)| *status >= &"400".to_owned())
            {
                let examples = refusal["content"]["application/json"]["examples"].as_object();
                for code in examples.into_iter().flat_map(|examples| examples.keys()) {
                    assert!(page.contains(&format!("<code>{code}</code>")), "{id}: {status} {code}");
                }
            }
        }
    }
    assert!(calls > 12);
    assert_eq!(page.matches("<h3 id=\"object-").count() + calls, page.matches("<h3 ").count(), "and no other");
    assert!(page.contains(&format!("curl {}/v1/", w.url)));
    assert!(!page.contains("$ref") && !page.contains("#/components"));
}

/// The names of a call's parameters and of its body's fields.
fn fields(document: &Value, call: &Value) -> Vec<String> {
    let resolved = |value: &Value| match value["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap().clone(),
        None => value.clone(),
    };
    let parameters = call["parameters"].as_array().into_iter().flatten();
    let mut names: Vec<String> = parameters.map(|one| resolved(one)["name"].as_str().unwrap().to_owned()).collect();
    let body = resolved(&call["requestBody"]["content"]["application/json"]["schema"]);
    for part in std::iter::once(&body).chain(body["allOf"].as_array().into_iter().flatten()) {
        names.extend(resolved(part)["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    }
    names
}
