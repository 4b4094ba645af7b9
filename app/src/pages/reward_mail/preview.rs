//! The mail as it will be, drawn from the very letter that is sent: as elements of the page, whose policy allows no styles of a mail's own.

use crate::domain::reward_mail::{Letter, MailFacts, MailSettings, UNSUBSCRIBE};
use crate::prelude::*;

/// The letter, as it stands in the fields.
#[component]
pub fn Preview(
    /// What is typed.
    typed: RwSignal<MailSettings>,
    /// What stands in the blanks.
    sample: MailFacts,
    /// The sender where none is typed.
    default_sender: String,
) -> impl IntoView {
    let sender = {
        let default_sender = default_sender.clone();
        Memo::new(move |_| typed.with(|typed| typed.sender(&default_sender)))
    };
    let letter =
        Memo::new(move |_| typed.with(|typed| typed.letter(&MailFacts { shop: sender.get(), ..sample.clone() })));
    let reply_to = move || {
        let reply_to = typed.with(|typed| typed.reply_to.trim().to_owned());
        if reply_to.is_empty() { "nobody".to_owned() } else { reply_to }
    };
    let sheet = move || {
        let Letter { paragraphs, code, conditions, small_print, unsubscribe_url, .. } = letter.get();
        let paragraphs = paragraphs.into_iter().map(|words| view! { <p class="mail-words">{words}</p> }).collect_view();
        let small_print =
            small_print.into_iter().map(|words| view! { <p class="mail-small">{words}</p> }).collect_view();
        // A picture of a link: there is nobody to unsubscribe.
        let line = unsubscribe_url.map(|_| view! { <p class="mail-small"><u>{UNSUBSCRIBE}</u></p> });
        view! {
            <div class="mail-sheet">
                {paragraphs} <p class="mail-code">{code}</p> <p class="mail-conditions">{conditions}</p> {small_print} {line}
            </div>
        }
    };
    view! {
        <section class="panel mail-preview" aria-label="Preview">
            <dl class="mail-head">
                <dt>"From"</dt>
                <dd>{move || sender.get()}</dd>
                <dt>"Answers to"</dt>
                <dd>{reply_to}</dd>
                <dt>"Subject"</dt>
                <dd>
                    <b>{move || letter.with(|letter| letter.subject.clone())}</b>
                </dd>
            </dl>
            {sheet}
        </section>
    }
    .into_any()
}
