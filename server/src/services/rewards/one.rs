//! One reward at Stripe: its promotion code found, or created. Its text is what makes it one: of all active codes of an account only one has
//! it, and whatever was sent before is found by it, however long ago.

use super::super::Services;
use super::super::connection::Link;
use super::super::mint::{Found, wanted_for};
use super::trouble::Trouble;
use crate::crash;
use crate::store::{CampaignRow, RewardRow};
use crate::stripe::{Coupon, NewCoupon, NewPromotionCode, Outcome, PromotionCode, StripeError};
use app::domain::problem::Problem;
use app::domain::reward::Cause;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The coupon's metadata: which campaign it belongs to.
const META_CAMPAIGN: &str = "codemint_campaign";
/// The promotion code's metadata: which reward it is.
pub(super) const META_REWARD: &str = "codemint_reward";
/// The promotion code's metadata: who earned it.
pub(super) const META_EMAIL: &str = "email";

/// Seconds for Stripe.
fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000)
}

/// The coupon that a version of a campaign wants to have.
pub(super) fn wanted_coupon(campaign: &CampaignRow) -> Result<NewCoupon, Problem> {
    let end = campaign.version_expires_at.map(seconds);
    Ok(wanted_for(&campaign.coupon_id, &campaign.name, (META_CAMPAIGN, &campaign.id), &campaign.terms()?, end))
}

/// The promotion code that a reward wants to have.
fn wanted_code(row: &RewardRow, campaign: &CampaignRow) -> NewPromotionCode {
    let mut metadata =
        BTreeMap::from([(META_CAMPAIGN.to_owned(), campaign.id.clone()), (META_REWARD.to_owned(), row.id.clone())]);
    if let Some(email) = &row.email {
        metadata.insert(META_EMAIL.to_owned(), email.clone());
    }
    NewPromotionCode {
        coupon: campaign.coupon_id.clone(),
        code: row.code.clone(),
        expires_at: row.expires_at.map(seconds),
        metadata,
    }
}

/// The key of the call that makes it: the same for the same code with the same parameters, so that a repeat is answered as the first was.
fn idempotency_key(row: &RewardRow, wanted: &NewPromotionCode) -> String {
    let hash = Sha256::digest(wanted.form().as_bytes());
    let hash: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{hash}", row.id, row.code_number)
}

/// What stands at Stripe under a reward's text.
enum There {
    /// Its own promotion code.
    Ours(PromotionCode),
    /// One that the owner made by hand and that keeps the promise.
    ByHand(PromotionCode),
    /// One that the owner made by hand, or means, and that differs.
    Different(String),
    /// Somebody else's, or one that the owner made by hand and did not say so.
    Foreign {
        /// Whether it gives what the reward promises.
        as_promised: bool,
    },
    /// None that is active.
    Nothing,
}

impl Services {
    /// What the owner says that they made by hand, where it is there; it needs no coupon of ours.
    pub(super) async fn made_by_hand_there(
        &self,
        link: &Link,
        row: &RewardRow,
        campaign: &CampaignRow,
    ) -> Result<Option<PromotionCode>, Trouble> {
        self.code_there(link, row, campaign, &wanted_code(row, campaign)).await
    }

    /// Makes sure that the coupon of a campaign's version is in this connection's account.
    pub(super) async fn ensure_campaign_coupon(&self, link: &Link, campaign: &CampaignRow) -> Result<(), Trouble> {
        if let Some(reason) = &campaign.blocked_reason {
            return Err(Trouble::Reward(Cause::Coupon, reason.clone()));
        }
        if campaign.minted_generation == Some(link.generation) {
            return Ok(());
        }
        let wanted = wanted_coupon(campaign)?;
        crash::here!("reward-coupon");
        let found =
            self.find_or_create(link, campaign.minted_at.map(|_| campaign.minted_account.as_deref()), &wanted).await?;
        let found = self.or_made_by_hand(link, found, &wanted).await?;
        crash::here!("reward-coupon-answered");
        self.keep_found_coupon(link, campaign, &found).await
    }

