//! What is nice to know about an account that was just bound. Nothing waits for it long, and nothing fails without it.

use super::Services;
use crate::scope::Scope;
use crate::services::connection::{permissions, to_json};
use app::domain::app_id::AppId;
use app::domain::problem::Problem;
use std::time::Duration;

/// What is nice to know about an account may take so long.
const COURTESY: Duration = Duration::from_secs(5);
/// Where an account tells no name.
const DEFAULT_APP: &str = "default";

impl Services {
    /// What the account may do, as Stripe says it. What it does not say now is found out at the first refusal.
    pub(super) async fn after_binding(&self, scope: &Scope) {
        self.0.live.changed(scope);
        let asked = async {
            let link = self.link(scope).await?;
            let probe = link.stripe(&self.0.stripe).probe().await;
            let Ok(probe) = probe else { return Ok(()) };
            let mut tx = self.0.db.begin().await?;
            tx.at(scope).set_permissions(link.generation, &to_json(&permissions(&probe))?, self.now()).await?;
            tx.commit().await?;
            self.0.live.changed(scope);
            Ok::<_, Problem>(())
        };
        if !matches!(tokio::time::timeout(COURTESY, Box::pin(asked)).await, Ok(Ok(()))) {
            tracing::warn!(workspace = %scope.workspace, "what the new connection may do could not be asked");
        }
    }

    /// A workspace that an install made has one app, named as the account is, if it may say so.
    pub(super) async fn first_app(&self, scope: &Scope) -> Result<(), Problem> {
        let asked = async {
            let link = self.link(scope).await.ok()?;
            link.stripe(&self.0.stripe).name().await.ok().flatten()
        };
        let name = tokio::time::timeout(COURTESY, Box::pin(asked)).await.ok().flatten();
        let name = name.map(|name| name.trim().chars().take(80).collect::<String>()).filter(|name| !name.is_empty());
        let id = name.as_deref().and_then(AppId::from_name);
        let (id, name) = match (id, name) {
            (Some(id), Some(name)) => (id.as_str().to_owned(), name),
            _ => (DEFAULT_APP.to_owned(), "Default".to_owned()),
        };
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_app(&id, &name, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
