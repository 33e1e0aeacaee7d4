//! The shape of the code, kept by a test: who may use whom, how long things may be, and that
//! every file says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 100;
const FUNCTION_LINES_MAX: usize = 70;

/// Each module and the modules it may use, in the order of `src/lib.rs`. A module may name only
/// modules above it, so there are no cycles. The same list stands in ARCHITECTURE.md.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("words", &[]),
    ("access", &["error", "words"]),
    ("current", &[]),
    ("recent", &["words"]),
    ("settings", &[]),
    ("hours", &["error", "words"]),
    ("dispatch", &["words"]),
    ("store", &["access", "dispatch", "error", "hours", "words"]),
    ("metrics", &[]),
    ("news", &["store", "words"]),
    ("eta", &["hours", "store", "words"]),
    ("hub", &["eta", "hours", "news", "store", "words"]),
    ("bell", &["hub", "news", "words"]),
    (
        "desk",
        &[
            "access", "bell", "current", "dispatch", "error", "hours", "metrics", "news", "store",
            "words",
        ],
    ),
    (
        "attachments",
        &["access", "current", "error", "store", "words"],
    ),
    ("board", &["hub", "store", "words"]),
    (
        "erasing",
        &["attachments", "desk", "error", "store", "words"],
    ),
    (
        "export",
        &["access", "error", "news", "settings", "store", "words"],
    ),
    ("indexer", &["error", "store"]),
    ("minutes", &["error", "store", "words"]),
    ("node", &["desk", "error", "hub", "store", "words"]),
    (
        "people",
        &[
            "bell", "error", "metrics", "news", "settings", "store", "words",
        ],
    ),
    (
        "positions",
        &["error", "eta", "hours", "hub", "metrics", "store", "words"],
    ),
    ("reports", &["error", "store", "words"]),
    ("retention", &["error", "metrics", "store", "words"]),
    ("watch", &["bell", "error", "hub", "news", "store", "words"]),
    (
        "limits",
        &["attachments", "desk", "people", "settings", "words"],
    ),
    (
        "tuning",
        &[
            "attachments",
            "bell",
            "current",
            "desk",
            "error",
            "limits",
            "news",
            "people",
            "settings",
            "store",
            "words",
        ],
    ),
    (
        "app",
        &[
            "attachments",
            "desk",
            "eta",
            "hub",
            "metrics",
            "people",
            "recent",
            "reports",
            "settings",
            "store",
            "tuning",
            "words",
        ],
    ),
    (
        "gate",
        &["access", "app", "error", "people", "settings", "words"],
    ),
    (
        "api",
        &[
            "access",
            "app",
            "attachments",
            "desk",
            "error",
            "export",
            "gate",
            "hours",
            "indexer",
            "metrics",
            "news",
            "people",
            "recent",
            "reports",
            "store",
            "tuning",
            "words",
        ],
    ),
    (
        "live",
        &[
            "access",
            "app",
            "attachments",
            "desk",
            "error",
            "eta",
            "gate",
            "hours",
            "hub",
            "news",
            "store",
            "tuning",
            "words",
        ],
    ),
    (
        "dialects",
        &[
            "access", "app", "desk", "error", "gate", "hub", "live", "news", "people", "store",
            "words",
        ],
    ),
    ("pages", &["app", "gate", "words"]),
    ("http", &["api", "app", "dialects", "gate", "live", "pages"]),
    ("shared_redis", &[]),
    ("vital", &[]),
    ("folder", &["people", "settings"]),
    ("kin", &["people", "settings", "store", "words"]),
    (
        "server",
        &[
            "app",
            "attachments",
            "bell",
            "board",
            "desk",
            "dispatch",
            "erasing",
            "error",
            "eta",
            "folder",
            "http",
            "hub",
            "indexer",
            "kin",
            "limits",
            "metrics",
            "minutes",
            "node",
            "people",
            "positions",
            "retention",
            "settings",
            "shared_redis",
            "store",
            "tuning",
            "vital",
            "watch",
            "words",
        ],
    ),
    ("doctor", &["attachments", "error", "settings", "store"]),
    ("health", &[]),
    ("logging", &["recent", "settings", "words"]),
    ("client", &["live", "news", "store", "words"]),
    (
        "bench",
        &[
            "access",
            "app",
            "client",
            "desk",
            "dispatch",
            "doctor",
            "error",
            "hub",
            "logging",
            "news",
            "people",
            "server",
            "settings",
            "shared_redis",
            "store",
            "words",
        ],
    ),
    (
        "demo",
        &[
            "client", "doctor", "news", "people", "server", "settings", "store", "words",
        ],
    ),
];

/// Folders that the map names whole: what is in them stands on the rest, and nothing on them.
const WHOLE: &[&str] = &["bench", "demo", "pages"];

/// A file of the source, and the module it belongs to.
struct Source {
    path: PathBuf,
    module: String,
    text: String,
}

