//! The end of the stress: the record is held against what was acknowledged and what was seen.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::model::{KINDS, Log, Model, Said, Wrong};
use crate::bench::couples::SAID_NOTHING;
use crate::bench::stress::ending::Record;
use crate::settings::Settings;
use crate::store::{Conn, events, open_existing};
use crate::words::{ClientId, EventKind};

/// Compares, and counts what is wrong. Blocks.
pub fn compare(settings: &Settings, model: &Model, record: &Record) -> anyhow::Result<()> {
    let mut conn = open_existing(&settings.database())?;
    let mut stored: HashMap<ClientId, i64> = HashMap::new();
    for at in 0..model.couples.len() {
        conversation(&mut conn, model, at, &mut stored)?;
    }
    for (id, said) in model.said.borrow().iter() {
        if let Some(seq) = said.acked
            && stored.get(id) != Some(&seq)
        {
            let says = format!(
                "{id} was acknowledged as {seq}, and is {:?}",
                stored.get(id)
            );
            model.wrong(Wrong::Lost, says);
        }
    }
    for finding in record.findings.iter().filter(|one| !one.is_well()) {
        let says = format!("{}: {} break it", finding.says, finding.broken);
        model.wrong(Wrong::History, says);
    }
    for example in &record.examples {
        model.wrong(Wrong::History, example.clone());
    }
    Ok(())
}

/// One conversation: its log is what both ends have seen, each message once and in its order.
fn conversation(
    conn: &mut Conn,
    model: &Model,
    at: usize,
    stored: &mut HashMap<ClientId, i64>,
) -> anyhow::Result<()> {
    let (logs, all) = (model.logs.borrow(), model.said.borrow());
    let (log, mut seq) = (&logs[at], SAID_NOTHING);
    let mut turns: [Option<u64>; 2] = [None; 2];
    let mut once = HashSet::new();
    loop {
        let page = events::after(conn, model.couples[at].conversation, seq, 1_000)?;
        if page.is_empty() {
            break;
        }
        for event in page {
            if event.seq != seq + 1 {
                let says = format!("conversation {at} has no seq {}", seq + 1);
                model.wrong(Wrong::Lost, says);
            }
            seq = event.seq;
            let text = event.body.unwrap_or_default();
            if log.seen.get(&seq) != Some(&(event.client_id, text.clone())) {
                let seen = log.seen.get(&seq);
                let says = format!("seq {seq} of conversation {at} was seen as {seen:?}");
                model.wrong(Wrong::History, says);
            }
            let (EventKind::Message, Some(id)) = (event.kind, event.client_id) else {
                continue;
            };
            if !once.insert(id) {
                model.wrong(Wrong::Doubled, format!("{id} is stored twice"));
            }
            stored.insert(id, seq);
            match all.get(&id) {
                Some(said) => in_turn(model, said, &mut turns, &text, seq),
                None => model.wrong(Wrong::History, format!("nobody has said {text:?}")),
            }
        }
    }
    seen_to_the_end(model, log, at, seq);
    Ok(())
}

fn in_turn(model: &Model, said: &Said, turns: &mut [Option<u64>; 2], text: &str, seq: i64) {
    if said.text != text {
        let says = format!("{text:?} is stored, and {:?} was said", said.text);
        model.wrong(Wrong::History, says);
    }
    if said.loose {
        return;
    }
    let last = &mut turns[said.side];
    if Some(said.turn) <= *last {
        let (at, turn) = (said.conversation, said.turn);
        let says = format!("seq {seq} of conversation {at} is message {turn} after {last:?}");
        model.wrong(Wrong::OutOfOrder, says);
    }
    *last = Some(said.turn);
}

fn seen_to_the_end(model: &Model, log: &Log, at: usize, head: i64) {
    for (side, upto) in log.upto.iter().enumerate() {
        if *upto != head {
            let says = format!("side {side} of conversation {at} saw up to {upto} of {head}");
            model.wrong(Wrong::Lost, says);
        }
    }
    if let Some((beyond, _)) = log.seen.range(head + 1..).next() {
        let says = format!("seq {beyond} of conversation {at} was seen, and is not there");
        model.wrong(Wrong::Lost, says);
    }
}

/// Everything, for people.
pub fn report(model: &Model, seed: u64, lasted: Duration) -> String {
    let acknowledged = model.acknowledged.get();
    let seconds = lasted.as_secs_f64();
    let mut text = format!(
        "seed {seed}: {acknowledged} messages acknowledged in {seconds:.1} s, {:.0} a second\n",
        acknowledged as f64 / seconds
    );
    for (what, many) in model.counts.borrow().iter() {
        text.push_str(&format!("{what:28} {many:9}\n"));
    }
    for (what, says) in KINDS {
        text.push_str(&format!("{says:14} {}\n", model.wrongs(what)));
    }
    for says in model.told() {
        text.push_str(&format!("BROKEN {says}\n"));
    }
    text
}
