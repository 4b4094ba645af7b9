//! The objects of one kind, in the order in which they were made, and Stripe's way to page through them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{ApiError, ApiResult};

pub(crate) trait Shelved {
    fn id(&self) -> &str;
    fn created(&self) -> i64;
}

#[derive(Debug)]
pub(crate) struct Shelf<T> {
    items: Vec<T>,
    by_id: HashMap<String, usize>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { items: Vec::new(), by_id: HashMap::new() }
    }
}

impl<T: Shelved> Shelf<T> {
    /// Adds `item`. Where its id stood already, that now means the new one.
    pub(crate) fn put(&mut self, item: T) {
        self.by_id.insert(item.id().to_owned(), self.items.len());
        self.items.push(item);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.by_id.get(id).map(|at| &self.items[*at])
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.by_id.get(id).map(|at| &mut self.items[*at])
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter()
    }

    fn position(&self, id: &str, what: &str, param: &str) -> ApiResult<usize> {
        self.by_id.get(id).copied().ok_or_else(|| ApiError::no_such(what, id, param))
    }

    /// One page, newest first, of what `wanted` lets through.
    pub(crate) fn page(&self, paging: &Paging, what: &str, wanted: impl Fn(&T) -> bool) -> ApiResult<(Vec<&T>, bool)> {
        let limit = paging.limit()?;
        let fits = |item: &&T| paging.created.as_ref().is_none_or(|range| range.holds(item.created())) && wanted(item);
        let mut found: Vec<&T>;
        match (&paging.starting_after, &paging.ending_before) {
            (Some(_), Some(_)) => {
                return Err(ApiError::exclusive(&["ending_before", "starting_after"], "ending_before"));
            }
            (None, Some(id)) => {
                let after = self.position(id, what, "ending_before")? + 1;
                found = self.items[after..].iter().filter(fits).take(limit + 1).collect();
                let more = found.len() > limit;
                found.truncate(limit);
                found.reverse();
                return Ok((found, more));
            }
            (Some(id), None) => {
                let before = self.position(id, what, "starting_after")?;
                found = self.items[..before].iter().rev().filter(fits).take(limit + 1).collect();
            }
            (None, None) => found = self.items.iter().rev().filter(fits).take(limit + 1).collect(),
        }
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((found, more))
    }
}

/// The parameters that all lists have.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Paging {
    limit: Option<i64>,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: Option<Range>,
}

impl Paging {
    fn limit(&self) -> ApiResult<usize> {
        match self.limit {
            None => Ok(10),
            Some(limit @ 1..=100) => Ok(usize::try_from(limit).unwrap_or(10)),
            Some(limit) => {
                let bound = if limit < 1 { "greater than or equal to 1" } else { "less than or equal to 100" };
                let message = format!("This value must be {bound} (it currently is '{limit}').");
                Err(ApiError::invalid(message).code("parameter_invalid_integer").param("limit"))
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Range {
    At(i64),
    Between { gt: Option<i64>, gte: Option<i64>, lt: Option<i64>, lte: Option<i64> },
}

impl Range {
    fn holds(&self, created: i64) -> bool {
        match self {
            Self::At(at) => created == *at,
            Self::Between { gt, gte, lt, lte } => {
                gt.is_none_or(|least| created > least)
                    && gte.is_none_or(|least| created >= least)
                    && lt.is_none_or(|most| created < most)
                    && lte.is_none_or(|most| created <= most)
            }
        }
    }
}

/// Stripe's envelope of a list.
pub(crate) fn list(data: Vec<Value>, has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}
