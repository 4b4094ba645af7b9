//! Rewards.

use super::row::{Request, Row, get, over, row};
use crate::harness::CAMPAIGNS;

/// The rewards of the campaign that is there.
fn rewards() -> String {
    format!("{CAMPAIGNS}/{{CAMPAIGN}}/rewards")
}

/// A reward that is good but for these fields.
fn earn(fields: &str) -> Request {
    Request::new("POST", rewards()).body(over(&[("email", "\"ada@example.com\"")], fields))
}

/// A good reward, of this campaign.
fn earn_of(campaign: &str) -> Request {
    Request::new("POST", format!("{CAMPAIGNS}/{campaign}/rewards")).body(r#"{"email":"ada@example.com"}"#)
}

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a reward for nobody",
            earn(r#""email":null"#),
            "400 invalid_request_error parameter_missing email: email is needed: an e-mail address, like you@example.com.",
        ),
        row(
            "a reward for an empty address",
            earn(r#""email":"""#),
            "400 invalid_request_error parameter_missing email: email is needed: an e-mail address, like you@example.com.",
        ),
        row(
            "a reward for no address",
            earn(r#""email":"ada""#),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for an address without a dot",
            earn(r#""email":"ada@example""#),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for two addresses",
            earn(r#""email":"ada@example.com, bob@example.com""#),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for a list of addresses",
            earn(r#""email":["ada@example.com"]"#),
            "400 invalid_request_error parameter_invalid email: email must be a string, like \"you@example.com\"; it is a list.",
        ),
        row(
            "a reward for an address with a header",
            earn(r#""email":"ada@example.com\r\nBcc: bob@example.com""#),
            "400 invalid_request_error parameter_invalid email: email must not have control characters.",
        ),
        row(
            "a reward for an address with a name",
            earn(r#""email":"Ada <ada@example.com>""#),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for an address with a hidden character",
            earn(r#""email":"a\u200bda@example.com""#),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for a long address",
            earn(
                r#""email":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com""#,
            ),
            "400 invalid_request_error parameter_invalid email: This is not an e-mail address: email must be like you@example.com.",
        ),
        row(
            "a reward for a key",
            earn(r#""email":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid email: email must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a reward for a key with an at",
            earn(r#""email":"sk_live_51PLANTED0123456789@example.com""#),
            "400 invalid_request_error parameter_invalid email: email must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a reward by an empty reference",
            earn(r#""reference":"""#),
            "400 invalid_request_error parameter_invalid reference: reference must have 1 to 200 characters, all of which are seen, like share-4711.",
        ),
        row(
            "a reward by a reference of spaces",
            earn(r#""reference":"  ""#),
            "400 invalid_request_error parameter_invalid reference: reference must have 1 to 200 characters, all of which are seen, like share-4711.",
        ),
        row(
            "a reward by a reference of 201 characters",
            earn(
                r#""reference":"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr""#,
            ),
            "400 invalid_request_error parameter_invalid reference: reference must have 1 to 200 characters, all of which are seen, like share-4711.",
        ),
        row(
            "a reward by a number",
            earn(r#""reference":4711"#),
            "400 invalid_request_error parameter_invalid reference: reference must be a string, like \"share-4711\"; it is a number.",
        ),
        row(
            "a reward by a reference of two lines",
            earn(r#""reference":"a\nb""#),
            "400 invalid_request_error parameter_invalid reference: reference must not have control characters.",
        ),
        row(
            "a reward by a hidden reference",
            earn(r#""reference":"a\u200bb""#),
            "400 invalid_request_error parameter_invalid reference: reference must have 1 to 200 characters, all of which are seen, like share-4711.",
        ),
        row(
            "a reward by a key",
            earn(r#""reference":"sk_live_51PLANTED0123456789""#),
            "400 invalid_request_error parameter_invalid reference: reference must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard.",
        ),
        row(
            "a reward by what erasing leaves",
            earn(r#""reference":"erased:00""#),
            "400 invalid_request_error parameter_invalid reference: reference must not begin with erased:.",
        ),
        row(
            "a reward mailed perhaps",
            earn(r#""send_email":"yes""#),
            "400 invalid_request_error parameter_invalid send_email: send_email must be true or false; it is a string.",
        ),
        row(
            "a reward mailed once",
            earn(r#""send_email":1"#),
            "400 invalid_request_error parameter_invalid send_email: send_email must be true or false; it is a number.",
        ),
        row(
            "a reward's metadata as a list",
            earn(r#""metadata":[]"#),
            "400 invalid_request_error parameter_invalid metadata: metadata must be an object of strings, like {\"team\": \"growth\"}; it is a list.",
        ),
        row(
            "a reward's metadata with null",
            earn(r#""metadata":{"name":null}"#),
            "400 invalid_request_error parameter_invalid metadata.name: metadata.name must be a string; it is null.",
        ),
        row(
            "a reward's metadata with a number",
            earn(r#""metadata":{"name":1}"#),
            "400 invalid_request_error parameter_invalid metadata.name: metadata.name must be a string; it is a number.",
        ),
        row(
            "a reward's metadata with a long value",
            earn(
                r#""metadata":{"name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}"#,
            ),
            "400 invalid_request_error parameter_invalid metadata.name: metadata.name may have at most 500 characters; it has 501.",
        ),
        row(
            "a reward with a code of one's own",
            earn(r#""code":"SHARE-MINE""#),
            "400 invalid_request_error parameter_unknown code: Unknown field: code. This call takes email, reference, send_email, metadata.",
        ),
        row(
            "a reward with an end of its own",
            earn(r#""expires_at":1798761600000"#),
            "400 invalid_request_error parameter_unknown expires_at: Unknown field: expires_at. This call takes email, reference, send_email, metadata.",
        ),
        row(
            "a reward of another campaign",
            earn(r#""campaign":"{CAMPAIGN}""#),
            "400 invalid_request_error parameter_unknown campaign: Unknown field: campaign. This call takes email, reference, send_email, metadata.",
        ),
        row(
            "a reward of an app",
            earn(r#""app_id":"taskpomo""#),
            "400 invalid_request_error parameter_unknown app_id: Unknown field: app_id. This call takes email, reference, send_email, metadata.",
        ),
        row(
            "a reward for more",
            earn(r#""percent_off":100"#),
            "400 invalid_request_error parameter_unknown percent_off: Unknown field: percent_off. This call takes email, reference, send_email, metadata.",
        ),
        row(
            "a reward for an address twice",
            earn(r#""email":"ada@example.com","email":"bob@example.com""#),
            "400 invalid_request_error parameter_invalid email: email stands twice in the body (line 1, column 34); give it once.",
        ),
        row(
            "a reward without a body",
            Request::new("POST", rewards()),
            "415 invalid_request_error content_type_invalid -: Content-Type must be application/json; it is missing.",
        ),
        row(
            "a reward as a string",
            Request::new("POST", rewards()).body(r#""ada@example.com""#),
            "400 invalid_request_error parameter_invalid -: The body must be a JSON object, like {\"code\": \"BLACKFRIDAY50\"}; it is a string.",
        ),
        row(
            "a reward by a key for checkouts",
            earn("").keys(["Bearer {CHECKOUT_KEY}"]),
            "403 permission_error key_scope -: This API key may validate codes and make checkouts only. Use a key with full access for this call.",
        ),
        row(
            "a reward of the other mode's campaign",
            earn("").keys(["Bearer {LIVE_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a reward of another app's campaign",
            earn("").keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a reward of somebody else's campaign",
            earn_of("{THEIR_CAMPAIGN}"),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "a reward of a campaign of nothing",
            earn_of("cmp_00000000000000000000000000"),
            "404 invalid_request_error resource_missing -: No such campaign: 'cmp_00000000000000000000000000'",
        ),
        row(
            "a reward of a code",
            earn_of("{ID}"),
            "404 invalid_request_error resource_missing -: No such campaign: '{ID}'",
        ),
        row(
            "a reward of an archived campaign",
            earn_of("{ARCHIVED_CAMPAIGN}"),
            "400 invalid_request_error campaign_archived -: This campaign is archived: it issues no more rewards.",
        ),
        row(
            "a reward of a paused campaign",
            earn_of("{PAUSED_CAMPAIGN}"),
            "400 invalid_request_error campaign_paused -: This campaign is paused: resume it to issue rewards.",
        ),
        row(
            "a reward of a campaign that is used up",
            earn_of("{FULL_CAMPAIGN}"),
            "400 invalid_request_error campaign_exhausted -: This campaign has issued all the rewards that its limit allows.",
        ),
        row(
            "a reward of nothing",
            get(format!("{}/rw_00000000000000000000000000", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: 'rw_00000000000000000000000000'",
        ),
        row(
            "a campaign's id as a reward's",
            get(format!("{}/{{CAMPAIGN}}", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: '{CAMPAIGN}'",
        ),
        row(
            "a reward's id in capitals",
            get(format!("{}/RW_00000000000000000000000000", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: 'RW_00000000000000000000000000'",
        ),
        row(
            "a reward's id with a NUL",
            get(format!("{}/rw_0%00", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: 'rw_0␀'",
        ),
        row(
            "a code as a reward's id",
            get(format!("{}/SHARE-BFJK-NSVZ", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: 'SHARE-BFJK-NSVZ'",
        ),
        row(
            "a key as a reward's id",
            get(format!("{}/sk_live_51PLANTED0123456789", rewards())),
            "404 invalid_request_error resource_missing -: No such reward: '(a key)'",
        ),
        row(
            "a reward at another campaign",
            get("/v1/campaigns/{PAUSED_CAMPAIGN}/rewards/{REWARD_ID}"),
            "404 invalid_request_error resource_missing -: No such reward: '{REWARD_ID}'",
        ),
        row(
            "a reward under somebody else's campaign",
            get("/v1/campaigns/{THEIR_CAMPAIGN}/rewards/{REWARD_ID}"),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "a reward for another app's key",
            get(format!("{}/{{REWARD_ID}}", rewards())).keys(["Bearer {OTHER_APP_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a reward for somebody else's key",
            get(format!("{}/{{REWARD_ID}}", rewards())).keys(["Bearer {THEIR_KEY}"]),
            "404 invalid_request_error resource_missing -: No such campaign: '{CAMPAIGN}'",
        ),
        row(
            "a reward that is changed",
            Request::new("PATCH", format!("{}/{{REWARD_ID}}", rewards())).body("{}"),
            "405 invalid_request_error method_not_allowed -: PATCH does not go with /v1/campaigns/{CAMPAIGN}/rewards/{REWARD_ID}; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "a reward that is deleted",
            Request::new("DELETE", format!("{}/{{REWARD_ID}}", rewards())),
            "405 invalid_request_error method_not_allowed -: DELETE does not go with /v1/campaigns/{CAMPAIGN}/rewards/{REWARD_ID}; the header Allow names what does. [GET,HEAD]",
        ),
        row(
            "an address below a reward",
            get(format!("{}/{{REWARD_ID}}/code", rewards())),
            "404 invalid_request_error resource_missing -: No such address: GET /v1/campaigns/{CAMPAIGN}/rewards/{REWARD_ID}/code",
        ),
        row(
            "rewards in a state that is none",
            get(format!("{}?sync=done", rewards())),
            "400 invalid_request_error parameter_invalid sync: sync must be one of pending, failed, minted, blocked.",
        ),
        row(
            "rewards in an empty state",
            get(format!("{}?sync=", rewards())),
            "400 invalid_request_error parameter_invalid sync: sync must be one of pending, failed, minted, blocked.",
        ),
        row(
            "rewards by their status",
            get(format!("{}?status=used", rewards())),
            "400 invalid_request_error parameter_unknown status: Unknown query parameter: status. This call takes email, reference, code, sync, limit, starting_after, ending_before.",
        ),
        row(
            "rewards of two people",
            get(format!("{}?email=a%40b.co&email=c%40d.co", rewards())),
            "400 invalid_request_error parameter_invalid email: email stands twice in the address; give it once.",
        ),
        row(
            "rewards of a line break",
            get(format!("{}?reference=a%0ab", rewards())),
            "400 invalid_request_error parameter_invalid reference: reference must be UTF-8 without control characters.",
        ),
        row(
            "a page of rewards of nothing",
            get(format!("{}?limit=0", rewards())),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a campaign as a cursor of rewards",
            get(format!("{}?starting_after={{CAMPAIGN}}", rewards())),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a reward, like rw_01k….",
        ),
        row(
            "a reward of nothing as a cursor",
            get(format!("{}?ending_before=rw_00000000000000000000000000", rewards())),
            "400 invalid_request_error parameter_invalid ending_before: ending_before must be the id of a reward of this list.",
        ),
        row(
            "both cursors of rewards",
            get(format!("{}?starting_after={{REWARD_ID}}&ending_before={{REWARD_ID}}", rewards())),
            "400 invalid_request_error parameters_exclusive ending_before: Give either starting_after or ending_before, not both.",
        ),
        row(
            "rewards of somebody else's campaign",
            get("/v1/campaigns/{THEIR_CAMPAIGN}/rewards"),
            "404 invalid_request_error resource_missing -: No such campaign: '{THEIR_CAMPAIGN}'",
        ),
        row(
            "a foreign reward as a cursor",
            get("/v1/campaigns/{PAUSED_CAMPAIGN}/rewards?starting_after={REWARD_ID}"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a reward of this list.",
        ),
    ]
}
