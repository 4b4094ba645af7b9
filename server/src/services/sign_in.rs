//! Signing in by a link in a mail, and sessions.

use super::Services;
use super::address::Claim;
use crate::crypto;
use crate::store::{MemberRow, Tx};
use app::backend::Viewer;
use app::domain::email;
use app::domain::ids::MailId;
use app::domain::locale::Locale;
use app::domain::problem::{Code, Problem};
use app::wire::screens::SignInRequested;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use secrecy::ExposeSecret;
use std::num::NonZeroU32;

/// Minutes that a sign-in link lives.
pub(super) const LINK_MINUTES: u32 = 15;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A session ends two weeks after its last use …
const IDLE_MS: i64 = 14 * DAY_MS;
/// … and ninety days after signing in at the latest.
const ABSOLUTE_MS: i64 = 90 * DAY_MS;
/// A session's last use is noted this coarsely: not every page writes.
const SEEN_RESOLUTION_MS: i64 = 5 * MINUTE_MS;

/// So often an address may be taken between a look and a write.
const ATTEMPTS: u8 = 3;

/// How often a link may be asked for: six at once, then one every two minutes for an address; sixty an hour from one place.
pub(super) struct Limits {
    by_email: DefaultKeyedRateLimiter<String>,
    by_place: DefaultKeyedRateLimiter<String>,
}

impl Default for Limits {
    fn default() -> Self {
        const SIX: NonZeroU32 = NonZeroU32::MIN.saturating_add(5);
        const SIXTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
        let half_minute = NonZeroU32::MIN.saturating_add(29);
        Self {
            by_email: RateLimiter::keyed(Quota::per_hour(half_minute).allow_burst(SIX)),
            by_place: RateLimiter::keyed(Quota::per_hour(SIXTY)),
        }
    }
}

impl Limits {
    /// Forgets those who have not asked for long.
    pub(super) fn forget_idle(&self) {
        self.by_email.retain_recent();
        self.by_place.retain_recent();
    }
}

/// A new session: what the cookie holds.
pub struct SessionGrant {
    /// 256 random bits; only its hash is stored.
    pub cookie_value: String,
    /// Seconds.
    pub max_age_s: i64,
}

impl Services {
    pub(super) async fn ask_for_link(&self, place: &str, raw: &str) -> Result<SignInRequested, Problem> {
        let address = email::parse(raw, "email")?;
        self.check_link_limits(place, &address)?;
        let now = self.now();
        let id = MailId::new(now, self.random_id()?);
        let mut tx = self.0.db.begin().await?;
        tx.conn().insert_mail(id.as_str(), "sign_in", &address, now).await?;
        tx.commit().await?;
        Ok(self.link_is_coming(address))
    }

    /// Refuses who asks for links too often, or for too many to one address.
    pub(super) fn check_link_limits(&self, place: &str, address: &str) -> Result<(), Problem> {
        let limits = &self.0.sign_in_limits;
        if limits.by_place.check_key(&place.to_owned()).is_ok()
            && limits.by_email.check_key(&email::normalize(address)).is_ok()
        {
            return Ok(());
        }
        Err(Problem {
            retry_after: Some(120),
            ..Problem::of(
                Code::RateLimited,
                "email",
                "Too many links were asked for. Use the newest one in your inbox, or wait two minutes.",
            )
        })
    }

    /// Its mail was queued.
    pub(super) fn link_is_coming(&self, email: String) -> SignInRequested {
        self.0.mail_waiting.notify_one();
        SignInRequested { email, minutes: LINK_MINUTES, mail_leaves: self.0.mailer.is_some() }
    }

    /// A new sign-in link for an address. The database keeps only its token's hash.
    pub async fn make_sign_in_link(&self, address: &str) -> Result<String, Problem> {
        self.make_link(address, None).await
    }

    /// A new link; with a claim, one that adds the address.
    pub(super) async fn make_link(&self, address: &str, claim: Option<Claim>) -> Result<String, Problem> {
        let member = claim.map(|Claim { owner_id, workspace_id }| MemberRow { workspace_id, owner_id });
        let token = crypto::random_token().map_err(|error| super::error::internal("no token could be made", &error))?;
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        tx.conn()
            .insert_link(
                crypto::hash_token(token.expose_secret()).as_bytes(),
                &email::normalize(address),
                member.as_ref(),
                now,
                now + i64::from(LINK_MINUTES) * MINUTE_MS,
            )
            .await?;
        tx.commit().await?;
        Ok(format!("{}/sign-in/{}", self.0.public_url, token.expose_secret()))
    }

