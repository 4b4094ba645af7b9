//! The browser's part (JavaScript, WASM, styles) and small static files, out of this very binary.
//!
//! `cargo xtask` writes them to one folder, each with a Brotli twin `NAME.br`; see `build.rs`. Names that begin with `codemint.`
//! carry a hash of their content, so a browser may keep them for ever. A debug build reads the folder while it runs.

use app::shell::{Assets, Picture};
use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "$CODEMINT_SITE_DIR"]
struct Site;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const MANIFEST: &str = "manifest.json";

/// `/assets/{file}` and `/favicon.ico`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(asset)).route("/favicon.ico", get(favicon))
}

/// What the pages' head loads; empty when the browser's part was not built.
#[must_use]
pub fn manifest() -> Assets {
    Site::get(MANIFEST).map(|file| parse_manifest(&file.data)).unwrap_or_default()
}

/// The manifest names files; a page needs addresses. One that we would not write ourselves is dropped.
fn parse_manifest(json: &[u8]) -> Assets {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Manifest {
        js: String,
        wasm: String,
        css: String,
        loader: String,
        parts: Vec<String>,
        pictures: Vec<Drawn>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Drawn {
        name: String,
        file: String,
        width: u32,
        height: u32,
    }
    let address = |name: String| if is_file_name(&name) { format!("/assets/{name}") } else { String::new() };
    let Manifest { js, wasm, css, loader, parts, pictures } = serde_json::from_slice(json).unwrap_or_default();
    let parts = parts.into_iter().map(address).filter(|part| !part.is_empty()).collect();
    let pictures = pictures.into_iter().map(|Drawn { name, file, width, height }| Picture {
        name,
        address: address(file),
        width,
        height,
    });
    let pictures = pictures.filter(|picture| !picture.address.is_empty()).collect();
    Assets { js: address(js), wasm: address(wasm), css: address(css), loader: address(loader), parts, pictures }
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    respond(&name, &headers)
}

async fn favicon(headers: HeaderMap) -> Response {
    match respond("favicon.svg", &headers) {
        missing if missing.status() == StatusCode::NOT_FOUND => StatusCode::NO_CONTENT.into_response(),
        icon => icon,
    }
}

fn respond(name: &str, headers: &HeaderMap) -> Response {
    let (true, Some(content_type)) = (is_file_name(name), content_type(name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(plain) = Site::get(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let brotli = if accepts_brotli(headers) { Site::get(&format!("{name}.br")) } else { None };
    let encoded = brotli.is_some();

    let mut response = Response::new(Body::from(brotli.unwrap_or(plain).data));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    out.insert(header::CACHE_CONTROL, if name.starts_with("codemint.") { FOR_EVER } else { AN_HOUR });
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if encoded {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Letters, digits, `-`, `_` and dots that do not lead: no path, nothing hidden, nothing that needs quoting in a page.
fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// Only what the site is made of: the manifest and the `.br` twins are not addresses of their own.
fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "ico" => Some("image/x-icon"),
        "woff2" => Some("font/woff2"),
        "txt" => Some("text/plain; charset=utf-8"),
        "webmanifest" => Some("application/manifest+json"),
        _ => None,
    }
}

/// Whether `Accept-Encoding` (RFC 9110, 12.5.3) lets us send Brotli: named or covered by `*`, and not with a weight of zero.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let mut by_star = false;
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
            let wanted = weight(parameters) > 0.0;
            match coding.trim() {
                coding if coding.eq_ignore_ascii_case("br") => return wanted,
                "*" => by_star = wanted,
                _ => {}
            }
        }
    }
    by_star
}

/// The `q` among an item's parameters; 1 when there is none, 0 when it cannot be read.
fn weight(parameters: &str) -> f32 {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str, accept_encoding: Option<&str>) -> Response {
        let mut request = Request::get(path);
        if let Some(value) = accept_encoding {
            request = request.header(header::ACCEPT_ENCODING, value);
        }
        router::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn accepting(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        accepts_brotli(&headers)
    }

    #[test]
    fn brotli_only_for_those_who_take_it() {
        for yes in [
            &["br"][..],
            &["gzip, deflate, br, zstd"],
            &["gzip", "BR ; q=0.5"],
            &["*"],
            &["*;q=0, br"],
            &["br;Q=0.001"],
        ] {
            assert!(accepting(yes), "{yes:?}");
        }
        for no in
            [&[][..], &[""], &["gzip"], &["br;q=0"], &["*, br;q=0.000"], &["br;q=rubbish"], &["*;q=0"], &["brr, x-br"]]
        {
            assert!(!accepting(no), "{no:?}");
        }
    }

    #[test]
    fn the_manifest_becomes_addresses() {
        let assets = parse_manifest(
            br#"{"js":"codemint.1.js","wasm":"codemint.2.wasm","css":"codemint.3.css","pictures":[
                {"name":"settings","file":"codemint.4.png","width":960,"height":600},
                {"name":"elsewhere","file":"https://x.example/a.png","width":1,"height":1}]}"#,
        );
        let picture =
            Picture { name: "settings".into(), address: "/assets/codemint.4.png".into(), width: 960, height: 600 };
        assert_eq!(assets.pictures, [picture]);
        assert_eq!(assets.js, "/assets/codemint.1.js");
        assert_eq!(assets.wasm, "/assets/codemint.2.wasm");
        assert_eq!(assets.css, "/assets/codemint.3.css");
    }

    #[test]
    fn a_manifest_that_is_no_manifest_leaves_pages_plain() {
        for bad in [&b""[..], b"[]", b"{", br#"{"js":"../x.js","wasm":"a\"b","css":"/x"}"#] {
            assert_eq!(parse_manifest(bad), Assets::default());
        }
    }

    #[tokio::test]
    async fn what_does_not_exist_is_not_found() {
        for path in [
            "/assets/codemint.0.js",
            "/assets/manifest.json",
            "/assets/..%2Fmanifest.json",
            "/assets/%2e%2e%2f%2e%2e%2fCargo.toml",
            "/assets/.gitignore",
            "/assets/",
        ] {
            assert_eq!(get(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_asks_for_an_icon_gets_no_error() {
        assert!(get("/favicon.ico", None).await.status().is_success());
    }

    /// Runs over whatever is built: nothing without the browser's part, every file of it after `cargo xtask build`.
    #[tokio::test]
    async fn every_file_is_served_plain_and_compressed() {
        let Assets { js, wasm, css, loader, parts, pictures } = manifest();
        let script = "text/javascript; charset=utf-8";
        let first = [(js, script), (loader, script), (css, "text/css; charset=utf-8")];
        let programs = parts.into_iter().chain([wasm]).map(|path| (path, "application/wasm"));
        let pictures = pictures.into_iter().map(|picture| (picture.address, "image/png"));
        for (path, content_type) in first.into_iter().chain(programs).chain(pictures) {
            if path.is_empty() {
                continue;
            }
            let plain = get(&path, Some("gzip")).await;
            assert_eq!(plain.status(), StatusCode::OK, "{path}");
            assert_eq!(plain.headers()[header::CONTENT_TYPE], content_type);
            assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(plain.headers()[header::VARY], "accept-encoding");
            assert_eq!(plain.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
            let plain = to_bytes(plain.into_body(), usize::MAX).await.unwrap();

            let small = get(&path, Some("gzip, br")).await;
            assert_eq!(small.headers()[header::CONTENT_TYPE], content_type);
            if small.headers().contains_key(header::CONTENT_ENCODING) {
                assert_eq!(small.headers()[header::CONTENT_ENCODING], "br");
                assert!(to_bytes(small.into_body(), usize::MAX).await.unwrap().len() < plain.len(), "{path}");
            }
            assert_eq!(get(&format!("{path}.br"), Some("br")).await.status(), StatusCode::NOT_FOUND);
        }
    }
}
