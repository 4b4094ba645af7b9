//! The objects that answers are made of; `app::wire::api` has them as types.

use super::schema::{CONTROLS, all_required, flag, moment, named, number, object, one_of, or_null, text, whole};
use app::domain::{
    app_id::AppId,
    campaign,
    code::CodeText,
    connection::{Access, ConnectionStatus},
    discount_code::{MAX_LIMIT, Refusal, Status},
    ids::{CampaignId, DiscountCodeId, RedemptionId, RewardId},
    metadata,
    money::{Currency, MAX_AMOUNT},
    problem::{Code, Kind},
    redemption,
    reward::{self, Cause, MailState, SyncState},
    terms::{Duration, PercentOff},
};
use serde_json::Value;
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema,
    schema::{AdditionalProperties, SchemaType, Type},
};

/// Names and schemas.
pub fn all() -> Vec<(&'static str, RefOr<Schema>)> {
    vec![
        ("discount_code", discount_code().into()),
        ("discount_code_list", page_of("discount_code", "discount codes", "^/v1/admin/discount-codes$").into()),
        ("redemption", redemption().into()),
        ("redemption_list", page_of("redemption", "redemptions", "^/v1/redemptions$").into()),
        ("campaign", campaign().into()),
        ("campaign_list", page_of("campaign", "campaigns", "^/v1/campaigns$").into()),
        ("reward", reward().into()),
        ("reward_list", page_of("reward", "rewards", &rewards_url()).into()),
        ("validation", validation()),
        ("checkout_session", checkout_session().into()),
        ("connection", connection().into()),
        ("error", error().into()),
    ]
}

fn exactly(word: &str) -> ObjectBuilder {
    one_of("What this is.", [word])
}

/// `once`, `repeating`, `forever`.
pub fn duration(about: &str) -> ObjectBuilder {
    one_of(about, [Duration::Once, Duration::Repeating(1), Duration::Forever].map(Duration::as_str))
}

/// A percentage.
pub fn percent() -> ObjectBuilder {
    number("Percent off, with at most two decimals.")
        .minimum(Some(PercentOff::MIN))
        .maximum(Some(PercentOff::MAX))
        .multiple_of(Some(PercentOff::MIN))
}

/// An amount.
pub fn amount() -> ObjectBuilder {
    whole("Amount off, in the currency's smallest unit: 500 is $5.00, or ¥500.")
        .minimum(Some(1))
        .maximum(Some(MAX_AMOUNT))
}

/// Months.
pub fn months() -> ObjectBuilder {
    whole("For how many months, with `repeating`.").minimum(Some(1)).maximum(Some(Duration::MAX_MONTHS))
}

/// A limit.
pub fn limit() -> ObjectBuilder {
    whole("How often it can be used in all; null: without limit.").minimum(Some(1)).maximum(Some(MAX_LIMIT))
}

/// A limit for one customer.
pub fn limit_per_user() -> ObjectBuilder {
    whole("How often one customer can use it, told by `user_id`, else by `customer_email`; null: without limit.")
        .minimum(Some(1))
        .maximum(Some(MAX_LIMIT))
}

/// The least that a purchase comes to.
pub fn minimum_amount() -> ObjectBuilder {
    whole("What a purchase must come to before the discount, in the currency's smallest unit, where the price tells it; null: any amount.")
        .minimum(Some(1))
        .maximum(Some(MAX_AMOUNT))
}

/// Pairs of metadata, with this as a value.
pub fn metadata(about: &str, value: ObjectBuilder) -> ObjectBuilder {
    let key = text("A key.")
        .min_length(Some(1))
        .max_length(Some(metadata::MAX_KEY))
        .pattern(Some(format!(r"^[^\[\]{CONTROLS}]*$")));
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .description(Some(about))
        .property_names(Some(Schema::Object(key.build())))
        .additional_properties(Some(AdditionalProperties::RefOr(value.into())))
        .max_properties(Some(metadata::MAX_KEYS))
}

