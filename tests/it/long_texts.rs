//! The longest texts, in the shapes that make the most words and the largest: they are found, and
//! keep nobody from finding what comes behind them.

use serde_json::json;
use switchboard::settings::Settings;
use switchboard::store::Conn;
use switchboard::store::events::{self, Entry};
use switchboard::words::{ClientId, ConversationId, EventKind, UserId, now};

use crate::harness::{World, client_id};
use crate::on_both_with;
use crate::person::Person;

/// The most that the settings allow.
const LONGEST: usize = 32_000;
/// One character that is compared as eighteen.
const WIDE: char = '\u{fdfa}';

fn change(settings: &mut Settings) {
    settings.text_chars_max = LONGEST;
    settings.body_bytes_max = 1 << 20;
}

on_both_with!(change;
    the_longest_texts_of_the_worst_shapes_are_found_to_their_end,
    a_text_that_is_longer_than_any_may_be_keeps_no_other_from_being_found,
);

/// So many characters, made of words and gaps, with one to look for at its end.
fn filled(chars: usize, word: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let (mut length, mut turn) = (0, 0);
    loop {
        let next = word(turn) + " ";
        length += next.chars().count();
        if length + "zebra".len() > chars {
            return text + "zebra";
        }
        text += &next;
        turn += 1;
    }
}

/// A letter that is four bytes long, another each time.
fn letter(turn: usize) -> char {
    char::from_u32(0x1_2000 + (turn % 900) as u32).unwrap()
}

async fn found(person: &Person, query: &str) -> usize {
    let page = person
        .get(&format!("/api/v1/search?q={query}"))
        .await
        .ok(200);
    page["items"].as_array().unwrap().len()
}

async fn the_longest_texts_of_the_worst_shapes_are_found_to_their_end(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let wide = |turn: usize| {
        let others = format!("{}{}", letter(turn), letter(turn / 900));
        format!("{WIDE}{WIDE}{others}{WIDE}")
    };
    let long = |turn: usize| {
        (0..40)
            .map(|at| letter(turn * 40 + at + turn / 20))
            .collect()
    };
    let texts = [
        filled(LONGEST, |_| format!("{WIDE}{WIDE}{WIDE}")),
        filled(LONGEST, wide),
        filled(LONGEST, long),
        filled(LONGEST, |turn| turn.to_string()),
    ];
    for (turn, text) in texts.iter().enumerate() {
        let body = json!({ "client_id": client_id(), "text": text });
        ann.act(&id, "messages", body).await.ok(201);
        assert_eq!(found(&ann, "zebra").await, turn + 1, "text {turn}");
    }
    let more = json!({ "client_id": client_id(), "text": format!("{}!", "x".repeat(LONGEST)) });
    assert_eq!(
        ann.act(&id, "messages", more).await.code(422),
        "text_too_long"
    );
}

/// As it was stored when more was allowed.
async fn a_text_that_is_longer_than_any_may_be_keeps_no_other_from_being_found(world: &World) {
    let ann = world.customer(0).await;
    let id = ann.open().await;
    let sender: UserId = ann.id;
    for text in [
        filled(400_000, |_| format!("{WIDE}{WIDE}{WIDE}")),
        filled(800_000, |turn| {
            (0..40).map(|at| letter(turn + at * turn)).collect()
        }),
    ] {
        let conversation: ConversationId = id.parse().unwrap();
        let write = move |conn: &mut Conn| {
            let last_seq = events::bump(conn, conversation, 1)?.unwrap();
            let entry = Entry {
                client_id: Some(ClientId::new()),
                body: Some(format!("okapi {text}")),
                ..Entry::new(EventKind::Message, Some(sender))
            };
            events::append(conn, conversation, last_seq, now(), vec![entry]).map(drop)
        };
        world.nodes[0].app.store.write(write).await.unwrap();
    }
    ann.say(&id, "okapi").await;
    assert_eq!(found(&ann, "okapi").await, 3);
}
