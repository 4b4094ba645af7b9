//! What the screens are drawn from. Every moment comes already written in the owner's zone, so that the server's page and the
//! browser's are the same letter for letter and the browser carries no time zone data.

use super::api::{Connection, DiscountCode};
use crate::domain::discount_code::Status;
use crate::domain::form::Before;
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use serde::{Deserialize, Serialize};

/// A moment in the owner's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// `1 Jan 2027, 01:00 Berlin`.
    pub text: String,
    /// `1 Jan 2027`.
    pub day: String,
    /// RFC 3339 with offset, for `<time datetime>`.
    pub iso: String,
    /// IANA name, `Europe/Berlin`.
    pub zone: String,
}

/// What stands around every page: who is signed in, their apps, the connection in this mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Who is signed in.
    pub email: Option<String>,
    /// Their workspaces, the oldest membership first; empty unless there is more than one to go to.
    pub workspaces: Vec<WorkspaceRow>,
    /// The apps, by id.
    pub apps: Vec<AppRow>,
    /// The connection in the mode in view.
    pub connection: Connection,
    /// How many codes the workspace has in this mode, at most 1 is told: 0 or 1.
    pub has_codes: bool,
    /// Whether a checkout was ever made in this mode.
    pub has_checkouts: bool,
    /// The owner's zone, IANA name.
    pub zone: String,
    /// The operator's address for help.
    pub support_email: Option<String>,
    /// Why the connection needs the owner, or why it ended; one sentence.
    pub trouble: Option<String>,
    /// Where one-click connecting begins in this mode; none where it is not set up on this server.
    pub one_click_url: Option<String>,
}

/// A workspace of whoever is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceRow {
    /// `ws_…`.
    pub id: String,
    /// An address or `acct_…`, at most 60 characters.
    pub name: String,
    /// Whether it is the one in view.
    pub here: bool,
}

/// An app in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRow {
    /// Slug.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Codes that are not archived, in the mode in view; none told above 10,000.
    pub codes: Option<i64>,
}

/// What a list of codes is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeQuery {
    /// Part of the code's text; empty: all.
    pub q: String,
    /// One status; none: all but archived.
    pub status: Option<Status>,
    /// Older than this id.
    pub after: Option<String>,
    /// Newer than this id.
    pub before: Option<String>,
}

/// A page of codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodePage {
    /// Newest first.
    pub rows: Vec<CodeView>,
    /// Cursor for the newer page (`before`), if there is one.
    pub previous: Option<String>,
    /// Cursor for the older page (`after`), if there is one.
    pub next: Option<String>,
    /// How many codes each status has; none told above 10,000 codes.
    pub counts: Option<Vec<(Status, i64)>>,
    /// The owner's zone, IANA name.
    pub zone: String,
}

/// One code, with its texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeView {
    /// As in the API.
    pub code: DiscountCode,
    /// `50% off, once`.
    pub terms: String,
    /// When it was made.
    pub created: When,
    /// Its start.
    pub starts: Option<When>,
    /// Its end.
    pub expires: Option<When>,
    /// Whether it is in Stripe.
    pub sync: SyncView,
}

/// The form of a code that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeEdit {
    /// As it is filled in first.
    pub before: Before,
    /// Put away: it is to be restored first.
    pub archived: bool,
    /// The zone in which its moments are written, IANA name.
    pub zone: String,
}

/// Whether a code is in Stripe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncView {
    /// Not used yet: nothing is in the owner's account.
    NotUsed,
    /// A first checkout has begun to mint it.
    Pending,
    /// The coupon exists.
    Minted {
        /// Its id.
        coupon: String,
        /// Since when.
        at: When,
        /// Its page in Stripe's dashboard.
        url: String,
    },
    /// Changed or deleted in Stripe: the owner decides.
    Blocked {
        /// Why, in words.
        reason: String,
    },
}

/// One code's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeDetail {
    /// The code.
    pub view: CodeView,
    /// Where the API is, as browsers see it, without a slash at the end.
    pub public_url: String,
    /// A price to stand in the example call.
    pub example_price: String,
    /// The owner's prices, for a test checkout; empty where they cannot be read.
    pub prices: Vec<PriceRow>,
    /// The connection in this mode.
    pub connection: Connection,
}

/// A price of the owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRow {
    /// `price_…`.
    pub id: String,
    /// `$29.00 · TaskPomo Pro`.
    pub label: String,
}

