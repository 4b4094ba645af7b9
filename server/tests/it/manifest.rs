//! What goes to Stripe's Marketplace, held against what the code needs, what review asks for, and Stripe's own schema where it is here.

use app::domain::connection::Permissions;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The schema of a manifest is not part of the project: a variable names it, or it lies beside the workspace.
const SCHEMA: (&str, &str) = ("CODEMINT_STRIPE_APP_SCHEMA", "../shared/stripe/stripe-app.schema.json");
/// To hear of anything, an uninstall among it.
const EVENTS: &str = "event_read";
/// Words that a listing's name must not have (Stripe's listing guidelines).
const NOT_IN_A_NAME: [&str; 8] = ["stripe", "app", "free", "paid", "rak", "generator", "api key", "authenticator"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stripe-app")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn manifest() -> Value {
    serde_json::from_str(&read("stripe-app.json")).unwrap()
}

#[test]
fn it_asks_for_what_the_code_needs_and_nothing_else() {
    let manifest = manifest();
    let asked: Vec<(&str, &str)> = manifest["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["permission"].as_str().unwrap(), one["purpose"].as_str().unwrap()))
        .collect();
    let needed: BTreeSet<&str> = Permissions::LEAST.into_iter().chain(Permissions::CHECKOUT).chain([EVENTS]).collect();
    assert_eq!(asked.iter().map(|(permission, _)| *permission).collect::<BTreeSet<_>>(), needed);
    assert_eq!(asked.len(), needed.len(), "none twice");
    let purposes: BTreeSet<&str> = asked.iter().map(|(_, purpose)| *purpose).collect();
    assert_eq!(purposes.len(), needed.len(), "each has a purpose of its own");
    for purpose in purposes {
        // Read by whoever installs it: a sentence, in words rather than names of objects.
        assert!(purpose.len() >= 40 && purpose.ends_with('.') && !purpose.contains('_'), "{purpose}");
        for word in ["API", "endpoint", "webhook", "token", "!"] {
            assert!(!purpose.contains(word), "{purpose}");
        }
    }
}

#[test]
fn it_is_an_oauth_app_that_comes_back_to_us() {
    let manifest = manifest();
    assert_eq!(manifest["stripe_api_access_type"], "oauth");
    assert_eq!(manifest["distribution_type"], "public");
    assert_eq!(manifest["sandbox_install_compatible"], true);
    assert_eq!(manifest.get("ui_extension"), None);
    let redirects = manifest["allowed_redirect_uris"].as_array().unwrap();
    assert!(!redirects.is_empty());
    for redirect in redirects.iter().chain([&manifest["post_install_action"]["url"]]) {
        let url = url::Url::parse(redirect.as_str().unwrap()).unwrap();
        assert_eq!((url.scheme(), url.query(), url.fragment()), ("https", None, None), "{url}");
        let expected = if redirects.contains(redirect) { "/stripe/callback" } else { "/settings" };
        assert_eq!(url.path(), expected);
        // An example's host: the operator puts in their own, and nobody can own this one.
        assert!(url.host_str().unwrap().ends_with(".example"), "{url}");
    }
    assert_eq!(manifest["post_install_action"]["type"], "external");
}

#[test]
fn its_icon_is_a_png_of_300_by_300() {
    let icon = std::fs::read(folder().join(manifest()["icon"].as_str().unwrap())).unwrap();
    // https://www.w3.org/TR/png-3/#11IHDR
    assert_eq!(&icon[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(icon[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (300, 300));
}

/// The text under a heading of the listing.
fn under<'a>(listing: &'a str, heading: &str) -> &'a str {
    let start =
        listing.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}")) + heading.len() + 5;
    let rest = &listing[start..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].trim()
}

#[test]
fn the_listing_keeps_the_lengths() {
    let (listing, manifest) = (read("listing.md"), manifest());
    let name = under(&listing, "Name");
    assert_eq!(manifest["name"].as_str(), Some(name));
    let length = |text: &str| text.chars().count();
    assert!((1..=35).contains(&length(name)));
    let small = name.to_lowercase();
    assert!(!NOT_IN_A_NAME.iter().any(|word| small.split(' ').any(|part| part == *word) || small == *word), "{name}");
    assert!((1..=80).contains(&length(under(&listing, "Subtitle"))));
    let about = under(&listing, "About");
    assert!((200..=1_000).contains(&length(about)), "{}", length(about));
    let features: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|line| line.starts_with("Feature: "))
        .collect();
    assert!((1..=3).contains(&features.len()));
    for feature in features {
        assert!(length(feature) - "Feature: ".len() <= 80, "{feature}");
        assert!((1..=300).contains(&length(under(&listing, feature))), "{feature}");
    }
    let (_, texts) = listing.split_once("## Name").unwrap();
    for word in ["Stripe", "best", "amazing", "guarantee", "!"] {
        assert!(!texts.contains(word), "{word}");
    }
}

/// Stripe's schema, without the two points in which Stripe's documentation contradicts it: an app without an interface of its own needs no
/// `ui_extension`, and promotion codes have permissions.
fn schema() -> Option<Value> {
    let path = std::env::var_os(SCHEMA.0)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SCHEMA.1), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: Stripe's schema of a manifest is not here; {} may name it", SCHEMA.0);
        return None;
    };
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    schema["required"].as_array_mut().unwrap().retain(|field| field != "ui_extension");
    let known = &mut schema["properties"]["permissions"]["items"]["properties"]["permission"]["enum"];
    let known = known.as_array_mut().unwrap();
    for missing in ["promotion_code_read", "promotion_code_write"] {
        if !known.iter().any(|one| one == missing) {
            known.push(missing.into());
        }
    }
    Some(schema)
}

#[test]
fn stripes_schema_takes_it() {
    let Some(schema) = schema() else { return };
    let judge = jsonschema::validator_for(&schema).unwrap();
    let complaints = |manifest: &Value| judge.iter_errors(manifest).map(|e| e.to_string()).collect::<Vec<_>>();
    let manifest = manifest();
    assert_eq!(complaints(&manifest), Vec::<String>::new());
    // The judge judges.
    let changes: [(&str, Value); 4] = [
        ("/permissions/0/permission", "coupon_delete".into()),
        ("/stripe_api_access_type", "oauth2".into()),
        ("/allowed_redirect_uris/0", "codemint.example".into()),
        ("/icon", "icon.svg".into()),
    ];
    for (place, value) in changes {
        let mut wrong = manifest.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert!(!complaints(&wrong).is_empty(), "{place}");
    }
}
