//! A new API key, shown once.

use super::super::load::Loaded;
use crate::components::{Banner, Call, Choice, CodeBlock, Refusal, SelectField, SubmitButton, TextField, Tone};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::api_keys::CreateApiKey;
use crate::server_fns::ask;
use crate::wire::screens::{AppRow, KeyRights, NewApiKey};
use crate::{browser, given};

const FORM: &str = "create-key";
const MADE: &str = "made";

/// The form. Its answer is shown in this page alone: a key stands in no address and is told once.
#[component]
pub fn NewKey(
    /// The apps to choose from.
    apps: Vec<AppRow>,
    /// The mode in view.
    mode: Memo<Mode>,
    /// The list.
    keys: Loaded,
    /// The key that was just made.
    made: RwSignal<Option<NewApiKey>>,
) -> impl IntoView {
    let call = Call::of(FORM);
    let missing = RwSignal::new(false);
    let typed = |field| given::typed(FORM, field);
    // Read aloud, and scrolled to.
    Effect::new(move |_| {
        if made.with(Option::is_some) {
            browser::focus(MADE);
        }
    });
    // A key belongs to its mode: in the other one it is not shown any more.
    Effect::new(move |before: Option<Mode>| {
        let now = mode.get();
        if before.is_some_and(|before| before != now) {
            made.set(None);
        }
        now
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let field = |name| browser::field(FORM, name).unwrap_or_default();
        let name = field("name").trim().to_owned();
        missing.set(name.is_empty());
        if name.is_empty() {
            browser::focus("key-name");
            return;
        }
        let rights = KeyRights::parse(&field("rights")).unwrap_or_default();
        let wanted = CreateApiKey { mode: mode.get_untracked(), name, app_id: field("app_id"), rights };
        call.start(ask(wanted), move |key| {
            browser::reset_form(FORM);
            made.set(Some(key));
            keys.refetch();
        });
    };
    let name_error = Signal::derive(move || {
        missing
            .get()
            .then(|| "Type a name that tells later what uses it, like Production backend.".to_owned())
            .or_else(|| call.field_problem("name"))
    });
    let app_choices: Vec<Choice> = std::iter::once(Choice::new("", "All apps"))
        .chain(apps.into_iter().map(|app| Choice::new(app.id, app.name)))
        .collect();
    let rights = vec![
        Choice::new(KeyRights::Full.as_str(), "Everything"),
        Choice::new(KeyRights::Checkout.as_str(), "Validate and checkout only"),
    ];
    let shown = move || {
        made.get().map(|made| {
            view! {
                <div class="panel new-secret" id=MADE tabindex="-1" autofocus=true role="status">
                    <h3>{format!("{} is made", made.row.name)}</h3>
                    <Banner tone=Tone::Amber>"Copy the key now. It is shown this once; only a fingerprint of it is stored."</Banner>
                    <CodeBlock text=made.key what="the new API key" />
                </div>
            }
        })
    };
    view! {
        {shown}
        <section class="panel" aria-labelledby="new-key-title">
            <h3 id="new-key-title">"New API key"</h3>
            <form id=FORM class="line" method="post" novalidate on:submit=submit>
                <TextField id="key-name" name="name" label="Name" placeholder="Production backend" value=typed("name") error=name_error />
                <SelectField
                    id="key-app"
                    name="app_id"
                    label="App"
                    value=typed("app_id")
                    choices=app_choices
                    error=Signal::derive(move || call.field_problem("app_id"))
                />
                <SelectField
                    id="key-rights"
                    name="rights"
                    label="May do"
                    value=typed("rights")
                    choices=rights
                    error=Signal::derive(move || call.field_problem("rights"))
                />
                <SubmitButton form=FORM call class="button" words="Create key" busy="Creating…" />
            </form>
            <Refusal call fields=&["name", "app_id", "rights"] />
        </section>
    }
    .into_any()
}
