//! The pages as a browser gets them: every file is there with its type, nothing names a file
//! that is not, and nothing in them needs more than the content policy gives.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use actix_web::http::{Method, StatusCode};
use awc::Client;
use switchboard::people::NewPerson;
use switchboard::server::Server;
use switchboard::settings::Settings;
use switchboard::words::EventKind;

const PAGES: [&str; 5] = ["/", "/admin", "/chat", "/console", "/link"];
const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 100;

/// What came back for one address.
struct Answer {
    status: StatusCode,
    kind: String,
    tag: String,
    text: String,
}

/// A server with nothing but defaults, in a folder of its own.
struct Site {
    server: Server,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn start(pages: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data_dir: folder.path().into(),
            workers: 1,
            pages,
            ..Settings::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server::start(settings, listener).await.unwrap();
        Self {
            server,
            client: Client::default(),
            _folder: folder,
        }
    }

    async fn ask(&self, method: Method, path: &str, known: Option<&str>) -> Answer {
        let url = format!("http://{}{path}", self.server.address);
        let mut request = self.client.request(method, url);
        if let Some(tag) = known {
            request = request.insert_header(("If-None-Match", tag));
        }
        let mut answer = request.send().await.unwrap();
        let header = |name: &str| match answer.headers().get(name) {
            Some(value) => value.to_str().unwrap().to_owned(),
            None => String::new(),
        };
        let (kind, tag) = (header("content-type"), header("etag"));
        let bytes = answer.body().await.unwrap();
        Answer {
            status: answer.status(),
            kind,
            tag,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// Every file of the pages: what they name, and what that names.
    async fn files(&self) -> Vec<(String, Answer)> {
        let mut open: Vec<String> = PAGES.map(str::to_owned).to_vec();
        let mut seen: BTreeSet<String> = open.iter().cloned().collect();
        let mut files = Vec::new();
        while let Some(path) = open.pop() {
            let answer = self.get(&path).await;
            for named in named(&path, &answer.text) {
                if seen.insert(named.clone()) {
                    open.push(named);
                }
            }
            files.push((path, answer));
        }
        files
    }
}

/// The addresses that a file names: links, styles and scripts of a page, imports of a module, of
/// which those that are written later than at its start are named with `import(`.
fn named(path: &str, text: &str) -> Vec<String> {
    let after = |start: &str| -> Vec<String> {
        let parts = text.split(start).skip(1);
        parts
            .filter_map(|part| part.split('"').next().map(str::to_owned))
            .collect()
    };
    if path.ends_with(".js") {
        let imports = [" from \"", "import(\"", "late(\"", "new URL(\""]
            .map(after)
            .concat();
        return imports.iter().map(|name| beside(path, name)).collect();
    }
    if PAGES.contains(&path) {
        return [after("href=\""), after("src=\"")].concat();
    }
    Vec::new()
}

/// What a module means by a relative name.
fn beside(path: &str, name: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

fn expected_kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    }
}

#[actix_web::test]
async fn every_file_that_the_pages_name_is_served_with_its_type() {
    let site = Site::start(true).await;
    let files = site.files().await;
    for (path, answer) in &files {
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        // The API's own page is not one of these files.
        if path != "/docs" {
            assert_eq!(answer.kind, expected_kind(path), "{path}");
        }
    }
    let named: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    for file in switchboard::pages::all() {
        let path = file.address.as_str();
        // Catalogs are named by the language, the loader by pages of others.
        let computed = path.contains("/i18n/") || path == "/widget.js";
        assert!(
            computed || named.contains(path),
            "{path} is served and never named"
        );
    }
    site.server.stop().await;
}

#[actix_web::test]
async fn nothing_in_a_page_needs_an_inline_script_or_style() {
    let site = Site::start(true).await;
    for path in PAGES {
        let text = site.get(path).await.text;
        for tag in text
            .split('<')
            .skip(1)
            .filter_map(|part| part.split('>').next())
        {
            let has = |start: &str| tag.split_whitespace().any(|word| word.starts_with(start));
            assert!(
                !tag.starts_with("script") || has("src=\"/"),
                "{path}: <{tag}>"
            );
            assert!(
                !tag.starts_with("style") && !has("style="),
                "{path}: <{tag}>"
            );
            assert!(!has("on"), "{path}: <{tag}>");
            assert!(!tag.contains("javascript:"), "{path}: <{tag}>");
        }
    }
    site.server.stop().await;
}

/// The files as they are written.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from("src/pages")];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if ["js", "css", "html"].map(Some).contains(&ending) {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path.display().to_string(), text));
            }
        }
    }
    assert!(sources.len() > 30, "they are not where they are looked for");
    sources
}

