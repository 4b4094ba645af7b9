//! `/v1/admin/discount-codes`.

use super::queries::{paged, query, without_controls};
use super::{CODES, Methods, answer, body, call, no_fields, repeatable, stored};
use crate::web::openapi::refusals::{self, ANY, KEYED, WITH_BODY, WRITE};
use crate::web::openapi::schema::one_of;
use crate::web::openapi::{examples, shared};
use app::domain::discount_code::Status;
use app::domain::ids::DiscountCodeId;
use app::domain::problem::Code;
use utoipa::openapi::{HttpMethod, ResponsesBuilder, path::Operation};

/// Its addresses.
pub fn all() -> Vec<(&'static str, Methods)> {
    vec![
        ("/v1/admin/discount-codes", vec![(HttpMethod::Post, create()), (HttpMethod::Get, list())]),
        (
            "/v1/admin/discount-codes/{id}",
            vec![(HttpMethod::Get, read()), (HttpMethod::Patch, change()), (HttpMethod::Delete, archive())],
        ),
    ]
}

const ADMIN: &[Code] = &[Code::KeyScope, Code::ResourceMissing];

fn one(about: &str) -> utoipa::openapi::ResponseBuilder {
    answer(about, "discount_code", vec![("a discount code", examples::discount_code())])
}

fn create() -> Operation {
    let answers = ResponsesBuilder::new().response("201", stored(one("The new code.")));
    let own = &[Code::ParameterMissing, Code::ParametersExclusive, Code::CodeTaken];
    repeatable(call(
        CODES,
        "createDiscountCode",
        "Create a discount code",
        "Nothing is made in Stripe before the code's first use.",
    ))
    .request_body(Some(body("new_discount_code", examples::new_discount_codes())))
    .responses(refusals::with(answers, &[KEYED, own, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}

fn list() -> Operation {
    let answers = ResponsesBuilder::new()
        .response("200", answer("A page.", "discount_code_list", vec![("a page", examples::list())]));
    call(
        CODES,
        "listDiscountCodes",
        "List discount codes",
        "Newest first. Archived codes are told only where `status=archived` asks for them.",
    )
    .parameters(Some(paged(
        [
            query("app_id", without_controls("One app, by its id; all that the key may see where it is not said.")),
            query("status", one_of("Codes in this state.", Status::ALL.map(Status::as_str))),
            query("q", without_controls("Part of the code's text, in any case.")),
        ],
        &DiscountCodeId::pattern(),
    )))
    .responses(refusals::with(answers, &[KEYED, &[Code::ParameterMissing, Code::ParametersExclusive], ADMIN, ANY]))
    .build()
}

fn read() -> Operation {
    let answers = ResponsesBuilder::new().response("200", one("The code, archived or not."));
    call(CODES, "readDiscountCode", "Read a discount code", "With its counts as they are now.")
        .parameter_ref(shared::parameter("discount_code_id"))
        .responses(refusals::with(answers, &[KEYED, ADMIN, ANY]))
        .build()
}

fn change() -> Operation {
    let answers = ResponsesBuilder::new().response("200", stored(one("The code as it is now.")));
    let own = &[Code::ParameterMissing, Code::ParametersExclusive, Code::TermsImmutable];
    repeatable(call(
        CODES,
        "changeDiscountCode",
        "Change a discount code",
        "What it gives can change only until somebody begins to use it; limits, dates and metadata at any time. An archived code is not changed any more.",
    ))
    .parameter_ref(shared::parameter("discount_code_id"))
    .request_body(Some(body("discount_code_changes", examples::changes())))
    .responses(refusals::with(answers, &[KEYED, own, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}

fn archive() -> Operation {
    let answers = ResponsesBuilder::new().response("200", stored(one("The code, archived.")));
    repeatable(call(
        CODES,
        "archiveDiscountCode",
        "Archive a discount code",
        "Its text is free again, open checkouts keep their price. To archive it again changes nothing.",
    ))
    .parameter_ref(shared::parameter("discount_code_id"))
    .request_body(Some(no_fields()))
    .responses(refusals::with(answers, &[KEYED, ADMIN, WITH_BODY, WRITE, ANY]))
    .build()
}
