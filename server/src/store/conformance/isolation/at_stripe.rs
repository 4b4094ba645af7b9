//! What is of rewards on their way to Stripe.

use super::super::fixtures::{insert_sharing, new_reward};
use super::*;
use crate::store::query::execute;
use crate::store::{NewReward, NewUse};
use app::domain::reward::SyncState;

const CODE_TAKEN: Cause = Cause::CodeTaken;

fn new_use(promotion_code: &str) -> NewUse<'_> {
    NewUse { promotion_code, session: Some("cs_9"), amount: Some(500), currency: Some("eur"), now: T }
}

/// A campaign with rewards in every state, and one whose coupon is in trouble.
pub(super) async fn insert(base: &Base, scope: &Scope) {
    insert_sharing(base, scope, "cmp_2").await;
    for id in ["rw_minted", "rw_used", "rw_hand", "rw_taken", "rw_failed", "rw_scrub", "rw_coupon"] {
        put!(
            base,
            scope,
            insert_reward(&NewReward { mail: app::domain::reward::MailState::None, ..new_reward(id, "cmp_2", id) })
        )
        .unwrap();
    }
    for (id, promotion_code) in
        [("rw_minted", "promo_1"), ("rw_used", "promo_2"), ("rw_scrub", "promo_3"), ("rw_hand", "promo_4")]
    {
        if id == "rw_hand" {
            assert!(put!(base, scope, mark_by_hand(id, T)).unwrap());
        }
        assert!(put!(base, scope, note_reward_minted(id, 1, promotion_code, Some("acct_1"), T)).unwrap());
    }
    let seen = NewUse { session: None, ..new_use("promo_2") };
    assert!(put!(base, scope, note_used(&seen)).unwrap().is_some());
    let (blocked, failed) = (SyncState::Blocked, SyncState::Failed);
    assert!(
        put!(base, scope, note_reward_trouble("rw_taken", 1, blocked, CODE_TAKEN, "taken", None, None, T)).unwrap()
    );
    assert!(
        put!(base, scope, note_reward_trouble("rw_failed", 1, failed, Cause::Outage, "away", Some(T + 99), None, T))
            .unwrap()
    );
    put!(base, scope, block_campaign("cmp_2", 1, "changed")).unwrap();
    assert!(
        put!(base, scope, note_reward_trouble("rw_coupon", 1, blocked, Cause::Coupon, "changed", None, None, T))
            .unwrap()
    );
    put!(base, scope, begin_notice(CODE_TAKEN, T)).unwrap();
    put!(base, scope, begin_notice(Cause::Different, T)).unwrap();
    let scrub = "UPDATE rewards SET scrub_due_at = $1 WHERE id = 'rw_scrub'";
    let mut tx = base.db.begin().await.unwrap();
    execute!(tx.conn(), scrub, T).unwrap();
    tx.commit().await.unwrap();
}

pub(super) fn table() -> Vec<(&'static str, Of, Call)> {
    calls! {
        Mode reward_mails_since(0);
        Mode apps_with_campaigns();
        Mode probe_now(T + 1);
        Mode lock_campaign("cmp_2");
        Mode blocked_versions("cmp_2");
        Mode leave_blocked_version("cmp_2", 1);
        Mode set_reward_mail("rw_minted", app::domain::reward::MailState::Sent, None, T);
        Mode take_due_rewards(T + 1, T + 9, 9);
        Mode put_reward_back("rw_1", T + 3);
        Mode note_reward_minted("rw_taken", 1, "promo_9", None, T);
        Mode note_reward_trouble("rw_failed", 1, SyncState::Failed, Cause::Refused, "no", None, None, T);
        Mode wake_rewards(Cause::Outage, T + 5);
        Mode retry_rewards(T + 5);
        Mode block_rewards_of("cmp_2", 1, "gone", T);
        Mode block_dead_codes("cmp_2", 1, "gone", T);
        Mode mint_elsewhere("cmp_2", 1, "acct_2", T);
        Mode move_blocked_rewards("cmp_2", 1, 2, T);
        Mode mark_by_hand("rw_taken", T);
        Mode replace_code("rw_taken", 1, "SHARE-9", 1, None, T);
        Mode begin_notice(Cause::Expired, T) => |_| false;
        Mode end_idle_notices();
        Mode take_due_scrubs(T, T + 9, 9);
        Mode note_scrubbed("rw_scrub");
        Mode note_campaign_minted("cmp_2", 1, 3, None, T);
        Mode block_campaign("cmp_2", 1, "gone");
        Mode newest_version("cmp_2");
        Mode set_campaign_version("cmp_2", 2, T);
        Mode stir_version("cmp_2", 1, T, T + 5);
        Mode note_watched("cmp_2", 1, 3, None, None, Some(T + 7));
        Mode count_seen_use("cmp_2", 1);
        Mode put_reward_off("rw_1", T + 3);
        Mode put_version_off("cmp_2", 1, Cause::Refused, "no", T + 9, T);
        Mode any_unused("cmp_2", 1);
        Mode reward_to_use("promo_1");
        Mode note_used(&new_use("promo_1"));
        Mode note_use_session(&new_use("promo_2"));
        Mode count_use("cmp_2", T);
        Mode unused_by_hand("cmp_2", 1);
        Mode any_reward_unused();
    }
}
