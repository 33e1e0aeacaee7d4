//! Every limit stands in docs/limits.md as it is in the settings and in the code, and those that
//! no other test meets hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use switchboard::settings::{DEFAULTS, Settings, within};

use crate::bad_input::unharmed;
use crate::harness::{World, client_id, until};
use crate::on_both_with;
use crate::wire::{RawSocket, Request};

/// The rows of the page's tables of so many columns, without the backticks.
fn rows(columns: usize, first: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string("docs/limits.md").unwrap();
    let table = text
        .split("\n\n")
        .find(|part| part.starts_with(&format!("| {first} |")));
    let lines = table.unwrap().lines().skip(2);
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim().trim_matches('|').split('|');
        let cells = cells.map(|cell| cell.trim().trim_matches('`').to_owned());
        cells.collect()
    };
    let rows: Vec<_> = lines.map(cells).collect();
    assert!(rows.iter().all(|row| row.len() == columns), "{rows:?}");
    rows
}

#[test]
fn every_limit_of_the_settings_is_in_the_table_with_its_default() {
    let defaults: toml::Table = toml::from_str(DEFAULTS).unwrap();
    let mut documented = BTreeSet::new();
    for row in rows(4, "setting") {
        let default = defaults.get(&row[0]);
        let default = default.unwrap_or_else(|| panic!("{} is no setting", row[0]));
        assert_eq!(row[1], default.to_string(), "{}", row[0]);
        assert!(documented.insert(row[0].clone()), "{} stands twice", row[0]);
    }
    let limits = DEFAULTS
        .split("# --- ")
        .find(|part| part.starts_with("limits"));
    let limits: toml::Table = toml::from_str(&format!("# {}", limits.unwrap())).unwrap();
    let named = defaults
        .keys()
        .filter(|name| name.ends_with("_max") || name.ends_with("_burst"));
    for name in named.chain(limits.keys()) {
        assert!(documented.contains(name), "docs/limits.md lacks `{name}`");
    }
}

/// Whatever is after the equals sign of a constant, as the table writes it.
fn value(text: &str) -> String {
    let plain = text.replace('_', "");
    if let Some(seconds) = plain.strip_prefix("Duration::fromsecs(") {
        return format!("{} s", seconds.trim_end_matches(')'));
    }
    let factors = plain.split('*').map(|factor| factor.trim().parse::<i64>());
    match factors.collect::<Result<Vec<_>, _>>() {
        Ok(factors) => factors.iter().product::<i64>().to_string(),
        Err(_) => plain,
    }
}

/// The constants of a file, by their names.
fn constants(path: &PathBuf) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("pub ");
        let line = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .strip_prefix("const ")?;
        // With a type in Rust, without in a page.
        let (name, text) = line.split_once(" = ")?;
        let name = name.split(": ").next()?;
        Some((name.to_owned(), value(text.trim_end_matches(';'))))
    });
    lines.collect()
}

