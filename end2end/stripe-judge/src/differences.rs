//! What Stripe has changed since its document was written (2026-01-28.clover), up to 2026-10-28.endive, and what the document was cut to.
//!
//! Laid over a newer document, these change nothing.

use serde_json::{Map, Value, json};

use crate::{oauth, schema::MAY_BE_MISSING};

const SESSION: &str = "/components/schemas/checkout.session";
const NEW_SESSION: &str =
    "/paths/~1v1~1checkout~1sessions/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties";
const NEW_ENDPOINT: &str =
    "/paths/~1v1~1webhook_endpoints/post/requestBody/content/application~1x-www-form-urlencoded/schema";

pub(crate) fn apply(document: &mut Value) -> Result<(), String> {
    sessions(document)?;
    session_params(document)?;
    prices(document)?;
    calls_that_were_cut(document)?;
    // The document knows the versions up to its own.
    let versions = format!("{NEW_ENDPOINT}/properties/api_version/enum");
    add_word(document, &versions, "2026-10-28.endive")?;
    set(document, "/paths/~1v1~1oauth~1token", oauth::token())?;
    what_may_be_missing(document)
}

fn sessions(document: &mut Value) -> Result<(), String> {
    // Changelog of the official Node SDK, 21.0.0 (2026-03-25.dahlia): the words of `ui_mode` were replaced.
    let ui_modes = json!(["elements", "embedded_page", "form", "hosted_page"]);
    set(document, &format!("{SESSION}/properties/ui_mode/enum"), ui_modes)?;
    let nullable_text = json!({ "type": "string", "nullable": true, "maxLength": 5000 });
    // The same release: `integration_identifier`.
    set(document, &format!("{SESSION}/properties/integration_identifier"), nullable_text)?;
    // 22.1.0 (2026-04-22.dahlia): `managed_payments`, of which its types say `{ enabled: boolean }`.
    let managed = json!({ "type": "object", "nullable": true, "required": ["enabled"], "properties": { "enabled": { "type": "boolean" } } });
    set(document, &format!("{SESSION}/properties/managed_payments"), managed)?;
    // 23.0.0 (2026-09-30.endive): `allowed_payment_method_types`.
    let types = json!({ "type": "array", "nullable": true, "items": { "type": "string" } });
    set(document, &format!("{SESSION}/properties/allowed_payment_method_types"), types)?;
    // 23.1.0 (2026-10-28.endive): one more word of `locale`.
    add_word(document, &format!("{SESSION}/properties/locale/enum"), "hi-IN")
}

fn session_params(document: &mut Value) -> Result<(), String> {
    // As above: 21.0.0, 22.1.0, 23.0.0, 23.1.0.
    let ui_modes = json!(["elements", "embedded_page", "form", "hosted_page"]);
    set(document, &format!("{NEW_SESSION}/ui_mode/enum"), ui_modes)?;
    set(document, &format!("{NEW_SESSION}/integration_identifier"), json!({ "type": "string" }))?;
    let managed = json!({ "type": "object", "properties": { "enabled": { "type": "boolean" } } });
    set(document, &format!("{NEW_SESSION}/managed_payments"), managed)?;
    let types = json!({ "type": "array", "items": { "type": "string" } });
    set(document, &format!("{NEW_SESSION}/allowed_payment_method_types"), types)?;
    add_word(document, &format!("{NEW_SESSION}/locale/enum"), "hi-IN")?;
    // 23.0.0 (2026-09-30.endive): `payment_method_types` was removed from the parameters.
    remove(document, NEW_SESSION, "payment_method_types");
    // 2026-07-29.dahlia: `line_items[].dynamic_tax_rates` was removed.
    remove(document, &format!("{NEW_SESSION}/line_items/items/properties"), "dynamic_tax_rates");
    // 23.0.0 (2026-09-30.endive): `tax_details` of an inline product.
    let product = format!("{NEW_SESSION}/line_items/items/properties/price_data/properties/product_data/properties");
    set(document, &format!("{product}/tax_details"), json!({ "type": "object" }))
}

