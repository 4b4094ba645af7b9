//! Between processes: one of them does something to a workspace, the others wait for it. One that dies is taken over when its lease has
//! run out, well within the time that a request has.

use super::Services;
use super::lease::{LEASE_MS, Lease};
use crate::scope::Scope;
use crate::store::{StoreError, Taken, Tx};
use app::domain::ids::encode;
use app::domain::problem::Problem;

/// A right that one process has. It ends when it is given back, or by itself when its process dies.
pub(super) struct NamedLease {
    name: String,
    owner: String,
    /// Grows each time somebody takes it.
    pub(super) fence: i64,
    _renewal: Lease,
}

impl NamedLease {
    /// Gives it back in the transaction of what was done under it. False: another process has taken over.
    pub(super) async fn release_in(&self, tx: &mut Tx, scope: &Scope) -> Result<bool, StoreError> {
        tx.at(scope).release_lease(&self.name, &self.owner, self.fence).await
    }
}

/// A right that is kept while this is.
pub(super) struct Held(#[expect(dead_code, reason = "its drop ends the renewal")] Option<Lease>);

impl Services {
    /// The right of this name, if no other process has it.
    pub(super) async fn lease(&self, scope: &Scope, name: &str) -> Result<Option<NamedLease>, Problem> {
        let now = self.now();
        let held = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).lease_is_held(name, now).await?
        };
        if held {
            return Ok(None);
        }
        let owner = encode(now, self.random_id()?);
        let mut tx = self.0.db.begin().await?;
        let taken = tx.at(scope).take_lease(name, &owner, now, now + LEASE_MS).await?;
        tx.commit().await?;
        let Taken::Ours(fence) = taken else { return Ok(None) };
        let renewal = self.keep_lease(scope, name, &owner, fence);
        Ok(Some(NamedLease { name: name.to_owned(), owner, fence, _renewal: renewal }))
    }

    /// The right to something that comes again and again every few seconds: the process that has it keeps it by coming back, and while it
    /// works; the others have it when it has not come back in time. None: another process does it. A file is one process'.
    pub(super) async fn hold(&self, scope: &Scope, name: &str) -> Result<Option<Held>, Problem> {
        if !self.0.db.is_shared() {
            return Ok(Some(Held(None)));
        }
        let (now, owner) = (self.now(), &self.0.process);
        let mut tx = self.0.db.begin().await?;
        let held = tx.at(scope).hold_lease(name, owner, now, now + LEASE_MS).await?;
        tx.commit().await?;
        let Taken::Ours(fence) = held else { return Ok(None) };
        Ok(Some(Held(Some(self.keep_lease(scope, name, owner, fence)))))
    }

    fn keep_lease(&self, scope: &Scope, name: &str, owner: &str, fence: i64) -> Lease {
        let (services, scope, name, owner) = (self.clone(), scope.clone(), name.to_owned(), owner.to_owned());
        Lease::keep(move || {
            let (services, scope, name, owner) = (services.clone(), scope.clone(), name.clone(), owner.clone());
            async move {
                let renewed = async {
                    let mut tx = services.0.db.begin().await?;
                    let ours = tx.at(&scope).renew_lease(&name, &owner, fence, services.now() + LEASE_MS).await?;
                    tx.commit().await?;
                    Ok::<_, StoreError>(ours)
                };
                renewed.await.unwrap_or(true)
            }
        })
    }

    /// Gives the right back where nothing was done under it: the next one need not wait until it runs out.
    pub(super) async fn end_lease(&self, scope: &Scope, lease: NamedLease) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        lease.release_in(&mut tx, scope).await?;
        tx.commit().await?;
        Ok(())
    }
}
