//! Pages of lists: what is asked for, and how a page is cut.

use crate::store::Direction;
use app::domain::problem::{Code, Problem};
use app::wire::api::List;

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
