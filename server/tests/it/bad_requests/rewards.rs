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
        row("a reward for nobody", earn(r#""email":null"#), "?"),
        row("a reward for an empty address", earn(r#""email":"""#), "?"),
        row("a reward for no address", earn(r#""email":"ada""#), "?"),
        row("a reward for an address without a dot", earn(r#""email":"ada@example""#), "?"),
        row("a reward for two addresses", earn(r#""email":"ada@example.com, bob@example.com""#), "?"),
        row("a reward for a list of addresses", earn(r#""email":["ada@example.com"]"#), "?"),
        row("a reward for an address with a header", earn(r#""email":"ada@example.com\r\nBcc: bob@example.com""#), "?"),
        row("a reward for an address with a name", earn(r#""email":"Ada <ada@example.com>""#), "?"),
        row("a reward for an address with a hidden character", earn(r#""email":"a\u200bda@example.com""#), "?"),
        row(
            "a reward for a long address",
            earn(
                r#""email":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com""#,
            ),
            "?",
        ),
        row("a reward for a key", earn(r#""email":"sk_live_51PLANTED0123456789""#), "?"),
        row("a reward for a key with an at", earn(r#""email":"sk_live_51PLANTED0123456789@example.com""#), "?"),
        row("a reward by an empty reference", earn(r#""reference":"""#), "?"),
        row("a reward by a reference of spaces", earn(r#""reference":"  ""#), "?"),
        row(
            "a reward by a reference of 201 characters",
            earn(
                r#""reference":"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr""#,
            ),
            "?",
        ),
        row("a reward by a number", earn(r#""reference":4711"#), "?"),
        row("a reward by a reference of two lines", earn(r#""reference":"a\nb""#), "?"),
        row("a reward by a hidden reference", earn(r#""reference":"a\u200bb""#), "?"),
        row("a reward by a key", earn(r#""reference":"sk_live_51PLANTED0123456789""#), "?"),
        row("a reward by what erasing leaves", earn(r#""reference":"erased:00""#), "?"),
        row("a reward mailed perhaps", earn(r#""send_email":"yes""#), "?"),
        row("a reward mailed once", earn(r#""send_email":1"#), "?"),
        row("a reward's metadata as a list", earn(r#""metadata":[]"#), "?"),
        row("a reward's metadata with null", earn(r#""metadata":{"name":null}"#), "?"),
        row("a reward's metadata with a number", earn(r#""metadata":{"name":1}"#), "?"),
        row(
            "a reward's metadata with a long value",
            earn(
                r#""metadata":{"name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}"#,
            ),
            "?",
        ),
        row("a reward with a code of one's own", earn(r#""code":"SHARE-MINE""#), "?"),
        row("a reward with an end of its own", earn(r#""expires_at":1798761600000"#), "?"),
        row("a reward of another campaign", earn(r#""campaign":"{CAMPAIGN}""#), "?"),
        row("a reward of an app", earn(r#""app_id":"taskpomo""#), "?"),
        row("a reward for more", earn(r#""percent_off":100"#), "?"),
        row("a reward for an address twice", earn(r#""email":"ada@example.com","email":"bob@example.com""#), "?"),
        row("a reward without a body", Request::new("POST", rewards()), "?"),
        row("a reward as a string", Request::new("POST", rewards()).body(r#""ada@example.com""#), "?"),
        row("a reward by a key for checkouts", earn("").keys(["Bearer {CHECKOUT_KEY}"]), "?"),
        row("a reward of the other mode's campaign", earn("").keys(["Bearer {LIVE_KEY}"]), "?"),
        row("a reward of another app's campaign", earn("").keys(["Bearer {OTHER_APP_KEY}"]), "?"),
        row("a reward of somebody else's campaign", earn_of("{THEIR_CAMPAIGN}"), "?"),
        row("a reward of a campaign of nothing", earn_of("cmp_00000000000000000000000000"), "?"),
        row("a reward of a code", earn_of("{ID}"), "?"),
        row("a reward of an archived campaign", earn_of("{ARCHIVED_CAMPAIGN}"), "?"),
        row("a reward of a paused campaign", earn_of("{PAUSED_CAMPAIGN}"), "?"),
        row("a reward of a campaign that is used up", earn_of("{FULL_CAMPAIGN}"), "?"),
        row("a reward of nothing", get(format!("{}/rw_00000000000000000000000000", rewards())), "?"),
        row("a campaign's id as a reward's", get(format!("{}/{{CAMPAIGN}}", rewards())), "?"),
        row("a reward's id in capitals", get(format!("{}/RW_00000000000000000000000000", rewards())), "?"),
        row("a reward's id with a NUL", get(format!("{}/rw_0%00", rewards())), "?"),
        row("a code as a reward's id", get(format!("{}/SHARE-BFJK-NSVZ", rewards())), "?"),
        row("a key as a reward's id", get(format!("{}/sk_live_51PLANTED0123456789", rewards())), "?"),
        row("a reward at another campaign", get("/v1/campaigns/{PAUSED_CAMPAIGN}/rewards/{REWARD_ID}"), "?"),
        row("a reward under somebody else's campaign", get("/v1/campaigns/{THEIR_CAMPAIGN}/rewards/{REWARD_ID}"), "?"),
        row(
            "a reward for another app's key",
            get(format!("{}/{{REWARD_ID}}", rewards())).keys(["Bearer {OTHER_APP_KEY}"]),
            "?",
        ),
        row(
            "a reward for somebody else's key",
            get(format!("{}/{{REWARD_ID}}", rewards())).keys(["Bearer {THEIR_KEY}"]),
            "?",
        ),
        row("a reward that is changed", Request::new("PATCH", format!("{}/{{REWARD_ID}}", rewards())).body("{}"), "?"),
        row("a reward that is deleted", Request::new("DELETE", format!("{}/{{REWARD_ID}}", rewards())), "?"),
        row("an address below a reward", get(format!("{}/{{REWARD_ID}}/code", rewards())), "?"),
        row("rewards in a state that is none", get(format!("{}?sync=done", rewards())), "?"),
        row("rewards in an empty state", get(format!("{}?sync=", rewards())), "?"),
        row("rewards by their status", get(format!("{}?status=used", rewards())), "?"),
        row("rewards of two people", get(format!("{}?email=a%40b.co&email=c%40d.co", rewards())), "?"),
        row("rewards of a line break", get(format!("{}?reference=a%0ab", rewards())), "?"),
        row("a page of rewards of nothing", get(format!("{}?limit=0", rewards())), "?"),
        row("a campaign as a cursor of rewards", get(format!("{}?starting_after={{CAMPAIGN}}", rewards())), "?"),
        row(
            "a reward of nothing as a cursor",
            get(format!("{}?ending_before=rw_00000000000000000000000000", rewards())),
            "?",
        ),
        row(
            "both cursors of rewards",
            get(format!("{}?starting_after={{REWARD_ID}}&ending_before={{REWARD_ID}}", rewards())),
            "?",
        ),
        row("rewards of somebody else's campaign", get("/v1/campaigns/{THEIR_CAMPAIGN}/rewards"), "?"),
        row(
            "a foreign reward as a cursor",
            get("/v1/campaigns/{PAUSED_CAMPAIGN}/rewards?starting_after={REWARD_ID}"),
            "?",
        ),
    ]
}
