//! Sealed values in a real database of either engine: where each opens, and that a rotation loses none.

use super::Services;
use super::secrets::Place;
use crate::clock::Clock;
use crate::crypto::{MasterKeys, key_id};
use crate::scope::Scope;
use crate::store::conformance::engine::{Base, Engine, run};
use crate::store::{OF_WORKSPACES, SealedColumn, Tx};
use app::domain::ids::WorkspaceId;
use app::domain::mode::Mode;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

const NOW: i64 = 1_795_000_000_000;
const MODES: [Mode; 2] = [Mode::Test, Mode::Live];
const NO_GRACE: Duration = Duration::ZERO;

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                super::run(super::Engine::Sqlite, super::$name).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                super::run(super::Engine::Postgres, super::$name).await;
            }
        }
    )+};
}

on_both!(
    a_value_opens_at_its_place_alone,
    rotations_under_load_lose_nothing,
    a_slow_writer_keeps_its_key,
    a_value_that_was_just_read_opens,
    what_does_not_open_is_told_and_left,
    a_key_from_a_clock_ahead_does_not_stay_the_newest,
);

async fn services(base: &Base) -> Services {
    let ring = MasterKeys::parse("test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let services = Services::for_keys(&SecretString::from(base.url.clone()), ring, Clock::manual(NOW)).await.unwrap();
    let mut tx = services.0.db.begin().await.unwrap();
    for workspace in ["ws_a", "ws_b"] {
        tx.conn().insert_workspace(workspace, "Workspace", NOW).await.unwrap();
    }
    tx.commit().await.unwrap();
    services
}

/// A sealed place of the test: a column of a workspace, or what waits with an install.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Spot {
    of: usize,
    workspace: &'static str,
    mode: Mode,
    generation: i64,
    row: String,
}

/// Tickets' hashes, as bytes and as a place names them.
const TICKETS: [(&str, &str); 2] = [("ticket-1", "7469636b65742d31"), ("ticket-2", "7469636b65742d32")];

impl Spot {
    fn column(&self) -> Option<&'static SealedColumn> {
        OF_WORKSPACES.get(self.of).copied()
    }

    fn scope(&self) -> Scope {
        Scope { workspace: WorkspaceId::trusted(self.workspace.into()), mode: self.mode }
    }

    async fn seal(&self, services: &Services, tx: &mut Tx, secret: &str) -> Vec<u8> {
        match self.column() {
            Some(of) => {
                let place = Place::of(of, &self.row, self.generation);
                services.seal_at(tx, &self.scope(), place, secret).await.unwrap()
            }
            None => services.seal_for_system(tx, &self.row, self.generation, secret).await.unwrap(),
        }
    }

    async fn open(&self, services: &Services, sealed: &[u8]) -> Option<String> {
        let opened = match self.column() {
            Some(of) => {
                let place = Place::of(of, &self.row, self.generation);
                services.open_at(&self.scope(), place, sealed).await
            }
            None => services.open_for_system(&self.row, self.generation, sealed).await,
        };
        opened.ok().map(|secret| secret.expose_secret().to_owned())
    }

    /// Writes over what stands there; a row is made before by [`Self::insert`].
    async fn write(&self, tx: &mut Tx, sealed: &[u8]) {
        let sql = match self.column().map(|of| (of.table, of.column)) {
            Some(("connections", _)) => {
                "UPDATE connections SET secret = $4, generation = $3 WHERE workspace_id = $1 AND mode = $2"
            }
            Some((_, "access")) => {
                "UPDATE app_tokens SET access = $4 WHERE workspace_id = $1 AND mode = $2 AND generation = $3"
            }
            Some((_, "refresh")) => {
                "UPDATE app_tokens SET refresh = $4 WHERE workspace_id = $1 AND mode = $2 AND generation = $3"
            }
            Some(_) => {
                "UPDATE webhook_endpoints SET secret = $4, generation = $3 WHERE workspace_id = $1 AND mode = $2"
            }
            None => {
                let (ticket, _) = TICKETS[usize::from(self.row == TICKETS[1].1)];
                let sql = "UPDATE waiting_installs SET sealed = $4, generation = $3 WHERE mode = $2 AND account = $1";
                assert_eq!(tx.conn().write_raw(sql, [ticket, "test"], self.generation, sealed).await, 1);
                return;
            }
        };
        assert_eq!(tx.conn().write_raw(sql, [self.workspace, self.mode.as_str()], self.generation, sealed).await, 1);
    }

    async fn read(&self, tx: &mut Tx) -> Vec<u8> {
        let sql = match self.column().map(|of| (of.table, of.column)) {
            Some(("connections", _)) => {
                "SELECT secret FROM connections WHERE workspace_id = $1 AND mode = $2 AND generation = $3"
            }
            Some((_, "access")) => {
                "SELECT access FROM app_tokens WHERE workspace_id = $1 AND mode = $2 AND generation = $3"
            }
            Some((_, "refresh")) => {
                "SELECT refresh FROM app_tokens WHERE workspace_id = $1 AND mode = $2 AND generation = $3"
            }
            Some(_) => "SELECT secret FROM webhook_endpoints WHERE workspace_id = $1 AND mode = $2 AND generation = $3",
            None => {
                let (ticket, _) = TICKETS[usize::from(self.row == TICKETS[1].1)];
                let sql = "SELECT sealed FROM waiting_installs WHERE mode = $2 AND account = $1 AND generation = $3";
                return tx.conn().read_raw(sql, [ticket, "test"], self.generation).await;
            }
        };
        tx.conn().read_raw(sql, [self.workspace, self.mode.as_str()], self.generation).await
    }
}

