//! Pages of lists: what is asked for, and how a page is cut.

use crate::store::Direction;
use app::domain::problem::{Code, Problem};
use app::wire::api::List;

/// Rows on a page of a screen's list.
const PAGE: usize = 20;
/// Rows that are read for it: one more tells whether there are more.
pub(super) const READ: i64 = 21;

/// Which page of a list, unchecked but for the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageQuery {
    /// 1 to 100.
    pub limit: u32,
    /// Older than this id.
    pub starting_after: Option<String>,
    /// Newer than this id.
    pub ending_before: Option<String>,
}

impl PageQuery {
    /// Both cursors at once point nowhere.
    ///
    /// # Errors
    /// If both are given.
    pub fn check(&self) -> Result<(), Problem> {
        if self.starting_after.is_some() && self.ending_before.is_some() {
            return Err(Problem::of(
                Code::ParametersExclusive,
                "ending_before",
                "Give either starting_after or ending_before, not both.",
            ));
        }
        Ok(())
    }

    /// The way that the list goes on. `known` finds what an id belongs to, as the caller sees it; `what` is it in words.
    pub(super) async fn direction<T>(
        &self,
        what: &str,
        known: impl AsyncFnOnce(&str) -> Result<T, Problem>,
    ) -> Result<Direction, Problem> {
        self.check()?;
        let (param, id) = match (&self.starting_after, &self.ending_before) {
            (Some(id), _) => ("starting_after", id),
            (None, Some(id)) => ("ending_before", id),
            (None, None) => return Ok(Direction::First),
        };
        match known(id).await {
            Ok(_) if param == "starting_after" => Ok(Direction::After(id.clone())),
            Ok(_) => Ok(Direction::Before(id.clone())),
            Err(problem) if problem.code == Code::ResourceMissing => {
                Err(Problem::invalid(param, format!("{param} must be the id of a {what} of this list.")))
            }
            Err(problem) => Err(problem),
        }
    }

    /// How many rows are read: one more than is shown, which tells whether there are more.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// A page as the API tells it, of rows that were read with one more than is shown.
pub(super) fn list<R, T>(
    mut rows: Vec<R>,
    page: &PageQuery,
    direction: &Direction,
    url: String,
    tell: impl FnMut(&R) -> Result<T, Problem>,
) -> Result<List<T>, Problem> {
    let has_more = direction.cut(&mut rows, usize::try_from(page.limit).unwrap_or_default());
    let data = rows.iter().map(tell).collect::<Result<_, _>>()?;
    Ok(List { object: "list".into(), data, has_more, url })
}

/// The way that a screen's list goes on, of cursors that were checked.
pub(super) fn direction(after: Option<String>, before: Option<String>) -> Direction {
    match (after, before) {
        (Some(id), _) => Direction::After(id),
        (None, Some(id)) => Direction::Before(id),
        (None, None) => Direction::First,
    }
}

/// Cuts what was read with one row more than is shown; the cursors for the newer page and for the older one.
pub(super) fn turn<T>(
    rows: &mut Vec<T>,
    direction: &Direction,
    id: impl Fn(&T) -> String,
) -> (Option<String>, Option<String>) {
    let has_more = direction.cut(rows, PAGE);
    let (newer, older) = match direction {
        Direction::First => (false, has_more),
        Direction::After(_) => (true, has_more),
        Direction::Before(_) => (has_more, true),
    };
    (rows.first().filter(|_| newer).map(&id), rows.last().filter(|_| older).map(&id))
}
