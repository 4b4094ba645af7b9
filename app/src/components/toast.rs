//! A word about what was just done, with the way back where there is one.

use crate::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long it stands.
const LIFE: Duration = Duration::from_secs(8);

/// The way back outlives the screen that offered it: an `Arc` rather than a `Callback`, which goes with its screen.
type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    number: u32,
    text: String,
    undo: Option<Undo>,
}

/// Where screens leave a word; it outlives the screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Option<Toast>>,
    number: RwSignal<u32>,
}

impl Toasts {
    /// None yet.
    pub fn new() -> Self {
        Self { shown: RwSignal::new(None), number: RwSignal::new(0) }
    }

    /// Says something.
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), None);
    }

    /// Says something that can be taken back. What `undo` uses must live as long as the application.
    pub fn say_with_undo(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.show(text.into(), Some(Arc::new(undo)));
    }

    fn show(self, text: String, undo: Option<Undo>) {
        self.number.update(|number| *number += 1);
        let number = self.number.get_untracked();
        self.shown.set(Some(Toast { number, text, undo }));
        set_timeout(move || self.hide(number), LIFE);
    }

    fn hide(self, number: u32) {
        if self.shown.try_with_untracked(|shown| shown.as_ref().is_some_and(|toast| toast.number == number))
            == Some(true)
        {
            self.shown.set(None);
        }
    }
}

/// Where the words stand. The region is always there: screen readers announce only what changes in one that they know.
#[component]
pub fn ToastsView(
    /// What is said.
    toasts: Toasts,
) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || {
                toasts
                    .shown
                    .get()
                    .map(|toast| {
                        let number = toast.number;
                        view! {
                            <div class="toast">
                                <span>{toast.text}</span>
                                {toast
                                    .undo
                                    .map(|undo| {
                                        let click = move |_| {
                                            toasts.hide(number);
                                            undo();
                                        };
                                        view! {
                                            <button type="button" class="link" on:click=click>
                                                "Undo"
                                            </button>
                                        }
                                    })}
                            </div>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}
