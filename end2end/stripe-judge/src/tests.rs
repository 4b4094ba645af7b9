//! The judge can say no: by a small document of our own everywhere, and by Stripe's where it is there.

use serde_json::{Value, json};
use stripe_sim::Exchange;

use crate::{Judge, Verdict};

/// A shop that lends books, described as Stripe describes itself.
fn library() -> Judge {
    let answer = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "content": { "application/json": { "schema": schema } } })
    };
    let form = json!({
        "type": "object", "required": ["title"], "additionalProperties": false,
        "properties": {
            "title": { "type": "string", "maxLength": 8 },
            "pages": { "type": "integer" },
            "kind": { "type": "string", "enum": ["novel", "poem"] },
            "lines": { "type": "array", "items": { "type": "object", "properties": { "price": { "type": "number" } } } },
            "notes": { "anyOf": [
                { "type": "object", "additionalProperties": { "type": "string" } }, { "type": "string", "enum": [""] },
            ] },
            "since": { "anyOf": [{ "type": "object", "properties": { "gte": { "type": "integer" } } }, { "type": "integer" }] },
        },
    });
    let book = json!({
        "type": "object", "required": ["id"],
        "properties": {
            "id": { "type": "string" },
            "pages": { "type": "integer", "nullable": true },
            "kind": { "type": "string", "enum": ["novel", "poem"], "nullable": true },
            "author": { "nullable": true, "anyOf": [{ "$ref": "#/components/schemas/author" }] },
            "copies": { "type": "array", "items": { "$ref": "#/components/schemas/author" } },
            "seldom": { "type": "integer", "nullable": true },
        },
        "x-may-be-missing": ["seldom"],
    });
    let author = json!({ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } });
    let error = json!({ "type": "object", "required": ["error"], "properties": { "error": { "type": "string" } } });
    let get = json!({
        "parameters": [{ "in": "query", "name": "limit", "schema": { "type": "integer" } }, { "in": "path", "name": "id" }],
        "responses": { "200": answer("book"), "default": answer("error") },
    });
    let post = json!({
        "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": form } } },
        "responses": { "200": answer("book"), "default": answer("error") },
    });
    Judge::by(json!({
        "paths": { "/v1/books": { "post": post }, "/v1/books/{id}": { "get": get } },
        "components": { "schemas": { "book": book, "author": author, "error": error } },
    }))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn posted(form: &[(&str, &str)]) -> Vec<String> {
    let exchange =
        Exchange { method: "POST".into(), path: "/v1/books".into(), form: pairs(form), ..Exchange::default() };
    library().verdict(&exchange).request
}

fn answered(status: u16, body: Value) -> Vec<String> {
    let body = body.to_string();
    let exchange = Exchange {
        method: "GET".into(),
        path: "/v1/books/1".into(),
        status: Some(status),
        body,
        ..Exchange::default()
    };
    library().verdict(&exchange).answer
}

#[test]
fn lawful_parameters() {
    for form in [
        &[("title", "Faust")][..],
        &[("title", "1"), ("pages", "-3"), ("kind", "poem")],
        &[("title", "a"), ("lines[0][price]", "1.5"), ("lines[1][price]", "2")],
        &[("title", "a"), ("lines[][price]", "1.5"), ("lines[][price]", "2")],
        &[("title", "a"), ("notes", "")],
        &[("title", "a"), ("notes[free name]", "x"), ("notes[other]", "")],
        &[("title", "a"), ("since", "12")],
        &[("title", "a"), ("since[gte]", "12")],
    ] {
        assert_eq!(posted(form), Vec::<String>::new(), "{form:?}");
    }
}

#[test]
fn unlawful_parameters() {
    for form in [
        &[("title", "a"), ("page", "3")][..],
        &[("pages", "3")],
        &[("title", "too long for it")],
        &[("title", "a"), ("pages", "three")],
        &[("title", "a"), ("pages", "3.5")],
        &[("title", "a"), ("kind", "essay")],
        &[("title", "a"), ("unknown", "1")],
        &[("title", "a"), ("lines[0][prise]", "1")],
        &[("title", "a"), ("lines[0][price]", "dear")],
        &[("title", "a"), ("lines", "1")],
        &[("title", "a"), ("notes", "x")],
        &[("title", "a"), ("since[gt]", "12")],
        &[("title", "a"), ("since", "soon")],
        &[("title", "a"), ("title", "b")],
        &[("title", "a"), ("title[b]", "b")],
        &[("title", "a"), ("lines[0", "b")],
    ] {
        assert_eq!(posted(form).len(), 1, "{form:?}: {:?}", posted(form));
    }
}

#[test]
fn a_query_is_no_form() {
    let get = |query: &[(&str, &str)], form: &[(&str, &str)]| {
        let (query, form) = (pairs(query), pairs(form));
        let exchange =
            Exchange { method: "GET".into(), path: "/v1/books/1".into(), query, form, ..Exchange::default() };
        library().verdict(&exchange).request.len()
    };
    assert_eq!(get(&[("limit", "3")], &[]), 0);
    assert_eq!(get(&[("limit", "many")], &[]), 1);
    assert_eq!(get(&[("offset", "3")], &[]), 1);
    assert_eq!(get(&[], &[("limit", "3")]), 1);
}

