//! What comes back from Stripe's consent page.

use super::asked::Waits;
use super::bind::{Bound, Who};
use super::{Services, random_token};
use crate::crypto;
use crate::oauth::{self, Grant, GrantError};
use crate::services::SessionGrant;
use crate::services::secrets::ticket_row;
use crate::store::InstallRow;
use crate::stripe::Unanswered;
use app::backend::Viewer;
use app::domain::install::InstallTrouble;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use secrecy::{ExposeSecret, SecretString};

/// A code lives so long, in milliseconds (<https://docs.stripe.com/stripe-apps/api-authentication/oauth>).
const CODE_MS: i64 = 5 * super::MINUTE_MS;

/// The query of the way back.
#[derive(Default)]
pub struct Callback {
    /// `ac_…`, once, within five minutes.
    pub code: Option<SecretString>,
    /// Ours, if the way began here.
    pub state: Option<SecretString>,
    /// `access_denied`, where the owner declined; Stripe returns no state then.
    pub error: Option<String>,
    /// `acct_…`, as the address says it: a hint that proves nothing.
    pub account: Option<String>,
}

/// Where a way back leads.
pub enum WayBack {
    /// Connected.
    Connected {
        /// The mode.
        mode: Mode,
        /// For the browser, where nobody was signed in.
        session: Option<SessionGrant>,
    },
    /// It waits for a person's word, under a ticket.
    Waiting {
        /// For the browser's cookie.
        ticket: SecretString,
        /// The cookie's life in seconds.
        max_age_s: i64,
    },
    /// Nothing was bound.
    Nothing(InstallTrouble),
}

/// What an exchange of a code ended in.
pub(super) enum Exchanged {
    Pair(Grant, String),
    Nothing(InstallTrouble),
}

impl Services {
    /// Draws the consequences of a way back. `browser` is what the cookie of [`super::Start`] holds; `place` is where the request comes
    /// from, for limits.
    pub async fn install_way_back(
        &self,
        callback: Callback,
        viewer: Option<&Viewer>,
        browser: Option<&str>,
        place: &str,
    ) -> Result<WayBack, Problem> {
        if let Some(error) = callback.error.as_deref() {
            let declined = error == "access_denied";
            return Ok(WayBack::Nothing(if declined { InstallTrouble::Declined } else { InstallTrouble::Unknown }));
        }
        let Some(code) = callback.code else { return Ok(WayBack::Nothing(InstallTrouble::Unknown)) };
        match callback.state {
            Some(state) => self.with_state(code, &state, callback.account, viewer, browser).await,
            None => self.without_state(code, callback.account, place).await,
        }
    }

    /// The mode of the way that this browser began last: where a page leads that says that nothing came of it. Stripe tells none when
    /// the owner declines.
    pub async fn mode_of_way(&self, browser: &str) -> Option<Mode> {
        let found = async {
            let mut reader = self.0.db.reader().await?;
            reader.conn().newest_state_of(crypto::hash_token(browser).as_bytes()).await
        };
        let (mode,) = found.await.ok().flatten()?;
        Mode::parse(&mode)
    }