/// Rows at every place of two workspaces in both modes, tokens of three generations, and two waiting installs; each with a secret of its own.
async fn fill(services: &Services) -> HashMap<Spot, String> {
    let rows = [
        "INSERT INTO connections (workspace_id, mode, generation, method, status, key_hint, secret, permissions, connected_at, updated_at)
         VALUES ($1, $2, $3, 'restricted_key', 'connected', '', $4, '{}', 1, 1)",
        "INSERT INTO app_tokens (workspace_id, mode, generation, connected, account, access, refresh, access_expires_at, fence, created_at)
         VALUES ($1, $2, $3, 1, 'acct_1', $4, $4, 1, 0, 1)",
        "INSERT INTO webhook_endpoints (workspace_id, mode, id, generation, secret, created_at, updated_at)
         VALUES ($1, $2, 'whk_' || $1 || '_' || $2, $3, $4, 1, 1)",
    ];
    let mut spots = Vec::new();
    let mut tx = services.0.db.begin().await.unwrap();
    for workspace in ["ws_a", "ws_b"] {
        for mode in MODES {
            for (insert, generations) in rows.into_iter().zip([1..=1, 1..=3, 1..=1]) {
                for generation in generations {
                    tx.conn().write_raw(insert, [workspace, mode.as_str()], generation, b"-").await;
                }
            }
            for (of, at) in OF_WORKSPACES.into_iter().enumerate() {
                let row =
                    if at.table == "webhook_endpoints" { format!("whk_{workspace}_{mode}") } else { workspace.into() };
                let generations = if at.table == "app_tokens" { 1..=3 } else { 1..=1 };
                spots.extend(generations.map(|generation| Spot { of, workspace, mode, generation, row: row.clone() }));
            }
        }
    }
    for (ticket, row) in TICKETS {
        let insert =
            "INSERT INTO waiting_installs (ticket_hash, kind, mode, account, generation, created_at, expires_at)
             VALUES ($4, 'code', $2, $1, $3, 1, 2)";
        tx.conn().write_raw(insert, [ticket, "test"], 1, ticket.as_bytes()).await;
        spots.push(Spot { of: usize::MAX, workspace: "", mode: Mode::Test, generation: 1, row: row.into() });
    }
    let mut kept = HashMap::new();
    for (index, spot) in spots.into_iter().enumerate() {
        let secret = format!("secret-{index}");
        let sealed = spot.seal(services, &mut tx, &secret).await;
        spot.write(&mut tx, &sealed).await;
        kept.insert(spot, secret);
    }
    tx.commit().await.unwrap();
    kept
}

