//! `codemint admin …`

use super::{Failure, environment, say};
use crate::clock::Clock;
use crate::config;
use crate::services::Services;
use app::domain::mode::Mode;

/// Makes a workspace and prints its key, once.
pub(super) async fn create_workspace(email: &str, app: &str, mode: &str) -> Result<(), Failure> {
    let mode = Mode::parse(mode).ok_or("--mode must be test or live")?;
    let services = Services::for_admin(&config::database_url(&environment), Clock::system()).await?;
    let made = services.create_workspace(email, app, mode).await.map_err(|problem| problem.message)?;
    services.close().await;
    let json = serde_json::json!({ "workspace": made.workspace, "app_id": made.app, "api_key": made.api_key });
    say::line(&json.to_string());
    Ok(())
}
