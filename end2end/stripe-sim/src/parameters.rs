//! The parameters of each endpoint, as far as the stand-in understands them. What Stripe knows beside them is refused here as unknown:
//! the product does not send it, and would have to teach it to the stand-in first.

use std::collections::BTreeMap;

use crate::schema::{Kind, Schema};

/// Longest id and other plain text, in characters.
const PLAIN: usize = 5000;

fn of(kind: Kind) -> Schema {
    Schema { kind, ..Schema::default() }
}

fn text(max_length: usize) -> Schema {
    Schema { max_length: Some(max_length), ..Schema::default() }
}

fn id() -> Schema {
    text(PLAIN)
}

fn integer() -> Schema {
    of(Kind::Integer)
}

fn boolean() -> Schema {
    of(Kind::Boolean)
}

fn currency() -> Schema {
    of(Kind::Currency)
}

fn words(words: &'static [&'static str]) -> Schema {
    Schema { words, ..Schema::default() }
}

fn list(items: Schema) -> Schema {
    Schema { items: Some(Box::new(items)), ..of(Kind::Array) }
}

/// An object with free names.
fn map(each: Schema) -> Schema {
    Schema { each: Some(Box::new(each)), ..of(Kind::Object) }
}

fn object<const N: usize>(required: &'static [&'static str], properties: [(&'static str, Schema); N]) -> Schema {
    Schema { required, properties: BTreeMap::from(properties), ..of(Kind::Object) }
}

/// Metadata of something new.
fn metadata() -> Schema {
    map(of(Kind::Text))
}

/// Metadata that `""` empties.
fn changed_metadata() -> Schema {
    Schema { either: vec![metadata(), words(&[""])], ..Schema::default() }
}

fn expand() -> (&'static str, Schema) {
    ("expand", list(id()))
}

/// A moment, or bounds for one.
fn moments() -> Schema {
    let bounds = object(&[], [("gt", integer()), ("gte", integer()), ("lt", integer()), ("lte", integer())]);
    Schema { either: vec![bounds, integer()], ..Schema::default() }
}

/// The parameters of a list, and its filters.
fn listing<const N: usize>(filters: [(&'static str, Schema); N]) -> Schema {
    let mut all = object(&[], filters);
    all.properties.extend([expand(), ("limit", integer()), ("starting_after", id()), ("ending_before", id())]);
    all
}

fn minimum_by_currency() -> Schema {
    map(object(&[], [("minimum_amount", integer())]))
}

/// By method and path.
pub(crate) fn all() -> BTreeMap<&'static str, Schema> {
    let only_expand = || object(&[], [expand()]);
    BTreeMap::from([
        ("GET /v1/account", only_expand()),
        ("GET /v1/coupons", listing([("created", moments())])),
        ("GET /v1/coupons/{coupon}", only_expand()),
        ("DELETE /v1/coupons/{coupon}", object(&[], [])),
        ("POST /v1/coupons", new_coupon()),
        (
            "POST /v1/coupons/{coupon}",
            object(
                &[],
                [("name", text(40)), ("metadata", changed_metadata()), ("currency_options", amounts_off()), expand()],
            ),
        ),
        (
            "GET /v1/promotion_codes",
            listing([
                ("active", boolean()),
                ("code", id()),
                ("coupon", id()),
                ("created", moments()),
                ("customer", id()),
                ("customer_account", id()),
            ]),
        ),
        ("GET /v1/promotion_codes/{promotion_code}", only_expand()),
        ("POST /v1/promotion_codes", new_promotion_code()),
        (
            "POST /v1/promotion_codes/{promotion_code}",
            object(
                &[],
                [
                    ("active", boolean()),
                    ("metadata", changed_metadata()),
                    ("restrictions", object(&[], [("currency_options", minimum_by_currency())])),
                    expand(),
                ],
            ),
        ),
        (
            "GET /v1/prices",
            listing([
                ("active", boolean()),
                ("created", moments()),
                ("currency", currency()),
                ("lookup_keys", list(id())),
                ("product", id()),
                ("recurring", object(&[], [("interval", words(&["day", "month", "week", "year"]))])),
                ("type", words(&["one_time", "recurring"])),
            ]),
        ),
        ("GET /v1/prices/{price}", only_expand()),
        (
            "GET /v1/checkout/sessions",
            listing([
                ("created", moments()),
                ("customer", id()),
                ("customer_account", id()),
                ("customer_details", object(&["email"], [("email", id())])),
                ("payment_intent", id()),
                ("payment_link", id()),
                ("status", words(&["complete", "expired", "open"])),
                ("subscription", id()),
            ]),
        ),
        ("GET /v1/checkout/sessions/{session}", only_expand()),
        ("GET /v1/payment_intents/{intent}", only_expand()),
        (
            "GET /v1/events",
            listing([("created", moments()), ("delivery_success", boolean()), ("type", id()), ("types", list(id()))]),
        ),
        ("GET /v1/events/{id}", only_expand()),
        ("GET /v1/webhook_endpoints", listing([])),
        ("GET /v1/webhook_endpoints/{webhook_endpoint}", only_expand()),
        ("DELETE /v1/webhook_endpoints/{webhook_endpoint}", object(&[], [])),
        ("POST /v1/webhook_endpoints", new_webhook_endpoint()),
        // Read in `oauth`, whose refusals are OAuth's.
        ("POST /v1/oauth/token", object(&[], [])),
        ("GET /v1/checkout/sessions/{session}/line_items", listing([])),
        ("POST /v1/checkout/sessions", new_session()),
        ("POST /v1/checkout/sessions/{session}/expire", only_expand()),
    ])
}

fn amounts_off() -> Schema {
    map(object(&["amount_off"], [("amount_off", integer())]))
}

fn new_coupon() -> Schema {
    object(
        &[],
        [
            ("id", id()),
            ("name", text(40)),
            ("percent_off", of(Kind::Number)),
            ("amount_off", integer()),
            ("currency", currency()),
            ("currency_options", amounts_off()),
            ("duration", words(&["forever", "once", "repeating"])),
            ("duration_in_months", integer()),
            ("max_redemptions", integer()),
            ("redeem_by", integer()),
            ("applies_to", object(&[], [("products", list(id()))])),
            ("metadata", changed_metadata()),
            expand(),
        ],
    )
}

fn new_promotion_code() -> Schema {
    object(
        &["promotion"],
        [
            ("promotion", object(&["type"], [("type", words(&["coupon"])), ("coupon", id())])),
            ("code", text(500)),
            ("active", boolean()),
            ("customer", id()),
            ("customer_account", id()),
            ("expires_at", integer()),
            ("max_redemptions", integer()),
            ("metadata", metadata()),
            (
                "restrictions",
                object(
                    &[],
                    [
                        ("first_time_transaction", boolean()),
                        ("minimum_amount", integer()),
                        ("minimum_amount_currency", currency()),
                        ("currency_options", minimum_by_currency()),
                    ],
                ),
            ),
            expand(),
        ],
    )
}

/// The types of events that an endpoint can ask for, of Stripe's many: those that happen here, and those that go with them.
pub(crate) const EVENT_TYPES: &[&str] = &[
    "*",
    "account.application.authorized",
    "account.application.deauthorized",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "coupon.created",
    "coupon.deleted",
    "coupon.updated",
    "promotion_code.created",
    "promotion_code.updated",
];

fn new_webhook_endpoint() -> Schema {
    object(
        &["enabled_events", "url"],
        [
            ("url", id()),
            ("enabled_events", list(words(EVENT_TYPES))),
            ("api_version", words(&[crate::api::VERSION])),
            ("description", text(PLAIN)),
            ("metadata", changed_metadata()),
            expand(),
        ],
    )
}

fn new_session() -> Schema {
    let interval = words(&["day", "month", "week", "year"]);
    let price_data = object(
        &["currency"],
        [
            ("currency", currency()),
            ("product", id()),
            ("product_data", object(&["name"], [("name", id()), ("description", id()), ("metadata", metadata())])),
            ("recurring", object(&["interval"], [("interval", interval), ("interval_count", integer())])),
            ("unit_amount", integer()),
        ],
    );
    object(
        &[],
        [
            ("mode", words(&["payment", "setup", "subscription"])),
            ("line_items", list(object(&[], [("price", id()), ("price_data", price_data), ("quantity", integer())]))),
            ("discounts", list(object(&[], [("coupon", id()), ("promotion_code", id())]))),
            ("allow_promotion_codes", boolean()),
            ("success_url", id()),
            ("cancel_url", id()),
            ("client_reference_id", text(200)),
            ("customer", id()),
            ("customer_account", id()),
            ("customer_email", id()),
            ("customer_creation", words(&["always", "if_required"])),
            ("payment_method_collection", words(&["always", "if_required"])),
            ("billing_address_collection", words(&["auto", "required"])),
            ("submit_type", words(&["auto", "book", "donate", "pay", "subscribe"])),
            ("locale", id()),
            ("currency", currency()),
            ("expires_at", integer()),
            ("metadata", metadata()),
            ("ui_mode", words(&["elements", "embedded_page", "form", "hosted_page"])),
            expand(),
        ],
    )
}
