//! `/v1/campaigns`.

use super::queries::{paged, query, without_controls};
use super::{Methods, REWARDS, answer, body, call, no_fields, repeatable, stored};
use crate::web::openapi::refusals::{self, ANY, KEYED, WITH_BODY, WRITE};
use crate::web::openapi::schema::one_of;
use crate::web::openapi::{examples, shared};
use app::domain::campaign::Status;
use app::domain::ids::CampaignId;
use app::domain::problem::Code;
use utoipa::openapi::{HttpMethod, ResponseBuilder, ResponsesBuilder, path::Operation};

/// Its addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/v1/campaigns", vec![(HttpMethod::Post, create()), (HttpMethod::Get, list())]),
        (
            "/v1/campaigns/{id}",
            vec![(HttpMethod::Get, read()), (HttpMethod::Patch, change()), (HttpMethod::Delete, archive())],
        ),
    ]
}

/// What a key with full access can be refused for.
const ADMIN: &[Code] = &[Code::KeyScope, Code::ResourceMissing];
const OWN: &[Code] = &[Code::ParameterMissing, Code::ParametersExclusive];

fn one(about: &str) -> ResponseBuilder {
    answer(about, "campaign", vec![("a campaign", examples::campaign())])
}

fn create() -> Operation {
    let answers = ResponsesBuilder::new().response("201", stored(one("The new campaign.")));
    repeatable(call(
        REWARDS,
        "createCampaign",
        "Create a campaign",
        "The offer behind earned codes. Nothing is made in Stripe before its first reward.",
    ))
    .request_body(Some(body("new_campaign", examples::new_campaigns())))
    .responses(refusals::with(answers, &[KEYED, OWN, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}

fn list() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", answer("A page.", "campaign_list", vec![("a page", examples::campaigns())]));
    call(
        REWARDS,
        "listCampaigns",
        "List campaigns",
        "Newest first. Archived campaigns are told only where `status=archived` asks for them.",
    )
    .parameters(Some(paged(
        [
            query("app_id", without_controls("One app, by its id; all that the key may see where it is not said.")),
            query("status", one_of("Campaigns in this state.", Status::ALL.map(Status::as_str))),
        ],
        &CampaignId::pattern(),
    )))
    .responses(refusals::with(answers, &[KEYED, OWN, ADMIN, ANY]))
    .build()
}

fn read() -> Operation {
    let answers = ResponsesBuilder::new().response("200", one("The campaign, archived or not."));
    call(REWARDS, "readCampaign", "Read a campaign", "With the number of its rewards as it is now.")
        .parameter_ref(shared::parameter("campaign_id"))
        .responses(refusals::with(answers, &[KEYED, ADMIN, ANY]))
        .build()
}

fn change() -> Operation {
    let answers = ResponsesBuilder::new().response("200", stored(one("The campaign as it is now.")));
    repeatable(call(
        REWARDS,
        "changeCampaign",
        "Change a campaign",
        "Anything can change at any time, for rewards to come: those that were earned keep what they were earned for. Where what it gives \
         or `expires_at` changes after somebody has earned by it, `terms_version` grows. An archived campaign is not changed any more.",
    ))
    .parameter_ref(shared::parameter("campaign_id"))
    .request_body(Some(body("campaign_changes", examples::campaign_changes())))
    .responses(refusals::with(answers, &[KEYED, OWN, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}

fn archive() -> Operation {
    let answers = ResponsesBuilder::new().response("200", stored(one("The campaign, archived.")));
    repeatable(call(
        REWARDS,
        "archiveCampaign",
        "Archive a campaign",
        "It issues no more rewards; those that were earned stay what they are. To archive it again changes nothing.",
    ))
    .parameter_ref(shared::parameter("campaign_id"))
    .request_body(Some(no_fields()))
    .responses(refusals::with(answers, &[KEYED, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}
