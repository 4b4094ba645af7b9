//! The document: found, brought up to date, and opened where it is needed.

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use stripe_sim::Exchange;

use crate::{differences, operation::Operation, schema};

/// The variable that names the document's file.
pub const PATH: &str = "CODEMINT_STRIPE_OPENAPI";
/// Where it is otherwise, seen from the workspace.
const BESIDE: &str = "../shared/stripe/openapi-subset.json";

/// Stripe's document. Only what is asked for is compiled, once a process.
pub struct Judge {
    paths: Map<String, Value>,
    components: Arc<Value>,
    operations: Mutex<HashMap<String, Option<Arc<Operation>>>>,
}

/// Without the document.
impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").finish_non_exhaustive()
    }
}

impl Judge {
    /// A judge by this document, which is first brought up to date; what stands against the document itself otherwise.
    pub fn new(mut document: Value) -> Result<Self, String> {
        differences::apply(&mut document)?;
        Ok(Self::by(document))
    }

    /// A judge by this document as it stands.
    pub(crate) fn by(document: Value) -> Self {
        let (mut document, take) = (document, |place: Option<&mut Value>| place.map(Value::take).unwrap_or_default());
        let components = Arc::new(take(document.pointer_mut("/components/schemas")));
        let paths = match take(document.get_mut("paths")) {
            Value::Object(paths) => paths,
            _ => Map::new(),
        };
        Self { paths, components, operations: Mutex::default() }
    }

    /// The judge of this machine, where the document is there; where it is not, standard error says so once.
    pub fn here() -> Option<&'static Self> {
        static HERE: LazyLock<Result<Judge, String>> = LazyLock::new(|| open(&place()));
        match &*HERE {
            Ok(judge) => Some(judge),
            Err(why) => {
                absent(why);
                None
            }
        }
    }

    /// The call that a method and a path mean.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Arc<Operation>> {
        let (template, methods) = self.template(path)?;
        let name = format!("{method} {template}");
        let known = &mut *self.operations.lock();
        known
            .entry(name)
            .or_insert_with(|| {
                let described = methods.get(method.to_ascii_lowercase())?;
                Some(Arc::new(Operation::new(described, self.components.clone())))
            })
            .clone()
    }

    fn template(&self, path: &str) -> Option<(&String, &Value)> {
        let fits = |template: &str| {
            let (mut wanted, mut given) = (template.split('/'), path.split('/'));
            loop {
                match (wanted.next(), given.next()) {
                    (None, None) => return true,
                    (Some(want), Some(have)) if want == have || (want.starts_with('{') && !have.is_empty()) => {}
                    _ => return false,
                }
            }
        };
        self.paths.iter().find(|(template, _)| fits(template))
    }

    pub(crate) fn of_kind(&self, kind: &str, judge: impl FnOnce(&Validator) -> Vec<String>) -> Vec<String> {
        let described = json!({ "$ref": format!("#/components/schemas/{kind}") });
        match schema::compile(&described, &self.components) {
            Ok(validator) => judge(&validator),
            Err(problem) => vec![problem],
        }
    }

    /// What a call that does not exist is answered with: a refusal of the usual shape.
    pub(crate) fn answer_of_nothing(&self, exchange: &Exchange) -> Vec<String> {
        match exchange.status {
            None => Vec::new(),
            Some(404) => self.of_kind("error", |validator| schema::judge_text(validator, &exchange.body)),
            Some(status) => vec![format!("{status} to a call that does not exist")],
        }
    }
}

fn place() -> PathBuf {
    match env::var_os(PATH).filter(|named| !named.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(BESIDE),
    }
}

fn open(place: &Path) -> Result<Judge, String> {
    let text = fs::read_to_string(place).map_err(|error| error.to_string())?;
    let document = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
    Judge::new(document)
}

#[expect(clippy::print_stderr, reason = "a test says what it skips, and why")]
fn absent(why: &str) {
    static SAID: LazyLock<()> = LazyLock::new(|| ());
    if LazyLock::get(&SAID).is_none() {
        LazyLock::force(&SAID);
        let place = if env::var_os(PATH).is_some() { format!("the file that {PATH} names") } else { BESIDE.to_owned() };
        eprintln!(
            "skipped: calls to Stripe are not judged, as its OpenAPI document cannot be used ({place}: {why}); {PATH} names another"
        );
    }
}