fn prices(document: &mut Value) -> Result<(), String> {
    // Types of the Node SDK 23.1.0: `Price.recurring.trial_period_days` is there, a number or null; the document leaves out what is
    // deprecated.
    let days = json!({ "type": "integer", "nullable": true });
    set(document, "/components/schemas/recurring/properties/trial_period_days", days)?;
    // The same of a product: `type`, and since 23.0.0 (2026-09-30.endive) `tax_details`.
    let text = || json!({ "type": "string", "maxLength": 5000, "nullable": true });
    let details = json!({
        "type": "object", "nullable": true, "properties": { "performance_location": text(), "tax_code": text() },
    });
    set(document, "/components/schemas/product/properties/tax_details", details)?;
    set(
        document,
        "/components/schemas/product/properties/type",
        json!({ "type": "string", "enum": ["good", "service"] }),
    )?;
    // The document was cut to prices whose product is an id; Stripe's own has the product, too, where it is expanded.
    let product =
        json!({ "anyOf": [{ "type": "string", "maxLength": 5000 }, { "$ref": "#/components/schemas/product" }] });
    set(document, "/components/schemas/price/properties/product", product)?;
    // Likewise the promotion code of a session's discount.
    let code = json!({
        "nullable": true,
        "anyOf": [{ "type": "string", "maxLength": 5000 }, { "$ref": "#/components/schemas/promotion_code" }],
    });
    set(document, "/components/schemas/payment_pages_checkout_session_discount/properties/promotion_code", code)
}

/// Two lists that the document was cut without, by the types of the Node SDK 23.1.0.
fn calls_that_were_cut(document: &mut Value) -> Result<(), String> {
    let text = || json!({ "type": "string", "maxLength": 5000 });
    let bounds = json!({
        "type": "object",
        "properties": { "gt": { "type": "integer" }, "gte": { "type": "integer" }, "lt": { "type": "integer" }, "lte": { "type": "integer" } },
    });
    let intervals = json!(["day", "month", "week", "year"]);
    let recurring = json!({
        "type": "object",
        "properties": {
            "interval": { "type": "string", "enum": intervals },
            "meter": text(),
            "usage_type": { "type": "string", "enum": ["licensed", "metered"] },
        },
    });
    let paging = [
        ("ending_before", text()),
        ("expand", json!({ "type": "array", "items": text() })),
        ("limit", json!({ "type": "integer" })),
        ("starting_after", text()),
    ];
    // `PriceListParams`
    let filters = [
        ("active", json!({ "type": "boolean" })),
        ("created", json!({ "anyOf": [bounds, { "type": "integer" }] })),
        ("currency", text()),
        ("lookup_keys", json!({ "type": "array", "items": text() })),
        ("product", text()),
        ("recurring", recurring),
        ("type", json!({ "type": "string", "enum": ["one_time", "recurring"] })),
    ];
    let prices = list(&[&filters[..], &paging[..]].concat(), "price", "^/v1/prices");
    set(document, "/paths/~1v1~1prices", json!({ "get": prices }))?;
    // `SessionListLineItemsParams`: paging alone.
    let lines = list(&paging, "item", "^/v1/checkout/sessions/[^/]+/line_items");
    set(document, "/paths/~1v1~1checkout~1sessions~1{session}~1line_items", json!({ "get": lines }))?;
    payment_intents(document)
}

