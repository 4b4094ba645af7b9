//! What people take along as files: all that is kept about a person, and the rewards of a campaign.

use super::forms::{self, Fields};
use super::problem::Refused;
use super::{Site, session};
use crate::services::RewardTable;
use app::domain::problem::{Code, Problem};
use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::stream;

/// `POST /people/export`: a person's data as JSON. The address comes in the body, never in the URL: those are logged and remembered.
pub async fn export(State(site): State<Site>, uri: Uri, headers: HeaderMap, body: Bytes) -> Result<Response, Refused> {
    let Some(viewer) = session::viewer(&site, &headers).await else { return Ok(Redirect::to("/").into_response()) };
    let fields = Fields::read(&body);
    let person = site.services.person_export(&viewer, forms::mode(&uri), fields.get("email")).await?;
    let text = serde_json::to_vec_pretty(&person)
        .map_err(|error| Problem::new(Code::Internal, format!("an export could not be written: {error}")))?;
    Ok(file(Body::from(text), "application/json", "person.json".into()))
}

/// `GET /apps/{app_id}/campaigns/{id}/rewards.csv`: as many lines as there are rewards, a page of them in memory at a time.
pub async fn rewards(
    State(site): State<Site>,
    Path((app_id, campaign)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let Some(viewer) = session::viewer(&site, &headers).await else { return Ok(Redirect::to("/").into_response()) };
    let table = site.services.reward_table(&viewer, forms::mode(&uri), &app_id, &campaign).await?;
    let name = format!("rewards-{}.csv", table.campaign());
    Ok(file(Body::from_stream(stream::unfold(Some(table), next)), "text/csv; charset=utf-8", name))
}

/// Each page is read in a task of its own, to its end, whoever hangs up meanwhile. What breaks breaks the download off.
async fn next(table: Option<RewardTable>) -> Option<(Result<Vec<u8>, String>, Option<RewardTable>)> {
    let mut table = table?;
    let read = tokio::spawn(async move {
        let lines = table.next().await;
        (lines, table)
    });
    match read.await {
        Ok((Ok(lines), table)) => lines.map(|lines| (Ok(lines), Some(table))),
        Ok((Err(problem), _)) => {
            tracing::error!(cause = %problem.message, "a table broke off");
            Some((Err("the table broke off".into()), None))
        }
        Err(_) => Some((Err("the table broke off".into()), None)),
    }
}

/// An answer that browsers keep as a file.
fn file(body: Body, kind: &'static str, name: String) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
