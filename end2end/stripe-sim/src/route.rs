//! Which endpoint a request means, and which permission that takes.

use axum::http::Method;

/// The endpoints of the stand-in, each with the name under which `parameters` has what it takes.
pub(crate) const ROUTES: &[(Endpoint, &str)] = &[
    (Endpoint::CouponCreate, "POST /v1/coupons"),
    (Endpoint::CouponList, "GET /v1/coupons"),
    (Endpoint::CouponRetrieve, "GET /v1/coupons/{coupon}"),
    (Endpoint::CouponUpdate, "POST /v1/coupons/{coupon}"),
    (Endpoint::CouponDelete, "DELETE /v1/coupons/{coupon}"),
    (Endpoint::PromotionCodeCreate, "POST /v1/promotion_codes"),
    (Endpoint::PromotionCodeList, "GET /v1/promotion_codes"),
    (Endpoint::PromotionCodeRetrieve, "GET /v1/promotion_codes/{promotion_code}"),
    (Endpoint::PromotionCodeUpdate, "POST /v1/promotion_codes/{promotion_code}"),
    (Endpoint::PriceList, "GET /v1/prices"),
    (Endpoint::PriceRetrieve, "GET /v1/prices/{price}"),
    (Endpoint::SessionCreate, "POST /v1/checkout/sessions"),
    (Endpoint::SessionList, "GET /v1/checkout/sessions"),
    (Endpoint::SessionRetrieve, "GET /v1/checkout/sessions/{session}"),
    (Endpoint::SessionExpire, "POST /v1/checkout/sessions/{session}/expire"),
    (Endpoint::SessionLineItems, "GET /v1/checkout/sessions/{session}/line_items"),
    (Endpoint::PaymentIntentRetrieve, "GET /v1/payment_intents/{intent}"),
    (Endpoint::AccountRetrieve, "GET /v1/account"),
    (Endpoint::EventList, "GET /v1/events"),
    (Endpoint::EventRetrieve, "GET /v1/events/{id}"),
    (Endpoint::WebhookEndpointCreate, "POST /v1/webhook_endpoints"),
    (Endpoint::WebhookEndpointList, "GET /v1/webhook_endpoints"),
    (Endpoint::WebhookEndpointRetrieve, "GET /v1/webhook_endpoints/{webhook_endpoint}"),
    (Endpoint::WebhookEndpointDelete, "DELETE /v1/webhook_endpoints/{webhook_endpoint}"),
    (Endpoint::TokenCreate, "POST /v1/oauth/token"),
];

/// What looking at PaymentIntents takes; an app's permission for sessions includes it.
pub(crate) const PAYMENTS: &str = "payment_intent_read";

/// One call of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    CouponCreate,
    CouponList,
    CouponRetrieve,
    CouponUpdate,
    CouponDelete,
    PromotionCodeCreate,
    PromotionCodeList,
    PromotionCodeRetrieve,
    PromotionCodeUpdate,
    PriceList,
    PriceRetrieve,
    SessionCreate,
    SessionList,
    SessionRetrieve,
    SessionExpire,
    SessionLineItems,
    PaymentIntentRetrieve,
    AccountRetrieve,
    EventList,
    EventRetrieve,
    WebhookEndpointCreate,
    WebhookEndpointList,
    WebhookEndpointRetrieve,
    WebhookEndpointDelete,
    TokenCreate,
}

impl Endpoint {
    /// The Stripe Apps permission that the call takes.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::CouponList | Self::CouponRetrieve => "coupon_read",
            Self::CouponCreate | Self::CouponUpdate | Self::CouponDelete => "coupon_write",
            Self::PromotionCodeList | Self::PromotionCodeRetrieve => "promotion_code_read",
            Self::PromotionCodeCreate | Self::PromotionCodeUpdate => "promotion_code_write",
            Self::PriceList | Self::PriceRetrieve => "plan_read",
            Self::SessionList | Self::SessionRetrieve | Self::SessionLineItems => "checkout_session_read",
            Self::SessionCreate | Self::SessionExpire => "checkout_session_write",
            Self::PaymentIntentRetrieve => PAYMENTS,
            Self::AccountRetrieve => "connected_account_read",
            Self::EventList | Self::EventRetrieve => "event_read",
            Self::WebhookEndpointList | Self::WebhookEndpointRetrieve => "webhook_read",
            Self::WebhookEndpointCreate | Self::WebhookEndpointDelete => "webhook_write",
            // It takes a developer's secret key, which no permission makes up for.
            Self::TokenCreate => "",
        }
    }
}

/// A request that means something: the endpoint, its name, and the id that the path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    pub(crate) name: &'static str,
    pub(crate) id: String,
}

/// `None` for what Stripe answers with "Unrecognized request URL".
pub(crate) fn find(method: &Method, path: &str) -> Option<Route> {
    ROUTES.iter().find_map(|(endpoint, name)| {
        let (wanted, pattern) = name.split_once(' ')?;
        if method.as_str() != wanted {
            return None;
        }
        matches(pattern, path).map(|id| Route { endpoint: *endpoint, name, id })
    })
}

/// The id where `path` follows `pattern`; empty where the pattern has none.
fn matches(pattern: &str, path: &str) -> Option<String> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut id = String::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(id),
            (Some(want), Some(have)) if want.starts_with('{') && !have.is_empty() => id = decoded(have),
            (Some(want), Some(have)) if want == have => {}
            _ => return None,
        }
    }
}

/// A path's segment without its percent signs. The form decoder would take a `+` for a space.
fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B");
    url::form_urlencoded::parse(format!("id={escaped}").as_bytes())
        .next()
        .map(|(_, id)| id.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_endpoint() {
        let found = |method: Method, path: &str| find(&method, path).map(|route| (route.endpoint, route.id));
        assert_eq!(found(Method::POST, "/v1/coupons"), Some((Endpoint::CouponCreate, String::new())));
        assert_eq!(found(Method::GET, "/v1/coupons/a%2Fb"), Some((Endpoint::CouponRetrieve, "a/b".into())));
        let expire = found(Method::POST, "/v1/checkout/sessions/cs_1/expire");
        assert_eq!(expire, Some((Endpoint::SessionExpire, "cs_1".into())));
        assert_eq!(found(Method::GET, "/v1/coupons/"), None);
        assert_eq!(found(Method::DELETE, "/v1/promotion_codes/promo_1"), None);
        assert_eq!(found(Method::GET, "/v1/customers"), None);
    }
}
