//! Rewards for people who earned them elsewhere: a CSV, pasted or chosen, and what came of its lines.

use super::super::around::Around;
use super::super::links;
use super::found::counted;
use crate::components::{Banner, Call, Refusal, SubmitButton, Tone, textarea_text};
use crate::domain::problem::{Code, Problem};
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::people::ImportRewards as Import;
use crate::wire::rewards::{ImportReport, RefusedLine};
use crate::{browser, given};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

const FORM: &str = "import-rewards";
const TEXT: &str = "import-text";
const FILE: &str = "import-file";
/// Most bytes of a file: the server's limit.
const MOST: u32 = 1024 * 1024;
const EXAMPLE: &str = "email,reference,name\nada@example.com,order-4711,Ada Lovelace";

/// The page of an import.
#[component]
pub fn ImportRewards() -> impl IntoView {
    let Around { mode, .. } = expect_context();
    let params = use_params_map();
    let param = move |name: &'static str| params.with_untracked(|params| params.get(name)).unwrap_or_default();
    let call = Call::of(FORM);
    let report = RwSignal::new(given::imported());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let csv = browser::field(FORM, "csv").unwrap_or_default();
        let send_email = browser::field(FORM, "send_email").is_some();
        let wanted = Import { mode: mode.get_untracked(), app_id: param("app_id"), id: param("id"), csv, send_email };
        report.set(None);
        call.start(ask(wanted), move |told| {
            report.set(Some(told));
            browser::focus("imported");
        });
    };
    let take_file = move |_| {
        browser::read_file(FILE, MOST, move |text| match text {
            Some(text) => {
                call.problem.set(None);
                browser::set_text(TEXT, &text);
            }
            None => {
                let words = "The file is larger than 1 MB, or cannot be read. Import it in parts.";
                call.problem.set(Some(Problem::new(Code::ParameterInvalid, words)));
            }
        });
    };
    // The field for a file does nothing without scripts.
    let here = RwSignal::new(false);
    Effect::new(move |_| here.set(true));
    let typed = textarea_text(given::typed(FORM, "csv"));
    let send = !given::answers(FORM) || given::imported().is_some() || given::typed(FORM, "send_email") == "true";
    view! {
        <Title text="Import rewards" />
        <header class="page-head">
            <h1>"Import rewards"</h1>
        </header>
        <div class="found found-first">{move || report.get().map(|report| view! { <Report report /> })}</div>
        <section class="panel" aria-label="The file">
            <ul class="facts">
                <li>
                    "A CSV with a first line that names the columns: " <code>"email"</code> " is needed, " <code>"reference"</code>
                    " is worth having. All other columns become metadata. Commas, semicolons or tabs; UTF-8; at most 5,000 lines and 1 MB."
                </li>
                <li>
                    "One reference has one reward, however often its line is imported. A line without a reference counts for its person: somebody who has such a reward of this campaign already gets no second one. So the same file twice issues nothing twice."
                </li>
            </ul>
            <form id=FORM class="stack" method="post" novalidate on:submit=submit>
                <div class="field" hidden=move || !here.get()>
                    <label for=FILE>"File"</label>
                    <input id=FILE class="input input-file" type="file" accept=".csv,.tsv,.txt,text/csv" on:change=take_file />
                </div>
                <div class="field">
                    <label for=TEXT>"Lines"</label>
                    <textarea
                        id=TEXT
                        name="csv"
                        class="input mono"
                        rows="12"
                        placeholder=EXAMPLE
                        spellcheck="false"
                        autocapitalize="off"
                        aria-describedby="import-error"
                        aria-invalid=move || call.field_problem("csv").map(|_| "true")
                    >
                        {typed}
                    </textarea>
                    <p class="field-error" id="import-error" hidden=move || call.field_problem("csv").is_none()>
                        {move || call.field_problem("csv").unwrap_or_default()}
                    </p>
                </div>
                <div class="field">
                    <label class="check">
                        <input type="checkbox" name="send_email" value="true" checked=send />
                        " Send the mails"
                    </label>
                </div>
                <Refusal call fields=&["csv"] />
                <div class="actions">
                    <SubmitButton form=FORM call class="button button-filled" words="Issue rewards" busy="Issuing…" />
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What came of it.
#[component]
fn Report(report: ImportReport) -> impl IntoView {
    let ImportReport { issued, repeated, refused } = report;
    let count = i64::try_from(refused.len()).unwrap_or_default();
    let words = format!(
        "{} issued. {} had one already. {} refused.",
        counted(issued, "reward"),
        counted(repeated, "line"),
        counted(count, "line")
    );
    let tone = if count == 0 { Tone::Good } else { Tone::Amber };
    view! {
        <div class="above" id="imported" tabindex="-1">
            <Banner tone>
                <p>{words}</p>
            </Banner>
        </div>
        {(count > 0).then(|| view! { <RefusedLines refused /> })}
    }
    .into_any()
}

#[component]
fn RefusedLines(refused: Vec<RefusedLine>) -> impl IntoView {
    let file = links::file_within("text/csv", &table(&refused));
    let rows = refused
        .into_iter()
        .map(|RefusedLine { line, text, why }| {
            view! {
                <tr>
                    <td data-label="Line">{line}</td>
                    <td class="cell-long" data-label="What stood there">
                        <span class="mono">{text}</span>
                    </td>
                    <td class="cell-long" data-label="Why it was refused">
                        {why}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wide" tabindex="0" role="region" aria-label="Refused lines">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"What stood there"</th>
                        <th scope="col">"Why it was refused"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="under">
            <a class="link link-alone" href=file download="refused.csv" rel="external">
                "Download the refused lines"
            </a>
        </p>
    }
    .into_any()
}

/// The refused lines as a CSV; what a spreadsheet would take for a formula is text in it.
fn table(refused: &[RefusedLine]) -> String {
    let cell = |text: &str| {
        let mark = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    };
    let lines =
        refused.iter().map(|RefusedLine { line, text, why }| format!("{line},{},{}\r\n", cell(text), cell(why)));
    std::iter::once("line,text,why\r\n".to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_what_was_refused() {
        let line = RefusedLine { line: 2, text: "=1+1, \"a\"".into(), why: "No, thanks".into() };
        assert_eq!(table(&[line]), "line,text,why\r\n2,\"'=1+1, \"\"a\"\"\",\"No, thanks\"\r\n");
    }
}
