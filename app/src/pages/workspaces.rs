//! Going from one workspace to another, for an owner who has several.

use crate::given;
use crate::prelude::*;
use crate::wire::screens::WorkspaceRow;

const FORM: &str = "switch-workspace";

/// The workspace in view, and a button for each of the others. A plain form: all of the page is another's then.
#[component]
pub fn Switch(
    /// Empty where there is only the one.
    workspaces: Vec<WorkspaceRow>,
) -> impl IntoView {
    let refused = given::problems(FORM).into_iter().next();
    let refused = refused.map(|problem| view! { <p class="field-error" role="alert">{problem.message}</p> });
    let several = !workspaces.is_empty();
    let (here, others): (Vec<_>, Vec<_>) = workspaces.into_iter().partition(|workspace| workspace.here);
    let here = here.into_iter().next().map(|workspace| view! { <b>{workspace.name}</b> });
    let buttons = others
        .into_iter()
        .map(|workspace| {
            view! {
                <button type="submit" name="workspace" value=workspace.id class="link">
                    "Go to "
                    {workspace.name}
                </button>
            }
        })
        .collect_view();
    let form = several.then(|| {
        view! {
            <form class="menu-switch" method="post" aria-label="Workspaces">
                <p>"Workspace: " {here}</p>
                <input type="hidden" name="do" value=FORM />
                {buttons}
            </form>
        }
    });
    view! { {refused} {form} }.into_any()
}
