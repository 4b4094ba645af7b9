//! `/v1/campaigns/{id}/rewards`.

use super::queries::{paged, query, without_controls};
use super::{Methods, REWARDS, answer, body, call, repeatable, stored};
use crate::web::openapi::refusals::{self, ANY, KEYED, WITH_BODY, WRITE};
use crate::web::openapi::schema::one_of;
use crate::web::openapi::{examples, shared};
use app::domain::ids::RewardId;
use app::domain::problem::Code;
use app::domain::reward::SyncState;
use utoipa::openapi::{HttpMethod, ResponseBuilder, ResponsesBuilder, path::Operation};

/// Its addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/v1/campaigns/{id}/rewards", vec![(HttpMethod::Post, earn()), (HttpMethod::Get, list())]),
        ("/v1/campaigns/{id}/rewards/{reward_id}", vec![(HttpMethod::Get, read())]),
    ]
}

const ADMIN: &[Code] = &[Code::KeyScope, Code::ResourceMissing];

fn one(about: &str) -> ResponseBuilder {
    answer(about, "reward", vec![("a reward", examples::reward())])
}

fn earn() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", stored(one("The reward that this `reference` has already, whatever else was said: with another `email`, too, it is the first one's reward, \
             to whom nothing is mailed again.")))
        .response("201", stored(one("The new reward.")));
    let own = &[Code::ParameterMissing];
    repeatable(call(
        REWARDS,
        "createReward",
        "Issue a reward",
        "Answered at once with the code, which is mailed and made in Stripe by itself, also where Stripe does not answer now. One `reference` \
         has one reward in a campaign, for ever: a repeat is answered 200 with the first one, also where its `email` is another. Nothing is \
         issued then, and nobody is mailed: compare `email` where that matters.",
    ))
    .parameter_ref(shared::parameter("campaign_id"))
    .request_body(Some(body("new_reward", examples::new_rewards())))
    .responses(refusals::with(answers, &[KEYED, own, refusals::GIVES_NONE, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}

fn list() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", answer("A page.", "reward_list", vec![("a page", examples::rewards())]));
    call(REWARDS, "listRewards", "List rewards", "Of one campaign, newest first.")
        .parameter_ref(shared::parameter("campaign_id"))
        .parameters(Some(paged(
            [
                query("email", without_controls("Who earned them, in any case.")),
                query("reference", without_controls("What it was earned by.")),
                query("code", without_controls("The whole code, in any case.")),
                query("sync", one_of("Rewards in this state.", SyncState::ALL.iter().map(|state| state.as_str()))),
            ],
            &RewardId::pattern(),
        )))
        .responses(refusals::with(answers, &[KEYED, &[Code::ParametersExclusive], ADMIN, ANY]))
        .build()
}

fn read() -> Operation {
    let answers = ResponsesBuilder::new().response("200", one("The reward."));
    call(
        REWARDS,
        "readReward",
        "Read a reward",
        "With where it stands in Stripe, whether its mail has left, and how it was used.",
    )
    .parameter_ref(shared::parameter("campaign_id"))
    .parameter_ref(shared::parameter("reward_id"))
    .responses(refusals::with(answers, &[KEYED, ADMIN, ANY]))
    .build()
}
