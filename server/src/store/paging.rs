//! Pages of lists that are sorted by id, the newest first.

/// Which way a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the newest.
    First,
    /// Older than this id.
    After(String),
    /// Newer than this id.
    Before(String),
}

impl Direction {
    /// The id that the page begins behind.
    pub(super) fn cursor(&self) -> Option<&str> {
        match self {
            Self::First => None,
            Self::After(id) | Self::Before(id) => Some(id.as_str()),
        }
    }

    /// The order in which rows are read.
    pub(super) fn order(&self) -> &'static str {
        if matches!(self, Self::Before(_)) { "ASC" } else { "DESC" }
    }

    /// Rows that were read in that order, the newest first.
    pub(super) fn newest_first<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if matches!(self, Self::Before(_)) {
            rows.reverse();
        }
        rows
    }

    /// Takes the one row away that was read beyond the page; whether there was one.
    pub(crate) fn cut<T>(&self, rows: &mut Vec<T>, shown: usize) -> bool {
        let has_more = rows.len() > shown;
        if has_more {
            match self {
                // The extra row of a page that leads to newer ones is the newest one.
                Self::Before(_) => drop(rows.remove(0)),
                _ => rows.truncate(shown),
            }
        }
        has_more
    }
}

/// The condition on `$n` that a page begins behind its cursor: the parameter is named in each, because PostgreSQL must know its type.
macro_rules! behind_cursor {
    ($direction:expr, $id:literal, $n:literal) => {
        match $direction {
            $crate::store::Direction::First => concat!("CAST($", $n, " AS TEXT) IS NULL"),
            $crate::store::Direction::After(_) => concat!($id, " < $", $n),
            $crate::store::Direction::Before(_) => concat!($id, " > $", $n),
        }
    };
}
pub(super) use behind_cursor;