fn sources(folder: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = path.to_str().unwrap();
        if path.is_dir() && !["src/bench", "src/demo"].contains(&name) {
            sources(name, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_limit_of_the_code_is_in_the_table_with_its_value() {
    let mut documented = BTreeSet::new();
    for row in rows(4, "name") {
        let constants = constants(&PathBuf::from(&row[2]));
        let real = constants.get(&row[0]);
        assert_eq!(real, Some(&row[1]), "{} in {}", row[0], row[2]);
        documented.insert((row[0].clone(), row[2].clone()));
    }
    let mut files = Vec::new();
    sources("src", &mut files);
    assert!(files.len() > 50);
    for path in files {
        let place = path.to_str().unwrap().to_owned();
        for name in constants(&path).into_keys() {
            // How a header is laid out is no limit.
            let limit = name.ends_with("_MAX") && name != "HEADER_MAX";
            let known = documented.contains(&(name.clone(), place.clone()));
            assert!(!limit || known, "docs/limits.md lacks {name} of {place}");
        }
    }
}

#[test]
fn an_address_lies_in_a_network_or_not() {
    let cases = [
        ("10.0.0.0/8", "10.200.3.4", Some(true)),
        ("10.0.0.0/8", "11.0.0.1", Some(false)),
        ("10.0.0.0/8", "::1", Some(false)),
        ("0.0.0.0/0", "203.0.113.9", Some(true)),
        ("127.0.0.1", "127.0.0.1", Some(true)),
        ("127.0.0.1", "127.0.0.2", Some(false)),
        ("2001:db8::/32", "2001:db8:7::1", Some(true)),
        ("2001:db8::/32", "2001:db9::1", Some(false)),
        ("::/0", "2001:db9::1", Some(true)),
        ("10.0.0.0/33", "10.0.0.1", None),
        ("10.0.0.0/-1", "10.0.0.1", None),
        ("proxy", "10.0.0.1", None),
        ("", "10.0.0.1", None),
    ];
    for (network, address, expected) in cases {
        let address = address.parse().unwrap();
        assert_eq!(within(network, address), expected, "{address} in {network}");
    }
    let variable = ("SWITCHBOARD_TRUSTED_PROXIES".to_owned(), "proxy".to_owned());
    let wrong = Settings::read(None, [variable].into_iter()).unwrap_err();
    assert!(wrong.to_string().contains("trusted_proxies"), "{wrong:#}");
}

on_both_with!(
    few;
    an_address_has_so_many_sockets_and_no_more,
    nobody_writes_faster_than_he_may,
);

fn few(settings: &mut Settings) {
    settings.sockets_per_address_max = 3;
    settings.messages_burst = 4;
    settings.messages_per_s = 1;
    settings.sockets_per_user_max = 10;
}

/// A handshake as it comes through the proxy on this machine, which names its client.
fn through_proxy(token: &str, client: &str) -> Request {
    let request = Request::new("GET", "/ws").token(token).upgrade();
    request.header("X-Forwarded-For", client)
}

async fn an_address_has_so_many_sockets_and_no_more(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let open = async |who: &crate::person::Person, client: &str| {
        let mut wire = crate::wire::Wire::to(&who.base).await;
        wire.send(&through_proxy(&who.token, client).bytes()).await;
        let reply = wire.reply().await.unwrap();
        (wire, reply)
    };
    let mut held = Vec::new();
    for who in [&ann, &ben, &ann] {
        let (wire, reply) = open(who, "203.0.113.7").await;
        assert_eq!(reply.status, 101, "{reply:?}");
        held.push(wire);
    }
    // Whoever it is, and whatever he makes up before what our proxy says.
    for client in [
        "203.0.113.7",
        "198.51.100.1, 203.0.113.7",
        "::ffff:203.0.113.7",
    ] {
        let (_, reply) = open(&ben, client).await;
        assert_eq!(reply.told(), "429 rate_limited", "{client}: {reply:?}");
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
        let detail = reply.body()["detail"].to_string();
        assert!(detail.contains("3 sockets"), "{detail}");
    }
    // Another address is another's, and who is named by nobody is not counted by it.
    let (_other, reply) = open(&ben, "203.0.113.8").await;
    assert_eq!(reply.status, 101, "{reply:?}");
    for _ in 0..5 {
        held.push(RawSocket::ready(&ben.base, &ben.token).await.wire);
    }
    // One that closes makes room.
    drop(held.remove(0));
    let mut again = None;
    until("room for another", async || {
        let (wire, reply) = open(&ann, "203.0.113.7").await;
        again = Some(wire);
        reply.status == 101
    })
    .await;
    drop((held, again));
    until("the end of all", async || {
        world.nodes[0].app.addresses.lock().unwrap().is_empty()
    })
    .await;
}

async fn nobody_writes_faster_than_he_may(world: &World) {
    let (ann, ben) = (world.customer(0).await, world.customer(0).await);
    let (hers, his) = (ann.open().await, ben.open().await);
    let path = format!("/api/v1/conversations/{hers}/messages");
    let body = || json!({ "client_id": client_id(), "text": "x" });
    let begun = Instant::now();
    // Two over REST, then over a socket, then over REST again: it is the same purse.
    let mut stored = 2;
    for _ in 0..stored {
        ann.post(&path, body()).await.ok(201);
    }
    let mut socket = ann.socket().await;
    let mut refused = None;
    until("a refusal over the socket", async || {
        // So many at once that they come faster than the purse is filled.
        let ids: Vec<_> = (0..6).map(|_| client_id()).collect();
        for id in &ids {
            socket.send(&hers, id, "x").await;
        }
        for id in &ids {
            let answer =
                |one: &serde_json::Value| one["client_id"] == *id && one["type"] != "event";
            let answer = socket.wait_for(answer).await;
            match answer["type"] == "error" {
                true => refused = Some(answer),
                false => stored += 1,
            }
        }
        refused.is_some()
    })
    .await;
    let refused = refused.unwrap();
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    assert!(refused["retry_after_ms"].as_u64() > Some(0), "{refused}");
    until("a refusal over REST", async || {
        let answer = ann.post(&path, body()).await;
        let refused = answer.status != 201;
        match refused {
            true => assert_eq!(answer.code(429), "rate_limited"),
            false => stored += 1,
        }
        refused
    })
    .await;
    // Four at once, of which one was her opening, and one a second.
    let most = 4 + 1 + begun.elapsed().as_secs();
    assert!((3..=most).contains(&stored), "{stored} were stored");
    // Others write all the same, and she does when she has waited.
    ben.say(&his, "not slowed down").await;
    until("her next message", async || {
        ann.post(&path, body()).await.status == 201
    })
    .await;
    drop(socket);
    unharmed(world).await;
}
