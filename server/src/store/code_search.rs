//! Codes by a part of their text. Both engines have an index of three letters in a row (migration 0006). It is worth asking only where
//! few codes have the part: where many do, a page of the newest is full after a short look through all.

use super::query::all;
use super::{Conn, Result};

/// Letters in a row that the index needs.
const LETTERS: usize = 3;

/// A search that finds no more than this is answered from the index; one that finds more fills its page from the list itself.
macro_rules! few {
    () => {
        "500"
    };
}

/// The pattern of what contains a text, for `LIKE … ESCAPE '!'`.
pub(super) fn contains(q: &str) -> String {
    format!("%{}%", q.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// Whether the index knows anything of a text: what stands for any letter in a pattern is none for it.
fn is_indexed(q: &str) -> bool {
    q.split(['_', '%', '!']).any(|run| run.chars().count() >= LETTERS)
}

/// The ids of a tenant's codes that may have this part: the few that the index knows. None: they are not few, or the index does not know.
/// FTS5 takes no ESCAPE, and so finds some too many.
pub(super) async fn few_with(conn: Conn<'_>, workspace: &str, mode: &str, q: &str) -> Result<Option<Vec<String>>> {
    if !is_indexed(q) {
        return Ok(None);
    }
    macro_rules! few_in {
        ($table:literal, $like:literal) => {
            concat!(
                "SELECT CASE WHEN workspace_id = $1 AND mode = $2 THEN id END FROM ",
                $table,
                " WHERE code LIKE $3 ",
                $like,
                " LIMIT ",
                few!()
            )
        };
    }
    let (sql, pattern) = match &conn {
        Conn::Sqlite(_) => (few_in!("discount_code_texts", ""), format!("%{q}%")),
        Conn::Postgres(_) => (few_in!("discount_codes", "ESCAPE '!'"), contains(q)),
    };
    let found = all!(conn, (Option<String>,), sql, workspace, mode, pattern)?;
    let many = few!().parse().is_ok_and(|few| found.len() >= few);
    Ok((!many).then(|| found.into_iter().filter_map(|(id,)| id).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_letters_in_a_row() {
        for known in ["ABC", "A_BCD", "50-OFF", "%ABC"] {
            assert!(is_indexed(known), "{known}");
        }
        for unknown in ["", "AB", "AB_CD", "A%B", "__%_"] {
            assert!(!is_indexed(unknown), "{unknown}");
        }
        assert_eq!(contains("A_%!"), "%A!_!%!!%");
    }
}
