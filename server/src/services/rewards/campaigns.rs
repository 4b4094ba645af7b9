//! Campaigns: create, list, read, change, archive.

use super::super::connection::to_json;
use super::super::discount_codes::first;
use super::super::error::internal;
use super::super::paging::{self, PageQuery};
use super::super::when::{Writing, is_zone, local_ms, local_text, zone_name};
use super::super::{Caller, Services, Ticket, screens};
use super::{tell, views};
use crate::scope::Scope;
use crate::store::{CampaignFilter, CampaignRow, NewCampaign, NewVersion, TermsColumns, Tx};
use app::backend::Viewer;
use app::domain::app_id::AppId;
use app::domain::campaign::{Changed, Definition, Draft, Patch, Status};
use app::domain::campaign_form::CampaignForm;
use app::domain::ids::CampaignId;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward_mail::MailSettings;
use app::wire::api::{Campaign, List};
use app::wire::rewards::*;
use app::wire::screens::FormOutcome;

/// What a list is asked for, unchecked but for the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignListQuery {
    /// One app; none: all that the key may see.
    pub app_id: Option<String>,
    /// One status; none: all but archived.
    pub status: Option<Status>,
    /// Which page.
    pub page: PageQuery,
}

impl Services {
    /// Makes a campaign. Nothing is made in Stripe before its first reward. With an idempotency key the answer is stored in the same
    /// transaction.
    pub async fn create_campaign(
        &self,
        scope: &Scope,
        app: &AppId,
        draft: &Draft,
        idempotency: Option<&Ticket>,
    ) -> Result<Campaign, Problem> {
        let definition = draft.check(self.now(), is_zone).map_err(first)?;
        self.insert_campaign(scope, app, &definition, idempotency).await
    }

