//! Who a customer is, where a code may be used so often by one.

use super::Services;
use crate::scope::Scope;
use crate::store::{CodeRow, Tx};
use app::domain::checkout::Checkout;
use app::domain::discount_code::Refusal;
use app::domain::email;
use app::domain::problem::Problem;
use sha2::{Digest, Sha256};

/// Digits of a hash that tell one customer from all others of a code: 128 bits.
const HASH_BYTES: usize = 16;

/// A customer as the ledger knows them: a hash that says nothing about them, by the owner's id, else by the address, in the form in which
/// addresses are compared. None: nobody is named.
pub(super) fn hash(scope: &Scope, user_id: Option<&str>, address: Option<&str>) -> Option<String> {
    let (kind, who) = match (user_id, address) {
        (Some(id), _) => ("user", id.to_owned()),
        (None, Some(address)) => ("address", email::normalize(address)),
        (None, None) => return None,
    };
    let mut digest = Sha256::new();
    for part in [scope.workspace.as_str(), scope.mode.as_str(), kind, &who] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    Some(digest.finalize()[..HASH_BYTES].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Who buys at a checkout.
pub(super) fn of_checkout(scope: &Scope, request: &Checkout) -> Option<String> {
    hash(scope, request.user_id.as_deref(), request.customer_email.as_deref())
}

/// 400: such a code is for customers who are told apart.
pub(super) fn nobody_named(fields: &str) -> Problem {
    Problem::missing(
        "user_id",
        format!(
            "{fields} is needed: this discount code may be used so often by one customer, so Codemint must know who it is."
        ),
    )
}

/// As [`check_limit`] for a use that begins now: where there is a limit, somebody must be named, by one of these fields.
pub(super) async fn check_first(
    tx: &mut Tx,
    scope: &Scope,
    code: &CodeRow,
    customer: Option<&str>,
    param: &str,
    fields: &str,
) -> Result<(), Problem> {
    if code.max_redemptions_per_user.is_some() && customer.is_none() {
        return Err(nobody_named(fields));
    }
    check_limit(tx, scope, code, customer, param).await
}

/// Refuses a customer who has used a code, or is using it, as often as one may. In the transaction that has just counted the code, with
/// the row as that has left it: its lock lets one after the other look, and a limit that was set a moment ago counts. Nobody, for a use that
/// began before there was a limit, or whose customer was erased since: there is nobody to be counted.
pub(super) async fn check_limit(
    tx: &mut Tx,
    scope: &Scope,
    code: &CodeRow,
    customer: Option<&str>,
    param: &str,
) -> Result<(), Problem> {
    let (Some(limit), Some(customer)) = (code.max_redemptions_per_user, customer) else { return Ok(()) };
    if tx.at(scope).uses_of_customer(&code.id, customer).await? >= limit {
        return Err(Refusal::UserLimit.problem(param));
    }
    Ok(())
}

impl Services {
    /// Whether a customer has used a code, or is using it, as often as one may, as far as it can be told without using it.
    pub(super) async fn at_limit(
        &self,
        scope: &Scope,
        code: &CodeRow,
        customer: Option<&str>,
    ) -> Result<bool, Problem> {
        let (Some(limit), Some(customer)) = (code.max_redemptions_per_user, customer) else { return Ok(false) };
        let mut reader = self.0.db.reader().await?;
        Ok(reader.at(scope).uses_of_customer(&code.id, customer).await? >= limit)
    }
}
