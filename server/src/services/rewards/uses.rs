//! How rewards were used. Stripe tells of a session where sessions may be read; where they may not, the counts of coupons and promotion
//! codes tell that much: one question a campaign, and only where its coupon's count has grown are its codes looked through.

use super::super::connection::Link;
use super::super::mint::Found;
use super::super::{AtWork, Services};
use super::tell;
use crate::crash;
use crate::scope::Scope;
use crate::store::{NewUse, WatchRow};
use crate::stripe::{PaymentStatus, Session, SessionEnd, SessionStatus};
use app::domain::connection::Access;
use app::domain::problem::{Code, Problem};
use app::domain::reward::Cause;
use futures::stream::{self, StreamExt};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// A version that is being looked at is not taken again before this, in milliseconds.
const CLAIM_MS: i64 = 60_000;
/// What one look may take of Stripe's time; nobody waits for it. Looking through many pages takes several.
const BUDGET: Duration = Duration::from_secs(60);
/// Versions that are looked at in one turn.
const BATCH: i64 = 50;
/// Versions of one owner that are asked about at the same time.
const SIDE_BY_SIDE: usize = 8;
/// A version of which a code was minted or used within a day is looked at so often, in milliseconds.
const OFTEN_MS: i64 = 10_000;
/// Within thirty days.
const SOMETIMES_MS: i64 = 60_000;
/// Later.
const SELDOM_MS: i64 = 600_000;
/// While a permission is missing: three times an hour.
const PERMISSION_MS: i64 = 20 * 60_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Promotion codes are looked through in at most so many pages of a hundred.
const MAX_PAGES: usize = 1_000;
/// Sessions are looked through in at most so many pages of a hundred.
const MAX_SESSION_PAGES: usize = 10;
/// No session is open for longer, so no use is of one that was made before; in milliseconds.
const LONGEST_SESSION_MS: i64 = DAY_MS + 3_600_000;

/// How long until a version is looked at again, by when it last stirred.
fn pause_ms(stirred_at: Option<i64>, now: i64) -> i64 {
    match now - stirred_at.unwrap_or(0) {
        lately if lately < DAY_MS => OFTEN_MS,
        lately if lately < 30 * DAY_MS => SOMETIMES_MS,
        _ => SELDOM_MS,
    }
}

/// Who told of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The coupon's count, which has been read.
    ByTheCount,
    /// A session: the count will tell of it, too.
    ByASession,
}

/// What is known of a use.
#[derive(Clone, Debug, Default)]
struct Seen {
    session: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
}

/// An owner's versions that were taken to be looked at.
pub(crate) struct Watched {
    owner: AtWork,
    rows: Vec<WatchRow>,
}

