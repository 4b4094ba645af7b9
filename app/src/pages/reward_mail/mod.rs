//! What the mail of a campaign says: a form, and the mail beside it as it will be.

mod preview;

use super::around::Around;
use super::load::{Asked, Content, load, show_panel, trouble};
use crate::components::{Banner, Call, Refusal, SubmitButton, TextArea, TextField, Toasts, Tone};
use crate::domain::mode::Mode;
use crate::domain::problem::Problem;
use crate::domain::reward_mail::{BLANKS, FIELDS, MailSettings};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::reward_mail::{SaveCampaignMail, SendTestMail};
use crate::wire::rewards::MailSetup;
use crate::wire::screens::FormOutcome;
use crate::{browser, given};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use preview::Preview;

/// The form, and what its first button does.
const FORM: &str = "save-mail";
/// What is said once it is kept.
const SAVED: &str = "Saved. Mails that are still to leave say it, too.";
/// What its second button does.
const TEST: &str = "test-mail";

/// The page.
#[component]
pub fn RewardMail() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let params = use_params_map();
    let part = move |name: &'static str| Memo::new(move |_| params.with(|params| params.get(name)).unwrap_or_default());
    let (app_id, id) = (part("app_id"), part("id"));
    let loaded = load(Signal::derive(move || Asked::CampaignMail(mode.get(), app_id.get(), id.get())));
    view! {
        <Title text="Mail with the code" />
        <header class="page-head">
            <h1>"Mail with the code"</h1>
        </header>
        {show_panel(loaded, move |content| match content.and_then(Content::campaign_mail) {
            Ok(setup) => view! { <Editor setup=*setup app_id id mode /> }.into_any(),
            Err(problem) => trouble(loaded, problem),
        })}
    }
    .into_any()
}

/// What stands in the fields now: typed before, if the form was posted without the WASM.
fn first(setup: &MailSetup) -> MailSettings {
    match [FORM, TEST].into_iter().find(|form| given::answers(form)) {
        Some(form) if !given::mail_saved() => MailSettings::read(|field| given::typed(form, field)),
        _ => setup.settings.clone(),
    }
}