async fn all_open(services: &Services, kept: &HashMap<Spot, String>) {
    for (spot, secret) in kept {
        let sealed = spot.read(&mut services.0.db.begin().await.unwrap()).await;
        assert_eq!(spot.open(services, &sealed).await.as_ref(), Some(secret), "{spot:?}");
    }
}

async fn keys(services: &Services, workspace: &str) -> usize {
    services.0.db.reader().await.unwrap().conn().keys_of(workspace).await.unwrap().len()
}

async fn a_value_opens_at_its_place_alone(base: Base) {
    let services = services(&base).await;
    let kept = fill(&services).await;
    all_open(&services, &kept).await;
    let mut swaps = 0;
    for from in kept.keys() {
        for to in kept.keys().filter(|to| *to != from) {
            // Never committed: the next swap begins with the same rows.
            let mut tx = services.0.db.begin().await.unwrap();
            let sealed = from.read(&mut tx).await;
            to.write(&mut tx, &sealed).await;
            let moved = to.read(&mut tx).await;
            assert_eq!(moved, sealed);
            drop(tx);
            assert_eq!(to.open(&services, &moved).await, None, "{from:?} opened at {to:?}");
            swaps += 1;
        }
        // The same row, as of another generation.
        let sealed = from.read(&mut services.0.db.begin().await.unwrap()).await;
        for generation in [0, from.generation + 7, -from.generation] {
            assert_eq!(Spot { generation, ..from.clone() }.open(&services, &sealed).await, None);
        }
    }
    assert_eq!(swaps, 34 * 33);
    services.close().await;
}

async fn rotations_under_load_lose_nothing(base: Base) {
    const WRITERS: usize = 6;
    let services = services(&base).await;
    let kept = fill(&services).await;
    let spots: Vec<(Spot, Arc<Mutex<String>>)> =
        kept.into_iter().map(|(spot, secret)| (spot, Arc::new(Mutex::new(secret)))).collect();
    let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (services, spots, over) = (services.clone(), spots.clone(), over.clone());
            tokio::spawn(async move {
                let mut written = 0;
                while !over.load(std::sync::atomic::Ordering::SeqCst) {
                    // Every other place rests, so that the rotations have it to themselves.
                    let (spot, secret) = &spots[(written * WRITERS + writer) % (spots.len() / 2)];
                    let mut secret = secret.lock().await;
                    let next = format!("{writer}-{written}");
                    let mut tx = services.0.db.begin().await.unwrap();
                    let sealed = spot.seal(&services, &mut tx, &next).await;
                    spot.write(&mut tx, &sealed).await;
                    tx.commit().await.unwrap();
                    *secret = next;
                    written += 1;
                }
                written
            })
        })
        .collect();
    let mut values = 0;
    for _ in 0..12 {
        // A second process, two of them at once even.
        let (one, two) =
            tokio::join!(services.reseal_values(NO_GRACE, |_| ()), services.reseal_values(NO_GRACE, |_| ()));
        for done in [one.unwrap(), two.unwrap()] {
            values += done.values;
            assert!(done.broken.is_empty(), "{done:?}");
        }
    }
    over.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    services.reseal_values(NO_GRACE, |_| ()).await.unwrap();
    let mut kept = HashMap::new();
    for (spot, secret) in spots {
        kept.insert(spot, secret.lock().await.clone());
    }
    all_open(&services, &kept).await;
    assert!(values > 100 && written > 100, "{values} sealed again, {written} written");
    for workspace in ["", "ws_a", "ws_b"] {
        assert_eq!(keys(&services, workspace).await, 1);
    }
    services.close().await;
}