#[test]
fn a_file_stays_small_says_what_it_is_for_and_writes_nobodys_words_as_markup() {
    for (path, text) in sources() {
        assert!(text.lines().count() <= LINES_MAX, "{path} is too long");
        let opens = ["// ", "/* ", "<!doctype html>\n<!-- "];
        assert!(opens.iter().any(|one| text.starts_with(one)), "{path}");
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS_MAX, "{path}: {line}");
        }
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(word), "{path} uses {word}");
        }
    }
}

/// Each is named in the list of what is embedded, and so is sent, by itself or in a bundle.
#[test]
fn every_file_is_embedded() {
    let list = fs::read_to_string("src/pages/files.rs").unwrap();
    for (path, _) in sources() {
        let name = path.strip_prefix("src/pages/").unwrap();
        assert!(list.contains(&format!("{name}\"")), "{path}");
    }
}

/// A bundle that could not be made would be sent with imports, of files that are not there.
#[test]
fn a_bundle_names_no_part_of_it() {
    let whole = switchboard::pages::all().iter();
    let modules = whole.filter(|file| file.address.ends_with("/main.js"));
    let modules: Vec<_> = modules.collect();
    assert!(modules.len() >= 5, "one for each face");
    for file in modules {
        assert!(!file.text.contains("import {"), "{}", file.address);
    }
}

/// A kind that a page has no words for is shown as its bare name.
#[test]
fn the_pages_have_words_for_whatever_a_log_tells() {
    let file = |path: &str| fs::read_to_string(format!("src/pages/{path}")).unwrap();
    let (told, shown) = (file("console/standing.js"), file("console/log.js"));
    let (_, told) = told.split_once("export function told").unwrap();
    for kind in EventKind::ALL {
        // Nothing writes it yet.
        if *kind == EventKind::Tagged {
            continue;
        }
        let has_words = told.contains(&format!("case \"{kind}\""));
        let is_drawn = shown.contains(&format!("\"{kind}\""));
        assert!(has_words || is_drawn, "{kind} has no words");
    }
}

#[actix_web::test]
async fn a_browser_that_has_the_newest_gets_no_body() {
    let site = Site::start(true).await;
    let first = site.get("/chat").await;
    let again = site.ask(Method::GET, "/chat", Some(&first.tag)).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    let other = site.ask(Method::GET, "/chat", Some("\"other\"")).await;
    assert_eq!((other.status, other.text), (StatusCode::OK, first.text));
    let head = site.ask(Method::HEAD, "/chat", None).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    site.server.stop().await;
}

#[actix_web::test]
async fn a_browser_that_takes_it_gets_it_packed_and_may_keep_what_has_a_version() {
    let site = Site::start(true).await;
    let page = site.get("/chat").await.text;
    let (_, script) = page.split_once("src=\"").unwrap();
    let (script, _) = script.split_once('"').unwrap();
    for (path, kept) in [("/chat", "no-cache"), (script, "immutable")] {
        let url = format!("http://{}{path}", site.server.address);
        let request = site.client.get(url).no_decompress();
        let request = request.insert_header(("Accept-Encoding", "gzip, br"));
        let mut answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(header("content-encoding"), "br", "{path}");
        assert!(header("cache-control").ends_with(kept), "{path}");
        let (packed, plain) = (answer.body().await.unwrap(), site.get(path).await.text);
        assert!(packed.len() * 2 < plain.len(), "{path}: {}", packed.len());
    }
    site.server.stop().await;
}