    /// Uses a sign-in link up and opens a session: in the workspace that the owner used last, or in a new one; by a link that adds an address, in the
    /// workspace that it was asked for from.
    pub async fn confirm_sign_in(&self, token: &str) -> Result<SessionGrant, Problem> {
        for _ in 0..ATTEMPTS {
            if let Some(grant) = self.try_to_sign_in(token).await? {
                return Ok(grant);
            }
        }
        Err(super::error::internal("an address was taken again and again", &"signing in"))
    }

    /// None: an address was taken by somebody else meanwhile, nothing was done, and the next attempt finds them.
    async fn try_to_sign_in(&self, token: &str) -> Result<Option<SessionGrant>, Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        let link = tx.conn().use_link(crypto::hash_token(token).as_bytes(), now).await?.ok_or_else(|| {
            Problem::new(
                Code::SignInRequired,
                "This link was used already, or it is older than 15 minutes. Ask for a new one.",
            )
        })?;
        let claimed = match (&link.owner_id, &link.workspace_id) {
            (Some(owner_id), Some(workspace_id)) => {
                let claim = Claim { owner_id: owner_id.clone(), workspace_id: workspace_id.clone() };
                match self.add_address(&mut tx, &link.email, &claim).await? {
                    Some(member) => Some(member),
                    None => return Ok(None),
                }
            }
            _ => None,
        };
        let known = match tx.conn().owner_by_email(&link.email).await? {
            Some((owner,)) => tx.conn().memberships(&owner).await?.into_iter().next(),
            None => None,
        };
        let member = match claimed.or(known) {
            Some(member) => member,
            None => self.found_workspace(&mut tx, &link.email, now).await?,
        };
        let session = self.open_session(&mut tx, &member, true).await?;
        tx.commit().await?;
        Ok(Some(session))
    }

    /// Opens a session of a member; `by_link`: the member's address was proved, which alone leads to their other workspaces.
    pub(super) async fn open_session(
        &self,
        tx: &mut Tx,
        member: &MemberRow,
        by_link: bool,
    ) -> Result<SessionGrant, Problem> {
        let now = self.now();
        let cookie_value =
            crypto::random_token().map_err(|error| super::error::internal("no token could be made", &error))?;
        tx.conn()
            .insert_session(
                crypto::hash_token(cookie_value.expose_secret()).as_bytes(),
                member,
                by_link,
                now,
                now + IDLE_MS,
                now + ABSOLUTE_MS,
            )
            .await?;
        tx.conn().note_use(member, now).await?;
        Ok(SessionGrant { cookie_value: cookie_value.expose_secret().to_owned(), max_age_s: ABSOLUTE_MS / 1000 })
    }

    /// Who a session's cookie belongs to; none if it ended.
    pub async fn viewer(&self, cookie_value: &str, zone: &str, locale: Locale) -> Option<Viewer> {
        let hash = crypto::hash_token(cookie_value);
        let now = self.now();
        let session = async {
            let mut reader = self.0.db.reader().await?;
            reader.conn().session(hash.as_bytes(), now).await
        };
        let session = session.await.unwrap_or_else(|error: crate::store::StoreError| {
            tracing::error!(%error, "a session could not be looked up");
            None
        })?;
        if now - session.seen_at >= SEEN_RESOLUTION_MS {
            let touched = async {
                let mut tx = self.0.db.begin().await?;
                tx.conn().touch_session(hash.as_bytes(), now, now + IDLE_MS).await?;
                tx.commit().await
            };
            let touched: Result<(), crate::store::StoreError> = touched.await;
            if let Err(error) = touched {
                tracing::error!(%error, "a session could not be prolonged");
            }
        }
        Some(Viewer {
            owner_id: session.owner_id,
            workspace_id: session.workspace_id,
            email: session.email,
            by_link: session.by_link,
            zone: zone.to_owned(),
            locale,
        })
    }

    /// Ends a session.
    pub async fn sign_out(&self, cookie_value: &str) {
        let ended = async {
            let mut tx = self.0.db.begin().await?;
            tx.conn().delete_session(crypto::hash_token(cookie_value).as_bytes()).await?;
            tx.commit().await
        };
        let ended: Result<(), crate::store::StoreError> = ended.await;
        if let Err(error) = ended {
            tracing::error!(%error, "a session could not be ended");
        }
    }
}