    async fn insert_campaign(
        &self,
        scope: &Scope,
        app: &AppId,
        definition: &Definition,
        idempotency: Option<&Ticket>,
    ) -> Result<Campaign, Problem> {
        let now = self.now();
        let id = CampaignId::new(now, self.random_id()?);
        let metadata = to_json(&definition.metadata)?;
        let mail = to_json(&MailSettings::default())?;
        let new =
            NewCampaign { id: id.as_str(), app_id: app.as_str(), definition, metadata: &metadata, mail: &mail, now };
        let coupon_id = coupon_id(scope, id.as_str(), 1);
        let version = NewVersion {
            campaign_id: id.as_str(),
            version: 1,
            terms: TermsColumns::from(&definition.terms),
            expires_at: definition.ends.at(),
            coupon_id: &coupon_id,
            now,
        };
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).insert_campaign(&new).await?;
        tx.at(scope).insert_campaign_version(&version).await?;
        tell(&mut tx, scope, id.as_str(), "created", "", now, self.random_id()?).await?;
        let campaign = views::campaign(scope, &stored(&mut tx, scope, id.as_str()).await?, now)?;
        if let Some(ticket) = idempotency {
            let body =
                serde_json::to_vec(&campaign).map_err(|error| internal("an answer could not be written", &error))?;
            ticket.store(&mut tx, 201, &body).await?;
        }
        tx.commit().await?;
        Ok(campaign)
    }

    /// A page of campaigns that the caller may see.
    pub async fn list_campaigns(&self, caller: &Caller, query: CampaignListQuery) -> Result<List<Campaign>, Problem> {
        let app = self.app_to_list(caller, query.app_id.as_deref()).await?;
        let direction = query.page.direction("campaign", async |id| self.campaign_row(caller, id).await).await?;
        let filter = CampaignFilter {
            app_id: app.map(|app| app.as_str().to_owned()),
            status: query.status,
            direction,
            limit: query.page.rows(),
        };
        let (scope, now) = (&caller.scope, self.now());
        let rows = {
            let mut reader = self.0.db.reader().await?;
            reader.at(scope).campaigns(&filter, now).await?
        };
        let url = "/v1/campaigns".to_owned();
        paging::list(rows, &query.page, &filter.direction, url, |row| views::campaign(scope, row, now))
    }

    /// One campaign, archived or not.
    pub async fn get_campaign(&self, caller: &Caller, id: &str) -> Result<Campaign, Problem> {
        let row = self.campaign_row(caller, id).await?;
        views::campaign(&caller.scope, &row, self.now())
    }

    /// Changes a campaign. What it gives changes for rewards to come alone: where somebody has earned by it, that is another version.
    pub async fn patch_campaign(&self, caller: &Caller, id: &str, patch: &Patch) -> Result<Campaign, Problem> {
        let known = self.campaign_row(caller, id).await?;
        let now = self.now();
        let row = self
            .change_campaign(&caller.scope, &known.id, now, |current, active| {
                patch.apply(current, active, now, is_zone).map_err(|problem| vec![problem])
            })
            .await?
            .map_err(first)?;
        views::campaign(&caller.scope, &row, self.now())
    }

    /// Changes a campaign to what is decided on what it is now, while nobody else can change it or earn by it.
    async fn change_campaign(
        &self,
        scope: &Scope,
        id: &str,
        now: i64,
        decide: impl FnOnce(&Definition, bool) -> Result<Changed, Vec<Problem>>,
    ) -> Result<Result<CampaignRow, Vec<Problem>>, Problem> {
        let mut tx = self.0.db.begin().await?;
        tx.at(scope).lock_campaign(id).await?;
        let row = stored(&mut tx, scope, id).await?;
        if row.archived_at.is_some() {
            return Err(Problem::new(
                Code::ResourceMissing,
                "This campaign is archived: restore it on its page in Codemint before changing it.",
            ));
        }
        let current = row.definition()?;
        let changed = match decide(&current, row.active) {
            Ok(changed) => changed,
            Err(problems) => return Ok(Err(problems)),
        };
        if changed.active == row.active && changed.definition == current {
            return Ok(Ok(row));
        }
        let definition = &changed.definition;
        let version = if changed.another_version {
            write_version(&mut tx, scope, &row, definition, now).await?
        } else {
            row.version
        };
        let metadata = to_json(&definition.metadata)?;
        tx.at(scope).update_campaign(id, changed.active, definition, version, &metadata, now).await?;
        for (happened, kind) in [
            (row.active && !changed.active, "paused"),
            (!row.active && changed.active, "resumed"),
            (version != row.version, "new_version"),
            (version == row.version && *definition != current, "changed"),
        ] {
            if happened {
                tell(&mut tx, scope, id, kind, "", now, self.random_id()?).await?;
            }
        }
        let row = stored(&mut tx, scope, id).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Archives a campaign: it issues no more rewards, and those that were earned stay what they are. Archiving it again changes nothing.
    pub async fn archive_campaign(&self, caller: &Caller, id: &str) -> Result<Campaign, Problem> {
        let known = self.campaign_row(caller, id).await?;
        let row = self.put_away(&caller.scope, &known.id, true).await?;
        views::campaign(&caller.scope, &row, self.now())
    }

    /// Archives a campaign (`true`) or takes it back as it was.
    async fn put_away(&self, scope: &Scope, id: &str, archived: bool) -> Result<CampaignRow, Problem> {
        let now = self.now();
        let mut tx = self.0.db.begin().await?;
        if tx.at(scope).set_campaign_archived(id, archived, now).await? {
            tell(&mut tx, scope, id, if archived { "archived" } else { "restored" }, "", now, self.random_id()?)
                .await?;
        }
        let row = stored(&mut tx, scope, id).await?;
        tx.commit().await?;
        Ok(row)
    }

    pub(super) async fn create_campaign_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        let scope = screens::scope(viewer, mode);
        let app = self.app(&scope, app_id).await?;
        let zone = zone_name(zone);
        match form.check(self.now(), &zone, |text| local_ms(text, &zone)) {
            Ok(definition) => {
                let campaign = self.insert_campaign(&scope, &app, &definition, None).await?;
                Ok(FormOutcome::Done { id: campaign.id })
            }
            Err(problems) => Ok(FormOutcome::Refused { problems }),
        }
    }

    pub(super) async fn campaign_edit_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
    ) -> Result<CampaignEdit, Problem> {
        let row = self.campaign_of_app(&screens::scope(viewer, mode), app_id, id).await?;
        let definition = row.definition()?;
        Ok(CampaignEdit {
            form: CampaignForm::of(&definition, |ms| local_text(ms, &viewer.zone)),
            time_zone: definition.ends.time_zone().map(str::to_owned),
            has_rewards: row.issued > 0,
            name: row.name,
        })
    }

    pub(super) async fn edit_campaign_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        app_id: &str,
        id: &str,
        form: CampaignForm,
        zone: &str,
    ) -> Result<FormOutcome, Problem> {
        let scope = screens::scope(viewer, mode);
        let known = self.campaign_of_app(&scope, app_id, id).await?;
        let (now, zone) = (self.now(), zone_name(zone));
        let decide = |current: &Definition, active| {
            let before = CampaignForm::of(current, |ms| local_text(ms, &zone));
            let mut definition = form.check_edit(&before, now, &zone, |text| local_ms(text, &zone))?;
            if form.keeps_end(&before) {
                // A field shows minutes; the stored moment is exact. So many days stay days of 24 hours, or of their own zone.
                definition.ends = current.ends.clone();
            }
            definition.metadata = current.metadata.clone();
            Ok(Changed::of(current, definition, active))
        };
        Ok(match self.change_campaign(&scope, &known.id, now, decide).await? {
            Ok(row) => FormOutcome::Done { id: row.id },
            Err(problems) => FormOutcome::Refused { problems },
        })
    }

    pub(super) async fn set_campaign_active_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
        active: bool,
    ) -> Result<CampaignView, Problem> {
        let caller = screens::caller(viewer, mode);
        let known = self.campaign_row(&caller, id).await?;
        let row = self
            .change_campaign(&caller.scope, &known.id, self.now(), |current, _| {
                Ok(Changed::of(current, current.clone(), active))
            })
            .await?
            .map_err(first)?;
        self.campaign_view(&caller.scope, &row, &Writing::of(viewer))
    }

    pub(super) async fn archive_campaign_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<CampaignView, Problem> {
        self.put_away_for(viewer, mode, id, true).await
    }

    pub(super) async fn restore_campaign_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
    ) -> Result<CampaignView, Problem> {
        self.put_away_for(viewer, mode, id, false).await
    }

    async fn put_away_for(
        &self,
        viewer: &Viewer,
        mode: Mode,
        id: &str,
        archived: bool,
    ) -> Result<CampaignView, Problem> {
        let caller = screens::caller(viewer, mode);
        let known = self.campaign_row(&caller, id).await?;
        let row = self.put_away(&caller.scope, &known.id, archived).await?;
        self.campaign_view(&caller.scope, &row, &Writing::of(viewer))
    }

    /// A campaign of an app, archived or not.
    pub(super) async fn campaign_of_app(&self, scope: &Scope, app_id: &str, id: &str) -> Result<CampaignRow, Problem> {
        let missing = || Problem::no_such("campaign", id);
        let id = CampaignId::parse(id).ok_or_else(missing)?;
        let mut reader = self.0.db.reader().await?;
        reader.at(scope).campaign(id.as_str()).await?.filter(|row| row.app_id == app_id).ok_or_else(missing)
    }
}

