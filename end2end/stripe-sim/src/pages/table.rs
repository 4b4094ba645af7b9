//! Tables of what there is, newest first, which `live.js` keeps as things are.

use super::html::Html;

/// How many rows a table has.
pub(super) const ROWS: usize = 50;

/// What stands in a table.
pub(super) enum Cell {
    Text(String),
    /// A text, and where it leads.
    Link(String, String),
    /// What can be done.
    Buttons(Html),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A line of a table, and what makes it the same one when the page is brought up to date.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

/// A button that does one thing to one thing: a form with what it says and a name that is its alone.
pub(super) struct Button<'a> {
    pub(super) action: &'a str,
    pub(super) text: &'static str,
    /// Read out after the text.
    pub(super) of: &'a str,
    pub(super) fields: &'a [(&'static str, &'a str)],
}

impl Button<'_> {
    pub(super) fn html(&self) -> Html {
        Html::new()
            .raw("<form method=\"post\" class=\"inline\" action=\"")
            .text(self.action)
            .raw("\">")
            .each(self.fields, |html, (name, value)| html.with(&hidden(name, value)))
            .raw("<button aria-label=\"")
            .text(format!("{} {}", self.text, self.of))
            .raw("\">")
            .raw(self.text)
            .raw("</button></form>")
    }
}

pub(super) fn hidden(name: &'static str, value: &str) -> Html {
    let html = Html::new().raw("<input type=\"hidden\" name=\"").raw(name).raw("\" value=\"");
    html.text(value).raw("\">")
}

/// A section: its title, what stands `above` the table, and the table.
pub(super) fn table<T>(
    (name, title): (&'static str, &'static str),
    heads: &[&'static str],
    (items, all): (&[T], usize),
    above: Html,
    row: impl Fn(&T) -> Row,
) -> Html {
    let html = Html::new().raw("<section><h2>").raw(title).raw("</h2>").with(&above);
    let html = html.raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    let html = html.raw(title).raw("\"><table><thead><tr>");
    let html = html.each(heads, |html, head| html.raw("<th scope=\"col\">").raw(head).raw("</th>"));
    let html = html.raw("</tr></thead><tbody data-live id=\"").raw(name).raw("\">");
    let html = html.each(items.iter().take(ROWS), |html, item| {
        let Row { name, cells } = row(item);
        let html = html.raw("<tr data-row=\"").text(name).raw("\">");
        html.each(cells, |html, cell| {
            let html = html.raw("<td>");
            match cell {
                Cell::Link(text, to) => html.raw("<a href=\"").text(to).raw("\">").text(text).raw("</a></td>"),
                Cell::Text(text) => html.text(text).raw("</td>"),
                Cell::Buttons(buttons) => html.with(&buttons).raw("</td>"),
            }
        })
        .raw("</tr>")
    });
    let html = match all {
        0 => html.raw("<tr><td class=\"empty\" colspan=\"").text(heads.len().to_string()).raw("\">None yet</td></tr>"),
        all if all > ROWS => html
            .raw("<tr><td class=\"empty\" colspan=\"")
            .text(heads.len().to_string())
            .raw("\">The newest ")
            .text(format!("{ROWS} of {all}"))
            .raw("</td></tr>"),
        _ => html,
    };
    html.raw("</tbody></table></div></section>")
}
