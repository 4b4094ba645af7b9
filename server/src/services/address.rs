//! Owners whom an install made have no address yet. One is added by a link that is sent to it: being signed in proves the workspace,
//! the link proves the address.

use super::{Services, error};
use crate::store::{MemberRow, StoreError, Tx};
use app::backend::{LinkOffer, LinkWorkspace, Viewer, Visitor};
use app::domain::email;
use app::domain::ids::MailId;
use app::domain::problem::{Code, Problem, clip};
use app::wire::screens::SignInRequested;
use serde::{Deserialize, Serialize};

/// The kind of the mail with the link.
pub(super) const CONFIRM: &str = "confirm_address";
/// Most characters of a workspace's name on a page: it may come from Stripe.
pub(super) const NAME_CHARS: usize = 60;

/// Whose address it is to be, and from which workspace it was asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) owner_id: String,
    pub(super) workspace_id: String,
}

impl Services {
    /// Sends a link that adds an address to an owner who has none. An address that stands is never replaced.
    pub(super) async fn ask_to_add_address(
        &self,
        viewer: &Viewer,
        visitor: &Visitor,
        raw: &str,
    ) -> Result<SignInRequested, Problem> {
        if viewer.email.is_some() {
            return Err(Problem::invalid("email", "You have an address already. Load the page again to see it."));
        }
        let address = email::parse(raw, "email")?;
        self.check_link_limits(&visitor.address, &address)?;
        let claim = Claim { owner_id: viewer.owner_id.clone(), workspace_id: viewer.workspace_id.clone() };
        let detail = serde_json::to_string(&claim).map_err(|error| error::internal("no mail could be made", &error))?;
        let now = self.now();
        let id = MailId::new(now, self.random_id()?);
        let mut tx = self.0.db.begin().await?;
        tx.conn().insert_mail_about(id.as_str(), CONFIRM, &address, Some(&detail), now).await?;
        tx.commit().await?;
        Ok(self.link_is_coming(address))
    }

    /// What a link does, while it lives. Looking uses nothing up.
    pub(super) async fn link_offer(&self, hash: &[u8]) -> Result<Option<LinkOffer>, Problem> {
        let mut reader = self.0.db.reader().await?;
        let Some(link) = reader.conn().link(hash, self.now()).await? else { return Ok(None) };
        let adds_to = match link.workspace_id.filter(|_| link.owner_id.is_some()) {
            Some(id) => {
                let name = reader.conn().workspace_name(&id).await?.map(|(name,)| name).unwrap_or_default();
                let name = if name.contains('@') { email::mask(&name) } else { clip(&name, NAME_CHARS) };
                Some(LinkWorkspace { id, name })
            }
            None => None,
        };
        Ok(Some(LinkOffer { email: link.email, adds_to }))
    }

    /// Gives a proved address to the owner of a claim, or the owner's workspaces to whoever has that address; who is to be signed in, and
    /// where. None: somebody took the address just now, and it has to be begun anew.
    pub(super) async fn add_address(
        &self,
        tx: &mut Tx,
        address: &str,
        claim: &Claim,
    ) -> Result<Option<MemberRow>, Problem> {
        let Claim { owner_id: owner, workspace_id: workspace } = claim;
        let member = |owner_id: &str| MemberRow { workspace_id: workspace.clone(), owner_id: owner_id.to_owned() };
        let nameless = tx.conn().lock_nameless(owner, workspace).await? == 1;
        let known = tx.conn().owner_by_email(address).await?.map(|(id,)| id);
        let done = match (nameless, known) {
            (true, Some(known)) => pass_over(tx, owner, &known).await.map(|()| known),
            (true, None) => tx.conn().name_owner(owner, address).await.map(|()| owner.clone()),
            // A second link for the same address: the first one did it all.
            (false, Some(known)) if tx.conn().has_member(workspace, &known).await? => Ok(known),
            (false, _) => return Err(too_late()),
        };
        match done {
            Ok(owner) => Ok(Some(member(&owner))),
            Err(StoreError::Taken) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// One person was two owners: the first one's workspaces are the second one's from now on. Nothing else is: only the browser that
/// pressed the link's button has proved the address, and whoever asked for the link may be somebody else.
async fn pass_over(tx: &mut Tx, from: &str, to: &str) -> Result<(), StoreError> {
    tx.conn().copy_memberships(from, to).await?;
    tx.conn().delete_sessions(from).await?;
    tx.conn().delete_states(from).await?;
    tx.conn().delete_waiting_installs(from).await?;
    tx.conn().delete_memberships(from).await?;
    tx.conn().delete_owner(from).await
}

fn too_late() -> Problem {
    Problem::of(Code::ParameterInvalid, "email", "This workspace has an address by now: sign in with that one.")
}
