//! Idempotency keys: one effect and one answer for a request, however often it is sent.

use super::Services;
use super::lease::{LEASE_MS, Lease};
use crate::scope::Scope;
use crate::store::{Row, StoreError, Taken, Tx};
use app::domain::problem::{Code, Problem};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is to be done with a request that carries a key.
pub enum Begin {
    /// It is the first: carry it out, then finish or abandon the ticket.
    Fresh(Ticket),
    /// It was answered before: this is the answer, byte for byte.
    Replay {
        /// HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
}

/// The right to carry out the request behind a key. Renewed while it lives; another process takes over when it dies.
#[derive(Clone)]
pub struct Ticket(Arc<Held>);

struct Held {
    scope: Scope,
    key: String,
    fence: i64,
    /// Whether the answer was stored in the transaction of what was done.
    stored: AtomicBool,
    _lease: Lease,
}

impl Ticket {
    /// The key that the caller sent.
    pub fn key(&self) -> &str {
        &self.0.key
    }

    /// Whether nobody went on under this key before.
    pub(super) fn is_first(&self) -> bool {
        self.0.fence == 1
    }

    /// Stores the answer in the transaction of what was done, which must then be committed or refused as broken.
    pub(super) async fn store(&self, tx: &mut Tx, status: u16, body: &[u8]) -> Result<(), Problem> {
        self.store_at(tx, status, body, None).await
    }

    /// The same for an answer that names a person: `about` is the reward that it tells of.
    pub(super) async fn store_about(&self, tx: &mut Tx, status: u16, body: &[u8], about: &str) -> Result<(), Problem> {
        self.store_at(tx, status, body, Some(about)).await
    }

    async fn store_at(&self, tx: &mut Tx, status: u16, body: &[u8], about: Option<&str>) -> Result<(), Problem> {
        let held = &self.0;
        let status = i64::from(status);
        tx.at(&held.scope).finish_idempotency_key(&held.key, held.fence, status, body, about).await?;
        held.stored.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Services {
    /// Takes a key for a request with this fingerprint (SHA-256 over method, path and body).
    pub async fn begin(&self, scope: &Scope, key: &str, fingerprint: [u8; 32]) -> Result<Begin, Problem> {
        let now = self.now();
        let (of, text) = (scope.clone(), key.to_owned());
        let take = self.0.db.write(Row::Key(key), move |tx| {
            Box::pin(async move {
                let taken = tx.at(&of).take_idempotency_key(&text, &fingerprint, now, now + LEASE_MS).await?;
                let before = match taken {
                    Taken::Ours(1) => {
                        // The key's own row was forgotten long ago: what went on under it is another request's.
                        if tx.at(&of).key_is_bound(&text).await? {
                            tx.at(&of).detach_checkout(&text).await?;
                            tx.at(&of).detach_redemption(&text).await?;
                        }
                        None
                    }
                    Taken::Ours(_) => None,
                    Taken::No => tx.at(&of).idempotency_key(&text).await?,
                };
                Ok::<_, StoreError>((taken, before))
            })
        });
        let (taken, before) = take.await?;
        if let Taken::Ours(fence) = taken {
            let lease = self.keep_key(scope, key, fence);
            return Ok(Begin::Fresh(Ticket(Arc::new(Held {
                scope: scope.clone(),
                key: key.to_owned(),
                fence,
                stored: AtomicBool::new(false),
                _lease: lease,
            }))));
        }
        match before {
            Some(row) if row.fingerprint != fingerprint => Err(Problem::of(
                Code::IdempotencyKeyReused,
                "Idempotency-Key",
                "This Idempotency-Key came before with another request. Use a new key for a new request, or send the first one again unchanged.",
            )),
            Some(row) => match (row.status.and_then(|status| u16::try_from(status).ok()), row.body) {
                (Some(status), Some(body)) => Ok(Begin::Replay { status, body }),
                _ => Err(in_use()),
            },
            None => Err(in_use()),
        }
    }

    fn keep_key(&self, scope: &Scope, key: &str, fence: i64) -> Lease {
        let (services, scope, key) = (self.clone(), scope.clone(), key.to_owned());
        Lease::keep(move || {
            let (services, scope, key) = (services.clone(), scope.clone(), key.clone());
            async move {
                let renewed = async {
                    let mut tx = services.0.db.begin().await?;
                    let ours = tx.at(&scope).renew_idempotency_key(&key, fence, services.now() + LEASE_MS).await?;
                    tx.commit().await?;
                    Ok::<_, StoreError>(ours)
                };
                renewed.await.unwrap_or(true)
            }
        })
    }

    /// Stores the answer, if that was not done already with what it tells.
    pub async fn finish(&self, ticket: Ticket, status: u16, body: &[u8]) -> Result<(), Problem> {
        if ticket.0.stored.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (key, body) = (ticket.key().to_owned(), body.to_vec());
        self.0.db.write(Row::Key(&key), move |tx| Box::pin(async move { ticket.store(tx, status, &body).await })).await
    }

    /// Gives the key back without an answer: the same request may come again. One whose
    /// checkout may have reached Stripe, or whose redemption waits for it, stays bound to its body, since it goes on where it stopped; any other may come again corrected.
    pub async fn abandon(&self, ticket: Ticket) -> Result<(), Problem> {
        let held = &ticket.0;
        let mut tx = self.0.db.begin().await?;
        tx.at(&held.scope).detach_refused_checkout(&held.key).await?;
        if tx.at(&held.scope).key_is_bound(&held.key).await? {
            tx.at(&held.scope).release_idempotency_key(&held.key, held.fence).await?;
        } else {
            tx.at(&held.scope).forget_idempotency_key(&held.key, held.fence).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// 409: somebody else works on the same request.
pub(super) fn in_use() -> Problem {
    Problem::new(
        Code::IdempotencyKeyInUse,
        "The first request with this Idempotency-Key is still running. Try again in a moment.",
    )
}