fn under(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let ending = path
                .extension()
                .and_then(|ending| ending.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if endings.contains(&ending) {
                let module = path
                    .components()
                    .nth(1)
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap();
                sources.push(Source {
                    module: module.trim_end_matches(".rs").to_owned(),
                    text: fs::read_to_string(&path).unwrap(),
                    path,
                });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        sources.len() > 10,
        "the source is not where it is looked for"
    );
    sources
}

fn code() -> Vec<Source> {
    under("src", &["rs"])
}

/// Everything before the tests of a file. They stand last, and may break what only code must keep.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// The lines without comments, numbered from 1.
fn statements(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    (1..).zip(lines)
}

#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut complaints = Vec::new();
    for Source { path, text, .. } in under("src", &["rs", "lua"])
        .iter()
        .chain(&under("tests/it", &["rs"]))
    {
        // Tests may list their cases as long as they like.
        let lines_max = if path.starts_with("src") {
            LINES_MAX
        } else {
            usize::MAX
        };
        let path = path.display();
        let opening = if path.to_string().ends_with(".lua") {
            "--"
        } else {
            "//! "
        };
        if !text.starts_with(opening) {
            complaints.push(format!("{path}: does not say what it is for"));
        }
        if text.lines().count() > lines_max {
            complaints.push(format!("{path}: {} lines", text.lines().count()));
        }
        for (number, line) in (1..).zip(text.lines()) {
            if line.chars().count() > COLUMNS_MAX && !line.contains("https://") {
                complaints.push(format!("{path}:{number}: {} columns", line.chars().count()));
            }
        }
    }
    none(&complaints);
}

/// By the layout that rustfmt keeps: a function ends with a brace in the column it began.
#[test]
fn functions_are_short() {
    let mut complaints = Vec::new();
    for Source { path, text, .. } in code() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let trimmed = line.trim_start();
            let words = [
                "fn ",
                "pub fn ",
                "async fn ",
                "pub async fn ",
                "pub(super) fn ",
            ];
            if !words.iter().any(|words| trimmed.starts_with(words)) {
                continue;
            }
            let end = format!("{}}}", " ".repeat(line.len() - trimmed.len()));
            let length = lines[at..]
                .iter()
                .position(|line| *line == end)
                .unwrap_or(0)
                + 1;
            if length > FUNCTION_LINES_MAX {
                complaints.push(format!("{}:{}: {length} lines", path.display(), at + 1));
            }
        }
    }
    none(&complaints);
}

/// The modules of this crate that a file names: `crate::x`, `super::x` from a module's own file,
/// `super::super::x` from one below it, and each of `crate::{a, b}`.
fn named(source: &Source) -> BTreeSet<String> {
    let depth = source.path.components().count();
    let top = if source.path.ends_with("mod.rs") || depth == 2 {
        1
    } else {
        2
    };
    let up = "super::".repeat(top);
    let mut found = BTreeSet::new();
    for (_, line) in statements(&source.text.replace("crate::{\n", "crate::{")) {
        for start in ["crate::", up.as_str()] {
            for (at, _) in line.match_indices(start) {
                let longer = start != "crate::" && line[..at].ends_with("super::");
                let rest = &line[at + start.len()..];
                let names = rest
                    .strip_prefix('{')
                    .map_or(rest, |list| list.split('}').next().unwrap());
                let many = rest.starts_with('{');
                for name in names.split(',').take(if many { usize::MAX } else { 1 }) {
                    let word = |c: char| c.is_alphanumeric() || c == '_';
                    let name: String = name.trim().chars().take_while(|c| word(*c)).collect();
                    if !longer && !name.is_empty() {
                        found.insert(name);
                    }
                }
            }
        }
    }
    found
}

