//! The deployment as it is written down: `docker-compose.yml`, `Dockerfile`, `.env.example` and
//! the proxy's file fit each other, and the program takes what they give it.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::settings::Settings;

use crate::process::{Process, shown, switchboard};

/// What stands for every secret here.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn compose() -> Value {
    let text = fs::read_to_string("docker-compose.yml").unwrap();
    yaml_serde::from_str(&text).unwrap()
}

/// The `${...}` of a text, each as its name and what follows the name.
fn variables(text: &str) -> Vec<(String, String)> {
    let inner = text
        .split("${")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap());
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    inner
        .map(|inner| {
            let end = inner.find(|c| !name(c)).unwrap_or(inner.len());
            (inner[..end].to_owned(), inner[end..].to_owned())
        })
        .collect()
}

/// A text as compose would fill it in.
fn filled(text: &str) -> String {
    let mut filled = text.to_owned();
    for (name, rest) in variables(text) {
        filled = filled.replace(&format!("${{{name}{rest}}}"), SECRET);
    }
    filled
}

/// The words of an exec form, `["a", "b"]`, after this instruction of the Dockerfile.
fn words_after(instruction: &str) -> Vec<String> {
    let text = fs::read_to_string("Dockerfile").unwrap();
    let after = text.split(&format!("{instruction} [")).nth(1);
    let after = after.unwrap_or_else(|| panic!("the Dockerfile has {instruction} in exec form"));
    let list = after.split(']').next().unwrap();
    serde_json::from_str(&format!("[{list}]")).unwrap()
}

#[test]
fn there_are_two_nodes_both_databases_and_a_proxy() {
    let services = compose()["services"].clone();
    let names: BTreeSet<&str> = services
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["nginx", "node-a", "node-b", "postgres", "redis"])
    );
    assert_eq!(services["node-a"], services["node-b"]);
    assert_eq!(services["node-a"]["image"], "switchboard");
    for (service, needs) in [
        ("node-a", "postgres"),
        ("node-a", "redis"),
        ("nginx", "node-b"),
    ] {
        let needed = &services[service]["depends_on"][needs]["condition"];
        assert_eq!(needed, "service_healthy", "{service} waits for {needs}");
    }
    for service in ["nginx", "postgres", "redis"] {
        let test = services[service]["healthcheck"]["test"].as_array();
        assert!(
            test.is_some_and(|test| test.len() > 1),
            "{service} has a health check"
        );
    }
    let proxy = fs::read_to_string("deploy/nginx.conf").unwrap();
    for part in [
        "server node-a:8080 ",
        "server node-b:8080 ",
        "location = /nginx-health",
    ] {
        assert!(proxy.contains(part), "nginx.conf has {part:?}");
    }
}

#[test]
fn only_the_proxy_is_reached_from_outside_and_only_from_this_machine() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        let ports = service["ports"].as_array().cloned().unwrap_or_default();
        assert_eq!(!ports.is_empty(), name == "nginx", "{name}");
        for port in ports {
            assert!(
                port.as_str().unwrap().starts_with("127.0.0.1:"),
                "{name}: {port}"
            );
        }
    }
}

#[test]
fn a_node_has_the_time_to_stop() {
    use switchboard::server::REST_OF_STOP;
    let drain = Duration::from_millis(Settings::default().drain_ms);
    let grace = compose()["services"]["node-a"]["stop_grace_period"].clone();
    let grace = grace.as_str().unwrap().strip_suffix('s').unwrap().parse();
    let grace = Duration::from_secs(grace.unwrap());
    assert!(drain + REST_OF_STOP + Duration::from_secs(2) < grace);
}

#[test]
fn no_secret_has_a_default() {
    let text = fs::read_to_string("docker-compose.yml").unwrap();
    let mut required = BTreeSet::new();
    for (name, rest) in variables(&text) {
        match name.as_str() {
            "SWITCHBOARD_PORT" => assert_eq!(rest, ":-8080"),
            _ => assert!(
                rest.starts_with(":?"),
                "{name}{rest} has a default, or may be empty"
            ),
        }
        if rest.starts_with(":?") {
            required.insert(name);
        }
    }
    let example = fs::read_to_string(".env.example").unwrap();
    let lines = example
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let listed = lines.map(|line| line.strip_suffix('=').expect("a name without a value"));
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), required);
    // What is called a secret anywhere comes from outside.
    for (name, service) in compose()["services"].as_object().unwrap() {
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let secret = ["PASSWORD", "SECRET", "AUTH", "_URL"].iter();
            if secret.clone().any(|word| variable.contains(word)) {
                let value = value.as_str().unwrap_or_default();
                assert!(value.contains(":?"), "{name}: {variable} is {value:?}");
            }
        }
    }
}

#[test]
fn the_program_takes_the_environment_of_the_nodes() {
    let node = compose()["services"]["node-a"].clone();
    let environment = node["environment"].as_object().unwrap().clone();
    let environment = environment
        .into_iter()
        .map(|(name, value)| (name, filled(value.as_str().unwrap())));
    let output = switchboard()
        .arg("settings")
        .envs(environment)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    let text = shown(&output);
    for part in [
        "listen = \"0.0.0.0:8080\"",
        "database_url = \"postgres://switchboard:***@postgres:5432/switchboard\"",
        "redis_url = \"redis://:***@redis:6379\"",
        "secret = \"***\"",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains(SECRET), "a secret is shown:\n{text}");
}

#[test]
fn the_image_runs_commands_that_there_are() {
    assert_eq!(words_after("\nENTRYPOINT"), ["switchboard"]);
    let serve = words_after("\nCMD");
    let output = switchboard().args(&serve).arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));

    let check = words_after("    CMD");
    assert_eq!(check[0], "switchboard");
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &[]);
    let here = |word: &String| word.replace("http://127.0.0.1:8080", &process.base);
    let check: Vec<String> = check[1..].iter().map(here).collect();
    assert!(
        check.contains(&process.base),
        "the health check asks port 8080"
    );
    let healthy = || switchboard().args(&check).output().unwrap();
    assert!(healthy().status.success(), "{}", shown(&healthy()));
    drop(process);
    assert_eq!(healthy().status.code(), Some(1), "{}", shown(&healthy()));
}

#[test]
fn no_container_is_written_into_and_no_node_is_root() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        assert_eq!(service["read_only"], json!(true), "{name}");
        let options = json!(["no-new-privileges:true"]);
        assert_eq!(service["security_opt"], options, "{name}");
        assert!(service["privileged"].is_null(), "{name}");
    }
    assert_eq!(compose()["services"]["node-a"]["cap_drop"], json!(["ALL"]));
    let image = fs::read_to_string("Dockerfile").unwrap();
    let (_, last) = image.rsplit_once("\nFROM ").unwrap();
    let user = last.lines().find_map(|line| line.strip_prefix("USER "));
    let user = user.and_then(|user| user.split(':').next()?.parse().ok());
    assert!(user.is_some_and(|user: u32| user > 0), "by its number");
}