/// `PaymentIntents.retrieve` with `PaymentIntent`, likewise, as far as a session makes one.
fn payment_intents(document: &mut Value) -> Result<(), String> {
    let text = || json!({ "type": "string", "maxLength": 5000 });
    let words = |words: &[&str]| json!({ "type": "string", "enum": words });
    let required = [
        ("id", text()),
        ("object", words(&["payment_intent"])),
        ("amount", json!({ "type": "integer" })),
        ("amount_capturable", json!({ "type": "integer" })),
        ("amount_received", json!({ "type": "integer" })),
        ("capture_method", words(&["automatic", "automatic_async", "manual"])),
        ("confirmation_method", words(&["automatic", "manual"])),
        ("created", json!({ "type": "integer" })),
        ("currency", text()),
        ("livemode", json!({ "type": "boolean" })),
        ("metadata", json!({ "type": "object", "additionalProperties": text() })),
        ("payment_method_types", json!({ "type": "array", "items": text() })),
        (
            "status",
            words(&[
                "canceled",
                "processing",
                "requires_action",
                "requires_capture",
                "requires_confirmation",
                "requires_payment_method",
                "succeeded",
            ]),
        ),
    ];
    let nullable_texts = [
        "application",
        "cancellation_reason",
        "client_secret",
        "customer",
        "customer_account",
        "description",
        "latest_charge",
        "on_behalf_of",
        "payment_method",
        "payment_record",
        "receipt_email",
        "review",
        "setup_future_usage",
        "source",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ];
    let nullable_objects = [
        "automatic_payment_methods",
        "last_payment_error",
        "managed_payments",
        "next_action",
        "payment_method_configuration_details",
        "payment_method_options",
        "processing",
        "shipping",
        "transfer_data",
    ];
    let nullable = |kind: &str| json!({ "type": kind, "nullable": true });
    let mut properties: Map<String, Value> =
        required.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    properties.extend(nullable_texts.map(|name| (name.to_owned(), nullable("string"))));
    properties.extend(nullable_objects.map(|name| (name.to_owned(), nullable("object"))));
    properties.extend(["application_fee_amount", "canceled_at"].map(|name| (name.to_owned(), nullable("integer"))));
    let lists = ["allowed_payment_method_types", "excluded_payment_method_types"];
    properties
        .extend(lists.map(|name| (name.to_owned(), json!({ "type": "array", "nullable": true, "items": text() }))));
    let schema = json!({ "type": "object", "required": required.map(|(name, _)| name), "properties": properties });
    set(document, "/components/schemas/payment_intent", schema)?;
    let json = |schema: &str| {
        let reference = format!("#/components/schemas/{schema}");
        json!({ "content": { "application/json": { "schema": { "$ref": reference } } } })
    };
    let expand = json!({ "in": "query", "name": "expand", "schema": { "type": "array", "items": text() } });
    let get =
        json!({ "parameters": [expand], "responses": { "200": json("payment_intent"), "default": json("error") } });
    set(document, "/paths/~1v1~1payment_intents~1{intent}", json!({ "get": get }))
}

/// A call that lists objects.
fn list(parameters: &[(&str, Value)], item: &str, url: &str) -> Value {
    let named = |(name, schema): &(&str, Value)| json!({ "in": "query", "name": name, "schema": schema });
    let page = json!({
        "type": "object",
        "required": ["data", "has_more", "object", "url"],
        "properties": {
            "data": { "type": "array", "items": { "$ref": format!("#/components/schemas/{item}") } },
            "has_more": { "type": "boolean" },
            "object": { "type": "string", "enum": ["list"] },
            "url": { "type": "string", "pattern": url },
        },
    });
    let json = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    json!({
        "parameters": parameters.iter().map(named).collect::<Vec<_>>(),
        "responses": { "200": json(page), "default": json(json!({ "$ref": "#/components/schemas/error" })) },
    })
}

/// Fields that may be null and yet need not be there: the types of the Node SDK 23.1.0 mark exactly these with a `?`, of what we read.
fn what_may_be_missing(document: &mut Value) -> Result<(), String> {
    let at = |name: &str| format!("/components/schemas/{name}/{MAY_BE_MISSING}");
    set(document, &at("checkout.session"), json!(["optional_items"]))?;
    set(document, &at("product"), json!(["default_price", "statement_descriptor", "tax_code", "unit_label"]))?;
    // An error has what it has.
    set(document, &at("api_errors"), Value::Bool(true))?;
    // What of an account is told depends on whose it is.
    let components = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (_, schema) in components.into_iter().flatten().filter(|(name, _)| name.starts_with("account")) {
        schema[MAY_BE_MISSING] = Value::Bool(true);
    }
    Ok(())
}

/// Puts a value where the pointer leads; the last step need not exist.
fn set(document: &mut Value, pointer: &str, value: Value) -> Result<(), String> {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = document.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.ok_or_else(|| format!("the document has no place for {pointer}"))?.insert(name, value);
    Ok(())
}

/// Takes a field away, if it is there.
fn remove(document: &mut Value, parent: &str, name: &str) {
    if let Some(parent) = document.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.remove(name);
    }
}

fn add_word(document: &mut Value, pointer: &str, word: &str) -> Result<(), String> {
    let words = document.pointer_mut(pointer).and_then(Value::as_array_mut);
    let words = words.ok_or_else(|| format!("the document has no words at {pointer}"))?;
    if !words.iter().any(|known| known == word) {
        words.push(json!(word));
    }
    Ok(())
}