/// The Stripe part of the settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// As in the API.
    pub connection: Connection,
    /// Since when.
    pub since: Option<When>,
    /// Why Stripe refuses it, if it does.
    pub trouble: Option<String>,
    /// Opens Stripe's page with the four permissions ticked.
    pub create_key_url: String,
    /// The same with the permissions for Checkout Sessions added.
    pub create_checkout_key_url: String,
    /// Where one-click connecting begins in this mode; none where it is not set up on this server.
    pub one_click_url: Option<String>,
    /// Stripe's page where an installed app is uninstalled.
    pub installed_apps_url: String,
    /// Codes whose coupon was minted in another Stripe account than the one that is connected; their next use mints anew.
    pub minted_elsewhere: i64,
}

/// The workspace's own webhook endpoint, for a restricted key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSetup {
    /// Where Stripe is to send events.
    pub url: String,
    /// Which.
    pub events: Vec<String>,
    /// Whether its signing secret is kept: only then anything is taken.
    pub has_secret: bool,
    /// `we_…`, where it was made with the key.
    pub stripe_id: Option<String>,
    /// Since when the secret is kept.
    pub since: Option<When>,
    /// Whether the connected key may make it.
    pub may_create: bool,
    /// When an event last came.
    pub last: Option<When>,
    /// Why Stripe would not send to it; one or two sentences.
    pub trouble: Option<String>,
    /// Stripe's page where endpoints are made by hand.
    pub stripe_page: String,
}

/// An event that Stripe told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// `evt_…`
    pub id: String,
    /// When it first came.
    pub at: When,
    /// `checkout.session.completed`
    pub kind: String,
    /// What it is about.
    pub object: Option<String>,
    /// The account that it names.
    pub account: Option<String>,
    /// Whether it came to the workspace's own endpoint, not the app's.
    pub own: bool,
    /// `queued`, `done`, `ignored` or `failed`.
    pub state: String,
    /// What it did, in a sentence.
    pub outcome: String,
    /// How often it came.
    pub times: i64,
}

/// The page that the Marketplace leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallOffer {
    /// The mode that the link is for.
    pub mode: Mode,
    /// Whether the other mode has a link, too.
    pub other_mode: bool,
    /// Where it begins; none where one-click is not set up on this server.
    pub start_url: Option<String>,
    /// Who is signed in.
    pub email: Option<String>,
}

/// An install that came back from Stripe and waits for a person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingInstall {
    /// `acct_…`, as far as it is known.
    pub account: Option<String>,
    /// Its mode, as far as it is known.
    pub mode: Option<Mode>,
    /// Until when it can be confirmed.
    pub until: When,
    /// What is asked.
    pub question: InstallQuestion,
    /// Who is signed in.
    pub email: Option<String>,
}

impl WaitingInstall {
    /// What a person's word is about, as the form says it.
    pub fn about(account: Option<&str>) -> &str {
        account.unwrap_or("unnamed")
    }
}

/// What is asked about an install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstallQuestion {
    /// It came without our state: was it this person who installed it?
    WasItYou,
    /// The workspace is connected to another account.
    Replace {
        /// That one; none where it is not known.
        account: Option<String>,
        /// Whether it still is connected.
        connected: bool,
        /// Codes whose coupon is in it.
        minted: i64,
    },
    /// The account is connected to another workspace.
    Move {
        /// The account that this workspace has now, where it is another one.
        before: Option<String>,
        /// Codes of this workspace whose coupon is elsewhere than in the account that comes.
        minted: i64,
    },
}

/// An API key in a list. The key itself is never told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRow {
    /// `key_…`.
    pub id: String,
    /// What the owner calls it.
    pub name: String,
    /// `cm_test_…a1B2`.
    pub hint: String,
    /// The app it is for; none: all.
    pub app_id: Option<String>,
    /// What it may do.
    pub rights: KeyRights,
    /// When it was made.
    pub created: When,
    /// When it was last used, to the minute.
    pub last_used: Option<When>,
}

/// What an API key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRights {
    /// Everything in its app, and the workspace's connection.
    #[default]
    Full,
    /// Validation and checkout only.
    Checkout,
}

impl KeyRights {
    /// The word in columns and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Checkout => "checkout",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Checkout].into_iter().find(|rights| rights.as_str() == text)
    }
}

/// A new API key, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewApiKey {
    /// The whole key.
    pub key: String,
    /// Its row.
    pub row: ApiKeyRow,
}

/// What came of a form: the id of what was made, or every problem there is, each at its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormOutcome {
    /// Made.
    Done {
        /// Its id.
        id: String,
    },
    /// Refused; nothing was written.
    Refused {
        /// All of them.
        problems: Vec<Problem>,
    },
}

/// What came of asking for a sign-in link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequested {
    /// Where it was sent.
    pub email: String,
    /// How many minutes the link lives.
    pub minutes: u32,
    /// False while the operator has not set up mail: the link waits in the queue.
    pub mail_leaves: bool,
}
