//! The bodies that calls take.

use super::objects;
use super::schema::{CONTROLS, flag, moment, object, one_of, or_null, text, trimmed, whole};
use app::domain::{
    app_id::AppId,
    campaign::{DEFAULT_PREFIX, MAX_DAYS, MAX_NAME, MAX_PREFIX},
    checkout::{MAX_LIFE_S, MAX_PRICE_ID, MAX_QUANTITY, MAX_URL, MAX_USER_ID, MIN_LIFE_S, SessionMode},
    code::CodeText,
    connection::MAX_RESTRICTED_KEY,
    email, redemption,
    reward::MAX_REFERENCE,
};
use utoipa::openapi::{
    AllOfBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    schema::{SchemaType, Type},
};

/// Names and schemas.
pub fn all() -> Vec<(&'static str, RefOr<Schema>)> {
    vec![
        ("new_discount_code", new_discount_code()),
        ("discount_code_changes", discount_code_changes().into()),
        ("new_campaign", new_campaign()),
        ("campaign_changes", campaign_changes().into()),
        ("new_reward", new_reward().into()),
        ("question", question().into()),
        ("new_redemption", new_redemption().into()),
        ("new_checkout_session", new_checkout_session().into()),
        ("new_connection", new_connection().into()),
        ("nothing", object("No fields.").into()),
    ]
}

/// An app's id, where a call is about one app.
fn app_id() -> ObjectBuilder {
    or_null(trimmed(
        "The app, by its id. A key that belongs to one app may leave it out.",
        &format!("[a-z0-9][a-z0-9_-]{{0,{}}}", AppId::MAX - 1),
    ))
}

fn percent_off() -> ObjectBuilder {
    or_null(objects::percent())
}

fn amount_off_cents() -> ObjectBuilder {
    or_null(objects::amount())
}

fn currency() -> ObjectBuilder {
    or_null(trimmed("With `amount_off_cents`: a currency that Stripe charges in, in any case.", "[A-Za-z]{3}"))
}

fn duration() -> ObjectBuilder {
    or_null(objects::duration("How long it applies to a subscription; `once` where it is not said."))
}

fn duration_in_months() -> ObjectBuilder {
    or_null(objects::months())
}

fn with_limits(object: ObjectBuilder) -> ObjectBuilder {
    object
        .property("max_redemptions", or_null(objects::limit()))
        .property("max_redemptions_per_user", or_null(objects::limit_per_user()))
        .property("minimum_amount_cents", or_null(objects::minimum_amount()))
        .property(
            "minimum_amount_currency",
            or_null(trimmed(
                "The currency of `minimum_amount_cents`; null: the discount's own, and with a percentage whatever the price is in.",
                "[A-Za-z]{3}",
            )),
        )
        .property("starts_at", or_null(moment("From when on it can be used; null: at once. Before `expires_at`.")))
        .property("expires_at", or_null(moment("Until when it can be used; null: for ever. In the future.")))
}

fn with_terms(object: ObjectBuilder) -> ObjectBuilder {
    object
        .property("percent_off", percent_off())
        .property("amount_off_cents", amount_off_cents())
        .property("currency", currency())
        .property("duration", duration())
        .property("duration_in_months", duration_in_months())
}

/// A rule between fields: these are given, those are not.
fn rule<const N: usize>(about: &str, given: [(&str, ObjectBuilder); N], left_out: &[&str]) -> ObjectBuilder {
    let null = || ObjectBuilder::new().schema_type(SchemaType::new(Type::Null));
    let rule = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object)).description(Some(about));
    let rule = given.into_iter().fold(rule, |rule, (name, schema)| rule.property(name, schema).required(name));
    left_out.iter().fold(rule, |rule, name| rule.property(*name, null()))
}

fn new_discount_code() -> RefOr<Schema> {
    let code = trimmed(
        "What customers will type: letters, digits, - and _. It is stored in capitals, and unique in its app among codes that are not archived.",
        &format!("[A-Za-z0-9_-]{{{},{}}}", CodeText::MIN, CodeText::MAX),
    );
    let fields = object("A new discount code.").property("app_id", app_id()).property("code", code).required("code");
    let fields = with_limits(with_terms(fields)).property(
        "metadata",
        or_null(objects::metadata("Your own words, within Stripe's limits.", objects::metadata_value())),
    );
    Schema::AllOf(
        terms_rules(AllOfBuilder::new().item(fields))
            .description(Some("A new discount code: a percentage or a fixed amount, and for how long."))
            .build(),
    )
    .into()
}

fn given(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(kind))
}

