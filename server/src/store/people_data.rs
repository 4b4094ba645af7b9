//! What is kept about the people of a workspace's customers, and taking it out. Counts, money and codes stay.

use super::query::{all, execute, optional};
use super::rewards::{RewardRow, reward_columns};
use super::{Conn, Result, Scoped};

/// A checkout that names somebody.
#[derive(sqlx::FromRow)]
pub(crate) struct NamingCheckout {
    pub(crate) workspace_id: String,
    pub(crate) mode: String,
    pub(crate) id: String,
    pub(crate) app_id: String,
    /// JSON.
    pub(crate) request: String,
    /// As Stripe is sent them.
    pub(crate) stripe_params: String,
    pub(crate) step: String,
    pub(crate) session_id: Option<String>,
    pub(crate) created_at: i64,
}

/// Without the person.
impl std::fmt::Debug for NamingCheckout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamingCheckout").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A redemption that names somebody.
#[derive(sqlx::FromRow)]
pub(crate) struct NamingRedemption {
    pub(crate) id: String,
    pub(crate) discount_code_id: String,
    /// None: of the owner's own checkout.
    pub(crate) checkout_id: Option<String>,
    pub(crate) state: String,
    pub(crate) user_id: Option<String>,
    /// The hash by which a limit per customer knows them.
    pub(crate) customer: Option<String>,
    pub(crate) created_at: i64,
}

/// Without the person.
impl std::fmt::Debug for NamingRedemption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamingRedemption").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A mail that was queued for somebody.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct KeptMail {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) about: Option<String>,
    pub(crate) created_at: i64,
}

macro_rules! naming_columns {
    () => {
        "workspace_id, mode, id, app_id, request, stripe_params, step, session_id, created_at"
    };
}

/// Steps after which a checkout's parameters are never sent again.
macro_rules! over {
    () => {
        "step IN ('complete', 'expired', 'refused', 'unverified')"
    };
}

impl Conn<'_> {
    /// Checkouts that have ended since their person was erased, of all workspaces.
    pub(crate) async fn checkouts_to_erase(self, limit: i64) -> Result<Vec<NamingCheckout>> {
        all!(
            self,
            NamingCheckout,
            concat!(
                "SELECT ",
                naming_columns!(),
                " FROM checkouts WHERE erase_asked_at IS NOT NULL AND ",
                over!(),
                " ORDER BY erase_asked_at LIMIT $1"
            ),
            limit
        )
    }
}

