//! An install that waits for a person's word: whose account, whose workspace, and what becomes of what was there.

use crate::components::{Banner, Logo, Time, Tone};
use crate::domain::mode::Mode;
use crate::given;
use crate::pages::links;
use crate::prelude::*;
use crate::wire::screens::{InstallQuestion, WaitingInstall};
use leptos_meta::Title;

/// The page.
#[component]
pub fn Confirm() -> impl IntoView {
    let content = match given::waiting_install() {
        None => none(),
        Some(waiting) => ask(waiting),
    };
    view! {
        <Title text="Connect this Stripe account?" />
        <main class="lone" id="main">
            <Logo />
            {content}
        </main>
    }
    .into_any()
}

fn none() -> AnyView {
    let again = if given::is_signed_in() { links::settings(given::mode()) } else { links::install(given::mode()) };
    view! {
        <h1>"Nothing waits to be confirmed"</h1>
        <p>"It was confirmed or refused already, or its time is over. If the settings say Connected, all is well; if not, start again."</p>
        <a class="button button-filled" href=again rel="external">
            "Start again"
        </a>
    }
}

fn ask(waiting: WaitingInstall) -> AnyView {
    let WaitingInstall { account, mode, until, question, email } = waiting;
    let about = WaitingInstall::about(account.as_deref()).to_owned();
    let account = StoredValue::new(account);
    let named = move || match account.get_value() {
        Some(account) => view! { <code>{account}</code> },
        None => "this Stripe account".into_any(),
    };
    let (headline, question, yes, no) = match question {
        InstallQuestion::WasItYou => (
            "Connect this Stripe account to your workspace?",
            view! {
                <Banner tone=Tone::Amber>
                    <p>
                        "Confirm only if you just installed Codemint in " {named()}
                        " yourself. Somebody else may have sent you this link: your codes would then be minted in their account."
                    </p>
                </Banner>
            },
            "Connect it",
            "I did not do this",
        ),
        InstallQuestion::Replace { account: before, connected, minted } => {
            let before = match before {
                Some(before) => view! { <code>{before}</code> },
                None => "another account".into_any(),
            };
            (
                "Connect another Stripe account?",
                view! {
                    <p>
                        {if connected { "Your workspace is connected to " } else { "Your workspace was connected to " }} {before}
                        {if connected { " now. " } else { " before. " }} {named()} " takes its place."
                    </p>
                    <p>{coupons(minted)}</p>
                    <p>"Open checkouts keep their price, and counts are kept."</p>
                },
                "Connect the new account",
                if connected { "Keep the first one" } else { "Connect nothing" },
            )
        }
        InstallQuestion::Move { before, minted } => (
            "Move this Stripe account to your workspace?",
            view! {
                <p>{named()} " is connected to another workspace of Codemint. By the app, an account belongs to one workspace at a time."</p>
                <p>"If you move it, the other workspace is disconnected: its codes and counts stay there, and new checkouts with its codes are refused until it is connected again."</p>
                {before
                    .map(|before| {
                        view! {
                            <p>"Your workspace is connected to " <code>{before}</code> " now. " {named()} " takes its place."</p>
                            <p>{coupons(minted)}</p>
                        }
                    })}
            },
            "Move it here",
            "Leave it there",
        ),
    };
    let facts = [
        Some(("Stripe account", named())),
        mode.map(|mode| ("Mode", if mode == Mode::Test { "Test" } else { "Live" }.into_any())),
        email.map(|email| ("Signed in", email.into_any())),
        Some(("Can be confirmed until", view! { <Time when=until /> }.into_any())),
    ];
    let facts = facts
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            view! {
                <div class="pair">
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="panel confirm" aria-labelledby="confirm-title">
            <h1 id="confirm-title">{headline}</h1>
            <dl class="pairs">{facts}</dl>
            {question}
            <form method="post" action="/stripe/confirm" class="actions">
                <input type="hidden" name="about" value=about />
                <button type="submit" name="do" value="confirm" class="button button-filled">
                    {yes}
                </button>
                <button type="submit" name="do" value="refuse" class="button">
                    {no}
                </button>
            </form>
        </section>
    }
}

fn coupons(minted: i64) -> String {
    match minted {
        ..=0 => "No code has a coupon in the first account yet.".to_owned(),
        1 => "One code has its coupon in the first account. It stays there untouched; the code is minted anew in the new account at its next use.".to_owned(),
        count => format!("{count} codes have their coupon in the first account. They stay there untouched; each code is minted anew in the new account at its next use."),
    }
}
