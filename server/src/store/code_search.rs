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

/// What a search reads from in the place of all codes, with `$6` as the pattern and tenant and mode as `$1` and `$2`.
pub(super) async fn table(conn: Conn<'_>, q: &str) -> Result<&'static str> {
    const ALL: &str = "discount_codes";
    if !is_indexed(q) {
        return Ok(ALL);
    }
    // FTS5 takes no ESCAPE: what the pattern finds too much is sorted out by the query itself.
    let (count, pattern, few) = match &conn {
        Conn::Sqlite(_) => (
            concat!("SELECT count(*) FROM (SELECT 1 FROM discount_code_texts WHERE code LIKE $1 LIMIT ", few!(), ")"),
            format!("%{q}%"),
            "(SELECT * FROM discount_codes WHERE workspace_id = $1 AND mode = $2 AND id IN
                (SELECT t.id FROM discount_code_texts t WHERE t.code LIKE REPLACE($6, '!', '') AND t.workspace_id = $1 AND t.mode = $2))",
        ),
        Conn::Postgres(_) => (
            concat!("SELECT count(*) FROM (SELECT 1 FROM discount_codes WHERE code LIKE $1 ESCAPE '!' LIMIT ", few!(), ") AS found"),
            contains(q),
            // OFFSET 0: found first, and sorted then; PostgreSQL would rather look through the list and hope.
            "(SELECT * FROM discount_codes WHERE code LIKE $6 ESCAPE '!' AND workspace_id = $1 AND mode = $2 OFFSET 0) AS found",
        ),
    };
    let found = all!(conn, (i64,), count, pattern)?;
    let many = few!().parse::<i64>().is_ok_and(|few| found.first().is_none_or(|(count,)| *count >= few));
    Ok(if many { ALL } else { few })
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