    /// A coupon that the owner made by the steps on a reward's page has our id and our terms, but not our notes, and an end that is as exact
    /// as a person types it: it is as good, as long as it does not end before its codes.
    async fn or_made_by_hand(&self, link: &Link, found: Found, wanted: &NewCoupon) -> Result<Found, Trouble> {
        let Found::Different(fields) = &found else { return Ok(found) };
        if !fields.iter().all(|field| matches!(*field, "metadata" | "redeem_by")) {
            return Ok(found);
        }
        let coupon = self.read_coupon(link, &wanted.id).await?;
        let lasts = |end: Option<i64>| end.is_none_or(|end| wanted.redeem_by.is_some_and(|wanted| end >= wanted));
        Ok(if coupon.is_some_and(|coupon| lasts(coupon.redeem_by)) { Found::Equal } else { found })
    }

    async fn keep_found_coupon(&self, link: &Link, campaign: &CampaignRow, found: &Found) -> Result<(), Trouble> {
        let (now, version) = (self.now(), campaign.terms_version);
        let mut tx = self.0.db.begin().await?;
        let Some(reason) = found.reason("campaign") else {
            tx.at(&link.scope)
                .note_campaign_minted(&campaign.id, version, link.generation, link.account.as_deref(), now)
                .await?;
            tx.commit().await?;
            crash::here!("reward-coupon-stored");
            return Ok(());
        };
        tracing::warn!(workspace = %link.scope.workspace, campaign = %campaign.id, version, reason, "a campaign was blocked");
        tx.at(&link.scope).block_campaign(&campaign.id, version, &reason).await?;
        tx.commit().await?;
        Err(Trouble::Reward(Cause::Coupon, reason))
    }

