//! The documents say what is: frames, close codes, figures and limits are compared with the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use switchboard::access::Rights;
use switchboard::desk::LIMITS;
use switchboard::eta::{Eta, Outlook};
use switchboard::hours::HoursNow;
use switchboard::live::hello::Own;
use switchboard::live::protocol::{ClientFrame, Myself, Reference, ServerFrame};
use switchboard::live::socket;
use switchboard::news::EventView;
use switchboard::settings::Settings;
use switchboard::store::attachments::AttachmentView;
use switchboard::store::board::{Board, QueueNow};
use switchboard::store::conversations::{ConversationView, PersonView, QueueView};
use switchboard::store::marks::{MarkedView, Marks};
use switchboard::store::queues::Policy;
use switchboard::store::rep_views::RepView;
use switchboard::store::reps::RepState;
use switchboard::store::schedules::QueueHours;
use switchboard::tuning::Texts;
use switchboard::words::{
    AttachmentId, Availability, ClientId, ConversationId, EventKind, Mode, NodeId, Priority,
    QueueId, Role, Status, UserId,
};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::World;

/// The examples of a document: the JSON lines of its blocks in this language.
fn examples(document: &str, language: &str) -> Vec<Value> {
    let text = fs::read_to_string(document).unwrap();
    let mut found = Vec::new();
    for block in text.split(&format!("```{language}\n")).skip(1) {
        let lines = block.split("```").next().unwrap().lines();
        found.extend(lines.map(|line| serde_json::from_str::<Value>(line).expect(line)));
    }
    assert!(!found.is_empty(), "{document} has no examples");
    found
}

/// The rows of a document's tables, each as its cells, without the backticks.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(document).unwrap();
    let tables = text
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|-"));
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|');
        cells
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    tables.map(cells).collect()
}

fn kind(frame: &Value) -> String {
    frame["type"]
        .as_str()
        .expect("every frame has a type")
        .to_owned()
}

#[test]
fn every_frame_of_a_client_is_documented_as_it_is_read() {
    let examples = examples("docs/wire.md", "client");
    for example in &examples {
        let read: Result<ClientFrame, _> = serde_json::from_value(example.clone());
        read.unwrap_or_else(|error| panic!("{example}: {error}"));
    }
    let known: BTreeSet<&str> = ClientFrame::types().iter().copied().collect();
    assert!(known.len() > 20, "{known:?}");
    let shown: Vec<String> = examples.iter().map(kind).collect();
    assert_eq!(
        shown.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        known
    );
}

fn conversation() -> ConversationView {
    let person = || PersonView::new(UserId::new(), "x".into());
    ConversationView {
        id: ConversationId::new(),
        number: 1,
        subject: String::new(),
        queue: QueueView {
            id: QueueId::new(),
            name: "x".into(),
        },
        priority: Priority::Normal,
        status: Status::Active,
        resolution: None,
        customer: person(),
        rep: Some(person()),
        offered_to: None,
        last_rep: Some(person()),
        epoch: 1,
        last_seq: 3,
        created_at: 0,
        updated_at: 0,
        assigned_at: None,
        first_reply_at: None,
        closed_at: None,
        due_at: Some(1),
        held: false,
        left_message: false,
        waits_since: None,
        rating: None,
    }
}

/// As it is while it is offered.
fn offered() -> ConversationView {
    let view = conversation();
    ConversationView {
        status: Status::Offered,
        waits_since: Some(1),
        offered_to: view.rep,
        rep: None,
        due_at: Some(1),
        ..view
    }
}

fn hours() -> HoursNow {
    HoursNow {
        open: false,
        opens_at: Some(1),
        closes_at: None,
    }
}

fn board() -> Board {
    let view = conversation();
    let rep = RepView {
        id: UserId::new(),
        name: "x".into(),
        username: Some("x".into()),
        capacity: 1,
        load: 0,
        availability: Availability::Away,
        present: true,
        rights: Rights::default(),
        queues: vec![conversation().queue],
    };
    Board {
        queues: vec![QueueNow {
            queue: view.queue,
            mode: Mode::Auto,
            draining: false,
            hours: Some(hours()),
            waiting: 1,
            held: 0,
            oldest_at: Some(1),
            wait_target_ms: 1,
            service_level: Some(1.0),
        }],
        reps: vec![rep],
    }
}

fn rep() -> RepState {
    RepState {
        version: 1,
        id: UserId::new(),
        capacity: 1,
        load: 0,
        availability: Availability::Away,
        present: true,
        rights: Rights::default(),
    }
}

