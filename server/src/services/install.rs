//! Connecting by the Stripe App: the way to Stripe's consent page and back, and the end of an install.

use super::Services;
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::screens::{InstallOffer, WaitingInstall};

impl Services {
    pub(super) async fn install_offer_for(
        &self,
        viewer: Option<&Viewer>,
        mode: Option<Mode>,
    ) -> Result<InstallOffer, Problem> {
        let apps = &self.0.stripe_apps;
        let mode = mode.unwrap_or(if apps.live.is_set_up() { Mode::Live } else { Mode::Test });
        Ok(InstallOffer {
            mode,
            other_mode: apps.of(mode.other()).is_set_up(),
            start_url: apps.of(mode).is_set_up().then(|| start_url(mode, "install")),
            email: viewer.and_then(|viewer| viewer.email.clone()),
        })
    }

    pub(super) async fn waiting_install_for(
        &self,
        _viewer: &Viewer,
        _ticket: &str,
    ) -> Result<Option<WaitingInstall>, Problem> {
        Ok(None)
    }

    /// Stripe says that the app was uninstalled from an account at a moment (milliseconds). What it did, in words for the owner; an error
    /// means: ask again later.
    pub(super) async fn app_uninstalled(
        &self,
        _mode: Mode,
        _account: &str,
        _happened_at: i64,
    ) -> Result<Uninstalled, Problem> {
        Ok(Uninstalled { workspace: None, outcome: "Nothing was connected to this account.".to_owned() })
    }
}

/// What came of the word that the app was uninstalled.
pub(super) struct Uninstalled {
    /// Whose connection it was about.
    pub(super) workspace: Option<String>,
    /// In words.
    pub(super) outcome: String,
}

/// Where one-click connecting begins.
pub(super) fn start_url(mode: Mode, from: &str) -> String {
    format!("/stripe/start?mode={mode}&from={from}")
}
