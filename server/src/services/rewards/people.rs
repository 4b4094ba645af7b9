//! What is kept about a person, and erasing it.

use super::super::Services;
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::*;

impl Services {
    pub(super) async fn person_for(&self, _viewer: &Viewer, _mode: Mode, _email: &str) -> Result<Person, Problem> {
        Err(super::unbuilt())
    }

    pub(super) async fn erase_person_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _email: &str,
    ) -> Result<Erased, Problem> {
        Err(super::unbuilt())
    }
}
