//! What the chart of a code is drawn from. A code with many redemptions is counted whole once a minute at most: the days before today
//! stand, but for the rare confirmation that comes late, and a page that follows such a code asks every few seconds.

use super::chart::{Counted, Quarters, since};
use crate::scope::Scope;
use crate::services::Services;
use crate::services::when::Writing;
use crate::store::QUARTER_MS;
use app::domain::problem::Problem;
use app::domain::redemption::State;
use parking_lot::Mutex;
use std::collections::HashMap;

/// How long the days before today are taken as they were counted, in milliseconds.
const FRESH_MS: i64 = 60_000;
/// A code with fewer on its chart is counted in milliseconds: always anew.
const MANY: i64 = 20_000;

/// The days before today of a code with many redemptions.
pub(in crate::services) struct Past {
    counted_at: i64,
    /// When the first day and the last one begin, where the owner is.
    first: i64,
    today: i64,
    redeemed: Quarters,
    released: Quarters,
}

/// By workspace, mode and code.
pub(in crate::services) type Pasts = Mutex<HashMap<(Scope, String), Past>>;

/// What was before a moment at which a quarter begins.
fn before(quarters: &Quarters, moment: i64) -> Quarters {
    quarters.iter().copied().filter(|(quarter, _)| quarter * QUARTER_MS < moment).collect()
}

impl Services {
    /// What was held, redeemed and released on the last days.
    pub(super) async fn counted(
        &self,
        scope: &Scope,
        code_id: &str,
        now: i64,
        writing: &Writing,
    ) -> Result<Counted, Problem> {
        let (first, today) = (since(now, writing), writing.begins(writing.date(now)));
        let key = (scope.clone(), code_id.to_owned());
        let past = {
            let pasts = self.0.usage_pasts.lock();
            let known = pasts.get(&key).filter(|past| {
                (past.first, past.today) == (first, today) && (0..FRESH_MS).contains(&(now - past.counted_at))
            });
            known.map(|past| (past.redeemed.clone(), past.released.clone()))
        };
        let from = if past.is_some() { today } else { first };
        let mut reader = self.0.db.reader().await?;
        let held = reader.at(scope).held_by_quarter(code_id, first).await?;
        let mut redeemed = reader.at(scope).settled_by_quarter(code_id, State::Redeemed, from).await?;
        let mut released = reader.at(scope).settled_by_quarter(code_id, State::Released, from).await?;
        drop(reader);
        if let Some((before_redeemed, before_released)) = past {
            redeemed.extend(before_redeemed);
            released.extend(before_released);
            return Ok(Counted { held, redeemed, released });
        }
        if redeemed.iter().chain(&released).map(|(_, count)| count).sum::<i64>() > MANY {
            let past = Past {
                counted_at: now,
                first,
                today,
                redeemed: before(&redeemed, today),
                released: before(&released, today),
            };
            let mut pasts = self.0.usage_pasts.lock();
            pasts.retain(|_, past| now - past.counted_at < FRESH_MS);
            pasts.insert(key, past);
        }
        Ok(Counted { held, redeemed, released })
    }
}