#[component]
fn Editor(setup: MailSetup, app_id: Memo<String>, id: Memo<String>, mode: Memo<Mode>) -> impl IntoView {
    let begin = first(&setup);
    let typed = RwSignal::new(begin.clone());
    let problems = RwSignal::new([FORM, TEST].into_iter().flat_map(given::problems).collect::<Vec<Problem>>());
    let (saving, trying) = (Call::of(FORM), Call::of(TEST));
    let toasts: Toasts = expect_context();

    let read = move || {
        if browser::field(FORM, "subject").is_none() {
            return;
        }
        let now = MailSettings::read(|field| browser::field(FORM, field).unwrap_or_default());
        if typed.with_untracked(|typed| *typed != now) {
            typed.set(now);
            // What was told goes as soon as it is mended.
            if problems.with_untracked(|problems| !problems.is_empty()) {
                problems.set(typed.with_untracked(MailSettings::check).err().unwrap_or_default());
            }
        }
    };
    // What was typed before the WASM was there counts.
    Effect::new(move |_| read());
    let tell = move |told: Vec<Problem>| {
        problems.set(told);
        let wrong = FIELDS.into_iter().find(|field| error_of(problems, field).is_some());
        if let Some(field) = wrong {
            browser::focus(field);
        }
    };
    let checked = move || {
        read();
        typed.with_untracked(MailSettings::check).map_err(tell).ok()
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(settings) = checked() else { return };
        let sent = ask(SaveCampaignMail {
            mode: mode.get_untracked(),
            app_id: app_id.get_untracked(),
            id: id.get_untracked(),
            settings,
        });
        saving.start(sent, move |outcome| match outcome {
            FormOutcome::Done { .. } => {
                problems.set(Vec::new());
                toasts.say(SAVED);
            }
            FormOutcome::Refused { problems } => tell(problems),
        });
    };
    let try_out = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let Some(settings) = checked() else { return };
        let sent = ask(SendTestMail {
            mode: mode.get_untracked(),
            app_id: app_id.get_untracked(),
            id: id.get_untracked(),
            settings,
        });
        trying.start(sent, move |to| toasts.say(format!("On its way to {to}.")));
    };
    let error = move |field: &'static str| Signal::derive(move || error_of(problems, field));
    let blanks = BLANKS.map(|blank| format!("{{{blank}}}")).join(" ");
    let help = |text: String| Some(Signal::stored(text));
    let can_try = setup.mail_works && setup.test_to.is_some();
    let test_words = match &setup.test_to {
        Some(to) => format!("Send a test to {to}"),
        None => "Send a test".to_owned(),
    };
    let sender_help = format!("Empty: {}. It comes from this server's address in any case.", setup.default_sender);
    let why_not = match (setup.mail_works, &setup.test_to) {
        (false, _) => Some("The operator of this server has not set up e-mail: mails with codes wait in its queue."),
        (true, None) => Some("Add your e-mail address to send yourself a test."),
        _ => None,
    };

    view! {
        <div class="mail-editor">
            <form id=FORM class="panel mail-form" method="post" novalidate on:submit=save on:input=move |_| read() on:change=move |_| read()>
                {why_not.map(|why| view! { <Banner tone=Tone::Amber><p>{why}</p></Banner> })}
                {given::mail_saved()
                    .then(|| view! { <Banner tone=Tone::Good><p>{SAVED}</p></Banner> })}
                {given::test_mail()
                    .map(|to| view! { <Banner tone=Tone::Good><p>{format!("A test is on its way to {to}. Nothing was saved yet.")}</p></Banner> })}
                <TextField
                    id="sender_name"
                    name="sender_name"
                    label="Sender's name"
                    placeholder="TaskPomo"
                    help=help(sender_help)
                    value=begin.sender_name
                    error=error("sender_name")
                />
                <TextField
                    id="reply_to"
                    name="reply_to"
                    label="Address for answers"
                    kind="email"
                    inputmode=Some("email")
                    placeholder="hello@example.com"
                    help=help("Empty: an answer reaches nobody you know.".into())
                    value=begin.reply_to
                    error=error("reply_to")
                />
                <TextField id="subject" name="subject" label="Subject" value=begin.subject error=error("subject") />
                <TextArea
                    id="body"
                    name="body"
                    label="Text above the code"
                    rows=9
                    help=help(
                        format!(
                            "Blanks: {blanks}. {{name}} is what your backend sends as metadata name, and may be empty. The code stands large below the text, with what it gives and until when. An empty line begins a paragraph.",
                        ),
                    )
                    value=begin.body
                    error=error("body")
                />
                <div class="field">
                    <label class="check">
                        <input type="checkbox" id="marketing" name="marketing" checked=begin.marketing aria-describedby="marketing-help" />
                        <span>"This mail is marketing"</span>
                    </label>
                    <p class="field-help" id="marketing-help">
                        "Then the law asks for your postal address and a line to unsubscribe by; whoever unsubscribes gets none of your marketing any more."
                    </p>
                </div>
                <TextArea
                    id="postal_address"
                    name="postal_address"
                    label="Postal address"
                    rows=3
                    class="only-marketing"
                    value=begin.postal_address
                    error=error("postal_address")
                />
                <Refusal call=saving fields=&FIELDS />
                <Refusal call=trying fields=&FIELDS />
                <div class="actions">
                    <SubmitButton form=FORM call=saving class="button button-filled" words="Save" busy="Saving…" />
                    <button
                        type="submit"
                        name="do"
                        value=TEST
                        class="button"
                        disabled=!can_try
                        aria-disabled=move || trying.busy.get().then_some("true")
                        on:click=try_out
                    >
                        {test_words}
                    </button>
                </div>
            </form>
            <Preview typed sample=setup.sample default_sender=setup.default_sender />
        </div>
    }
    .into_any()
}

fn error_of(problems: RwSignal<Vec<Problem>>, field: &str) -> Option<String> {
    problems.with(|problems| {
        let named = |problem: &&Problem| problem.param.as_deref() == Some(field);
        problems.iter().find(named).map(|problem| problem.message.clone())
    })
}
