//! Facts as `redis.lua` reads them, and its rows as it writes them.

use super::{
    ConversationFact, Eligibility, Facts, HeldConversation, HeldRep, Proposal, RepFact, Standing,
};
use crate::words::Availability;

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
        format!("c {id} {version} {standing} {queue} {place}")
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
    let refusal = |refused: &Proposal| format!("x {} {}", refused.conversation, refused.rep);
    let conversations = facts.conversations.iter().map(conversation);
    let reps = facts.reps.iter().map(rep);
    conversations
        .chain(reps)
        .chain(facts.refused.iter().map(refusal))
        .collect()
}

/// A row of `conversations`, as `keep_conversation` in the script writes it.
pub fn held_conversation(id: &str, row: &str) -> Option<HeldConversation> {
    let mut words = row.split(' ');
    let fact = ConversationFact {
        id: id.parse().ok()?,
        version: words.next()?.parse().ok()?,
        standing: if words.next()? == "W" {
            Standing::Waiting
        } else {
            Standing::Served
        },
        queue: words.next()?.parse().ok()?,
        place: words.next()?.parse().ok()?,
    };
    let proposed = match (words.next()?, words.next()?) {
        ("-", _) => None,
        (rep, deadline) => Some((rep.parse().ok()?, deadline.parse().ok()?)),
    };
    Some(HeldConversation { fact, proposed })
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
