//! Checkouts.

use super::row::{Request, Row, checkout, row};
use crate::harness::CHECKOUT;

pub fn rows() -> Vec<Row> {
    let address = |url: &str| checkout(&format!("\"success_url\":\"{url}\""));
    let mail = |mail: &str| checkout(&format!("\"customer_email\":\"{mail}\""));
    let long = |length: usize| "x".repeat(length);
    vec![
        row(
            "an empty checkout",
            Request::new("POST", CHECKOUT).body("{}"),
            "400 invalid_request_error parameter_missing price_id: price_id is needed: a price of your Stripe account, like price_1ABC.",
        ),
        row(
            "no price",
            checkout(r#""price_id":null"#),
            "400 invalid_request_error parameter_missing price_id: price_id is needed: a price of your Stripe account, like price_1ABC.",
        ),
        row(
            "an empty price",
            checkout(r#""price_id":"""#),
            "400 invalid_request_error parameter_missing price_id: price_id is needed: a price of your Stripe account, like price_1ABC.",
        ),
        row(
            "a price that Stripe does not know",
            checkout(r#""price_id":"price_1NOBODYS""#),
            "400 invalid_request_error parameter_invalid price_id: Your Stripe account has no price 'price_1NOBODYS' in this mode.",
        ),
        row(
            "a price with a path in it",
            checkout(r#""price_id":"price_1ABC/../../v1/accounts""#),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "a price with a query in it",
            checkout(r#""price_id":"price_1ABC?expand[]=x""#),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "a price in Cyrillic",
            checkout("\"price_id\":\"рrice_1ABC\""),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "a price of 256 characters",
            checkout(&format!("\"price_id\":\"{}\"", long(256))),
            "400 invalid_request_error parameter_invalid price_id: price_id must be the id of a Stripe price, like price_1ABC.",
        ),
        row(
            "a secret key as a price",
            checkout(r#""price_id":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid price_id: price_id must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a price as an object",
            checkout(r#""price_id":{"id":"price_1ABC"}"#),
            "400 invalid_request_error parameter_invalid price_id: price_id must be a string, like \"price_1ABC\"; it is an object.",
        ),
        row(
            "no pieces",
            checkout(r#""quantity":0"#),
            "400 invalid_request_error parameter_invalid quantity: quantity must be 1 to 999999.",
        ),
        row(
            "negative pieces",
            checkout(r#""quantity":-1"#),
            "400 invalid_request_error parameter_invalid quantity: quantity must be 1 to 999999.",
        ),
        row(
            "a million pieces",
            checkout(r#""quantity":1000000"#),
            "400 invalid_request_error parameter_invalid quantity: quantity must be 1 to 999999.",
        ),
        row(
            "half a piece",
            checkout(r#""quantity":0.5"#),
            "400 invalid_request_error parameter_invalid quantity: quantity must be a whole number, like 1; it has a decimal point or an exponent.",
        ),
        row(
            "pieces as a string",
            checkout(r#""quantity":"1""#),
            "400 invalid_request_error parameter_invalid quantity: quantity must be a whole number, like 1; it is a string.",
        ),
        row(
            "a mode that is none",
            checkout(r#""mode":"setup""#),
            "400 invalid_request_error parameter_invalid mode: mode must be payment or subscription; leave it out to let the price tell it.",
        ),
        row(
            "a mode in capitals",
            checkout(r#""mode":"PAYMENT""#),
            "400 invalid_request_error parameter_invalid mode: mode must be payment or subscription; leave it out to let the price tell it.",
        ),
        row(
            "a mode that the price is not of",
            checkout(r#""mode":"subscription""#),
            "400 invalid_request_error parameter_invalid mode: mode must be payment here: the price price_1ABC is a one-time price. Leave mode out to let the price tell it.",
        ),
        row(
            "a customer without a name",
            checkout(r#""user_id":"""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "a customer of 201 characters",
            checkout(&format!("\"user_id\":\"{}\"", long(201))),
            "400 invalid_request_error parameter_invalid user_id: user_id must be 1 to 200 characters, without control characters.",
        ),
        row(
            "a customer with a line break",
            checkout(r#""user_id":"user\n123""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must not have control characters.",
        ),
        row(
            "a customer as a number",
            checkout(r#""user_id":123"#),
            "400 invalid_request_error parameter_invalid user_id: user_id must be a string, like \"user-123\"; it is a number.",
        ),
        row(
            "a secret key as a customer",
            checkout(r#""user_id":"rk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid user_id: user_id must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "nobody, with a code that asks who it is",
            checkout(r#""discount_code":"EACHONCE""#),
            "400 invalid_request_error parameter_missing user_id: user_id or customer_email is needed: this discount code may be used so often by one customer, so Codemint must know who it is.",
        ),
        row(
            "somebody who has had theirs",
            checkout(r#""discount_code":"EACHONCE","user_id":"had-one""#),
            "400 invalid_request_error discount_code_user_limit discount_code: This customer has used this discount code as often as one customer may. A checkout that is still open counts, too.",
        ),
        row(
            "too small a purchase",
            checkout(r#""discount_code":"BIG""#),
            "400 invalid_request_error discount_code_minimum_not_met discount_code: This purchase is below the least amount that this discount code is for.",
        ),
        row(
            "nowhere to go",
            checkout(r#""success_url":null"#),
            "400 invalid_request_error parameter_missing success_url: success_url is needed: a whole address, like https://example.com/thank-you.",
        ),
        row(
            "an empty address",
            address(""),
            "400 invalid_request_error parameter_missing success_url: success_url is needed: a whole address, like https://example.com/thank-you.",
        ),
        row(
            "a path alone",
            address("/thank-you"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "an address without a scheme",
            address("taskpomo.app/thank-you"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "an address without a host",
            address("https:///thank-you"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a scheme alone",
            address("https://"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a port alone",
            address("https://:443/"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a script",
            address("javascript:alert(1)"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "data",
            address("data:text/html,x"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a file",
            address("file:///etc/passwd"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "ftp",
            address("ftp://taskpomo.app/"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a scheme in capitals and a script behind it",
            address("JavaScript://taskpomo.app/%0aalert(1)"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a user in an address",
            address("https://ada@taskpomo.app/"),
            "400 invalid_request_error parameter_invalid success_url: success_url must not hold a user's name or password: an address like https://example.com/thank-you.",
        ),
        row(
            "a user and a password in an address",
            address("https://taskpomo.app:secret@evil.example/"),
            "400 invalid_request_error parameter_invalid success_url: success_url must not hold a user's name or password: an address like https://example.com/thank-you.",
        ),
        row(
            "a backslash for a slash",
            address(r"https://taskpomo.app\\@evil.example/"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a space in an address",
            address("https://taskpomo.app/thank you"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "a line break in an address",
            address(r"https://taskpomo.app/\r\nSet-Cookie:a=b"),
            "400 invalid_request_error parameter_invalid success_url: success_url must not have control characters.",
        ),
        row(
            "a turn to the left in an address",
            address("https://taskpomo.app/\u{202e}gpj.exe"),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "an address of 5001 bytes",
            address(&format!("https://taskpomo.app/{}", long(4980))),
            "400 invalid_request_error parameter_invalid success_url: success_url may have at most 5000 bytes; it has 5001.",
        ),
        row(
            "addresses in a list",
            checkout(r#""success_url":["https://taskpomo.app/"]"#),
            "400 invalid_request_error parameter_invalid success_url: success_url must be a string, like \"https://example.com/thank-you\"; it is a list.",
        ),
        row(
            "no way back",
            checkout(r#""cancel_url":null"#),
            "400 invalid_request_error parameter_missing cancel_url: cancel_url is needed: a whole address, like https://example.com/thank-you.",
        ),
        row(
            "a script as the way back",
            checkout(r#""cancel_url":"javascript:history.back()""#),
            "400 invalid_request_error parameter_invalid cancel_url: cancel_url must be a whole http or https address without spaces, like https://example.com/thank-you.",
        ),
        row(
            "an e-mail address without a domain",
            mail("ada"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "an e-mail address without a dot",
            mail("ada@localhost"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "two at signs",
            mail("ada@@example.com"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "two e-mail addresses",
            mail("ada@example.com,bob@example.com"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "an e-mail address with a name",
            mail("Ada <ada@example.com>"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "an e-mail address with a header",
            mail(r"ada@example.com\r\nBcc: bob@example.com"),
            "400 invalid_request_error parameter_invalid customer_email: customer_email must not have control characters.",
        ),
        row(
            "an e-mail address with a hidden character",
            mail("ada\u{200b}@example.com"),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "an e-mail address of 255 bytes",
            mail(&format!("ada@{}.com", long(247))),
            "400 invalid_request_error parameter_invalid customer_email: This is not an e-mail address: customer_email must be like you@example.com.",
        ),
        row(
            "an empty e-mail address",
            mail(""),
            "400 invalid_request_error parameter_missing customer_email: customer_email is needed: an e-mail address, like you@example.com.",
        ),
        row(
            "an e-mail address as a number",
            checkout(r#""customer_email":1"#),
            "400 invalid_request_error parameter_invalid customer_email: customer_email must be a string, like \"you@example.com\"; it is a number.",
        ),
        row(
            "a session of half an hour less a second",
            checkout(r#""expires_in":1799"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 1800 to 86400 seconds.",
        ),
        row(
            "a session of a day and a second",
            checkout(r#""expires_in":86401"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 1800 to 86400 seconds.",
        ),
        row(
            "a session that ends in milliseconds",
            checkout(r#""expires_in":1798761600000"#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be 1800 to 86400 seconds.",
        ),
        row(
            "a session's life as a string",
            checkout(r#""expires_in":"3600""#),
            "400 invalid_request_error parameter_invalid expires_in: expires_in must be a whole number of seconds, like 3600; it is a string.",
        ),
        row(
            "a box for promotion codes as a string",
            checkout(r#""allow_promotion_codes":"true""#),
            "400 invalid_request_error parameter_invalid allow_promotion_codes: allow_promotion_codes must be true or false; it is a string.",
        ),
        row(
            "a box for promotion codes as a number",
            checkout(r#""allow_promotion_codes":1"#),
            "400 invalid_request_error parameter_invalid allow_promotion_codes: allow_promotion_codes must be true or false; it is a number.",
        ),
        row(
            "a code that nobody knows",
            checkout(r#""discount_code":"NOBODYS""#),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "an empty discount code",
            checkout(r#""discount_code":"""#),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "an archived code",
            checkout(r#""discount_code":"GONE""#),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a look-alike of a code",
            checkout("\"discount_code\":\"SPRІNG\""),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a code with a zero-width space",
            checkout("\"discount_code\":\"SPRING\u{200b}\""),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a code of a thousand characters",
            checkout(&format!("\"discount_code\":\"{}\"", long(1000))),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "a code as a number at a checkout",
            checkout(r#""discount_code":50"#),
            "400 invalid_request_error parameter_invalid discount_code: discount_code must be a string, like \"BLACKFRIDAY50\"; it is a number.",
        ),
        row(
            "a secret key as a discount code",
            checkout(r#""discount_code":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error discount_code_unknown discount_code: This discount code does not exist. Check its spelling.",
        ),
        row(
            "line items",
            checkout(r#""line_items":[{"price":"price_1ABC"}]"#),
            "400 invalid_request_error parameter_unknown line_items: Unknown field: line_items. This call takes app_id, price_id, quantity, mode, user_id, success_url, cancel_url, discount_code, allow_promotion_codes, customer_email, expires_in.",
        ),
        row(
            "Stripe's discounts",
            checkout(r#""discounts":[{"coupon":"FREE"}]"#),
            "400 invalid_request_error parameter_unknown discounts: Unknown field: discounts. This call takes app_id, price_id, quantity, mode, user_id, success_url, cancel_url, discount_code, allow_promotion_codes, customer_email, expires_in.",
        ),
        row(
            "another app",
            checkout(r#""app_id":"another""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'another'",
        ),
        row(
            "an app that is nobody's",
            checkout(r#""app_id":"nobodys""#),
            "404 invalid_request_error resource_missing app_id: No such app: 'nobodys'",
        ),
        row(
            "an empty app",
            checkout(r#""app_id":"""#),
            "400 invalid_request_error parameter_missing app_id: app_id is needed: the app's id, like taskpomo.",
        ),
        row(
            "an app with a path in it",
            checkout(r#""app_id":"../taskpomo""#),
            "404 invalid_request_error resource_missing app_id: No such app: '../taskpomo'",
        ),
        row(
            "an app as a number",
            checkout(r#""app_id":7"#),
            "400 invalid_request_error parameter_invalid app_id: app_id must be a string, like \"taskpomo\"; it is a number.",
        ),
        row(
            "an app of a thousand characters",
            checkout(&format!("\"app_id\":\"{}\"", long(1000))),
            "404 invalid_request_error resource_missing app_id: No such app: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'",
        ),
        row(
            "a secret key as an app",
            checkout(r#""app_id":"sk_live_51PLANTED0123456789""#),
            "404 invalid_request_error resource_missing app_id: No such app: '(a key)'",
        ),
        row(
            "no app, and a key of all",
            checkout("").keys(["Bearer {ALL_KEY}"]),
            "400 invalid_request_error parameter_missing app_id: app_id is needed: this API key belongs to all apps of its workspace.",
        ),
        row(
            "a parameter in a checkout's address",
            Request::new("POST", format!("{CHECKOUT}?expand=x")).body("{}"),
            "400 invalid_request_error parameter_unknown expand: Unknown query parameter: expand. This call takes no query parameters.",
        ),
        row(
            "a live key without a connection",
            checkout("").keys(["Bearer {LIVE_KEY}"]),
            "409 conflict_error stripe_not_connected -: Stripe is not connected in live mode. Connect it in Settings, or by POST /v1/admin/connection.",
        ),
    ]
}