/// A value of metadata.
pub fn metadata_value() -> ObjectBuilder {
    text("A value; lines may be broken.")
        .max_length(Some(metadata::MAX_VALUE))
        .pattern(Some(r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"))
}

fn discount_code_id(about: &str) -> ObjectBuilder {
    text(about).pattern(Some(DiscountCodeId::pattern()))
}

fn livemode() -> ObjectBuilder {
    flag("Whether this is live mode, with real money.")
}

fn code_text() -> ObjectBuilder {
    text("What customers type, in capitals.")
        .pattern(Some(format!("^[A-Z0-9_-]{{{},{}}}$", CodeText::MIN, CodeText::MAX)))
        .min_length(Some(CodeText::MIN))
        .max_length(Some(CodeText::MAX))
}

fn app_id() -> ObjectBuilder {
    text("The app it belongs to.").max_length(Some(AppId::MAX))
}

fn discount_code() -> ObjectBuilder {
    let times = |about: &str| whole(about).minimum(Some(0));
    let redemptions = all_required(
        object("How often it was used."),
        [
            ("count", times("Held and redeemed together: what the limit is compared with.").into()),
            ("held", times("Reserved for open checkouts.").into()),
            ("redeemed", times("Paid.").into()),
        ],
    );
    let status = one_of(
        "The first of these that applies: archived, paused, expired, exhausted, scheduled, active.",
        Status::ALL.map(Status::as_str),
    );
    all_required(
        object("A discount code."),
        [
            ("object", exactly("discount_code").into()),
            ("id", discount_code_id("Its id. Later ids sort after earlier ones.").into()),
            ("app_id", app_id().into()),
            ("livemode", livemode().into()),
            ("code", code_text().into()),
            ("percent_off", or_null(percent()).into()),
            ("amount_off_cents", or_null(amount()).into()),
            ("currency", currency().into()),
            ("duration", duration("How long it applies to a subscription.").into()),
            ("duration_in_months", or_null(months()).into()),
            ("max_redemptions", or_null(limit()).into()),
            ("max_redemptions_per_user", or_null(limit_per_user()).into()),
            ("minimum_amount_cents", or_null(minimum_amount()).into()),
            (
                "minimum_amount_currency",
                or_null(text(
                    "The currency of the minimum, lower-case; null with a minimum: whatever the price is in.",
                ))
                .into(),
            ),
            ("redemptions", redemptions.into()),
            ("starts_at", or_null(moment("From when on it can be used; null: at once.")).into()),
            ("expires_at", or_null(moment("Until when it can be used; null: for ever.")).into()),
            ("active", flag("False while it is paused.").into()),
            ("status", status.into()),
            ("stripe_coupon", or_null(text("The id of its coupon in Stripe; null until it is minted.")).into()),
            ("metadata", metadata("Your own words.", metadata_value()).into()),
            ("created_at", moment("When it was made.").into()),
        ],
    )
}

fn page_of(object_name: &str, several: &str, url: &str) -> ObjectBuilder {
    let data = ArrayBuilder::new()
        .items(named(object_name))
        .max_items(usize::try_from(crate::web::api::MAX_LIMIT).ok())
        .description(Some("Newest first."));
    all_required(
        object(&format!("A page of {several}.")),
        [
            ("object", exactly("list").into()),
            ("data", data.into()),
            ("has_more", flag("Whether there are more in the direction of the cursor.").into()),
            ("url", text("The list's address.").pattern(Some(url)).into()),
        ],
    )
}

fn rewards_url() -> String {
    let id = CampaignId::pattern();
    format!("^/v1/campaigns/{}/rewards$", id.trim_start_matches('^').trim_end_matches('$'))
}

/// A limit of a campaign.
pub fn max_rewards() -> ObjectBuilder {
    whole("How many rewards it gives in all; null: without limit.").minimum(Some(1)).maximum(Some(MAX_LIMIT))
}

fn currency() -> ObjectBuilder {
    or_null(one_of("The currency of the amount, lower case.", Currency::all().map(Currency::as_str)))
}

fn campaign() -> ObjectBuilder {
    let times = |about: &str| whole(about).minimum(Some(0));
    let counts = all_required(
        object("Its rewards so far."),
        [
            ("earned", times("Earned: what the limit is compared with.").into()),
            ("used", times("Of them, used by their customers.").into()),
        ],
    );
    let status = one_of(
        "The first of these that applies: archived, paused, expired, exhausted, active.",
        campaign::Status::ALL.map(campaign::Status::as_str),
    );
    let days = whole("For how many days a code is good, from earning; null: that does not end it.")
        .minimum(Some(1))
        .maximum(Some(campaign::MAX_DAYS));
    all_required(
        object("A campaign: the offer behind earned codes."),
        [
            ("object", exactly("campaign").into()),
            ("id", text("Its id. Later ids sort after earlier ones.").pattern(Some(CampaignId::pattern())).into()),
            ("app_id", app_id().into()),
            ("livemode", livemode().into()),
            ("name", text("For you, and for customers at Stripe's checkout.").into()),
            ("percent_off", or_null(percent()).into()),
            ("amount_off_cents", or_null(amount()).into()),
            ("currency", currency().into()),
            ("duration", duration("How long it applies to a subscription.").into()),
            ("duration_in_months", or_null(months()).into()),
            (
                "terms_version",
                terms_version("1; grows when what it gives changes after somebody has earned by it.").into(),
            ),
            ("code_prefix", text("What every code begins with, before the hyphen.").into()),
            ("expires_at", or_null(moment("When all its codes end; null: not at one moment.")).into()),
            ("expires_in_days", or_null(days).into()),
            (
                "time_zone",
                or_null(text("The zone at whose midnight the last of those days ends; null: a day is 24 hours from the moment of earning.")).into(),
            ),
            ("max_rewards", or_null(max_rewards()).into()),
            ("rewards", counts.into()),
            ("active", flag("False while it is paused.").into()),
            ("status", status.into()),
            (
                "stripe_coupon",
                or_null(text("The id of its coupon in Stripe, for what it gives now; null until it is minted.")).into(),
            ),
            ("metadata", metadata("Your own words.", metadata_value()).into()),
            ("created_at", moment("When it was made.").into()),
        ],
    )
}

fn terms_version(about: &str) -> ObjectBuilder {
    whole(about).minimum(Some(1))
}

fn reward() -> ObjectBuilder {
    let words = |about: &str, words: Vec<&'static str>| one_of(about, words);
    let states = SyncState::ALL.iter().map(|state| state.as_str()).collect();
    let causes = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
    let mails = MailState::ALL.iter().map(|state| state.as_str()).collect();
    let sync = all_required(
        object("Whether it is in Stripe."),
        [
            (
                "state",
                words("`failed` is tried again by itself; `blocked` waits for you, on its page in Codemint.", states)
                    .into(),
            ),
            ("cause", or_null(words("Why it is not there; null while nothing is wrong.", causes)).into()),
            ("stripe_coupon", or_null(text("The id of its coupon in Stripe; null until it is minted.")).into()),
            (
                "stripe_promotion_code",
                or_null(text("The id of its promotion code in Stripe; null until it is minted.")).into(),
            ),
            ("attempts", whole("How often it was tried.").minimum(Some(0)).into()),
            ("last_error", or_null(text("Why it is not there, in a sentence.")).into()),
        ],
    );
    let delivery = all_required(
        object("Whether its mail has left."),
        [
            ("state", words("`none`: none was asked for.", mails).into()),
            ("sent_at", or_null(moment("When the mail server took it.")).into()),
            ("last_error", or_null(text("Why it has not left, in a sentence.")).into()),
        ],
    );
    let used = all_required(
        or_null(object("How it was used; null until it is.")),
        [
            ("at", moment("When that was seen.").into()),
            (
                "stripe_checkout_session",
                or_null(text("Stripe's id of the session, where sessions may be read.")).into(),
            ),
            (
                "amount_off_cents",
                or_null(whole("What it took off, where sessions may be read.").minimum(Some(0))).into(),
            ),
            ("currency", currency().into()),
        ],
    );
    let status = words(
        "The first of these that applies: used, expired, active.",
        reward::Status::ALL.iter().map(|status| status.as_str()).collect(),
    );
    all_required(
        object("A reward: one earned code, for one person, for one use."),
        [
            ("object", exactly("reward").into()),
            ("id", text("Its id. Later ids sort after earlier ones.").pattern(Some(RewardId::pattern())).into()),
            ("campaign", text("The campaign's id.").pattern(Some(CampaignId::pattern())).into()),
            ("app_id", app_id().into()),
            ("livemode", livemode().into()),
            ("code", text("What its customer types at Stripe's checkout: the same text as in the mail.").into()),
            ("email", or_null(text("Who earned it; null once erased.")).into()),
            ("reference", or_null(text("What it was earned by; a hash of it once its person was erased.")).into()),
            ("percent_off", or_null(percent()).into()),
            ("amount_off_cents", or_null(amount()).into()),
            ("currency", currency().into()),
            ("duration", duration("How long it applies to a subscription.").into()),
            ("duration_in_months", or_null(months()).into()),
            ("terms_version", terms_version("The version of the campaign's terms that it was earned under.").into()),
            ("expires_at", or_null(moment("Until when it can be used; null: for ever.")).into()),
            ("status", status.into()),
            ("sync", sync.into()),
            ("email_delivery", delivery.into()),
            ("used", used.into()),
            ("metadata", metadata("Your own words.", metadata_value()).into()),
            ("created_at", moment("When it was earned.").into()),
        ],
    )
}

fn validation() -> RefOr<Schema> {
    let valid = |flag: bool, about: &str| {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Boolean))
            .description(Some(about))
            .enum_values(Some([Value::from(flag)]))
    };
    let reasons = [
        Refusal::Unknown,
        Refusal::Paused,
        Refusal::NotStarted,
        Refusal::Expired,
        Refusal::Exhausted,
        Refusal::CurrencyMismatch,
        Refusal::MinimumNotMet,
        Refusal::UserLimit,
    ];
    let can = [("valid", valid(true, "It can be used now.").into()), ("discount_code", named("discount_code"))];
    let cannot = [
        ("valid", valid(false, "It cannot be used now.").into()),
        ("reason", one_of("Why not.", reasons.map(Refusal::reason)).into()),
    ];
    let either = OneOfBuilder::new()
        .description(Some("Whether a code can be used now."))
        .item(all_required(object("It can."), can))
        .item(all_required(object("It cannot."), cannot));
    Schema::OneOf(either.build()).into()
}

