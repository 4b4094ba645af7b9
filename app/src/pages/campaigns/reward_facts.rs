//! What a reward is, how it was used, and what happened to it. The panels follow `now`.

use crate::components::{ReadField, Time};
use crate::prelude::*;
use crate::wire::api::Reward;
use crate::wire::rewards::{RewardDetail, RewardView};

/// Who earned it, and by what.
#[component]
pub fn Facts(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
) -> impl IntoView {
    let view = Memo::new(move |_| now.with(|now| now.view.clone()));
    let rows = move || {
        let RewardView { reward, terms, expires, created, .. } = view.get();
        let Reward { email, reference, metadata, .. } = reward;
        let ends = match expires {
            Some(when) => view! { <Time when /> },
            None => "never".into_any(),
        };
        let metadata = metadata
            .into_iter()
            .map(|(key, value)| {
                view! {
                    <div class="pair pair-plain">
                        <dt>
                            <code>{key}</code>
                        </dt>
                        <dd>{value}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <div class="pair pair-plain">
                <dt>"Earned by"</dt>
                <dd>{email.unwrap_or_else(|| "erased".to_owned())}</dd>
            </div>
            {reference
                .map(|reference| {
                    view! {
                        <div class="pair pair-plain">
                            <dt>"Reference"</dt>
                            <dd>
                                <code>{reference}</code>
                            </dd>
                        </div>
                    }
                })}
            <ReadField term="Gives">{terms}</ReadField>
            <ReadField term="Earned">
                <Time when=created />
            </ReadField>
            <ReadField term="Ends">{ends}</ReadField>
            {metadata}
        }
    };
    view! {
        <section class="panel" aria-labelledby="facts-title">
            <h2 id="facts-title">"Reward"</h2>
            <dl class="pairs">{rows}</dl>
        </section>
    }
    .into_any()
}

/// How it was used.
#[component]
pub fn UsedPanel(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
) -> impl IntoView {
    let used = Memo::new(move |_| {
        now.with(|now| {
            let session = now.view.reward.used.as_ref().and_then(|used| used.stripe_checkout_session.clone());
            (now.view.used.clone(), now.view.used_amount.clone(), session, now.session_url.clone())
        })
    });
    let rows = move || {
        let (when, amount, session, url) = used.get();
        let session = session.map(|id| match url {
            Some(url) => view! {
                <a class="link code" href=url target="_blank" rel="external noopener">
                    {id}
                </a>
            },
            None => view! { <span class="code">{id}</span> },
        });
        view! {
            {when
                .map(|when| {
                    view! {
                        <ReadField term="When">
                            <Time when />
                        </ReadField>
                    }
                })}
            <ReadField term="Took off">{amount.unwrap_or_else(|| "not known: the connection may not read sessions".to_owned())}</ReadField>
            {session
                .map(|session| {
                    view! {
                        <div class="pair pair-plain">
                            <dt>"Session"</dt>
                            <dd>{session}</dd>
                        </div>
                    }
                })}
        }
    };
    view! {
        <section class="panel" aria-labelledby="used-title">
            <h2 id="used-title">"Used"</h2>
            <dl class="pairs">{rows}</dl>
        </section>
    }
    .into_any()
}

/// What happened, the newest last.
#[component]
pub fn Story(
    /// The reward's page as it is now.
    now: RwSignal<RewardDetail>,
) -> impl IntoView {
    let story = Memo::new(move |_| now.with(|now| now.story.clone()));
    let lines = move || {
        story
            .get()
            .into_iter()
            .map(|line| {
                let class = match line.tone.as_str() {
                    "good" => "story-line story-good",
                    "bad" => "story-line story-bad",
                    _ => "story-line",
                };
                view! {
                    <li class=class>
                        <p>{line.text}</p>
                        <p class="third">
                            <Time when=line.at />
                        </p>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="panel" aria-labelledby="story-title">
            <h2 id="story-title">"What happened"</h2>
            <ol class="story">{lines}</ol>
        </section>
    }
    .into_any()
}