impl Services {
    /// Takes what it is time to look at, each owner's apart; none of whoever is being looked after.
    pub(crate) async fn uses_to_look_for(&self) -> Result<Vec<Watched>, Problem> {
        let (now, lanes) = (self.now(), &self.0.jobs.uses);
        let busy = lanes.busy();
        let due = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().watches_are_due(now, &busy).await?
        };
        if !due {
            return Ok(Vec::new());
        }
        let rows = {
            let mut tx = self.0.db.begin().await?;
            let rows = tx.conn().take_due_watches(now, now + CLAIM_MS, BATCH, &busy).await?;
            tx.commit().await?;
            rows
        };
        let mut owners = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            owners.entry((row.workspace_id.clone(), row.mode.clone())).or_default().push(row);
        }
        let begun = owners.into_iter().filter_map(|((workspace, mode), rows)| {
            Some(Watched { owner: lanes.begin(Scope::stored(workspace, &mode))?, rows })
        });
        Ok(begun.collect())
    }

    /// Looks for uses where it is time to.
    pub async fn look_for_uses(&self) -> Result<(), Problem> {
        for watched in self.uses_to_look_for().await? {
            self.look_for_uses_of(watched).await;
        }
        Ok(())
    }

    /// Looks for uses at what [`Self::uses_to_look_for`] took.
    pub(crate) async fn look_for_uses_of(&self, Watched { owner, rows }: Watched) {
        let scope = &owner.scope;
        let all = stream::iter(&rows).for_each_concurrent(SIDE_BY_SIDE, |row| async move {
            let looked = match self.look_at_version(scope, row).await {
                Err(problem) if problem.code == Code::StripePermissionMissing => {
                    self.look_later(scope, row, PERMISSION_MS).await
                }
                looked => looked,
            };
            if let Err(problem) = looked {
                tracing::warn!(workspace = %scope.workspace, mode = %scope.mode, campaign = %row.campaign_id, cause = %problem.message, "it could not be seen whether rewards were used");
            }
        });
        owner.run(all).await;
    }

    async fn look_later(&self, scope: &Scope, row: &WatchRow, ms: i64) -> Result<(), Problem> {
        let due_at = self.now() + ms;
        let mut tx = self.0.db.begin().await?;
        tx.at(scope)
            .note_watched(&row.campaign_id, row.version, row.uses_seen, row.stirred_at, row.stirred_at, Some(due_at))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn look_at_version(&self, scope: &Scope, row: &WatchRow) -> Result<(), Problem> {
        let link = self.background_link(scope, BUDGET).await?;
        if let (Some(before), Some(account)) = (&row.minted_account, &link.account)
            && before != account
        {
            return self.mint_in_new_account(scope, row, account).await;
        }
        let Some(coupon) = self.read_coupon(&link, &row.coupon_id).await? else {
            return self.block_dead_codes(scope, row).await;
        };
        let count = coupon.times_redeemed;
        let mut stirred_at = row.stirred_at;
        if count != row.uses_seen && self.look_through_codes(&link, row, count - row.uses_seen).await? {
            stirred_at = Some(self.now());
        }
        self.look_at_codes_by_hand(&link, row).await?;
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let due_at = match tx.at(scope).any_unused(&row.campaign_id, row.version).await? {
            true => Some(now + pause_ms(stirred_at, now)),
            false => None,
        };
        tx.at(scope).note_watched(&row.campaign_id, row.version, count, row.stirred_at, stirred_at, due_at).await?;
        tx.commit().await?;
        crash::here!("uses-seen");
        Ok(())
    }

    /// Codes that customers have are minted in the account that is connected now: nobody can use them in the one before.
    async fn mint_in_new_account(&self, scope: &Scope, row: &WatchRow, account: &str) -> Result<(), Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).mint_elsewhere(&row.campaign_id, row.version, account, now).await?;
        let (campaign, version, stirred) = (&row.campaign_id, row.version, row.stirred_at);
        tx.at(scope).note_watched(campaign, version, 0, stirred, stirred, Some(now + SOMETIMES_MS)).await?;
        tx.commit().await?;
        self.0.mints.arrived.notify_one();
        Ok(())
    }

    /// The owner deleted the coupon in Stripe: codes that customers have are dead, and the owner decides.
    async fn block_dead_codes(&self, scope: &Scope, row: &WatchRow) -> Result<(), Problem> {
        let (now, random) = (self.now(), self.random_id()?);
        let reason = Found::Gone.reason("campaign").unwrap_or_default();
        let mut tx = self.0.db.begin().await?;
        let dead = tx.at(scope).block_dead_codes(&row.campaign_id, row.version, &reason, now).await?;
        if dead > 0 {
            tx.at(scope).block_campaign(&row.campaign_id, row.version, &reason).await?;
            tell(&mut tx, scope, &row.campaign_id, "blocked", &reason, now, random).await?;
            self.begin_notice_in(&mut tx, scope, Cause::Coupon).await?;
        }
        let (seen, stirred) = (row.uses_seen, row.stirred_at);
        tx.at(scope).note_watched(&row.campaign_id, row.version, seen, stirred, stirred, None).await?;
        tx.commit().await?;
        self.0.live.changed(scope);
        Ok(())
    }

    /// Looks through the promotion codes of a version's coupon until as many uses are found as its count has grown by; whether any was.
    async fn look_through_codes(&self, link: &Link, row: &WatchRow, grown: i64) -> Result<bool, Problem> {
        let mut count = 0;
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page =
                match link.stripe(&self.0.stripe).promotion_codes_of_coupon(&row.coupon_id, after.as_deref()).await {
                    Ok(page) => page,
                    Err(error) => return Err(self.stripe_problem(link, error, "promotion_code_read").await),
                };
            after = page.data.last().map(|code| code.id.clone());
            let mut found = Vec::new();
            for code in page.data.into_iter().filter(|code| code.times_redeemed > 0) {
                if self.is_to_be_noted(&link.scope, &code.id).await? {
                    found.push(code.id);
                }
            }
            // Page by page: what was found is noted, however far the time reaches.
            self.note_uses(link, &found).await?;
            count += found.len();
            let enough = usize::try_from(grown).is_ok_and(|grown| count >= grown);
            if enough || !page.has_more {
                break;
            }
        }
        Ok(count > 0)
    }

    /// Codes that the owner made by hand stand for coupons of their own: each is asked for by its text.
    async fn look_at_codes_by_hand(&self, link: &Link, row: &WatchRow) -> Result<(), Problem> {
        let by_hand = {
            let mut reader = self.0.db.reader().await?;
            reader.at(&link.scope).unused_by_hand(&row.campaign_id, row.version).await?
        };
        let mut found = Vec::new();
        for (text, id) in by_hand {
            match link.stripe(&self.0.stripe).promotion_codes_of_text(&text).await {
                Ok(codes) => found.extend(
                    codes.into_iter().filter(|code| code.id == id && code.times_redeemed > 0).map(|code| code.id),
                ),
                Err(error) => return Err(self.stripe_problem(link, error, "promotion_code_read").await),
            }
        }
        self.note_uses(link, &found).await
    }

    async fn is_to_be_noted(&self, scope: &Scope, promotion_code: &str) -> Result<bool, Problem> {
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).reward_to_use(promotion_code).await?.is_some_and(|(_, used_at)| used_at.is_none()))
    }

    /// Notes uses of which the count told; with their sessions, where those may be read.
    pub(super) async fn note_uses(&self, link: &Link, promotion_codes: &[String]) -> Result<(), Problem> {
        if promotion_codes.is_empty() {
            return Ok(());
        }
        let sessions = match self.sessions_of(link, promotion_codes).await {
            Ok(sessions) => sessions,
            // The count is certain whatever the sessions say.
            Err(problem) if problem.code == Code::StripePermissionMissing => HashMap::new(),
            Err(problem) => return Err(problem),
        };
        for code in promotion_codes {
            let seen = sessions.get(code).cloned().unwrap_or_default();
            self.note_use(&link.scope, code, &seen, Told::ByTheCount).await?;
        }
        Ok(())
    }

    /// The sessions in which these promotion codes were typed, as far as they are found.
    async fn sessions_of(&self, link: &Link, promotion_codes: &[String]) -> Result<HashMap<String, Seen>, Problem> {
        let mut sessions = HashMap::new();
        if link.permissions.checkout_sessions < Access::Read {
            return Ok(sessions);
        }
        let since_s = (self.now() - LONGEST_SESSION_MS) / 1000;
        let mut after: Option<String> = None;
        for _ in 0..MAX_SESSION_PAGES {
            let page =
                match link.stripe(&self.0.stripe).ended_sessions(SessionEnd::Complete, since_s, after.as_deref()).await
                {
                    Ok(page) => page,
                    Err(error) => return Err(self.stripe_problem(link, error, "checkout_session_read").await),
                };
            after = page.data.last().map(|session| session.id.clone());
            for (code, seen) in page.data.iter().filter_map(typed_in) {
                if promotion_codes.contains(&code) {
                    sessions.insert(code, seen);
                }
            }
            if sessions.len() == promotion_codes.len() || !page.has_more {
                break;
            }
        }
        Ok(sessions)
    }

    /// A session that Stripe tells of: if a reward's code was typed in it, that reward was used. Its code's text, where it was noted now.
    pub(in crate::services) async fn reward_of_session(
        &self,
        scope: &Scope,
        session: &Session,
    ) -> Result<Option<String>, Problem> {
        let Some((code, seen)) = typed_in(session) else { return Ok(None) };
        let known = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).reward_to_use(&code).await?
        };
        let Some((reward, _)) = known else { return Ok(None) };
        self.note_use(scope, &code, &seen, Told::ByASession).await?;
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).reward(&reward).await?.map(|row| row.code))
    }

    /// Notes a use, once, whoever tells of it and however often; what one does not know the other adds.
    async fn note_use(&self, scope: &Scope, promotion_code: &str, seen: &Seen, told: Told) -> Result<(), Problem> {
        let now = self.now();
        let new = NewUse {
            promotion_code,
            session: seen.session.as_deref(),
            amount: seen.amount,
            currency: seen.currency.as_deref(),
            now,
        };
        let random = self.random_id()?;
        let mut tx = self.0.db.begin().await?;
        if let Some((reward, campaign, version)) = tx.at(scope).note_used(&new).await? {
            tx.at(scope).count_use(&campaign, now).await?;
            if told == Told::ByASession {
                tx.at(scope).count_seen_use(&campaign, version).await?;
            }
            tell(&mut tx, scope, &reward, "used", "", now, random).await?;
        } else if seen.session.is_some() {
            tx.at(scope).note_use_session(&new).await?;
        }
        crash::here!("before-use-noted");
        tx.commit().await?;
        crash::here!("use-noted");
        self.0.live.changed(scope);
        Ok(())
    }
}

