//! An owner's own webhook endpoint as rules see it: what Stripe shall tell, and which secrets can be pasted.

use super::problem::Problem;

/// What an endpoint is to be told (<https://docs.stripe.com/api/events/types>).
pub const EVENTS: [&str; 6] = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "coupon.updated",
    "coupon.deleted",
];

/// Most characters of a signing secret; Stripe's have about forty.
pub const MAX_SECRET: usize = 255;

/// Checks what was pasted as an endpoint's signing secret, by its prefix (<https://docs.stripe.com/webhooks#verify-official-libraries>).
/// The refusal never repeats what was pasted.
pub fn check_webhook_secret(raw: &str) -> Result<&str, Problem> {
    const PARAM: &str = "webhook_secret";
    const LIKE: &str = "Paste the endpoint's signing secret: it starts with whsec_.";
    let secret = raw.trim();
    let refuse = |why: &str| Err(Problem::invalid(PARAM, format!("{why} {LIKE}")));
    if secret.is_empty() {
        return Err(Problem::missing(PARAM, LIKE));
    }
    if let Some(body) = secret.strip_prefix("whsec_") {
        let whole = !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_graphic()) && secret.len() <= MAX_SECRET;
        let not_whole = "This secret is not whole: copy it again from Stripe, without spaces or line breaks.";
        return if whole { Ok(secret) } else { Err(Problem::invalid(PARAM, not_whole)) };
    }
    let beginning = |all: &[&str]| all.iter().any(|prefix| secret.starts_with(prefix));
    if beginning(&["sk_"]) {
        return refuse(
            "This is a full secret key: it can do everything in your account, and it does not belong here. It was not kept.",
        );
    }
    if beginning(&["rk_"]) {
        return refuse("This is a restricted key, which belongs in the field for the connection. It was not kept.");
    }
    if beginning(&["pk_"]) {
        return refuse("This is a publishable key, which signs nothing.");
    }
    if beginning(&["cm_"]) {
        return refuse("This is a Codemint API key. It was not kept.");
    }
    if beginning(&["we_"]) {
        return refuse("This is the endpoint's id.");
    }
    refuse("This is not a signing secret of Stripe's.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrong_secrets_are_told_apart() {
        let says = |text: &str| check_webhook_secret(text).unwrap_err().message;
        assert!(says("sk_test_abc").contains("full secret key"));
        assert!(says("rk_live_abc").contains("restricted key"));
        assert!(says("pk_test_abc").contains("publishable"));
        assert!(says("cm_test_abc").contains("Codemint API key"));
        assert!(says("we_1Abc").contains("endpoint's id"));
        assert!(says("whsec_").contains("not whole"));
        assert!(says("whsec_a b").contains("not whole"));
        assert!(says(" ").contains("whsec_"));
        assert_eq!(check_webhook_secret(" whsec_5Abc/+=\n").unwrap(), "whsec_5Abc/+=");
    }

    proptest! {
        #[test]
        fn a_refusal_never_repeats_it(kind in "(sk_test_|rk_live_|pk_test_|whsec_|)", body in "[A-Za-z0-9]{20,40}") {
            if let Err(problem) = check_webhook_secret(&format!("{kind}{body} x")) {
                prop_assert!(!problem.message.contains(&body));
            }
        }
    }
}
