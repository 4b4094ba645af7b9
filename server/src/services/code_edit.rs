//! The form of a code that is there: limits and dates at any time, terms until they are on their way to Stripe.

use super::discount_codes::{definition, row_to_change};
use super::when::{local_ms, local_text, zone_name};
use super::{Services, screens};
use app::backend::Viewer;
use app::domain::activity::Actor;
use app::domain::form::{Before, CodeForm};
use app::domain::mode::Mode;
use app::domain::patch::Changed;
use app::domain::problem::Problem;
use app::wire::screens::{CodeEdit, FormOutcome};

impl Services {
    /// The form as it is filled in first, its moments in the viewer's zone.
    pub(super) async fn code_edit_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
    ) -> Result<CodeEdit, Problem> {
        let row = self.code_of_app(&screens::scope(viewer, mode), app_id, id).await?;
        let zone = zone_name(&viewer.zone);
        let before = Before::of(&definition(&row)?, row.mint_intent_at.is_some(), |ms| local_text(ms, &zone));
        Ok(CodeEdit { before, archived: row.archived_at.is_some(), zone })
    }

    /// Changes a code to what the form says, on what it is now, while nobody else can change it or begin to mint it.
    pub(super) async fn edit_code_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CodeForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        let scope = screens::scope(viewer, mode);
        let known = self.code_of_app(&scope, app_id, id).await?;
        let (now, zone) = (self.now(), zone_name(zone));
        let mut tx = self.0.db.begin().await?;
        let row = row_to_change(&mut tx, &scope, &known.id).await?;
        let current = definition(&row)?;
        // Fixed or not, what was typed as terms is read: the UPDATE decides, and nobody's change is dropped without a word.
        let before = Before::of(&current, false, |ms| local_text(ms, &zone));
        let wanted = match form.check_edit(&before, now, |text| local_ms(text, &zone)) {
            Ok(wanted) => wanted,
            Err(problems) => return Ok(FormOutcome::Refused { problems }),
        };
        let changed = Changed {
            active: row.active,
            limits: wanted.limits,
            terms: Some(wanted.terms).filter(|terms| *terms != current.terms),
            metadata: current.metadata.clone(),
        };
        let row = self.write_change(&mut tx, &scope, &row, &current, &changed, &Actor::Owner).await?;
        tx.commit().await?;
        Ok(FormOutcome::Done { id: row.id })
    }
}
