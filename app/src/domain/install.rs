//! One-click connecting as rules see it: why a way back from Stripe led nowhere, and what to do then.

use serde::{Deserialize, Serialize};

/// Where somebody began to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartedFrom {
    /// The settings, signed in.
    Settings,
    /// The page that the Marketplace leads to.
    Install,
}

impl StartedFrom {
    /// The word in columns and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Install => "install",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Settings, Self::Install].into_iter().find(|from| from.as_str() == text)
    }
}

/// Why a way back from Stripe's consent page bound nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallTrouble {
    /// The owner pressed Cancel at Stripe.
    Declined,
    /// The link back is older than ten minutes.
    Expired,
    /// The link back was used before.
    Used,
    /// The link back is not one of ours, or not whole.
    Unknown,
    /// It began in another browser.
    OtherBrowser,
    /// Whoever began it is not signed in here any more, or somebody else is.
    OtherPerson,
    /// The account that Stripe named on the way back is not the one that it opened.
    OtherAccount,
    /// Test tokens where live ones belong, or the other way round.
    OtherMode,
    /// Stripe does not take the code: used, or older than five minutes.
    CodeRefused,
    /// Stripe could not be asked.
    Unavailable,
    /// Stripe does not take the key of the app's own developer: nothing that an owner could mend.
    OperatorsFault,
    /// One-click is not set up on this server.
    NotSetUp,
    /// The account is connected, and an install alone does not open its workspace.
    SignInFirst,
}

impl InstallTrouble {
    /// A headline and what to do, in the owner's words. Nothing of it repeats what came in the address.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Declined => (
                "You did not install Codemint",
                "Nothing was connected and nothing changed in your Stripe account. You can connect whenever you like.",
            ),
            Self::Expired => (
                "This took longer than ten minutes",
                "For your safety the way back from Stripe ends after ten minutes. Nothing was connected. Start again: it takes two clicks.",
            ),
            Self::Used => (
                "This link was used already",
                "A way back from Stripe works once. If the settings say Connected, all is well; if not, start again.",
            ),
            Self::Unknown => (
                "We do not know this link",
                "It was cut short on its way, or it did not begin here. Nothing was connected. Start again from the settings.",
            ),
            Self::OtherBrowser => (
                "This began in another browser",
                "Go back to the browser where you started, or start again in this one. Nothing was connected.",
            ),
            Self::OtherPerson => (
                "You are not signed in as the one who started",
                "Sign in again and start once more from the settings. Nothing was connected.",
            ),
            Self::OtherAccount => (
                "Stripe opened another account than it named",
                "Nothing was connected. Start again from the settings, and choose the account on Stripe's page.",
            ),
            Self::OtherMode => (
                "This install is for the other mode",
                "Test and live are kept apart. Nothing was connected. Switch the mode in the settings and start again.",
            ),
            Self::CodeRefused => (
                "Stripe did not accept this install any more",
                "Stripe's permission lasts five minutes and works once. Nothing was connected. Start again from the settings.",
            ),
            Self::OperatorsFault => (
                "The Stripe app of this server is not set up rightly",
                "Nothing was connected, and trying again will not help. Tell whoever runs this server. A restricted key in the settings works meanwhile.",
            ),
            Self::Unavailable => (
                "Stripe could not be reached",
                "Nothing was connected. Wait a moment and start again from the settings.",
            ),
            Self::SignInFirst => (
                "Sign in to open this workspace",
                "The account is connected. Its workspace reaches another Stripe account, too, or a key of one, so an install alone does not open it. Sign in by e-mail.",
            ),
            Self::NotSetUp => (
                "One-click connect is not set up on this server",
                "Connect with a restricted key in the settings; it does the same.",
            ),
        }
    }
}