/// A transaction read the old key before the new one was made, and writes what it sealed after the rotation came to delete the old one.
async fn a_slow_writer_keeps_its_key(base: Base) {
    let services = services(&base).await;
    let mut kept = fill(&services).await;
    let spot = kept.keys().find(|spot| spot.of == 2 && spot.generation == 2).unwrap().clone();
    let mut tx = services.0.db.begin().await.unwrap();
    let sealed = spot.seal(&services, &mut tx, "late").await;
    let rotating = tokio::spawn({
        let services = services.clone();
        async move { services.reseal_values(NO_GRACE, |_| ()).await }
    });
    if base.url.starts_with("postgres") {
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        let mut tries = 0;
        while !rotating.is_finished() && services.0.db.reader().await.unwrap().conn().number_raw(waits).await == 0 {
            tries += 1;
            assert!(tries < 2_000, "it neither waits nor ends");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(keys(&services, spot.workspace).await, 2, "the old key stands while somebody seals under it");
    }
    spot.write(&mut tx, &sealed).await;
    tx.commit().await.unwrap();
    let done = rotating.await.unwrap().unwrap();
    assert_eq!((done.keys_kept, done.broken.len()), (0, 0));
    kept.insert(spot.clone(), "late".to_owned());
    all_open(&services, &kept).await;
    assert_eq!(keys(&services, spot.workspace).await, 1);
    services.close().await;
}

async fn a_value_that_was_just_read_opens(base: Base) {
    let services = services(&base).await;
    let kept = fill(&services).await;
    let (spot, secret) = kept.iter().find(|(spot, _)| spot.workspace == "ws_b").unwrap();
    let read = spot.read(&mut services.0.db.begin().await.unwrap()).await;
    let told = Arc::new(tokio::sync::Notify::new());
    let rotating = tokio::spawn({
        let (services, told) = (services.clone(), told.clone());
        async move { services.reseal_values(Duration::from_secs(2), |_| told.notify_one()).await }
    });
    told.notified().await;
    let now = spot.read(&mut services.0.db.begin().await.unwrap()).await;
    assert_ne!(key_id(&now).unwrap(), key_id(&read).unwrap(), "it is sealed again by now");
    assert_eq!(spot.open(&services, &read).await.as_ref(), Some(secret));
    rotating.await.unwrap().unwrap();
    assert_eq!(spot.open(&services, &read).await, None, "its key is gone");
    all_open(&services, &kept).await;
    services.close().await;
}

async fn what_does_not_open_is_told_and_left(base: Base) {
    let services = services(&base).await;
    let mut kept = fill(&services).await;
    let spot = kept.keys().find(|spot| spot.of == 0 && spot.workspace == "ws_a").unwrap().clone();
    let mut tx = services.0.db.begin().await.unwrap();
    let mut damaged = spot.read(&mut tx).await;
    *damaged.last_mut().unwrap() ^= 1;
    spot.write(&mut tx, &damaged).await;
    tx.commit().await.unwrap();

    let done = services.reseal_values(NO_GRACE, |_| ()).await.unwrap();
    assert_eq!(done.broken, [format!("connections.secret of ws_a, {}", spot.mode)]);
    assert_eq!((done.keys_kept, keys(&services, "ws_a").await, keys(&services, "ws_b").await), (1, 2, 1));
    assert_eq!(spot.read(&mut services.0.db.begin().await.unwrap()).await, damaged);
    // Connected again: the same rotation comes to its end, and nobody gets another key.
    let mut tx = services.0.db.begin().await.unwrap();
    let sealed = spot.seal(&services, &mut tx, "anew").await;
    spot.write(&mut tx, &sealed).await;
    tx.commit().await.unwrap();
    let done = services.reseal_values(NO_GRACE, |_| ()).await.unwrap();
    assert_eq!((done.resumed, done.keys_made, done.keys_deleted, done.keys_kept), (true, 0, 1, 0));
    kept.insert(spot, "anew".to_owned());
    all_open(&services, &kept).await;
    services.close().await;
}

async fn a_key_from_a_clock_ahead_does_not_stay_the_newest(base: Base) {
    let services = services(&base).await;
    let kept = fill(&services).await;
    services.0.clock.advance_ms(-86_400_000);
    let done = services.reseal_values(NO_GRACE, |_| ()).await.unwrap();
    assert_eq!((done.keys_made, done.keys_deleted, done.values), (3, 3, 34));
    let again = services.reseal_values(NO_GRACE, |_| ()).await.unwrap();
    assert_eq!((again.keys_made, again.keys_deleted, again.values), (3, 3, 34));
    all_open(&services, &kept).await;
    services.close().await;
}
