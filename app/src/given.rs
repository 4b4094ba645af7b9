//! What the server alone knows while it renders a page. In the browser all of it is nothing, and costs nothing.
//!
//! A form works without the WASM: it is posted to the address of the page that it stands on, and where it is refused, or makes what
//! stands in no address, the answer is that page once more, with what came of the form in it. Such an answer is plain HTML and is not
//! hydrated, so that nothing here has to reach the browser as data.

#[cfg(not(feature = "ssr"))]
pub use nothing::*;
#[cfg(feature = "ssr")]
pub use real::*;

#[cfg(feature = "ssr")]
mod real {
    use crate::domain::install::InstallTrouble;
    use crate::domain::locale::Locale;
    use crate::domain::mode::Mode;
    use crate::domain::problem::Problem;
    use crate::server_fns::context::RequestWho;
    use crate::wire::reference::Reference;
    use crate::wire::rewards::{Erased, ImportReport, Person, UnsubscribeOffer};
    use crate::wire::screens::{InstallOffer, NewApiKey, SignInRequested, WaitingInstall};
    use leptos::prelude::use_context;
    use std::sync::Arc;

    /// What came of a form that was posted without the WASM.
    #[derive(Clone, Default)]
    pub struct Posted {
        /// Which form, as its button says it.
        pub form: String,
        /// What was typed, without secrets.
        pub fields: Vec<(String, String)>,
        /// Why it was refused.
        pub problems: Vec<Problem>,
        /// What was made and is shown in this answer alone.
        pub made: Option<Made>,
    }

    /// What a page shows once.
    #[derive(Clone)]
    pub enum Made {
        /// A sign-in link was sent.
        Link(SignInRequested),
        /// An API key.
        Key(Box<NewApiKey>),
        /// The address of a test checkout.
        Checkout(String),
        /// Where a mail went by which it was tried out.
        TestMail(String),
        /// What a campaign's mail says was saved.
        MailSaved,
        /// What is kept about a person.
        Person(Box<Person>),
        /// What was erased.
        Erased(Box<Erased>),
        /// What came of an import.
        Import(Box<ImportReport>),
    }