/// The id of the coupon behind a version of a campaign: what it is, hashed, as for a code.
pub(super) fn coupon_id(scope: &Scope, campaign_id: &str, version: i64) -> String {
    super::super::mint::coupon_id(scope.workspace.as_str(), scope.mode.as_str(), campaign_id, version)
}

/// Writes another version of what a campaign gives, and tells its number. Nobody has earned by the present one, and its coupon was never
/// made: then it is that one that changes. The campaign is locked.
async fn write_version(
    tx: &mut Tx,
    scope: &Scope,
    row: &CampaignRow,
    definition: &Definition,
    now: i64,
) -> Result<i64, Problem> {
    let terms = TermsColumns::from(&definition.terms);
    let expires_at = definition.ends.at();
    if row.issued == 0 && tx.at(scope).update_campaign_version(&row.id, row.version, &terms, expires_at).await? {
        return Ok(row.version);
    }
    let version = tx.at(scope).newest_version(&row.id).await? + 1;
    let coupon_id = coupon_id(scope, &row.id, version);
    let new = NewVersion { campaign_id: &row.id, version, terms, expires_at, coupon_id: &coupon_id, now };
    tx.at(scope).insert_campaign_version(&new).await?;
    Ok(version)
}

async fn stored(tx: &mut Tx, scope: &Scope, id: &str) -> Result<CampaignRow, Problem> {
    tx.at(scope).campaign(id).await?.ok_or_else(|| Problem::no_such("campaign", id))
}
