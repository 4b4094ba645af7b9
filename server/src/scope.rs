//! The tenant's scope: which workspace, in which mode. Every call of the store that touches a tenant takes one.

use app::domain::ids::WorkspaceId;
use app::domain::mode::Mode;

/// A workspace in a mode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The owner's tenant.
    pub workspace: WorkspaceId,
    /// Test or live.
    pub mode: Mode,
}

impl Scope {
    /// From stored text.
    pub(crate) fn stored(workspace: String, mode: &str) -> Self {
        Self { workspace: WorkspaceId::trusted(workspace), mode: Mode::parse(mode).unwrap_or_default() }
    }
}
