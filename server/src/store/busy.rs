//! Who is worked on already: what a queue leaves where it is.

/// Pairs of text, as one parameter of a query. `not_busy!` asks whether a row's pair is none of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(String);

impl Busy {
    /// Of pairs without spaces or bars, as ids, modes and accounts are.
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (one, two) in pairs {
            let _infallible = write!(text, "|{one} {two}|");
        }
        Self(text)
    }

    /// As the query has it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// SQL: the pair of these columns is not among the busy ones of a parameter. Both engines know no other list.
macro_rules! not_busy {
    ($param:literal, $one:literal, $two:literal) => {
        concat!("replace(", $param, ", '|' || ", $one, " || ' ' || ", $two, " || '|', '') = ", $param)
    };
}

pub(super) use not_busy;