fn attachment() -> AttachmentView {
    AttachmentView {
        id: AttachmentId::new(),
        name: "x".into(),
        media_type: "image/png".into(),
        bytes: 1,
        width: Some(1),
        height: Some(1),
        url: "x".into(),
    }
}

fn event() -> EventView {
    EventView {
        conversation: ConversationId::new(),
        seq: 1,
        kind: EventKind::Message,
        sender_id: None,
        client_id: None,
        text: Some("x".into()),
        attachments: vec![attachment()],
        data: Some(json!({})),
        created_at: 0,
    }
}

/// One of each, with everything in it that can be. A new kind does not compile before it is here.
fn frames() -> Vec<ServerFrame> {
    let conversation_id = ConversationId::new();
    let reference = || Reference {
        reference: Some("r".into()),
        client_id: Some(ClientId::new()),
    };
    let next = |frame: Option<&ServerFrame>| {
        Some(match frame {
            None => ServerFrame::Ready {
                node: NodeId::new(),
                server_time: 0,
                heartbeat_ms: 0,
                user: Myself {
                    id: UserId::new(),
                    name: "x".into(),
                    role: Role::Rep,
                },
                own: Own {
                    rep: Some(rep()),
                    hours: vec![QueueHours {
                        queue: QueueId::new(),
                        hours: hours(),
                    }],
                    texts: Some(Texts {
                        welcome: "x".into(),
                        away: "x".into(),
                    }),
                },
                conversations: vec![MarkedView {
                    conversation: conversation(),
                    marks: Marks::default(),
                    unread: 0,
                }],
                unread_total: 0,
            },
            Some(ServerFrame::Ready { .. }) => ServerFrame::Event {
                after: 0,
                event: event(),
                unread: Some(1),
                unread_total: Some(1),
            },
            Some(ServerFrame::Event { .. }) => ServerFrame::Marks {
                conversation: conversation_id,
                marks: Marks::default(),
                unread: Some(1),
                unread_total: Some(1),
            },
            Some(ServerFrame::Marks { .. }) => ServerFrame::Typing {
                conversation: conversation_id,
                user: conversation().customer,
                on: true,
                expires_in_ms: 1,
            },
            Some(ServerFrame::Typing { .. }) => ServerFrame::Ack {
                reference: reference(),
                conversation: Some(conversation_id),
                seq: Some(1),
                duplicate: false,
            },
            Some(ServerFrame::Ack { .. }) => ServerFrame::Uploaded {
                reference: Reference {
                    client_id: None,
                    ..reference()
                },
                attachment: attachment(),
            },
            Some(ServerFrame::Uploaded { .. }) => ServerFrame::Line {
                conversation: conversation_id,
                position: 1,
                ahead: 0,
                outlook: Outlook {
                    eta: Some(Eta {
                        from_ms: 1,
                        to_ms: 2,
                    }),
                    staffed: true,
                    hours: Some(hours()),
                },
            },
            Some(ServerFrame::Line { .. }) => ServerFrame::Hours {
                queue: QueueId::new(),
                hours: Some(hours()),
            },
            Some(ServerFrame::Hours { .. }) => ServerFrame::Assigned {
                conversation: Box::new(conversation()),
                unread: 1,
                unread_total: 1,
            },
            Some(ServerFrame::Assigned { .. }) => ServerFrame::Offer {
                conversation: Box::new(offered()),
                expires_at: Some(1),
            },
            Some(ServerFrame::Offer { .. }) => ServerFrame::OfferGone {
                conversation: conversation_id,
                reason: "x",
            },
            Some(ServerFrame::OfferGone { .. }) => ServerFrame::Gone {
                conversation: conversation_id,
                unread_total: 1,
            },
            Some(ServerFrame::Gone { .. }) => ServerFrame::Rep { rep: rep() },
            Some(ServerFrame::Rep { .. }) => ServerFrame::Board { board: board() },
            Some(ServerFrame::Board { .. }) => ServerFrame::Gap {
                conversation: conversation_id,
                from: 1,
                to: 2,
                url: "x".into(),
            },
            Some(ServerFrame::Gap { .. }) => ServerFrame::Error {
                reference: reference(),
                code: "x",
                message: "x".into(),
                retry_after_ms: Some(1),
            },
            Some(ServerFrame::Error { .. }) => ServerFrame::Bye {
                reason: "x",
                reconnect_in_ms: None,
            },
            Some(ServerFrame::Bye { .. }) => return None,
        })
    };
    std::iter::successors(next(None), |last| next(Some(last))).collect()
}

/// Every path of fields in a frame, but not into the open `data`.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    for one in value.as_array().into_iter().flatten() {
        fields(one, path, found);
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        if name != "data" {
            fields(value, &path, found);
        }
        found.insert(path);
    }
}

