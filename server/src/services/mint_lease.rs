//! Between processes: one of them mints a coupon, the others wait for it. One that dies is taken over when its lease has run out, well
//! within the time that a request has.

use super::Services;
use super::lease::{LEASE_MS, Lease};
use crate::scope::Scope;
use crate::store::{StoreError, Taken, Tx};
use app::domain::ids::encode;
use app::domain::problem::Problem;

/// The right to mint a coupon. It ends when it is given back, or by itself when its process dies.
pub(super) struct MintLease {
    coupon_id: String,
    owner: String,
    fence: i64,
    _renewal: Lease,
}

impl MintLease {
    /// Gives it back in the transaction of what was done under it. False: another process has taken over, and decides.
    pub(super) async fn give_back(self, tx: &mut Tx, scope: &Scope) -> Result<bool, StoreError> {
        tx.at(scope).release_lease(&self.coupon_id, &self.owner, self.fence).await
    }
}

impl Services {
    /// The right to mint this coupon, if no other process has it.
    pub(super) async fn lease_mint(&self, scope: &Scope, coupon_id: &str) -> Result<Option<MintLease>, Problem> {
        let now = self.now();
        let held = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).lease_is_held(coupon_id, now).await?
        };
        if held {
            return Ok(None);
        }
        let owner = encode(now, self.random_id()?);
        let mut tx = self.0.db.begin().await?;
        let taken = tx.at(scope).take_lease(coupon_id, &owner, now, now + LEASE_MS).await?;
        tx.commit().await?;
        let Taken::Ours(fence) = taken else { return Ok(None) };
        let renewal = self.keep_mint(scope, coupon_id, &owner, fence);
        Ok(Some(MintLease { coupon_id: coupon_id.to_owned(), owner, fence, _renewal: renewal }))
    }

    fn keep_mint(&self, scope: &Scope, coupon_id: &str, owner: &str, fence: i64) -> Lease {
        let (services, scope, name, owner) = (self.clone(), scope.clone(), coupon_id.to_owned(), owner.to_owned());
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

    /// Gives the right back after a mint that failed: the next one need not wait until it runs out.
    pub(super) async fn end_mint(&self, scope: &Scope, lease: MintLease) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        lease.give_back(&mut tx, scope).await?;
        tx.commit().await?;
        Ok(())
    }
}
