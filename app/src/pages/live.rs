//! A page that stands open follows the connection: what changes in another tab, on another device or at Stripe shows by itself.

use super::around::Around;
use super::links::live as address;
use crate::browser;
use crate::components::Toasts;
use crate::prelude::*;
use crate::wire::live;
use crate::wire::screens::Frame;

/// What the page shows of the connection.
#[derive(Clone, Copy)]
pub struct Shown {
    now: StoredValue<Option<Seen>>,
    own: StoredValue<bool>,
    toasts: Toasts,
}

#[derive(Clone)]
struct Seen {
    livemode: bool,
    connected: bool,
    mark: String,
}

impl Shown {
    /// Nothing yet.
    pub fn new(around: Around) -> Self {
        Self { now: StoredValue::new(None), own: around.own, toasts: expect_context() }
    }

    /// The frame is drawn. Says where it has turned to connected while the page stood open, and not by the page itself.
    pub fn set(self, frame: Option<&Frame>) {
        let Some(frame) = frame else { return };
        let new = Seen {
            livemode: frame.connection.livemode,
            connected: frame.connection.status == "connected",
            mark: live::mark(&frame.connection, frame.trouble.as_deref()),
        };
        let (livemode, connected) = (new.livemode, new.connected);
        let before = self.now.try_update_value(|now| now.replace(new)).flatten();
        if connected && before.is_some_and(|before| before.livemode == livemode && !before.connected) {
            let own = self.own.try_update_value(std::mem::take).unwrap_or_default();
            if !own {
                self.toasts.say("Connected to Stripe.");
            }
        }
    }

    fn is(self, mark: &str) -> bool {
        self.now.with_value(|now| now.as_ref().is_some_and(|seen| seen.mark == mark))
    }
}

/// Follows the mode in view as long as the frame stands.
pub fn follow(around: Around, shown: Shown) {
    Effect::new(move |_| {
        let last = StoredValue::new(None::<String>);
        browser::listen(address(around.mode.get()), live::CONNECTION, live::OVER, move |data| {
            let before = last.try_update_value(|last| last.replace(data.clone())).flatten();
            let known = match before {
                Some(before) => before == data,
                None => shown.is(live::mark_in(&data)),
            };
            if !known {
                around.changed();
            }
        });
    });
}
