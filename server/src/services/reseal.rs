//! `codemint keys rotate --data`: each workspace (and the system) gets a new data key, its values are sealed again under it, and the old
//! data keys are deleted; all of it while servers run.
//!
//! - **A value that changed meanwhile is left alone.** Each is swapped against the ciphertext that it was made from. A token that has just
//!   rolled has another one, and is looked at again; by then the server itself has sealed it under the newest key.
//! - **No value loses its key.** Who seals reads the newest key inside the transaction that writes the value, and on PostgreSQL holds that
//!   row (`FOR KEY SHARE`) until it ends. A deletion takes the row first (`FOR UPDATE`), which waits for all of those, and only the next
//!   statement looks whether a value stands under it: it sees what they committed. Who comes later waits for the deletion and finds
//!   another key. On SQLite one transaction writes at a time, in whichever process, and both are one.
//! - **Who reads is not surprised.** A value is read first and its key afterwards; between the two it may be sealed again. The old keys
//!   therefore stand for a while after the last value has left them, longer than a reader can wait for a connection.
//! - **It resumes.** A key tells the rotation that made it. While an older key stands beside such a one, that rotation is unfinished, and the
//!   next run continues it: who has a key of it gets no other.

use super::Services;
use super::rotation::head;
use super::secrets::Place;
use crate::crash;
use crate::crypto::{DataKey, key_id};
use crate::scope::Scope;
use crate::store::{KeyRow, OF_WORKSPACES, SealedColumn, WaitingRow};
use app::domain::ids::{DataKeyId, SystemKeyId};
use app::domain::problem::Problem;
use std::fmt::Write as _;
use std::time::Duration;

/// The system, where a workspace is named.
const SYSTEM: &str = "";
/// Workspaces that are read at once.
const PAGE: i64 = 100;
/// So often what was sealed under an old key in the last moment is sealed again. Twice is not expected.
const ROUNDS: u32 = 5;

/// What a rotation of the data keys did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// It went on with one that had been interrupted.
    pub resumed: bool,
    /// New data keys.
    pub keys_made: u64,
    /// Values that were sealed again.
    pub values: u64,
    /// Old data keys that are gone.
    pub keys_deleted: u64,
    /// Old data keys that are still needed.
    pub keys_kept: u64,
    /// Values that could not be opened, by their places. They were left as they are.
    pub broken: Vec<String>,
}

/// One look at all values of a workspace.
#[derive(Default)]
struct Pass {
    values: u64,
    /// Changed while they were looked at.
    moved: u64,
    broken: Vec<String>,
}