fn redemption() -> ObjectBuilder {
    all_required(
        object("A redemption: one use of a discount code."),
        [
            ("object", exactly("redemption").into()),
            ("id", text("Its id. Later ids sort after earlier ones.").pattern(Some(RedemptionId::pattern())).into()),
            ("app_id", text("The app of its code.").max_length(Some(AppId::MAX)).into()),
            ("livemode", livemode().into()),
            ("discount_code", discount_code_id("The code's id.").into()),
            ("code", code_text().into()),
            (
                "stripe_coupon",
                or_null(text(
                    "The id of the code's coupon in Stripe, to be named as the discount; null until it is minted.",
                ))
                .into(),
            ),
            (
                "state",
                one_of(
                    "`held` counts and may come to nothing, `redeemed` was used for good, `released` counts no more.",
                    redemption::State::ALL.map(redemption::State::as_str),
                )
                .into(),
            ),
            ("user_id", or_null(text("Your own id of the customer.")).into()),
            (
                "checkout_session",
                or_null(
                    text("Stripe's id of the session, where Codemint made it; null for your own.")
                        .pattern(Some("^cs_")),
                )
                .into(),
            ),
            (
                "expires_at",
                or_null(moment(
                    "When its hold lapses if it is not confirmed; null where a session of Codemint's decides.",
                ))
                .into(),
            ),
            ("created_at", moment("When it was made.").into()),
            ("settled_at", or_null(moment("When it was redeemed or released; null while it is held.")).into()),
        ],
    )
}

