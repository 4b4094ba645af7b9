//! Redemptions: the ledger behind the counters. A state only moves forward.

use super::query::{execute, optional};
use super::{Result, Scoped};
use crate::crash;

/// A hold to be written in the transaction that counted it.
pub(crate) struct NewRedemption<'a> {
    pub(crate) id: &'a str,
    pub(crate) discount_code_id: &'a str,
    pub(crate) checkout_id: &'a str,
    pub(crate) user_id: Option<&'a str>,
    pub(crate) now: i64,
}

impl Scoped<'_> {
    /// Writes a hold.
    pub(crate) async fn insert_redemption(self, new: &NewRedemption<'_>) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "INSERT INTO redemptions (workspace_id, mode, id, discount_code_id, checkout_id, state, user_id, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 'held', $6, $7, $7)",
            workspace, mode, new.id, new.discount_code_id, new.checkout_id, new.user_id, new.now
        )
        .map(|_| ())
    }

    /// Moves a hold on to `redeemed` or `released`; the code whose counters must follow. None: it was not held any more, and they must stay.
    pub(crate) async fn settle_redemption(self, id: &str, state: &str, now: i64) -> Result<Option<String>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (String,),
            crash::without!(
                "double-release",
                "AND state = 'held'",
                "UPDATE redemptions SET state = $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND state = 'held' RETURNING discount_code_id"
            ),
            workspace,
            mode,
            id,
            state,
            now
        )?;
        Ok(row.map(|(code,)| code))
    }

    /// Moves the counter of a code along with a hold that was settled.
    pub(crate) async fn count_settled(self, discount_code_id: &str, redeemed: bool, now: i64) -> Result<()> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE discount_codes SET held = held - 1, redeemed = redeemed + $4, updated_at = $5 WHERE workspace_id = $1 AND mode = $2 AND id = $3",
            workspace, mode, discount_code_id, i64::from(redeemed), now
        )
        .map(|_| ())
    }
}