#[test]
fn a_module_names_only_modules_above_it() {
    let allowed = |module: &str| LAYERS.iter().find(|(name, _)| *name == module);
    let is_module = |name: &String| allowed(name).is_some();
    let mut complaints = Vec::new();
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for source in code() {
        let Source { path, module, .. } = &source;
        if module == "main" || module == "lib" {
            continue;
        }
        let Some((_, allowed)) = allowed(module) else {
            complaints.push(format!("{}: `{module}` is not in LAYERS", path.display()));
            continue;
        };
        for other in named(&source).into_iter().filter(is_module) {
            if other != *module && !allowed.contains(&other.as_str()) {
                complaints.push(format!("{}: {module} may not use {other}", path.display()));
            }
            used.insert((module.clone(), other));
        }
    }
    for (at, (module, allowed)) in LAYERS.iter().enumerate() {
        for other in *allowed {
            if !LAYERS[..at].iter().any(|(above, _)| above == other) {
                complaints.push(format!(
                    "LAYERS: {module} names {other}, which is not above it"
                ));
            }
            if !used.contains(&((*module).into(), (*other).into())) {
                complaints.push(format!("LAYERS: {module} does not use {other}"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_map_in_lib_has_the_order_of_the_layers() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let modules = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let layers: Vec<&str> = LAYERS.iter().map(|(module, _)| *module).collect();
    assert_eq!(modules.collect::<Vec<_>>(), layers);
}

/// Words that only these modules may say, outside of tests.
const RESERVED: &[(&str, &[&str])] = &[
    // Nothing outside `store` contains a query: `words` says how a word is spelt in SQL, `error`
    // what a failed query means.
    ("diesel::", &["store", "words", "error"]),
    // Only the desk changes a conversation.
    ("conversations::set_", &["desk"]),
    // Nobody else takes a slot of a rep or gives it back.
    ("reps::take_slot", &["desk"]),
    ("reps::free_slot", &["desk"]),
    // Only the desk speaks with the line; the server builds it.
    ("dyn Engine", &["desk", "server"]),
    // The server asks nobody for anything over HTTP; only these are clients.
    ("awc::", &["client", "demo"]),
    (".unwrap()", &[]),
    ("unimplemented!", &[]),
    ("todo!", &[]),
];

#[test]
fn each_thing_is_done_in_its_place_only() {
    let mut complaints = Vec::new();
    for Source { path, module, text } in code() {
        for (number, line) in statements(without_tests(&text)) {
            for (word, places) in RESERVED {
                if line.contains(word) && !places.contains(&module.as_str()) {
                    complaints.push(format!(
                        "{}:{number}: {word} has no place here",
                        path.display()
                    ));
                }
            }
        }
        for word in ["TODO", "FIXME", "XXX"] {
            if text.contains(word) {
                complaints.push(format!(
                    "{}: {word}: do it, or write it down elsewhere",
                    path.display()
                ));
            }
        }
    }
    none(&complaints);
}

fn architecture() -> String {
    fs::read_to_string("ARCHITECTURE.md").unwrap()
}

#[test]
fn the_map_in_architecture_names_every_file_and_nothing_else() {
    let text = architecture();
    assert!(text.lines().count() <= 240, "ARCHITECTURE.md is too long");
    let mut complaints = Vec::new();
    for Source { path, module, .. } in under("src", &["rs", "lua", "toml"]) {
        let name = path.strip_prefix("src").unwrap().to_str().unwrap();
        let whole = WHOLE
            .contains(&module.as_str())
            .then(|| format!("{module}/"));
        let name = whole.as_deref().unwrap_or(name);
        if !text.contains(&format!("`{name}`")) {
            complaints.push(format!("ARCHITECTURE.md does not name `{name}`"));
        }
    }
    for name in text.split('`').skip(1).step_by(2) {
        let file = [".rs", ".lua", ".toml", ".md", ".sql"]
            .iter()
            .any(|end| name.ends_with(end));
        let there = Path::new(name).exists() || Path::new("src").join(name).exists();
        if file && !name.contains('*') && !there {
            complaints.push(format!(
                "ARCHITECTURE.md names `{name}`, which is not there"
            ));
        }
    }
    none(&complaints);
}

#[test]
fn the_layers_in_architecture_are_the_layers() {
    let lines = LAYERS.iter().map(|(module, allowed)| match allowed {
        [] => format!("{module}\n"),
        _ => format!("{module}: {}\n", allowed.join(" ")),
    });
    let block = format!("```layers\n{}```\n", lines.collect::<String>());
    assert!(
        architecture().contains(&block),
        "ARCHITECTURE.md should contain\n{block}"
    );
}

/// What may stand within the text of a query: names of tables and fields, other queries of ours,
/// numbers. What people say and who they are is bound.
const IN_QUERIES: &[&str] = &[
    "",
    "table",
    "child",
    "field",
    "parent",
    "key",
    "sql",
    "name",
    "pages",
    "ms",
    "FIRST",
    "LOG_PAGES",
    "MIGRATING",
];

#[test]
fn nothing_that_people_say_is_written_into_a_query() {
    let words = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE ",
        "TRUNCATE ",
        "PRAGMA ",
        "VACUUM ",
        "CREATE ",
        "DROP ",
        "ALTER ",
    ];
    let (mut complaints, mut queries) = (Vec::new(), 0);
    for Source { path, module, text } in code() {
        if module == "bench" {
            continue;
        }
        for part in without_tests(&text).split("format!(").skip(1) {
            let literal = part.trim_start().strip_prefix('"');
            let literal = literal.and_then(|rest| rest.split('"').next());
            let Some(query) = literal.filter(|text| words.iter().any(|word| text.contains(word)))
            else {
                continue;
            };
            queries += 1;
            let names = query.split('{').skip(1);
            let names = names.filter_map(|rest| rest.split('}').next());
            for name in names.filter(|name| !IN_QUERIES.contains(name)) {
                complaints.push(format!("{}: {{{name}}} in a query", path.display()));
            }
        }
    }
    assert!(queries > 5, "the queries are not where they are looked for");
    none(&complaints);
}

#[test]
fn no_code_of_ours_is_unsafe() {
    for path in ["src/lib.rs", "src/main.rs", "tests/it/main.rs"] {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{path}");
    }
}