fn checkout_session() -> ObjectBuilder {
    let discount = all_required(
        or_null(object("What is taken off; null without a discount code.")),
        [
            ("code", code_text().into()),
            ("discount_code", discount_code_id("The code's id.").into()),
            ("stripe_coupon", text("The coupon's id in Stripe.").into()),
            ("redemption", text("The id of the hold.").pattern(Some(RedemptionId::pattern())).into()),
        ],
    );
    let notices =
        ArrayBuilder::new().items(text("A sentence.")).description(Some("What was done otherwise than asked."));
    all_required(
        object("A Checkout Session that was made in Stripe."),
        [
            ("object", exactly("checkout_session").into()),
            ("id", text("Stripe's id of the session.").pattern(Some("^cs_")).into()),
            ("url", text("Where the customer pays.").into()),
            ("expires_at", moment("When Stripe ends it, if it is not paid.").into()),
            ("discount", discount.into()),
            (
                "allow_promotion_codes",
                flag("Whether Stripe shows its own box for promotion codes; never together with a discount code.")
                    .into(),
            ),
            ("notices", notices.into()),
        ],
    )
}

fn connection() -> ObjectBuilder {
    let access = |about: &str| one_of(about, [Access::None, Access::Read, Access::Write].map(Access::as_str));
    let permissions = all_required(
        object("What it may do. `write` implies `read`."),
        [
            ("coupons", access("Coupons: needed for everything.").into()),
            ("promotion_codes", access("Promotion codes: needed for rewards.").into()),
            ("checkout_sessions", access("Checkout Sessions: needed for `POST /v1/checkout/sessions`.").into()),
            ("prices", access("Prices, which tell a session's mode and currency.").into()),
        ],
    );
    let statuses = [ConnectionStatus::Connected, ConnectionStatus::NeedsReauth, ConnectionStatus::Disconnected];
    all_required(
        object("The workspace's link to Stripe in one mode."),
        [
            ("object", exactly("connection").into()),
            (
                "method",
                or_null(one_of("How it was connected; null while it is not.", ["stripe_app", "restricted_key"])).into(),
            ),
            ("livemode", livemode().into()),
            (
                "status",
                one_of(
                    "`needs_reauth`: Stripe no longer takes what is stored.",
                    statuses.map(ConnectionStatus::as_str),
                )
                .into(),
            ),
            ("account", or_null(text("Stripe's id of the account, where it is known.")).into()),
            ("key_hint", or_null(text("The key's beginning and its last four characters.")).into()),
            ("permissions", permissions.into()),
        ],
    )
}

fn error() -> ObjectBuilder {
    let kinds: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| Kind::as_str(code.kind())).collect();
    let missing = ArrayBuilder::new()
        .items(text("Stripe's name of a permission, like checkout_session_write."))
        .description(Some("With `stripe_permission_missing`: what the connection lacks."));
    let detail = all_required(
        object("What is wrong."),
        [
            ("type", one_of("The kind of error.", kinds).into()),
            ("code", one_of("The cause, for programs.", Code::ALL.iter().map(|code| code.as_str())).into()),
            ("message", text("A sentence or two for people: what is wrong, and what would be right.").into()),
        ],
    )
    .property("param", text("The field, query parameter or header that is wrong."))
    .property("missing", missing);
    all_required(object("A refusal."), [("error", detail.into())])
}
