//! What came back from Stripe and waits for a person's word.

use super::Services;
use super::bind::Who;
use super::way_back::{Exchanged, WayBack};
use crate::crypto;
use crate::scope::Scope;
use crate::services::secrets::ticket_row;
use crate::services::when::{Writing, when};
use crate::store::InstallRow;
use app::backend::Viewer;
use app::domain::connection::ConnectionStatus;
use app::domain::install::InstallTrouble;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::screens::{InstallQuestion, WaitingInstall};

/// What a person's word led to.
pub enum Decided {
    /// As after a way back.
    Led(WayBack),
    /// There was nothing to decide any more.
    Gone,
}

impl Services {
    async fn waiting_row(&self, viewer: &Viewer, ticket: &str) -> Result<Option<InstallRow>, Problem> {
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().waiting(crypto::hash_token(ticket).as_bytes(), self.now()).await?
        };
        let theirs = |row: &InstallRow| {
            row.owner_id.as_ref().is_none_or(|owner| *owner == viewer.owner_id)
                && row.workspace_id.as_ref().is_none_or(|workspace| *workspace == viewer.workspace_id)
        };
        Ok(row.filter(theirs))
    }

    /// Whether something waits under a ticket, whoever may decide it.
    pub async fn install_waits(&self, ticket: &str) -> bool {
        let waits = async {
            let mut reader = self.0.db.reader().await?;
            reader.conn().waiting(crypto::hash_token(ticket).as_bytes(), self.now()).await
        };
        matches!(waits.await, Ok(Some(_)))
    }

    pub(in crate::services) async fn waiting_install_for(
        &self,
        viewer: &Viewer,
        ticket: &str,
    ) -> Result<Option<WaitingInstall>, Problem> {
        let Some(row) = self.waiting_row(viewer, ticket).await? else { return Ok(None) };
        let mode = row.mode.as_deref().and_then(Mode::parse);
        let question = match (row.kind.as_str(), mode) {
            ("replace", Some(mode)) => {
                let (account, connected, minted) = self.account_before(viewer, mode, row.account.as_deref()).await?;
                InstallQuestion::Replace { account, connected, minted }
            }
            ("move", Some(mode)) => {
                let (before, connected, minted) = self.account_before(viewer, mode, row.account.as_deref()).await?;
                let before = before.filter(|before| connected && Some(before) != row.account.as_ref());
                InstallQuestion::Move { before, minted }
            }
            _ => InstallQuestion::WasItYou,
        };
        Ok(Some(WaitingInstall {
            account: row.account,
            mode,
            until: when(row.expires_at, &Writing::of(viewer)),
            question,
            email: viewer.email.clone(),
        }))
    }

    /// The account that the workspace in view has or had, whether it is connected, and how many codes have their coupon elsewhere than in the new one.
    async fn account_before(
        &self,
        viewer: &Viewer,
        mode: Mode,
        new: Option<&str>,
    ) -> Result<(Option<String>, bool, i64), Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let row = self.connection_row(&scope).await?;
        let connected = row.as_ref().is_some_and(|row| row.status != ConnectionStatus::Disconnected.as_str());
        let before = row.and_then(|row| row.account);
        let mut reader = self.0.db.reader().await?;
        let minted = reader.at(&scope).minted_elsewhere(new.unwrap_or_default()).await?;
        Ok((before, connected, minted))
    }

    /// The person confirms what they saw: `about` is [`WaitingInstall::about`] of the page that they answer. A way back in another tab
    /// gives the browser another ticket, and a word about one account must not bind another.
    pub async fn confirm_install(&self, viewer: &Viewer, ticket: &str, about: &str) -> Result<Decided, Problem> {
        let Some(row) = self.waiting_row(viewer, ticket).await? else { return Ok(Decided::Gone) };
        if WaitingInstall::about(row.account.as_deref()) != about {
            return Ok(Decided::Gone);
        }
        // A code is used up first, as Stripe takes it once. Tokens stay until they are bound: nothing that dies between loses them, and
        // the same pair bound twice is bound once.
        let code = row.kind == "code";
        if code && !self.take_waiting(&row).await? {
            return Ok(Decided::Gone);
        }
        let led = self.carry_out(viewer, &row).await?;
        if !code {
            self.take_waiting(&row).await?;
        }
        Ok(Decided::Led(led))
    }

    async fn take_waiting(&self, row: &InstallRow) -> Result<bool, Problem> {
        let mut tx = self.0.db.begin().await?;
        let ours = tx.conn().take_waiting(&row.ticket_hash, row.generation).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn carry_out(&self, viewer: &Viewer, row: &InstallRow) -> Result<WayBack, Problem> {
        let mode = row.mode.as_deref().and_then(Mode::parse).unwrap_or_default();
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        match row.kind.as_str() {
            "replace" => self.replace(&scope, row).await?,
            "move" => self.move_here(&scope, row).await?,
            "named" => {
                let who = Who { owner: viewer.owner_id.clone(), workspace: viewer.workspace_id.clone() };
                return self.named(mode, row, who).await;
            }
            _ => return self.exchange_waiting(viewer, row).await,
        }
        Ok(WayBack::Connected { mode, session: None })
    }

    /// A code that came without state is exchanged now. Its mode was not told: live first, as the Marketplace has only that.
    async fn exchange_waiting(&self, viewer: &Viewer, row: &InstallRow) -> Result<WayBack, Problem> {
        let Some(sealed) = &row.sealed else { return Ok(WayBack::Nothing(InstallTrouble::Unknown)) };
        let code = self.open_for_system(&ticket_row(&row.ticket_hash), row.generation, sealed).await?;
        let who = Who { owner: viewer.owner_id.clone(), workspace: viewer.workspace_id.clone() };
        let mut refused = InstallTrouble::NotSetUp;
        let _turn = self.0.turns.take().await;
        for mode in [Mode::Live, Mode::Test] {
            if !self.0.stripe_apps.of(mode).is_set_up() {
                continue;
            }
            match self.exchange(mode, &code, row.account.as_deref()).await? {
                // The other mode's app says the same of a code that is not its own.
                Exchanged::Nothing(InstallTrouble::CodeRefused) => refused = InstallTrouble::CodeRefused,
                Exchanged::Nothing(other) => return Ok(WayBack::Nothing(other)),
                // The person has not seen which account this is: it is named before anything is bound.
                Exchanged::Pair(grant, account) if row.account.is_none() => {
                    return self.ask_by_name(mode, &grant, &account, &who).await;
                }
                Exchanged::Pair(grant, account) => return self.came(mode, grant, account, Some(who)).await,
            }
        }
        Ok(WayBack::Nothing(refused))
    }

    /// The person does not. The mode that it was about, as far as it was known.
    pub async fn refuse_install(&self, viewer: &Viewer, ticket: &str) -> Result<Option<Mode>, Problem> {
        let Some(row) = self.waiting_row(viewer, ticket).await? else { return Ok(None) };
        self.take_waiting(&row).await?;
        Ok(row.mode.as_deref().and_then(Mode::parse))
    }
}