    /// The promotion code of a reward whose attempt was counted: found or created. Its campaign's coupon is there.
    pub(super) async fn mint_reward(
        &self,
        link: &Link,
        row: &RewardRow,
        campaign: &CampaignRow,
    ) -> Result<PromotionCode, Trouble> {
        let wanted = wanted_code(row, campaign);
        // An earlier attempt, perhaps of a process that died, may have made it; by now it may even be used. Only its text tells.
        let before = row.attempts > 1 || row.by_hand_at.is_some();
        if before && let Some(found) = self.code_there(link, row, campaign, &wanted).await? {
            return Ok(found);
        }
        if row.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(Trouble::Reward(
                Cause::Expired,
                "It ended before it could be minted: Stripe takes no code that is over.".to_owned(),
            ));
        }
        crash::here!("reward-code");
        let key = idempotency_key(row, &wanted);
        let created = link.stripe(&self.0.stripe).create_promotion_code(&wanted, &key).await;
        crash::here!("reward-code-answered");
        match created {
            Ok(code) => Ok(code),
            Err(StripeError::AlreadyExists) => match self.code_there(link, row, campaign, &wanted).await? {
                Some(found) => Ok(found),
                None => Err(Trouble::Reward(
                    Cause::Refused,
                    "Stripe says that this text is taken, and shows no code that has it.".to_owned(),
                )),
            },
            Err(doubt) if doubt.outcome() == Outcome::Unknown => {
                self.after_doubt_about_code(link, row, campaign, &wanted, doubt).await
            }
            Err(StripeError::ResourceMissing { param: Some(param), .. }) if param.contains("coupon") => {
                Err(self.coupon_is_gone(link, campaign).await)
            }
            Err(error) => Err(self.trouble_of(link, error, "promotion_code_write").await),
        }
    }

    /// The answer was lost or a 5xx: the text tells what happened.
    async fn after_doubt_about_code(
        &self,
        link: &Link,
        row: &RewardRow,
        campaign: &CampaignRow,
        wanted: &NewPromotionCode,
        doubt: StripeError,
    ) -> Result<PromotionCode, Trouble> {
        if let Some(found) = self.code_there(link, row, campaign, wanted).await? {
            return Ok(found);
        }
        if !matches!(doubt, StripeError::Server { replayed: true, .. }) {
            return Err(self.trouble_of(link, doubt, "promotion_code_write").await);
        }
        // A stored 5xx is all that this key will ever bring, and nothing is there: another key is safe, since the text is one.
        let key = format!("{}-{}", idempotency_key(row, wanted), row.attempts);
        match link.stripe(&self.0.stripe).create_promotion_code(wanted, &key).await {
            Ok(code) => Ok(code),
            Err(error) => Err(self.trouble_of(link, error, "promotion_code_write").await),
        }
    }

    /// The promotion code that has the reward's text, if that is the reward's; none where no active code has it.
    async fn code_there(
        &self,
        link: &Link,
        row: &RewardRow,
        campaign: &CampaignRow,
        wanted: &NewPromotionCode,
    ) -> Result<Option<PromotionCode>, Trouble> {
        let found = match link.stripe(&self.0.stripe).promotion_codes_of_text(&row.code).await {
            Ok(found) => found,
            Err(error) => return Err(self.trouble_of(link, error, "promotion_code_read").await),
        };
        match self.judge_codes(link, row, campaign, wanted, found).await? {
            There::Ours(code) => Ok(Some(code)),
            There::ByHand(code) => {
                match link.stripe(&self.0.stripe).annotate_promotion_code(&code.id, &wanted.metadata).await {
                    Ok(code) => Ok(Some(code)),
                    // That our notes are not on it matters less than that it is there.
                    Err(StripeError::PermissionMissing { .. }) => Ok(Some(code)),
                    Err(error) => Err(self.trouble_of(link, error, "promotion_code_write").await),
                }
            }
            There::Different(how) => Err(Trouble::Reward(Cause::Different, how)),
            There::Foreign { as_promised } => {
                let mut words = format!("Another promotion code in your Stripe account has the text {}.", row.code);
                if as_promised {
                    words.push_str(" It gives exactly what was promised: if you made it, mark it as done.");
                }
                Err(Trouble::Reward(Cause::CodeTaken, words))
            }
            There::Nothing => Ok(None),
        }
    }

    async fn judge_codes(
        &self,
        link: &Link,
        row: &RewardRow,
        campaign: &CampaignRow,
        wanted: &NewPromotionCode,
        found: Vec<PromotionCode>,
    ) -> Result<There, Trouble> {
        let ours = |code: &PromotionCode| code.metadata.get(META_REWARD) == Some(&row.id) && code.code == row.code;
        let same = |code: &&PromotionCode| code.promotion.coupon.as_ref() == Some(&wanted.coupon);
        let mine: Vec<&PromotionCode> = found.iter().filter(|code| ours(code)).collect();
        // One of an earlier version, whose coupon is gone, is nothing; unless it was used, or can be.
        let alive = |code: &&&PromotionCode| code.active || code.times_redeemed > 0;
        if let Some(code) = mine.iter().find(|code| same(code)).or_else(|| mine.iter().find(alive)) {
            return Ok(if same(code) || code.times_redeemed > 0 || row.by_hand_at.is_some() {
                There::Ours((*code).clone())
            } else {
                There::Different("The promotion code with this text stands for another coupon in Stripe.".to_owned())
            });
        }
        // One that was used has become inactive by that: it was there all the same.
        let taken = |code: &PromotionCode| !ours(code) && (code.active || code.times_redeemed > 0);
        let Some(code) = found.into_iter().find(taken) else { return Ok(There::Nothing) };
        let coupon = match &code.promotion.coupon {
            Some(id) => self.read_coupon(link, id).await?,
            None => None,
        };
        let differences = differences_by_hand(&code, coupon.as_ref(), wanted, &wanted_coupon(campaign)?);
        Ok(if row.by_hand_at.is_none() {
            There::Foreign { as_promised: differences.is_empty() }
        } else if differences.is_empty() {
            There::ByHand(code)
        } else {
            There::Different(format!(
                "The promotion code {} in Stripe is not what was promised: {}.",
                row.code,
                differences.join("; ")
            ))
        })
    }

    async fn coupon_is_gone(&self, link: &Link, campaign: &CampaignRow) -> Trouble {
        match self.keep_found_coupon(link, campaign, &Found::Gone).await {
            Ok(()) => Trouble::Reward(Cause::Outage, super::trouble::AWAY.to_owned()),
            Err(trouble) => trouble,
        }
    }
}

