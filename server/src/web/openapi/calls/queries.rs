//! Query parameters of lists.

use crate::web::api::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::web::openapi::schema::{CONTROLS, text, whole};
use utoipa::openapi::{
    ObjectBuilder, Required, Schema,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

/// A parameter.
pub fn query(name: &str, schema: ObjectBuilder) -> Parameter {
    let schema = schema.build();
    let about = schema.description.clone();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(about)
        .schema(Some(Schema::Object(schema)))
        .build()
}

/// A text. The replacement character stands for bytes that were no UTF-8.
pub fn without_controls(about: &str) -> ObjectBuilder {
    text(about).pattern(Some(format!(r"^[^{CONTROLS}\ufffd]*$")))
}

/// Filters, and which page; `id` is the pattern of the ids that are listed.
pub fn paged<const N: usize>(filters: [Parameter; N], id: &str) -> Vec<Parameter> {
    let cursor = |about: &str| text(about).pattern(Some(id));
    let limit = whole("How many at most.")
        .minimum(Some(1))
        .maximum(Some(i64::from(MAX_LIMIT)))
        .default(Some(DEFAULT_LIMIT.into()));
    let page = [
        query("limit", limit),
        query("starting_after", cursor("Older ones than this id's. Not together with `ending_before`.")),
        query("ending_before", cursor("Newer ones than this id's.")),
    ];
    filters.into_iter().chain(page).collect()
}