    /// What the page behind a sign-in link says.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SignInOffer {
        /// The address that it signs in, masked.
        pub address: String,
        /// Who is signed in here now, if that is somebody else.
        pub other: Option<String>,
        /// The name of the workspace to which it adds the address, if it does; may be empty.
        pub adds_to: Option<String>,
    }

    /// The text of the code whose page is rendered.
    #[derive(Clone)]
    pub struct CodeHere(pub String);

    /// Why a way back from Stripe bound nothing.
    #[derive(Clone, Copy)]
    pub struct WayBack(pub InstallTrouble);

    /// That a way back from Stripe led nowhere, on the page that says so.
    pub fn install_trouble() -> Option<InstallTrouble> {
        use_context::<WayBack>().map(|WayBack(trouble)| trouble)
    }

    /// The install that waits for this person's word.
    pub fn waiting_install() -> Option<WaitingInstall> {
        use_context()
    }

    /// What the page that the Marketplace leads to offers.
    pub fn install_offer() -> Option<InstallOffer> {
        use_context()
    }

    /// Where help is to be had, on pages without a frame.
    #[derive(Clone)]
    pub struct Support(pub Option<String>);

    /// What the operator says about help: how soon it comes, for example.
    #[derive(Clone)]
    pub struct SupportNote(pub Option<String>);

    /// What the operator says about help.
    pub fn support_note() -> Option<String> {
        use_context::<SupportNote>().and_then(|SupportNote(note)| note)
    }

    /// The operator's address for help.
    pub fn support_email() -> Option<String> {
        use_context::<Support>().and_then(|Support(address)| address)
    }

    /// Whether somebody is signed in in this browser.
    pub fn is_signed_in() -> bool {
        use_context::<RequestWho>().is_some_and(|who| who.viewer.is_some())
    }

    /// What pages that show calls of the API are drawn from, and the address that its examples call.
    #[derive(Clone)]
    pub struct ApiHere {
        /// The calls.
        pub reference: Arc<Reference>,
        /// Without a slash at the end.
        pub origin: String,
    }

    /// What pages that show calls of the API are drawn from.
    pub fn api() -> Option<ApiHere> {
        use_context()
    }

    /// The mode that the page is about, where its address may not say it.
    #[derive(Clone, Copy)]
    pub struct ModeHere(pub Mode);

    /// The mode that the page is about.
    pub fn mode() -> Mode {
        use_context::<ModeHere>().map(|ModeHere(mode)| mode).unwrap_or_default()
    }

    fn posted(form: &str) -> Option<Posted> {
        use_context::<Posted>().filter(|posted| posted.form == form)
    }

    /// Whether this page answers this form.
    pub fn answers(form: &str) -> bool {
        posted(form).is_some()
    }

    /// What was typed into a field of it.
    pub fn typed(form: &str, field: &str) -> String {
        let fields = posted(form).map(|posted| posted.fields).unwrap_or_default();
        fields.into_iter().find(|(name, _)| name == field).map(|(_, value)| value).unwrap_or_default()
    }

    /// Why it was refused.
    pub fn problems(form: &str) -> Vec<Problem> {
        posted(form).map(|posted| posted.problems).unwrap_or_default()
    }

    /// Whether a field is the first one that was refused: the page begins there.
    pub fn is_wrong(field: &str) -> bool {
        let first = use_context::<Posted>().and_then(|posted| posted.problems.into_iter().next());
        first.is_some_and(|problem| problem.param.as_deref() == Some(field))
    }

    fn made<T>(pick: impl FnOnce(Made) -> Option<T>) -> Option<T> {
        use_context::<Posted>()?.made.and_then(pick)
    }

    /// That a sign-in link was sent.
    pub fn sent_link() -> Option<SignInRequested> {
        made(|made| if let Made::Link(sent) = made { Some(sent) } else { None })
    }

    /// An API key that was made.
    pub fn new_key() -> Option<NewApiKey> {
        made(|made| if let Made::Key(key) = made { Some(*key) } else { None })
    }

    /// The address of a test checkout that was made.
    pub fn checkout() -> Option<String> {
        made(|made| if let Made::Checkout(url) = made { Some(url) } else { None })
    }

    /// Where a mail went by which it was tried out.
    pub fn test_mail() -> Option<String> {
        made(|made| if let Made::TestMail(to) = made { Some(to) } else { None })
    }

    /// Whether what a campaign's mail says was saved.
    pub fn mail_saved() -> bool {
        made(|made| matches!(made, Made::MailSaved).then_some(())).is_some()
    }

    /// The page behind the line to unsubscribe by.
    pub fn unsubscribe_offer() -> Option<UnsubscribeOffer> {
        use_context()
    }

    /// What is kept about the person who was looked for.
    pub fn person() -> Option<Person> {
        made(|made| if let Made::Person(person) = made { Some(*person) } else { None })
    }

    /// What was erased.
    pub fn erased() -> Option<Erased> {
        made(|made| if let Made::Erased(erased) = made { Some(*erased) } else { None })
    }

    /// What came of an import.
    pub fn imported() -> Option<ImportReport> {
        made(|made| if let Made::Import(report) = made { Some(*report) } else { None })
    }

    /// What the link in the mail does; none where it does nothing any more.
    pub fn sign_in() -> Option<SignInOffer> {
        use_context()
    }

    /// The text of the code whose page this is.
    pub fn code_here() -> Option<String> {
        use_context::<CodeHere>().map(|CodeHere(text)| text)
    }

    /// How whoever looks writes numbers and dates.
    pub fn locale() -> Locale {
        use_context().unwrap_or_default()
    }
}

#[cfg(not(feature = "ssr"))]
mod nothing {
    use crate::domain::install::InstallTrouble;
    use crate::domain::locale::Locale;
    use crate::domain::problem::Problem;
    use crate::wire::rewards::{Erased, ImportReport, Person};
    use crate::wire::screens::{NewApiKey, SignInRequested, WaitingInstall};

    /// Drawn by the server alone.
    pub fn install_trouble() -> Option<InstallTrouble> {
        None
    }

    /// Drawn by the server alone.
    pub fn waiting_install() -> Option<WaitingInstall> {
        None
    }

    /// No form.
    pub fn answers(_form: &str) -> bool {
        false
    }

    /// No form.
    pub fn typed(_form: &str, _field: &str) -> String {
        String::new()
    }

    /// No form.
    pub fn problems(_form: &str) -> Vec<Problem> {
        Vec::new()
    }

    /// No form.
    pub fn is_wrong(_field: &str) -> bool {
        false
    }

    /// No form.
    pub fn sent_link() -> Option<SignInRequested> {
        None
    }

    /// No form.
    pub fn new_key() -> Option<NewApiKey> {
        None
    }

    /// No form.
    pub fn checkout() -> Option<String> {
        None
    }

    /// No form.
    pub fn test_mail() -> Option<String> {
        None
    }

    /// No form.
    pub fn mail_saved() -> bool {
        false
    }

    /// No form.
    pub fn person() -> Option<Person> {
        None
    }

    /// No form.
    pub fn erased() -> Option<Erased> {
        None
    }

    /// No form.
    pub fn imported() -> Option<ImportReport> {
        None
    }

    /// Told by the page itself.
    pub fn code_here() -> Option<String> {
        None
    }

    /// How whoever looks writes numbers and dates: the page says in which way the server wrote it, and so both write the same.
    pub fn locale() -> Locale {
        crate::browser::locale()
    }
}