#[test]
fn answers() {
    let book = json!({ "id": "b", "pages": 3, "kind": null, "author": null });
    let with = |field: &str, value: Value| {
        let mut changed = book.clone();
        changed[field] = value;
        changed
    };
    let lawful = [
        book.clone(),
        with("author", json!({ "name": "x" })),
        with("kind", json!("poem")),
        with("seldom", json!(null)),
    ];
    for body in lawful {
        assert_eq!(answered(200, body.clone()), Vec::<String>::new(), "{body}");
    }
    let unlawful = [
        json!({ "id": "b", "kind": null, "author": null }),
        json!({ "pages": 3, "kind": null, "author": null }),
        with("pages", json!("3")),
        with("kind", json!("essay")),
        with("author", json!({ "name": 3 })),
        with("author", json!({ "name": "x", "surname": "y" })),
        with("copies", json!([{}])),
        with("colour", json!("red")),
        json!({ "error": "x" }),
        json!([]),
    ];
    for body in unlawful {
        assert!(!answered(200, body.clone()).is_empty(), "{body}");
    }
    assert_eq!(answered(404, json!({ "error": "x" })), Vec::<String>::new());
    assert_eq!(answered(404, json!({ "message": "x" })).len(), 2);
    assert_eq!(answered(201, book), ["201 is no success that Stripe names"]);
}

#[test]
fn what_there_is_not() {
    let call = |method: &str, path: &str, status| {
        let (method, path, body) = (method.into(), path.into(), json!({ "error": "x" }).to_string());
        library().verdict(&Exchange { method, path, status, body, ..Exchange::default() })
    };
    for (method, path) in
        [("POST", "/v1/books/1"), ("GET", "/v1/book/1"), ("GET", "/v1/books/"), ("GET", "/v1/books/1/2")]
    {
        assert_eq!(call(method, path, Some(404)).request.len(), 1, "{method} {path}");
    }
    assert_eq!(call("GET", "/v1/x", Some(404)).answer, Vec::<String>::new());
    assert_eq!(call("GET", "/v1/x", Some(200)).answer.len(), 1);
    assert_eq!(call("GET", "/v1/books/1", None), Verdict::default(), "no answer is no wrong one");
}

#[test]
fn a_document_that_is_another_is_refused() {
    assert!(Judge::new(json!({ "paths": {}, "components": { "schemas": {} } })).unwrap_err().contains("no place for"));
}

/// A coupon, as Stripe answers it.
fn coupon() -> Value {
    json!({
        "id": "cm_1", "object": "coupon", "amount_off": null, "created": 1_795_000_000, "currency": null, "duration": "once",
        "duration_in_months": null, "livemode": false, "max_redemptions": null, "metadata": {}, "name": "SPRING",
        "percent_off": 12.5, "redeem_by": null, "times_redeemed": 0, "valid": true,
    })
}

#[test]
fn stripes_own_words() {
    let Some(judge) = Judge::here() else { return };
    let verdict = |form: &[(&str, &str)], change: &dyn Fn(&mut Value)| {
        let mut body = coupon();
        change(&mut body);
        let (method, path, form, body) = ("POST".into(), "/v1/coupons".into(), pairs(form), body.to_string());
        let verdict = judge.verdict(&Exchange { method, path, form, status: Some(200), body, ..Exchange::default() });
        (verdict.request.len(), verdict.answer.len())
    };
    let right = [("id", "cm_1"), ("percent_off", "12.5"), ("duration", "once"), ("metadata[a]", "b")];
    assert_eq!(verdict(&right, &|_| {}), (0, 0));
    assert_eq!(verdict(&[("percent", "12.5")], &|_| {}), (1, 0), "an unknown parameter");
    assert_eq!(verdict(&[("amount_off", "ten")], &|_| {}), (1, 0), "a parameter of the wrong type");
    assert_eq!(verdict(&[("duration", "weekly")], &|_| {}), (1, 0), "a parameter's bad word");
    assert_eq!(verdict(&right, &|body| body["percent_off"] = json!("12.5")), (0, 1), "a wrong type");
    assert_eq!(verdict(&right, &|body| body["duration"] = json!("weekly")), (0, 1), "a bad word");
    assert_eq!(verdict(&right, &|body| body["percentage"] = json!(1)), (0, 1), "a field that Stripe does not have");
    for name in ["valid", "name"] {
        let without = |body: &mut Value| drop(body.as_object_mut().unwrap().remove(name));
        assert_eq!(verdict(&right, &without), (0, 1), "without {name}");
    }
}

#[test]
fn the_differences_are_laid_over() {
    let Some(judge) = Judge::here() else { return };
    let session = |form: &[(&str, &str)]| {
        let (method, path, form) = ("POST".into(), "/v1/checkout/sessions".into(), pairs(form));
        judge.verdict(&Exchange { method, path, form, ..Exchange::default() }).request.len()
    };
    assert_eq!(session(&[("mode", "payment"), ("ui_mode", "hosted_page")]), 0);
    assert_eq!(session(&[("ui_mode", "hosted")]), 1);
    assert_eq!(session(&[("payment_method_types[0]", "card")]), 1);
    assert_eq!(session(&[("line_items[0][dynamic_tax_rates][0]", "txr_1")]), 1);
    let list = Exchange {
        method: "GET".into(),
        path: "/v1/prices".into(),
        query: pairs(&[("active", "true")]),
        ..Exchange::default()
    };
    assert_eq!(judge.verdict(&list), Verdict::default());
}