/// The rules between the fields that make terms.
fn terms_rules(all: AllOfBuilder) -> AllOfBuilder {
    let discount = OneOfBuilder::new()
        .item(rule("A percentage.", [("percent_off", given(Type::Number))], &["amount_off_cents", "currency"]))
        .item(rule(
            "A fixed amount.",
            [("amount_off_cents", given(Type::Integer)), ("currency", given(Type::String))],
            &["percent_off"],
        ));
    let repeating = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(["repeating"]));
    let otherwise = or_null(objects::duration("`once` or `forever`.")).enum_values(Some([
        serde_json::Value::from("once"),
        serde_json::Value::from("forever"),
        serde_json::Value::Null,
    ]));
    let lasting = OneOfBuilder::new()
        .item(rule("For some months.", [("duration", repeating), ("duration_in_months", given(Type::Integer))], &[]))
        .item(rule("Once, or for ever.", [], &["duration_in_months"]).property("duration", otherwise));
    all.item(Schema::OneOf(discount.build())).item(Schema::OneOf(lasting.build()))
}

fn with_campaign(object: ObjectBuilder) -> ObjectBuilder {
    let prefix = trimmed(
        &format!(
            "What every code begins with, before the hyphen; stored in capitals, `{DEFAULT_PREFIX}` where it is not said."
        ),
        &format!("[A-Za-z0-9]{{2,{MAX_PREFIX}}}"),
    );
    with_terms(object)
        .property("code_prefix", prefix)
        .property(
            "expires_at",
            or_null(moment("When all its codes end; null: never. In the future, and within five years. Not together with `expires_in_days`.")),
        )
        .property(
            "expires_in_days",
            or_null(whole("For how many days a code is good, from earning; `time_zone` says when a day ends.").minimum(Some(1)).maximum(Some(MAX_DAYS))),
        )
        .property(
            "time_zone",
            or_null(plain("The zone at whose midnight the last of those days ends, like `Europe/Berlin`; null: a day is 24 hours from the moment of earning.")),
        )
        .property("max_rewards", or_null(objects::max_rewards()))
}

fn name() -> ObjectBuilder {
    trimmed(&format!("For you, and for customers at Stripe's checkout; 1 to {MAX_NAME} characters."), &seen(MAX_NAME))
}

/// A text of so many characters at most, once what stands around it is trimmed.
fn seen(most: usize) -> String {
    format!(r"[^\s{CONTROLS}]([^{CONTROLS}]{{0,{}}}[^\s{CONTROLS}])?", most - 2)
}

fn new_campaign() -> RefOr<Schema> {
    let fields = object("A new campaign.").property("app_id", app_id()).property("name", name()).required("name");
    let mut fields = with_campaign(fields).build();
    if let Some(RefOr::T(Schema::Object(prefix))) = fields.properties.get_mut("code_prefix") {
        *prefix = or_null(prefix.clone().into()).build();
    }
    let fields = ObjectBuilder::from(fields).property(
        "metadata",
        or_null(objects::metadata("Your own words, within Stripe's limits.", objects::metadata_value())),
    );
    let ends = OneOfBuilder::new()
        .item(rule("All at one moment.", [("expires_at", given(Type::Integer))], &["expires_in_days"]))
        .item(rule("Each so long after it was earned.", [("expires_in_days", given(Type::Integer))], &["expires_at"]))
        .item(rule("Never.", [], &["expires_at", "expires_in_days"]));
    Schema::AllOf(
        terms_rules(AllOfBuilder::new().item(fields))
            .item(Schema::OneOf(ends.build()))
            .description(Some("A new campaign: what its rewards give, and when their codes end."))
            .build(),
    )
    .into()
}

fn campaign_changes() -> ObjectBuilder {
    let fields = object(
        "What to change: a field that is left out stays, null empties it. It holds for rewards to come; those that were earned keep what they have.",
    )
    .property("active", flag("False pauses it."))
    .property("name", name());
    with_campaign(fields).property("metadata", merged_metadata())
}

fn new_reward() -> ObjectBuilder {
    object("A reward that somebody earned.")
        .property("email", trimmed("Who earned it.", &email_pattern()).max_length(Some(email::MAX)))
        .required("email")
        .property(
            "reference",
            or_null(trimmed(
                &format!("What it was earned by, in your own words, at most {MAX_REFERENCE} characters: one reference has one reward in a campaign, for ever. With another `email` it is answered with the first one's reward."),
                &seen(MAX_REFERENCE),
            )),
        )
        .property("send_email", or_null(flag("Whether the code is mailed; true where it is not said.")))
        .property(
            "metadata",
            or_null(objects::metadata(
                "Your own words, within Stripe's limits. `name` is the name by which the mail may greet.",
                objects::metadata_value(),
            )),
        )
}

fn discount_code_changes() -> ObjectBuilder {
    let fields = object(
        "What to change: a field that is left out stays, null empties it. Terms (what the code gives and for how long) can change only until the first use.",
    )
    .property("active", flag("False pauses it."));
    with_terms(with_limits(fields)).property("metadata", merged_metadata())
}