#[test]
fn every_frame_of_the_server_is_documented_with_all_its_fields() {
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for example in examples("docs/wire.md", "server") {
        fields(&example, "", shown.entry(kind(&example)).or_default());
    }
    // A reference is shown in the answers where it stands; either form may stand in both.
    shown
        .entry("error".into())
        .or_default()
        .insert(".ref".into());
    let mut real: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for frame in frames() {
        let frame = serde_json::to_value(frame).unwrap();
        fields(&frame, "", real.entry(kind(&frame)).or_default());
    }
    assert_eq!(shown, real, "docs/wire.md on the left");
}

#[test]
fn the_private_close_codes_are_documented() {
    let rows = rows("docs/wire.md");
    let documented: BTreeSet<u16> = rows.iter().filter_map(|row| row[0].parse().ok()).collect();
    let ours = [
        socket::SLOW,
        socket::RATE_LIMITED,
        socket::REVOKED,
        socket::REPLACED,
    ];
    let private: BTreeSet<u16> = documented
        .into_iter()
        .filter(|code| *code >= 4_000)
        .collect();
    assert_eq!(private, BTreeSet::from(ours));
}

#[actix_web::test]
async fn every_figure_is_documented() {
    let world = World::embedded().await;
    let text = world.admin().await.get("/metrics").await.body;
    let mut real: BTreeSet<(String, String)> = BTreeSet::new();
    for line in text.as_str().unwrap().lines() {
        let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|it| it.split_once(' '))
        else {
            continue;
        };
        let total = if kind == "counter" { "_total" } else { "" };
        real.insert((format!("{name}{total}"), kind.to_owned()));
    }
    let rows = rows("docs/operations.md");
    let rows = rows.iter().filter(|row| row[0].starts_with("switchboard_"));
    let documented = rows.map(|row| (row[0].clone(), row[1].clone()));
    assert_eq!(documented.collect::<BTreeSet<_>>(), real);
    world.end().await;
}

#[test]
fn every_field_of_a_policy_is_documented_with_its_default_and_its_limits() {
    let mut policy = serde_json::to_value(Policy::default()).unwrap();
    policy["waiting_max"] = json!(10_000);
    policy["mode"] = json!("auto");
    let fields = policy.as_object().unwrap();
    let mut documented = BTreeMap::new();
    for row in rows("docs/queues.md")
        .into_iter()
        .filter(|row| row.len() == 5)
    {
        let default = fields
            .get(&row[0])
            .map(|value| value.to_string().replace('"', ""));
        if let Some(default) = default {
            assert_eq!(row[1], default, "{}", row[0]);
            documented.insert(row[0].clone(), (row[2].clone(), row[3].clone()));
        }
    }
    assert!(fields.keys().eq(documented.keys()), "{documented:?}");
    documented.retain(|_, (least, _)| !least.is_empty());
    let limits = LIMITS.iter().map(|one| {
        let limits = (one.least.to_string(), one.most.to_string());
        (one.field.to_owned(), limits)
    });
    assert_eq!(documented, limits.collect());
}

#[test]
fn every_setting_that_a_document_names_is_there() {
    let settings = serde_json::to_value(Settings::default()).unwrap();
    for document in [
        "docs/operations.md",
        "docs/wire.md",
        "docs/limits.md",
        "docs/reading.md",
        "docs/customer_support.md",
    ] {
        let text = fs::read_to_string(document).unwrap();
        for name in text
            .split('`')
            .filter(|name| name.ends_with("_ms") || name.ends_with("_max"))
        {
            let of_a_frame = [
                "retry_after_ms",
                "reconnect_in_ms",
                "heartbeat_ms",
                "expires_in_ms",
                "wait_target_ms",
            ];
            let known = settings.get(name).is_some() || of_a_frame.contains(&name);
            assert!(known, "{document} names `{name}`, which is no setting");
        }
    }
}

/// The server ends the connection as soon as both have said goodbye. It used to stay for a second.
#[actix_web::test]
async fn a_socket_that_was_closed_is_gone_at_once() {
    let world = World::embedded().await;
    let customer = world.customer(0).await;
    // On a slow day some take longer, but not all ten.
    let mut quickest = std::time::Duration::MAX;
    for _ in 0..10 {
        let mut socket = customer.socket().await;
        let begun = std::time::Instant::now();
        socket.say_raw(Message::Close(None)).await;
        assert_eq!(socket.closed().await, Some(1000));
        socket.wait("gone").await;
        quickest = quickest.min(begun.elapsed());
    }
    assert!(quickest.as_secs() < 1, "{quickest:?} at the quickest");
    world.end().await;
}
