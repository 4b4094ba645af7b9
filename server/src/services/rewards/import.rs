//! Rewards for people who earned them elsewhere: a CSV, line by line.
//!
//! The same file twice issues nothing twice: a line without a reference of its own gets one that is made of the campaign and the
//! person, so that one person has one such reward of a campaign, however often they are imported.

use super::super::Services;
use super::import_file::{self, Line};
use super::issue::Refused;
use super::people::scope_of;
use crate::scope::Scope;
use app::backend::Viewer;
use app::domain::email;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward::Earned;
use app::wire::rewards::*;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::Instant;

/// Lines in one transaction.
const BATCH: usize = 100;
/// After so long no further transaction is begun: whoever waits is answered before their browser gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A line that may be issued.
struct Wanted {
    number: i64,
    text: String,
    earned: Earned,
}

impl Wanted {
    fn refused(&self, why: &Problem) -> RefusedLine {
        RefusedLine { line: self.number, text: self.text.clone(), why: told(why) }
    }

    /// Its reference has a reward already, of this address; none: its person was erased, and nobody can tell whose it was.
    fn found(&self, address: Option<&str>, report: &mut ImportReport) {
        if address.is_none_or(|address| email::normalize(address) == email::normalize(&self.earned.email)) {
            report.repeated += 1;
            return;
        }
        let reference = self.earned.reference.as_deref().unwrap_or_default();
        let why = format!("Reference {reference} belongs to another address.");
        report.refused.push(self.refused(&Problem::invalid("reference", why)));
    }
}

impl Services {
    pub(super) async fn import_rewards_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        csv: &str,
        send_email: bool,
    ) -> Result<ImportReport, Problem> {
        let began = Instant::now();
        let scope = scope_of(viewer, mode);
        let campaign = self.campaign_of_app(&scope, app_id, id).await?;
        let mut report = ImportReport::default();
        let mut wanted = Vec::new();
        for line in import_file::read(csv)? {
            match read_line(&scope, &campaign.id, &line, send_email) {
                Ok(earned) => wanted.push(Wanted { number: line.number, text: line.text, earned }),
                Err(why) => report.refused.push(RefusedLine { line: line.number, text: line.text, why }),
            }
        }
        for batch in wanted.chunks(BATCH) {
            if began.elapsed() > PATIENCE {
                let late = Problem::new(
                    Code::RequestTimeout,
                    "This took too long. Import the same file once more: what is done is not done twice.",
                );
                report.refused.extend(batch.iter().map(|line| line.refused(&late)));
                continue;
            }
            // A text or a reference that was taken a moment ago ends its transaction: then one by one.
            match self.issue_batch(&scope, &campaign.id, batch).await {
                Some(done) => add(&mut report, done),
                None => self.issue_each(&scope, &campaign.id, batch, &mut report).await,
            }
        }
        report.refused.sort_by_key(|line| line.line);
        tracing::info!(
            workspace = %scope.workspace, %mode, campaign = %campaign.id, issued = report.issued, repeated = report.repeated,
            refused = report.refused.len(), "rewards were imported"
        );
        Ok(report)
    }

    /// In one transaction; none where it could not be kept.
    async fn issue_batch(&self, scope: &Scope, campaign: &str, batch: &[Wanted]) -> Option<ImportReport> {
        let mut report = ImportReport::default();
        let mut tx = self.0.db.begin().await.ok()?;
        for line in batch {
            if let Some(row) = self.earned_before_in(&mut tx, scope, campaign, &line.earned).await.ok()? {
                line.found(row.email.as_deref(), &mut report);
                continue;
            }
            match self.issue_in(&mut tx, scope, campaign, &line.earned).await {
                Ok(_) => report.issued += 1,
                // What used the campaign up a moment ago may have been this very reference.
                Err(Refused::Closed(problem)) => {
                    match self.earned_before_in(&mut tx, scope, campaign, &line.earned).await.ok()? {
                        Some(row) => line.found(row.email.as_deref(), &mut report),
                        None => report.refused.push(line.refused(&problem)),
                    }
                }
                Err(_) => return None,
            }
        }
        tx.commit().await.ok()?;
        if report.issued > 0 {
            self.0.mints.arrived.notify_one();
            self.0.mail_waiting.notify_one();
        }
        Some(report)
    }

    async fn issue_each(&self, scope: &Scope, campaign: &str, batch: &[Wanted], report: &mut ImportReport) {
        for line in batch {
            match self.issue(scope, campaign, &line.earned, None).await {
                Ok(issued) if issued.repeated => line.found(issued.reward.email.as_deref(), report),
                Ok(_) => report.issued += 1,
                Err(problem) => {
                    if problem.code == Code::Internal {
                        tracing::error!(line = line.number, cause = %problem.message, "a line of an import broke");
                    }
                    report.refused.push(line.refused(&problem));
                }
            }
        }
    }
}

fn add(report: &mut ImportReport, more: ImportReport) {
    report.issued += more.issued;
    report.repeated += more.repeated;
    report.refused.extend(more.refused);
}

/// The same checks as the API's.
fn read_line(scope: &Scope, campaign: &str, line: &Line, send_email: bool) -> Result<Earned, String> {
    let mut earned = line.draft.clone()?.check().map_err(|problem| told(&problem))?;
    earned.send_email = send_email;
    if earned.reference.is_none() {
        earned.reference = Some(reference_of(scope, campaign, &earned.email));
    }
    Ok(earned)
}

/// The reference of a line that has none: the same for the same person and campaign, and nobody's name.
fn reference_of(scope: &Scope, campaign: &str, address: &str) -> String {
    let mut hash = Sha256::new();
    for part in [scope.workspace.as_str(), scope.mode.as_str(), campaign, &email::normalize(address)] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hash: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("import-{hash}")
}

/// Why a line was refused, in the words of the file.
fn told(problem: &Problem) -> String {
    match problem.code {
        Code::Internal => {
            "Something went wrong on our side. Import the same file once more: what is done is not done twice."
                .to_owned()
        }
        _ => problem.message.clone(),
    }
}