/// Merged with what is there; the whole may have 50 keys, which the number of changes does not tell.
fn merged_metadata() -> ObjectBuilder {
    objects::metadata(
        "Merged with what is there: a key with null or an empty string is removed.",
        or_null(objects::metadata_value()),
    )
    .max_properties(None)
}

fn user_id(about: &str) -> ObjectBuilder {
    or_null(text(about).min_length(Some(1)).max_length(Some(MAX_USER_ID)).pattern(Some(format!("^[^{CONTROLS}]*$"))))
}

fn price_id(about: &str) -> ObjectBuilder {
    trimmed(about, &format!("[A-Za-z0-9_-]{{1,{MAX_PRICE_ID}}}"))
}

/// Without control characters.
fn plain(about: &str) -> ObjectBuilder {
    trimmed(about, &format!("[^{CONTROLS}]*"))
}

fn typed_code() -> ObjectBuilder {
    plain("What the customer typed.").pattern(Some(format!(r"^\s*[^\s{CONTROLS}]([^{CONTROLS}]*[^\s{CONTROLS}])?\s*$")))
}

fn question() -> ObjectBuilder {
    object("Can this code be used now?")
        .property("app_id", app_id())
        .property("code", typed_code())
        .required("code")
        .property("price_id", or_null(price_id("The price in your Stripe account that it shall be used for: tells whether a fixed amount fits its currency.")))
        .property("user_id", user_id("Your own id of the customer."))
}

fn new_redemption() -> ObjectBuilder {
    let life = whole(
        "For how many seconds it is held, where it is neither confirmed nor released; 3600 where it is not said.",
    );
    object("A code to be held for a checkout of your own.")
        .property("app_id", app_id())
        .property("code", typed_code())
        .required("code")
        .property(
            "user_id",
            user_id("Your own id of the customer. Needed for a code that one customer may use so often only."),
        )
        .property(
            "expires_in",
            or_null(life.minimum(Some(redemption::MIN_LIFE_S)).maximum(Some(redemption::MAX_LIFE_S))),
        )
}

fn email_pattern() -> String {
    format!(r#"[^\s@<>,;"\\{CONTROLS}]{{1,64}}@[^\s@.<>,;"\\{CONTROLS}]+(\.[^\s@.<>,;"\\{CONTROLS}]+)+"#)
}

fn new_checkout_session() -> ObjectBuilder {
    let address = |about: &str| {
        let host = format!(r"https?://[^\s/?#:@\\{CONTROLS}][^\s/?#@\\{CONTROLS}]*");
        trimmed(about, &format!(r"{host}([/?#][^\s\\{CONTROLS}]*)?")).max_length(Some(MAX_URL))
    };
    object("A Checkout Session to be made in Stripe.")
        .property("app_id", app_id())
        .property("price_id", price_id("A price of your Stripe account."))
        .required("price_id")
        .property("quantity", or_null(whole("How many; 1 where it is not said.").minimum(Some(1)).maximum(Some(MAX_QUANTITY))))
        .property(
            "mode",
            or_null(one_of(
                "Stripe's mode of the session; the price tells it where it is not said.",
                [SessionMode::Payment, SessionMode::Subscription].map(SessionMode::as_str),
            )),
        )
        .property("user_id", user_id("Your own id of the customer; Stripe gets it as `client_reference_id`."))
        .property("success_url", address("Where Stripe sends the customer afterwards: http or https, with a host and without a user's name."))
        .required("success_url")
        .property("cancel_url", address("Where Stripe sends a customer who leaves."))
        .required("cancel_url")
        .property("discount_code", or_null(plain("What the customer typed. What can be no code is refused as an unknown one.")))
        .property(
            "allow_promotion_codes",
            or_null(flag("Whether Stripe shows its own box for promotion codes. With a discount code it is left out, and `notices` says so.")),
        )
        .property("customer_email", or_null(trimmed("Prefills Stripe's page.", &email_pattern()).max_length(Some(email::MAX))))
        .property(
            "expires_in",
            or_null(
                whole("For how many seconds the session can be paid: 3600 where it is not said and the code is limited, else Stripe's day.")
                    .minimum(Some(MIN_LIFE_S))
                    .maximum(Some(MAX_LIFE_S)),
            ),
        )
}

fn new_connection() -> ObjectBuilder {
    let most = MAX_RESTRICTED_KEY - "rk_test_".len();
    let key = trimmed(
        "A restricted key of the Stripe account, of the API key's mode. It is sealed at once and never told back.",
        &format!("rk_(test|live)_[A-Za-z0-9]{{1,{most}}}"),
    )
    .write_only(true);
    object("A connection by a restricted key.").property("restricted_key", key).required("restricted_key")
}
