//! The query parameters of a list; every list has them.

use crate::services::PageQuery;
use crate::web::query::Params;
use app::domain::problem::Problem;

/// Objects on a page where nothing is said.
pub const DEFAULT_LIMIT: u32 = 20;
/// Most objects on a page.
pub const MAX_LIMIT: u32 = 100;

/// `limit`, `starting_after` and `ending_before`. `is_id` knows the ids of what is listed; they begin with `prefix`.
pub fn read(params: &mut Params, what: &str, prefix: &str, is_id: fn(&str) -> bool) -> Result<PageQuery, Problem> {
    let limit = match params.text("limit") {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse::<u32>()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit) && !text.starts_with('+'))
            .ok_or_else(|| Problem::invalid("limit", format!("limit must be a whole number from 1 to {MAX_LIMIT}.")))?,
    };
    let mut cursor = |name: &'static str| match params.text(name) {
        Some(text) if !is_id(&text) => {
            Err(Problem::invalid(name, format!("{name} must be the id of a {what}, like {prefix}01k….")))
        }
        text => Ok(text),
    };
    let page = PageQuery { limit, starting_after: cursor("starting_after")?, ending_before: cursor("ending_before")? };
    page.check()?;
    Ok(page)
}

/// One of these words.
pub fn word<T: Copy>(
    params: &mut Params,
    name: &'static str,
    all: &[T],
    word_of: fn(T) -> &'static str,
) -> Result<Option<T>, Problem> {
    let Some(text) = params.text(name) else { return Ok(None) };
    let known = all.iter().copied().find(|&value| word_of(value) == text);
    known.map(Some).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|&value| word_of(value)).collect();
        Problem::invalid(name, format!("{name} must be one of {}.", words.join(", ")))
    })
}