    async fn with_state(
        &self,
        code: SecretString,
        state: &SecretString,
        hint: Option<String>,
        viewer: Option<&Viewer>,
        browser: Option<&str>,
    ) -> Result<WayBack, Problem> {
        let hash = crypto::hash_token(state.expose_secret());
        let now = self.now();
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().state(hash.as_bytes()).await?
        };
        let nothing = |trouble| Ok(WayBack::Nothing(trouble));
        let Some(row) = row else { return nothing(InstallTrouble::Unknown) };
        // Whoever has only the address must not be able to use the way up: it is looked at first, and used when all is well.
        if browser.is_none_or(|browser| crypto::hash_token(browser).as_bytes() != row.browser_hash.as_slice()) {
            return nothing(InstallTrouble::OtherBrowser);
        }
        if row.used_at.is_some() {
            return nothing(InstallTrouble::Used);
        }
        if row.expires_at <= now {
            return nothing(InstallTrouble::Expired);
        }
        let who = match (row.owner_id, row.workspace_id) {
            (Some(owner), Some(workspace)) => Some(Who { owner, workspace }),
            _ => None,
        };
        let same = |who: &Who| {
            viewer.is_some_and(|viewer| viewer.owner_id == who.owner && viewer.workspace_id == who.workspace)
        };
        if who.as_ref().is_some_and(|who| !same(who)) {
            return nothing(InstallTrouble::OtherPerson);
        }
        let mut tx = self.0.db.begin().await?;
        let ours = tx.conn().use_state(hash.as_bytes(), now).await?;
        tx.commit().await?;
        if !ours {
            return nothing(InstallTrouble::Used);
        }
        let mode = Mode::parse(&row.mode).unwrap_or_default();
        let _turn = self.0.turns.take().await;
        match self.exchange(mode, &code, hint.as_deref()).await? {
            Exchanged::Nothing(trouble) => nothing(trouble),
            Exchanged::Pair(grant, account) => self.came(mode, grant, account, who).await,
        }
    }

    /// Binds, or keeps what needs the person's word.
    pub(super) async fn came(
        &self,
        mode: Mode,
        grant: Grant,
        account: String,
        who: Option<Who>,
    ) -> Result<WayBack, Problem> {
        match self.bind(mode, &grant, &account, who).await? {
            Bound::Connected { session } => Ok(WayBack::Connected { mode, session }),
            Bound::Asks(row) => self.wait_for(*row, random_token()?).await,
            Bound::Closed => Ok(WayBack::Nothing(InstallTrouble::SignInFirst)),
        }
    }

    /// A code without our state proves nothing about who sent this browser here: it is kept, sealed, for whoever signs in and confirms.
    async fn without_state(&self, code: SecretString, hint: Option<String>, place: &str) -> Result<WayBack, Problem> {
        self.0.starts.take(place)?;
        if !self.0.stripe_apps.live.is_set_up() && !self.0.stripe_apps.test.is_set_up() {
            return Ok(WayBack::Nothing(InstallTrouble::NotSetUp));
        }
        // Anybody can come with anything, and each leaves a row.
        let ticket = random_token()?;
        let generation = self.now();
        let row = InstallRow {
            ticket_hash: Vec::new(),
            kind: "code".to_owned(),
            mode: None,
            account: hint,
            generation,
            sealed: None,
            owner_id: None,
            workspace_id: None,
            expires_at: self.now() + CODE_MS,
        };
        self.wait_for(Waits { row, secret: Some(code) }, ticket).await
    }

    /// Keeps a row under its ticket. Its secret is sealed here, where the ticket is known: it opens in no other row.
    pub(super) async fn wait_for(&self, waits: Waits, ticket: SecretString) -> Result<WayBack, Problem> {
        let Waits { mut row, secret } = waits;
        let now = self.now();
        row.ticket_hash = crypto::hash_token(ticket.expose_secret()).as_bytes().to_vec();
        let mut tx = self.0.db.begin().await?;
        if let Some(secret) = secret {
            let place = ticket_row(&row.ticket_hash);
            row.sealed = Some(self.seal_for_system(&mut tx, &place, row.generation, secret.expose_secret()).await?);
        }
        tx.conn().put_waiting(&row, now).await?;
        tx.commit().await?;
        Ok(WayBack::Waiting { ticket, max_age_s: (row.expires_at - now) / 1000 })
    }

    /// The pair for a code, if it is of this mode and of the account that the address named.
    pub(super) async fn exchange(
        &self,
        mode: Mode,
        code: &SecretString,
        hint: Option<&str>,
    ) -> Result<Exchanged, Problem> {
        let app = self.0.stripe_apps.of(mode);
        let Some(own) = app.secret_key.as_ref().filter(|_| app.is_set_up()) else {
            return Ok(Exchanged::Nothing(InstallTrouble::NotSetUp));
        };
        let grant = match oauth::exchange(&self.0.stripe, own, code).await {
            Ok(grant) => grant,
            Err(GrantError::Refused) => return Ok(Exchanged::Nothing(InstallTrouble::CodeRefused)),
            Err(GrantError::Unanswered(why)) => {
                if matches!(why, Unanswered::OwnKeyRefused(_)) {
                    tracing::error!(%mode, "the Stripe App's secret key is not accepted: nobody can connect by one click");
                    return Ok(Exchanged::Nothing(InstallTrouble::OperatorsFault));
                }
                tracing::warn!(%mode, error = %why, "a code could not be exchanged");
                return Ok(Exchanged::Nothing(InstallTrouble::Unavailable));
            }
        };
        if grant.livemode.is_some_and(|livemode| livemode != mode.livemode()) {
            return Ok(Exchanged::Nothing(InstallTrouble::OtherMode));
        }
        match grant.account.clone() {
            Some(account) if hint.is_none_or(|hint| hint == account) => Ok(Exchanged::Pair(grant, account)),
            _ => {
                tracing::warn!(%mode, "an install came back for another account than its address named");
                Ok(Exchanged::Nothing(InstallTrouble::OtherAccount))
            }
        }
    }
}
