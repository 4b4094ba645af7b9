//! Who shows a connection hears of its changes.

use crate::scope::Scope;

/// Those who listen.
#[derive(Default)]
pub(crate) struct Live {}

impl Live {
    /// A connection was changed; called after the commit.
    pub(crate) fn changed(&self, _scope: &Scope) {}
}