/// In which points a promotion code that was made by hand breaks the promise, in words. Its text may have other cases, its coupon another
/// id and name, and it may end later.
fn differences_by_hand(
    code: &PromotionCode,
    coupon: Option<&Coupon>,
    wanted: &NewPromotionCode,
    wanted_coupon: &NewCoupon,
) -> Vec<&'static str> {
    let Some(coupon) = coupon else { return vec!["its coupon is not there"] };
    let ends_too_early = |end: Option<i64>| match (end, wanted.expires_at) {
        (Some(end), Some(promised)) => end < promised - 86_400,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let worth = coupon.percent_off_hundredths() != wanted_coupon.percent_off
        || coupon.percent_off.is_some() != wanted_coupon.percent_off.is_some()
        || coupon.amount_off != wanted_coupon.amount_off
        || coupon.currency != wanted_coupon.currency;
    let duration =
        coupon.duration != wanted_coupon.duration || coupon.duration_in_months != wanted_coupon.duration_in_months;
    [
        (worth, "it takes off another amount"),
        (duration, "it applies for another time"),
        (code.max_redemptions != Some(1), "it is not limited to one use"),
        (ends_too_early(code.expires_at) || ends_too_early(coupon.redeem_by), "it ends earlier"),
        (!coupon.valid, "its coupon cannot be used"),
    ]
    .into_iter()
    .filter_map(|(differs, how)| differs.then_some(how))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> (NewPromotionCode, NewCoupon) {
        let coupon =
            NewCoupon { id: "cm_1".into(), percent_off: Some(1500), duration: "once".into(), ..NewCoupon::default() };
        let code = NewPromotionCode {
            coupon: "cm_1".into(),
            code: "SHARE-BFJK-NTWZ".into(),
            expires_at: Some(2_000_000_000),
            ..NewPromotionCode::default()
        };
        (code, coupon)
    }

    #[test]
    fn what_was_made_by_hand_is_compared() {
        let (code, coupon) = wanted();
        let judged = |promotion: serde_json::Value, at_stripe: serde_json::Value| {
            let mut made = serde_json::json!({"id": "promo_1", "code": "SHARE-BFJK-NTWZ", "active": true, "max_redemptions": 1, "expires_at": 2_000_000_000});
            let mut theirs = serde_json::json!({"id": "MINE", "percent_off": 15.0, "duration": "once", "valid": true, "name": "By hand"});
            for (target, changes) in [(&mut made, promotion), (&mut theirs, at_stripe)] {
                for (key, value) in changes.as_object().unwrap() {
                    target[key] = value.clone();
                }
            }
            let made: PromotionCode = serde_json::from_value(made).unwrap();
            let theirs: Coupon = serde_json::from_value(theirs).unwrap();
            differences_by_hand(&made, Some(&theirs), &code, &coupon)
        };
        let same = || serde_json::json!({});
        assert!(judged(same(), same()).is_empty());
        assert!(judged(serde_json::json!({"expires_at": null}), same()).is_empty());
        assert_eq!(judged(same(), serde_json::json!({"percent_off": 10.0})), ["it takes off another amount"]);
        assert_eq!(
            judged(same(), serde_json::json!({"percent_off": null, "amount_off": 1500, "currency": "usd"})),
            ["it takes off another amount"]
        );
        assert_eq!(judged(same(), serde_json::json!({"duration": "forever"})), ["it applies for another time"]);
        assert_eq!(judged(serde_json::json!({"max_redemptions": null}), same()), ["it is not limited to one use"]);
        assert_eq!(judged(serde_json::json!({"expires_at": 1_900_000_000}), same()), ["it ends earlier"]);
        assert_eq!(judged(same(), serde_json::json!({"redeem_by": 1_900_000_000})), ["it ends earlier"]);
        assert_eq!(judged(same(), serde_json::json!({"valid": false})), ["its coupon cannot be used"]);
    }

    #[test]
    fn debug_names_nobody() {
        let (mut code, _) = wanted();
        code.metadata.insert(META_EMAIL.into(), "ada@example.com".into());
        assert!(!format!("{code:?}").contains("ada"));
        assert!(code.form().contains("metadata%5Bemail%5D=ada%40example.com"));
    }
}