impl Scoped<'_> {
    /// The rewards of a person, newest first, older than `before` where one is given.
    pub(crate) async fn rewards_of_person(
        self,
        email_key: &str,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            RewardRow,
            concat!(
                "SELECT ",
                reward_columns!(),
                " FROM rewards WHERE workspace_id = $1 AND mode = $2 AND email_key = $3 AND ($4 IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
            ),
            workspace,
            mode,
            email_key,
            before,
            limit
        )
    }

    /// How many rewards a person has.
    pub(crate) async fn count_rewards_of_person(self, email_key: &str) -> Result<i64> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (i64,),
            "SELECT count(*) FROM rewards WHERE workspace_id = $1 AND mode = $2 AND email_key = $3",
            workspace,
            mode,
            email_key
        )?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// The checkouts that name a person, newest first.
    pub(crate) async fn checkouts_of_person(self, email_key: &str) -> Result<Vec<NamingCheckout>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            NamingCheckout,
            concat!(
                "SELECT ",
                naming_columns!(),
                " FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND email_key = $3 ORDER BY id DESC"
            ),
            workspace,
            mode,
            email_key
        )
    }

    /// The mails of this workspace to a person, newest first.
    pub(crate) async fn mails_to_person(self, email_key: &str) -> Result<Vec<KeptMail>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            KeptMail,
            "SELECT id, kind, state, about, created_at FROM outbox
              WHERE workspace_id = $1 AND mode = $2 AND (recipient = $3 OR about IN
                (SELECT id FROM rewards WHERE workspace_id = $1 AND mode = $2 AND email_key = $3)) ORDER BY id DESC",
            workspace,
            mode,
            email_key
        )
    }

    /// Takes a person out of a reward: the address, what the owner noted, and a reference that may name them. A mail that waits is
    /// cancelled. None: it named nobody; else whether Stripe's promotion code names them still.
    pub(crate) async fn erase_reward(
        self,
        id: &str,
        reference: Option<&str>,
        trouble: Option<&str>,
        now: i64,
    ) -> Result<Option<bool>> {
        let (conn, workspace, mode) = self.split();
        let row = optional!(
            conn,
            (Option<String>,),
            "UPDATE rewards SET email = NULL, email_key = NULL, metadata = '{}', reference = $4, trouble = $5, mail_trouble = NULL,
                erased_at = $6, updated_at = $6, mail = CASE WHEN mail = 'queued' THEN 'cancelled' ELSE mail END,
                scrub_due_at = CASE WHEN promotion_code_id IS NULL AND attempts = 0 THEN NULL ELSE $6 END
              WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND email_key IS NOT NULL RETURNING promotion_code_id",
            workspace,
            mode,
            id,
            reference,
            trouble,
            now
        )?;
        Ok(row.map(|(promotion_code,)| promotion_code.is_some()))
    }

    /// Takes the address off the mails about a reward; those that wait are cancelled.
    pub(crate) async fn erase_mails_about(self, reward: &str, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE outbox SET recipient = '', detail = NULL, last_error = NULL, updated_at = $4,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
              WHERE workspace_id = $1 AND mode = $2 AND about = $3 AND recipient <> ''",
            workspace,
            mode,
            reward,
            now
        )
    }

    /// The same for mails of this workspace to an address, whatever they are about.
    pub(crate) async fn erase_mails_to(self, email_key: &str, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE outbox SET recipient = '', detail = NULL, last_error = NULL, updated_at = $4,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
              WHERE workspace_id = $1 AND mode = $2 AND recipient = $3",
            workspace,
            mode,
            email_key,
            now
        )
    }

    /// Puts a reward, or a redemption, as it is now in the place of the answers that told of it.
    pub(crate) async fn replace_answers_about(self, reward: &str, body: &[u8]) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE idempotency_keys SET body = $4 WHERE workspace_id = $1 AND mode = $2 AND about = $3 AND status IS NOT NULL",
            workspace,
            mode,
            reward,
            body
        )
    }

    /// Notes that a person is to be taken out of their checkouts that are under way, once these have ended; how many.
    pub(crate) async fn ask_to_erase_checkouts(self, email_key: &str, now: i64) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE checkouts SET erase_asked_at = $4
              WHERE workspace_id = $1 AND mode = $2 AND email_key = $3 AND step IN ('intent', 'open', 'uncertain')",
            workspace,
            mode,
            email_key,
            now
        )
    }

    /// Puts what names nobody in the place of what a checkout was asked with. False: it is under way. Its idempotency key, which may
    /// name somebody, too, is kept only where a repeat of the request needs it still: one that began after `keyed_since` and gave out
    /// a session.
    pub(crate) async fn erase_checkout(
        self,
        id: &str,
        request: &str,
        stripe_params: &str,
        keyed_since: i64,
    ) -> Result<bool> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            concat!(
                "UPDATE checkouts SET request = $4, stripe_params = $5, email_key = NULL, erase_asked_at = NULL,
                    idempotency_key = CASE WHEN step = 'refused' OR created_at < $6 THEN NULL ELSE idempotency_key END
                  WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND ",
                over!()
            ),
            workspace,
            mode,
            id,
            request,
            stripe_params,
            keyed_since
        )
        .map(|rows| rows == 1)
    }

    /// Takes the customer out of the redemptions of a checkout: the owner's id, and the hash by which a limit per customer knows them.
    pub(crate) async fn erase_redemptions_of(self, checkout: &str) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE redemptions SET user_id = NULL, customer = NULL
              WHERE workspace_id = $1 AND mode = $2 AND checkout_id = $3 AND (user_id IS NOT NULL OR customer IS NOT NULL)",
            workspace,
            mode,
            checkout
        )
    }

    /// The same for redemptions of the owner's own checkouts whose customer is this address, however it is capitalised.
    pub(crate) async fn erase_own_redemptions(self, email_key: &str) -> Result<u64> {
        let (conn, workspace, mode) = self.split();
        execute!(
            conn,
            "UPDATE redemptions SET user_id = NULL, customer = NULL
              WHERE workspace_id = $1 AND mode = $2 AND checkout_id IS NULL AND lower(user_id) = $3",
            workspace,
            mode,
            email_key
        )
    }

    /// The redemptions that name a person, newest first: those of checkouts that do, and of the owner's own ones.
    pub(crate) async fn redemptions_of_person(self, email_key: &str) -> Result<Vec<NamingRedemption>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            NamingRedemption,
            "SELECT id, discount_code_id, checkout_id, state, user_id, customer, created_at FROM redemptions
              WHERE workspace_id = $1 AND mode = $2 AND (user_id IS NOT NULL OR customer IS NOT NULL) AND
                ((checkout_id IS NULL AND lower(user_id) = $3) OR checkout_id IN
                  (SELECT id FROM checkouts WHERE workspace_id = $1 AND mode = $2 AND email_key = $3)) ORDER BY id DESC",
            workspace,
            mode,
            email_key
        )
    }

    /// A page of a campaign's rewards, the oldest first, after an id.
    pub(crate) async fn rewards_after(self, campaign: &str, after: &str, limit: i64) -> Result<Vec<RewardRow>> {
        let (conn, workspace, mode) = self.split();
        all!(
            conn,
            RewardRow,
            concat!(
                "SELECT ",
                reward_columns!(),
                " FROM rewards WHERE workspace_id = $1 AND mode = $2 AND campaign_id = $3 AND id > $4 ORDER BY id LIMIT $5"
            ),
            workspace,
            mode,
            campaign,
            after,
            limit
        )
    }
}
