//! Form fields: a label, the control, help, and the error beside it.
//!
//! Fields hold no state. Forms read all their fields from the document at every input ([`crate::browser::field`]), so what was typed
//! before the WASM was there counts like the rest, and hydration never overwrites it.

use crate::given;
use crate::prelude::*;

/// The frame of a field: label, control, help, error.
#[component]
pub fn Field(
    /// The control's id.
    id: &'static str,
    /// Its label.
    label: &'static str,
    /// Said below it.
    help: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// A class of the whole field.
    #[prop(optional)]
    class: &'static str,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("field {class}")>
            <label for=id>{label}</label>
            {children()}
            <p class="field-error" id=format!("{id}-error") hidden=move || error.with(Option::is_none)>
                {move || error.get().unwrap_or_default()}
            </p>
            {help
                .map(|help| {
                    view! {
                        <p class="field-help" id=format!("{id}-help")>
                            {help}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

/// What reads a field aloud: its error, then its help.
fn described_by(id: &str) -> String {
    format!("{id}-error {id}-help")
}

/// A field for one line of text.
#[component]
pub fn TextField(
    /// The control's id.
    id: &'static str,
    /// Its name in the posted form.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Said below it.
    #[prop(default = None)]
    help: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What stands in it at first.
    #[prop(optional)]
    value: String,
    /// HTML's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// Which keyboard a phone shows.
    #[prop(default = None)]
    inputmode: Option<&'static str>,
    /// An example inside.
    #[prop(optional)]
    placeholder: &'static str,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A class of the whole field.
    #[prop(optional)]
    class: &'static str,
    /// A class of the control.
    #[prop(optional)]
    input_class: &'static str,
    /// A unit inside, at its end.
    #[prop(default = None)]
    unit: Option<&'static str>,
) -> impl IntoView {
    view! {
        <Field id label help=help error class>
            <span class="control">
                <input
                    id=id
                    name=name
                    type=kind
                    class=format!("input {input_class}")
                    value=value
                    placeholder=placeholder
                    autofocus=given::is_wrong(name)
                    inputmode=inputmode
                    autocomplete=autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=described_by(id)
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                />
                {unit.map(|unit| view! { <span class="unit" aria-hidden="true">{unit}</span> })}
            </span>
        </Field>
    }
    .into_any()
}

/// A text as it must be written between the tags of a `<textarea>`: on the server Leptos (0.8.23) puts it there as it is.
pub fn textarea_text(text: String) -> String {
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text }
}

/// A field for several lines of text.
#[component]
pub fn TextArea(
    /// The control's id.
    id: &'static str,
    /// Its name in the posted form.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Said below it.
    #[prop(default = None)]
    help: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What stands in it at first.
    #[prop(optional)]
    value: String,
    /// How many lines are seen at once.
    rows: u32,
    /// A class of the whole field.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <Field id label help=help error class>
            <textarea
                id=id
                name=name
                class="input"
                rows=rows
                autofocus=given::is_wrong(name)
                autocomplete="off"
                aria-describedby=described_by(id)
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            >
                {textarea_text(value)}
            </textarea>
        </Field>
    }
    .into_any()
}

/// A field that is shown, not typed.
#[component]
pub fn ReadField(
    /// The term.
    term: &'static str,
    /// What it is.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="pair">
            <dt>{term}</dt>
            <dd>{children()}</dd>
        </div>
    }
    .into_any()
}

/// One of several: the value in the form, and the words.
#[derive(Clone)]
pub struct Choice {
    /// In the form.
    pub value: String,
    /// On the screen.
    pub label: String,
}

impl Choice {
    /// Both.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A list to choose from.
#[component]
pub fn SelectField(
    /// The control's id.
    id: &'static str,
    /// Its name in the posted form.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Said below it.
    #[prop(optional, into)]
    help: Option<Signal<String>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What is chosen at first.
    #[prop(optional)]
    value: String,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// A class of the whole field.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == value;
            view! {
                <option value=choice.value selected=selected>
                    {choice.label}
                </option>
            }
        })
        .collect_view();
    view! {
        <Field id label help=help error class>
            <select
                id=id
                name=name
                class="input select"
                aria-describedby=described_by(id)
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            >
                {options}
            </select>
        </Field>
    }
    .into_any()
}

/// Two or three choices side by side: radio buttons, so that arrows move among them and it works without WASM.
#[component]
pub fn Segmented(
    /// The name of all of them in the posted form; ids are made of it.
    name: &'static str,
    /// What is chosen here.
    label: &'static str,
    /// What is chosen at first.
    value: String,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// A class of the whole.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let radios = choices
        .into_iter()
        .map(|choice| {
            let checked = choice.value == value;
            view! {
                <label>
                    <input type="radio" name=name value=choice.value checked=checked />
                    <span>{choice.label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class=format!("field {class}")>
            <legend>{label}</legend>
            <div class="segmented">{radios}</div>
        </fieldset>
    }
    .into_any()
}