/// The moment, and the random part of an id, that sort a new key behind all that are there, whatever this machine's clock says.
fn newer_than(keys: &[KeyRow], now: i64) -> i64 {
    keys.iter().map(|key| key.created_at + 1).fold(now, i64::max)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl Services {
    /// Gives every workspace a new data key, seals its values again and deletes the old keys, `grace` after the last value has left them.
    /// `say` is told what is waited for.
    pub async fn reseal_values(&self, grace: Duration, say: impl Fn(&str)) -> Result<Resealed, Problem> {
        let mut done = Resealed::default();
        let rotation = self.rotation_to_go_on_with(&mut done).await?;
        self.give_keys(rotation, &mut done).await?;
        for _ in 0..ROUNDS {
            let holders = self.with_old_keys().await?;
            if holders.is_empty() {
                break;
            }
            done.broken.clear();
            for holder in &holders {
                let pass = self.reseal_all(holder).await?;
                done.values += pass.values;
                done.broken.extend(pass.broken);
            }
            crash::here!("rotate-resealed");
            say(&format!(
                "All values are sealed under new data keys. The old ones stand for another {} s, for whoever has just read a value.",
                grace.as_secs()
            ));
            tokio::time::sleep(grace).await;
            done.keys_kept = 0;
            for holder in &holders {
                self.delete_old_keys(holder, &mut done).await?;
            }
            if done.keys_kept == 0 || !done.broken.is_empty() {
                break;
            }
        }
        Ok(done)
    }

    /// When the rotation began (milliseconds) that this run is of.
    async fn rotation_to_go_on_with(&self, done: &mut Resealed) -> Result<i64, Problem> {
        let mut reader = self.0.db.reader().await?;
        if let Some(unfinished) = reader.conn().unfinished_rotation().await? {
            done.resumed = true;
            return Ok(unfinished);
        }
        let newest = reader.conn().newest_rotation().await?;
        Ok(newest.map_or(self.now(), |newest| self.now().max(newest + 1)))
    }

    async fn give_keys(&self, rotation: i64, done: &mut Resealed) -> Result<(), Problem> {
        let mut holders = vec![SYSTEM.to_owned()];
        while let Some(last) = holders.last().cloned() {
            let mut made = 0;
            let mut tx = self.0.db.begin().await?;
            for holder in &holders {
                let keys = tx.conn().keys_of(holder).await?;
                if keys.first().is_some_and(|newest| newest.rotation != Some(rotation)) {
                    let key = self.new_key(holder, newer_than(&keys, self.now()), rotation)?;
                    tx.conn().insert_rotated_key(&key).await?;
                    made += 1;
                }
            }
            crash::here!("rotate-giving");
            tx.commit().await?;
            crash::here!("rotate-given");
            done.keys_made += made;
            holders = self.0.db.reader().await?.conn().keyholders(&last, PAGE).await?;
        }
        Ok(())
    }

    fn new_key(&self, holder: &str, now: i64, rotation: i64) -> Result<KeyRow, Problem> {
        let random = self.random_id()?;
        let id = if holder == SYSTEM {
            SystemKeyId::new(now, random).as_str().to_owned()
        } else {
            DataKeyId::new(now, random).as_str().to_owned()
        };
        let not_made = |error: &dyn std::fmt::Display| super::error::internal("a data key could not be made", error);
        let key = DataKey::generate(&id).map_err(|error| not_made(&error))?;
        let wrapped = key.wrap(self.ring()?, holder).map_err(|error| not_made(&error))?;
        Ok(KeyRow { workspace_id: holder.to_owned(), id, wrapped, created_at: now, rotation: Some(rotation) })
    }

    async fn with_old_keys(&self) -> Result<Vec<String>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let mut all = Vec::new();
        if reader.conn().keys_of(SYSTEM).await?.len() > 1 {
            all.push(SYSTEM.to_owned());
        }
        let mut after = String::new();
        loop {
            let page = reader.conn().holders_of_old_keys(&after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after.clone_from(last);
            all.extend(page);
        }
    }

    /// Until a look finds nothing that moved. What did not open is looked at twice: another rotation may have been at it.
    async fn reseal_all(&self, holder: &str) -> Result<Pass, Problem> {
        let mut values = 0;
        let mut broken_before = Vec::new();
        loop {
            let mut pass = Pass::default();
            if holder == SYSTEM {
                self.reseal_waiting(&mut pass).await?;
            } else {
                for at in OF_WORKSPACES {
                    self.reseal_column(holder, at, &mut pass).await?;
                }
            }
            values += pass.values;
            if pass.moved == 0 && pass.broken == broken_before {
                return Ok(Pass { values, ..pass });
            }
            broken_before = pass.broken;
        }
    }

    async fn reseal_column(&self, workspace: &str, at: &'static SealedColumn, pass: &mut Pass) -> Result<(), Problem> {
        let mut after = (String::new(), i64::MIN);
        loop {
            let (rows, keys) = {
                let mut reader = self.0.db.reader().await?;
                let newest = self.newest_head(reader.conn().keys_of(workspace).await?)?;
                let rows = reader.conn().sealed_elsewhere(at, workspace, &newest, (&after.0, after.1)).await?;
                // Read after the values: a key comes before what it seals.
                (rows, reader.conn().keys_of(workspace).await?)
            };
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.mode.clone(), last.generation);
            let mut tx = self.0.db.begin().await?;
            let newest = self.data_key(&mut tx, &Scope::stored(workspace.to_owned(), &last.mode)).await?;
            for before in &rows {
                let scope = Scope::stored(workspace.to_owned(), &before.mode);
                let aad = Place::of(at, &before.row, before.generation).aad(&scope);
                let Ok(value) = self.old_key(&keys, &before.sealed).and_then(|key| {
                    key.open(&aad, &before.sealed).map_err(|error| super::error::internal("not opened", &error))
                }) else {
                    pass.broken.push(format!("{}.{} of {workspace}, {}", at.table, at.column, before.mode));
                    continue;
                };
                let sealed =
                    newest.seal(&aad, &value).map_err(|e| super::error::internal("a value was not sealed", &e))?;
                let swapped = tx.conn().swap_sealed(at, workspace, before, &sealed).await?;
                pass.values += u64::from(swapped);
                pass.moved += u64::from(!swapped);
            }
            crash::here!("rotate-resealing");
            tx.commit().await?;
            crash::here!("rotate-batch");
        }
    }

    async fn reseal_waiting(&self, pass: &mut Pass) -> Result<(), Problem> {
        let mut after = Vec::new();
        loop {
            let (rows, keys) = {
                let mut reader = self.0.db.reader().await?;
                let newest = self.newest_head(reader.conn().keys_of(SYSTEM).await?)?;
                let rows: Vec<WaitingRow> = reader.conn().waiting_elsewhere(&newest, &after).await?;
                (rows, reader.conn().keys_of(SYSTEM).await?)
            };
            let Some(last) = rows.last() else { return Ok(()) };
            after.clone_from(&last.ticket_hash);
            let mut tx = self.0.db.begin().await?;
            let newest = self.system_key(&mut tx).await?;
            for before in &rows {
                let row = hexadecimal(&before.ticket_hash);
                let aad = Place::waiting_install(&row, before.generation).system_aad();
                let Ok(value) = self.old_key(&keys, &before.sealed).and_then(|key| {
                    key.open(&aad, &before.sealed).map_err(|error| super::error::internal("not opened", &error))
                }) else {
                    pass.broken.push("waiting_installs.sealed".to_owned());
                    continue;
                };
                let sealed =
                    newest.seal(&aad, &value).map_err(|e| super::error::internal("a value was not sealed", &e))?;
                let swapped = tx.conn().swap_waiting(before, &sealed).await?;
                pass.values += u64::from(swapped);
                pass.moved += u64::from(!swapped);
            }
            tx.commit().await?;
        }
    }

    fn newest_head(&self, keys: Vec<KeyRow>) -> Result<Vec<u8>, Problem> {
        let newest = keys.first().ok_or_else(|| super::error::internal("a rotation lost its key", &"none is left"))?;
        head(&newest.id)
    }

    /// The key that a value says it is sealed under.
    fn old_key(&self, keys: &[KeyRow], sealed: &[u8]) -> Result<DataKey, Problem> {
        let not_opened = |error: &dyn std::fmt::Display| super::error::internal("not opened", error);
        let id = key_id(sealed).map_err(|error| not_opened(&error))?;
        let key = keys.iter().find(|key| key.id == id).ok_or_else(|| not_opened(&"its key is not there"))?;
        DataKey::unwrap(&key.id, &key.workspace_id, self.ring()?, &key.wrapped).map_err(|error| not_opened(&error))
    }

    /// Deletes the keys behind the newest that seal nothing. See the top of this file for why none is missed.
    async fn delete_old_keys(&self, holder: &str, done: &mut Resealed) -> Result<(), Problem> {
        let keys = self.0.db.reader().await?.conn().keys_of(holder).await?;
        for old in keys.iter().skip(1) {
            let mut tx = self.0.db.begin().await?;
            if !tx.conn().lock_key(old).await? {
                continue;
            }
            let head = head(&old.id)?;
            let mut needed = holder == SYSTEM && tx.conn().waits_under(&head).await?;
            for at in OF_WORKSPACES {
                needed = needed || (holder != SYSTEM && tx.conn().is_sealed_under(at, holder, &head).await?);
            }
            if needed {
                done.keys_kept += 1;
                continue;
            }
            tx.conn().delete_key(old).await?;
            crash::here!("rotate-deleting");
            tx.commit().await?;
            crash::here!("rotate-deleted");
            done.keys_deleted += 1;
        }
        Ok(())
    }
}
