//! What open pages are told while they stand open: that a connection has changed.
//!
//! One watcher in a process reads for all pages. The database is its truth, asked each second while somebody listens, so that a change
//! by another process is seen as well; a service that changes a connection only hastens it (`changed`).

use super::{Services, connection};
use crate::crypto;
use crate::scope::Scope;
use crate::store::{ConnectionRow, StoreError};
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::live;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often the database is asked while somebody listens.
const POLL: Duration = Duration::from_secs(1);
/// How far back a poll looks, in milliseconds: the clocks of two processes may differ by so much.
const OVERLAP_MS: i64 = 120_000;
/// Most pages of one workspace that are told.
const MOST: usize = 50;

/// Who listens, and what they were told last.
#[derive(Default)]
pub(super) struct Live {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    listened: HashMap<Scope, watch::Sender<Option<String>>>,
    /// To be read before the next poll.
    due: HashSet<Scope>,
    /// The server stops: nobody is told anything any more.
    over: bool,
}

impl Live {
    /// A connection was changed: to be called after the commit.
    pub(super) fn changed(&self, scope: &Scope) {
        let mut state = self.state.lock();
        if state.listened.contains_key(scope) {
            state.due.insert(scope.clone());
            self.wake.notify_one();
        }
    }

    /// Whether anybody listens; forgets who has left.
    fn anybody(&self) -> bool {
        let mut state = self.state.lock();
        state.listened.retain(|_, told| told.receiver_count() > 0);
        !state.listened.is_empty()
    }

    fn due(&self) -> Vec<Scope> {
        self.state.lock().due.drain().collect()
    }

    fn tell(&self, scope: &Scope, data: String) {
        if let Some(told) = self.state.lock().listened.get(scope) {
            told.send_if_modified(|before| {
                let news = before.as_ref() != Some(&data);
                *before = Some(data);
                news
            });
        }
    }

    fn end(&self) {
        let mut state = self.state.lock();
        state.over = true;
        state.listened.clear();
    }
}

/// One page's ear for a connection.
pub struct Listener {
    scope: Scope,
    told: watch::Receiver<Option<String>>,
}

impl Listener {
    /// What it is told next (`live::data`): at once how things stand, later each change. None: the server stops.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            self.told.changed().await.ok()?;
            let told = self.told.borrow_and_update().clone();
            if told.is_some() {
                return told;
            }
        }
    }
}

fn data(scope: &Scope, row: Option<&ConnectionRow>) -> String {
    let mark = live::mark(&connection::wire(scope, row), row.and_then(|row| row.trouble.as_deref()));
    live::data(&mark, row.map_or(0, |row| row.generation))
}

impl Services {
    /// Listens to the connection of the workspace in view.
    pub fn listen(&self, viewer: &Viewer, mode: Mode) -> Result<Listener, Problem> {
        let scope = Scope::stored(viewer.workspace_id.clone(), mode.as_str());
        let other = Scope { mode: mode.other(), ..scope.clone() };
        let live = &self.0.live;
        let mut state = live.state.lock();
        let listeners = |state: &State, scope| state.listened.get(scope).map_or(0, watch::Sender::receiver_count);
        if listeners(&state, &scope) + listeners(&state, &other) >= MOST {
            let words = format!(
                "{MOST} pages of this workspace are open already. This one works, but changes made elsewhere show when it is loaded again."
            );
            return Err(Problem { retry_after: Some(60), ..Problem::new(Code::RateLimited, words) });
        }
        if listeners(&state, &scope) == 0 {
            // What an earlier listener was told may be old: nobody has looked since.
            state.listened.remove(&scope);
        }
        let mut told = match state.listened.get(&scope) {
            Some(told) => told.subscribe(),
            None => {
                let (teller, told) = watch::channel(None);
                // Once the server stops, the teller goes at once, and the listener is at its end.
                if !state.over {
                    state.listened.insert(scope.clone(), teller);
                    state.due.insert(scope.clone());
                }
                told
            }
        };
        told.mark_changed();
        drop(state);
        live.wake.notify_one();
        Ok(Listener { scope, told })
    }

    /// Looks again whether all that this listener was told still holds.
    pub fn look_again(&self, listener: &Listener) {
        self.0.live.changed(&listener.scope);
    }

    /// Whether a session still is and shows this listener's workspace. Asking does not prolong it: a page that is open is not a person.
    pub async fn may_listen(&self, cookie_value: &str, listener: &Listener) -> bool {
        let hash = crypto::hash_token(cookie_value);
        let session = async {
            let mut reader = self.0.db.reader().await?;
            reader.conn().session(hash.as_bytes(), self.now()).await
        };
        match session.await {
            Ok(session) => session.is_some_and(|session| session.workspace_id == listener.scope.workspace.as_str()),
            Err(error) => {
                let error: StoreError = error;
                tracing::warn!(%error, "a session could not be looked up");
                true
            }
        }
    }

    /// Reads for all listeners until the server stops.
    pub async fn watch_connections(&self, stop: CancellationToken) {
        let live = &self.0.live;
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let anybody = live.anybody();
            let looked = tokio::select! {
                () = stop.cancelled() => break,
                () = live.wake.notified() => self.look_at_due().await,
                _ = poll.tick(), if anybody => self.look_at_changed().await,
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "a connection could not be looked at for open pages; it is tried again");
            }
        }
        live.end();
    }

    async fn look_at_due(&self) -> Result<(), StoreError> {
        for scope in self.0.live.due() {
            let row = async {
                let mut reader = self.0.db.reader().await?;
                reader.at(&scope).connection().await
            };
            match row.await {
                Ok(row) => self.0.live.tell(&scope, data(&scope, row.as_ref())),
                Err(error) => {
                    // At the next poll.
                    self.0.live.state.lock().due.insert(scope);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn look_at_changed(&self) -> Result<(), StoreError> {
        self.look_at_due().await?;
        let mut reader = self.0.db.reader().await?;
        let rows = reader.conn().connections_changed(self.now() - OVERLAP_MS).await?;
        for row in rows {
            let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
            self.0.live.tell(&scope, data(&scope, Some(&row)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope::stored("ws_1".into(), "test")
    }

    #[tokio::test]
    async fn the_same_is_not_told_twice() {
        let live = Live::default();
        let (teller, told) = watch::channel(None);
        live.state.lock().listened.insert(scope(), teller);
        let mut listener = Listener { scope: scope(), told };
        live.tell(&scope(), "a.1".into());
        assert_eq!(listener.next().await.as_deref(), Some("a.1"));
        live.tell(&scope(), "a.1".into());
        live.tell(&scope(), "b.1".into());
        assert_eq!(listener.next().await.as_deref(), Some("b.1"));
        live.end();
        assert_eq!(listener.next().await, None);
    }

    #[test]
    fn what_nobody_listens_to_is_not_read() {
        let live = Live::default();
        live.changed(&scope());
        assert!(live.due().is_empty() && !live.anybody());
        let (teller, told) = watch::channel(None);
        live.state.lock().listened.insert(scope(), teller);
        live.changed(&scope());
        assert_eq!((live.anybody(), live.due()), (true, vec![scope()]));
        drop(told);
        assert!(!live.anybody());
    }
}
