//! Facts as `redis.lua` reads them, and its rows as it writes them.

use super::{
    COOLING_MAX, ConversationFact, Eligibility, Facts, HeldConversation, HeldRep, Proposal,
    QueueFact, Refusal, RepFact, Seen, Standing, Whose,
};
use crate::words::{Availability, Moment, UserId};

/// Facts as the script reads them, in the order it must take them in.
pub fn pack(facts: &Facts) -> Vec<String> {
    let conversation = |fact: &ConversationFact| {
        let standing = match fact.standing {
            Standing::Waiting => 'W',
            Standing::Served => 'S',
            Standing::Gone => 'G',
        };
        let ConversationFact {
            id,
            version,
            queue,
            place,
            ..
        } = fact;
        let (reserved, ends) = match fact.reserved {
            Some((rep, until)) => (rep.to_string(), until),
            None => ("-".to_owned(), 0),
        };
        let cooling = fact.cooling.iter().take(COOLING_MAX);
        let cooling: Vec<_> = cooling
            .map(|(rep, until)| format!("{rep}:{until}"))
            .collect();
        let cooling = cooling.join(",");
        format!("c {id} {version} {standing} {queue} {place} {reserved} {ends} {cooling}")
    };
    let rep = |fact: &RepFact| {
        let RepFact {
            id,
            version,
            capacity,
            active,
            last_assigned_at,
            ..
        } = fact;
        let eligibility = eligibility_word(fact.eligibility);
        let queues: Vec<String> = fact.queues.iter().map(ToString::to_string).collect();
        let queues = queues.join(",");
        format!("r {id} {version} {capacity} {active} {eligibility} {last_assigned_at} {queues}")
    };
    let queue = |fact: &QueueFact| {
        let manual = if fact.manual { 'M' } else { '-' };
        format!("q {} {} {manual}", fact.id, fact.version)
    };
    let refusal = |refused: &Proposal| format!("x {} {}", refused.conversation, refused.rep);
    let queues = facts.queues.iter().map(queue);
    let conversations = facts.conversations.iter().map(conversation);
    let reps = facts.reps.iter().map(rep);
    queues
        .chain(conversations)
        .chain(reps)
        .chain(facts.refused.iter().map(refusal))
        .collect()
}

/// What `reserve` in the script answers.
pub fn proposal(words: &[String]) -> Option<Proposal> {
    let [conversation, rep, load, capacity, candidates] = words else {
        return None;
    };
    Some(Proposal {
        conversation: conversation.parse().ok()?,
        rep: rep.parse().ok()?,
        seen: Some(Seen {
            load: load.parse().ok()?,
            capacity: capacity.parse().ok()?,
            candidates: candidates.parse().ok()?,
        }),
    })
}

/// A row of `conversations`, as `keep_conversation` in the script writes it.
pub fn held_conversation(id: &str, row: &str) -> Option<HeldConversation> {
    let mut words = row.split(' ');
    let version = words.next()?.parse().ok()?;
    let standing = match words.next()? {
        "W" => Standing::Waiting,
        _ => Standing::Served,
    };
    let (queue, place) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let reserved = somebody(words.next()?, words.next()?)?;
    let line = match words.next()?.strip_prefix('@') {
        Some(rep) => Whose::Rep(rep.parse().ok()?),
        None => Whose::Queue(queue),
    };
    let proposed = somebody(words.next()?, words.next()?)?;
    let (refused, count) = (words.next()?, words.next()?.parse().ok()?);
    let refused = somebody(refused, words.next()?)?;
    let refused = refused.map(|(rep, until)| Refusal { rep, count, until });
    let cooling = words.next()?.split(',').filter(|pair| !pair.is_empty());
    let cooling = cooling.map(|pair| somebody(pair.split(':').next()?, pair.split(':').nth(1)?)?);
    let fact = ConversationFact {
        id: id.parse().ok()?,
        version,
        standing,
        queue,
        place,
        reserved,
        cooling: cooling.collect::<Option<_>>()?,
    };
    Some(HeldConversation {
        fact,
        line,
        proposed,
        refused,
    })
}

/// A rep and until when; `-` is nobody. Nothing at all if it cannot be read.
fn somebody(rep: &str, until: &str) -> Option<Option<(UserId, Moment)>> {
    match rep {
        "-" => Some(None),
        _ => Some(Some((rep.parse().ok()?, until.parse().ok()?))),
    }
}

/// A row of `queues`, as `take.q` in the script writes it.
pub fn held_queue(id: &str, row: &str) -> Option<QueueFact> {
    let (version, manual) = row.split_once(' ')?;
    Some(QueueFact {
        id: id.parse().ok()?,
        version: version.parse().ok()?,
        manual: manual == "M",
    })
}

/// A row of `reps`, as `keep_rep` in the script writes it.
pub fn held_rep(id: &str, row: &str) -> Option<HeldRep> {
    let mut words = row.split(' ');
    let (version, capacity) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (active, eligibility) = (words.next()?.parse().ok()?, eligibility(words.next()?)?);
    let (last_assigned_at, proposed) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let queues = words.next()?.split(',').filter(|queue| !queue.is_empty());
    let queues = queues
        .map(|queue| queue.parse().ok())
        .collect::<Option<_>>()?;
    let id = id.parse().ok()?;
    let fact = RepFact {
        id,
        version,
        capacity,
        active,
        eligibility,
        queues,
        last_assigned_at,
    };
    Some(HeldRep { fact, proposed })
}

fn eligibility_word(eligibility: Eligibility) -> &'static str {
    match eligibility {
        Eligibility::Eligible => "eligible",
        Eligibility::Absent => "absent",
        Eligibility::Unavailable(availability) => availability.as_str(),
    }
}

fn eligibility(word: &str) -> Option<Eligibility> {
    match word {
        "eligible" => Some(Eligibility::Eligible),
        "absent" => Some(Eligibility::Absent),
        _ => Availability::ALL
            .iter()
            .find(|one| one.as_str() == word)
            .map(|one| Eligibility::Unavailable(*one)),
    }
}