#[actix_web::test]
async fn what_can_be_got_can_be_asked_for_without_its_body() {
    let site = Site::start(true).await;
    let paths = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/docs/",
        "/api/openapi.json",
        "/api/v1/me",
        "/none",
    ];
    for path in paths {
        let (got, head) = (
            site.get(path).await,
            site.ask(Method::HEAD, path, None).await,
        );
        assert_eq!((head.status, head.kind), (got.status, got.kind), "{path}");
        assert_eq!(head.text, "", "{path}");
    }
    assert_eq!(site.ask(Method::HEAD, "/readyz", None).await.status, 200);
    site.server.stop().await;
}

#[actix_web::test]
async fn the_start_page_can_say_that_there_is_no_admin_and_never_the_link() {
    let site = Site::start(true).await;
    let people = &site.server.app.people;
    let token = people.setup_token().await.unwrap().unwrap();
    let state = site.get("/api/v1/setup").await;
    assert_eq!(state.text, r#"{"needed":true,"valid":null}"#);
    for (path, file) in site.files().await {
        assert!(!file.text.contains(&token), "{path}");
    }
    let admin = NewPerson {
        username: "adm".into(),
        password: "correct horse".into(),
        ..NewPerson::default()
    };
    people.add_admin(admin).await.unwrap();
    let state = site.get("/api/v1/setup").await;
    assert_eq!(state.text, r#"{"needed":false,"valid":null}"#);
    site.server.stop().await;
}

#[actix_web::test]
async fn what_is_no_file_or_no_reading_is_a_problem() {
    let site = Site::start(true).await;
    let unknown = site.get("/js/unknown.js").await;
    let posted = site.ask(Method::POST, "/chat", None).await;
    for (answer, status) in [(unknown, 404), (posted, 405)] {
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.kind, "application/problem+json");
    }
    site.server.stop().await;
}

#[actix_web::test]
async fn a_browser_where_nothing_is_gets_the_start_page() {
    let site = Site::start(true).await;
    let start = site.get("/").await.text;
    let html = "text/html,*/*;q=0.8";
    let look = async |method: Method, path: &str, accept: &str| {
        let url = format!("http://{}{path}", site.server.address);
        let request = site.client.request(method, url);
        let request = request.insert_header(("Accept", accept));
        let mut answer = request.send().await.unwrap();
        let text = answer.body().await.unwrap();
        // Who wants something else at that address gets something else.
        let by = answer.headers().get("vary").unwrap().to_str().unwrap();
        let varies = by.split(", ").any(|name| name == "Accept");
        let is_start = text == start.as_bytes();
        (answer.status().as_u16(), is_start, varies)
    };
    let [get, post] = [Method::GET, Method::POST];
    let look = &look;
    for (method, path, accept, told) in [
        (&get, "/amdin", html, (404, true, true)),
        (&get, "/console/x", html, (404, true, true)),
        (&get, "/amdin", "application/json", (404, false, false)),
        (&post, "/amdin", html, (404, false, false)),
        (&get, "/api/v1/links", html, (405, false, false)),
        (&get, "/api/v1/nothing", html, (404, false, false)),
    ] {
        let found = look(method.clone(), path, accept).await;
        assert_eq!(found, told, "{method} {path} {accept}");
    }
    site.server.stop().await;
}

#[actix_web::test]
async fn without_pages_there_are_none() {
    let site = Site::start(false).await;
    for file in switchboard::pages::all() {
        let path = file.address.as_str();
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    site.server.stop().await;
}