/// The promotion code that was typed in a session that is paid, and what it took off.
fn typed_in(session: &Session) -> Option<(String, Seen)> {
    let paid = session.status == SessionStatus::Complete
        && matches!(session.payment_status, PaymentStatus::Paid | PaymentStatus::NoPaymentRequired);
    let code = session.discounts.iter().find_map(|discount| discount.promotion_code.clone()).filter(|_| paid)?;
    let seen = Seen {
        session: Some(session.id.clone()),
        amount: Some(session.total_details.amount_discount),
        currency: session.currency.clone(),
    };
    Some((code, seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_still_is_looked_at_seldom() {
        let now = 100 * DAY_MS;
        assert_eq!(pause_ms(Some(now - 1), now), OFTEN_MS);
        assert_eq!(pause_ms(Some(now - 2 * DAY_MS), now), SOMETIMES_MS);
        assert_eq!(pause_ms(Some(now - 40 * DAY_MS), now), SELDOM_MS);
        assert_eq!(pause_ms(None, now), SELDOM_MS);
    }

    #[test]
    fn a_session_tells_once_it_is_paid() {
        let session = |status: &str, payment: &str| -> Session {
            serde_json::from_value(serde_json::json!({
                "id": "cs_1", "status": status, "payment_status": payment, "currency": "usd",
                "discounts": [{"coupon": null, "promotion_code": "promo_1"}], "total_details": {"amount_discount": 435},
            }))
            .unwrap()
        };
        let (code, seen) = typed_in(&session("complete", "paid")).unwrap();
        assert_eq!((code.as_str(), seen.amount, seen.currency.as_deref()), ("promo_1", Some(435), Some("usd")));
        assert!(typed_in(&session("complete", "no_payment_required")).is_some());
        assert!(typed_in(&session("complete", "unpaid")).is_none() && typed_in(&session("open", "unpaid")).is_none());
    }
}
