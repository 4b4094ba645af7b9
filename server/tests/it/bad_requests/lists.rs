//! Lists.

use super::row::{Row, get, row};
use crate::harness::{CODES, CONNECTION};

pub fn rows() -> Vec<Row> {
    let list = |query: &str| get(format!("{CODES}?{query}"));
    vec![
        row(
            "a page of nothing",
            list("limit=0"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of 101",
            list("limit=101"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of minus one",
            list("limit=-1"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of plus ten",
            list("limit=%2B10"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of half",
            list("limit=1.5"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of an exponent",
            list("limit=1e1"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of words",
            list("limit=many"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of spaces",
            list("limit=+10"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of full-width digits",
            list("limit=%EF%BC%91"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of 2 to the 32nd",
            list("limit=4294967296"),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page of an empty string",
            list("limit="),
            "400 invalid_request_error parameter_invalid limit: limit must be a whole number from 1 to 100.",
        ),
        row(
            "a page twice",
            list("limit=1&limit=2"),
            "400 invalid_request_error parameter_invalid limit: limit stands twice in the address; give it once.",
        ),
        row(
            "a page twice, once encoded",
            list("limit=1&%6Cimit=2"),
            "400 invalid_request_error parameter_invalid limit: limit stands twice in the address; give it once.",
        ),
        row(
            "a page in brackets",
            list("limit[]=1"),
            "400 invalid_request_error parameter_unknown limit[]: Unknown query parameter: limit[]. Did you mean limit?",
        ),
        row(
            "a status that is none",
            list("status=deleted"),
            "400 invalid_request_error parameter_invalid status: status must be one of archived, paused, expired, exhausted, scheduled, active.",
        ),
        row(
            "a status in capitals",
            list("status=ACTIVE"),
            "400 invalid_request_error parameter_invalid status: status must be one of archived, paused, expired, exhausted, scheduled, active.",
        ),
        row(
            "an empty status",
            list("status="),
            "400 invalid_request_error parameter_invalid status: status must be one of archived, paused, expired, exhausted, scheduled, active.",
        ),
        row(
            "two statuses",
            list("status=active&status=paused"),
            "400 invalid_request_error parameter_invalid status: status stands twice in the address; give it once.",
        ),
        row(
            "a cursor that is none",
            list("starting_after=1"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code, like dc_01k….",
        ),
        row(
            "an empty cursor",
            list("starting_after="),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code, like dc_01k….",
        ),
        row(
            "a cursor of another kind",
            list("starting_after=rd_00000000000000000000000000"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code, like dc_01k….",
        ),
        row(
            "a cursor that is nobody's",
            list("starting_after=dc_00000000000000000000000000"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code of this list.",
        ),
        row(
            "a cursor of somebody else",
            list("starting_after={THEIR_ID}"),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code of this list.",
        ),
        row(
            "a cursor of somebody else, backwards",
            list("ending_before={THEIR_ID}"),
            "400 invalid_request_error parameter_invalid ending_before: ending_before must be the id of a discount code of this list.",
        ),
        row(
            "a cursor of another app",
            list("starting_after={ID}").keys(["Bearer {OTHER_APP_KEY}"]),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code of this list.",
        ),
        row(
            "a cursor of the other mode",
            list("starting_after={ID}").keys(["Bearer {LIVE_KEY}"]),
            "400 invalid_request_error parameter_invalid starting_after: starting_after must be the id of a discount code of this list.",
        ),
        row(
            "both cursors",
            list("starting_after={ID}&ending_before={ID}"),
            "400 invalid_request_error parameters_exclusive ending_before: Give either starting_after or ending_before, not both.",
        ),
        row(
            "a parameter of others",
            list("offset=20"),
            "400 invalid_request_error parameter_unknown offset: Unknown query parameter: offset. This call takes app_id, status, q, limit, starting_after, ending_before.",
        ),
        row(
            "a parameter with a typing error",
            list("stauts=active"),
            "400 invalid_request_error parameter_unknown stauts: Unknown query parameter: stauts. Did you mean status?",
        ),
        row(
            "a parameter without a name",
            list("=1"),
            "400 invalid_request_error parameter_unknown : Unknown query parameter: one without a name. This call takes app_id, status, q, limit, starting_after, ending_before.",
        ),
        row(
            "a key in the address",
            list("cm_test_51PLANTED=1"),
            "400 invalid_request_error parameter_unknown (a key): Unknown query parameter: (a key). This call takes app_id, status, q, limit, starting_after, ending_before.",
        ),
        row(
            "a NUL in a search",
            list("q=%00"),
            "400 invalid_request_error parameter_invalid q: q must be UTF-8 without control characters.",
        ),
        row(
            "broken UTF-8 in a search",
            list("q=%FF%FE"),
            "400 invalid_request_error parameter_invalid q: q must be UTF-8 without control characters.",
        ),
        row(
            "a line break in a search",
            list("q=a%0Ab"),
            "400 invalid_request_error parameter_invalid q: q must be UTF-8 without control characters.",
        ),
        row(
            "somebody's app in a list",
            list("app_id=theirs"),
            "404 invalid_request_error resource_missing app_id: No such app: 'theirs'",
        ),
        row(
            "an empty app in a list",
            list("app_id="),
            "400 invalid_request_error parameter_missing app_id: app_id is needed: the app's id, like taskpomo.",
        ),
        row(
            "a parameter where none is taken",
            get(format!("{CONNECTION}?mode=live")),
            "400 invalid_request_error parameter_unknown mode: Unknown query parameter: mode. This call takes no query parameters.",
        ),
    ]
}
