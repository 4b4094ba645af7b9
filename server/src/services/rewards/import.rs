//! Rewards for people who earned them elsewhere: a CSV, line by line.

use super::super::Services;
use app::backend::Viewer;
use app::domain::mode::Mode;
use app::domain::problem::Problem;
use app::wire::rewards::*;

impl Services {
    pub(super) async fn import_rewards_for(
        &self,
        _viewer: &Viewer,
        _mode: Mode,
        _app_id: &str,
        _id: &str,
        _csv: &str,
        _send_email: bool,
    ) -> Result<ImportReport, Problem> {
        Err(super::unbuilt())
    }
}
